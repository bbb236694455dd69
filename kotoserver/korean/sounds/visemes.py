"""The shapes that a mouth goes through while a line is spoken, timed to its sound.

Korean spelling tells the mouth nearly everything once the sound changes between syllables are made: each
jamo has its shape. Times of words are an engine's own where it tells them; within a word, and where it
tells none, a sound gets its share of the time: a vowel more than a consonant, the last vowel before a pause
more than the others, as speakers lengthen it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from kotoserver.domain.speech import WordTime
from kotoserver.korean.sounds.hangul import is_syllable, split_syllable
from kotoserver.korean.sounds.pronunciation import pronounce


class Mouth(StrEnum):
    """Shapes by what is seen of them, beside the visemes of common face rigs (MPEG-4, Oculus)."""

    REST = "rest"
    """Closed without effort (sil)."""
    CLOSED = "closed"
    """Lips pressed together: ㅁ ㅂ ㅃ ㅍ (PP)."""
    TONGUE = "tongue"
    """Tip of the tongue behind the teeth: ㄴ ㄷ ㄸ ㄹ ㅌ (nn, DD)."""
    TEETH = "teeth"
    """Teeth close, lips a little apart: ㅅ ㅆ ㅈ ㅉ ㅊ (SS, CH)."""
    BACK = "back"
    """Open a little, tongue at the back: ㄱ ㄲ ㅋ ㅎ and a final ㅇ (kk)."""
    A = "a"
    """Wide open: ㅏ (aa)."""
    EO = "eo"
    """Open and long: ㅓ (aa, narrower)."""
    O = "o"  # noqa: E741  # the vowel's own name
    """Round: ㅗ (oh)."""
    U = "u"
    """Round and small: ㅜ (ou)."""
    EU = "eu"
    """Flat, lips drawn apart a little: ㅡ (ih, narrower)."""
    I = "i"  # noqa: E741  # the vowel's own name
    """Lips spread: ㅣ (ih)."""
    E = "e"
    """Half open, lips spread: ㅐ ㅔ (E)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Viseme:
    at_seconds: float
    shape: Mouth
    """From then on, until the next one."""


VERSION = 1
SHAPES = tuple(Mouth)

_C, _T, _S, _B = Mouth.CLOSED, Mouth.TONGUE, Mouth.TEETH, Mouth.BACK
_INITIALS = (_B, _B, _T, _T, _T, _T, _C, _C, _C, _S, _S, None, _S, _S, _S, _B, _T, _C, _B)
"""ㄱ ㄲ ㄴ ㄷ ㄸ ㄹ ㅁ ㅂ ㅃ ㅅ ㅆ ㅇ ㅈ ㅉ ㅊ ㅋ ㅌ ㅍ ㅎ; a silent ㅇ has no shape."""
_VOWELS = (
    (Mouth.A,),
    (Mouth.E,),
    (Mouth.I, Mouth.A),
    (Mouth.I, Mouth.E),
    (Mouth.EO,),
    (Mouth.E,),
    (Mouth.I, Mouth.EO),
    (Mouth.I, Mouth.E),
    (Mouth.O,),
    (Mouth.O, Mouth.A),
    (Mouth.O, Mouth.E),
    (Mouth.U, Mouth.E),
    (Mouth.I, Mouth.O),
    (Mouth.U,),
    (Mouth.U, Mouth.EO),
    (Mouth.U, Mouth.E),
    (Mouth.U, Mouth.I),
    (Mouth.I, Mouth.U),
    (Mouth.EU,),
    (Mouth.EU, Mouth.I),
    (Mouth.I,),
)
"""ㅏ ㅐ ㅑ ㅒ ㅓ ㅔ ㅕ ㅖ ㅗ ㅘ ㅙ ㅚ ㅛ ㅜ ㅝ ㅞ ㅟ ㅠ ㅡ ㅢ ㅣ; a glide comes before its vowel."""
_FINALS = {
    **dict.fromkeys((1, 2, 21, 24), _B),
    **dict.fromkeys((4, 7, 8, 19, 20, 22, 25), _T),
    **dict.fromkeys((16, 17, 26), _C),
}
"""By the index of a single final: ㄱ ㄲ ㅇ ㅋ, ㄴ ㄷ ㄹ ㅅ ㅆ ㅈ ㅌ, ㅁ ㅂ ㅍ.

Clusters are gone once a word is spelled as it sounds.
"""
_LATIN = {"a": Mouth.A, "e": Mouth.E, "i": Mouth.I, "o": Mouth.O, "u": Mouth.U, "b": _C, "m": _C, "p": _C, "s": _S}

