"""The voice: opened with all that it needs, and lines that are spoken ahead."""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager

from kotoserver.audio.decode import PyAvDecoder
from kotoserver.audio.encode import AudioEncoder
from kotoserver.blobs import open_blobs
from kotoserver.bootstrap.parts import make_data_folder, opened_storage, read_voices, revealed
from kotoserver.bus import open_bus
from kotoserver.content.library import open_library
from kotoserver.domain.scene import Scene
from kotoserver.domain.session import SaidLine
from kotoserver.ports.blobs import BlobStore
from kotoserver.ports.bus import Bus
from kotoserver.ports.clock import Clock, SystemClock
from kotoserver.ports.providers import Synthesizer
from kotoserver.ports.storage import SpokenLine, Storage
from kotoserver.providers.registry import open_recognizer, open_synthesizer
from kotoserver.services.health import Dependency, HealthService
from kotoserver.services.narration import spoken_line
from kotoserver.services.purse import DayPurse
from kotoserver.services.speech import SpeechService
from kotoserver.services.speech_engines import SpeechEngines
from kotoserver.settings import Settings


def open_purse(settings: Settings, storage: Storage, clock: Clock, stack: AsyncExitStack) -> DayPurse:
    """What is spent on speech, by all servers on this database."""
    purse = DayPurse(
        storage,
        clock,
        daily_budget=settings.speech.daily_budget,
        learner_budget=settings.speech.learner_budget,
    )
    stack.push_async_callback(purse.close)
    return purse


async def open_speech(
    settings: Settings, storage: Storage, bus: Bus, blobs: BlobStore, voice: Synthesizer, stack: AsyncExitStack
) -> SpeechService:
    encoder = AudioEncoder()
    stack.push_async_callback(encoder.close)
    speech = SpeechService(
        storage=storage,
        bus=bus,
        blobs=blobs,
        synthesizer=voice,
        encoder=encoder,
        clock=SystemClock(),
        cache_bytes=settings.speech_cache_bytes,
        media_url=settings.media_url or "",
    )
    stack.push_async_callback(speech.close)
    await speech.open()
    return speech


def authored_lines(scenes: Iterable[Scene], speech: SpeechService) -> list[SpokenLine]:
    """Every line whose words are known ahead, at normal and at slow speed."""
    spoken: dict[str, SpokenLine] = {}
    for scene in scenes:
        fixed = [line for line in scene.lines() if "{" not in line.ko]
        fixed += [turn.model for turn in scene.turns if "{" not in turn.model.ko]
        for slowly in (False, True):
            for line in fixed:
                said = SaidLine(line=line, ko=line.ko, turn=scene.start, slowly=slowly)
                each = spoken_line(scene, said, speech)
                spoken.setdefault(each.key, each)
    return list(spoken.values())


async def render_scene(settings: Settings, scene_id: str, progress: Callable[[int, int], None]) -> None:
    """Speaks the authored lines of a scene's live version and keeps the sound, telling how far it is.

    A line that cannot be spoken now is left for whoever asks for it.
    """
    make_data_folder(settings.data_dir)
    scene = open_library(settings.scenes_dir, settings.langpacks_dir).scene(scene_id)
    async with AsyncExitStack() as stack:
        storage = await stack.enter_async_context(opened_storage(settings))
        await storage.migrate()
        blobs = open_blobs(settings.data_dir / "blobs", s3=settings.s3)
        stack.push_async_callback(blobs.close)
        clock = SystemClock()
        purse = open_purse(settings, storage, clock, stack)
        voice = open_synthesizer(settings.speech, read_voices(settings.scenes_dir), clock, purse)
        stack.push_async_callback(voice.close)
        bus = open_bus(revealed(settings.redis_url) or None)
        stack.push_async_callback(bus.close)
        speech = await open_speech(settings, storage, bus, blobs, voice, stack)
        await speech.render(authored_lines([scene], speech), progress)


@asynccontextmanager
async def open_speech_engines(settings: Settings) -> AsyncIterator[SpeechEngines]:
    """What the speech role offers: ears and voice, without a database, a bus or scenes; closed at the end.

    BadSettings when an engine cannot be opened as it is configured.
    """
    async with AsyncExitStack() as stack:
        voice = open_synthesizer(settings.speech, read_voices(settings.scenes_dir))
        stack.push_async_callback(voice.close)
        ears = open_recognizer(settings.speech)
        if ears is not None:
            stack.push_async_callback(ears.close)
        decoder = PyAvDecoder(most_seconds=settings.uploads.most_seconds)
        stack.push_async_callback(decoder.close)
        encoder = AudioEncoder()
        stack.push_async_callback(encoder.close)
        engines = [Dependency(kind="voice", name=voice.name, check=voice.check)]
        if ears is not None:
            engines.append(Dependency(kind="ears", name=ears.name, check=ears.check))
        yield SpeechEngines(
            recognizer=ears,
            synthesizer=voice,
            decoder=decoder,
            encoder=encoder,
            health=HealthService(tuple(engines), SystemClock()),
        )
