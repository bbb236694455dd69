"""What is heard: a learner's sound, and what an engine takes it to say."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kotoserver.domain.engines import Preference
from kotoserver.domain.receipt import Receipt

SAMPLE_RATE = 16_000
"""Hertz of every clip: what speech engines are trained on."""

MOST_PHRASES = 10
"""Sentences that an engine is told to expect; a Whisper prompt has room for about these (223 tokens)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AudioClip:
    """Decoded sound of one utterance."""

    samples: NDArray[np.float32]
    """Shape (n,): mono, SAMPLE_RATE hertz, -1 to 1, every value finite."""
    voiced_seconds: float
    """How much of it sounds like a voice; see `kotoserver.audio.gate`."""
    loudness: float
    """Root mean square of its loudest second, 0 to 1."""
    media_type: str
    """Of the container it came in, sniffed by its bytes: `audio/webm`, `audio/wav` …"""

    @property
    def seconds(self) -> float:
        return len(self.samples) / SAMPLE_RATE


@dataclass(frozen=True, slots=True, kw_only=True)
class RecognitionRequest:
    clip: AudioClip
    phrases: tuple[str, ...] = ()
    """What the learner is likely to say, most likely first: MOST_PHRASES sentences at most, then single words.

    A hint, never a limit.
    """
    payer: str | None = None
    """The learner whose budget it counts against."""
    preference: Preference | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothesis:
    """One thing that the sound may say."""

    text: str
    confidence: float
    """0 to 1, by the engine's own measure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardWord:
    text: str
    start_seconds: float
    end_seconds: float
    confidence: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognition:
    """What an engine heard."""

    hypotheses: tuple[Hypothesis, ...]
    """Best first; empty when it heard nobody speak, which is an answer and no failure."""
    words: tuple[HeardWord, ...] = ()
    """Of the best hypothesis, where the engine tells times."""
    engine: str
    engine_version: str
    receipt: Receipt | None = None
    """What it took; filled in by whoever asks several engines in turn."""

    @property
    def text(self) -> str:
        return self.hypotheses[0].text if self.hypotheses else ""

    @property
    def confidence(self) -> float:
        return self.hypotheses[0].confidence if self.hypotheses else 0.0


LEAST_VOICED_SECONDS = 0.15
"""Less voice than this is a click or a breath: the shortest answer, 네, has about 0.2 s."""


def is_speech(clip: AudioClip) -> bool:
    """Whether it is worth asking an engine what was said."""
    return clip.voiced_seconds >= LEAST_VOICED_SECONDS
