"""What is offered and taken, left to the other or declined, and what is said not to be so."""

import pytest

from kotoserver.domain.evaluation import Expectation, Verdict
from kotoserver.domain.levels import SpeechLevel
from tests.korean.turns import Judge, codes, expect

HEATED = expect("도시락 데워 드릴까요?", "네, 데워 주세요.", "네, 따뜻하게 데워 주세요.")
PACKED = expect("봉투에 담아 드릴까요?", "네, 담아 주세요.")
CAKE = expect("케이크도 같이 하시겠어요?", "아니요, 괜찮아요.", "아니요, 커피만 주세요.")
NOT_HOT = expect("맵게 해 드릴까요?", "아니요, 안 맵게 해 주세요.", "아니요, 맵지 않게 해 주세요.")
MILD = expect("안 매운 걸로 드릴까요?", "네, 안 매운 걸로 주세요.", "네, 주세요.")
ICE = expect("얼음 넣어 드릴까요?", "아니요, 얼음은 빼 주세요.")
JOB = expect("직업이 무엇입니까?", "저는 학생입니다.", "학생입니다.", target=SpeechLevel.HAPSYO)
STUDENT = expect("학생이세요?", "네, 학생이에요.")
NO_STUDENT = expect("학생이세요?", "아니요, 회사원이에요.", "아니요, 학생이 아니에요.")
KOREAN = expect("한국 사람이에요?", "아니요, 인도네시아 사람이에요.")
FRIEND = expect("혼자 오셨어요?", "아니요, 친구하고 왔어요.", "아니요, 친구랑 같이 왔어요.")
BACK = expect(
    "언제 돌아가실 겁니까?", "삼 일 뒤에 돌아갈 겁니다.", "사흘 뒤에 돌아갑니다.", target=SpeechLevel.HAPSYO
)
MILK = expect("이 우유는 유통기한이 오늘까지예요. 괜찮으세요?", "네, 괜찮아요.", "괜찮아요. 오늘 마실 거예요.")
SPICY = expect("매운 음식 괜찮으세요?", "아니요, 못 먹어요.", "네, 괜찮아요.")
WAITED = expect("얼마나 기다리셨어요?", "십 분 기다렸어요.", "십 분쯤 기다렸어요.")
FAMILY = expect("누구하고 오셨어요?", "가족과 같이 왔어요.", "가족하고 왔어요.")
WIPES = expect("뭐 찾으세요?", "물티슈 어디에 있어요?", "물티슈는 어디 있어요?")


@pytest.mark.parametrize(
    ("text", "turn", "corrected"),
    [
        ("네, 데워요", HEATED, "네, 데워 주세요"),
        ("네, 따뜻하게 데웁니다", HEATED, "네, 따뜻하게 데워 주세요"),
        ("네, 봉투에 담아요", PACKED, "네, 봉투에 담아 주세요"),
    ],
)
def test_what_the_other_offers_to_do_is_asked_for(judge: Judge, text: str, turn: Expectation, corrected: str):
    evaluation = judge(text, turn)
    assert (codes(evaluation), evaluation.corrected) == (["ENDING_AUX"], corrected)


@pytest.mark.parametrize("text", ["제가 데워요", "네, 데워 줘요", "네, 데워 주시겠어요?"])
def test_who_does_it_themselves_or_asks_is_right(judge: Judge, text: str):
    assert codes(judge(text, HEATED)) == []


@pytest.mark.parametrize(
    ("text", "turn"),
    [
        ("네, 케이크도 주세요", CAKE),
        ("매운 걸로 주세요", MILD),
        ("매운 걸로 주세요", NOT_HOT),
        ("얼음 넣은 걸로 주세요", ICE),
        ("저는 학생이 아닙니다", JOB),
        ("아니요, 학생이 아니에요", STUDENT),
        ("네, 학생이 아니에요", STUDENT),
        ("네, 학생이에요", NO_STUDENT),
        ("네, 한국 사람이에요", KOREAN),
        ("아니요, 안 괜찮아요", MILK),
    ],
)
def test_the_opposite_of_all_that_is_taught_says_so(judge: Judge, text: str, turn: Expectation):
    evaluation = judge(text, turn)
    assert (evaluation.verdict, codes(evaluation)) == (Verdict.RETRY, ["NEGATION_MISMATCH"])


