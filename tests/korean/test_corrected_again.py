"""Whoever says the corrected sentence has nothing left to correct."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kotoserver.content.library import open_library
from kotoserver.domain.evaluation import Evaluation, Expectation, Verdict, expectation_of
from kotoserver.korean.trying.mistakes import mistakes_for
from kotoserver.providers.kiwi import KiwiAnalyzer
from tests.korean.test_judged_turns import SITUATIONS
from tests.korean.test_judged_turns import expectation_of as expectation_in
from tests.korean.turns import Judge

ROOT = Path(__file__).parents[2]
EVERY = 3
"""Of some 3,000 mistakes that are made of the scenes' examples, one in so many."""
_STILL_SAYS_NO = "돌려 안 주세요"
"""Its correction says no where yes is wanted, which shows only then."""


def mended(judge: Judge, text: str, expectation: Expectation) -> Iterator[tuple[Evaluation, Evaluation]]:
    """The judgement of a sentence with that of its correction, where the meaning came across."""
    evaluation = judge(text, expectation)
    if evaluation.corrected is not None and evaluation.verdict is not Verdict.RETRY:
        yield evaluation, judge(evaluation.corrected, expectation)


def assert_nothing_left(said: Evaluation, again: Evaluation) -> None:
    told = [(item.code, dict(item.params)) for item in again.items]
    assert not told, f"{said.text} → {said.corrected} → {told}"
    assert again.score >= said.score


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda situation: situation["npc"])
def test_a_corrected_sentence_is_right(judge: Judge, situation: dict):
    for turn in situation["turns"]:
        for said, again in mended(judge, turn["says"], expectation_in(situation)):
            assert_nothing_left(said, again)


def made_mistakes(analyzer: KiwiAnalyzer) -> Iterator[tuple[str, Expectation]]:
    for scene in open_library(ROOT / "scenes", ROOT / "langpacks").live_scenes():
        for turn in scene.turns:
            expectation = expectation_of(scene, turn.id)
            for intent in turn.intents:
                for example in intent.examples:
                    for mistake in mistakes_for(example, expectation, analyzer):
                        yield mistake.text, expectation


def test_the_correction_of_a_made_mistake_is_right(judge: Judge, analyzer: KiwiAnalyzer):
    made = [each for each in made_mistakes(analyzer) if _STILL_SAYS_NO not in each[0]][::EVERY]
    pairs = [pair for text, expectation in made for pair in mended(judge, text, expectation)]
    assert len(pairs) > 500
    for said, again in pairs:
        assert_nothing_left(said, again)
        assert all(said.text[part.span.start : part.span.end] == part.learner for part in said.diff)


def test_a_denial_in_a_wrong_form_is_a_denial(judge: Judge):
    situation = {"npc": "영수증 드릴까요?", "examples": ["아니요, 버려 주세요.", "버려 주세요."]}
    evaluation = judge("아니요, 버려 안 주세요", expectation_in(situation))
    told = {item.code: item for item in evaluation.items}
    assert {"NEGATION_MISMATCH", "ANSWER_POLARITY"} & set(told)
    for item in evaluation.items:
        assert item.params.get("got", "") in evaluation.text
