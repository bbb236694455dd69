"""Choosing the form of a Korean particle by the sound before it (을/를, 이/가, 은/는, 와/과, (으)로 …)."""

_FIRST_SYLLABLE = 0xAC00
_LAST_SYLLABLE = 0xD7A3
_FINALS = 28
_RIEUL = 8
"""Index of ㄹ among the 28 final positions of a Hangul syllable (Unicode chapter 3.12)."""

_DIGIT_FINALS = {"0": 21, "1": 8, "2": 0, "3": 16, "4": 0, "5": 0, "6": 1, "7": 8, "8": 8, "9": 0}
"""Final consonant of each digit's Sino-Korean name: 영 일 이 삼 사 오 육 칠 팔 구."""

_LETTER_FINALS = {"l": _RIEUL, "m": 16, "n": 4, "r": _RIEUL}
"""Latin letters whose Korean names end in a consonant: 엘, 엠, 엔, 알."""

_SKIPPED = " \t.,!?…'\"’”)»」』"


def final_consonant(word: str) -> int:
    """Index (0 to 27) of the last sound's final consonant; 0 for a vowel or an unknown sound."""
    heard = word.rstrip(_SKIPPED)
    if not heard:
        return 0
    last = heard[-1].lower()
    if _FIRST_SYLLABLE <= ord(last) <= _LAST_SYLLABLE:
        return (ord(last) - _FIRST_SYLLABLE) % _FINALS
    return _DIGIT_FINALS.get(last, _LETTER_FINALS.get(last, 0))


def choose_particle(word: str, pair: str) -> str:
    """The member of `pair` that fits after `word`.

    `pair` is written as authors write it, either order being fine: `을/를`, `이/가`, `은/는`, `과/와`,
    `아/야`, `으로/로`, `이에요/예요`, or with the optional vowel in brackets: `(으)로`, `(이)나`. A text
    that is no pair comes back as it is.
    """
    final = final_consonant(word)
    if pair.startswith("(") and ")" in pair:
        vowel, rest = pair[1:].split(")", 1)
        with_final, without = vowel + rest, rest
    elif "/" in pair:
        first, second = pair.split("/", 1)
        with_final, without = (second, first) if first in _AFTER_VOWEL else (first, second)
    else:
        return pair
    takes_vowel_form = final == 0 or (final == _RIEUL and without.startswith("로"))
    return without if takes_vowel_form else with_final


_AFTER_VOWEL = frozenset(["를", "가", "는", "와", "야", "로", "로서", "로써", "예요", "나", "랑", "라고", "여"])
