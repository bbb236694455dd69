"""Slips of Indonesian learners in endings and pronouns, and answers that choose nothing."""

import pytest

from kotoserver.domain.evaluation import Verdict
from kotoserver.domain.scene import Intent
from tests.korean.turns import BAG, ORDER, Judge, choice, codes, expect, turn

GREET = turn(
    "어서 오세요! 주문 도와드릴까요?",
    Intent(id="ready", examples=("네, 주문할게요.", "네, 부탁드려요.")),
    Intent(id="order", examples=("라떼 한 잔 주세요.",), needs=("drink",)),
    slots=tuple(slot for slot in ORDER.slots.values() if slot.id == "drink"),
)
SIZE = turn(
    "사이즈는 어떤 걸로 드릴까요?",
    Intent(id="size", examples=("큰 걸로 주세요.", "큰 거요."), needs=("size",)),
    Intent(id="price", examples=("큰 건 얼마예요?",)),
    slots=(choice("size", {"large": ("큰", "라지"), "small": ("작은",)}),),
)
MENU = expect("뭐 찾으세요?", "뭐가 있어요?", "걸로 할게요.", "그걸로 주세요.")
PAY = expect("결제는 어떻게 하시겠어요?", "카드로 할게요.", "현금으로 할게요.")


@pytest.mark.parametrize(
    ("text", "code", "corrected"),
    [
        ("괜찮읍니다", "SPELL_SEUMNIDA", "괜찮습니다"),
        ("괜찮숩니다", "SPELL_SEUMNIDA", "괜찮습니다"),
        ("봉투 있오요", "SPELL_ENDING", "봉투 있어요"),
        ("안 받울게요", "SPELL_ENDING", "안 받을게요"),
        ("그걸로 할개요", "SPELL_GEYO", "그걸로 할게요"),
        ("잘 모르갰어요", "SPELL_ENDING", "잘 모르겠어요"),
        ("봉투 하나 부탁두려요", "SPELL_WORD", "봉투 하나 부탁드려요"),
    ],
)
def test_an_ending_written_as_it_is_heard_is_told(judge: Judge, text: str, code: str, corrected: str):
    evaluation = judge(text, BAG)
    assert code in codes(evaluation)
    assert evaluation.corrected == corrected


@pytest.mark.parametrize("text", ["배울게요", "도울게요", "날개요", "이십오요", "날이 갰어요"])
def test_endings_that_only_look_like_slips_are_left_alone(judge: Judge, text: str):
    assert not {"SPELL_ENDING", "SPELL_GEYO"} & set(codes(judge(text, BAG)))


@pytest.mark.parametrize(
    ("text", "corrected"), [("뭐이 있어요?", "뭐가 있어요?"), ("그걸으로 주세요", "그걸로 주세요")]
)
def test_pronouns_take_particles_by_their_sound(judge: Judge, text: str, corrected: str):
    evaluation = judge(text, MENU)
    assert codes(evaluation) == ["PARTICLE_ALLOMORPH"]
    assert evaluation.corrected == corrected


def test_one_pays_with_a_card(judge: Judge):
    evaluation = judge("카드를 할게요", PAY)
    assert (codes(evaluation), evaluation.corrected) == (["PARTICLE_WRONG"], "카드로 할게요")


def test_one_does_speak_a_language(judge: Judge):
    assert codes(judge("네, 한국어를 해요", expect("한국어를 하세요?", "네, 한국어를 조금 해요."))) == []


@pytest.mark.parametrize(
    ("text", "corrected"), [("응, 주문할게", "네, 주문할게요"), ("어, 라떼 한 잔 줘", "어, 라떼 한 잔 주세요")]
)
def test_a_casual_yes_is_made_polite_with_its_sentence(judge: Judge, text: str, corrected: str):
    evaluation = judge(text, GREET)
    assert "LEVEL_TOO_LOW" in codes(evaluation)
    assert evaluation.corrected == corrected
    assert evaluation.items[0].params["fix"] == corrected


def test_no_alone_orders_nothing(judge: Judge):
    evaluation = judge("아니요", GREET)
    assert (evaluation.intent, evaluation.verdict) == (None, Verdict.RETRY)


def test_a_question_that_no_example_asks_chooses_nothing(judge: Judge):
    assert judge("얼마나 커요?", SIZE).filled() == {}
    assert judge("큰 걸로 주세요", SIZE).filled() == {"size": "large"}


def test_a_refused_request_is_shown_with_its_refusal(judge: Judge):
    evaluation = judge("라떼 안 주세요", ORDER)
    fault = next(item for item in evaluation.items if item.code == "NEGATION_MISMATCH")
    assert fault.params["got"] == "안 주세요"


def test_a_wrong_counter_names_what_was_counted(judge: Judge):
    evaluation = judge("라떼 두 명 주세요", ORDER)
    fault = next(item for item in evaluation.items if item.code == "COUNTER_WRONG")
    assert fault.params["noun"] == "라떼"


def test_a_sale_is_no_number(judge: Judge):
    assert codes(judge("세일 기간이 언제예요?", expect("네?", "세일 기간이 언제까지예요?"))) == []


def test_what_is_thought_stands_in_the_dictionary_form(judge: Judge):
    said = judge("녹차가 더 맛있다 생각해요", expect("뭐가 좋아요?", "녹차가 더 맛있다고 생각해요."))
    assert "DICTIONARY_FORM" not in codes(said)


@pytest.mark.parametrize(
    ("text", "meant"), [("치즈케익 하나 주세요", "치즈케이크"), ("오렌지쥬스 주세요", "오렌지주스")]
)
def test_a_loanword_written_another_way_is_understood_and_told(judge: Judge, text: str, meant: str):
    sweet = turn(
        "뭐 드릴까요?",
        Intent(id="sweet", examples=("치즈케이크 하나 주세요.", "오렌지주스 주세요."), needs=("what",)),
        slots=(choice("what", {"cake": ("치즈케이크",), "juice": ("오렌지주스",)}),),
    )
    evaluation = judge(text, sweet)
    assert (evaluation.verdict, codes(evaluation)) == (Verdict.ACCEPT_WITH_FEEDBACK, ["SPELL_WORD"])
    assert meant in (evaluation.corrected or "")


def test_what_one_had_before_is_no_order(judge: Judge):
    evaluation = judge("라떼 마셨어요", ORDER)
    assert (codes(evaluation), evaluation.corrected) == (["TENSE_MISMATCH"], "라떼 마실게요")
    assert codes(judge("라떼 마실게요", ORDER)) == []
