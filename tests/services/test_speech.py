import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from kotoserver.bus.memory import MemoryBus
from kotoserver.domain.engines import Preference
from kotoserver.domain.errors import KotoError, NotFound, ProviderFailed, StorageFailed, TooFast
from kotoserver.domain.speech import AudioFormat, Speech, SpeechRequest
from kotoserver.ports.blobs import BlobStore
from kotoserver.ports.clock import SystemClock
from kotoserver.providers.policy import FallbackSynthesizer, Patience
from kotoserver.providers.scripted import ScriptedSynthesizer
from kotoserver.services.speech import SpeechService
from tests.services.speech_world import PLENTY, World


class SilentVoice(ScriptedSynthesizer):
    """An engine that succeeds with nothing in its hands."""

    async def synthesize(self, request: SpeechRequest) -> Speech:
        return Speech(pcm=bytes(32_000), sample_rate=16_000)


class LesserVoice(ScriptedSynthesizer):
    """An engine that stands in for a better one."""

    async def synthesize(self, request: SpeechRequest) -> Speech:
        speech = await super().synthesize(request)
        return Speech(pcm=speech.pcm, sample_rate=speech.sample_rate, degraded="better: too_late")


class NewerVoice(ScriptedSynthesizer):
    version = "2"


async def test_a_line_is_made_once_and_kept(world: World):
    voice = ScriptedSynthesizer()
    async with world.service(voice) as speech:
        line = speech.line("어서 오세요!", "ko-f-02")
        first = await speech.sound(line.key)
        again = await speech.sound(line.key)
    assert first == again
    assert voice.spoken == 1
    assert await world.files() == {f"speech/{line.key}.mp3"}


async def test_a_kept_line_that_was_damaged_is_made_anew(world: World):
    voice = ScriptedSynthesizer()
    async with world.service(voice) as speech:
        line = speech.line("어서 오세요!", "ko-f-02")
        whole = await speech.sound(line.key)
        file = world.folder / "blobs" / "speech" / f"{line.key}.mp3"
        file.write_bytes(file.read_bytes()[:100])
        assert await speech.sound(line.key) == whole
        assert voice.spoken == 2
        assert await speech.sound(line.key) == whole
        assert voice.spoken == 2


async def test_fifty_who_ask_at_once_wait_for_one_synthesis(world: World):
    voice = ScriptedSynthesizer()
    async with world.service(voice) as speech:
        line = speech.line("어서 오세요!", "ko-f-02")
        sounds = await asyncio.gather(*(speech.sound(line.key) for _ in range(50)))
    assert len(set(sounds)) == 1
    assert voice.spoken == 1


async def test_two_processes_that_are_asked_at_once_make_a_line_once(world: World):
    gate = asyncio.Event()
    voice, other_voice = ScriptedSynthesizer(gate=gate), ScriptedSynthesizer(gate=gate)
    async with world.service(voice) as speech, world.service(other_voice) as elsewhere:
        line = speech.line("어서 오세요!", "ko-f-02")
        elsewhere.line("어서 오세요!", "ko-f-02")
        asked = [asyncio.create_task(each.sound(line.key)) for each in (speech, elsewhere)]
        await _until(lambda: speech.being_made == elsewhere.being_made == 1)
        gate.set()
        sounds = await asyncio.gather(*asked)
        tracks = [await each.visemes(line.key) for each in (speech, elsewhere)]
    assert voice.spoken + other_voice.spoken == 1
    assert sounds[0] == sounds[1]
    assert tracks[0] == tracks[1]


@pytest.mark.parametrize("failure", [StorageFailed("Redis is away"), TooFast("somebody holds it", code="busy")])
async def test_a_line_is_made_although_others_cannot_be_held_off(world: World, failure: KotoError):
    class BusWithoutLocks(MemoryBus):
        @asynccontextmanager
        async def lock(self, name: str, *, wait_seconds: float) -> AsyncIterator[None]:
            raise failure
            yield

    world.bus = BusWithoutLocks()
    async with world.service(ScriptedSynthesizer()) as speech:
        assert await speech.sound(speech.line("네.", "ko-f-02").key)


async def test_a_line_is_heard_in_every_format(world: World):
    async with world.service(ScriptedSynthesizer()) as speech:
        line = speech.line("어서 오세요!", "ko-f-02")
        mp3, wav, ogg = await asyncio.gather(*(speech.sound(line.key, each) for each in AudioFormat))
    assert mp3
    assert wav.startswith(b"RIFF")
    assert ogg.startswith(b"OggS")


def test_the_address_is_known_before_the_sound(world: World):
    voice = ScriptedSynthesizer()
    speech = SpeechService(
        storage=world.storage,
        bus=world.bus,
        blobs=world.blobs,
        synthesizer=voice,
        encoder=world.encoder,
        clock=SystemClock(),
        cache_bytes=PLENTY,
    )
    line = speech.line("네.", "ko-f-02")
    assert speech.url(line.key) == f"/koto-api/speech/{line.key}.mp3"
    assert speech.url(line.key, AudioFormat.OGG) == f"/koto-api/speech/{line.key}.ogg"
    assert len(line.key) == 32
    assert voice.spoken == 0


