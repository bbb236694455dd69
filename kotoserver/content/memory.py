"""What was read of a file is kept while the file stays as it is, so that a change costs only what changed."""

import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from kotoserver.content.authored import ModelT, read_as
from kotoserver.content.diagnostics import Diagnostic, Edit, Report
from kotoserver.content.source import read_document
from kotoserver.content.tree import Document

MOST_FILES = 64
"""Files kept, at a megabyte or two each; a scene, its tests and three packs are eight."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    source: Any
    """Of the model that was asked for, or None."""
    document: Document | None
    diagnostics: tuple[Diagnostic, ...]


class Memory:
    """Files by what they hold, the one not asked for longest being let go."""

    def __init__(self, most: int = MOST_FILES) -> None:
        self._most = most
        self._kept: OrderedDict[tuple[str, str, str], _Read] = OrderedDict()

    def forget(self) -> None:
        self._kept.clear()

    def read(
        self, model: type[ModelT], schema: str, content: bytes | str, file: str, report: Report
    ) -> tuple[ModelT, Document] | None:
        """The file as a `model` with the places of its parts; None when it is none, which the report tells."""
        kept = self._read(model, schema, content, file)
        report.extend(kept.diagnostics)
        return (kept.source, kept.document) if kept.source is not None and kept.document is not None else None

    def document(
        self, model: type[ModelT], schema: str, content: bytes | str, file: str, report: Report
    ) -> Document | None:
        """The places of a file that need not be a `model` yet; None when it does not parse at all."""
        kept = self._read(model, schema, content, file)
        report.extend(kept.diagnostics)
        return kept.document

    def _read(self, model: type[ModelT], schema: str, content: bytes | str, file: str) -> _Read:
        key = (schema, file, _digest(content))
        kept = self._kept.get(key)
        if kept is None:
            kept = self._kept[key] = _read(model, schema, content, file)
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return kept


def _digest(content: bytes | str) -> str:
    raw = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    return hashlib.sha256(raw).hexdigest()


def _read(model: type[ModelT], schema: str, content: bytes | str, file: str) -> _Read:
    report = Report()
    document = read_document(content, file, report)
    source = None
    if document is not None and _schema_is(document, schema, report):
        source = read_as(model, document, report)
    return _Read(source=source, document=document, diagnostics=report.diagnostics)


def _schema_is(document: Document, wanted: str, report: Report) -> bool:
    """The first thing to know of a file: by which rules it is written."""
    found = document.root.get("schema")
    if found == wanted:
        return True
    place = document.mark(("schema",))
    if found is None:
        first = document.root.mark
        fix = (Edit(first, first, f"schema: {wanted}\n"),) if first.column == 1 and not document.root.flow else ()
        report.add("E07.missing", document.file, place, fix, schema=wanted)
    else:
        report.add("E07.other", document.file, place, schema=wanted)
    return False
