"""A server that speaks the protocol of Google's voices, of Google's own messages."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc
import numpy as np
from google.cloud.texttospeech_v1.types import (
    AudioEncoding,
    StreamingSynthesizeRequest,
    StreamingSynthesizeResponse,
    SynthesizeSpeechRequest,
    SynthesizeSpeechResponse,
)

from kotoserver.audio.encode import resample
from kotoserver.domain.speech import SpeechRequest
from kotoserver.providers.scripted import ScriptedSynthesizer
from kotoserver.settings import GoogleSettings
from tests.providers.google_speech_server import Odd, serving_grpc, settings_of, trace_of

SERVICE = "/google.cloud.texttospeech.v1.TextToSpeech"
RATE = 16_000
"""Hertz of what it says, whatever it is asked for: only the header is to be believed."""


@dataclass
class GoogleTtsServer:
    """Says each letter as a tone; the script's entries go first, one for each request."""

    script: list[bytes | Odd] = field(default_factory=list)
    """Bytes are an answer's content."""
    requests: list[SynthesizeSpeechRequest] = field(default_factory=list)
    streams: list[list[StreamingSynthesizeRequest]] = field(default_factory=list)
    traces: list[str | None] = field(default_factory=list)
    """`traceparent` of each request."""
    given_up: asyncio.Event = field(default_factory=asyncio.Event)
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    port: int = 0

    @property
    def settings(self) -> GoogleSettings:
        return settings_of(f"127.0.0.1:{self.port}")

    async def answer(self, content: bytes, context: "grpc.aio.ServicerContext[Any, Any]") -> bytes:
        request = SynthesizeSpeechRequest.deserialize(content)
        self.requests.append(request)
        self.traces.append(trace_of(context))
        self.asked.set()
        if len(request.input.text.encode()) > 5_000:
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, "input.text is too long")
        if self.script:
            return await self._scripted(self.script.pop(0), context)
        pcm = await tones(request.input.text, request.audio_config.speaking_rate)
        assert request.audio_config.audio_encoding is AudioEncoding.LINEAR16
        return spoken(wav(pcm, RATE))

    async def _scripted(self, told: bytes | Odd, context: "grpc.aio.ServicerContext[Any, Any]") -> bytes:
        if isinstance(told, bytes):
            return spoken(told)
        if told.hangs:
            try:
                await asyncio.Event().wait()
            finally:
                self.given_up.set()
        if told.status is not None:
            await context.abort(told.status, "no")
        return told.body or b""

    async def stream(
        self, contents: AsyncIterator[bytes], context: "grpc.aio.ServicerContext[Any, Any]"
    ) -> AsyncIterator[bytes]:
        """A part for every three letters, cut within samples; or all that the script still holds."""
        requests = [StreamingSynthesizeRequest.deserialize(content) async for content in contents]
        self.streams.append(requests)
        self.traces.append(trace_of(context))
        self.asked.set()
        if self.script:
            while self.script:
                told = self.script.pop(0)
                while isinstance(told, Odd) and told.drips:
                    yield StreamingSynthesizeResponse.serialize(StreamingSynthesizeResponse())
                    await asyncio.sleep(0)
                if isinstance(told, bytes):
                    yield StreamingSynthesizeResponse.serialize(StreamingSynthesizeResponse(audio_content=told))
                else:
                    yield await self._scripted(told, context)
            return
        config, *inputs = requests
        audio = config.streaming_config.streaming_audio_config
        assert audio.audio_encoding is AudioEncoding.PCM
        pcm = await tones(
            "".join(each.input.text for each in inputs), audio.speaking_rate, audio.sample_rate_hertz
        )
        for at in range(0, len(pcm), 3_001):
            part = StreamingSynthesizeResponse(audio_content=pcm[at : at + 3_001])
            yield StreamingSynthesizeResponse.serialize(part)


def spoken(content: bytes) -> bytes:
    return SynthesizeSpeechResponse.serialize(SynthesizeSpeechResponse(audio_content=content))


async def tones(text: str, rate: float, sample_rate: int = RATE) -> bytes:
    speech = await ScriptedSynthesizer().synthesize(SpeechRequest(text=text, voice="", rate=rate))
    samples = np.frombuffer(speech.pcm, "<i2").astype(np.float32)
    return resample(samples, speech.sample_rate, sample_rate).astype("<i2").tobytes()


def wav(pcm: bytes, rate: int, *, said_size: int | None = None) -> bytes:
    """With a chunk of notes before the samples and one after them; `said_size` is what the header claims."""
    size = len(pcm) if said_size is None else said_size
    notes = b"LIST" + (4).to_bytes(4, "little") + b"INFO"
    form = b"".join(
        number.to_bytes(width, "little")
        for number, width in ((16, 4), (1, 2), (1, 2), (rate, 4), (rate * 2, 4), (2, 2), (16, 2))
    )
    after = notes if said_size is None else b""
    body = b"WAVE" + b"fmt " + form + notes + b"data" + size.to_bytes(4, "little") + pcm + after
    return b"RIFF" + (len(body) if said_size is None else said_size).to_bytes(4, "little") + body


@asynccontextmanager
async def serving_google_tts(*script: bytes | Odd, port: int = 0) -> AsyncIterator[GoogleTtsServer]:
    voices = GoogleTtsServer(script=list(script))
    methods = {
        f"{SERVICE}/SynthesizeSpeech": grpc.unary_unary_rpc_method_handler(voices.answer),
        f"{SERVICE}/StreamingSynthesize": grpc.stream_stream_rpc_method_handler(voices.stream),
    }
    async with serving_grpc(methods, port) as voices.port:
        yield voices
