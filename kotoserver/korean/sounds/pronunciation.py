"""A text as an engine should read it out: numbers in words, and Hangul spelled as it sounds.

Every spoken word remembers which word of the original it came from, so that times reported by an
engine can be shown under the text that the learner sees.
"""

import unicodedata
from bisect import bisect_right
from dataclasses import dataclass

from kotoserver.korean.sounds.read_aloud import read_aloud
from kotoserver.korean.sounds.sound_changes import respell

_KEPT_PUNCTUATION = ".,!?"
_PAUSES = '…·:;/|()[]{}<>「」『』《》“”"—–-~'
"""Signs that are heard as a short pause at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenWord:
    start: int
    """First code point of the word in the original text."""
    length: int
    """Code points in the original text."""
    at: int
    """Where it begins in the spoken text; one word of the original may be several spoken ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pronunciation:
    spoken: str
    """Hangul, Latin letters, spaces and `.,!?` only."""
    words: tuple[SpokenWord, ...]
    """In order; empty when there is nothing to say."""

    def word_at(self, position: int) -> SpokenWord | None:
        """The word that covers this code point of the spoken text; None before the first."""
        index = bisect_right([word.at for word in self.words], position) - 1
        return self.words[index] if index >= 0 else None


def pronounce(text: str) -> Pronunciation:
    """The text as it is said; characters that no Korean reader would say are left out."""
    written = _words_with_places(text)
    read: list[tuple[int, int, str]] = []
    for index, (start, word) in enumerate(written):
        following = written[index + 1][1] if index + 1 < len(written) else ""
        sayable = _sayable(read_aloud(word, following))
        read += [(start, len(word), part) for part in sayable.split()]
    sounds = respell([part for _, _, part in read])
    return _laid_out([(start, length, sound) for (start, length, _), sound in zip(read, sounds, strict=True)])


def _words_with_places(text: str) -> list[tuple[int, str]]:
    """(place, word) of everything between white space and control characters."""
    spaced = "".join(" " if unicodedata.category(each)[0] in "CZ" else each for each in text)
    words, place = [], 0
    for word in spaced.split():
        place = spaced.index(word, place)
        words.append((place, word))
        place += len(word)
    return words


def _sayable(word: str) -> str:
    """Only letters that a Korean reader can say, and punctuation that shapes the sentence."""
    kept = []
    for character in word:
        if character == " " or character in _KEPT_PUNCTUATION or _is_letter(character):
            kept.append(character)
        elif character in _PAUSES:
            kept.append(", ")
    return "".join(kept)


def _is_letter(character: str) -> bool:
    return character.isalpha() and unicodedata.name(character, "").startswith(("HANGUL", "LATIN"))


def _laid_out(words: list[tuple[int, int, str]]) -> Pronunciation:
    """The words in a row; punctuation that stands alone leans on the word before it."""
    spoken, places = "", []
    for start, length, sound in words:
        if not any(character.isalpha() for character in sound):
            spoken = spoken.rstrip(_KEPT_PUNCTUATION) + sound[-1] if spoken else ""
            continue
        if spoken:
            spoken += " "
        places.append(SpokenWord(start=start, length=length, at=len(spoken)))
        spoken += sound
    return Pronunciation(spoken=spoken, words=tuple(places))
