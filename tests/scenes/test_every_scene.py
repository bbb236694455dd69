"""What holds for every scene that learners may play, held against the real evaluator."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from kotoserver.content.desk import lint, run_trials
from kotoserver.content.drafts import draft_ids
from kotoserver.content.library import Library, open_library
from kotoserver.domain.evaluation import Evaluation, Expectation, expectation_of
from kotoserver.domain.langpack import fill_placeholders
from kotoserver.domain.levels import SpeechFit, SpeechLevel
from kotoserver.domain.scene import AGAIN, CommonAction, CommonIntent, HintKind, Line, Outcome, Scene
from kotoserver.korean.answering.context import Prepared
from kotoserver.korean.engine import judge, prepare
from kotoserver.providers.kiwi import KiwiAnalyzer

ROOT = Path(__file__).parents[2]
SCENES, PACKS = ROOT / "scenes", ROOT / "langpacks"
SCENE_IDS = draft_ids(SCENES)
Judge = Callable[[str, Expectation], Evaluation]

MOST_SYLLABLES = {1: 25, 2: 30}
"""TOPIK level -> syllables of one line."""
POLITE_CLOSE = re.compile(r"(요|니다|니까|시오)[.?!]*$")


@pytest.fixture(scope="module")
def library() -> Library:
    return open_library(SCENES, PACKS)


@pytest.fixture(scope="module", params=SCENE_IDS)
def scene(request: pytest.FixtureRequest, library: Library) -> Scene:
    return library.scene(request.param)


@pytest.fixture(scope="module")
def local_judge(library: Library) -> Judge:
    analyzer = KiwiAnalyzer()
    known: dict[str, Prepared] = {}

    def judge_sentence(text: str, expectation: Expectation) -> Evaluation:
        if expectation.key not in known:
            known[expectation.key] = prepare(expectation, analyzer)
        return judge(text, known[expectation.key])

    return judge_sentence


def test_nothing_is_wrong_with_what_is_published(library: Library):
    assert library.problems() == ()


def test_nothing_is_wrong_with_the_drafts():
    assert lint(SCENES, PACKS) == []


def test_what_is_published_is_the_draft(scene: Scene):
    draft = (SCENES / scene.id / "scene.yaml").read_text("utf-8")
    live = (SCENES / scene.id / "versions" / f"{scene.version:04d}.yaml").read_text("utf-8")

    assert live.startswith(draft)


def test_examples_pass_repair_moves_are_understood_and_every_row_holds(scene: Scene, local_judge: Judge):
    assert run_trials(SCENES, PACKS, scene.id, local_judge) == []


def test_a_scene_has_what_a_scene_needs(scene: Scene):
    assert 6 <= len(scene.turns) <= 10
    assert len(scene.endings) >= 3
    assert {ending.result for ending in scene.endings} == {Outcome.PASS, Outcome.TRY_AGAIN}
    assert {common.action for common in scene.common} == set(CommonAction)


def test_every_turn_has_the_whole_hint_ladder(scene: Scene):
    for turn in scene.turns:
        assert [hint.kind for hint in turn.hints] == list(HintKind), turn.id


def test_every_intent_has_four_examples_or_more(scene: Scene):
    for turn in scene.turns:
        for intent in turn.intents:
            assert len(intent.examples) >= 4, (turn.id, intent.id)


def test_what_a_turn_is_mainly_about_has_eight_examples_or_more(scene: Scene, local_judge: Judge):
    """Which intent that is, the model answer tells."""
    for turn in scene.turns:
        main = local_judge(turn.model.ko, expectation_of(scene, turn.id)).intent
        (examples,) = [intent.examples for intent in turn.intents if intent.id == main]
        assert len(set(examples)) >= 8, (turn.id, main)


def test_no_line_is_longer_than_its_level_can_keep_in_mind(scene: Scene):
    for line in scene.lines():
        assert sum("가" <= letter <= "힣" for letter in line.ko) <= MOST_SYLLABLES[scene.topik], line.ko


def test_every_line_moves_the_stage(scene: Scene):
    assert [line.id for line in scene.lines() if line.cue is None] == []


def test_everybody_speaks_in_their_own_level(scene: Scene):
    """Friends never say 요, and staff always do."""
    friends = {npc.id for npc in scene.npcs.values() if npc.speech == (SpeechLevel.BANMAL,)}

    def is_polite(line: Line) -> bool:
        return POLITE_CLOSE.search(fill_placeholders(line.ko, dict.fromkeys(scene.slots, "차"))) is not None

    wrong = [line.ko for line in scene.lines() if is_polite(line) == (line.by in friends)]
    assert wrong == []


def test_the_wrong_level_meets_with_a_look_and_a_second_chance(scene: Scene):
    casual = scene.speech_target is SpeechLevel.BANMAL
    wrong = SpeechFit.TOO_FORMAL if casual else SpeechFit.TOO_CASUAL
    looks = {
        rule.say.cue.emotion
        for turn in scene.turns
        for rule in turn.rules
        if rule.when.speech == wrong and rule.go == AGAIN and rule.say and rule.say.cue
    }

    assert looks == {"playful" if casual else "surprised"}


def test_a_polite_request_to_repeat_is_praised(scene: Scene, local_judge: Judge):
    heard = local_judge("다시 한번 말씀해 주시겠어요?", expectation_of(scene, scene.turns[1].id))

    assert [item.code for item in heard.items] == ["GOOD_REPAIR"]


@pytest.mark.parametrize("pack_id", ["ko-id", "ko-en", "ko-ko"])
def test_most_words_of_the_npc_can_be_tapped(pack_id: str, library: Library, scene: Scene):
    entries = sorted(library.pack(pack_id).scenes[scene.id].words, key=len, reverse=True)
    tappable = re.compile("|".join(map(re.escape, entries)))
    words, known = 0, 0
    for line in scene.lines():
        ko = re.sub(r"\{[^}]*\}", "", line.ko)
        covered = 0
        for word in re.finditer(r"[^\s.,?!…]\S*", ko):
            entry = tappable.match(ko, word.start())
            covered = max(covered, entry.end() if entry else 0)
            words += 1
            known += covered > word.start()

    assert known / words > 0.95


def test_repair_moves_among_friends_are_answered_casually_and_else_politely(library: Library):
    def by_id(scene_id: str) -> dict[str, CommonIntent]:
        return {common.id: common for common in library.scene(scene_id).common}

    friends, staff = by_id("cafe_friend"), by_id("cafe")
    assert friends.keys() == staff.keys()
    for move in friends:
        assert not POLITE_CLOSE.search(friends[move].say.ko), move
        assert POLITE_CLOSE.search(staff[move].say.ko), move
        assert set(staff[move].examples) < set(friends[move].examples) or move == "silence", move
