"""The learner's voice: a recording is kept, heard, and played as a turn.

An upload is read, checked and decoded before it is answered, so a recording that cannot be used is refused
at once and the sound is at hand when its turn comes. Whoever asks twice about one recording gets what came
of it the first time; no engine is paid twice.
"""

import asyncio
import hashlib
import logging
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import chain, islice, zip_longest

from kotoserver import telemetry
from kotoserver.domain.errors import BadInput, Conflict, KotoError, NotAllowed, NotFound, StorageFailed
from kotoserver.domain.evaluation import Expectation, expectation_of
from kotoserver.domain.events import StoredEvent
from kotoserver.domain.hearing import MOST_PHRASES, AudioClip, Recognition, RecognitionRequest, is_speech
from kotoserver.domain.learner import Caller
from kotoserver.domain.recording import Recording, RecordingState, recordings_of
from kotoserver.domain.session import Session
from kotoserver.domain.utterance import MAX_CHARACTERS, Spoken, check_turn_id, read_utterance
from kotoserver.korean.heard import NOBODY, HeardAs, Hearing, weigh
from kotoserver.ports.blobs import BlobStore
from kotoserver.ports.bus import Bus
from kotoserver.ports.clock import Clock
from kotoserver.ports.providers import AudioDecoder, Recognizer
from kotoserver.ports.storage import Storage
from kotoserver.services.chores import Chores
from kotoserver.services.ids import new_id
from kotoserver.services.play import PlayService, turn_id_reused
from kotoserver.services.sessions import refuse_finished
from kotoserver.services.stopwatch import Stopwatch
from kotoserver.settings import UploadSettings

LINK_SECONDS = 3600
"""How long an address of a recording works that was handed out."""
_JUDGING_WAIT_SECONDS = 15.0
"""How long a second request about a recording waits for the first."""
_UNDECIDED = timedelta(hours=1)
"""How long a recording waits for its turn, and for the learner's word on what they said."""
_CLIPS_SECONDS = 300.0
"""Decoded sound held for turns that are about to come, in all."""
_SWEEP_SECONDS = 600.0
_KEY_LENGTH = 200

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardTurn:
    """What came of a recording."""

    recording: Recording
    events: Sequence[StoredEvent]
    """The frames by which it was answered."""
    fresh: bool
    """False when it had been answered before."""


