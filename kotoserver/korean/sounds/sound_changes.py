"""Standard pronunciation: how neighbouring sounds change each other (감사합니다 -> 감사함니다).

The rules are those of the Standard Pronunciation of Korean (표준 발음법, Ministry of Culture 2017-13);
the numbers in the comments are its articles. What cannot be known from the letters alone (compounds,
some Sino-Korean words) stands in `irregular_sounds`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from kotoserver.korean.sounds.hangul import build_syllable, is_syllable, split_syllable
from kotoserver.korean.sounds.irregular_sounds import (
    BOUND_TO_NEXT,
    IRREGULAR,
    NOUNS_WITH_DOUBLE_FINAL,
    PLAIN_AFTER_RIEUL,
    TENSED_AFTER_FUTURE,
)

_INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
_FINALS = ("", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")

_HEARD_FINAL = dict(
    zip("ㄲㅋㄳㄺㅅㅆㅈㅊㅌㅍㅄㄿㄵㄶㄼㄽㄾㅀㄻㅎ", "ㄱㄱㄱㄱㄷㄷㄷㄷㄷㅂㅂㅂㄴㄴㄹㄹㄹㄹㅁㄷ", strict=True)
)
"""Articles 8 to 11: of all finals only ㄱㄴㄷㄹㅁㅂㅇ are heard."""

_SPLIT_BEFORE_VOWEL = {
    "ㄳ": ("ㄱ", "ㅆ"),
    "ㄵ": ("ㄴ", "ㅈ"),
    "ㄺ": ("ㄹ", "ㄱ"),
    "ㄻ": ("ㄹ", "ㅁ"),
    "ㄼ": ("ㄹ", "ㅂ"),
    "ㄽ": ("ㄹ", "ㅆ"),
    "ㄾ": ("ㄹ", "ㅌ"),
    "ㄿ": ("ㄹ", "ㅍ"),
    "ㅄ": ("ㅂ", "ㅆ"),
}
"""Article 14: the second consonant moves over, ㅅ becoming tense."""

_TENSE = dict(zip("ㄱㄷㅂㅅㅈ", "ㄲㄸㅃㅆㅉ", strict=True))
_ASPIRATE = dict(zip("ㄱㄷㅂㅈ", "ㅋㅌㅍㅊ", strict=True))
_NASAL = dict(zip("ㄱㄷㅂ", "ㅇㄴㅁ", strict=True))
_WITHOUT_HIEUH = {"ㅎ": "", "ㄶ": "ㄴ", "ㅀ": "ㄹ"}
_WITH_HIEUH = {
    **dict.fromkeys("ㄱㄲㅋ", ("", "ㅋ")),
    **dict.fromkeys("ㄷㅅㅆㅊㅌ", ("", "ㅌ")),
    **dict.fromkeys("ㅂㅍㅄ", ("", "ㅍ")),
    "ㄳ": ("", "ㅋ"),
    "ㄺ": ("ㄹ", "ㅋ"),
    "ㄼ": ("ㄹ", "ㅍ"),
    "ㅈ": ("", "ㅊ"),
    "ㄵ": ("ㄴ", "ㅊ"),
}
"""Article 12: an obstruent before ㅎ becomes aspirated."""

_SENTENCE_ENDS = ".,!?…"
_PALATAL = {"ㄷ": ("", "ㅈ"), "ㅌ": ("", "ㅊ"), "ㄾ": ("ㄹ", "ㅊ")}


@dataclass(frozen=True, slots=True)
class _Syllable:
    initial: str
    vowel: str
    final: str

    def __str__(self) -> str:
        return build_syllable(_INITIALS.index(self.initial), _VOWELS.index(self.vowel), _FINALS.index(self.final))


def respell(words: Sequence[str]) -> list[str]:
    """The words as they sound when said in one breath, each in its own place; only Hangul changes."""
    sounds = [list(_with_irregular_sounds(word)) for word in words]
    for before, after in pairwise(range(len(words))):
        if words[before] in BOUND_TO_NEXT and sounds[after]:
            _join(sounds[before], sounds[after])
        elif _is_future(words[before]) and words[after].rstrip(_SENTENCE_ENDS) in TENSED_AFTER_FUTURE:
            sounds[after][0] = _with_tense_initial(sounds[after][0])
    return ["".join(_change_sounds(word)) for word in sounds]


def _with_irregular_sounds(word: str) -> str:
    for written, sounded in IRREGULAR.items():
        if written in word:
            word = word.replace(written, sounded)
    return _tense_endings(word)


def _tense_endings(word: str) -> str:
    """Endings that are tense by article 27 (할게요 -> 할께요) and after a stem in ㄴ or ㅁ (남습니다)."""
    letters = list(word)
    for place in range(1, len(letters)):
        final = _final_of(letters[place - 1])
        rest = word[place:].rstrip(_SENTENCE_ENDS)
        future = final == "ㄹ" and (
            rest in ("게요", "걸뇨", "걸")
            or rest.startswith("수록")
            or (rest == "게" and word[: place + 1] not in PLAIN_AFTER_RIEUL)
        )
        if future or (final in ("ㄴ", "ㅁ", "ㄻ") and rest.startswith("습니")):
            letters[place] = _with_tense_initial(letters[place])
    return "".join(letters)


def _join(before: list[str], after: list[str]) -> None:
    """Sound changes across the gap after a word that is never said alone: 못 해요 -> 모 태요."""
    if not (is_syllable(before[-1]) and is_syllable(after[0])):
        return
    first, second = _parse(before[-1]), _parse(after[0])
    first = replace(first, final=_HEARD_FINAL.get(first.final, first.final))
    if before[-1] == "못" and second.initial == "ㅇ" and second.vowel in "ㅣㅑㅕㅛㅠ":
        second = replace(second, initial="ㄴ")  # article 29: 못 읽어요 -> 몬 닐거요
    if not (second.initial == "ㅇ" and second.vowel == "ㅣ"):  # no palatalisation between words
        first, second = _meet(first, second)
    before[-1], after[0] = str(first), str(second)


def _change_sounds(letters: list[str]) -> list[str]:
    """One word's letters, changed from left to right."""
    changed = list(letters)
    word = "".join(letters)
    for place in range(len(changed)):
        if not is_syllable(changed[place]):
            continue
        current = _parse(changed[place])
        following = changed[place + 1] if place + 1 < len(changed) else ""
        if following and is_syllable(following):
            current = _final_of_noun(current, word, place)
            current, after = _meet(current, _parse(following))
            changed[place + 1] = str(after)
        else:
            current = replace(current, final=_HEARD_FINAL.get(current.final, current.final))
        changed[place] = str(_with_plain_vowel(current))
    return changed


