"""The built-in voice: Korean speech from espeak-ng, with nothing to download and no key.

It is a *basic voice*: understandable for service phrases, no model for a learner's ear. What it gets
wrong by itself (numbers, sound changes between syllables) is spelled out for it beforehand.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.metadata import version as installed_version
from multiprocessing import get_context
from types import MappingProxyType

from kotoserver.domain.errors import BadInput, ProviderFailed, TooFast
from kotoserver.domain.speech import Speech, SpeechRequest, WordTime
from kotoserver.korean.pronunciation import Pronunciation, pronounce
from kotoserver.ports.providers import Synthesizer
from kotoserver.providers import espeak_worker
from kotoserver.providers.espeak_worker import Refused, Sound, Utterance

_REVISION = 1
"""Grows whenever the same request would sound different for a reason of ours."""

MAX_CHARACTERS = 2000
"""Code points in one request; a scene's longest line has fewer than a hundred."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EspeakVoice:
    """How one NPC's voice is made."""

    variant: str = "ko+f3"
    """Language and voice variant of the library."""
    words_per_minute: int = 150
    pitch: int = 50
    pitch_range: int = 50


DEFAULT_VOICE = EspeakVoice()

BUILT_IN_VOICES: Mapping[str, EspeakVoice] = MappingProxyType(
    {
        "ko-f-01": EspeakVoice(variant="ko+f2", pitch=52),
        "ko-f-02": EspeakVoice(variant="ko+f3", pitch=58, pitch_range=60),
        "ko-f-03": EspeakVoice(variant="ko+f5", pitch=44, words_per_minute=140),
        "ko-m-01": EspeakVoice(variant="ko+m3", pitch=42),
        "ko-m-02": EspeakVoice(variant="ko+m7", pitch=36, words_per_minute=142),
        "ko-m-03": EspeakVoice(variant="ko+m1", pitch=30, words_per_minute=138),
    }
)


class EspeakSynthesizer(Synthesizer):
    """One worker process, one text at a time; those who wait are counted, and too many are turned away."""

    name = "espeak"

    def __init__(
        self,
        voices: Mapping[str, EspeakVoice] = BUILT_IN_VOICES,
        *,
        queue_size: int = 64,
        deadline_seconds: float = 10.0,
        speak: Callable[[Utterance], Sound] = espeak_worker.speak,
    ) -> None:
        """`queue_size` counts the text being spoken too. `speak` is what the worker process runs."""
        self.version = f"{installed_version('espeakng-loader')}-{_REVISION}"
        self._voices = voices
        self._queue_size = queue_size
        self._deadline_seconds = deadline_seconds
        self._speak_in_worker = speak
        self._waiting = 0
        self._turn = asyncio.Lock()
        self._pool: ProcessPoolExecutor | None = None
        self._closed = False

    async def synthesize(self, request: SpeechRequest) -> Speech:
        pronunciation = _pronounced(request.text)
        utterance = self._utterance(pronunciation.spoken, request)
        async with self._place_in_queue():
            try:
                async with asyncio.timeout(self._deadline_seconds):
                    async with self._turn:
                        sound = await self._speak(utterance)
            except TimeoutError as late:
                raise ProviderFailed(
                    f"the built-in voice took longer than {self._deadline_seconds:g} seconds", code="too_late"
                ) from late
        if not sound.pcm:
            raise ProviderFailed("the built-in voice answered with no sound")
        return Speech(pcm=sound.pcm, sample_rate=sound.sample_rate, words=tuple(_word_times(pronunciation, sound)))

    async def check(self) -> None:
        await self.synthesize(SpeechRequest(text="네", voice=""))

    async def close(self) -> None:
        self._closed = True
        pool, self._pool = self._pool, None
        if pool is not None:
            await asyncio.to_thread(pool.shutdown)

    @asynccontextmanager
    async def _place_in_queue(self) -> AsyncIterator[None]:
        if self._closed:
            raise ProviderFailed("the built-in voice is closed")
        if self._waiting >= self._queue_size:
            raise TooFast("Too many lines wait to be spoken; try again in a moment.", code="busy")
        self._waiting += 1
        try:
            yield
        finally:
            self._waiting -= 1

    async def _speak(self, utterance: Utterance) -> Sound:
        """The worker's answer; a worker that died is replaced once for this text.

        Only one text is with the worker at a time, so a text that kills it harms no other.
        """
        try:
            return await self._ask_worker(utterance)
        except BrokenProcessPool:
            self._pool = None
        try:
            return await self._ask_worker(utterance)
        except BrokenProcessPool as broken:
            self._pool = None
            raise ProviderFailed("the built-in voice broke down twice over one text") from broken

    async def _ask_worker(self, utterance: Utterance) -> Sound:
        if self._closed:
            raise ProviderFailed("the built-in voice is closed")
        if self._pool is None:
            self._pool = ProcessPoolExecutor(1, get_context("spawn"), espeak_worker.begin)
        try:
            return await asyncio.wrap_future(self._pool.submit(self._speak_in_worker, utterance))
        except Refused as refused:
            raise ProviderFailed(str(refused)) from refused

    def _utterance(self, spoken: str, request: SpeechRequest) -> Utterance:
        voice = self._voices.get(request.voice, DEFAULT_VOICE)
        return Utterance(
            text=spoken,
            variant=voice.variant,
            words_per_minute=round(voice.words_per_minute * request.rate),
            pitch=voice.pitch,
            pitch_range=voice.pitch_range,
            limit_seconds=self._deadline_seconds,
        )


def _pronounced(text: str) -> Pronunciation:
    if len(text) > MAX_CHARACTERS:
        raise BadInput(f"A line to be spoken has at most {MAX_CHARACTERS} characters.", code="text_too_long")
    pronunciation = pronounce(text)
    if not pronunciation.words:
        raise BadInput("There is nothing to say in this text.", code="nothing_to_say")
    return pronunciation


def _word_times(pronunciation: Pronunciation, sound: Sound) -> list[WordTime]:
    """The first moment of each word of the original text."""
    times: dict[int, WordTime] = {}
    for position, at_seconds in sound.words:
        word = pronunciation.word_at(position)
        if word is not None and word.start not in times:
            times[word.start] = WordTime(start=word.start, length=word.length, at_seconds=at_seconds)
    return list(times.values())
