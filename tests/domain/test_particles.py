import pytest
from hypothesis import given
from hypothesis import strategies as st

from kotoserver.domain.particles import choose_particle, final_consonant


@pytest.mark.parametrize(
    ("word", "pair", "particle"),
    [
        ("라떼", "을/를", "를"),
        ("녹차", "를/을", "를"),
        ("물", "을/를", "을"),
        ("현금", "(으)로", "으로"),
        ("카드", "(으)로", "로"),
        ("물", "(으)로", "로"),
        ("지하철", "으로/로", "로"),
        ("빵", "이/가", "이"),
        ("커피", "은/는", "는"),
        ("우유", "와/과", "와"),
        ("책", "이에요/예요", "이에요"),
        ("의자", "이에요/예요", "예요"),
        ("학생", "(이)나", "이나"),
        ("3", "을/를", "을"),
        ("2", "을/를", "를"),
        ("‘라떼’", "을/를", "를"),
    ],
)
def test_the_particle_follows_the_last_sound(word: str, pair: str, particle: str):
    assert choose_particle(word, pair) == particle


def test_a_text_that_is_no_pair_is_left_alone():
    assert choose_particle("물", "도") == "도"


@given(st.text())
def test_any_text_has_some_final_consonant_or_none(word: str):
    assert 0 <= final_consonant(word) <= 27
