"""The café scene, held against the real evaluator."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kotoserver.bootstrap import scene_words
from kotoserver.content.drafts import lint
from kotoserver.content.library import Library, open_library
from kotoserver.content.trials import run_trials
from kotoserver.domain.evaluation import Evaluation, Expectation, expectation_of
from kotoserver.domain.scene import CommonAction, HintKind, Outcome, Scene
from kotoserver.korean.context import Prepared
from kotoserver.korean.engine import judge, prepare
from kotoserver.providers.kiwi import KiwiAnalyzer

ROOT = Path(__file__).parents[2]
SCENES, PACKS = ROOT / "scenes", ROOT / "langpacks"
Judge = Callable[[str, Expectation], Evaluation]


@pytest.fixture(scope="module")
def library() -> Library:
    return open_library(SCENES, PACKS)


@pytest.fixture(scope="module")
def scene(library: Library) -> Scene:
    return library.scene("cafe")


@pytest.fixture(scope="module")
def local_judge(scene: Scene) -> Judge:
    analyzer = KiwiAnalyzer(scene_words([scene]))
    known: dict[str, Prepared] = {}

    def judge_sentence(text: str, expectation: Expectation) -> Evaluation:
        if expectation.key not in known:
            known[expectation.key] = prepare(expectation, analyzer)
        return judge(text, known[expectation.key], analyzer)

    return judge_sentence


def test_nothing_is_wrong_with_what_is_published(library: Library):
    assert library.problems() == ()


def test_nothing_is_wrong_with_the_drafts():
    assert lint(SCENES, PACKS) == []


def test_what_is_published_is_the_draft(scene: Scene):
    draft = (SCENES / "cafe" / "scene.yaml").read_text("utf-8")
    live = (SCENES / "cafe" / "versions" / f"{scene.version:04d}.yaml").read_text("utf-8")

    assert live.startswith(draft)


def test_examples_pass_repair_moves_are_understood_and_every_row_holds(local_judge: Judge):
    assert run_trials(SCENES, PACKS, "cafe", local_judge) == []


def test_a_polite_request_to_repeat_is_praised(scene: Scene, local_judge: Judge):
    heard = local_judge("다시 한번 말씀해 주시겠어요?", expectation_of(scene, "order"))

    assert [item.code for item in heard.items] == ["GOOD_REPAIR"]


def test_the_scene_has_what_a_scene_needs(scene: Scene):
    assert len(scene.turns) >= 6
    assert len(scene.endings) == 3
    assert {ending.result for ending in scene.endings} == {Outcome.PASS, Outcome.TRY_AGAIN}
    assert {common.action for common in scene.common} == set(CommonAction)
    assert [common.id for common in scene.common] == [
        "ask_repeat",
        "ask_slower",
        "ask_meaning",
        "need_time",
        "native_language",
        "silence",
    ]


def test_every_turn_has_the_whole_hint_ladder(scene: Scene):
    for turn in scene.turns:
        assert [hint.kind for hint in turn.hints] == list(HintKind), turn.id


def test_every_intent_has_four_examples_or_more(scene: Scene):
    for turn in scene.turns:
        for intent in turn.intents:
            assert len(intent.examples) >= 4, (turn.id, intent.id)


def test_a_line_of_a_beginners_scene_is_short(scene: Scene):
    for line in scene.lines():
        assert sum("가" <= letter <= "힣" for letter in line.ko) <= 25, line.ko


def test_every_line_moves_the_stage(scene: Scene):
    assert [line.id for line in scene.lines() if line.cue is None] == []


@pytest.mark.parametrize("pack_id", ["ko-id", "ko-en", "ko-ko"])
def test_most_words_of_the_npc_can_be_tapped(pack_id: str, library: Library, scene: Scene):
    entries = library.pack(pack_id).scenes["cafe"].words
    words = [word for line in scene.lines() for word in line.ko.split() if not word.startswith("{")]
    known = [word for word in words if any(word.startswith(entry.split()[0]) for entry in entries)]

    assert len(known) / len(words) > 0.95
