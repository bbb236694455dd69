"""Uploads: a recording is read within the limits, stored and answered; its sound is decoded meanwhile.

What its first bytes show to be no recording is refused at once. What only decoding finds out is told where the
recording is asked about: as its turn, or by its id.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

from kotoserver import telemetry
from kotoserver.domain.errors import BadInput, Conflict, KotoError, NotFound, StorageFailed, TooFast
from kotoserver.domain.hearing import AudioClip
from kotoserver.domain.learner import Caller
from kotoserver.domain.recording import Recording, RecordingState, recordings_of
from kotoserver.domain.utterance import check_turn_id
from kotoserver.ports.blobs import BlobStore
from kotoserver.ports.clock import Clock
from kotoserver.ports.providers import HEAD_BYTES, AudioDecoder
from kotoserver.ports.storage import Storage
from kotoserver.services.ids import new_id
from kotoserver.services.play import PlayService
from kotoserver.services.recordings import RecordingsService
from kotoserver.services.sessions import refuse_finished
from kotoserver.services.sounds import Sounds

UNDECIDED = timedelta(hours=1)
"""How long a recording waits for its turn, and for the learner's word on what they said."""
_KEY_LENGTH = 200
_PIECE_BYTES = 1_000_000
"""Stored at once. An ordinary recording is much smaller: it is stored in one step, and decoded from memory."""


@dataclass(slots=True)
class Upload:
    """A file that was read and belongs to no session yet."""

    id: str
    key: str | None
    """The client's Idempotency-Key."""
    learner_id: str
    media_type: str = ""
    size: int = 0
    """Bytes."""
    sha256: str = ""
    content: bytes | None = None
    """All of it; None of what is too large to hold, which is in the store."""

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
        self._sounds = Sounds(storage=storage, blobs=blobs, decoder=decoder, recordings=recordings, clock=clock)

    async def receive(
        self, caller: Caller, chunks: AsyncIterator[bytes], *, idempotency_key: str | None = None
    ) -> "Upload":
        """Reads the file of an upload into the store, within the limits.

        It belongs to nobody until it is `accept`ed. BadInput codes `audio_too_large`, `empty_audio`,
        `unknown_audio`, `bad_idempotency_key`; TooFast code `busy` when its turn would wait in vain. Nothing is
        kept then.
        """
        if idempotency_key is not None and not 0 < len(idempotency_key) <= _KEY_LENGTH:
            raise BadInput(f"An Idempotency-Key has 1 to {_KEY_LENGTH} characters.", code="bad_idempotency_key")
        if self._decoder.full:
            raise TooFast("Too many recordings wait to be decoded; try again in a moment.", code="busy")
        upload = Upload(id=new_id("aud"), key=idempotency_key, learner_id=caller.learner_id)
        await self._store(upload, _Reading(chunks, self._decoder, self._most_bytes))
        return upload

    async def _store(self, upload: "Upload", reading: "_Reading") -> None:
        kind = "application/octet-stream"
        first = await reading.piece()
        if reading.ended:
            put = await self._blobs.put(upload.blob_key, first, kind)
            upload.content = first
        else:
            put = await self._blobs.put_stream(upload.blob_key, reading.all_from(first), kind)
        upload.media_type, upload.size, upload.sha256 = reading.media_type, put.size, put.sha256

    async def accept(self, caller: Caller, upload: "Upload", session_id: str, turn_id: str | None) -> Recording:
        """Makes the upload a recording of this session, to be played as that turn where one is named.

        The same idempotency key again gives the recording of the first time. Conflict code
        `idempotency_key_reused` when it came with other bytes, for another session or for another turn then.

        The bytes of one that was refused are dropped. Where the database did not answer, or nobody waits any more,
        it may be noted all the same: they stay until the sweep for strays, if no recording speaks for them then.
        """
        try:
            return await self._note(caller, upload, session_id, turn_id)
        except StorageFailed:
            raise
        except KotoError:
            await self.discard(upload)
            raise

    async def discard(self, upload: "Upload") -> None:
        """Forgets an upload that was read and is not wanted."""
        await self._recordings.forget_bytes(upload.blob_key)

    async def _note(self, caller: Caller, upload: "Upload", session_id: str, turn_id: str | None) -> Recording:
        if turn_id is not None:
            check_turn_id(turn_id)
        session = await self._play.session(caller, session_id)
        known = await self._uploaded_before(caller, upload, session_id, turn_id)
        if known is not None:
            return known
        refuse_finished(session)
        now = self._clock.now()
        recording = Recording(
            id=upload.id,
            learner_id=caller.learner_id,
            session_id=session_id,
            turn_id=turn_id,
            state=RecordingState.PROCESSING,
            media_type=upload.media_type,
            size=upload.size,
            sha256=upload.sha256,
            seconds=0.0,
            idempotency_key=upload.key,
            created_at=now,
            keep_until=now + UNDECIDED,
        )
        try:
            await self._storage.add_recording(recording)
        except Conflict:
            # The same upload came twice at the same time, and the other one was a moment faster.
            known = await self._uploaded_before(caller, upload, session_id, turn_id)
            if known is None:
                raise
            return known
        telemetry.RECORDINGS.labels(upload.media_type).inc()
        if turn_id is not None:
            self._sounds.begin(recording, upload.content)
        else:
            self._sounds.begin_ahead(recording, upload.content)
        return recording

    async def _uploaded_before(
        self, caller: Caller, upload: "Upload", session_id: str, turn_id: str | None
    ) -> Recording | None:
        """The recording of the same key; the second copy of its bytes is dropped."""
        if upload.key is None:
            return None
        known = await self._storage.find_recording_by_key(caller.learner_id, upload.key)
        if known is None:
            return None
        asked_again = (known.sha256, known.session_id) == (upload.sha256, session_id)
        if not asked_again or turn_id not in (None, known.turn_id):
            raise Conflict(
                "This Idempotency-Key was used for another recording; make a new one for each.",
                code="idempotency_key_reused",
                retryable=False,
            )
        await self._recordings.forget_bytes(upload.blob_key)
        return known

    async def clip(self, recording: Recording) -> AudioClip:
        """Its sound: at hand since the upload, or decoded now.

        BadInput codes of the decoder where it cannot be read; NotFound code `audio_not_kept`; TooFast code `busy`.
        """
        return await self._sounds.of(recording)

    async def decoded(self, upload: "Upload") -> AudioClip:
        """The sound of an upload that no recording is made of. As `clip`."""
        content = upload.content or await self._blobs.get(upload.blob_key)
        if content is None:
            raise NotFound("This recording is not kept any more.", code="audio_not_kept")
        return await self._decoder.decode(content)

    async def settle(self) -> None:
        """Returns when nothing is being decoded any more."""
        await self._sounds.settle()


