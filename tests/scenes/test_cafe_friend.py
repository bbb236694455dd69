"""The café with a friend, where polite speech is what stands out."""

from pathlib import Path

import pytest

from kotoserver.content.library import open_library
from kotoserver.domain.evaluation import Evaluation, expectation_of
from kotoserver.domain.session import Progress, Step, advance
from kotoserver.korean.engine import judge, prepare
from kotoserver.providers.kiwi import KiwiAnalyzer

ROOT = Path(__file__).parents[2]
LIBRARY = open_library(ROOT / "scenes", ROOT / "langpacks")
FRIEND, CAFE = LIBRARY.scene("cafe_friend"), LIBRARY.scene("cafe")
ANALYZER = KiwiAnalyzer()


def hear(text: str, turn: str) -> tuple[Evaluation, Step]:
    evaluation = judge(text, prepare(expectation_of(FRIEND, turn), ANALYZER))
    return evaluation, advance(Progress(turn=turn), FRIEND, evaluation)


def test_she_wants_what_the_barista_wants():
    required = {slot.id: set(slot.values) for slot in FRIEND.slots.values() if slot.required}

    assert set(required) == {"drink", "temp", "size", "place"}
    assert required["drink"] < set(CAFE.slots["drink"].values)
    assert required["temp"] == set(CAFE.slots["temp"].values)


@pytest.mark.parametrize(
    ("turn", "polite", "casual"),
    [
        ("greet", "안녕하세요", "안녕!"),
        ("order", "아메리카노 마실래요", "아메리카노 마실래"),
        ("temp", "차가운 걸로 할게요", "차가운 걸로 할게"),
        ("dessert", "쿠키 먹어요", "쿠키 먹자"),
        ("place", "여기서 마셔요", "여기서 마시자"),
        ("pay", "고마워요", "고마워"),
        ("taste", "맛있어요", "맛있어"),
    ],
)
def test_polite_speech_is_teased_and_casual_speech_goes_on(turn: str, polite: str, casual: str):
    teased, again = hear(polite, turn)
    assert (teased.speech, again.go) == ("too_formal", "again")
    assert [said.line.cue.emotion for said in again.said if said.line.cue] == ["playful"]

    fine, on = hear(casual, turn)
    assert (fine.speech, fine.score) == ("fits", 100)
    assert on.go != "again"


def test_what_would_please_the_barista_is_told_to_be_too_formal():
    heard, _ = hear("아메리카노 한 잔 주세요", "order")

    assert "LEVEL_TOO_HIGH" in [item.code for item in heard.items]
    assert heard.filled()["drink"] == "americano"


@pytest.mark.parametrize(
    ("text", "line"),
    [("", "C061"), ("What do you mean?", "C051"), ("뭐라고?", "C011"), ("무슨 뜻이야?", "C031")],
)
def test_a_learner_who_is_lost_is_helped_as_friends_do(text: str, line: str):
    _, step = hear(text, "order")

    assert step.said[0].line.id == line
    assert step.progress.tries == 0
