"""What an author is told about a file: a code, a place, one plain sentence and, where it is safe, how to mend it.

A mistake in authored YAML is never an exception. Every step of the compiler adds to one `Report`, so all
findings of a file come in one pass. A finding knows its sentence by a key such as `E09.start`; the words are
in `sentences.yaml`, in every language that editors read. `docs/lint/` explains each code.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from kotoserver.content.sentences import Language, Param, Params, worded


class Level(StrEnum):
    ERROR = "error"
    WARNING = "warning"


class Mark(NamedTuple):
    """A place in a text file, both numbers counted from 1 and in code points."""

    line: int
    column: int


START_OF_FILE = Mark(1, 1)


@dataclass(frozen=True, slots=True)
class Edit:
    """Replaces what stands from `start` up to `end`; nothing stands there when the two are the same."""

    start: Mark
    end: Mark
    text: str


Fix = tuple[Edit, ...]
"""Edits of the file that the finding is about, none overlapping another; empty when a person has to decide."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One finding. E-codes forbid publishing, W-codes do not."""

    key: str
    """The code and, where it has several sentences, which of them: `E09.start`."""
    file: str
    line: int
    column: int
    params: Params = ()
    fix: Fix = ()

    @property
    def code(self) -> str:
        return self.key.split(".", 1)[0]

    @property
    def mark(self) -> Mark:
        return Mark(self.line, self.column)

    @property
    def severity(self) -> Level:
        return Level.ERROR if self.key.startswith("E") else Level.WARNING

    @property
    def sentence(self) -> str:
        return self.told("en")

    def told(self, language: Language) -> str:
        """The sentence in a language of editors."""
        return worded(self.key, self.params, language)

    def line_in(self, language: Language) -> str:
        """One line for a terminal."""
        return f"{self.file}:{self.line}:{self.column}: {self.code} {self.told(language)}"

    def __str__(self) -> str:
        return self.line_in("en")


MOST_FINDINGS = 500
"""Nobody reads more about one file; one that is no scene at all can have a finding for every line."""


class Report:
    """Collects the findings of one compilation, each once."""

    def __init__(self) -> None:
        self._found: dict[Diagnostic, None] = {}
        self._codes: dict[tuple[str, Mark], set[str]] = {}
        self._counts: dict[str, int] = {}
        self._wrong: set[str] = set()

    def add(self, key: str, file: str, mark: Mark, fix: Fix = (), /, **params: Param) -> None:
        self._add(
            Diagnostic(
                key=key, file=file, line=mark.line, column=mark.column, params=tuple(params.items()), fix=fix
            )
        )

    def extend(self, diagnostics: Iterable[Diagnostic]) -> None:
        for each in diagnostics:
            self._add(each)

    def _add(self, found: Diagnostic) -> None:
        if self.is_full(found.file):
            return
        self._codes.setdefault((found.file, found.mark), set()).add(found.code)
        self._counts[found.file] = self._counts.get(found.file, 0) + 1
        if found.severity is Level.ERROR:
            self._wrong.add(found.file)
        self._found[found] = None

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
        return tuple(sorted(self._found, key=lambda each: (each.file, each.line, each.column, each.key)))


def errors(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Those that forbid publishing."""
    return tuple(each for each in diagnostics if each.severity is Level.ERROR)


def finding_as_json(found: Diagnostic, language: Language) -> dict[str, object]:
    """The finding as programs read it; a fix is a list of replaced spans, the end not included."""
    return {
        "code": found.code,
        "severity": found.severity.value,
        "file": found.file,
        "line": found.line,
        "column": found.column,
        "sentence": found.told(language),
        "fix": [
            {
                "line": edit.start.line,
                "column": edit.start.column,
                "end_line": edit.end.line,
                "end_column": edit.end.column,
                "text": edit.text,
            }
            for edit in found.fix
        ],
    }
