"""Google's voices: Cloud Text-to-Speech through the vendor's own client.

Text goes as text, never as markup, so nothing that an author or a learner writes can be an instruction.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from types import MappingProxyType
from typing import Any

import grpc
from google.cloud.texttospeech_v1 import TextToSpeechAsyncClient
from google.cloud.texttospeech_v1.services.text_to_speech.transports import TextToSpeechGrpcAsyncIOTransport
from google.cloud.texttospeech_v1.types import (
    AudioConfig,
    AudioEncoding,
    StreamingAudioConfig,
    StreamingSynthesisInput,
    StreamingSynthesizeConfig,
    StreamingSynthesizeRequest,
    StreamingSynthesizeResponse,
    SynthesisInput,
    SynthesizeSpeechRequest,
    SynthesizeSpeechResponse,
    VoiceSelectionParams,
)

from kotoserver.domain.errors import ProviderFailed
from kotoserver.domain.speech import Speech, SpeechRequest
from kotoserver.ports.providers import Synthesizer
from kotoserver.providers.google_calls import (
    KEEPALIVE_SECONDS,
    in_our_words,
    keep_quiet,
    load_credentials,
    open_channel,
    trace_metadata,
)
from kotoserver.providers.prices import CHECK_LINE
from kotoserver.providers.remote_calls import AT_ONCE, RemoteCall, RemoteCalls
from kotoserver.providers.remote_voice import digest, pieces, speakable
from kotoserver.providers.sound_bytes import SoundReader, audible, joined
from kotoserver.settings import GoogleSettings

DEFAULT_VOICE = "ko-KR-Neural2-A"

_CALLED = "google speech synthesis"
_HOST = "texttospeech.googleapis.com"
_SAMPLE_RATE = 24_000
_MOST_BYTES = 4_800
"""Of text in one request; the service takes 5,000, which 2,000 Korean characters exceed."""
_SLOWEST, _FASTEST = 0.25, 2.0
_STREAMING = "-Chirp3-HD-"
"""In the name of every voice that can speak while it is still thinking."""
_REVISION = 1
"""Grows whenever the same request would sound different for a reason of ours."""
_NO_VOICES: Mapping[str, str] = MappingProxyType({})

keep_quiet(TextToSpeechAsyncClient, TextToSpeechGrpcAsyncIOTransport)


class GoogleSynthesizer(Synthesizer):
    name = "google"

    def __init__(
        self,
        settings: GoogleSettings,
        voices: Mapping[str, str] = _NO_VOICES,
        *,
        at_once: int = AT_ONCE,
        deadline_seconds: float = 15.0,
        keepalive_seconds: float = KEEPALIVE_SECONDS,
    ) -> None:
        """`voices`: our voice id -> Google's name for it. BadSettings without credentials."""
        self.version = f"{_REVISION}-{digest(voices)}"
        self._settings = settings
        self._voices = voices
        self._credentials = load_credentials(settings)
        self._keepalive_seconds = keepalive_seconds
        self._calls = RemoteCalls(_CALLED, at_once=at_once, deadline_seconds=deadline_seconds)
        self._client: TextToSpeechAsyncClient | None = None
        self._channel: grpc.aio.Channel | None = None

    async def synthesize(self, request: SpeechRequest) -> Speech:
        return joined([part async for part in audible(self._whole(speakable(request.text), request), _CALLED)])

    async def stream(self, request: SpeechRequest) -> AsyncIterator[Speech]:
        """As it is made, by voices that can; else each piece of a text that is longer than one request takes."""
        text = speakable(request.text)
        streams = _STREAMING in self._voice(request)
        made = self._streamed(text, request) if streams else self._whole(text, request)
        async with aclosing(audible(made, _CALLED)) as parts:
            async for part in parts:
                yield part

    async def check(self) -> None:
        await self.synthesize(CHECK_LINE)

    async def close(self) -> None:
        await self._calls.close()
        channel, self._channel, self._client = self._channel, None, None
        if channel is not None:
            await channel.close()

    async def _whole(self, text: str, request: SpeechRequest) -> AsyncGenerator[Speech, None]:
        """One request for each piece."""
        with self._calls.call() as call:
            for piece in pieces(text, _MOST_BYTES):
                yield await self._speak(piece, request, call)

    async def _speak(self, piece: str, request: SpeechRequest, call: RemoteCall) -> Speech:
        asked = SynthesizeSpeechRequest(
            input=SynthesisInput(text=piece),
            voice=self._selection(request),
            audio_config=AudioConfig(
                audio_encoding=AudioEncoding.LINEAR16,
                sample_rate_hertz=_SAMPLE_RATE,
                speaking_rate=_rate(request),
            ),
        )
        with in_our_words(_CALLED):
            async with call.waiting():
                response: SynthesizeSpeechResponse | None = await self._open().synthesize_speech(
                    asked, retry=None, timeout=call.seconds_left, metadata=trace_metadata()
                )
        if response is None:  # the library's way to say that it cannot read the answer
            raise ProviderFailed(f"{_CALLED} gave an answer that cannot be read", code="bad_answer")
        return _without_header(response.audio_content)

    async def _streamed(self, text: str, request: SpeechRequest) -> AsyncGenerator[Speech, None]:
        with self._calls.call() as call, in_our_words(_CALLED):
            async with call.waiting():
                stream: Any = await self._open().streaming_synthesize(
                    self._questions(text, request), retry=None, metadata=trace_metadata()
                )
            try:
                reader = SoundReader(_CALLED, bare_rate=_SAMPLE_RATE)
                answers = aiter(stream)
                while (content := await _next_content(answers, call)) is not None:
                    if samples := reader.feed(content):
                        yield Speech(pcm=samples, sample_rate=reader.sample_rate)
                reader.end()
            finally:
                stream.cancel()

    async def _questions(self, text: str, request: SpeechRequest) -> AsyncIterator[StreamingSynthesizeRequest]:
        audio = StreamingAudioConfig(
            audio_encoding=AudioEncoding.PCM, sample_rate_hertz=_SAMPLE_RATE, speaking_rate=_rate(request)
        )
        config = StreamingSynthesizeConfig(voice=self._selection(request), streaming_audio_config=audio)
        yield StreamingSynthesizeRequest(streaming_config=config)
        for piece in pieces(text, _MOST_BYTES):
            yield StreamingSynthesizeRequest(input=StreamingSynthesisInput(text=piece))

    def _open(self) -> TextToSpeechAsyncClient:
        """Opened inside the running loop, which the channel belongs to."""
        if self._client is None:
            self._channel = open_channel(self._settings, _HOST, self._credentials, self._keepalive_seconds)
            transport = TextToSpeechGrpcAsyncIOTransport(host=_HOST, channel=self._channel)
            self._client = TextToSpeechAsyncClient(transport=transport)
        return self._client

    def _voice(self, request: SpeechRequest) -> str:
        return self._voices.get(request.voice, DEFAULT_VOICE)

    def _selection(self, request: SpeechRequest) -> VoiceSelectionParams:
        return VoiceSelectionParams(language_code="ko-KR", name=self._voice(request))


def _rate(request: SpeechRequest) -> float:
    return min(max(request.rate, _SLOWEST), _FASTEST)


def _without_header(content: bytes) -> Speech:
    reader = SoundReader(_CALLED, bare_rate=_SAMPLE_RATE)
    pcm = reader.feed(content)
    reader.end()
    return Speech(pcm=pcm, sample_rate=reader.sample_rate or _SAMPLE_RATE)


async def _next_content(
    answers: AsyncIterator[StreamingSynthesizeResponse | None], call: RemoteCall
) -> bytes | None:
    """None at the end."""
    async with call.waiting():
        try:
            answer = await anext(answers)
        except StopAsyncIteration:
            return None
    if answer is None:
        raise ProviderFailed(f"{_CALLED} gave an answer that cannot be read", code="bad_answer")
    return bytes(answer.audio_content)
