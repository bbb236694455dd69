"""Learners' sentences in the turns of the scenes, each with a teacher's judgement (`scene_turns.yaml`)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from kotoserver.content.drafts import compile_drafts
from kotoserver.domain.evaluation import expectation_of
from kotoserver.domain.scene import Scene
from kotoserver.providers.kiwi import KiwiAnalyzer
from tests.korean.turns import Judge, codes

ROOT = Path(__file__).parents[2]
TURNS = yaml.safe_load(Path(__file__).with_name("scene_turns.yaml").read_text("utf-8"))


@pytest.fixture(scope="module")
def scenes() -> dict[str, Scene]:
    results = compile_drafts(ROOT / "scenes", ROOT / "langpacks").scenes
    return {name: result.scene for name, result in results.items() if result.scene is not None}


@pytest.fixture(scope="module")
def judge_in_scenes(analyzer: KiwiAnalyzer) -> Judge:
    return Judge(analyzer)


def judged() -> Iterator[pytest.param]:
    for place in TURNS:
        for turn in place["turns"]:
            yield pytest.param(place, turn, id=f"{place['scene']}-{place['turn']}-{turn['says']}")


@pytest.mark.parametrize(("place", "turn"), list(judged()))
def test_a_mistake_is_told_and_put_right(
    judge_in_scenes: Judge, scenes: dict[str, Scene], place: dict, turn: dict
):
    evaluation = judge_in_scenes(turn["says"], expectation_of(scenes[place["scene"]], place["turn"]))
    assert evaluation.verdict == turn["verdict"]
    assert set(turn.get("codes", ())) <= set(codes(evaluation))
    assert turn.get("corrected") in (None, evaluation.corrected)


def valid() -> Iterator[pytest.param]:
    for place in TURNS:
        for says in place["valid"]:
            yield pytest.param(place, says, id=f"{place['scene']}-{place['turn']}-{says}")


@pytest.mark.parametrize(("place", "says"), list(valid()))
def test_a_good_answer_passes_with_no_item(
    judge_in_scenes: Judge, scenes: dict[str, Scene], place: dict, says: str
):
    evaluation = judge_in_scenes(says, expectation_of(scenes[place["scene"]], place["turn"]))
    assert (evaluation.verdict, codes(evaluation)) == ("accept", [])
