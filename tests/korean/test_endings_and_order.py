"""Endings, auxiliaries, tense and word order."""

import pytest

from kotoserver.domain.evaluation import Verdict
from kotoserver.domain.levels import SpeechLevel
from tests.korean.turns import ORDER, Judge, codes, expect

HAPSYO = SpeechLevel.HAPSYO
TURNS = {
    "wrap": expect("포장해 드릴까요?", "네, 포장해 주세요."),
    "heat": expect("이거 데워 드릴까요?", "네, 데워 주세요.", "네, 부탁드려요."),
    "purpose": expect("방문 목적이 무엇입니까?", "관광하러 왔습니다.", "여행하러 왔습니다.", target=HAPSYO),
    "stay": expect("얼마나 계실 겁니까?", "일주일 동안 있을 겁니다.", target=HAPSYO),
    "arrived": expect("언제 도착했어요?", "어제 도착했어요."),
    "stop": expect("무엇을 도와드릴까요?", "정류장이 어디입니까?", "정류장이 어디예요?"),
    "size": expect("사이즈는요?", "큰 걸로 주세요.", "큰 사이즈로 주세요.", slots={"size": ("큰", "크", "라지")}),
    "none": expect("카드 있으세요?", "아니요, 없어요."),
    "receipt": expect("영수증 드릴까요?", "아니요, 필요 없어요.", "아니요, 괜찮아요."),
    "ice": expect("얼음 넣어 드릴까요?", "아니요, 얼음은 빼 주세요.", "얼음 없이 주세요."),
    "booked": expect("예약하셨어요?", "아니요, 예약 안 했어요."),
}


@pytest.mark.parametrize(
    ("turn", "text", "code", "corrected"),
    [
        ("wrap", "네, 포장하세요", "ENDING_AUX", "네, 포장해 주세요"),
        ("wrap", "네, 포장하다", "DICTIONARY_FORM", "네, 포장해 주세요"),
        ("purpose", "관광하로 왔습니다", "ENDING_PURPOSE", "관광하러 왔습니다"),
        ("purpose", "여행하러 갔습니다", "VERB_DIRECTION", "여행하러 왔습니다"),
        ("stay", "일주일 동안 있었습니다", "TENSE_MISMATCH", "일주일 동안 있을 겁니다"),
        ("arrived", "어제 도착해요", "TENSE_MISMATCH", "어제 도착했어요"),
        ("stop", "정류장이 어디입니다", "SENTENCE_TYPE", "정류장이 어디입니까"),
        ("size", "크다 주세요", "DICTIONARY_FORM", "큰 거 주세요"),
        ("none", "아니요, 안 있어요", "NEGATION_FORM", "아니요, 없어요"),
        ("receipt", "아니요, 안 필요해요", "NEGATION_FORM", "아니요, 필요 없어요"),
        ("ice", "얼음 안 주세요", "NEGATION_FORM", "얼음 주지 마세요"),
        ("booked", "아니요, 안 예약했어요", "NEGATION_FORM", "아니요, 예약 안 했어요"),
    ],
)
def test_the_ending_that_fits_is_proposed(judge: Judge, turn: str, text: str, code: str, corrected: str):
    evaluation = judge(text, TURNS[turn])
    assert codes(evaluation) == [code]
    assert evaluation.corrected == corrected
    assert evaluation.verdict is Verdict.ACCEPT_WITH_FEEDBACK


def test_offering_what_one_should_ask_for_has_to_be_tried_again(judge: Judge):
    evaluation = judge("네, 데워 드릴게요", TURNS["heat"])
    assert codes(evaluation) == ["GIVE_DIRECTION"]
    assert evaluation.verdict is Verdict.RETRY


@pytest.mark.parametrize("text", ["네, 부탁드려요", "네, 부탁드립니다", "네, 좀 데워 주시겠어요?"])
def test_asking_humbly_is_not_offering(judge: Judge, text: str):
    assert codes(judge(text, TURNS["heat"])) == []


