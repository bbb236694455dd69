"""Turns with a teacher's judgement, sets of paraphrases, and the scenes' own turns, as expectations."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from kotoserver.content.drafts import compile_drafts
from kotoserver.domain.evaluation import Expectation, expectation_of
from kotoserver.domain.scene import Intent
from kotoserver.services.judging import Question, expectation_for

SHOWN = 5
"""Paraphrases of a set that are given as examples; the others are to be recognised."""
TOGETHER = 6
"""Intents of one turn."""


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
    """One JSON object a line: a question as `kotoserver evaluate` takes it, with `verdict` and codes."""
    found = []
    for line in path.read_text("utf-8").splitlines():
        row = json.loads(line)
        question = Question.model_validate({**row, "scene": None, "turn": None})
        found.append(
            Case(
                learner=question.learner,
                expectation=expectation_for(question, {}),
                verdict=row["verdict"],
                codes=frozenset(row["must_have_codes"]),
            )
        )
    return found


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


def read_paraphrases(path: Path) -> list[tuple[str, ...]]:
    """Sets of sentences that ask for the same, in the order of the file."""
    rows = [line.split("\t") for line in path.read_text("utf-8").splitlines()[1:]]
    return [tuple(text for _, text in rows) for _, rows in groupby(rows, key=lambda row: row[0])]


def neighbouring_turns(sets: list[tuple[str, ...]]) -> Iterator[Taught]:
    """Turns of sets that follow each other in the file, which goes from topic to topic."""
    for start in range(0, len(sets) - TOGETHER + 1, TOGETHER):
        chosen = range(start, start + TOGETHER)
        for wanted in chosen:
            yield from _unseen(sets, wanted, tuple(chosen))


def close_turns(sets: list[tuple[str, ...]]) -> Iterator[Taught]:
    """Each set among those that share most of their pairs of letters with it."""
    shown = [_letter_pairs(" ".join(each[:SHOWN])) for each in sets]
    for wanted, pairs in enumerate(shown):
        near = sorted(range(len(sets)), key=lambda other: -len(pairs & shown[other]) / len(pairs | shown[other]))
        yield from _unseen(sets, wanted, tuple(near[:TOGETHER]))


def _unseen(sets: list[tuple[str, ...]], wanted: int, chosen: tuple[int, ...]) -> Iterator[Taught]:
    """The paraphrases of one set that are not among the examples, in a turn of several sets."""
    question = Question(learner="", examples=sets[wanted][:SHOWN])
    turn = replace(
        expectation_for(question, {}),
        key=f"paraphrases/{'-'.join(map(str, sorted(chosen)))}",
        intents=tuple(Intent(id=f"set-{each}", examples=sets[each][:SHOWN]) for each in sorted(chosen)),
    )
    for sentence in sets[wanted][SHOWN:]:
        yield Taught(sentence=sentence, intent=f"set-{wanted}", expectation=turn)


def _letter_pairs(text: str) -> frozenset[str]:
    packed = text.replace(" ", "")
    return frozenset(packed[place : place + 2] for place in range(len(packed) - 1))
