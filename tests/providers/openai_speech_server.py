"""A server that speaks OpenAI's transcriptions and speech, for as long as a test needs one."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from kotoserver.settings import Secret, SpeechServerSettings
from tests.providers.google_tts_server import RATE, tones, wav

KEY = "key-of-the-tests"
BARE_RATE = 24_000
"""Hertz of samples without a header, by OpenAI's documents."""


@dataclass(frozen=True)
class Answer:
    """Whatever a server may send."""

    status: int = 200
    json: Any = None
    body: bytes = b""
    parts: Sequence[bytes] = ()
    """Sent one by one, with a moment between them."""
    media_type: str = "application/json"
    hangs: bool = False
    drips: bool = False
    """Sends a byte for ever, so that something always arrives."""
    breaks: bool = False
    """Hangs up in the middle of the body."""


@dataclass(frozen=True)
class Upload:
    fields: Sequence[tuple[str, str]]
    file: bytes
    file_type: str | None

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.fields if key == name]


@dataclass
class OpenAiSpeechServer:
    """Does what the script says, one entry for each request; else it hears the prompt, and speaks in tones."""

    script: list[Answer] = field(default_factory=list)
    refuses: frozenset[str] = frozenset()
    """Formats, and kinds of times, that it answers with 400."""
    uploads: list[Upload] = field(default_factory=list)
    lines: list[Mapping[str, Any]] = field(default_factory=list)
    keys: set[str | None] = field(default_factory=set)
    traces: list[str | None] = field(default_factory=list)
    """`traceparent` of each request."""
    given_up: asyncio.Event = field(default_factory=asyncio.Event)
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    port: int = 0

    @property
    def settings(self) -> SpeechServerSettings:
        return SpeechServerSettings(url=f"http://127.0.0.1:{self.port}/v1", model="whisper-ko", key=Secret(KEY))

    async def transcribe(self, request: web.Request) -> web.StreamResponse:
        upload = await _upload(request)
        self.uploads.append(upload)
        self._note(request)
        if self.script:
            return await self._scripted(request, self.script.pop(0))
        if self.refuses & {*upload.all("response_format"), *upload.all("timestamp_granularities[]")}:
            return web.json_response({"error": {"message": "no"}}, status=400)
        loud = any(abs(sample) > 200 for sample in memoryview(upload.file[44:]).cast("h"))
        prompt = " ".join(upload.all("prompt"))
        text = prompt if loud else ""
        if upload.all("response_format") == ["json"]:
            return web.json_response({"text": text})
        return web.json_response(verbose(text))

    async def speak(self, request: web.Request) -> web.StreamResponse:
        line = await request.json()
        self.lines.append(line)
        self._note(request)
        if self.script:
            return await self._scripted(request, self.script.pop(0))
        if line["response_format"] in self.refuses:
            return web.json_response({"error": {"message": "no"}}, status=400)
        headed = line["response_format"] == "wav"
        pcm = await tones(line["input"], line["speed"], RATE if headed else BARE_RATE)
        whole = wav(pcm, RATE) if headed else pcm
        cut = [whole[at : at + 4_001] for at in range(0, len(whole), 4_001)]
        return await _send(request, Answer(parts=cut, media_type=f"audio/{line['response_format']}"))

    def _note(self, request: web.Request) -> None:
        self.keys.add(request.headers.get("Authorization", "").removeprefix("Bearer "))
        self.traces.append(request.headers.get("traceparent"))
        self.asked.set()

    async def _scripted(self, request: web.Request, told: Answer) -> web.StreamResponse:
        try:
            if told.hangs:
                await asyncio.Event().wait()
            return await _send(request, told)
        except (asyncio.CancelledError, ConnectionResetError):
            self.given_up.set()
            raise


def verbose(text: str, **segment: Any) -> dict[str, Any]:
    """One segment, as faster-whisper's servers tell it."""
    words = [
        {"word": f" {word}", "start": at * 0.5, "end": at * 0.5 + 0.4, "probability": 0.8}
        for at, word in enumerate(text.split())
    ]
    whole = {
        "id": 0,
        "start": 0.0,
        "end": len(words) * 0.5,
        "text": text,
        "avg_logprob": -0.1,
        "no_speech_prob": 0.01,
        "compression_ratio": 1.0,
        "tokens": [1, 2, 3],
        **segment,
    }
    segments = [whole] if text else []
    return {"task": "transcribe", "language": "korean", "text": text, "segments": segments, "words": words}


async def _upload(request: web.Request) -> Upload:
    fields: list[tuple[str, str]] = []
    file, file_type = b"", None
    async for part in await request.multipart():
        if part.name == "file":
            file, file_type = bytes(await part.read()), part.headers.get("Content-Type")
        else:
            fields.append((part.name or "", await part.text()))
    return Upload(fields=fields, file=file, file_type=file_type)


async def _send(request: web.Request, told: Answer) -> web.StreamResponse:
    if told.json is not None:
        return web.json_response(told.json, status=told.status)
    if not (told.parts or told.drips or told.breaks):
        return web.Response(status=told.status, body=told.body, content_type=told.media_type)
    stream = web.StreamResponse(status=told.status)
    stream.content_type = told.media_type
    await stream.prepare(request)
    for part in told.parts:
        await stream.write(part)
        await asyncio.sleep(0)
    while told.drips:
        await stream.write(b" ")
        await asyncio.sleep(0)
    if told.breaks:
        assert request.transport is not None
        request.transport.close()
        return stream
    await stream.write_eof()
    return stream


@asynccontextmanager
async def serving_openai_speech(*script: Answer, port: int = 0, **told: Any) -> AsyncIterator[OpenAiSpeechServer]:
    speech = OpenAiSpeechServer(script=list(script), **told)
    app = web.Application(client_max_size=16_000_000)
    app.router.add_post("/v1/audio/transcriptions", speech.transcribe)
    app.router.add_post("/v1/audio/speech", speech.speak)
    server = TestServer(app, port=port or None)
    await server.start_server(shutdown_timeout=0)
    assert server.port is not None
    speech.port = server.port
    try:
        yield speech
    finally:
        await server.close()
