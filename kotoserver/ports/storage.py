"""What is remembered: learners, sessions, turns, events, and what each speech key says."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from kotoserver.domain.evaluation import Evaluation
from kotoserver.domain.events import StoredEvent
from kotoserver.domain.receipt import Receipt
from kotoserver.domain.recording import Recording
from kotoserver.domain.session import Progress, Session, SessionState
from kotoserver.domain.speech import SpeechRequest
from kotoserver.ports.lessons import LessonStore
from kotoserver.ports.members import MemberStore
from kotoserver.ports.reviews import ReviewStore
from kotoserver.ports.sentences import SentenceStore

EVERYBODY = ""
"""The payer under whom what all learners cost together is booked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnRecord:
    """One utterance with all that came of it."""

    session_id: str
    turn_id: str
    """The client's own id: sending it twice gives the stored turn."""
    number: int
    """1, 2, 3 … within the session."""
    scene_turn: str
    text: str
    evaluation: Evaluation
    rule: int | None
    """Index of the scene's rule that was taken."""
    go: str
    before: Progress
    """Where the session stood; what `retry` goes back to."""
    first_seq: int
    last_seq: int
    """The frames it produced, both ends included."""
    timings: Mapping[str, float]
    """Milliseconds by stage."""
    at: datetime
    undone: bool = False
    """True once the learner took the turn back."""
    audio_id: str | None = None
    """The recording that it was spoken in; None for a typed turn."""
    receipts: tuple[Receipt, ...] = ()
    """What the engines took that served it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenLine:
    """What a speech key stands for."""

    key: str
    request: SpeechRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPage:
    sessions: tuple[Session, ...]
    """Newest first."""
    next_before: datetime | None
    """Pass as `before` for the next page; None on the last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionFilter:
    """Which sessions are wanted; empty fields want all."""

    teacher_id: str = ""
    """Those of this teacher's learners; only where everybody's are asked for."""
    state: SessionState | None = None
    scene_id: str = ""
    lesson_id: str = ""


ALL = SessionFilter()


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaState:
    applied: tuple[str, ...]
    """Names of the migrations that the database has; none where there is no schema yet."""
    missing: tuple[str, ...]
    """Names of those that the next start applies."""
    newer: tuple[str, ...]
    """Names of what a newer version has added."""


