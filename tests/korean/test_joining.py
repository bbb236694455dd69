"""Two actions, a description and its noun, a place and what is done there, and words said twice."""

import pytest

from tests.korean.turns import BAG, ORDER, Judge, codes, expect

STAY = expect("드시고 가세요?", "먹고 갈게요.", "여기서 마실게요.", "카페에서 공부해요.")
PICK = expect("어떤 걸로 드릴까요?", "차가운 걸로 주세요.", "큰 거 주세요.", "맛있는 거 주세요.")


@pytest.mark.parametrize(
    ("text", "code", "corrected"),
    [
        ("먹어서 갈게요", "ENDING_CONNECTIVE", "먹고 갈게요"),
        ("카페 공부해요", "PARTICLE_MISSING", "카페에서 공부해요"),
    ],
)
def test_parts_are_joined_as_they_belong_together(judge: Judge, text: str, code: str, corrected: str):
    evaluation = judge(text, STAY)
    assert (codes(evaluation), evaluation.corrected) == ([code], corrected)


@pytest.mark.parametrize(
    ("text", "corrected"),
    [
        ("차가워 걸로 주세요", "차가운 걸로 주세요"),
        ("클 거 주세요", "큰 거 주세요"),
        ("맛있은 거 주세요", "맛있는 거 주세요"),
    ],
)
def test_an_adjective_has_its_own_form_before_a_noun(judge: Judge, text: str, corrected: str):
    evaluation = judge(text, PICK)
    assert "ENDING_MODIFIER" in codes(evaluation)
    assert evaluation.corrected == corrected


@pytest.mark.parametrize(
    ("text", "corrected"),
    [("라떼 라떼 두 잔 주세요", "라떼 두 잔 주세요"), ("라떼 두 잔 주세요 주세요", "라떼 두 잔 주세요")],
)
def test_a_word_said_twice_is_said_once(judge: Judge, text: str, corrected: str):
    evaluation = judge(text, ORDER)
    assert (codes(evaluation), evaluation.corrected) == (["DUPLICATE_WORD"], corrected)


@pytest.mark.parametrize("text", ["네, 네, 필요해요", "괜찮아요 괜찮아요", "아니요 아니요, 괜찮아요"])
def test_answers_may_be_said_twice(judge: Judge, text: str):
    assert "DUPLICATE_WORD" not in codes(judge(text, BAG))


@pytest.mark.parametrize("text", ["먹고 갈게요", "먹고서 갈게요", "먹다가 갈게요", "여기서 먹고 갈게요"])
def test_other_ways_to_join_are_left_alone(judge: Judge, text: str):
    assert "ENDING_CONNECTIVE" not in codes(judge(text, STAY))


@pytest.mark.parametrize("text", ["큰 거 주세요", "제일 큰 걸로 주세요", "맛있는 거 주세요", "큰 거 살 거예요"])
def test_good_modifiers_are_left_alone(judge: Judge, text: str):
    assert "ENDING_MODIFIER" not in codes(judge(text, PICK))


@pytest.mark.parametrize("text", ["마카롱이 몇 개인지 알려 주세요", "가방이 무슨 색인지 확인해 주세요"])
def test_the_subject_of_a_question_within_stays_one(judge: Judge, text: str):
    turn = expect("뭘 도와드릴까요?", "마카롱이 몇 개인지 알려 주세요.", "가방이 무슨 색인지 알려 주세요.")
    assert "PARTICLE_WRONG" not in codes(judge(text, turn))
