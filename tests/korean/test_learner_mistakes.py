"""Mistakes as learners make them (`learner_mistakes.yaml`): each is told, nothing else is, and it is put right."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from kotoserver.domain.evaluation import Expectation
from kotoserver.domain.levels import SpeechLevel
from tests.korean.turns import Judge, codes, expect

_LEVELS = {"haeyo": SpeechLevel.HAEYO, "hapsyo": SpeechLevel.HAPSYO, "banmal": SpeechLevel.BANMAL}
SITUATIONS = yaml.safe_load(Path(__file__).with_name("learner_mistakes.yaml").read_text("utf-8"))


def expectation_of(situation: dict) -> Expectation:
    slots = {slot: tuple(ways) for slot, ways in situation.get("slots", {}).items()}
    target = _LEVELS[situation.get("level", "haeyo")]
    return expect(situation["npc"], *situation["examples"], slots=slots, target=target)


def mistakes() -> Iterator[pytest.param]:
    for situation in SITUATIONS:
        for turn in situation.get("turns", ()):
            yield pytest.param(situation, turn, id=turn["says"])


@pytest.mark.parametrize(("situation", "turn"), list(mistakes()))
def test_a_mistake_is_told_alone_and_put_right(judge: Judge, situation: dict, turn: dict):
    evaluation = judge(turn["says"], expectation_of(situation))
    assert sorted(codes(evaluation)) == sorted(turn["codes"])
    assert evaluation.corrected == turn["corrected"]
    assert evaluation.verdict == "accept_with_feedback"


@pytest.mark.parametrize(("situation", "turn"), list(mistakes()))
def test_what_was_put_right_needs_no_more_mending(judge: Judge, situation: dict, turn: dict):
    again = judge(turn["corrected"], expectation_of(situation))
    assert (again.verdict, codes(again)) == ("accept", [])


def valid() -> Iterator[pytest.param]:
    for situation in SITUATIONS:
        for says in situation.get("valid", ()):
            yield pytest.param(situation, says, id=says)


@pytest.mark.parametrize(("situation", "says"), list(valid()))
def test_what_looks_odd_and_is_right_passes(judge: Judge, situation: dict, says: str):
    evaluation = judge(says, expectation_of(situation))
    assert (evaluation.verdict, codes(evaluation)) == ("accept", [])
