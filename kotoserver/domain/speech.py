"""What is said aloud: requests for speech and the sound that answers them."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from kotoserver.domain.engines import Preference
from kotoserver.domain.receipt import Receipt


class AudioFormat(StrEnum):
    MP3 = "mp3"
    WAV = "wav"
    OGG = "ogg"

    @property
    def media_type(self) -> str:
        return {"mp3": "audio/mpeg", "wav": "audio/wav", "ogg": "audio/ogg"}[self.value]


_AUDIBLE = 33
"""Sample value 60 dB below full scale."""

NORMAL_RATE = 1.0
SLOW_RATE = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechRequest:
    """One line to be spoken."""

    text: str
    voice: str
    """A voice id of `scenes/catalog/voices.yaml`, such as `ko-f-02`."""
    rate: float = NORMAL_RATE
    """Speaking rate; 1.0 is the voice's natural pace, 0.7 is slow."""
    preference: Preference | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WordTime:
    """When one word of the text sounds."""

    start: int
    """First code point of the word in `SpeechRequest.text`."""
    length: int
    """Code points."""
    at_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """Synthesised sound, not yet in any container."""

    pcm: bytes
    """Mono, signed 16-bit little-endian samples."""
    sample_rate: int
    """Hertz."""
    words: tuple[WordTime, ...] = ()
    degraded: str | None = None
    """Why a lesser voice than the configured one spoke; such sound is not kept."""
    receipt: Receipt | None = None
    """What it took; filled in by whoever asks several engines in turn."""

    @property
    def seconds(self) -> float:
        return len(self.pcm) / 2 / self.sample_rate

    @property
    def silent(self) -> bool:
        """Nothing, or no sample above 60 dB below full scale: an engine that failed without saying so."""
        samples = np.frombuffer(self.pcm, "<i2")
        return samples.size == 0 or max(int(samples.max()), -int(samples.min())) < _AUDIBLE
