"""A learner's text under repair, every character remembering where it came from."""

import re
import unicodedata
from dataclasses import dataclass

from kotoserver.domain.evaluation import Span

UNSEEN = (
    "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    "\U000e0000-\U000e01ef"
)
"""As in a regular expression: characters that come along with what was pasted or dictated and that nobody sees."""
_ALL_UNSEEN = re.compile(f"[{UNSEEN}]+")
_FULL_WIDTH = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}
_PICTURES = ("So", "Sk")
"""Unicode categories of emoji and their shades; joiners between those make one picture of several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The text as it is seen with, for each of its characters, the piece of the original that it stands for."""

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


def plain(text: str) -> str:
    """The same to the eye: in NFC, ASCII instead of its full-width forms, nothing unseen."""
    return _narrow(_ALL_UNSEEN.sub("", text))


def begin_draft(original: str) -> Draft:
    """The original as it is seen, without the white space around it."""
    text: list[str] = []
    origin: list[tuple[int, int]] = []
    in_picture = False
    for start, end in _clusters(original):
        unseen = _ALL_UNSEEN.match(original[start]) is not None
        if unseen and not in_picture:
            continue
        in_picture = unseen or unicodedata.category(original[start]) in _PICTURES
        for character in _narrow(original[start:end]):
            text.append(" " if character.isspace() else character)
            origin.append((start, end))
    first = next((place for place, character in enumerate(text) if character != " "), len(text))
    last = len(text)
    while last > first and text[last - 1] == " ":
        last -= 1
    return Draft(text="".join(text[first:last]), origin=tuple(origin[first:last]), original_length=len(original))


def _narrow(text: str) -> str:
    return unicodedata.normalize("NFC", text).translate(_FULL_WIDTH)


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