class VoiceService:
    def __init__(
        self,
        *,
        storage: Storage,
        blobs: BlobStore,
        bus: Bus,
        decoder: AudioDecoder,
        recognizer: Recognizer | None,
        play: PlayService,
        clock: Clock,
        uploads: UploadSettings,
    ) -> None:
        """`recognizer` None: recordings are kept and typed words go with them, but nobody hears them here."""
        self._storage = storage
        self._blobs = blobs
        self._bus = bus
        self._decoder = decoder
        self._recognizer = recognizer
        self._play = play
        self._clock = clock
        self._uploads = uploads
        self._clips = _RecentClips()
        self._chores = Chores()
        self._sweeper: asyncio.Task[None] | None = None

    @property
    def hears(self) -> bool:
        return self._recognizer is not None

    # ── uploading ────────────────────────────────────────────────────────────────────────────

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
        counted = _Counted(chunks, self._uploads.most_bytes)
        await self._blobs.put_stream(upload.blob_key, counted.read(), "application/octet-stream")
        upload.size, upload.sha256 = counted.size, counted.digest.hexdigest()
        try:
            upload.clip = await self._decode(upload.blob_key)
        except BaseException:
            await self._forget_bytes(upload.blob_key)
            raise
        return upload

    async def accept(self, caller: Caller, upload: "Upload", session_id: str, turn_id: str | None) -> Recording:
        """Makes the upload a recording of this session; with `turn_id` it is played as that turn at once.

        The same idempotency key again gives the recording of the first time. Conflict code
        `idempotency_key_reused` when it came with other bytes then.
        """
        try:
            recording = await self._note(caller, upload, session_id, turn_id)
        except BaseException:
            await self._forget_bytes(upload.blob_key)
            raise
        if recording.turn_id is not None and recording.state is RecordingState.PROCESSING and self.hears:
            self._chores.begin(self._hear_later(caller, recording, recording.turn_id))
        return recording

    async def discard(self, upload: "Upload") -> None:
        """Forgets an upload that was read and is not wanted."""
        await self._forget_bytes(upload.blob_key)

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
            keep_until=now + _UNDECIDED,
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
        await self._forget_bytes(upload.blob_key)
        return known

    # ── hearing ──────────────────────────────────────────────────────────────────────────────

    async def hear(self, caller: Caller, session_id: str, audio_id: str, turn_id: str | None = None) -> HeardTurn:
        """Hears a recording and plays it as a turn; one that was heard before brings its frames again.

        The turn's id is the given one, else that of the upload, else the recording's own. NotFound code
        `no_such_audio`, BadInput codes `no_speech_recognition`, `wrong_session`; ProviderFailed when nobody
        could hear it now: the recording stays and may be asked about again.
        """
        if turn_id is not None:
            check_turn_id(turn_id)
        watch = Stopwatch(self._clock)
        async with self._bus.lock(f"audio:{audio_id}", wait_seconds=_JUDGING_WAIT_SECONDS):
            recording = await self.recording(caller, audio_id)
            if recording.session_id != session_id:
                raise BadInput("This recording belongs to another session.", code="wrong_session")
            if recording.first_seq is not None:
                return await self._heard_before(recording)
            watch.lap("queue_voice")
            turn = turn_id or recording.turn_id or audio_id
            stored = await self._stored_turn(caller, recording, turn)
            return stored or await self._hear_now(caller, recording, turn, watch)

    async def _stored_turn(self, caller: Caller, recording: Recording, turn_id: str) -> HeardTurn | None:
        """The turn that was stored by a server that died before it noted what became of the recording.

        Conflict code `turn_id_reused` when the turn is another one.
        """
        turn = await self._storage.find_turn(recording.session_id, turn_id)
        if turn is None:
            return None
        if turn.audio_id != recording.id:
            raise turn_id_reused()
        events = await self._play.events(recording.session_id, after=turn.first_seq - 1, up_to=turn.last_seq)
        heard = await self._conclude(caller, recording, turn_id, RecordingState.HEARD, events)
        return replace(heard, fresh=False)

    async def confirm(self, caller: Caller, session_id: str, turn_id: str, text: str, audio_id: str) -> HeardTurn:
        """Plays what the learner says that they said in a recording that was not understood for certain."""
        utterance = read_utterance(turn_id, text)
        recording = await self.recording(caller, audio_id)
        if recording.session_id != session_id:
            raise BadInput("This recording belongs to another session.", code="wrong_session")
        spoken = Spoken(audio_id=audio_id, confidence=1.0)
        played = await self._play.hear(caller, session_id, replace(utterance, spoken=spoken))
        if not played.fresh:
            return HeardTurn(recording=recording, events=played.events, fresh=False)
        return await self._conclude(caller, recording, turn_id, RecordingState.HEARD, played.events)

    async def _hear_now(self, caller: Caller, recording: Recording, turn_id: str, watch: Stopwatch) -> HeardTurn:
        if self._recognizer is None:
            raise BadInput("This server has no speech recognition; send text.", code="no_speech_recognition")
        session = await self._play.session(caller, recording.session_id)
        refuse_finished(session)
        clip = self._clips.take(recording.id) or await self._decode(recording.key)
        watch.lap("decode")
        hearing, recognition = NOBODY, None
        if is_speech(clip):
            expected = self._expected(session)
            request = RecognitionRequest(clip=clip, phrases=likely_phrases(expected), payer=caller.learner_id)
            recognition = await self._recognizer.recognize(request)
            watch.lap("stt")
            hearing = weigh(recognition, clip, sentences_of(expected))
        telemetry.HEARD.labels(hearing.heard.value).inc()
        return await self._play_heard(caller, recording, turn_id, hearing, recognition, watch)

    async def _play_heard(
        self,
        caller: Caller,
        recording: Recording,
        turn_id: str,
        hearing: Hearing,
        recognition: Recognition | None,
        watch: Stopwatch,
    ) -> HeardTurn:
        if hearing.heard is not HeardAs.SPEECH:
            events = await self._play.tell_unheard(caller, recording.session_id, turn_id, recording.id, hearing)
            state = RecordingState(hearing.heard.value)
            return await self._conclude(caller, recording, turn_id, state, events)
        receipt = recognition.receipt if recognition else None
        spoken = Spoken(
            audio_id=recording.id,
            confidence=hearing.confidence,
            receipts=(receipt,) if receipt else (),
            timings=watch.laps(),
        )
        utterance = read_utterance(turn_id, hearing.text[:MAX_CHARACTERS])
        played = await self._play.hear(caller, recording.session_id, replace(utterance, spoken=spoken))
        return await self._conclude(caller, recording, turn_id, RecordingState.HEARD, played.events)

    async def _conclude(
        self,
        caller: Caller,
        recording: Recording,
        turn_id: str,
        state: RecordingState,
        events: Sequence[StoredEvent],
    ) -> HeardTurn:
        """Notes what came of it. What was judged is kept only of those who agreed to it."""
        learner = await self._storage.find_learner(caller.learner_id)
        agreed = learner is not None and learner.keep_recordings
        forget = state is not RecordingState.UNSURE and not agreed
        kept_for = timedelta(days=self._uploads.kept_days)
        concluded = replace(
            recording,
            turn_id=turn_id,
            state=state,
            kept=recording.kept and not forget,
            keep_until=self._clock.now() + kept_for if agreed else recording.keep_until,
            first_seq=events[0].seq,
            last_seq=events[-1].seq,
        )
        if forget:
            await self._forget_bytes(recording.key)
        await self._storage.update_recording(concluded)
        return HeardTurn(recording=concluded, events=events, fresh=True)

    async def _heard_before(self, recording: Recording) -> HeardTurn:
        first, last = recording.first_seq or 0, recording.last_seq
        events = await self._play.events(recording.session_id, after=first - 1, up_to=last)
        return HeardTurn(recording=recording, events=events, fresh=False)

    async def _hear_later(self, caller: Caller, recording: Recording, turn_id: str) -> None:
        """Plays an upload that named its turn; what breaks is told to whoever listens to the session."""
        with telemetry.log_ids(session_id=recording.session_id, turn_id=turn_id):
            try:
                await self.hear(caller, recording.session_id, recording.id, turn_id)
            except KotoError as failure:
                telemetry.ERRORS.labels(failure.code).inc()
                log.warning("an uploaded turn could not be played: %s", failure.code)
                with suppress(KotoError):
                    await self._play.report(recording.session_id, caller, failure, turn_id)

    def _expected(self, session: Session) -> Expectation:
        return expectation_of(self._play.playable(session).scene, session.progress.turn)

    async def _decode(self, key: str) -> AudioClip:
        content = await self._blobs.get(key)
        if content is None:
            raise NotFound("This recording is not kept any more.", code="audio_not_kept")
        return await self._decoder.decode(content)

    # ── giving back ──────────────────────────────────────────────────────────────────────────

    async def recording(self, caller: Caller, audio_id: str) -> Recording:
        """One of the caller's own. NotFound code `no_such_audio`; NotAllowed when it is somebody else's."""
        recording = await self._storage.find_recording(audio_id)
        if recording is None:
            raise NotFound("There is no such recording.", code="no_such_audio")
        if recording.learner_id != caller.learner_id:
            raise NotAllowed("This recording belongs to somebody else.")
        return recording

    async def link(self, caller: Caller, audio_id: str) -> str | None:
        """An address of the bytes that works for an hour; None where the server must send them itself."""
        recording = await self._kept(caller, audio_id)
        return await self._blobs.presigned_url(recording.key, LINK_SECONDS)

    async def content(self, caller: Caller, audio_id: str) -> tuple[Recording, bytes]:
        """The bytes. NotFound code `audio_not_kept`."""
        recording = await self._kept(caller, audio_id)
        content = await self._blobs.get(recording.key)
        if content is None:
            raise NotFound("This recording is not kept any more.", code="audio_not_kept")
        if hashlib.sha256(content).hexdigest() != recording.sha256:
            raise StorageFailed("The recording is not what was stored; tell the operator.", retryable=False)
        return recording, content

    async def _kept(self, caller: Caller, audio_id: str) -> Recording:
        recording = await self.recording(caller, audio_id)
        if not recording.kept:
            raise NotFound("This recording is not kept any more.", code="audio_not_kept")
        return recording

    # ── forgetting ───────────────────────────────────────────────────────────────────────────

    async def erase_session(self, caller: Caller, session_id: str) -> None:
        """Forgets the session, and all that was said in it with the sound of it."""
        await self._play.session(caller, session_id)
        recordings = await self._storage.list_recordings(session_id)
        await self._play.erase(caller, session_id)
        for recording in recordings:
            await self._blobs.delete(recording.key)

    async def agree(self, caller: Caller, keep_recordings: bool) -> None:
        """Notes whether the learner's recordings may be kept; taking it back forgets those that were."""
        await self._storage.set_consent(caller.learner_id, keep_recordings)
        if not keep_recordings:
            await self.erase_learner(caller)
            await self._storage.forget_recordings(caller.learner_id)

    async def erase_learner(self, caller: Caller) -> None:
        """Forgets every recording of the learner, also one that is being uploaded."""
        async for info in self._blobs.list(recordings_of(caller.learner_id)):
            await self._blobs.delete(info.key)

    async def forget_overdue(self) -> int:
        """Removes recordings whose time is over; how many."""
        forgotten = 0
        while overdue := await self._storage.list_overdue_recordings(self._clock.now()):
            for recording in overdue:
                await self._blobs.delete(recording.key)
                await self._storage.erase_recording(recording.id)
            forgotten += len(overdue)
        return forgotten

    async def _forget_bytes(self, key: str) -> None:
        try:
            await self._blobs.delete(key)
        except StorageFailed as failure:
            log.warning("a recording could not be dropped: %s", failure.message)

    # ── living ───────────────────────────────────────────────────────────────────────────────

    def open(self) -> None:
        """Begins to forget what is overdue."""
        self._sweeper = asyncio.create_task(self._sweep())

    async def close(self) -> None:
        """Ends what is under way."""
        if self._sweeper is not None:
            self._sweeper.cancel()
            await asyncio.gather(self._sweeper, return_exceptions=True)
        await self._chores.settle()

    async def settle(self) -> None:
        """Returns when every upload that named its turn has been played."""
        await self._chores.settle()

    async def _sweep(self) -> None:
        while True:
            try:
                await self.forget_overdue()
            except KotoError as failure:
                log.warning("overdue recordings could not be forgotten: %s", failure.code)
            await asyncio.sleep(_SWEEP_SECONDS)


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


