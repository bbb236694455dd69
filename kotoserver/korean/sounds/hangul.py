"""Hangul below the syllable."""

import unicodedata

_FIRST = 0xAC00
_LAST = 0xD7A3


def is_syllable(character: str) -> bool:
    return _FIRST <= ord(character) <= _LAST


def has_hangul(text: str) -> bool:
    return any(is_syllable(character) for character in text)


def jamo(text: str) -> str:
    """The text as conjoining jamo; an initial and a final consonant are different characters."""
    return unicodedata.normalize("NFD", text)


def split_syllable(syllable: str) -> tuple[int, int, int]:
    """Indices of initial (0 to 18), vowel (0 to 20) and final (0 to 27, 0 for none)."""
    place = ord(syllable) - _FIRST
    return place // 588, place // 28 % 21, place % 28


def build_syllable(initial: int, vowel: int, final: int) -> str:
    return chr(_FIRST + initial * 588 + vowel * 28 + final)


def with_final(syllable: str, final: int) -> str:
    """The same syllable with another final consonant (index 0 to 27)."""
    initial, vowel, _ = split_syllable(syllable)
    return build_syllable(initial, vowel, final)
