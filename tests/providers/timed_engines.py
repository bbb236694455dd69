"""Engines that take as long as they are told, on whatever clock the loop has."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from kotoserver.domain.errors import KotoError, ProviderFailed
from kotoserver.domain.hearing import AudioClip, Hypothesis, Recognition, RecognitionRequest
from kotoserver.domain.speech import Speech, SpeechRequest
from kotoserver.ports.providers import Recognizer, Synthesizer

DOWN = ProviderFailed("connection refused")
LINE = SpeechRequest(text="안녕하세요.", voice="ko-f-02")
NEVER = 1e9


@dataclass(frozen=True, slots=True)
class After:
    """What happens so many seconds after the question."""

    seconds: float
    answer: str | BaseException = "네"


HANGS = After(NEVER)


def clip(seconds: float = 3.0, payer: str | None = None) -> RecognitionRequest:
    samples = np.zeros(round(seconds * 16_000), np.float32)
    sound = AudioClip(samples=samples, voiced_seconds=seconds, loudness=0.1, media_type="audio/wav")
    return RecognitionRequest(clip=sound, payer=payer)


def sound(seconds: float = 0.5, level: int = 9000) -> Speech:
    return Speech(pcm=np.full(round(seconds * 16_000), level, "<i2").tobytes(), sample_rate=16_000)


SILENCE = sound(level=0)


@dataclass
class _Watched:
    """Counts of what was asked of an engine, and what is still under way."""

    name: str = "first"
    version: str = "1"
    usual: After = After(0.5)
    script: list[After] = field(default_factory=list)
    """What the next questions meet; then `usual`."""
    checks: list[KotoError | None] = field(default_factory=list)
    """What the next checks meet; then nothing is wrong."""
    asked: int = 0
    checked_at: list[float] = field(default_factory=list)
    under_way: int = 0
    closed: bool = False

    async def meet(self) -> str:
        self.asked += 1
        self.under_way += 1
        happens = self.script.pop(0) if self.script else self.usual
        try:
            await asyncio.sleep(happens.seconds)
        finally:
            self.under_way -= 1
        if isinstance(happens.answer, BaseException):
            raise happens.answer
        return happens.answer

    async def check(self) -> None:
        self.checked_at.append(asyncio.get_running_loop().time())
        wrong = self.checks.pop(0) if self.checks else None
        if wrong is not None:
            raise wrong

    async def close(self) -> None:
        self.closed = True


class TimedEars(_Watched, Recognizer):
    async def recognize(self, request: RecognitionRequest) -> Recognition:
        text = await self.meet()
        heard = () if text == "nobody" else (Hypothesis(text=text, confidence=0.9),)
        return Recognition(hypotheses=heard, engine=self.name, engine_version=self.version)


class TimedVoice(_Watched, Synthesizer):
    async def synthesize(self, request: SpeechRequest) -> Speech:
        return SILENCE if await self.meet() == "" else sound()


@dataclass
class StreamingVoice(_Watched, Synthesizer):
    """Each part of its script comes so many seconds after the one before."""

    parts: Sequence[tuple[float, Speech | KotoError]] = ()

    async def synthesize(self, request: SpeechRequest) -> Speech:
        raise NotImplementedError

    async def stream(self, request: SpeechRequest) -> AsyncIterator[Speech]:
        self.asked += 1
        self.under_way += 1
        try:
            for seconds, part in self.parts:
                await asyncio.sleep(seconds)
                if isinstance(part, KotoError):
                    raise part
                yield part
        finally:
            self.under_way -= 1
