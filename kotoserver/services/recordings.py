"""Recordings that are kept: giving them back to their learner, and forgetting them in time."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

from kotoserver.domain.errors import KotoError, NotAllowed, NotFound, StorageFailed
from kotoserver.domain.learner import Caller
from kotoserver.domain.recording import ALL_RECORDINGS, Recording, recordings_of
from kotoserver.domain.session import Session
from kotoserver.ports.blobs import BlobInfo, BlobStore
from kotoserver.ports.clock import Clock
from kotoserver.ports.storage import Storage
from kotoserver.services.access import AccessService

LINK_SECONDS = 3600
"""How long an address of a recording works that was handed out."""
_SWEEP_SECONDS = 600.0
_STRAYS_EVERY = 144
"""Sweeps between two looks for strays: a day."""
_STRAY_AFTER = timedelta(hours=1)
"""An upload that is still coming is younger."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptSound:
    """A recording's bytes, which are read as they are asked for."""

    media_type: str
    size: int
    """Bytes."""
    read: Callable[[int, int], AsyncGenerator[bytes, None]]
    """From the first byte to before the last; raises StorageFailed."""


class RecordingsService:
    def __init__(self, *, storage: Storage, blobs: BlobStore, clock: Clock, kept_days: int) -> None:
        """`kept_days` counts for learners who agreed to it."""
        self._storage = storage
        self._access = AccessService(storage)
        self._blobs = blobs
        self._clock = clock
        self._kept_days = kept_days
        self._sweeper: asyncio.Task[None] | None = None

    async def kept_until(self, caller: Caller) -> datetime | None:
        """Until when a judged recording of the caller is kept; None when it is to go at once."""
        learner = await self._storage.find_learner(caller.learner_id)
        if learner is None or not learner.keep_recordings:
            return None
        return self._clock.now() + timedelta(days=self._kept_days)

    async def recording(self, caller: Caller, audio_id: str) -> Recording:
        """One that the caller may hear: their own, or as a teacher or admin.

        NotFound code `no_such_audio`; NotAllowed when it is somebody else's.
        """
        recording = await self._found(audio_id)
        await self._access.refuse_strangers(caller, recording.learner_id, "recording")
        return recording

    async def own(self, caller: Caller, audio_id: str) -> Recording:
        """One that the caller spoke. NotFound code `no_such_audio`; NotAllowed for anybody else's."""
        recording = await self._found(audio_id)
        if recording.learner_id != caller.learner_id:
            raise NotAllowed("This recording belongs to somebody else.")
        return recording

    async def _found(self, audio_id: str) -> Recording:
        recording = await self._storage.find_recording(audio_id)
        if recording is None:
            raise NotFound("There is no such recording.", code="no_such_audio")
        return recording

    async def kept_of(self, caller: Caller, session: Session) -> frozenset[str]:
        """Ids of what can be heard again of a session. NotAllowed for whom it is none of their business."""
        await self._access.refuse_strangers(caller, session.learner_id, "session")
        return frozenset(each.id for each in await self._storage.list_recordings(session.id) if each.kept)

    async def link(self, caller: Caller, audio_id: str) -> str | None:
        """An address of the bytes that works for an hour; None where the server must send them itself."""
        recording = await self._kept(caller, audio_id)
        return await self._blobs.presigned_url(recording.key, LINK_SECONDS, recording.media_type)

    async def sound(self, caller: Caller, audio_id: str) -> "KeptSound":
        """The bytes. NotFound code `audio_not_kept`; StorageFailed code `blob_damaged`."""
        recording = await self._kept(caller, audio_id)
        info = await self._blobs.stat(recording.key)
        if info is None:
            raise _not_kept()
        if info.size != recording.size or info.sha256 not in (None, recording.sha256):
            raise StorageFailed(
                "The recording is not what was stored; tell the operator.", code="blob_damaged", retryable=False
            )
        return self._kept_sound(info, recording.media_type)

    async def linked_sound(self, link: str) -> "KeptSound":
        """What an address leads to that `link` gave. NotAllowed codes `bad_link`, `link_expired`; as `sound`."""
        linked = self._blobs.linked(link)
        info = await self._blobs.stat(linked.key)
        if info is None:
            raise _not_kept()
        return self._kept_sound(info, linked.media_type)

    def _kept_sound(self, info: BlobInfo, media_type: str) -> "KeptSound":
        return KeptSound(
            media_type=media_type,
            size=info.size,
            read=lambda start, stop: self._blobs.stream(info.key, start, stop),
        )

    async def _kept(self, caller: Caller, audio_id: str) -> Recording:
        recording = await self.recording(caller, audio_id)
        if not recording.kept:
            raise _not_kept()
        return recording

    async def agree(self, caller: Caller, keep_recordings: bool) -> None:
        """Notes whether the learner's recordings may be kept; taking it back forgets those that were."""
        await self._storage.set_consent(caller.learner_id, keep_recordings)
        if not keep_recordings:
            await forget_bytes_of(self._blobs, caller.learner_id)
            await self._storage.forget_recordings(caller.learner_id)

    async def forget_overdue(self) -> int:
        """Removes recordings whose time is over; how many."""
        forgotten = 0
        while overdue := await self._storage.list_overdue_recordings(self._clock.now()):
            await asyncio.gather(*(self._blobs.delete(recording.key) for recording in overdue))
            for recording in overdue:
                await self._storage.erase_recording(recording.id)
            forgotten += len(overdue)
        return forgotten

    async def forget_strays(self) -> int:
        """Removes bytes that no recording speaks for: what a server that died in an upload has left. How many."""
        forgotten = 0
        async for info in self._blobs.list(ALL_RECORDINGS):
            if info.used_at > self._clock.now() - _STRAY_AFTER:
                continue
            recording = await self._storage.find_recording(info.key.rpartition("/")[2])
            if recording is None or not recording.kept:
                await self._blobs.delete(info.key)
                forgotten += 1
        return forgotten

    async def forget_bytes(self, key: str) -> None:
        """Drops what nobody wants; a store that does not answer keeps it until the sweep."""
        try:
            await self._blobs.delete(key)
        except StorageFailed as failure:
            log.warning("a recording could not be dropped: %s", failure.message)

    def open(self) -> None:
        """Begins to forget what is overdue."""
        self._sweeper = asyncio.create_task(self._sweep())

    async def close(self) -> None:
        """Ends what is under way."""
        if self._sweeper is not None:
            self._sweeper.cancel()
            await asyncio.gather(self._sweeper, return_exceptions=True)

    async def _sweep(self) -> None:
        for round_ in count():
            try:
                await self.forget_overdue()
                if round_ % _STRAYS_EVERY == 0:
                    await self.forget_strays()
            except KotoError as failure:
                log.warning("overdue recordings could not be forgotten: %s", failure.code)
            await asyncio.sleep(_SWEEP_SECONDS)


def _not_kept() -> NotFound:
    return NotFound("This recording is not kept any more.", code="audio_not_kept")


async def forget_bytes_of(blobs: BlobStore, learner_id: str) -> None:
    """Drops every recording of a learner, also one that is being uploaded."""
    keys = [info.key async for info in blobs.list(recordings_of(learner_id))]
    await asyncio.gather(*map(blobs.delete, keys))
