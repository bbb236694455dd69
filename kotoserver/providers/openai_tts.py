"""A voice elsewhere: any server with OpenAI's speech, such as speaches, vLLM or a service."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import AsyncExitStack, aclosing
from types import MappingProxyType

import aiohttp

from kotoserver.domain.errors import ProviderFailed
from kotoserver.domain.speech import Speech, SpeechRequest
from kotoserver.ports.providers import Synthesizer
from kotoserver.providers.openai_server import REFUSALS, OpenAiServer
from kotoserver.providers.prices import CHECK_LINE
from kotoserver.providers.remote_calls import AT_ONCE, RemoteCall, RemoteCalls
from kotoserver.providers.remote_voice import digest, speakable
from kotoserver.providers.sound_bytes import SoundReader, audible, joined
from kotoserver.settings import SpeechServerSettings

DEFAULT_VOICE = "alloy"
"""Of OpenAI's own models; other servers are asked for our own id where none is authored."""

_CALLED = "the speech server"
_OPENAIS_OWN = ("tts-", "gpt-")
_MOST_BYTES = 64_000_000
"""Of an answer: 20 minutes of sound."""
_BARE_RATE = 24_000
"""Hertz of `pcm`, which has no header to say so."""
_SLOWEST, _FASTEST = 0.25, 4.0
_REVISION = 1
"""Grows whenever the same request would sound different for a reason of ours."""
_FORMATS = ("wav", "pcm")
"""A header is asked for first: local voices have rates of their own."""
_NO_VOICES: Mapping[str, str] = MappingProxyType({})


class OpenAiSynthesizer(Synthesizer):
    name = "openai_compatible"

    def __init__(
        self,
        settings: SpeechServerSettings,
        voices: Mapping[str, str] = _NO_VOICES,
        *,
        at_once: int = AT_ONCE,
        deadline_seconds: float = 20.0,
    ) -> None:
        """`voices`: our voice id -> the server's name for it."""
        self.version = f"{settings.model}-{_REVISION}-{digest(voices)}"
        self._model = settings.model
        self._voices = voices
        self._server = OpenAiServer(settings.url, settings.key, _CALLED)
        self._calls = RemoteCalls(_CALLED, at_once=at_once, deadline_seconds=deadline_seconds)
        self._format: str | None = None
        """Which of _FORMATS the server is known to make."""

    async def synthesize(self, request: SpeechRequest) -> Speech:
        return joined([part async for part in self.stream(request)])

    async def stream(self, request: SpeechRequest) -> AsyncIterator[Speech]:
        """Sound as it arrives."""
        text = speakable(request.text)
        async with aclosing(audible(self._parts(text, request), _CALLED)) as parts:
            async for part in parts:
                yield part

    async def check(self) -> None:
        await self.synthesize(CHECK_LINE)

    async def close(self) -> None:
        await self._calls.close()
        await self._server.close()

    async def _parts(self, text: str, request: SpeechRequest) -> AsyncGenerator[Speech, None]:
        with self._calls.call() as call:
            formats = (self._format,) if self._format else _FORMATS
            for container in formats:
                try:
                    async with aclosing(self._read(text, request, container, call)) as parts:
                        async for part in parts:
                            self._format = container
                            yield part
                except ProviderFailed as failure:
                    if failure.code not in REFUSALS or container == formats[-1]:
                        raise
                else:
                    return

    async def _read(
        self, text: str, request: SpeechRequest, container: str, call: RemoteCall
    ) -> AsyncGenerator[Speech, None]:
        async with AsyncExitStack() as stack:
            async with call.waiting():
                body = self._body(text, request, container)
                response = await stack.enter_async_context(self._server.post("audio/speech", json=body))
            reader = SoundReader(_CALLED, bare_rate=_BARE_RATE if container == "pcm" else None)
            received = 0
            while chunk := await _next_chunk(response, call):
                received += len(chunk)
                if received > _MOST_BYTES:
                    raise ProviderFailed(f"the answer of {_CALLED} has no end", code="bad_answer")
                if samples := reader.feed(chunk):
                    yield Speech(pcm=samples, sample_rate=reader.sample_rate)
            reader.end()

    def _body(self, text: str, request: SpeechRequest, container: str) -> dict[str, object]:
        unnamed = DEFAULT_VOICE if self._model.startswith(_OPENAIS_OWN) or not request.voice else request.voice
        return {
            "model": self._model,
            "input": text,
            "voice": self._voices.get(request.voice, unnamed),
            "response_format": container,
            "speed": min(max(request.rate, _SLOWEST), _FASTEST),
        }


async def _next_chunk(response: aiohttp.ClientResponse, call: RemoteCall) -> bytes:
    """Empty at the end."""
    async with call.waiting():
        return await response.content.readany()