def _meet(first: _Syllable, second: _Syllable) -> tuple[_Syllable, _Syllable]:
    """Two neighbours, and what each makes of the other."""
    final, initial = _contact(first.final, second.initial, second.vowel)
    if first.final == "ㄼ" and str(replace(first, final="ㄼ")) == "밟" and second.initial not in "ㅇㅎ":
        final, initial = _contact("ㅂ", second.initial, second.vowel)  # article 10: 밟다 -> 밥따
    return replace(first, final=final), replace(second, initial=initial)


def _contact(final: str, initial: str, vowel: str) -> tuple[str, str]:
    """(final, initial) as they are heard; `vowel` follows the initial."""
    if not final:
        return final, initial
    if initial == "ㅇ":
        return _before_vowel(final, vowel)
    if initial == "ㅎ" and final in _WITH_HIEUH:
        if final == "ㄷ" and vowel in "ㅣㅕ":
            return "", "ㅊ"  # article 17: 닫혀 -> 다쳐
        return _WITH_HIEUH[final]
    if final in _WITHOUT_HIEUH and initial in "ㄱㄷㅈㅅ":
        return _WITHOUT_HIEUH[final], "ㅆ" if initial == "ㅅ" else _ASPIRATE[initial]
    if final == "ㄺ" and initial == "ㄱ":
        return "ㄹ", "ㄲ"  # article 11: 맑게 -> 말께
    if final in ("ㄵ", "ㄼ", "ㄾ", "ㄻ") and initial in _TENSE:
        return _HEARD_FINAL[final], _TENSE[initial]  # articles 24 and 25
    return _between_consonants(_HEARD_FINAL.get(final, final), initial, weak=final in _WITHOUT_HIEUH)


