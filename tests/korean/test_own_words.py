"""A judgement hangs on the scene of its turn, whatever else is published beside it."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from kotoserver.domain.evaluation import Evaluation, Expectation, expectation_of
from kotoserver.domain.scene import Scene
from kotoserver.korean.engine import judge, prepare
from kotoserver.ports.morphology import MorphemeAnalyzer
from kotoserver.providers.kiwi import KiwiAnalyzer
from tests.korean.test_scene_turns import TURNS, scenes
from tests.korean.turns import ORDER, choice

__all__ = ["scenes"]

FOREIGN_SCENES = 50


def sentences(every: int) -> Iterator[tuple[str, str, str]]:
    said = [
        (place["scene"], place["turn"], text)
        for place in TURNS
        for text in (*place["valid"], *(turn["says"] for turn in place["turns"]))
    ]
    return iter(said[::every])


def judged(scenes: dict[str, Scene], analyzer: MorphemeAnalyzer) -> list[Evaluation]:
    """Every tenth sentence in its turn, each turn prepared anew."""
    prepared = {
        place: prepare(expectation_of(scenes[place[0]], place[1]), analyzer)
        for place in {(scene, turn) for scene, turn, _ in sentences(10)}
    }
    return [judge(text, prepared[scene, turn]) for scene, turn, text in sentences(10)]


def foreign() -> list[Expectation]:
    """Turns of scenes that sell the very words that learners of the others say."""
    words = sorted({word.strip(".,?!") for _, _, text in sentences(1) for word in text.split()} - {""})
    words += [word[:-1] for word in words if len(word) > 2]
    return [
        replace(
            ORDER,
            key=f"foreign/{number}",
            slots={"drink": choice("drink", {"any": tuple(words[number::FOREIGN_SCENES])})},
        )
        for number in range(FOREIGN_SCENES)
    ]


@pytest.fixture(scope="module")
def alone(scenes: dict[str, Scene], analyzer: KiwiAnalyzer) -> list[Evaluation]:
    return judged(scenes, analyzer)


def test_fifty_foreign_scenes_change_no_judgement(
    scenes: dict[str, Scene], analyzer: KiwiAnalyzer, alone: list[Evaluation]
):
    others = [prepare(expectation, analyzer) for expectation in foreign()]
    assert len(others) == FOREIGN_SCENES
    for other, evaluation in zip(others, alone, strict=False):
        judge(evaluation.text, other)  # so that it is kept as the foreign scene reads it
    assert judged(scenes, analyzer) == alone


def test_an_analyser_that_was_taught_foreign_words_judges_the_same(
    scenes: dict[str, Scene], analyzer: KiwiAnalyzer, alone: list[Evaluation]
):
    taught = analyzer.knowing(word for expectation in foreign() for word in expectation.slot_words)
    otherwise = [one.text for one in alone if taught.analyze(one.text) != analyzer.analyze(one.text)]
    assert otherwise, "words that change no reading would prove nothing"
    assert judged(scenes, taught) == alone


def test_the_words_of_a_question_are_its_slots_and_short_forms():
    assert {"아메리카노", "카페라떼", "차가운", "아아"} <= ORDER.slot_words
    assert "주세요" not in ORDER.slot_words
