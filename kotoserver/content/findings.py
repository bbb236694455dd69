"""A report seen from inside one document: findings are placed by path instead of by line and column."""

from dataclasses import dataclass

from kotoserver.content.diagnostics import Mark, Report
from kotoserver.content.tree import Document, Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    document: Document
    report: Report

    def at(self, code: str, path: Path, sentence: str) -> None:
        """A finding about the value at `path`."""
        self._add(code, self.document.mark(path), sentence)

    def at_key(self, code: str, path: Path, sentence: str) -> None:
        """A finding about the last key of `path`."""
        self._add(code, self.document.key_mark(path), sentence)

    def on_line(self, code: str, line: int, column: int, sentence: str) -> None:
        self._add(code, Mark(line, column), sentence)

    def read_in_part(self) -> bool:
        """True when something of the file was left out as unreadable, so that advice would be about the rest."""
        return any(each.code < "E07" for each in self.report.diagnostics if each.file == self.document.file)

    def _add(self, code: str, mark: Mark, sentence: str) -> None:
        if not self._silenced(code, mark) and not self.report.misread(self.document.file, mark):
            self.report.add(code, self.document.file, mark, sentence)

    def _silenced(self, code: str, mark: Mark) -> bool:
        """Warnings only, by `# ok: W07` behind the line."""
        lines = self.document.lines
        if not code.startswith("W") or mark.line > len(lines):
            return False
        return f"# ok: {code}" in lines[mark.line - 1]