class _Reading:
    """An upload piece by piece, counted and looked at as it passes."""

    def __init__(self, chunks: AsyncIterator[bytes], decoder: AudioDecoder, most_bytes: int) -> None:
        self._chunks = chunks
        self._decoder = decoder
        self._most_bytes = most_bytes
        self.size = 0
        self.media_type = ""
        self.ended = False

    async def piece(self) -> bytes:
        """The next; the last one is smaller than the others. BadInput as of `UploadService.receive`."""
        held, size = list[bytes](), 0
        while size < _PIECE_BYTES:
            chunk = await anext(self._chunks, b"")
            if not chunk:
                self.ended = True
                break
            self.size += len(chunk)
            if self.size > self._most_bytes:
                most = self._most_bytes / 1_000_000
                raise BadInput(f"A recording has at most {most:g} MB.", code="audio_too_large")
            held.append(chunk)
            size += len(chunk)
            if not self.media_type and size >= HEAD_BYTES:
                self._look_at(b"".join(held))
        piece = b"".join(held)
        if not self.media_type:
            self._look_at(piece)
        return piece

    async def all_from(self, first: bytes) -> AsyncIterator[bytes]:
        piece = first
        while piece:
            yield piece
            piece = b"" if self.ended else await self.piece()

    def _look_at(self, beginning: bytes) -> None:
        self.media_type = self._decoder.media_type(beginning[:HEAD_BYTES])
