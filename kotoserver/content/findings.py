"""A report seen from inside one document: findings are placed by path instead of by line and column."""

import re
from dataclasses import dataclass

from kotoserver.content.diagnostics import Fix, Mark, Report
from kotoserver.content.sentences import Param
from kotoserver.content.tree import Document, Path

_SILENCED = re.compile(r"# ok:(?P<codes>(?:[ ,]*\b[A-Z]\d\d\b)*)")
"""`# ok: W07, W17 and then why`."""
_CODE = re.compile(r"[A-Z]\d\d")


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    document: Document
    report: Report

    def at(self, key: str, path: Path, fix: Fix = (), /, **params: Param) -> None:
        """A finding about the value at `path`."""
        self.on(key, self.document.mark(path), fix, **params)

    def at_key(self, key: str, path: Path, fix: Fix = (), /, **params: Param) -> None:
        """A finding about the last key of `path`."""
        self.on(key, self.document.key_mark(path), fix, **params)

    def on(self, key: str, mark: Mark, fix: Fix = (), /, **params: Param) -> None:
        """A finding about a place of the file, unless its line is silenced or was misread by YAML."""
        file = self.document.file
        if not self._silenced(key, mark) and not self.report.misread(file, mark):
            self.report.add(key, file, mark, fix, **params)

    def read_in_part(self) -> bool:
        """True when something of the file was left out as unreadable, so that advice would be about the rest."""
        return any(each.code < "E07" for each in self.report.diagnostics if each.file == self.document.file)

    def _silenced(self, key: str, mark: Mark) -> bool:
        """Warnings only, by `# ok: W07` behind the line."""
        lines = self.document.lines
        if not key.startswith("W") or mark.line > len(lines):
            return False
        return key.split(".", 1)[0] in silenced_codes(lines[mark.line - 1])


def silenced_codes(line: str) -> tuple[str, ...]:
    """The codes that a line wants to hear nothing of; whatever follows them is the reason why."""
    match = _SILENCED.search(line)
    return tuple(_CODE.findall(match["codes"])) if match else ()
