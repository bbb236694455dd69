"""What one question to an engine took: time, money, and why another engine answered than the first."""

from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    STT = "stt"
    EVALUATE = "evaluate"
    TTS = "tts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    stage: Stage
    provider: str
    """Who answered."""
    milliseconds: float
    """From asking to the whole answer, engines that failed on the way included."""
    first_output_milliseconds: float | None = None
    """Until the first useful part of an answer that comes in parts."""
    fallback: str | None = None
    """Why it was not the first engine that answered, such as `google: too_late`."""
    cached: bool = False
    """Nothing was asked: the answer was kept from before."""
    audio_seconds: float = 0.0
    """Sound that was heard or made."""
    characters: int = 0
    """Text that was spoken."""
    tokens: int = 0
    """Of a language model, asked and answered."""
    cost_usd: float = 0.0
    """By the price table; 0 for engines of our own."""
