"""A server that speaks the protocol of Google's speech recognition, of Google's own messages."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import grpc
from google.cloud.speech_v2.types import (
    RecognitionResponseMetadata,
    RecognizeRequest,
    RecognizeResponse,
    SpeechRecognitionAlternative,
    SpeechRecognitionResult,
    WordInfo,
)

from kotoserver.settings import GoogleSettings

PROJECT = "koto-tests"
METHOD = "/google.cloud.speech.v2.Speech/Recognize"


@dataclass(frozen=True)
class Odd:
    """Anything but an answer."""

    status: grpc.StatusCode | None = None
    body: bytes | None = None
    """Sent as it is."""
    hangs: bool = False
    drips: bool = False
    """Of a stream: parts without anything in them, for ever."""


@dataclass
class GoogleSpeechServer:
    """Hears what the script says, one entry for each request; else the first phrase that it is told to expect."""

    script: list[RecognizeResponse | Odd] = field(default_factory=list)
    requests: list[RecognizeRequest] = field(default_factory=list)
    deadlines: list[float] = field(default_factory=list)
    """Seconds that each request had."""
    routes: list[str] = field(default_factory=list)
    traces: list[str | None] = field(default_factory=list)
    """`traceparent` of each request."""
    given_up: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when a client went away from a request."""
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    port: int = 0

    @property
    def settings(self) -> GoogleSettings:
        return settings_of(f"127.0.0.1:{self.port}")

    async def answer(self, content: bytes, context: "grpc.aio.ServicerContext[Any, Any]") -> bytes:
        request = RecognizeRequest.deserialize(content)
        self.requests.append(request)
        self.deadlines.append(context.time_remaining())
        self.traces.append(trace_of(context))
        self.routes += [str(value) for key, value in context.invocation_metadata() if "request-params" in key]
        self.asked.set()
        told = self.script.pop(0) if self.script else likeliest(request)
        if isinstance(told, Odd):
            return await self._odd(told, context)
        return RecognizeResponse.serialize(told)

    async def _odd(self, told: Odd, context: "grpc.aio.ServicerContext[Any, Any]") -> bytes:
        if told.hangs:
            try:
                await asyncio.Event().wait()
            finally:
                self.given_up.set()
        if told.status is not None:
            await context.abort(told.status, "no")
        return told.body or b""


def trace_of(context: "grpc.aio.ServicerContext[Any, Any]") -> str | None:
    """What the call says about the trace that it is part of."""
    return next((str(value) for key, value in context.invocation_metadata() if key == "traceparent"), None)


def settings_of(endpoint: str, model: str = "short", location: str = "global") -> GoogleSettings:
    return GoogleSettings(
        credentials=None, project=PROJECT, location=location, speech_model=model, endpoint=endpoint
    )


def likeliest(request: RecognizeRequest) -> RecognizeResponse:
    """The first hint, when there is any sound louder than a quiet room."""
    loud = any(abs(sample) > 200 for sample in memoryview(request.content).cast("h"))
    phrases = [
        phrase.value
        for phrase_set in request.config.adaptation.phrase_sets
        for phrase in phrase_set.inline_phrase_set.phrases
    ]
    return heard(portion(phrases[0])) if loud and phrases else heard()


def heard(*portions: SpeechRecognitionResult) -> RecognizeResponse:
    billed = RecognitionResponseMetadata(total_billed_duration=timedelta(seconds=1))
    return RecognizeResponse(results=portions, metadata=billed)


def portion(
    best: str, *others: str, confidence: float = 0.9, words: Sequence[WordInfo] = ()
) -> SpeechRecognitionResult:
    """Like the real one it rates only the best reading."""
    first = SpeechRecognitionAlternative(transcript=best, confidence=confidence, words=words)
    rest = [SpeechRecognitionAlternative(transcript=other) for other in others]
    return SpeechRecognitionResult(alternatives=[first, *rest], language_code="ko-kr")


def word(text: str, start: float, end: float, confidence: float = 0.0) -> WordInfo:
    return WordInfo(
        word=text,
        start_offset=timedelta(seconds=start),
        end_offset=timedelta(seconds=end),
        confidence=confidence,
    )


@asynccontextmanager
async def serving_google_speech(
    *script: RecognizeResponse | Odd, port: int = 0
) -> AsyncIterator[GoogleSpeechServer]:
    speech = GoogleSpeechServer(script=list(script))
    async with serving_grpc({METHOD: grpc.unary_unary_rpc_method_handler(speech.answer)}, port) as speech.port:
        yield speech


class _Methods(grpc.GenericRpcHandler):  # type: ignore[misc]
    def __init__(self, methods: dict[str, Any]) -> None:
        self._methods = methods

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Any:
        return self._methods.get(handler_call_details.method)


@asynccontextmanager
async def serving_grpc(methods: dict[str, Any], port: int = 0) -> AsyncIterator[int]:
    """The port; messages come and go as bytes, so that a test may send any."""
    server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
    server.add_generic_rpc_handlers((_Methods(methods),))
    bound = server.add_insecure_port(f"127.0.0.1:{port}")
    await server.start()
    try:
        yield bound
    finally:
        await server.stop(0)
