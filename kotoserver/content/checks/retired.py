"""Ids are never used again (E08): recordings, translations and old saves still mean the line they once named."""

import re
from collections.abc import Iterator, Sequence

from kotoserver.content.diagnostics import Mark, Report
from kotoserver.content.findings import Findings
from kotoserver.content.source import read_document
from kotoserver.content.tree import Block, Document, Items

_ID = re.compile(r"[LH][0-9]{3,5}")


def check_retired(findings: Findings, published: Sequence[bytes]) -> None:
    """`published` holds the versions so far, the latest last."""
    versions = [ids for content in published if (ids := _ids_in(content)) is not None]
    if not versions:
        return
    retired = set().union(*versions[:-1]) - versions[-1]
    for each, mark in _written_ids(findings.document.root):
        if each in retired:
            sentence = f"The id `{each}` was used for something else before; take a new one."
            findings.on_line("E08", mark.line, mark.column, sentence)


def _ids_in(content: bytes) -> set[str] | None:
    document: Document | None = read_document(content, "", Report())
    return {each for each, _ in _written_ids(document.root)} if document else None


def _written_ids(value: object) -> Iterator[tuple[str, Mark]]:
    match value:
        case Block():
            for key, inner in value.items():
                if key == "id" and isinstance(inner, str) and _ID.fullmatch(inner):
                    yield inner, value.value_marks[key]
                yield from _written_ids(inner)
        case Items():
            for inner in value:
                yield from _written_ids(inner)
