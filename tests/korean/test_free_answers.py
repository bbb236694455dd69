"""Answers in learners' own words, right ones and such as answer another question (`free_answers.yaml`)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from kotoserver.domain.evaluation import Expectation
from kotoserver.domain.levels import SpeechLevel
from kotoserver.domain.scene import Intent
from tests.korean.turns import Judge, choice, codes, turn

LEVELS = {"haeyo": SpeechLevel.HAEYO, "hapsyo": SpeechLevel.HAPSYO, "banmal": SpeechLevel.BANMAL}
SITUATIONS = yaml.safe_load(Path(__file__).with_name("free_answers.yaml").read_text("utf-8"))


def expectation_of(situation: dict) -> Expectation:
    slots = tuple(choice(slot, {ways[0]: tuple(ways)}) for slot, ways in situation.get("slots", {}).items())
    needs = tuple(slot.id for slot in slots)
    taught = situation.get("intents") or {"answer": situation["examples"]}
    intents = [Intent(id=name, examples=tuple(examples), needs=needs) for name, examples in taught.items()]
    return turn(situation["npc"], *intents, slots=slots, target=LEVELS[situation.get("level", "haeyo")])


def said(kind: str) -> Iterator[pytest.param]:
    for situation in SITUATIONS:
        for says in situation[kind]:
            yield pytest.param(situation, says, id=f"{situation['npc']}-{says}")


@pytest.mark.parametrize(("situation", "says"), list(said("valid")))
def test_a_good_answer_passes_whatever_its_words(judge: Judge, situation: dict, says: str):
    evaluation = judge(says, expectation_of(situation))
    assert (evaluation.verdict, codes(evaluation)) == ("accept", [])


@pytest.mark.parametrize(("situation", "says"), list(said("wrong")))
def test_an_answer_to_another_question_has_to_be_tried_again(judge: Judge, situation: dict, says: str):
    assert judge(says, expectation_of(situation)).verdict == "retry"
