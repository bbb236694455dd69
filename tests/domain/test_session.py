"""How one utterance moves a session on."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kotoserver.domain.evaluation import Evaluation, Verdict
from kotoserver.domain.levels import SpeechFit
from kotoserver.domain.scene import AfterMax, Outcome, Retry
from kotoserver.domain.session import (
    HeldSlot,
    Progress,
    SessionState,
    Step,
    advance,
    begin,
    next_hint,
    take_back,
)
from tests.small_scene import said, scene

STALL = scene()


def play(*heard: Evaluation, seconds: float = 5.0) -> Step:
    step = begin(STALL)
    for evaluation in heard:
        step = advance(step.progress, STALL, evaluation, seconds=seconds)
    return step


def spoken(step: Step) -> list[str]:
    return [line.ko for line in step.said]


LATTE = said(slots={"drink": "latte", "count": 2})
LOST = said("어…", intent=None, score=0, verdict=Verdict.RETRY)
CARD = said("카드로 할게요.", intent="pay")


def test_the_npc_opens_the_scene():
    step = begin(STALL)
    assert step.progress == Progress(turn="order")
    assert spoken(step) == ["뭐 드릴까요?"]


def test_the_first_matching_rule_answers_and_moves_on():
    step = play(LATTE)
    assert spoken(step) == ["라떼 두 잔이요.", "카드로 하시겠어요?"]
    assert (step.rule, step.go, step.progress.turn, step.progress.tries) == (1, "pay", "pay", 0)
    assert step.progress.slots["drink"] == HeldSlot(value="latte", by_learner=True)


def test_a_slot_that_was_not_said_is_spoken_with_its_default():
    assert spoken(play(said(slots={"drink": "tea"})))[0] == "녹차 한 잔이요."


def test_a_miss_costs_a_try_and_earns_the_next_hint():
    first, second = play(LOST), play(LOST, LOST)
    assert (first.progress.tries, second.progress.tries) == (1, 2)
    assert first.hint is not None
    assert second.hint is not None
    assert (first.hint.id, second.hint.id) == ("H10", "H11")


def test_a_rule_without_penalty_costs_no_try_and_gives_no_hint():
    step = play(said("메뉴 좀 볼게요.", intent="look"))
    assert (step.progress.tries, step.hint) == (0, None)
    assert spoken(step) == ["천천히 보세요."]


def test_too_casual_speech_is_met_with_surprise_once():
    casual = said("라떼 줘", slots={"drink": "latte"}, speech=SpeechFit.TOO_CASUAL)
    assert spoken(play(casual)) == ["네?"]
    assert play(casual, casual).progress.turn == "pay"


def test_a_stuck_learner_is_carried_on_with_what_the_scene_chooses():
    step = play(LOST, LOST, LOST)
    assert step.progress.turn == "pay"
    assert step.progress.slots["drink"] == HeldSlot(value="tea", by_learner=False)


def test_after_the_last_try_a_turn_without_a_rule_for_it_is_left_all_the_same():
    step = play(LATTE, LOST, LOST, LOST)
    assert step.progress.state is SessionState.FINISHED


def test_a_scene_may_end_instead_of_carrying_on():
    strict = scene(retry=Retry(max_tries=1, hint_each_try=False, after_max=AfterMax.END))
    step = advance(begin(strict).progress, strict, LOST)
    assert step.progress.ending == "practice"


def test_every_extra_try_costs_points():
    assert play(LATTE).progress.turn_scores == {"order": 100}
    assert play(LOST, LATTE).progress.turn_scores == {"order": 95}


def test_all_said_well_ends_greatly():
    step = play(LATTE, CARD)
    assert (step.progress.state, step.progress.ending, step.progress.result) == (
        SessionState.FINISHED,
        "great",
        Outcome.PASS,
    )
    assert spoken(step) == ["네, 여기 있습니다.", "정말 잘하시네요!"]


def test_a_slot_that_the_scene_filled_in_forbids_the_great_ending():
    carried = play(LOST, LOST, said(intent=None, score=100))
    step = advance(carried.progress, STALL, CARD)
    assert (step.progress.score, step.progress.ending) == (95, "good")


@pytest.mark.parametrize(
    ("intent", "lines", "hint"),
    [
        ("ask_repeat", ["네, 그럼요.", "뭐 드릴까요?"], False),
        ("ask_slower", ["네, 그럼요.", "뭐 드릴까요?"], False),
        ("ask_meaning", ["네, 그럼요."], True),
        ("need_time", ["네, 그럼요."], False),
    ],
)
def test_a_repair_move_is_answered_and_costs_nothing(intent: str, lines: list[str], hint: bool):
    step = play(said("네?", intent=intent, verdict=Verdict.NOT_SCORED))
    assert spoken(step) == lines
    assert (step.progress.tries, step.hint is not None, step.go) == (0, hint, "again")
    assert step.said[-1].slowly is (intent == "ask_slower")


def test_a_turn_that_expects_a_repair_move_itself_keeps_it():
    own = replace(STALL.turns[0], intents=(replace(STALL.turns[0].intents[0], id="ask_repeat"),))
    step = advance(begin(STALL).progress, scene(turns=(own, STALL.turns[1])), said(intent="ask_repeat"))
    assert spoken(step) == ["어떤 음료로 드릴까요?"]


def test_no_scene_is_endless():
    waiting = said("잠깐만요.", intent="need_time", verdict=Verdict.NOT_SCORED)
    step = play(*[waiting] * 10)
    assert (step.progress.state, step.progress.ending) == (SessionState.FINISHED, "practice")
    assert spoken(step)[-1] == "또 오세요."


def test_a_scene_ends_when_its_minutes_are_played_but_a_break_is_not_play():
    assert play(*[LOST] * 2, seconds=24 * 3600).progress.state is SessionState.ACTIVE
    assert play(*[said(intent="look")] * 8, seconds=60).progress.ending == "practice"


def test_the_hint_ladder_stays_on_its_last_rung():
    progress = begin(STALL).progress
    rungs = []
    for _ in range(5):
        progress, hint = next_hint(progress, STALL)
        rungs.append(hint.id if hint else None)
    assert rungs == ["H10", "H11", "H12", "H12", "H12"]


def test_a_turn_without_a_ladder_has_no_hint():
    assert next_hint(Progress(turn="pay"), STALL) == (Progress(turn="pay"), None)


def test_taking_a_turn_back_keeps_count_of_what_was_heard():
    step = play(LATTE)
    back = take_back(step.progress, begin(STALL).progress)
    assert (back.turn, back.slots, back.turns_heard, back.learner_turns) == ("order", {}, 1, 0)


INTENTS = st.sampled_from(["order_drink", "pay", "look", "ask_repeat", "ask_meaning", "need_time", None])


@given(
    st.lists(
        st.builds(
            said,
            intent=INTENTS,
            score=st.integers(0, 100),
            slots=st.fixed_dictionaries(
                {}, optional={"drink": st.sampled_from(["tea", "latte"]), "count": st.integers(1, 5)}
            ),
            speech=st.sampled_from(SpeechFit),
            verdict=st.sampled_from(Verdict),
        ),
        min_size=10,
        max_size=10,
    )
)
def test_whatever_is_said_the_scene_ends_within_its_limit(heard: list[Evaluation]):
    step = begin(STALL)
    for evaluation in heard:
        if step.progress.state is SessionState.FINISHED:
            break
        step = advance(step.progress, STALL, evaluation)
    assert step.progress.state is SessionState.FINISHED
    assert step.progress.ending in {"great", "good", "practice"}
    assert 0 <= step.progress.score <= 100
