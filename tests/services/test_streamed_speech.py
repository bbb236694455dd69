"""Speech that is heard while it is still being made."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from kotoserver.domain.errors import KotoError, ProviderFailed
from kotoserver.domain.speech import AudioFormat, Speech, SpeechRequest
from kotoserver.providers.scripted import ScriptedSynthesizer
from kotoserver.services.speech import SpeechService
from tests.services.speech_world import World

TEXT = "따뜻한 아메리카노 두 잔 주세요."


class InParts(ScriptedSynthesizer):
    """Makes the first half at once and the second when it is told to."""

    def __init__(self, failure: KotoError | None = None) -> None:
        super().__init__()
        self.go_on = asyncio.Event()
        self._failure = failure

    async def stream(self, request: SpeechRequest) -> AsyncIterator[Speech]:
        whole = await self.synthesize(request)
        middle = len(whole.pcm) // 4 * 2
        yield replace(whole, pcm=whole.pcm[:middle], words=whole.words[:2])
        await self.go_on.wait()
        if self._failure is not None:
            raise self._failure
        first_seconds = middle / 2 / whole.sample_rate
        later = (replace(word, at_seconds=word.at_seconds - first_seconds) for word in whole.words[2:])
        yield replace(whole, pcm=whole.pcm[middle:], words=tuple(later))


async def begin(speech: SpeechService, audio_format: AudioFormat) -> AsyncIterator[bytes]:
    sound = await speech.opened(speech.line(TEXT, "ko-f-02").key, audio_format)
    assert not isinstance(sound, bytes)
    return sound


@pytest.mark.parametrize("audio_format", [AudioFormat.MP3, AudioFormat.OGG])
async def test_the_first_bytes_come_before_the_last_words_are_spoken(world: World, audio_format: AudioFormat):
    voice = InParts()
    async with world.service(voice) as speech:
        parts = await begin(speech, audio_format)
        first = await anext(parts)
        assert first
        assert not voice.go_on.is_set()
        voice.go_on.set()
        content = first + b"".join([part async for part in parts])
        await speech.settle()
        kept = await speech.sound(speech.line(TEXT, "ko-f-02").key, audio_format)
    assert content == kept
    assert voice.spoken == 1


async def test_who_comes_later_hears_it_from_the_beginning(world: World):
    voice = InParts()
    async with world.service(voice) as speech:
        early = await begin(speech, AudioFormat.MP3)
        first = await anext(early)
        late = await begin(speech, AudioFormat.MP3)
        voice.go_on.set()
        heard = b"".join([part async for part in late])
        assert heard == first + b"".join([part async for part in early])
    assert voice.spoken == 1


async def test_a_wave_file_is_answered_whole_since_its_head_tells_its_length(world: World):
    voice = InParts()
    voice.go_on.set()
    async with world.service(voice) as speech:
        sound = await speech.opened(speech.line(TEXT, "ko-f-02").key, AudioFormat.WAV)
    assert isinstance(sound, bytes)
    assert int.from_bytes(sound[4:8], "little") == len(sound) - 8


async def test_a_voice_that_breaks_off_is_told_and_nothing_is_kept(world: World):
    voice = InParts(ProviderFailed("the line went dead", code="unavailable"))
    async with world.service(voice) as speech:
        parts = await begin(speech, AudioFormat.MP3)
        assert await anext(parts)
        voice.go_on.set()
        with pytest.raises(ProviderFailed, match="the line went dead"):
            _ = [part async for part in parts]
        await speech.settle()
    assert await world.files() == set()


async def test_what_an_engine_makes_in_one_piece_is_answered_whole(world: World):
    async with world.service(ScriptedSynthesizer()) as speech:
        key = speech.line(TEXT, "ko-f-02").key
        assert isinstance(await speech.opened(key, AudioFormat.MP3), bytes)
        assert isinstance(await speech.opened(key, AudioFormat.MP3), bytes)


async def test_the_mouth_is_timed_to_all_the_parts(world: World):
    voice = InParts()
    voice.go_on.set()
    async with world.service(voice) as speech, world.service(ScriptedSynthesizer()) as whole:
        key = speech.line(TEXT, "ko-f-02").key
        in_parts = json.loads(await speech.visemes(key))
        at_once = json.loads(await whole.visemes(whole.line(TEXT, "ko-f-02").key))
    assert in_parts == at_once


async def test_the_mouth_of_a_line_is_kept_beside_its_sound(world: World):
    voice = ScriptedSynthesizer()
    async with world.service(voice) as speech:
        line = speech.line(TEXT, "ko-f-02")
        await speech.sound(line.key)
        track = json.loads(await speech.visemes(line.key))
    async with world.service(voice) as later:
        assert json.loads(await later.visemes(line.key)) == track
    assert voice.spoken == 1
    assert track["seconds"] > 1


async def test_a_sound_that_was_kept_without_its_mouth_gets_one(world: World):
    voice = ScriptedSynthesizer()
    async with world.service(voice) as speech:
        line = speech.line(TEXT, "ko-f-02")
        await speech.sound(line.key)
        await world.blobs.delete(f"speech/{line.key}.json")
    async with world.service(voice) as later:
        later.line(TEXT, "ko-f-02")
        assert json.loads(await later.visemes(line.key))["track"]
