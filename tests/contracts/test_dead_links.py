"""A link to Google that died without a word: noticed by pings, long before the deadline, and opened anew."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest

from kotoserver.domain.errors import ProviderFailed
from kotoserver.domain.hearing import SAMPLE_RATE, AudioClip, RecognitionRequest
from kotoserver.domain.speech import SpeechRequest
from kotoserver.providers.google_stt import GoogleRecognizer
from kotoserver.providers.google_tts import GoogleSynthesizer
from tests.providers.google_speech_server import Odd, serving_google_speech
from tests.providers.google_tts_server import serving_google_tts

KEEPALIVE_SECONDS = 1.2
NOTICED_SECONDS = 10.0
DEADLINE_SECONDS = 60.0

HUM = np.sin(np.arange(SAMPLE_RATE) * 0.1).astype(np.float32) * 0.3
CLIP = AudioClip(samples=HUM, voiced_seconds=1.0, loudness=0.2, media_type="audio/wav")


async def hear(ears: GoogleRecognizer) -> None:
    await ears.recognize(RecognitionRequest(clip=CLIP, phrases=("네",)))


async def speak(voice: GoogleSynthesizer) -> None:
    await voice.synthesize(SpeechRequest(text="네", voice="ko-f-02"))


@dataclass
class Link:
    """Carries bytes both ways until it is cut, after which it swallows them and says nothing."""

    port: int = 0
    alive: int = 0
    """Which connection still carries; each new one takes over."""
    connections: int = 0
    carriers: list[asyncio.Task[None]] = field(default_factory=list)
    ends: list[asyncio.StreamWriter] = field(default_factory=list)

    def cut(self) -> None:
        self.alive = 0

    async def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self.port)
        self.connections += 1
        self.alive = self.connections
        self.ends += [writer, there_writer]
        self.carriers += [
            asyncio.create_task(self._carry(self.connections, reader, there_writer)),
            asyncio.create_task(self._carry(self.connections, there_reader, writer)),
        ]

    async def _carry(self, connection: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while content := await reader.read(65_536):
            if self.alive == connection:
                writer.write(content)
                await writer.drain()

    async def close(self) -> None:
        for task in self.carriers:
            task.cancel()
        await asyncio.gather(*self.carriers, return_exceptions=True)
        for writer in self.ends:
            writer.close()
        await asyncio.gather(*(writer.wait_closed() for writer in self.ends), return_exceptions=True)


@asynccontextmanager
async def linked_to(port: int) -> AsyncIterator[tuple[Link, str]]:
    """The link, and the address at its near end."""
    link = Link(port=port)
    proxy = await asyncio.start_server(link.connect, "127.0.0.1", 0)
    try:
        yield link, f"127.0.0.1:{proxy.sockets[0].getsockname()[1]}"
    finally:
        proxy.close()
        await link.close()


async def served(engine: Any, ask: Callable[[Any], Awaitable[None]]) -> None:
    """For a moment the dead connection may still be there to be asked."""
    while True:
        try:
            return await ask(engine)
        except ProviderFailed as failure:
            assert failure.code == "unavailable"
            await asyncio.sleep(0)


@pytest.mark.parametrize(
    ("serving", "engine", "ask"),
    [(serving_google_speech, GoogleRecognizer, hear), (serving_google_tts, GoogleSynthesizer, speak)],
    ids=["ears", "voice"],
)
async def test_a_link_that_goes_dumb_is_noticed_long_before_the_deadline(
    serving: Callable[..., Any], engine: Callable[..., Any], ask: Callable[[Any], Awaitable[None]]
):
    async with serving() as server, linked_to(server.port) as (link, endpoint):
        opened = engine(
            replace(server.settings, endpoint=endpoint),
            deadline_seconds=DEADLINE_SECONDS,
            keepalive_seconds=KEEPALIVE_SECONDS,
        )
        try:
            await ask(opened)
            server.script.append(Odd(hangs=True))
            server.asked.clear()
            asking = asyncio.ensure_future(ask(opened))
            await server.asked.wait()
            link.cut()
            async with asyncio.timeout(NOTICED_SECONDS):
                with pytest.raises(ProviderFailed) as failed:
                    await asking
                assert failed.value.code == "unavailable"
                await served(opened, ask)
        finally:
            await opened.close()
