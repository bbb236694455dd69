import pytest
from hypothesis import given
from hypothesis import strategies as st

from kotoserver.korean.sounds.read_aloud import native, read_aloud, sino


def reads(*cases: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(("written", "read"), [case.split("=") for case in cases])


@reads(
    "2잔=두 잔",
    "20명=스무 명",
    "1개=한 개",
    "3시=세 시",
    "12시=열두 시",
    "2번째=두 번째",
    "1번째=첫 번째",
    "4살=네 살",
)
def test_native_words_before_native_counters(written: str, read: str):
    assert read_aloud(written) == read


@reads(
    "4500원=사천오백원",
    "4,500원=사천오백원",
    "30분=삼십분",
    "3층=삼층",
    "15시=십오시",
    "3개월=삼개월",
    "2인분=이인분",
)
def test_sino_korean_words_before_the_others(written: str, read: str):
    assert read_aloud(written) == read


@reads("3시 30분=세 시 삼십분", "2024년 6월 10일=이천이십사년 유월 십일", "10월=시월")
def test_times_and_dates(written: str, read: str):
    assert " ".join(read_aloud(word) for word in written.split()) == read


def test_a_bare_number_is_read_by_the_word_that_follows():
    assert read_aloud("2", "잔") == "두"
    assert read_aloud("2", "층") == "이"
    assert read_aloud("2") == "이"


def test_a_number_that_names_a_thing_is_no_count():
    assert read_aloud("3번", "출구") == "삼번"
    assert read_aloud("3번", "했어요") == "세 번"


def test_guests_are_counted_and_minutes_are_measured():
    assert read_aloud("2분이세요?") == "두 분이세요?"
    assert read_aloud("2분") == "이분"


@reads("010-1234-5678=공일공 일이삼사 오육칠팔", "1588-1234=일오팔팔 일이삼사", "007=공공칠")
def test_telephone_numbers_are_read_digit_by_digit(written: str, read: str):
    assert read_aloud(written) == read


@reads(
    "₩4500=사천오백원",
    "50%=오십퍼센트",
    "14:30=십사시 삼십분",
    "2~3분=이에서 삼분",
    "1.05=일 점 영오",
    "ATM=에이티엠",
)
def test_signs_and_letters_have_names(written: str, read: str):
    assert read_aloud(written) == read


def test_latin_words_stay_as_they_are():
    assert read_aloud("Wifi") == "Wifi"


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "영"),
        (1, "일"),
        (10, "십"),
        (11, "십일"),
        (100, "백"),
        (1004, "천사"),
        (10_000, "만"),
        (12_000, "만이천"),
        (110_000, "십일만"),
        (100_000_000, "일억"),
        (123_456_789, "일억이천삼백사십오만육천칠백팔십구"),
    ],
)
def test_sino_korean_numbers(number: int, words: str):
    assert sino(number) == words


@pytest.mark.parametrize(
    ("number", "words"), [(1, "한"), (20, "스무"), (21, "스물한"), (100, "백"), (105, "백다섯"), (120, "백이십")]
)
def test_native_numbers_reach_beyond_a_hundred(number: int, words: str):
    assert native(number) == words


@pytest.mark.parametrize("number", [-1, 10**16])
def test_a_number_without_words_is_an_error(number: int):
    with pytest.raises(ValueError, match="no Sino-Korean words"):
        sino(number)


@given(st.integers(min_value=0, max_value=10**16 - 1), st.integers(min_value=0, max_value=10**16 - 1))
def test_different_numbers_sound_different(one: int, other: int):
    assert (sino(one) == sino(other)) == (one == other)


@given(st.text(alphabet="0123456789,.-~:%₩개잔번분시월 "))
def test_no_digit_is_left_over(text: str):
    assert not any(character.isdigit() for character in read_aloud(text))


@given(st.text(), st.text())
def test_anything_can_be_read(word: str, following: str):
    read_aloud(word, following)
