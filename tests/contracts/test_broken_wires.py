"""What goes wrong between us and a service elsewhere: below its protocol, where every byte may be the last."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest

from kotoserver.domain.errors import ProviderFailed
from kotoserver.domain.hearing import SAMPLE_RATE, AudioClip, RecognitionRequest
from kotoserver.domain.speech import SpeechRequest
from kotoserver.providers.google_stt import GoogleRecognizer
from kotoserver.providers.google_tts import GoogleSynthesizer
from kotoserver.providers.openai_stt import OpenAiRecognizer
from kotoserver.providers.openai_tts import OpenAiSynthesizer
from tests.providers.google_speech_server import serving_google_speech
from tests.providers.google_tts_server import serving_google_tts
from tests.providers.openai_speech_server import serving_openai_speech

LINE = "라떼 한 잔 주세요"
HUM = np.sin(np.arange(SAMPLE_RATE) * 0.1).astype(np.float32) * 0.3
CLIP = AudioClip(samples=HUM, voiced_seconds=1.0, loudness=0.2, media_type="audio/wav")
STREAMING = {"ko-f-02": "ko-KR-Chirp3-HD-Kore"}
SECONDS = 1.0
"""Deadline of every request here."""
IN_TIME = 8.0
"""Within which a request with that deadline ends, even on a busy machine."""


async def hear(ears: Any) -> None:
    assert (await ears.recognize(RecognitionRequest(clip=CLIP, phrases=(LINE,)))).text == LINE


async def listen(voice: Any) -> None:
    request = SpeechRequest(text=LINE, voice="ko-f-02")
    assert sum([part.seconds async for part in voice.stream(request)]) > 1


@dataclass(frozen=True)
class Kit:
    serving: Callable[..., Any]
    open: Callable[..., Any]
    ask: Callable[[Any], Awaitable[None]]


KITS = {
    "google ears": Kit(serving_google_speech, GoogleRecognizer, hear),
    "google voice": Kit(serving_google_tts, GoogleSynthesizer, listen),
    "google streaming voice": Kit(
        serving_google_tts, lambda settings, **told: GoogleSynthesizer(settings, STREAMING, **told), listen
    ),
    "ears server": Kit(serving_openai_speech, OpenAiRecognizer, hear),
    "voice server": Kit(serving_openai_speech, OpenAiSynthesizer, listen),
}


@pytest.fixture(params=KITS)
def kit(request: pytest.FixtureRequest) -> Kit:
    return KITS[request.param]


@dataclass
class Wire:
    """Carries bytes both ways, as long as it holds."""

    far_port: int
    allowance: int | None = None
    """Bytes that come back over each connection before it breaks; None for all."""
    port: int = 0
    carried: int = 0
    """Bytes that came back over the last connection."""
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.far_port)
        self.carried = 0
        there = asyncio.create_task(_pump(reader, far_writer))
        try:
            while content := await far_reader.read(65_536):
                if self.allowance is not None:
                    content = content[: self.allowance - self.carried]
                self.carried += len(content)
                writer.write(content)
                await writer.drain()
                if self.carried == self.allowance:
                    break
        except OSError:
            pass  # whoever went away first, the other is told below
        finally:
            there.cancel()
            writer.close()
            far_writer.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while content := await reader.read(65_536):
            writer.write(content)
            await writer.drain()


@asynccontextmanager
async def listening(
    talk: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[int]:
    """The port where that is done with each connection."""
    talks: set[asyncio.Task[None]] = set()

    async def noted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        talks.add(task)
        try:
            await talk(reader, writer)
        except asyncio.CancelledError:
            pass  # the test is over
        finally:
            talks.discard(task)
            writer.close()

    server = await asyncio.start_server(noted, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in talks:
            task.cancel()
        if talks:
            await asyncio.wait(talks)


@asynccontextmanager
async def wired(kit: Kit) -> AsyncIterator[tuple[Any, Wire]]:
    """An engine, and the wire to its service."""
    async with kit.serving() as server:
        wire = Wire(far_port=server.port)
        async with listening(wire.carry) as wire.port:
            engine = kit.open(at_port(server.settings, wire.port), deadline_seconds=SECONDS)
            try:
                yield engine, wire
            finally:
                await engine.close()


def at_port(settings: Any, port: int) -> Any:
    if hasattr(settings, "endpoint"):
        return replace(settings, endpoint=f"127.0.0.1:{port}")
    return replace(settings, url=f"http://127.0.0.1:{port}/v1")


async def code_of(asking: Awaitable[None]) -> str:
    async with asyncio.timeout(IN_TIME):
        with pytest.raises(ProviderFailed) as failed:
            await asking
    return failed.value.code


async def length_of_answer(kit: Kit) -> int:
    """Bytes that come back for one request over a wire that holds."""
    async with wired(kit) as (engine, wire):
        await kit.ask(engine)
        return wire.carried


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.75])
async def test_an_answer_that_breaks_off_anywhere_is_no_answer(kit: Kit, share: float):
    allowance = round(await length_of_answer(kit) * share)
    async with wired(kit) as (engine, wire):
        wire.allowance = allowance
        if allowance == 0:
            wire.allowance = 1
        assert await code_of(kit.ask(engine)) in ("unavailable", "bad_answer")
        wire.allowance = None
        async with asyncio.timeout(IN_TIME):
            await until_served(kit, engine)


async def until_served(kit: Kit, engine: Any) -> None:
    """There is a moment of rest between two tries to connect."""
    while True:
        try:
            return await kit.ask(engine)
        except ProviderFailed as failure:
            assert failure.code == "unavailable"
            await asyncio.sleep(0)


async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1)


async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1)
    writer.write(b"\xff" * 4_000)
    await writer.drain()


async def speak_mail(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"220 mail.example ESMTP\r\n")
    await writer.drain()
    await reader.read(-1)


@pytest.mark.parametrize(
    ("talk", "codes"),
    [
        (hang_up, ("unavailable",)),
        (say_nothing, ("too_late",)),
        (babble, ("unavailable", "bad_answer")),
        (speak_mail, ("unavailable", "bad_answer", "too_late")),
    ],
)
async def test_another_kind_of_server_is_no_engine(kit: Kit, talk: Any, codes: tuple[str, ...]):
    async with kit.serving() as server:
        settings = server.settings
    async with listening(talk) as port:
        engine = kit.open(at_port(settings, port), deadline_seconds=SECONDS)
        try:
            assert await code_of(kit.ask(engine)) in codes
        finally:
            await engine.close()