class _Counted:
    """The chunks of an upload, counted and digested as they pass; BadInput `audio_too_large`."""

    def __init__(self, chunks: AsyncIterator[bytes], most_bytes: int) -> None:
        self._chunks = chunks
        self._most_bytes = most_bytes
        self.size = 0
        self.digest = hashlib.sha256()

    async def read(self) -> AsyncIterator[bytes]:
        async for chunk in self._chunks:
            self.size += len(chunk)
            if self.size > self._most_bytes:
                most = self._most_bytes / 1_000_000
                raise BadInput(f"A recording has at most {most:g} MB.", code="audio_too_large")
            self.digest.update(chunk)
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


def sentences_of(expectation: Expectation) -> tuple[str, ...]:
    """Everything that the turn gives as a good answer, the likeliest first."""
    model = () if expectation.model is None else (expectation.model,)
    in_turn = zip_longest(*(intent.examples for intent in expectation.intents))
    common = (example for each in expectation.common for example in each.examples)
    return tuple(dict.fromkeys(chain(model, _flat(in_turn), common)))


def likely_phrases(expectation: Expectation) -> tuple[str, ...]:
    """What a recogniser is told to expect: the model answer, then examples of every intent in turn."""
    return tuple(islice(sentences_of(expectation), MOST_PHRASES))


def _flat(rounds: "Iterator[tuple[str | None, ...]]") -> Iterator[str]:
    for round_ in rounds:
        yield from (sentence for sentence in round_ if sentence is not None)
