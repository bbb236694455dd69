"""A pack speaks with one voice (W14): one word for "you", and none that its own rules rule out.

What stands in quotation marks is spoken about and not spoken, so it is left alone. The meaning of an NPC's line
is the NPC speaking and may address the learner in its own way, but not in two ways in one line.
"""

import re
from collections.abc import Iterator, Sequence

from kotoserver.content.findings import Findings
from kotoserver.content.pack_schema import PackSource, ScenePackSource
from kotoserver.content.tree import Block, Items, Path

_TO_THE_LEARNER = (
    "ui",
    "feedback",
    "feedback_summary",
    "speech_levels",
    "grammar",
    "sounds",
    "brief",
    "goals",
    "hints",
    "words",
    "notes",
)
_BY_AN_NPC = ("lines", "common")
_QUOTED = re.compile(r"\"[^\"]*\"|“[^”]*”")
_FAMILIAR = re.compile(r"\b[Kk]amu\b")
_FORMAL = re.compile(r"\bAnda\b")

Place = tuple[Findings, Path, str]
"""A text of the pack, where it stands, and what it says outside quotation marks."""


def check_pack_style(
    source: PackSource, findings: Findings, parts: Sequence[tuple[ScenePackSource, Findings]]
) -> None:
    files = [findings, *(place for _, place in parts)]
    told = [place for each in files for place in _texts(each, _TO_THE_LEARNER)]
    spoken = [place for each in files for place in _texts(each, _BY_AN_NPC)]
    for word in source.avoid:
        _report_avoided(word, [*told, *spoken])
    if source.native == "id":
        _report_mixed_address(source.style, told)
        for place, path, text in spoken:
            if _FAMILIAR.search(text) and _FORMAL.search(text):
                place.at("W14.mixed_line", path)


def _report_avoided(word: str, texts: list[Place]) -> None:
    pattern = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE)
    for findings, path, text in texts:
        if pattern.search(text):
            findings.at("W14.avoided", path, word=word)


def _report_mixed_address(style: str, told: list[Place]) -> None:
    """The style says which; where it does not, the word that is used less often is the stranger."""
    familiar = [place for place in told if _FAMILIAR.search(place[2])]
    formal = [place for place in told if _FORMAL.search(place[2])]
    wants_familiar, wants_formal = "kamu" in style.lower(), "Anda" in style
    if wants_familiar == wants_formal:
        if not (familiar and formal):
            return
        wants_familiar = len(familiar) >= len(formal)
    for findings, path, _ in formal if wants_familiar else familiar:
        wanted, found = ("kamu", "Anda") if wants_familiar else ("Anda", "kamu")
        findings.at("W14.address", path, wanted=wanted, found=found)


def _texts(findings: Findings, tables: Sequence[str]) -> Iterator[Place]:
    for table in tables:
        yield from _inside(findings, (table,), findings.document.root.get(table))


def _inside(findings: Findings, path: Path, value: object) -> Iterator[Place]:
    match value:
        case str():
            yield findings, path, _QUOTED.sub("", value)
        case Block():
            for key, inner in value.items():
                yield from _inside(findings, (*path, key), inner)
        case Items():
            for number, inner in enumerate(value):
                yield from _inside(findings, (*path, number), inner)
