"""The built-in voice: Korean speech from espeak-ng, with nothing to download and no key.

It is a *basic voice*, never to be listened to and repeated: Whisper base, given its lines, mishears seven
syllables in ten. What it reads wrong (numbers, sound changes between syllables) is spelled out for it
beforehand, which puts its phonology right and does not make it clearer.
"""

import asyncio
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from importlib.metadata import version as installed_version
from types import MappingProxyType

from kotoserver.domain.errors import BadInput, ProviderFailed
from kotoserver.domain.speech import Speech, SpeechRequest, WordTime
from kotoserver.korean.sounds.pronunciation import Pronunciation, pronounce
from kotoserver.ports.providers import Synthesizer
from kotoserver.providers.espeak_process import COMMAND, EspeakProcess
from kotoserver.providers.espeak_worker import Sound, Utterance
from kotoserver.providers.one_at_a_time import OneAtATime

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
    """One program, one text at a time; those who wait are counted, and too many are turned away."""

    name = "espeak"

    def __init__(
        self,
        voices: Mapping[str, EspeakVoice] = BUILT_IN_VOICES,
        *,
        queue_size: int = 64,
        deadline_seconds: float = 10.0,
        command: Sequence[str] = COMMAND,
    ) -> None:
        """`queue_size` counts the text being spoken too; `command` is the program that speaks."""
        self.version = f"{installed_version('espeakng-loader')}-{_REVISION}-{_digest(voices)}"
        self._voices = voices
        self._deadline_seconds = deadline_seconds
        self._process = EspeakProcess(command)
        self._thread = OneAtATime("the built-in voice", queue_size)

    @property
    def pid(self) -> int | None:
        """The program that speaks; None while there is none."""
        return self._process.pid

    async def synthesize(self, request: SpeechRequest) -> Speech:
        pronunciation = _pronounced(request.text)
        utterance = self._utterance(pronunciation.spoken, request)
        try:
            async with asyncio.timeout(self._deadline_seconds):
                sound, pcm = await self._thread.run(self._process.speak, utterance, self._deadline_seconds)
        except TimeoutError as late:
            raise ProviderFailed("the built-in voice took too long", code="too_late") from late
        if not pcm:
            raise ProviderFailed("the built-in voice answered with no sound")
        words = tuple(_word_times(pronunciation, sound))
        return Speech(pcm=pcm, sample_rate=sound.sample_rate, words=words)

    async def check(self) -> None:
        await self.synthesize(SpeechRequest(text="네", voice=""))

    async def close(self) -> None:
        await self._thread.close()
        await asyncio.to_thread(self._process.close)

    def _utterance(self, spoken: str, request: SpeechRequest) -> Utterance:
        voice = self._voices.get(request.voice, DEFAULT_VOICE)
        return Utterance(
            text=spoken,
            variant=voice.variant,
            words_per_minute=round(voice.words_per_minute * request.rate),
            pitch=voice.pitch,
            pitch_range=voice.pitch_range,
        )


def _digest(voices: Mapping[str, EspeakVoice]) -> str:
    """Changes with any voice, so that no sound of an earlier one is played."""
    parts = sorted((voice_id, *astuple(voice)) for voice_id, voice in voices.items())
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:8]


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