@pytest.mark.parametrize(
    ("text", "corrected"),
    [
        ("라떼 주세요 두 잔", "라떼 두 잔 주세요"),
        ("주세요 라떼 한 잔", "라떼 한 잔 주세요"),
        ("주세요 녹차", "녹차 주세요"),
    ],
)
def test_the_verb_comes_last(judge: Judge, text: str, corrected: str):
    evaluation = judge(text, ORDER)
    assert codes(evaluation) == ["ORDER_VERB_FINAL"]
    assert evaluation.corrected == corrected


@pytest.mark.parametrize(
    ("text", "corrected"),
    [
        ("라떼 뜨거운 주세요", "뜨거운 라떼 주세요"),
        ("녹차 따뜻한 한 잔 주세요", "따뜻한 녹차 한 잔 주세요"),
        ("라떼를 따뜻한 주세요", "따뜻한 라떼를 주세요"),
    ],
)
def test_what_describes_a_noun_comes_before_it(judge: Judge, text: str, corrected: str):
    evaluation = judge(text, ORDER)
    assert codes(evaluation) == ["ORDER_MODIFIER"]
    assert evaluation.corrected == corrected


@pytest.mark.parametrize(
    "text",
    [
        "라떼 따뜻한 거 한 잔 주세요",
        "라떼는 따뜻한 걸로 주세요",
        "라떼 따뜻하게 주세요",
        "라떼, 따뜻한 거요",
        "오늘 따뜻한 녹차 주세요",
        "녹차 따뜻한 것 있어요?",
    ],
)
def test_a_modifier_may_have_a_noun_of_its_own(judge: Judge, text: str):
    assert "ORDER_MODIFIER" not in codes(judge(text, ORDER))


@pytest.mark.parametrize(
    "text",
    [
        "라떼 주세요, 두 잔이요",
        "두 잔 주세요, 라떼요",
        "한 잔 라떼로 주세요",
        "라떼 주세요. 두 잔이요.",
        "라떼 두 잔 주세요 감사합니다",
    ],
)
def test_an_afterthought_of_its_own_is_fine(judge: Judge, text: str):
    assert "ORDER_VERB_FINAL" not in codes(judge(text, ORDER))


@pytest.mark.parametrize(
    ("turn", "text"),
    [
        ("wrap", "네, 포장해주세요"),
        ("wrap", "포장 부탁합니다"),
        ("size", "큰 거 주세요"),
        ("size", "라지로 주실 수 있어요?"),
        ("ice", "얼음을 넣지 마세요"),
        ("ice", "얼음 빼고 주세요"),
        ("receipt", "괜찮습니다"),
        ("receipt", "영수증은 버려 주세요"),
        ("arrived", "어제 도착했습니다"),
    ],
)
def test_other_good_wordings_pass(judge: Judge, turn: str, text: str):
    evaluation = judge(text, TURNS[turn])
    assert codes(evaluation) == []
    assert evaluation.verdict is Verdict.ACCEPT


@pytest.mark.parametrize("text", ["기본으로 할게요.", "그럼 기본으로 할게요", "기본 사이즈로 먹을게요"])
def test_a_promise_is_one_ending_whatever_stands_before_it(judge: Judge, text: str):
    size = expect("사이즈는 어떤 걸로 드릴까요?", "큰 사이즈로 주세요.", "기본 사이즈로 할게요.")
    evaluation = judge(text, size)
    assert (evaluation.verdict, codes(evaluation)) == (Verdict.ACCEPT, [])


@pytest.mark.parametrize(
    ("said", "right"),
    [("먹으면 안 돼요 이거", "이거 먹으면 안 돼요"), ("먹어도 돼요 이거", "이거 먹어도 돼요")],
)
def test_what_is_allowed_keeps_its_condition(judge: Judge, said: str, right: str):
    turn = expect("이거 먹어도 돼요?", "네, 이거 먹어도 돼요.", "아니요, 이거 먹으면 안 돼요.")
    assert judge(said, turn).corrected == right
