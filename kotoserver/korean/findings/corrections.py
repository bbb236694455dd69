"""The corrected sentence and the steps to it from the learner's own words."""

import re
from collections.abc import Iterable
from difflib import SequenceMatcher

from kotoserver.domain.evaluation import DiffKind, DiffPart, Span
from kotoserver.korean.findings.draft import UNSEEN, Draft, plain
from kotoserver.korean.findings.findings import Finding

_PIECE = re.compile(rf"\s+|[가-힣\u1100-\u11ff{UNSEEN}]+|[A-Za-z]+|\d+|.", re.DOTALL)
"""Conjoining jamo belong to a word as the syllables do that they spell."""


def apply_findings(draft: Draft, findings: Iterable[Finding]) -> Draft:
    """Every repair that does not overlap an earlier one in the list, from the end of the text backwards."""
    chosen: list[Finding] = []
    for finding in findings:
        if finding.replacement is None:
            continue
        if not any(_overlap(finding, other) for other in chosen):
            chosen.append(finding)
    for finding in sorted(chosen, key=lambda f: (-f.start, -f.end)):
        draft = draft.replace(finding.start, finding.end, finding.replacement or "")
    return draft


def diff_texts(original: str, corrected: str) -> tuple[DiffPart, ...]:
    """Steps by word that spell both texts in order; words that look the same are kept."""
    ours, theirs = _PIECE.findall(original), _PIECE.findall(corrected)
    seen = [plain(piece) or piece for piece in ours]
    matcher = SequenceMatcher(None, seen, theirs, autojunk=False)
    starts = [0]
    for piece in ours:
        starts.append(starts[-1] + len(piece))
    return tuple(
        DiffPart(
            kind=_KINDS[tag],
            span=Span(start=starts[i1], end=starts[i2]),
            learner="".join(ours[i1:i2]),
            corrected="".join(theirs[j1:j2]),
        )
        for tag, i1, i2, j1, j2 in matcher.get_opcodes()
    )


_KINDS = {
    "equal": DiffKind.KEEP,
    "insert": DiffKind.INSERT,
    "delete": DiffKind.DELETE,
    "replace": DiffKind.REPLACE,
}


def _overlap(one: Finding, other: Finding) -> bool:
    if one.start == one.end or other.start == other.end:
        return one.start == other.start and one.end == other.end
    return one.start < other.end and other.start < one.end
