"""An answer that no example is like is taken when it does what was asked for and speaks of the same matter."""

import pytest

from kotoserver.domain.scene import Intent
from kotoserver.korean.words.themes import is_known, matter_of, themes_of
from tests.korean.turns import Judge, codes, expect, turn

JOB = expect("어떤 일을 하세요?", "회사원이에요.", "학생이에요.", "은행에서 일해요.")
WEEKEND = expect("주말에 뭐 했어요?", "친구를 만났어요.", "집에서 쉬었어요.", "영화를 봤어요.")
LATE = expect("왜 이렇게 늦었어요?", "길이 막혔어요.", "늦잠을 잤어요.", "버스를 놓쳤어요.")
WHERE = expect("지금 어디예요?", "지금 학교에 있어요.", "학교예요.", "버스 안이에요.")
TASTE = expect("커피 맛이 어때요?", "맛있어요.", "아주 맛있어요.", "조금 써요.")
ACHE = expect("어디가 아프세요?", "머리가 아파요.", "머리가 너무 아파요.")
HOMEWORK = turn(
    "오늘 숙제 했어요?",
    Intent(id="done", examples=("네, 다 했어요.", "네, 했어요.")),
    Intent(id="not_yet", examples=("아니요, 아직 안 했어요.", "아니요, 못 했어요.")),
)
MISSED = expect("버스가 방금 떠났어요.", "다음 버스는 언제 와요?", "다음 버스가 몇 시에 와요?")
SPICY = turn(
    "매운 음식 잘 먹어요?",
    Intent(id="yes", examples=("네, 잘 먹어요.", "네, 좋아해요.")),
    Intent(id="no", examples=("아니요, 잘 못 먹어요.", "아니요, 매운 음식은 못 먹어요.")),
)


@pytest.mark.parametrize(
    ("expectation", "says"),
    [
        (JOB, "작은 식당을 해요."),
        (JOB, "고등학교에서 영어를 가르쳐요."),
        (WEEKEND, "밀린 빨래를 했어요."),
        (WEEKEND, "아무것도 안 했어요."),
        (LATE, "알람이 안 울렸어요."),
        (LATE, "갑자기 배가 아파서요."),
        (WHERE, "회사 앞에 있어요."),
        (WHERE, "거의 다 왔어요."),
        (TASTE, "진하고 좋아요."),
        (TASTE, "조금 달아요."),
        (HOMEWORK, "네, 어제 밤에 끝냈어요."),
        (HOMEWORK, "아니요, 회의가 있었어요."),
        (MISSED, "그럼 얼마나 기다려야 돼요?"),
        (SPICY, "아니요, 매운 걸 먹으면 배가 아파요."),
    ],
)
def test_what_answers_the_question_fits_in_whatever_words(judge: Judge, expectation, says: str):
    evaluation = judge(says, expectation)
    assert (evaluation.verdict, codes(evaluation)) == ("accept", [])


@pytest.mark.parametrize(
    ("expectation", "says"),
    [
        (JOB, "네, 맞아요."),
        (JOB, "어제 비가 왔어요."),
        (WEEKEND, "내일은 비가 올 거예요."),
        (LATE, "두 시에 끝나요."),
        (LATE, "이 가게는 싸요."),
        (WHERE, "형은 서른 살이에요."),
        (TASTE, "저기 있어요."),
        (HOMEWORK, "학교가 커요."),
        (MISSED, "언제 결혼해요?"),
        (SPICY, "네, 부산에 살아요."),
        (SPICY, "음식점이 문을 닫았어요."),
    ],
)
def test_what_answers_another_question_is_told(judge: Judge, expectation, says: str):
    assert judge(says, expectation).verdict == "retry"


@pytest.mark.parametrize("says", ["배가 아파요.", "다리가 아파요."])
def test_another_thing_in_the_place_of_the_one_that_every_example_names_is_told(judge: Judge, says: str):
    assert judge(says, ACHE).verdict == "retry"


def test_yes_goes_with_the_same_matter_and_no_with_any_reason(judge: Judge):
    assert judge("네, 명동에 가요.", SPICY).verdict == "retry"
    assert judge("아니요, 오늘 회의가 있었어요.", HOMEWORK).verdict == "accept"


def test_words_have_themes_and_a_turn_has_the_matter_of_its_words():
    assert themes_of(["파마"]) == {"beauty"}
    assert themes_of(["청소하"]) == themes_of(["청소"])
    assert not is_known("리본끈")
    assert matter_of(["머리", "자르", "미용실"]) == {"beauty"}
    assert matter_of([]) == frozenset()


TOLD = expect("이 컴퓨터는 지금 고장이에요.", "그럼 어떤 걸 써요?", "다른 컴퓨터 써도 돼요?")
CREAM = turn(
    "휘핑크림 올려 드릴까요?",
    Intent(id="with", examples=("네, 올려 주세요.", "네, 많이 주세요.")),
    Intent(id="without", examples=("아니요, 빼 주세요.", "아니요, 괜찮아요.")),
)


@pytest.mark.parametrize("says", ["언제 고쳐요?", "왜요?", "얼마나 걸려요?"])
def test_a_question_that_names_nothing_new_follows_what_was_told(judge: Judge, says: str):
    assert judge(says, TOLD).verdict == "accept"


@pytest.mark.parametrize("says", ["아니요, 너무 달아요.", "아니요, 크림은 느끼해요."])
def test_how_something_is_may_be_why_it_is_declined(judge: Judge, says: str):
    evaluation = judge(says, CREAM)
    assert (evaluation.verdict, evaluation.intent) == ("accept", "without")


@pytest.mark.parametrize("says", ["네, 어제 왔어요.", "네, 회의가 있어요.", "만 원 부탁드려요."])
def test_what_neither_accepts_nor_declines_an_offer_is_told(judge: Judge, says: str):
    assert judge(says, CREAM).verdict == "retry"