async def test_everything_that_shapes_the_sound_is_in_the_key(world: World):
    async with world.service(ScriptedSynthesizer()) as speech, world.service(NewerVoice()) as newer:
        keys = [
            speech.line("네.", "ko-f-02").key,
            speech.line("네!", "ko-f-02").key,
            speech.line("네.", "ko-f-01").key,
            speech.line("네.", "ko-f-02", 0.7).key,
            newer.line("네.", "ko-f-02").key,
        ]
        assert speech.line("네.", "ko-f-02").key == keys[0]
    assert len(set(keys)) == len(keys)


async def test_a_line_from_an_earlier_run_is_found_in_the_storage(world: World):
    async with world.service(ScriptedSynthesizer()) as before:
        line = before.line("네.", "ko-f-02")
        await world.storage.remember_speech([line])
    async with world.service(ScriptedSynthesizer()) as after:
        assert await after.sound(line.key)


@pytest.mark.parametrize("key", ["0" * 32, "", "x", "../../etc/passwd", "0" * 31 + "G", "0" * 33])
async def test_an_unknown_key_is_not_found(world: World, key: str):
    async with world.service(ScriptedSynthesizer()) as speech:
        with pytest.raises(NotFound) as missing:
            await speech.sound(key)
    assert missing.value.code == "no_such_speech"


async def test_a_failure_reaches_everyone_and_is_not_kept(world: World):
    voice = ScriptedSynthesizer(failures=[ProviderFailed("broken")])
    async with world.service(voice) as speech:
        line = speech.line("네.", "ko-f-02")
        outcomes = await asyncio.gather(*(speech.sound(line.key) for _ in range(5)), return_exceptions=True)
        assert {type(outcome) for outcome in outcomes} == {ProviderFailed}
        assert await world.files() == set()
        assert await speech.sound(line.key)


async def test_silence_is_a_failure_and_is_not_kept(world: World):
    async with world.service(SilentVoice()) as speech:
        with pytest.raises(ProviderFailed) as failure:
            await speech.sound(speech.line("네.", "ko-f-02").key)
    assert failure.value.code == "silent_speech"
    assert await world.files() == set()


async def test_a_lesser_voice_is_heard_but_not_kept(world: World):
    async with world.service(LesserVoice()) as speech:
        assert await speech.sound(speech.line("네.", "ko-f-02").key)
    assert await world.files() == set()


async def test_one_who_stops_listening_does_not_stop_the_others(world: World):
    gate = asyncio.Event()
    voice = ScriptedSynthesizer(gate=gate)
    async with world.service(voice) as speech:
        line = speech.line("네.", "ko-f-02")
        listeners = [asyncio.create_task(speech.sound(line.key)) for _ in range(3)]
        await _until(lambda: speech.being_made == 1)
        listeners[0].cancel()
        gate.set()
        sounds = await asyncio.gather(*listeners, return_exceptions=True)
    assert isinstance(sounds[0], asyncio.CancelledError)
    assert sounds[1] == sounds[2]
    assert voice.spoken == 1


async def test_what_was_heard_longest_ago_makes_room(world: World):
    async with world.service(ScriptedSynthesizer(), cache_bytes=PLENTY) as speech:
        lines = [speech.line(text, "ko-f-02") for text in ("하나.", "두울.", "세엣.")]
        for line in lines:
            await speech.sound(line.key)
    async with world.service(ScriptedSynthesizer(), cache_bytes=await world.size()) as speech:
        await speech.sound(lines[0].key)  # now the second is the oldest
        await speech.sound(speech.line("네엣.", "ko-f-02").key)
        kept = await world.files()
    assert f"speech/{lines[0].key}.mp3" in kept
    assert f"speech/{lines[1].key}.mp3" not in kept


async def test_a_smaller_bound_is_kept_from_the_start(world: World):
    async with world.service(ScriptedSynthesizer()) as speech:
        for text in ("하나.", "두울.", "세엣."):
            await speech.sound(speech.line(text, "ko-f-02").key)
    async with world.service(ScriptedSynthesizer(), cache_bytes=1):
        assert len(await world.files()) == 1


async def test_a_dropped_line_is_made_again(world: World):
    voice = ScriptedSynthesizer()
    async with world.service(voice, cache_bytes=1) as speech:
        first, second = speech.line("하나.", "ko-f-02"), speech.line("두울.", "ko-f-02")
        for line in (first, second, first):
            assert await speech.sound(line.key)
    assert voice.spoken == 3


async def test_a_file_that_vanished_is_made_again(world: World):
    voice = ScriptedSynthesizer()
    async with world.service(voice) as speech:
        line = speech.line("네.", "ko-f-02")
        await speech.sound(line.key)
        await world.blobs.delete(f"speech/{line.key}.mp3")
        assert await speech.sound(line.key)
    assert voice.spoken == 2


