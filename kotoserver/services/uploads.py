"""Uploads: a recording is read within the limits, stored and decoded before it is answered.

So one that cannot be used is refused at once, and the sound is at hand when its turn comes.
"""

import hashlib
from collections import OrderedDict
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

from kotoserver import telemetry
from kotoserver.domain.errors import BadInput, Conflict, NotFound
from kotoserver.domain.hearing import AudioClip
from kotoserver.domain.learner import Caller
from kotoserver.domain.recording import Recording, RecordingState, recordings_of
from kotoserver.domain.utterance import check_turn_id
from kotoserver.ports.blobs import BlobStore
from kotoserver.ports.clock import Clock
from kotoserver.ports.providers import AudioDecoder
from kotoserver.ports.storage import Storage
from kotoserver.services.ids import new_id
from kotoserver.services.play import PlayService
from kotoserver.services.recordings import RecordingsService
from kotoserver.services.sessions import refuse_finished

UNDECIDED = timedelta(hours=1)
"""How long a recording waits for its turn, and for the learner's word on what they said."""
_CLIPS_SECONDS = 300.0
"""Decoded sound held for turns that are about to come, in all."""
_KEY_LENGTH = 200
_HELD_BYTES = 1_000_000
"""What an ordinary recording has many times over; a larger one is read from the store again to be decoded."""


@dataclass(slots=True)
class Upload:
    """A file that was read and belongs to no session yet."""

    id: str
    key: str | None
    """The client's Idempotency-Key."""
    learner_id: str
    size: int = 0
    """Bytes."""
    sha256: str = ""
    clip: AudioClip | None = None

    @property
    def blob_key(self) -> str:
        return f"{recordings_of(self.learner_id)}{self.id}"


class UploadService:
    def __init__(
        self,
        *,
        storage: Storage,
        blobs: BlobStore,
        decoder: AudioDecoder,
        play: PlayService,
        recordings: RecordingsService,
        clock: Clock,
        most_bytes: int,
    ) -> None:
        self._storage = storage
        self._blobs = blobs
        self._decoder = decoder
        self._play = play
        self._recordings = recordings
        self._clock = clock
        self._most_bytes = most_bytes
        self._clips = _RecentClips()

    async def receive(
        self, caller: Caller, chunks: AsyncIterator[bytes], *, idempotency_key: str | None = None
    ) -> "Upload":
        """Reads the file of an upload into the store, within the limits, and decodes it.

        It belongs to nobody until it is `accept`ed. BadInput codes `audio_too_large`, `bad_idempotency_key`,
        and those of the decoder; nothing is kept then.
        """
        if idempotency_key is not None and not 0 < len(idempotency_key) <= _KEY_LENGTH:
            raise BadInput(f"An Idempotency-Key has 1 to {_KEY_LENGTH} characters.", code="bad_idempotency_key")
        upload = Upload(id=new_id("aud"), key=idempotency_key, learner_id=caller.learner_id)
        counted = _Counted(chunks, self._most_bytes)
        await self._blobs.put_stream(upload.blob_key, counted.read(), "application/octet-stream")
        upload.size, upload.sha256 = counted.size, counted.digest.hexdigest()
        try:
            upload.clip = await self._decode(upload.blob_key, counted.content)
        except BaseException:
            await self._recordings.forget_bytes(upload.blob_key)
            raise
        return upload

    async def accept(self, caller: Caller, upload: "Upload", session_id: str, turn_id: str | None) -> Recording:
        """Makes the upload a recording of this session, to be played as that turn where one is named.

        The same idempotency key again gives the recording of the first time. Conflict code
        `idempotency_key_reused` when it came with other bytes then.
        """
        try:
            return await self._note(caller, upload, session_id, turn_id)
        except BaseException:
            await self.discard(upload)
            raise

    async def discard(self, upload: "Upload") -> None:
        """Forgets an upload that was read and is not wanted."""
        await self._recordings.forget_bytes(upload.blob_key)

    async def _note(self, caller: Caller, upload: "Upload", session_id: str, turn_id: str | None) -> Recording:
        if turn_id is not None:
            check_turn_id(turn_id)
        session = await self._play.session(caller, session_id)
        known = await self._uploaded_before(caller, upload)
        if known is not None:
            return known
        refuse_finished(session)
        clip = upload.clip
        if clip is None:
            raise ValueError("the upload was not read")
        now = self._clock.now()
        recording = Recording(
            id=upload.id,
            learner_id=caller.learner_id,
            session_id=session_id,
            turn_id=turn_id,
            state=RecordingState.PROCESSING,
            media_type=clip.media_type,
            size=upload.size,
            sha256=upload.sha256,
            seconds=round(clip.seconds, 3),
            idempotency_key=upload.key,
            created_at=now,
            keep_until=now + UNDECIDED,
        )
        try:
            await self._storage.add_recording(recording)
        except Conflict:
            # The same upload came twice at the same time, and the other one was a moment faster.
            known = await self._uploaded_before(caller, upload)
            if known is None:
                raise
            return known
        self._clips.keep(recording.id, clip)
        telemetry.RECORDINGS.labels(clip.media_type).inc()
        return recording

    async def _uploaded_before(self, caller: Caller, upload: "Upload") -> Recording | None:
        """The recording of the same key; the second copy of its bytes is dropped."""
        if upload.key is None:
            return None
        known = await self._storage.find_recording_by_key(caller.learner_id, upload.key)
        if known is None:
            return None
        if known.sha256 != upload.sha256:
            raise Conflict(
                "This Idempotency-Key was used for another recording; make a new one for each.",
                code="idempotency_key_reused",
                retryable=False,
            )
        await self._recordings.forget_bytes(upload.blob_key)
        return known

    async def clip(self, recording: Recording) -> AudioClip:
        """Its sound: at hand since the upload, or decoded anew. NotFound code `audio_not_kept`."""
        return self._clips.take(recording.id) or await self._decode(recording.key)

    async def _decode(self, key: str, content: bytes | None = None) -> AudioClip:
        if content is None:
            content = await self._blobs.get(key)
        if content is None:
            raise NotFound("This recording is not kept any more.", code="audio_not_kept")
        return await self._decoder.decode(content)


