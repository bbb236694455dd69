"""Ears that hear the likeliest sentence, as slowly and as badly as they are told to."""

import asyncio
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from time import perf_counter

from bench.voice.delays import google_like
from kotoserver.domain.errors import ProviderFailed
from kotoserver.domain.hearing import Hypothesis, Recognition, RecognitionRequest
from kotoserver.ports.providers import Recognizer


class Mood(StrEnum):
    LIKE_GOOGLE = "like_google"
    AT_ONCE = "at_once"
    REFUSES = "refuses"
    """Nobody listens on its port."""
    STALLS = "stalls"
    """It takes the connection and never answers."""


@dataclass(frozen=True, slots=True)
class Asked:
    payer: str | None
    at: float
    """By `perf_counter` of the process."""
    seconds: float
    """That the pretended engine took by its own account."""


@dataclass
class PretendedEars(Recognizer):
    name: str
    mood: Mood
    seed: int
    asked: list[Asked] = field(default_factory=list)
    version: str = "1"
    _seconds: "Iterator[float]" = field(init=False)

    def __post_init__(self) -> None:
        self.behave(self.mood)

    def behave(self, mood: Mood) -> None:
        """From now on; times are drawn from the beginning again."""
        self.mood, self._seconds = mood, google_like(self.seed)

    async def recognize(self, request: RecognitionRequest) -> Recognition:
        seconds = next(self._seconds) if self.mood is Mood.LIKE_GOOGLE else 0.0
        self.asked.append(Asked(request.payer, perf_counter(), seconds))
        await self._behave(seconds)
        said = request.phrases[0] if request.phrases else "네"
        return Recognition(
            hypotheses=(Hypothesis(text=said, confidence=0.95),), engine=self.name, engine_version=self.version
        )

    async def check(self) -> None:
        await self._behave(0.0)

    async def _behave(self, seconds: float) -> None:
        match self.mood:
            case Mood.LIKE_GOOGLE:
                await asyncio.sleep(seconds)
            case Mood.REFUSES:
                await _refused()
            case Mood.STALLS:
                await _stalled()


async def _refused() -> None:
    """A real connection to a port that was free a moment ago."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError as refused:
        raise ProviderFailed("the pretended engine cannot be reached") from refused
    writer.close()


async def _stalled() -> None:
    """A real connection to a server that accepts it and stays silent."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        reader, writer = await asyncio.open_connection("127.0.0.1", silent.getsockname()[1])
        try:
            await reader.read(1)
        finally:
            writer.close()
