"""What takes a learner's voice in."""

from contextlib import AsyncExitStack
from dataclasses import dataclass

from kotoserver.audio.decode import PyAvDecoder
from kotoserver.ports.blobs import BlobStore
from kotoserver.ports.bus import Bus
from kotoserver.ports.clock import Clock
from kotoserver.ports.providers import Recognizer
from kotoserver.ports.storage import Storage
from kotoserver.services.engine_choices import EngineChoices
from kotoserver.services.limits import LimitsService
from kotoserver.services.play import PlayService
from kotoserver.services.recordings import RecordingsService
from kotoserver.services.uploads import UploadService
from kotoserver.services.voice import VoiceService
from kotoserver.settings import UploadSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """What takes a learner's voice, from the upload to the turn."""

    uploads: UploadService
    recordings: RecordingsService
    voice: VoiceService


async def open_listening(
    settings: UploadSettings,
    storage: Storage,
    blobs: BlobStore,
    bus: Bus,
    play: PlayService,
    ears: Recognizer | None,
    clock: Clock,
    stack: AsyncExitStack,
    choices: EngineChoices | None = None,
    limits: LimitsService | None = None,
) -> Listening:
    """Decoding, keeping and hearing of recordings; closed with the stack."""
    decoder = PyAvDecoder(most_seconds=settings.most_seconds)
    stack.push_async_callback(decoder.close)
    recordings = RecordingsService(storage=storage, blobs=blobs, clock=clock, kept_days=settings.kept_days)
    recordings.open()
    stack.push_async_callback(recordings.close)
    uploads = UploadService(
        storage=storage,
        blobs=blobs,
        decoder=decoder,
        play=play,
        recordings=recordings,
        clock=clock,
        most_bytes=settings.most_bytes,
    )
    stack.push_async_callback(uploads.settle)
    voice = VoiceService(
        storage=storage,
        bus=bus,
        uploads=uploads,
        recordings=recordings,
        recognizer=ears,
        play=play,
        clock=clock,
        choices=choices,
        limits=limits,
    )
    stack.push_async_callback(voice.settle)
    return Listening(uploads=uploads, recordings=recordings, voice=voice)
