"""One line made audible: synthesised, encoded as its parts come, and timed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, replace

from kotoserver import telemetry
from kotoserver.domain.errors import ProviderFailed
from kotoserver.domain.receipt import Receipt, Stage
from kotoserver.domain.speech import AudioFormat, Speech, SpeechRequest, WordTime
from kotoserver.ports.clock import Clock
from kotoserver.ports.providers import SpeechEncoder, Synthesizer
from kotoserver.services.growing_file import GrowingFile

_AT_ONCE_SECONDS = 0.05
"""An engine that has ended by then makes its sound in one piece, which is encoded better as a whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendering:
    content: bytes
    """The file."""
    speech: Speech
    """All of the sound that is in it."""
    receipt: Receipt


class Renderer:
    def __init__(self, synthesizer: Synthesizer, encoder: SpeechEncoder, clock: Clock) -> None:
        self.synthesizer = synthesizer
        self._encoder = encoder
        self._clock = clock

    async def render(self, request: SpeechRequest, audio_format: AudioFormat, growing: GrowingFile) -> Rendering:
        """The whole file; where the engine speaks in parts, `growing` has them as they come.

        ProviderFailed code `silent_speech` when nothing sounds, and what the engine raises.
        """
        started = self._clock.seconds()
        async with aclosing(self.synthesizer.stream(request)) as parts:  # type: ignore[type-var]  # a generator
            first = await anext(parts, None)
            if first is None:
                raise _silent()
            following = asyncio.ensure_future(_until_sound(parts))
            try:
                await asyncio.wait([following], timeout=_AT_ONCE_SECONDS)
                at_once = following.done() and not any(part.pcm for part in following.result())
                if at_once or audio_format is AudioFormat.WAV:
                    speech = _joined([first, *[part async for part in _all(following, parts)]])
                    content = await self._encode(speech, audio_format)
                else:
                    speech = await self._encode_parts(first, _all(following, parts), audio_format, growing)
                    content = growing.content
            finally:
                following.cancel()
        took = self._clock.seconds() - started
        telemetry.SYNTHESIS.labels(self.synthesizer.name).observe(took)
        return Rendering(content=content, speech=speech, receipt=self._receipt(request, speech, took))

    async def _encode(self, speech: Speech, audio_format: AudioFormat) -> bytes:
        if speech.silent:
            raise _silent()
        content = await self._encoder.encode(speech, audio_format)
        if not content:
            raise ProviderFailed("the encoder answered with nothing", code="silent_speech")
        return content

    async def _encode_parts(
        self, first: Speech, following: AsyncIterator[Speech], audio_format: AudioFormat, growing: GrowingFile
    ) -> Speech:
        encoder = self._encoder.begin(audio_format, first.sample_rate)
        spoken = [first]
        growing.add(await encoder.add(first.pcm))
        async for part in following:
            spoken.append(part)
            if part.pcm:
                growing.add(await encoder.add(part.pcm))
        growing.add(await encoder.finish())
        speech = _joined(spoken)
        if speech.silent:
            raise _silent()
        return speech

    def _receipt(self, request: SpeechRequest, speech: Speech, seconds: float) -> Receipt:
        """The engine's own, timed through the encoding."""
        asked = speech.receipt or Receipt(
            stage=Stage.TTS,
            provider=self.synthesizer.name,
            milliseconds=0.0,
            fallback=speech.degraded,
            audio_seconds=speech.seconds,
            characters=len(request.text),
        )
        return replace(asked, milliseconds=round(seconds * 1000, 3))


async def _until_sound(parts: AsyncIterator[Speech]) -> list[Speech]:
    """The parts up to the next one that sounds, or to the end: the last may hold nothing but what it all took."""
    read: list[Speech] = []
    async for part in parts:
        read.append(part)
        if part.pcm:
            break
    return read


async def _all(first: "asyncio.Future[list[Speech]]", parts: AsyncIterator[Speech]) -> AsyncIterator[Speech]:
    """Parts that are asked for already, then those after them."""
    for part in await first:
        yield part
    async for part in parts:
        yield part


def _joined(parts: list[Speech]) -> Speech:
    """The parts as one sound, each word at its place in the whole; the last part's receipt is the whole's."""
    words: list[WordTime] = []
    before = 0.0
    for part in parts:
        words += [replace(word, at_seconds=word.at_seconds + before) for word in part.words]
        before += part.seconds
    return replace(parts[-1], pcm=b"".join(part.pcm for part in parts), words=tuple(words))


def _silent() -> ProviderFailed:
    return ProviderFailed("the voice answered with silence", code="silent_speech")