async def test_an_empty_file_is_made_again(world: World):
    async with world.service(ScriptedSynthesizer()) as speech:
        line = speech.line("네.", "ko-f-02")
        await world.blobs.put(f"speech/{line.key}.mp3", b"", "audio/mpeg")
        assert await speech.sound(line.key)


async def test_lines_about_to_be_heard_are_made_ahead(world: World):
    voice = ScriptedSynthesizer()
    async with world.service(voice) as speech:
        line = speech.line("네.", "ko-f-02")
        speech.warm([line])
        assert await speech.ready(line)
        speech.warm([line])
        await speech.settle()
    assert voice.spoken == 1


class FirstVoice(ScriptedSynthesizer):
    name = "first"


class SecondVoice(ScriptedSynthesizer):
    name = "second"


@pytest.mark.parametrize(("wanted", "maker"), [(None, "first"), ("second", "second"), ("gone", "first")])
async def test_a_kept_line_names_the_voice_that_made_it(world: World, wanted: str | None, maker: str):
    preference = None if wanted is None else Preference(engine=wanted)
    for made_now in (True, False):
        chain = FallbackSynthesizer([FirstVoice(), SecondVoice()], SystemClock(), Patience())
        async with world.service(chain) as speech:
            receipt = await speech.ready(speech.line("어서 오세요!", "ko-f-02", preference=preference))
        assert receipt is not None
        assert (receipt.provider, receipt.cached) == (maker, not made_now)


async def test_a_line_that_cannot_be_made_is_not_ready(world: World):
    async with world.service(ScriptedSynthesizer(failures=[ProviderFailed("broken")])) as speech:
        line = speech.line("네.", "ko-f-02")
        assert not await speech.ready(line)
        assert await speech.ready(line)


async def test_the_library_is_made_and_noted(world: World):
    voice = ScriptedSynthesizer(failures=[ProviderFailed("broken")])
    async with world.service(voice) as speech:
        lines = [speech.line(text, "ko-f-02") for text in ("하나.", "두울.", "세엣.")]
        speech.warm_library(lines)
        await speech.settle()
        assert await world.storage.find_speech(lines[0].key) == lines[0].request
    assert await world.files() == {f"speech/{line.key}.mp3" for line in lines[1:]}


async def test_a_listener_does_not_wait_for_the_library(world: World):
    """With the voice held back, a listener's line is the second to be spoken, after the one under way."""
    order: list[str] = []
    gate = asyncio.Event()

    class Noting(ScriptedSynthesizer):
        async def synthesize(self, request: SpeechRequest) -> Speech:
            speech = await super().synthesize(request)
            order.append(request.text)
            return speech

    async with world.service(Noting(gate=gate)) as speech:
        speech.warm_library([speech.line(text, "ko-f-02") for text in ("하나.", "두울.", "세엣.")])
        await _until(lambda: speech.being_made == 1)
        listener = asyncio.create_task(speech.sound(speech.line("저요!", "ko-f-02").key))
        await _until(lambda: speech.being_made == 2)
        gate.set()
        await listener
        heard_by_then = list(order)
        await speech.settle()
    assert "세엣." not in heard_by_then
    assert set(order) == {"하나.", "두울.", "세엣.", "저요!"}


async def test_closing_ends_what_is_under_way_and_tells_those_who_wait(world: World):
    voice = ScriptedSynthesizer(gate=asyncio.Event())
    async with world.service(voice) as speech:
        listener = asyncio.create_task(speech.sound(speech.line("하나.", "ko-f-02").key))
        await _until(lambda: speech.being_made == 1)
        speech.warm_library([speech.line("두울.", "ko-f-02")])
    with pytest.raises(ProviderFailed):
        await listener


class FullDisk(BlobStore):
    """A store that reads nothing and keeps nothing."""

    async def put(self, key: str, content: bytes, media_type: str) -> None:
        raise StorageFailed("no space left")

    async def put_stream(self, key: str, chunks: AsyncIterator[bytes], media_type: str) -> int:
        raise StorageFailed("no space left")

    async def open(self) -> None:
        raise StorageFailed("no space left")

    async def get(self, key: str) -> bytes | None:
        raise StorageFailed("input/output error")

    async def stream(self, key: str, start: int = 0, stop: int | None = None):
        raise StorageFailed("input/output error")
        yield b""

    async def stat(self, key: str) -> None:
        raise StorageFailed("input/output error")

    async def delete(self, key: str) -> None:
        raise StorageFailed("read-only")

    async def list(self, prefix: str):
        for nothing in ():
            yield nothing

    async def check(self) -> None:
        raise StorageFailed("no space left")

    async def close(self) -> None:
        pass


async def test_speech_is_heard_although_it_cannot_be_kept(world: World):
    await world.blobs.close()
    world.blobs = FullDisk()
    async with world.service(ScriptedSynthesizer()) as speech:
        assert await speech.sound(speech.line("네.", "ko-f-02").key)


async def _until(holds: Callable[[], bool]) -> None:
    """Lets the others run until this is true."""
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110  # what we wait for has no event to wait for
            await asyncio.sleep(0)
