"""What an author is told about a file: a code, a place and one plain sentence.

A mistake in authored YAML is never an exception. Every step of the compiler adds to one `Report`, so all
findings of a file come in one pass. The codes are listed in `docs/writing-scenes.md`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Level(StrEnum):
    ERROR = "error"
    WARNING = "warning"


class Mark(NamedTuple):
    """A place in a text file, both numbers counted from 1 and in code points."""

    line: int
    column: int


START_OF_FILE = Mark(1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One finding. E-codes forbid publishing, W-codes do not."""

    code: str
    file: str
    line: int
    column: int
    sentence: str

    @property
    def severity(self) -> Level:
        return Level.ERROR if self.code.startswith("E") else Level.WARNING

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.code} {self.sentence}"


MOST_FINDINGS = 500
"""Nobody reads more about one file; one that is no scene at all can have a finding for every line."""


class Report:
    """Collects the findings of one compilation, each once."""

    def __init__(self) -> None:
        self._found: dict[Diagnostic, None] = {}
        self._codes: dict[tuple[str, Mark], set[str]] = {}
        self._counts: dict[str, int] = {}
        self._wrong: set[str] = set()

    def add(self, code: str, file: str, mark: Mark, sentence: str) -> None:
        if self.is_full(file):
            return
        self._codes.setdefault((file, mark), set()).add(code)
        self._counts[file] = self._counts.get(file, 0) + 1
        if code.startswith("E"):
            self._wrong.add(file)
        self._found[Diagnostic(code=code, file=file, line=mark.line, column=mark.column, sentence=sentence)] = None

    def extend(self, diagnostics: Iterable[Diagnostic]) -> None:
        for each in diagnostics:
            self.add(each.code, each.file, Mark(each.line, each.column), each.sentence)

    def is_full(self, file: str) -> bool:
        """True when more about this file would not be read. Never before one of them is an error."""
        return file in self._wrong and self._counts[file] >= MOST_FINDINGS

    def knows(self, file: str, mark: Mark) -> bool:
        """True when something was found at this very place, so that a second complaint would be noise."""
        return (file, mark) in self._codes

    def misread(self, file: str, mark: Mark) -> bool:
        """True when YAML itself already made something else of what stands here."""
        return not self._codes.get((file, mark), set()).isdisjoint(("E01", "E02", "E03", "E04"))

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """In the order of the files' lines."""
        return tuple(sorted(self._found, key=lambda each: (each.file, each.line, each.column, each.code)))


def errors(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Those that forbid publishing."""
    return tuple(each for each in diagnostics if each.severity is Level.ERROR)
