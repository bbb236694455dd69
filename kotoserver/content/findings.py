"""A report seen from inside one document: findings are placed by path instead of by line and column."""

from dataclasses import dataclass

from kotoserver.content.diagnostics import Report
from kotoserver.content.source import Document, Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    document: Document
    report: Report

    def at(self, code: str, path: Path, sentence: str) -> None:
        """A finding about the value at `path`."""
        self.report.add(code, self.document.file, self.document.mark(path), sentence)

    def at_key(self, code: str, path: Path, sentence: str) -> None:
        """A finding about the last key of `path`."""
        self.report.add(code, self.document.file, self.document.key_mark(path), sentence)
