"""What a learner may send as one turn."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from kotoserver.domain.errors import BadInput
from kotoserver.domain.receipt import Receipt

MAX_CHARACTERS = 300
_TURN_ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
_LAYOUT = {"\t": " ", "\n": " ", "\r": " "}


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """How an utterance came to be known that was spoken and not typed."""

    audio_id: str
    confidence: float
    """Of whoever heard it, 0 to 1; 1 once the learner confirmed the words."""
    receipts: tuple[Receipt, ...] = ()
    timings: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    """Milliseconds by stage, before the words were known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    turn_id: str
    """Made by the client, so that it may send the same turn again without harm."""
    text: str
    """1 to MAX_CHARACTERS code points without control characters."""
    spoken: Spoken | None = None
    """None for a typed one."""


def read_utterance(turn_id: str, text: str) -> Utterance:
    """The checked utterance.

    BadInput codes: `bad_turn_id`, `empty_text`, `text_too_long`, `control_characters`.
    """
    check_turn_id(turn_id)
    words = "".join(_LAYOUT.get(character, character) for character in text).strip()
    if not words:
        raise BadInput("There is nothing in the text. Say something, or send “…” for silence.", code="empty_text")
    if len(words) > MAX_CHARACTERS:
        raise BadInput(
            f"The text has {len(words)} characters; {MAX_CHARACTERS} is the most.",
            code="text_too_long",
            details={"characters": len(words), "limit": MAX_CHARACTERS},
        )
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in words):
        raise BadInput("The text holds control characters or half a character.", code="control_characters")
    return Utterance(turn_id=turn_id, text=words)


def is_turn_id(text: str) -> bool:
    return _TURN_ID.fullmatch(text) is not None


def check_turn_id(turn_id: str) -> None:
    """BadInput code `bad_turn_id`."""
    if not is_turn_id(turn_id):
        raise BadInput("A turn_id is 1 to 64 letters, digits, '_', '-', '.' or ':'.", code="bad_turn_id")
