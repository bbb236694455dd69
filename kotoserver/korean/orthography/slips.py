"""Slips of the pen and of the ear: one jamo for another that Indonesian learners hear as the same.

Indonesian has no tense or aspirated stops, one sound for ㅐ and ㅔ, and neither ㅓ nor ㅡ in its spelling.
"""

from collections.abc import Iterator

from kotoserver.korean.reading.sentence import Sentence
from kotoserver.korean.sounds.hangul import build_syllable, is_syllable, split_syllable

_INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
_FINALS = " ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"
_SLIPS = (
    *((1, _VOWELS, pair) for pair in ("ㅐㅔ", "ㅔㅐ", "ㅓㅗ", "ㅡㅜ", "ㅕㅛ")),
    *((0, _INITIALS, pair) for pair in ("ㅋㄱ", "ㅌㄷ", "ㅍㅂ", "ㅊㅈ", "ㄸㄷ", "ㅃㅂ", "ㄲㄱ", "ㅉㅈ", "ㅆㅅ")),
    *((2, _FINALS, pair) for pair in ("ㅇㄴ", "ㄴㅇ", "ㅆㅅ", "ㅄㅂ", "ㄶㄴ")),
)
"""Place in the syllable, the jamo that may stand there, what is meant with what is written for it."""
_SLIPPING = frozenset({"NNG", "NNP", "XR", "VV", "VA", "XSV", "EF", "EP"})
"""Tags of what is slipped in; particles and counters have mistakes of their own."""


def slips(sentence: Sentence) -> Iterator[str]:
    """The sentence with one slip, once for each confusion that it has room for."""
    text = sentence.text
    places = [place for place in range(len(text)) if _may_slip(sentence, place)]
    for part, letters, pair in _SLIPS:
        meant, written = letters.index(pair[0]), letters.index(pair[1])
        for place in places:
            parts = list(split_syllable(text[place]))
            if parts[part] == meant:
                parts[part] = written
                yield text[:place] + build_syllable(*parts) + text[place + 1 :]
                break


def _may_slip(sentence: Sentence, place: int) -> bool:
    """In words of two syllables and more: in a shorter one a slip makes another word."""
    word = sentence.word_at(place)
    if word is None or len(word.text) < 2 or not is_syllable(sentence.text[place]):
        return False
    return any(m.start <= place < m.end and m.tag in _SLIPPING for m in sentence.morphemes)
