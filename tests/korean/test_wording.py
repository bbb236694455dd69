"""Intents whose content is alike, told apart by tense, roles, counters and what the examples have in common."""

import pytest

from kotoserver.domain.scene import Intent
from tests.korean.turns import Judge, turn

CARD = turn(
    "무엇을 도와드릴까요?",
    Intent(id="how_often_can", examples=("카드를 몇 번까지 쓸 수 있어요?", "최대 몇 번 쓸 수 있나요?")),
    Intent(id="how_often_did", examples=("제가 카드를 몇 번 썼어요?", "카드를 몇 번 사용했어요?")),
    Intent(id="valid_until", examples=("카드를 언제까지 쓸 수 있어요?", "유효 기간이 언제예요?")),
)
PARCEL = turn(
    "어떤 택배를 찾으세요?",
    Intent(id="sent", examples=("제가 친구한테 보낸 택배를 찾아요.", "친구한테 보낸 거요.")),
    Intent(id="received", examples=("친구가 저한테 보낸 택배를 찾아요.", "친구가 보낸 거요.")),
)
BIRTHDAY = turn(
    "뭐가 궁금하세요?",
    Intent(id="mother", examples=("어머니 생일이 언제예요?", "엄마 생일이 몇 월 며칠이에요?")),
    Intent(id="son", examples=("아들 생일이 언제예요?", "아들이 언제 태어났어요?")),
)


@pytest.mark.parametrize(
    ("says", "intent"),
    [
        ("카드를 몇 번 썼는지 알려 주세요", "how_often_did"),
        ("카드를 몇 번이나 쓸 수 있어요?", "how_often_can"),
        ("카드를 쓸 수 있는 날짜가 언제까지예요?", "valid_until"),
    ],
)
def test_tense_and_ability_tell_intents_apart(judge: Judge, says: str, intent: str):
    assert judge(says, CARD).intent == intent


@pytest.mark.parametrize(
    ("says", "intent"),
    [
        ("제가 친구에게 보낸 택배요", "sent"),
        ("친구가 저에게 보낸 택배 찾으러 왔어요", "received"),
    ],
)
def test_particles_tell_who_sends_to_whom(judge: Judge, says: str, intent: str):
    assert judge(says, PARCEL).intent == intent


@pytest.mark.parametrize(
    ("says", "intent"),
    [("어머님 생신이 언제예요?", "mother"), ("아드님 생년월일이 어떻게 돼요?", "son")],
)
def test_honouring_nouns_are_the_plain_ones(judge: Judge, says: str, intent: str):
    assert judge(says, BIRTHDAY).intent == intent


@pytest.mark.parametrize("says", ["기사님, 카드를 몇 번 썼어요?", "제가 카드를 몇 번 썼는지 궁금해요"])
def test_who_is_spoken_to_and_that_one_asks_are_no_content(judge: Judge, says: str):
    assert judge(says, CARD).intent == "how_often_did"


def test_another_topic_stays_off_topic_among_several_intents(judge: Judge):
    assert judge("오늘 저녁에 친구하고 영화를 봤어요", CARD).intent is None
