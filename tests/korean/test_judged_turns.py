"""Learners' sentences from many situations, each with a teacher's judgement (`judged_turns.yaml` and its like)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from kotoserver.domain.evaluation import Expectation
from kotoserver.domain.levels import SpeechLevel
from tests.korean.turns import Judge, codes, expect

_LEVELS = {"haeyo": SpeechLevel.HAEYO, "hapsyo": SpeechLevel.HAPSYO, "banmal": SpeechLevel.BANMAL}
SITUATIONS = [
    situation
    for name in (
        "judged_turns.yaml",
        "service_turns.yaml",
        "wrong_answers.yaml",
        "everyday_turns.yaml",
        "tricky_turns.yaml",
    )
    for situation in yaml.safe_load(Path(__file__).with_name(name).read_text("utf-8"))
]


def expectation_of(situation: dict) -> Expectation:
    slots = {slot: tuple(ways) for slot, ways in situation.get("slots", {}).items()}
    target = _LEVELS[situation.get("level", "haeyo")]
    return expect(situation["npc"], *situation["examples"], slots=slots, target=target)


def judged() -> Iterator[pytest.param]:
    for situation in SITUATIONS:
        for turn in situation["turns"]:
            yield pytest.param(situation, turn, id=turn["says"])


@pytest.mark.parametrize(("situation", "turn"), list(judged()))
def test_a_teacher_would_say_the_same(judge: Judge, situation: dict, turn: dict):
    evaluation = judge(turn["says"], expectation_of(situation))
    assert evaluation.verdict == turn["verdict"]
    assert set(turn.get("codes", ())) <= set(codes(evaluation))


def valid() -> Iterator[pytest.param]:
    for situation in SITUATIONS:
        for says in situation.get("valid", ()):
            yield pytest.param(situation, says, id=says)


@pytest.mark.parametrize(("situation", "says"), list(valid()))
def test_a_good_answer_in_other_words_passes(judge: Judge, situation: dict, says: str):
    evaluation = judge(says, expectation_of(situation))
    assert (evaluation.verdict, codes(evaluation)) == ("accept", [])


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda situation: situation["npc"])
def test_every_example_passes_its_own_turn(judge: Judge, situation: dict):
    for example in situation["examples"]:
        evaluation = judge(example, expectation_of(situation))
        assert (evaluation.score, codes(evaluation)) == (100, [])