_CONSONANT, _GLIDE, _VOWEL = 1.0, 0.6, 2.0
"""Shares of time: Korean vowels last about twice as long as consonants in connected speech."""
_LAST_VOWEL = 1.6
"""How much longer the last vowel before a pause is."""
_PAUSES = {".": 3.0, "!": 3.0, "?": 3.0, ",": 2.0}
"""Shares of time that the mouth rests after a sign."""

_Share = tuple[Mouth, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class _SpokenPart:
    """A word of the text with its shapes."""

    start: int
    """First code point of the word in the text; several spoken words may share it."""
    shares: tuple[_Share, ...]


def mouth_track(text: str, seconds: float, words: Sequence[WordTime] = ()) -> tuple[Viseme, ...]:
    """The shapes in order, from rest at 0 to rest at `seconds`. `words` are those of the sound, if known."""
    parts = _parts_of(text)
    track = [Viseme(at_seconds=0.0, shape=Mouth.REST)]
    for shares, begins, ends in _stretches(parts, seconds, words):
        track += _laid_out(shares, begins, ends)
    track.append(Viseme(at_seconds=seconds, shape=Mouth.REST))
    return _without_repeats(track)


def viseme_document(text: str, seconds: float, words: Sequence[WordTime] = ()) -> dict[str, object]:
    """The track as JSON-ready values: `track` holds pairs of seconds and an index into `shapes`."""
    places = {shape: place for place, shape in enumerate(SHAPES)}
    return {
        "version": VERSION,
        "seconds": round(seconds, 3),
        "shapes": [shape.value for shape in SHAPES],
        "track": [[round(each.at_seconds, 3), places[each.shape]] for each in mouth_track(text, seconds, words)],
    }


def _parts_of(text: str) -> list[_SpokenPart]:
    pronunciation = pronounce(text)
    places = [*(word.at for word in pronunciation.words), len(pronunciation.spoken)]
    parts = [
        _SpokenPart(start=word.start, shares=_shares_of(pronunciation.spoken[word.at : end]))
        for word, end in zip(pronunciation.words, places[1:], strict=True)
    ]
    return [part for part in parts if part.shares]


def _shares_of(word: str) -> tuple[_Share, ...]:
    """Shapes with their shares of the word's time; a sign behind the word is a rest."""
    pause = next((_PAUSES[sign] for sign in reversed(word.rstrip()) if sign in _PAUSES), 0.0)
    shares: list[_Share] = []
    for letter in word:
        shares += _shares_of_letter(letter)
    if pause:
        last = max((place for place, (_, share) in enumerate(shares) if share == _VOWEL), default=None)
        if last is not None:
            shares[last] = (shares[last][0], _VOWEL * _LAST_VOWEL)
        shares.append((Mouth.REST, pause))
    return tuple(shares)


def _shares_of_letter(letter: str) -> list[_Share]:
    if not is_syllable(letter):
        shape = _LATIN.get(letter.lower(), _B)
        return [(shape, _VOWEL)] if letter.isalpha() else []
    initial, vowel, final = split_syllable(letter)
    *glides, nucleus = _VOWELS[vowel]
    first, last = _INITIALS[initial], _FINALS.get(final)
    shares = [(first, _CONSONANT)] if first else []
    shares += [(glide, _GLIDE) for glide in glides]
    shares.append((nucleus, _VOWEL))
    return [*shares, (last, _CONSONANT)] if last else shares


def _stretches(
    parts: Sequence[_SpokenPart], seconds: float, words: Sequence[WordTime]
) -> list[tuple[list[_Share], float, float]]:
    """Shapes that share a stretch of time: from one known moment to the next."""
    known = {word.start: word.at_seconds for word in words if 0.0 <= word.at_seconds < seconds}
    stretches: list[tuple[list[_Share], float]] = []
    for part in parts:
        at = known.pop(part.start, None)
        if not stretches or (at is not None and at > stretches[-1][1]):
            stretches.append(([*part.shares], at or 0.0))
        else:
            stretches[-1][0].extend(part.shares)
    moments = [*(begin for _, begin in stretches), seconds]
    return [(shares, begin, end) for (shares, begin), end in zip(stretches, moments[1:], strict=True)]


def _laid_out(shares: Sequence[_Share], begins: float, ends: float) -> list[Viseme]:
    whole = sum(share for _, share in shares)
    track, at = [], begins
    for shape, share in shares:
        track.append(Viseme(at_seconds=at, shape=shape))
        at = min(at + (ends - begins) * share / whole, ends)
    return track


def _without_repeats(track: Sequence[Viseme]) -> tuple[Viseme, ...]:
    """A shape that goes on is told once; the first and the last one stay."""
    kept = [track[0], *(later for earlier, later in pairwise(track[:-1]) if later.shape is not earlier.shape)]
    return (*kept, track[-1])