class Storage(MemberStore, LessonStore, SentenceStore, ReviewStore):
    """Every method raises StorageFailed when the database does not answer."""

    @abstractmethod
    async def open_session(
        self, session: Session, events: Sequence[StoredEvent], spoken: Sequence[SpokenLine]
    ) -> None:
        """Stores a new session with its first events, in one transaction."""

    @abstractmethod
    async def save_session(
        self,
        session: Session,
        *,
        read_at: int,
        events: Sequence[StoredEvent] = (),
        turn: TurnRecord | None = None,
        undo_turn: str | None = None,
        spoken: Sequence[SpokenLine] = (),
    ) -> None:
        """Stores the session as it is now with all that goes with it, in one transaction.

        `read_at` is the revision the caller read. Raises Conflict (nothing is stored) when the stored
        session is at another one; NotFound when there is none any more. `undo_turn` marks that turn as
        taken back.
        """

    @abstractmethod
    async def find_session(self, session_id: str) -> Session | None: ...

    @abstractmethod
    async def list_sessions(
        self,
        learner_id: str | None,
        *,
        words: str | None = None,
        only: SessionFilter = ALL,
        before: datetime | None = None,
        limit: int = 20,
    ) -> SessionPage:
        """A learner's sessions, or with None everybody's; with `words`, those in which an utterance holds
        that text (any case)."""

    @abstractmethod
    async def list_stale_sessions(self, since: datetime, limit: int = 100) -> Sequence[tuple[str, str]]:
        """Session and learner ids of those in which nothing happened since, some of the oldest."""

    @abstractmethod
    async def erase_session(self, session_id: str) -> None:
        """Removes the session with its turns and events."""

    @abstractmethod
    async def find_turn(self, session_id: str, turn_id: str) -> TurnRecord | None: ...

    @abstractmethod
    async def last_turn(self, session_id: str) -> TurnRecord | None:
        """The latest turn that was not taken back."""

    @abstractmethod
    async def list_turns(self, session_id: str) -> Sequence[TurnRecord]:
        """In order; turns that were taken back included."""

    @abstractmethod
    async def add_timings(self, session_id: str, turn_id: str, timings: Mapping[str, float]) -> None:
        """Adds stages to a stored turn's timings, replacing those of the same name."""

    @abstractmethod
    async def set_receipts(self, session_id: str, turn_id: str, receipts: Sequence[Receipt]) -> None:
        """Replaces a stored turn's receipts."""

    @abstractmethod
    async def add_recording(self, recording: Recording) -> None:
        """Raises Conflict when its learner has uploaded one under the same idempotency key."""

    @abstractmethod
    async def find_recording(self, audio_id: str) -> Recording | None: ...

    @abstractmethod
    async def find_recording_by_key(self, learner_id: str, idempotency_key: str) -> Recording | None: ...

    @abstractmethod
    async def list_recordings(self, session_id: str) -> Sequence[Recording]:
        """In the order in which they were uploaded."""

    @abstractmethod
    async def list_overdue_recordings(self, at: datetime, limit: int = 100) -> Sequence[Recording]:
        """Those whose `keep_until` lies before `at`, the most overdue first."""

    @abstractmethod
    async def update_recording(self, recording: Recording) -> None:
        """Stores what became of it; one that was erased meanwhile stays erased."""

    @abstractmethod
    async def fail_recording(self, audio_id: str, failure: str) -> None:
        """Notes the code of why it cannot be read, and that its bytes are gone.

        A recording of which something came meanwhile stays as it is.
        """

    @abstractmethod
    async def forget_recordings(self, learner_id: str) -> None:
        """Notes that the bytes of all recordings of a learner are gone."""

    @abstractmethod
    async def erase_recording(self, audio_id: str) -> None:
        """Forgets that there was one."""

    @abstractmethod
    async def list_events(
        self, session_id: str, *, after: int = 0, up_to: int | None = None, limit: int = 500
    ) -> Sequence[StoredEvent]:
        """Events with `after` < seq <= `up_to`, in order."""

    @abstractmethod
    async def remember_speech(self, spoken: Sequence[SpokenLine]) -> None:
        """Notes what the keys say; known keys are left as they are."""

    @abstractmethod
    async def find_speech(self, key: str) -> SpeechRequest | None: ...

    @abstractmethod
    async def add_spending(self, day: date, usd_by_payer: Mapping[str, float]) -> None:
        """Adds to what each spent that day, for all of them or none. The payer is a learner's id, or EVERYBODY."""

    @abstractmethod
    async def find_spending(self, day: date, payer: str) -> float:
        """What the payer spent that day, in US dollars."""

    @abstractmethod
    async def forget_spending(self, before: date) -> None:
        """Forgets what each learner cost before that day; what everybody cost together is kept."""

    @abstractmethod
    async def migrate(self) -> Sequence[str]:
        """Brings the schema up to date under a lock; returns the names of the migrations applied."""

    @abstractmethod
    async def schema(self) -> SchemaState:
        """How the schema stands to this program; changes nothing, and makes no database where there is none.

        BadSettings where `migrate` would refuse.
        """

    @abstractmethod
    async def clock(self) -> datetime | None:
        """What time it is on the database's machine; None where that is this one."""

    @abstractmethod
    async def check(self) -> None:
        """Raises StorageFailed when the database cannot be used."""

    @abstractmethod
    async def check_writing(self) -> None:
        """Raises StorageFailed when a write that changes nothing is refused."""

    @abstractmethod
    async def close(self) -> None: ...
