"""The learner's voice: a recording is heard, and played as a turn.

Whoever asks twice about one recording gets what came of it the first time; no engine is paid twice.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain, islice, zip_longest

from kotoserver import telemetry
from kotoserver.domain.errors import BadInput, Conflict, KotoError
from kotoserver.domain.evaluation import Expectation, expectation_of
from kotoserver.domain.events import StoredEvent
from kotoserver.domain.hearing import MOST_PHRASES, Recognition, RecognitionRequest, is_speech
from kotoserver.domain.learner import Caller
from kotoserver.domain.receipt import Stage
from kotoserver.domain.recording import Recording, RecordingState
from kotoserver.domain.session import Session
from kotoserver.domain.utterance import MAX_CHARACTERS, Spoken, check_turn_id, read_utterance
from kotoserver.korean.heard import NOBODY, HeardAs, Hearing, weigh
from kotoserver.ports.bus import Bus
from kotoserver.ports.clock import Clock
from kotoserver.ports.providers import Recognizer
from kotoserver.ports.storage import Storage
from kotoserver.services.chores import Chores
from kotoserver.services.engine_choices import EngineChoices
from kotoserver.services.limits import LimitsService, Use
from kotoserver.services.play import PlayService, turn_id_reused
from kotoserver.services.recordings import RecordingsService
from kotoserver.services.sessions import refuse_finished
from kotoserver.services.stopwatch import Stopwatch
from kotoserver.services.uploads import Upload, UploadService

_JUDGING_WAIT_SECONDS = 15.0
"""How long a second request about a recording waits for the first."""

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
        bus: Bus,
        uploads: UploadService,
        recordings: RecordingsService,
        recognizer: Recognizer | None,
        play: PlayService,
        clock: Clock,
        choices: EngineChoices | None = None,
        limits: LimitsService | None = None,
    ) -> None:
        """`recognizer` None: recordings are taken and typed words go with them, but nobody hears them here."""
        self._storage = storage
        self._bus = bus
        self._uploads = uploads
        self._recordings = recordings
        self._recognizer = recognizer
        self._play = play
        self._clock = clock
        self._choices = choices or EngineChoices()
        self._limits = limits
        self._chores = Chores()

    @property
    def hears(self) -> bool:
        return self._recognizer is not None

    async def accept(self, caller: Caller, upload: Upload, session_id: str, turn_id: str | None) -> Recording:
        """Makes an upload a recording of this session; with `turn_id` it is played as that turn at once."""
        recording = await self._uploads.accept(caller, upload, session_id, turn_id)
        if recording.turn_id is not None and recording.state is RecordingState.PROCESSING and self.hears:
            self._chores.begin(self._hear_later(caller, recording, recording.turn_id))
        return recording

    async def settle(self) -> None:
        """Returns when every upload that named its turn has been played, and what was heard is forgotten."""
        await self._chores.settle()

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
            recording = await self._recordings.own(caller, audio_id)
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
        """Plays what the learner says that they said in a recording that was not understood for certain.

        The same words again bring the frames of the first time. Conflict codes `turn_id_reused` when the turn was
        played with others, `audio_used` when the recording was played as another turn; TooFast after too many.
        """
        utterance = read_utterance(turn_id, text)
        async with self._bus.lock(f"audio:{audio_id}", wait_seconds=_JUDGING_WAIT_SECONDS):
            recording = await self._recordings.own(caller, audio_id)
            if recording.session_id != session_id:
                raise BadInput("This recording belongs to another session.", code="wrong_session")
            _refuse_second_turn(recording, turn_id)
            if recording.state is RecordingState.PROCESSING and self._limits is not None:  # nobody heard it yet
                await self._limits.count_caller(Use.TURNS, caller)
            spoken = Spoken(audio_id=audio_id, confidence=1.0, receipts=recording.receipts)
            played = await self._play.hear(caller, session_id, replace(utterance, spoken=spoken))
            if not played.fresh and recording.state is RecordingState.HEARD:
                if utterance.text not in (recording.confirmed, played.record.text):
                    raise turn_id_reused()
                return HeardTurn(recording=recording, events=played.events, fresh=False)
            confirmed = replace(recording, receipts=(), confirmed=utterance.text)  # the turn holds them now
            heard = await self._conclude(caller, confirmed, turn_id, RecordingState.HEARD, played.events)
            return replace(heard, fresh=played.fresh)

    async def _hear_now(self, caller: Caller, recording: Recording, turn_id: str, watch: Stopwatch) -> HeardTurn:
        if self._recognizer is None:
            raise BadInput("This server has no speech recognition; send text.", code="no_speech_recognition")
        session = await self._play.session(caller, recording.session_id)
        refuse_finished(session)
        if self._limits is not None:
            await self._limits.count_caller(Use.TURNS, caller)
        clip = await self._uploads.clip(recording)
        recording = replace(recording, media_type=clip.media_type, seconds=round(clip.seconds, 3))
        watch.lap("decode")
        hearing, recognition = NOBODY, None
        if is_speech(clip):
            expected = self._expected(session)
            request = RecognitionRequest(
                clip=clip,
                phrases=likely_phrases(expected),
                payer=caller.learner_id,
                preference=self._choices.preference(session.id, Stage.STT),
            )
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
        receipts = (recognition.receipt,) if recognition and recognition.receipt else ()
        if hearing.heard is not HeardAs.SPEECH:
            events = await self._play.tell_unheard(caller, recording.session_id, turn_id, recording.id, hearing)
            state = RecordingState(hearing.heard.value)
            return await self._conclude(caller, replace(recording, receipts=receipts), turn_id, state, events)
        spoken = Spoken(
            audio_id=recording.id, confidence=hearing.confidence, receipts=receipts, timings=watch.laps()
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
        agreed_until = await self._recordings.kept_until(caller)
        forget = state is not RecordingState.UNSURE and agreed_until is None
        concluded = replace(
            recording,
            turn_id=turn_id,
            state=state,
            kept=recording.kept and not forget,
            keep_until=agreed_until or recording.keep_until,
            first_seq=events[0].seq,
            last_seq=events[-1].seq,
        )
        await self._storage.update_recording(concluded)
        if forget:  # beside what comes next: a disk takes its time to forget; the sweep finds what a crash leaves
            self._chores.begin(self._recordings.forget_bytes(recording.key))
        return HeardTurn(recording=concluded, events=events, fresh=True)

    async def _heard_before(self, recording: Recording) -> HeardTurn:
        first, last = recording.first_seq or 0, recording.last_seq
        events = await self._play.events(recording.session_id, after=first - 1, up_to=last)
        return HeardTurn(recording=recording, events=events, fresh=False)

    async def _hear_later(self, caller: Caller, recording: Recording, turn_id: str) -> None:
        """Plays an upload that named its turn; what breaks is told to whoever listens to the session."""
        with telemetry.turn(recording.session_id, turn_id):
            failure: KotoError
            try:
                heard = await self.hear(caller, recording.session_id, recording.id, turn_id)
                if not heard.fresh:
                    await self._play.tell_again(heard.events)
                return
            except KotoError as error:
                failure = error
                log.warning("an uploaded turn could not be played: %s", failure.code)
            except Exception:  # the outermost rim of a turn that nobody waits for on a connection
                log.exception("an uploaded turn failed in a way nobody expected")
                failure = KotoError("Something went wrong on our side.", code="internal")
            telemetry.ERRORS.labels(failure.code).inc()
            with suppress(KotoError):
                await self._play.report(recording.session_id, caller, failure, turn_id)

    def _expected(self, session: Session) -> Expectation:
        return expectation_of(self._play.playable(session).scene, session.progress.turn)


def _refuse_second_turn(recording: Recording, turn_id: str) -> None:
    if recording.state is RecordingState.HEARD and recording.turn_id != turn_id:
        raise Conflict("This recording was played as another turn.", code="audio_used", retryable=False)


def sentences_of(expectation: Expectation) -> tuple[str, ...]:
    """Everything that the turn gives as a good answer, the likeliest first."""
    model = () if expectation.model is None else (expectation.model,)
    in_turn = zip_longest(*(intent.examples for intent in expectation.intents))
    common = (example for each in expectation.common for example in each.examples)
    return tuple(dict.fromkeys(chain(model, _flat(in_turn), common)))


def likely_phrases(expectation: Expectation) -> tuple[str, ...]:
    """What a recogniser is told to expect: the model answer, then examples of every intent in turn.

    After them come the words of the turn's slots that no sentence says: an engine that reads little is told the
    sentences, which help it most. Words of one syllable are left out: they are heard in too much else (찬, 한).
    """
    sentences = tuple(islice(sentences_of(expectation), MOST_PHRASES))
    told = " ".join(sentences)
    return (*sentences, *(word for word in words_of(expectation) if len(word) > 1 and word not in told))


def words_of(expectation: Expectation) -> tuple[str, ...]:
    """Every way to say what the slots of the turn may hold, the usual one of each choice first."""
    asked = dict.fromkeys(slot for intent in expectation.intents for slot in (*intent.needs, *intent.may_have))
    ways = (way for slot in asked for way in expectation.slots[slot].values.values())
    return tuple(dict.fromkeys(_flat(zip_longest(*ways))))


def _flat(rounds: "Iterator[tuple[str | None, ...]]") -> Iterator[str]:
    for round_ in rounds:
        yield from (sentence for sentence in round_ if sentence is not None)
