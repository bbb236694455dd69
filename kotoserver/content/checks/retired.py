"""Ids are never used again (E08): recordings, translations and old saves still mean the line they once named."""

from collections.abc import Sequence

from kotoserver.content.findings import Findings
from kotoserver.content.fresh_ids import FreshIds, written_ids


def check_retired(findings: Findings, published: Sequence[frozenset[str]], fresh: FreshIds) -> None:
    """`published` holds the ids of every version so far, the latest last."""
    if not published:
        return
    retired = frozenset().union(*published[:-1]) - published[-1]
    for each, mark in written_ids(findings.document.root):
        if each in retired:
            findings.on("E08.retired", mark, findings.document.rewritten(mark, fresh.after(each)), id=each)