def _before_vowel(final: str, vowel: str) -> tuple[str, str]:
    if final == "ㅇ":
        return final, "ㅇ"
    if final in _WITHOUT_HIEUH:
        return "", _WITHOUT_HIEUH[final] or "ㅇ"  # article 12.4: 좋아요 -> 조아요
    if final in _PALATAL and (vowel == "ㅣ" or (vowel == "ㅕ" and final == "ㅌ")):
        return _PALATAL[final]  # article 17: 같이 -> 가치
    return _SPLIT_BEFORE_VOWEL.get(final, ("", final))  # articles 13 and 14


def _between_consonants(final: str, initial: str, *, weak: bool) -> tuple[str, str]:
    """Articles 18 to 20 and 23; `final` is one of ㄱㄴㄷㄹㅁㅂㅇ. A `weak` one was ㅎ and tenses nothing."""
    if initial == "ㄹ":
        if final in ("ㄴ", "ㄹ"):
            return "ㄹ", "ㄹ"
        return _NASAL.get(final, final), "ㄴ"
    if initial == "ㄴ" and final == "ㄹ":
        return "ㄹ", "ㄹ"
    if final in _NASAL and initial in "ㄴㅁ":
        return _NASAL[final], initial
    if final in _NASAL and not weak:
        return final, _TENSE.get(initial, initial)
    return final, initial


def _final_of_noun(syllable: _Syllable, word: str, place: int) -> _Syllable:
    """Nouns such as 닭 and 여덟 keep their particles plain (닭과 -> 닥꽈, 여덟도 -> 여덜도)."""
    if syllable.final not in ("ㄺ", "ㄼ", "ㄻ") or not word[: place + 1].endswith(NOUNS_WITH_DOUBLE_FINAL):
        return syllable
    following = word[place + 1]
    if is_syllable(following) and _parse(following).initial == "ㅇ":
        return syllable
    return replace(syllable, final=_HEARD_FINAL[syllable.final])


def _with_plain_vowel(syllable: _Syllable) -> _Syllable:
    """Article 5: 져 쪄 쳐 are 저 쩌 처, and ㅢ after a consonant is ㅣ."""
    if syllable.vowel == "ㅕ" and syllable.initial in "ㅈㅉㅊ":
        return replace(syllable, vowel="ㅓ")
    if syllable.vowel == "ㅢ" and syllable.initial != "ㅇ":
        return replace(syllable, vowel="ㅣ")
    return syllable


def _is_future(word: str) -> bool:
    """Ends like the attributive -(으)ㄹ (할, 먹을), after which some nouns are tense."""
    return bool(word) and _final_of(word[-1]) == "ㄹ"


def _final_of(letter: str) -> str:
    return _parse(letter).final if is_syllable(letter) else ""


def _with_tense_initial(letter: str) -> str:
    if not is_syllable(letter):
        return letter
    syllable = _parse(letter)
    return str(replace(syllable, initial=_TENSE.get(syllable.initial, syllable.initial)))


def _parse(letter: str) -> _Syllable:
    initial, vowel, final = split_syllable(letter)
    return _Syllable(_INITIALS[initial], _VOWELS[vowel], _FINALS[final])