@pytest.mark.parametrize(
    ("text", "turn"),
    [
        ("아니요, 케이크는 괜찮아요", CAKE),
        ("아니요, 케이크는 다음에 먹을게요", CAKE),
        ("안 매운 걸로 주세요", NOT_HOT),
        ("아니요, 안 매운 거 주세요", NOT_HOT),
        ("안 매운 걸로 주세요", MILD),
        ("얼음 없는 걸로 주세요", ICE),
        ("얼음 안 넣은 거 주세요", ICE),
        ("학생이 아니에요", NO_STUDENT),
        ("아니요, 한국 사람이 아니에요", KOREAN),
        ("아니요, 친구와 왔어요", FRIEND),
        ("3일 후에 돌아갑니다", BACK),
        ("사흘 후에 돌아갈 겁니다", BACK),
        ("네, 지금 마실 거예요", MILK),
        ("상관없어요", MILK),
        ("네, 좋아해요", SPICY),
        ("아니요, 매운 거 못 먹어요", SPICY),
        ("십 분 정도요", WAITED),
        ("한 십 분쯤 기다렸어요", WAITED),
    ],
)
def test_the_same_in_other_words_passes(judge: Judge, text: str, turn: Expectation):
    assert codes(judge(text, turn)) == []


RECEIPT = expect("영수증 드릴까요?", "네, 주세요.", "네, 영수증 주세요.", "네, 필요해요.")
SELF_SERVED = expect("물은 셀프예요.", "네, 알겠어요.", "네, 감사합니다.")
NOT_HEATED = expect("도시락은 데워 드릴까요?", "아니요, 괜찮아요.", "아니요, 그냥 주세요.", "그냥 주세요.")
TICKET = expect("돌아가는 비행기표는 있으십니까?", "네, 있어요.", "네, 예약했어요.", "네, 벌써 샀어요.")
PARCEL = expect("택배 어디로 보내세요?", "부산으로 보내요.", "부산에 보낼 거예요.")


@pytest.mark.parametrize(
    ("text", "turn"),
    [
        ("물 주세요", SELF_SERVED),
        ("두 개 주세요", NOT_HEATED),
        ("어제 영화를 봤어요", TICKET),
    ],
)
def test_what_nobody_offered_or_asked_is_off_topic(judge: Judge, text: str, turn: Expectation):
    assert codes(judge(text, turn)) == ["MEANING_OFF_TOPIC"]


@pytest.mark.parametrize(
    ("text", "turn"),
    [
        ("네, 큰 거 주세요", RECEIPT),
        ("네, 봉투도 주세요", RECEIPT),
        ("그냥 주세요", NOT_HEATED),
        ("어제 예약했어요", TICKET),
        ("왕복으로 샀어요", TICKET),
    ],
)
def test_what_goes_with_the_offer_or_the_question_passes(judge: Judge, text: str, turn: Expectation):
    assert codes(judge(text, turn)) == []


PRICE = expect("삼천오백 원입니다.", "여기 있습니다.", "여기 있어요.")


@pytest.mark.parametrize(
    "text", ["카드로 할게요", "네, 현금으로 낼게요", "카카오페이로 결제할게요", "카드로 계산해 주세요"]
)
def test_who_is_told_a_price_may_say_how_it_is_paid(judge: Judge, text: str):
    assert codes(judge(text, PRICE)) == []


@pytest.mark.parametrize("text", ["카드로 안 할게요", "라떼 주세요", "카드를 잃어버렸어요"])
def test_a_price_is_not_answered_by_anything_else(judge: Judge, text: str):
    assert codes(judge(text, PRICE)) == ["MEANING_OFF_TOPIC"]


def test_to_receive_is_the_opposite_of_to_send(judge: Judge):
    assert "MEANING_OPPOSITE" in codes(judge("부산에서 받아요", PARCEL))


@pytest.mark.parametrize(
    ("text", "turn", "corrected"),
    [
        ("아니요, 친구를 왔어요", FRIEND, "아니요, 친구하고 왔어요"),
        ("가족에 왔어요", FAMILY, "가족과 왔어요"),
    ],
)
def test_with_whom_one_came_is_told_as_the_examples_tell_it(
    judge: Judge, text: str, turn: Expectation, corrected: str
):
    evaluation = judge(text, turn)
    assert (codes(evaluation), evaluation.corrected) == (["PARTICLE_WRONG"], corrected)


@pytest.mark.parametrize("text", ["오 분 기다렸어요", "십오 분 기다렸어요", "오분 기다렸어요"])
def test_another_time_than_the_one_that_is_set_is_another_number(judge: Judge, text: str):
    assert codes(judge(text, WAITED)) == ["MEANING_NUMBER"]


def test_minutes_in_native_numbers_are_told_where_the_examples_count_minutes(judge: Judge):
    evaluation = judge("열 분 기다렸어요", WAITED)
    assert (codes(evaluation), evaluation.corrected) == (["COUNTER_SYSTEM"], "십 분 기다렸어요")


@pytest.mark.parametrize("text", ["물티슈 where 있어요?", "물티슈 dimana 있어요?"])
def test_a_question_word_of_another_language_is_given_in_korean(judge: Judge, text: str):
    evaluation = judge(text, WIPES)
    assert (codes(evaluation), evaluation.corrected) == (["MIXED_LANGUAGE"], "물티슈 어디 있어요?")
