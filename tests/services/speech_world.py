"""The parts around the speech service."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from kotoserver.audio.encode import AudioEncoder
from kotoserver.blobs import open_blobs
from kotoserver.bus.memory import MemoryBus
from kotoserver.ports.blobs import BlobStore
from kotoserver.ports.bus import Bus
from kotoserver.ports.clock import SystemClock
from kotoserver.ports.providers import Synthesizer
from kotoserver.ports.storage import Storage
from kotoserver.services.speech import SpeechService
from kotoserver.storage import open_storage

PLENTY = 100_000_000


class World:
    """The parts around the service, kept while services come and go as servers restart."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.storage: Storage = open_storage("", data_dir=folder)
        self.blobs: BlobStore = open_blobs(folder / "blobs")
        self.bus: Bus = MemoryBus()
        self.encoder = AudioEncoder()

    @asynccontextmanager
    async def service(self, voice: Synthesizer, *, cache_bytes: int = PLENTY) -> AsyncIterator[SpeechService]:
        service = SpeechService(
            storage=self.storage,
            bus=self.bus,
            blobs=self.blobs,
            synthesizer=voice,
            encoder=self.encoder,
            clock=SystemClock(),
            cache_bytes=cache_bytes,
        )
        await service.open()
        yield service
        await service.close()

    async def files(self) -> set[str]:
        """The sounds that are kept; each has its mouth track beside it."""
        return {info.key async for info in self.blobs.list("speech/") if not info.key.endswith(".json")}

    async def size(self) -> int:
        """Bytes of all that is kept."""
        return sum([info.size async for info in self.blobs.list("speech/")])