class _Counted:
    """The chunks of an upload, counted and digested as they pass; BadInput `audio_too_large`."""

    def __init__(self, chunks: AsyncIterator[bytes], most_bytes: int) -> None:
        self._chunks = chunks
        self._most_bytes = most_bytes
        self._held = bytearray()
        self.size = 0
        self.digest = hashlib.sha256()

    @property
    def content(self) -> bytes | None:
        """All of it; None for what was too large to hold, which is in the store."""
        return bytes(self._held) if self.size <= _HELD_BYTES else None

    async def read(self) -> AsyncIterator[bytes]:
        async for chunk in self._chunks:
            self.size += len(chunk)
            if self.size > self._most_bytes:
                most = self._most_bytes / 1_000_000
                raise BadInput(f"A recording has at most {most:g} MB.", code="audio_too_large")
            self.digest.update(chunk)
            if self.size <= _HELD_BYTES:
                self._held += chunk
            yield chunk
        if self.size == 0:
            raise BadInput("The recording is empty.", code="empty_audio")


class _RecentClips:
    """Decoded sound that is about to be heard, bounded in all."""

    def __init__(self) -> None:
        self._clips: OrderedDict[str, AudioClip] = OrderedDict()
        self._seconds = 0.0

    def keep(self, audio_id: str, clip: AudioClip) -> None:
        self._clips[audio_id] = clip
        self._seconds += clip.seconds
        while self._seconds > _CLIPS_SECONDS:
            _, dropped = self._clips.popitem(last=False)
            self._seconds -= dropped.seconds

    def take(self, audio_id: str) -> AudioClip | None:
        clip = self._clips.pop(audio_id, None)
        if clip is not None:
            self._seconds -= clip.seconds
        return clip
