"""A learner's text under repair, every character remembering where it came from."""

import unicodedata
from dataclasses import dataclass

from kotoserver.domain.evaluation import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """NFC text with, for each of its characters, the piece of the original that it stands for."""

    text: str
    origin: tuple[tuple[int, int], ...]
    original_length: int

    def span(self, start: int, end: int) -> Span:
        """Where `text[start:end]` is in the original; empty for what was inserted."""
        if start >= end:
            place = self._boundary(start)
            return Span(start=place, end=place)
        covered = self.origin[start:end]
        return Span(start=min(low for low, _ in covered), end=max(high for _, high in covered))

    def replace(self, start: int, end: int, new: str) -> "Draft":
        """The draft with `text[start:end]` replaced; characters both share keep their own origin."""
        old = self.text[start:end]
        head = _shared(old, new)
        tail = _shared(old[head:][::-1], new[head:][::-1])
        first, last = start + head, end - tail
        span = self.span(first, last)
        fresh = new[head : len(new) - tail]
        origin = (
            *self.origin[:first],
            *(((span.start, span.end),) * len(fresh)),
            *self.origin[last:],
        )
        return Draft(
            text=self.text[:first] + fresh + self.text[last:],
            origin=origin,
            original_length=self.original_length,
        )

    def _boundary(self, place: int) -> int:
        if place > 0:
            return self.origin[place - 1][1]
        return self.origin[0][0] if self.origin else 0


def begin_draft(original: str) -> Draft:
    """The original in NFC, without the white space around it."""
    text: list[str] = []
    origin: list[tuple[int, int]] = []
    for start, end in _clusters(original):
        for character in unicodedata.normalize("NFC", original[start:end]):
            text.append(" " if character.isspace() else character)
            origin.append((start, end))
    first = next((place for place, character in enumerate(text) if character != " "), len(text))
    last = len(text)
    while last > first and text[last - 1] == " ":
        last -= 1
    return Draft(text="".join(text[first:last]), origin=tuple(origin[first:last]), original_length=len(original))


def _clusters(text: str) -> list[tuple[int, int]]:
    """Pieces that may compose into one character: a base with its marks, a syllable in conjoining jamo."""
    found: list[tuple[int, int]] = []
    start = 0
    for place in range(1, len(text) + 1):
        if place == len(text) or not _joins_previous(text[place]):
            found.append((start, place))
            start = place
    return found if text else []


def _joins_previous(character: str) -> bool:
    return "\u1160" <= character <= "\u11ff" or unicodedata.combining(character) != 0


def _shared(one: str, other: str) -> int:
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count
