"""What all voices elsewhere share: which text they may be given, and how their own voices are told apart."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping

from kotoserver.domain.errors import BadInput

MAX_CHARACTERS = 2000
"""Code points in one request; a scene's longest line has fewer than a hundred."""

_CONTROL = re.compile(r"[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SENTENCE = re.compile(r"[^.!?…\n]*[.!?…\n]*\s*")
_WORD = re.compile(r"\S*\s*")


def digest(voices: Mapping[str, str]) -> str:
    """Changes with any voice, so that no sound of an earlier one is played."""
    return hashlib.sha256(json.dumps(sorted(voices.items())).encode()).hexdigest()[:8]


def speakable(text: str) -> str:
    """The text without what a voice could stumble over. BadInput: `text_too_long`, `nothing_to_say`."""
    if len(text) > MAX_CHARACTERS:
        raise BadInput(f"A line to be spoken has at most {MAX_CHARACTERS} characters.", code="text_too_long")
    clean = " ".join(_CONTROL.sub("", text).split())
    if not re.search(r"\w", clean):
        raise BadInput("There is nothing to say in this text.", code="nothing_to_say")
    return clean


def pieces(text: str, most_bytes: int) -> Iterator[str]:
    """The text in as few pieces as fit into so many bytes of UTF-8, cut at sentences, else words, else letters."""
    return filter(None, map(str.strip, _filled(text, most_bytes)))


def _filled(text: str, most_bytes: int) -> Iterator[str]:
    piece = ""
    for unit in _units(text, most_bytes):
        if len((piece + unit).encode()) > most_bytes:
            yield piece
            piece = ""
        piece += unit
    yield piece


def _units(text: str, most_bytes: int) -> Iterator[str]:
    """Sentences; words of a sentence that is too long; letters of a word that is too long."""
    for sentence in filter(None, _SENTENCE.findall(text)):
        if len(sentence.encode()) <= most_bytes:
            yield sentence
            continue
        for word in filter(None, _WORD.findall(sentence)):
            yield from [word] if len(word.encode()) <= most_bytes else word
