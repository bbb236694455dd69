"""Before, after, while and when; trying and being about it."""

import pytest

from tests.korean.turns import Judge, codes, expect

FREE = expect(
    "언제 해요?",
    "밥을 먹은 후에 해요.",
    "자기 전에 해요.",
    "아플 때 먹으면 돼요.",
    "친구를 기다리는 동안 해요.",
    "숙제를 하고 있어요.",
    "한번 먹어 봤어요.",
    "책을 보거나 음악을 들어요.",
)


@pytest.mark.parametrize(
    ("said", "right"),
    [
        ("밥을 먹는 후에 해요.", "밥을 먹은 후에 해요."),
        ("밥을 먹어 후에 해요.", "밥을 먹은 후에 해요."),
        ("밥을 먹고 후에 해요.", "밥을 먹은 후에 해요."),
        ("자는 전에 해요.", "자기 전에 해요."),
        ("책을 읽은 전에 해요.", "책을 읽기 전에 해요."),
        ("아파 때 먹으면 돼요.", "아플 때 먹으면 돼요."),
        ("밥을 먹고 때 해요.", "밥을 먹을 때 해요."),
        ("친구를 기다려 동안 해요.", "친구를 기다리는 동안 해요."),
        ("숙제를 해 있어요.", "숙제를 하고 있어요."),
        ("한번 먹고 봤어요.", "한번 먹어 봤어요."),
        ("한번 먹아 봤어요.", "한번 먹어 봤어요."),
        ("한번 먹 봤어요.", "한번 먹어 봤어요."),
        ("한번 먹었 봤어요.", "한번 먹어 봤어요."),
        ("책을 봐거나 음악을 들어요.", "책을 보거나 음악을 들어요."),
        ("밥을 먹어기 전에 해요.", "밥을 먹기 전에 해요."),
    ],
)
def test_each_clause_takes_its_own_ending(judge: Judge, said: str, right: str):
    evaluation = judge(said, FREE)
    assert evaluation.corrected == right
    assert len(codes(evaluation)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "밥을 먹은 후에 해요.",
        "밥을 먹고 나서 해요.",
        "밥 먹고 다음에 해요.",
        "어렸을 때 해 봤어요.",
        "바쁜 때 해요.",
        "고마워요. 다음에 해요.",
        "고마워 다음에 해요.",
        "숙제하는 동안 음악을 들어요.",
        "세 시간 전에 해요.",
        "밥을 먹고 책을 봤어요.",
        "의자에 앉아 있어요.",
        "가 봤어요.",
        "달 봤어요?",
        "있었을 때 해요.",
        "좋아하는 전을 먹어요.",
    ],
)
def test_a_clause_that_stands_right_is_left_alone(judge: Judge, text: str):
    assert {code for code in codes(judge(text, FREE)) if code.startswith(("ENDING", "SPELL"))} == set()
