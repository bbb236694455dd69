"""The sound of recordings: decoded once each, ahead of their turns where there is time, and held until heard."""

import asyncio
import logging
from collections import OrderedDict

from kotoserver import telemetry
from kotoserver.domain.errors import BadInput, KotoError, NotFound, StorageFailed
from kotoserver.domain.hearing import AudioClip
from kotoserver.domain.recording import Recording, RecordingState
from kotoserver.ports.blobs import BlobStore
from kotoserver.ports.clock import Clock
from kotoserver.ports.providers import AudioDecoder
from kotoserver.ports.storage import Storage
from kotoserver.services.chores import Chores
from kotoserver.services.recordings import RecordingsService

_HELD_SECONDS = 300.0
"""Decoded sound held for turns that are about to come, in all."""
_AHEAD_SHARE = 0.1
"""Of one thread's time: what is only likely to be needed soon must not keep others from being served."""

log = logging.getLogger(__name__)


class Sounds:
    """Whoever asks for a sound that is being decoded waits for that; the decoder's own queue bounds how many are.

    A recording that cannot be read is noted as such, and its bytes are dropped.
    """

    def __init__(
        self,
        *,
        storage: Storage,
        blobs: BlobStore,
        decoder: AudioDecoder,
        recordings: RecordingsService,
        clock: Clock,
    ) -> None:
        self._storage = storage
        self._blobs = blobs
        self._decoder = decoder
        self._recordings = recordings
        self._clock = clock
        self._decoding: dict[str, asyncio.Task[AudioClip | KotoError]] = {}
        """By the id of the recording."""
        self._ahead_from = float("-inf")
        """When the next may be decoded ahead, by the clock that only runs forward."""
        self._clips = _RecentClips()
        self._chores = Chores()

    def begin(self, recording: Recording, content: bytes | None) -> None:
        """Decodes it from now on. `content`: its bytes, where they are at hand."""
        self._begin(recording, content)

    def begin_ahead(self, recording: Recording, content: bytes | None) -> None:
        """The same for one whose turn is only likely, while there is time; otherwise it waits to be asked for."""
        if not self._decoding and self._clock.seconds() >= self._ahead_from:
            began = self._clock.seconds()
            self._begin(recording, content).add_done_callback(lambda _: self._rest(began))

    async def of(self, recording: Recording) -> AudioClip:
        """BadInput codes of the decoder; NotFound code `audio_not_kept`; TooFast code `busy`: ask again later."""
        _refuse_unreadable(recording)
        clip = self._clips.take(recording.id)
        if clip is not None:
            return clip
        # Whoever leaves meanwhile may ask again, and finds it done.
        outcome = await asyncio.shield(self._decoding.get(recording.id) or self._begin(recording, None))
        if isinstance(outcome, NotFound):  # found to be unreadable since it was looked up, perhaps elsewhere
            _refuse_unreadable(await self._storage.find_recording(recording.id) or recording)
        if isinstance(outcome, KotoError):
            raise outcome
        self._clips.take(recording.id)
        return outcome

    async def settle(self) -> None:
        """Returns when nothing is being decoded any more."""
        await self._chores.settle()

    def _rest(self, began: float) -> None:
        now = self._clock.seconds()
        self._ahead_from = now + (now - began) * (1 / _AHEAD_SHARE - 1)

    def _begin(self, recording: Recording, content: bytes | None) -> "asyncio.Task[AudioClip | KotoError]":
        task = self._chores.begin(self._decode(recording, content))
        self._decoding[recording.id] = task
        task.add_done_callback(lambda _: self._decoding.pop(recording.id, None))
        return task

    async def _decode(self, recording: Recording, content: bytes | None) -> AudioClip | KotoError:
        """The failure as a value: of a recording that nobody has asked about yet, nobody is told it."""
        try:
            clip = await self._decoder.decode(await self._stored(recording) if content is None else content)
        except BadInput as unreadable:
            await self._note(recording, unreadable)
            return unreadable
        except KotoError as failure:
            return failure
        self._clips.keep(recording.id, clip)
        return clip

    async def _stored(self, recording: Recording) -> bytes:
        content = await self._blobs.get(recording.key)
        if content is None:
            raise NotFound("This recording is not kept any more.", code="audio_not_kept")
        return content

    async def _note(self, recording: Recording, unreadable: BadInput) -> None:
        """Where this cannot be noted now it is found out again by whoever asks next."""
        telemetry.HEARD.labels(RecordingState.UNREADABLE.value).inc()
        try:
            await self._storage.fail_recording(recording.id, unreadable.code)
        except StorageFailed as failure:
            log.warning("a recording that cannot be read could not be noted as such: %s", failure.code)
            return
        await self._recordings.forget_bytes(recording.key)


def _refuse_unreadable(recording: Recording) -> None:
    if recording.state is RecordingState.UNREADABLE:
        raise BadInput("This recording cannot be read; make a new one.", code=recording.failure)


class _RecentClips:
    """Decoded sound that is about to be heard, bounded in all."""

    def __init__(self) -> None:
        self._clips: OrderedDict[str, AudioClip] = OrderedDict()
        self._seconds = 0.0

    def keep(self, audio_id: str, clip: AudioClip) -> None:
        self._clips[audio_id] = clip
        self._seconds += clip.seconds
        while self._seconds > _HELD_SECONDS:
            _, dropped = self._clips.popitem(last=False)
            self._seconds -= dropped.seconds

    def take(self, audio_id: str) -> AudioClip | None:
        clip = self._clips.pop(audio_id, None)
        if clip is not None:
            self._seconds -= clip.seconds
        return clip
