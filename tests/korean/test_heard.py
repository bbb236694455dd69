"""What a recogniser's answer is worth."""

import numpy as np
import pytest

from kotoserver.domain.hearing import SAMPLE_RATE, AudioClip, Hypothesis, Recognition
from kotoserver.korean.heard import HeardAs, Hearing, is_phantom, weigh

EXPECTED = ("아이스 아메리카노 한 잔 주세요.", "따뜻한 라떼 두 잔 주세요.", "감사합니다.")


def clip(seconds: float = 2.0) -> AudioClip:
    samples = np.zeros(int(seconds * SAMPLE_RATE), np.float32)
    return AudioClip(samples=samples, voiced_seconds=seconds, loudness=0.1, media_type="audio/webm")


def hear(*said: tuple[str, float], seconds: float = 2.0) -> Hearing:
    hypotheses = tuple(Hypothesis(text=text, confidence=confidence) for text, confidence in said)
    recognition = Recognition(hypotheses=hypotheses, engine="scripted", engine_version="1")
    return weigh(recognition, clip(seconds), EXPECTED)


def test_what_was_heard_for_certain_is_what_was_said():
    assert hear(("케이크 하나 주세요", 0.9)) == Hearing(
        heard=HeardAs.SPEECH, text="케이크 하나 주세요", confidence=0.9
    )


def test_no_hypothesis_is_nobody_speaking():
    assert hear().heard is HeardAs.UNHEARD


@pytest.mark.parametrize("text", ["아이스아메리카노 한잔 주세요", "아이스 아메리카노 한 잔 주세요!"])
def test_an_expected_sentence_is_spelled_as_it_is_written_in_the_scene(text: str):
    assert hear((text, 0.9)).text == EXPECTED[0]


def test_word_for_word_an_example_needs_no_confidence():
    assert hear(("감사합니다", 0.3)).heard is HeardAs.SPEECH


def test_of_two_readings_about_as_likely_the_expected_one_counts():
    assert hear(("따뜻한 라떼 두 잔 줄세요", 0.82), ("따뜻한 라떼 두 잔 주세요", 0.78)).text == EXPECTED[1]


def test_a_much_less_likely_reading_does_not_hide_a_mistake():
    assert (
        hear(("따뜻한 라떼 두 개 주세요", 0.9), ("따뜻한 라떼 두 잔 주세요", 0.4)).text
        == "따뜻한 라떼 두 개 주세요"
    )


def test_what_is_not_certain_is_asked_with_the_readings_and_a_near_example():
    asked = hear(("아이스 아메리카노 한 잔 줄게요", 0.4), ("아이스 아메리카노 한 장 주세용", 0.2))
    assert asked.heard is HeardAs.UNSURE
    assert asked.choices == (
        "아이스 아메리카노 한 잔 줄게요",
        "아이스 아메리카노 한 장 주세용",
        "아이스 아메리카노 한 잔 주세요.",
    )


def test_readings_that_differ_in_nothing_that_is_heard_are_one_choice():
    asked = hear(("한 커피 please.", 0.4), ("한 커피 Please", 0.39), ("한커피 please", 0.3), ("한 컵 please", 0.2))
    assert asked.choices == ("한 커피 please.", "한 컵 please")


def test_an_example_that_sounds_otherwise_is_not_offered():
    assert hear(("화장실이 어디예요", 0.4)).choices == ("화장실이 어디예요",)


@pytest.mark.parametrize(
    "text",
    [
        "시청해 주셔서 감사합니다.",
        "끝까지 시청해주셔서 감사합니다.",
        "오늘도 영상 시청해 주셔서 고맙습니다",
        "영상 봐주셔서 감사합니다",
        "구독과 좋아요 부탁드립니다!",
        "구독, 좋아요, 알림 설정까지!",
        "여러분, 좋아요와 구독 부탁드려요",
        "다음 영상에서 만나요",
        "그럼 다음 영상에서 뵐게요",
        "MBC 뉴스 이덕영입니다.",
        "지금까지 KBS 뉴스 김철수입니다.",
        "YTN 박민영입니다",
        "MBC 뉴스",
        "이 시각 세계였습니다.",
        "날씨였습니다.",
        "한국국토정보공사",
        "이 영상은 유료 광고를 포함하고 있습니다.",
        "한글자막 by 한효정",
        "자막 제공 배달의민족",
        "[음악]",
        "(박수)",
        "♪♪",
        "*웃음*",
        "字幕 by 索兰娅",
        "Thank you for watching!",
        "ご視聴ありがとうございました",
        "Спасибо",
        "네네네네네네네네네네",
        "아 아 아 아 아 아 아 아",
        "…",
        "  ",
    ],
)
def test_what_engines_write_in_silence_is_nobody_speaking(text: str):
    assert hear((text, 0.95)).heard is HeardAs.UNHEARD


@pytest.mark.parametrize(
    "text",
    [
        "감사합니다",
        "네네",
        "coffee please",
        "2잔이요",
        "뉴스 봤어요",
        "네, 네, 네",
        "MBC 뉴스를 봐요",
        "저는 기상캐스터예요",
        "다음 주에 만나요",
        "다음에 또 봐요",
        "이게 좋아요",
        "와 주셔서 감사합니다",
        "좋은 날씨였습니다",
        "영어 자막이 있어요?",
    ],
)
def test_what_learners_say_is_no_phantom(text: str):
    assert not is_phantom(text, 2.0, ())


def test_what_engines_write_of_other_sounds_is_not_what_was_said():
    assert hear(("(웃음) 케이크 하나 주세요 [음악]", 0.9)).text == "케이크 하나 주세요"


def test_nobody_says_forty_syllables_in_a_second():
    text = "저는 오늘 아침에 일찍 일어나서 학교에 갔다가 친구를 만나서 점심을 먹었어요"
    assert hear((text, 0.9), seconds=1.0).heard is HeardAs.UNHEARD
    assert hear((text, 0.9), seconds=8.0).heard is HeardAs.SPEECH


def test_a_phantom_that_the_turn_hopes_for_was_said():
    sentence = "시청해 주셔서 감사합니다."
    assert is_phantom(sentence, 3.0, ())
    assert not is_phantom(sentence, 3.0, (sentence,))


def test_behind_a_phantom_the_next_reading_counts():
    assert hear(("구독과 좋아요", 0.6), ("아이스 아메리카노 한 잔 주세요", 0.5)).text == EXPECTED[0]
