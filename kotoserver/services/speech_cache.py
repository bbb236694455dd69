"""Finished speech files under a bound on their bytes; what was heard longest ago goes first."""

import logging
from collections import OrderedDict

from kotoserver import telemetry
from kotoserver.domain.errors import StorageFailed
from kotoserver.ports.blobs import BlobStore

PREFIX = "speech/"

logger = logging.getLogger(__name__)


class SpeechCache:
    """A face of the blob store that remembers sizes and last uses in memory.

    A store that does not answer makes every line a miss and keeps nothing; speaking goes on.
    """

    def __init__(self, blobs: BlobStore, limit_bytes: int) -> None:
        self._blobs = blobs
        self._limit_bytes = limit_bytes
        self._sizes: OrderedDict[str, int] = OrderedDict()
        """Longest unused first."""
        self._bytes = 0

    def __contains__(self, name: str) -> bool:
        return name in self._sizes

    @property
    def bytes_kept(self) -> int:
        return self._bytes

    async def load(self) -> None:
        """Learns what is there from earlier runs, and drops what is too much."""
        found = [info async for info in self._blobs.list(PREFIX)]
        for info in sorted(found, key=lambda each: each.used_at):
            self._note(info.key.removeprefix(PREFIX), info.size)
        await self._make_room()

    async def get(self, name: str) -> bytes | None:
        try:
            content = await self._blobs.get(PREFIX + name)
        except StorageFailed as failure:
            logger.warning("speech cannot be read: %s", failure.message)
            return None
        if content:
            self._note(name, len(content))
        else:
            self._forget(name)
        return content or None

    async def drop(self, name: str) -> None:
        """Forgets a file, so that it is made anew."""
        self._forget(name)
        try:
            await self._blobs.delete(PREFIX + name)
        except StorageFailed as failure:
            logger.warning("speech cannot be dropped: %s", failure.message)

    async def put(self, name: str, content: bytes, media_type: str) -> None:
        try:
            await self._blobs.put(PREFIX + name, content, media_type)
        except StorageFailed as failure:
            logger.warning("speech cannot be kept: %s", failure.message)
            return
        self._note(name, len(content))
        await self._make_room()

    async def _make_room(self) -> None:
        """The newest file stays even when it alone is too much: somebody is waiting for it."""
        while self._bytes > self._limit_bytes and len(self._sizes) > 1:
            oldest = next(iter(self._sizes))
            telemetry.SPEECH_EVICTIONS.inc()
            await self.drop(oldest)

    def _note(self, name: str, size: int) -> None:
        self._bytes += size - self._sizes.get(name, 0)
        self._sizes[name] = size
        self._sizes.move_to_end(name)
        telemetry.SPEECH_CACHE_BYTES.set(self._bytes)

    def _forget(self, name: str) -> None:
        self._bytes -= self._sizes.pop(name, 0)
        telemetry.SPEECH_CACHE_BYTES.set(self._bytes)
