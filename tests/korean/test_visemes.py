"""The mouth of whoever speaks a line."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kotoserver.domain.speech import WordTime
from kotoserver.korean.sounds.visemes import SHAPES, Mouth, mouth_track, viseme_document


def shapes(text: str) -> list[str]:
    return [each.shape.value for each in mouth_track(text, 1.0)]


def word_times(text: str, *times: float) -> tuple[WordTime, ...]:
    places, place = [], 0
    for word in text.split():
        place = text.index(word, place)
        places.append((place, len(word)))
        place += len(word)
    return tuple(
        WordTime(start=start, length=length, at_seconds=at)
        for (start, length), at in zip(places, times, strict=True)
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("마", ["rest", "closed", "a", "rest"]),
        ("우유", ["rest", "u", "i", "u", "rest"]),
        ("봐", ["rest", "closed", "o", "a", "rest"]),
        ("밥", ["rest", "closed", "a", "closed", "rest"]),
        ("네", ["rest", "tongue", "e", "rest"]),
        ("아이", ["rest", "a", "i", "rest"]),
    ],
)
def test_each_jamo_has_its_shape(text: str, expected: list[str]):
    assert shapes(text) == expected


def test_the_mouth_follows_the_sound_and_not_the_spelling():
    assert shapes("국물") == shapes("궁물")
    assert shapes("좋아요") == shapes("조아요")
    assert shapes("2잔") == shapes("두 잔")


def test_a_vowel_lasts_longer_than_a_consonant():
    _, consonant, vowel, end = mouth_track("마", 1.0)
    assert vowel.at_seconds - consonant.at_seconds < end.at_seconds - vowel.at_seconds


def test_the_last_vowel_before_a_pause_is_drawn_out():
    track = mouth_track("마마.", 1.0)
    lengths = [after.at_seconds - each.at_seconds for each, after in pairwise(track) if each.shape is Mouth.A]
    assert lengths[1] > lengths[0]


def test_the_mouth_rests_at_a_comma():
    assert "rest" in shapes("네, 마셔요")[1:-1]


def test_words_begin_when_the_engine_says_so():
    text = "커피 한 잔 마셔요"
    track = mouth_track(text, 3.0, word_times(text, 0.2, 1.0, 1.4, 2.0))
    begins = {each.at_seconds for each in track}
    assert {0.2, 1.0, 1.4, 2.0} <= begins
    assert next(each.shape for each in track if each.at_seconds == 2.0) is Mouth.CLOSED


def test_a_moment_outside_the_sound_is_no_moment():
    text = "커피 한 잔"
    track = mouth_track(text, 1.0, word_times(text, -1.0, 5.0, 0.5))
    assert all(0 <= each.at_seconds <= 1.0 for each in track)


def test_a_text_without_anything_to_say_is_a_mouth_at_rest():
    assert shapes("…") == ["rest", "rest"]
    assert shapes("") == ["rest", "rest"]


def test_the_document_is_small_and_explains_itself():
    document = viseme_document("따뜻한 아메리카노 두 잔 주세요.", 2.345678)
    track = document["track"]
    assert isinstance(track, list)
    assert document["seconds"] == 2.346
    assert document["shapes"] == [shape.value for shape in SHAPES]
    assert track[0] == [0.0, 0]
    assert track[-1] == [2.346, 0]
    assert len(str(document)) < 1500


@given(st.text(max_size=80), st.floats(0.05, 60.0), st.lists(st.tuples(st.integers(0, 80), st.floats(-5, 70))))
def test_any_text_gives_a_track_that_runs_forward_from_rest_to_rest(
    text: str, seconds: float, moments: list[tuple[int, float]]
):
    words = [WordTime(start=start, length=1, at_seconds=at) for start, at in moments]
    track = mouth_track(text, seconds, words)
    times = [each.at_seconds for each in track]
    assert times == sorted(times)
    assert (times[0], times[-1]) == (0.0, seconds)
    assert (track[0].shape, track[-1].shape) == (Mouth.REST, Mouth.REST)
