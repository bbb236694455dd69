"""Turns with a teacher's judgement, and the scenes' own turns, as expectations."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from kotoserver.content.drafts import compile_drafts
from kotoserver.domain.evaluation import Expectation, expectation_of
from kotoserver.domain.levels import SpeechLevel
from kotoserver.domain.scene import Intent, Scoring, Slot, SlotKind

LEVELS = {"haeyo": SpeechLevel.HAEYO, "hapsyo": SpeechLevel.HAPSYO, "banmal": SpeechLevel.BANMAL}
_SCORING = Scoring(task=50, language=20, speech_level=20, delivery=10, passing=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    learner: str
    expectation: Expectation
    verdict: str
    codes: frozenset[str]
    """Codes that must appear."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """A sentence that some turn teaches."""

    sentence: str
    intent: str
    expectation: Expectation


def read_cases(path: Path) -> list[Case]:
    """One JSON object a line: `npc_line`, `expected`, `target_level`, `slots`, `learner`, `verdict`, codes."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return [
        Case(
            learner=row["learner"],
            expectation=pinned_expectation(row["id"], row),
            verdict=row["verdict"],
            codes=frozenset(row["must_have_codes"]),
        )
        for row in rows
    ]


def pinned_expectation(key: str, row: Mapping[str, object]) -> Expectation:
    """A turn with one intent whose slots pin one value each."""
    pinned = row.get("slots") or {}
    assert isinstance(pinned, dict)
    slots = {
        slot: Slot(id=slot, kind=SlotKind.CHOICE, required=True, values={ways[0]: tuple(ways)})
        for slot, ways in pinned.items()
    }
    return open_expectation(
        key,
        (Intent(id="answer", examples=tuple(row["expected"]), needs=tuple(slots)),),  # type: ignore[arg-type]
        npc_line=str(row["npc_line"]),
        slots=slots,
        target=LEVELS[str(row["target_level"])],
    )


def open_expectation(
    key: str,
    intents: tuple[Intent, ...],
    *,
    npc_line: str = "",
    slots: Mapping[str, Slot] = MappingProxyType({}),
    target: SpeechLevel = SpeechLevel.HAEYO,
) -> Expectation:
    return Expectation(
        key=key,
        npc_line=npc_line,
        intents=intents,
        common=(),
        slots=slots,
        shortcuts=MappingProxyType({}),
        synonyms=MappingProxyType({}),
        target=target,
        also_ok=(),
        model=None,
        grammar=(),
        scoring=_SCORING,
    )


def taught_by_scenes(scenes_dir: Path, langpacks_dir: Path) -> Iterator[Taught]:
    """Every example sentence of every scene's draft that compiles."""
    for result in compile_drafts(scenes_dir, langpacks_dir).scenes.values():
        if result.scene is None:
            continue
        for turn in result.scene.turns:
            expectation = expectation_of(result.scene, turn.id)
            for intent in turn.intents:
                for sentence in intent.examples:
                    yield Taught(sentence=sentence, intent=intent.id, expectation=expectation)


def taught_by_cases(cases: list[Case]) -> Iterator[Taught]:
    """The examples of the cases, each turn once."""
    seen: set[tuple[str, tuple[str, ...]]] = set()
    for case in cases:
        (intent,) = case.expectation.intents
        turn = (case.expectation.npc_line, intent.examples)
        if turn not in seen:
            seen.add(turn)
            for sentence in intent.examples:
                yield Taught(sentence=sentence, intent=intent.id, expectation=case.expectation)
