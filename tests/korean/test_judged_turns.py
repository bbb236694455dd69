"""Learners' sentences from many situations, each with a teacher's judgement (`judged_turns.yaml`)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from kotoserver.domain.evaluation import Expectation
from kotoserver.domain.levels import SpeechLevel
from tests.korean.turns import Judge, codes, expect

_LEVELS = {"haeyo": SpeechLevel.HAEYO, "hapsyo": SpeechLevel.HAPSYO, "banmal": SpeechLevel.BANMAL}
SITUATIONS = yaml.safe_load(Path(__file__).with_name("judged_turns.yaml").read_text("utf-8"))


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


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda situation: situation["npc"])
def test_every_example_passes_its_own_turn(judge: Judge, situation: dict):
    for example in situation["examples"]:
        evaluation = judge(example, expectation_of(situation))
        assert (evaluation.score, codes(evaluation)) == (100, [])
