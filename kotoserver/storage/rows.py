"""Rows become values and values become rows: one pair of functions for each, and nowhere else."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from kotoserver.domain.audit import Action, AuditEntry
from kotoserver.domain.classroom import Classroom
from kotoserver.domain.errors import StorageFailed
from kotoserver.domain.evaluation import Evaluation
from kotoserver.domain.events import StoredEvent
from kotoserver.domain.learner import Learner, Role, SignIn
from kotoserver.domain.lesson import Lesson
from kotoserver.domain.receipt import Receipt
from kotoserver.domain.recording import Recording, RecordingState
from kotoserver.domain.review import Review, Snapshot
from kotoserver.domain.session import Progress, Session
from kotoserver.domain.speech import SpeechRequest
from kotoserver.ports.sentences import Unmatched
from kotoserver.ports.storage import SpokenLine, TurnRecord
from kotoserver.storage.database import Row, Value, unstorable

T = TypeVar("T")

_EVALUATION: Final = TypeAdapter(Evaluation)
_PROGRESS: Final = TypeAdapter(Progress)
_TIMINGS: Final[TypeAdapter[Mapping[str, float]]] = TypeAdapter(Mapping[str, float])
_RECEIPTS: Final = TypeAdapter(tuple[Receipt, ...])
_SCENES: Final = TypeAdapter(tuple[str, ...])
_DETAILS: Final[TypeAdapter[Mapping[str, str]]] = TypeAdapter(Mapping[str, str])
_SNAPSHOT: Final = TypeAdapter(Snapshot)
_ESCAPED_NUL: Final = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


def learner_row(learner: Learner) -> tuple[Value, ...]:
    return (
        learner.id,
        learner.native,
        learner.name,
        learner.role.value,
        learner.created_at,
        learner.keep_recordings,
        learner.email,
        learner.blocked,
        learner.revision,
        learner.signed_out_at,
        learner_words(learner),
    )


def learner_words(learner: Learner) -> str:
    """What somebody is found by, beside their id."""
    return folded(f"{learner.name or ''} {learner.email or ''}")


def learner_of(row: Row) -> Learner:
    return Learner(
        id=row["learner_id"],
        native=row["native"],
        name=row["name"],
        role=Role(row["role"]),
        created_at=row["created_at"],
        keep_recordings=row["keep_recordings"],
        email=row["email"],
        blocked=row["blocked"],
        revision=row["revision"],
        signed_out_at=row["signed_out_at"],
    )


def sign_in_row(sign_in: SignIn) -> tuple[Value, ...]:
    return (
        sign_in.id,
        sign_in.learner_id,
        sign_in.generation,
        sign_in.created_at,
        sign_in.renewed_at,
        sign_in.expires_at,
    )


def sign_in_of(row: Row) -> SignIn:
    return SignIn(
        id=row["sign_in_id"],
        learner_id=row["learner_id"],
        generation=row["generation"],
        created_at=row["created_at"],
        renewed_at=row["renewed_at"],
        expires_at=row["expires_at"],
    )


def class_of(row: Row) -> Classroom:
    return Classroom(
        id=row["class_id"],
        teacher_id=row["teacher_id"],
        name=row["name"],
        code=row["code"],
        created_at=row["created_at"],
        members=row["members"],
    )


def audit_row(entry: AuditEntry) -> tuple[Value, ...]:
    return (
        entry.id,
        entry.at,
        entry.actor_id,
        entry.action.value,
        entry.subject,
        entry.address,
        _json(_DETAILS, dict(entry.details)),
    )


def audit_of(row: Row) -> AuditEntry:
    return AuditEntry(
        id=row["audit_id"],
        at=row["at"],
        actor_id=row["actor_id"],
        action=Action(row["action"]),
        subject=row["subject"],
        address=row["address"],
        details=_value(_DETAILS, row["details"]),
    )


def lesson_row(lesson: Lesson) -> tuple[Value, ...]:
    return (
        lesson.id,
        lesson.owner_id,
        lesson.title,
        lesson.goal,
        lesson_words(lesson),
        scenes_json(lesson.scenes),
        lesson.published,
        lesson.revision,
        lesson.created_at,
        lesson.updated_at,
    )


def lesson_of(row: Row) -> Lesson:
    return Lesson(
        id=row["lesson_id"],
        owner_id=row["owner_id"],
        title=row["title"],
        goal=row["goal"],
        scenes=_value(_SCENES, row["scenes"]),
        published=row["published"],
        revision=row["revision"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )


def lesson_words(lesson: Lesson) -> str:
    """What a lesson is found by."""
    return folded(f"{lesson.title}\n{lesson.goal}")


def scenes_json(scenes: Sequence[str]) -> str:
    return _json(_SCENES, tuple(scenes))


def review_row(review: Review, snapshot: Snapshot) -> tuple[Value, ...]:
    return (
        review.id,
        review.scene_id,
        review.made_by,
        review.note,
        review.made_at,
        review.expires_at,
        _json(_SNAPSHOT, snapshot),
    )


def review_of(row: Row) -> Review:
    return Review(
        id=row["review_id"],
        scene_id=row["scene_id"],
        made_by=row["made_by"],
        note=row["note"],
        made_at=row["made_at"],
        expires_at=row["expires_at"],
    )


def snapshot_of(row: Row) -> Snapshot:
    return _value(_SNAPSHOT, row["snapshot"])


def session_row(session: Session) -> tuple[Value, ...]:
    return (
        session.id,
        session.learner_id,
        session.scene_id,
        session.scene_version,
        session.pack_id,
        session.pack_version,
        progress_json(session.progress),
        session.revision,
        session.last_seq,
        session.started_at,
        session.updated_at,
        session.lesson_id,
    )


def session_of(row: Row) -> Session:
    return Session(
        id=row["session_id"],
        learner_id=row["learner_id"],
        scene_id=row["scene_id"],
        scene_version=row["scene_version"],
        pack_id=row["pack_id"],
        pack_version=row["pack_version"],
        progress=_value(_PROGRESS, row["progress"]),
        revision=row["revision"],
        last_seq=row["last_seq"],
        started_at=row["started_at"],
        updated_at=row["updated_at"],
        lesson_id=row["lesson_id"],
    )


def turn_row(turn: TurnRecord) -> tuple[Value, ...]:
    return (
        turn.session_id,
        turn.turn_id,
        turn.number,
        turn.scene_turn,
        turn.text,
        folded(turn.text),
        _json(_EVALUATION, turn.evaluation),
        turn.rule,
        turn.go,
        progress_json(turn.before),
        turn.first_seq,
        turn.last_seq,
        timings_json(turn.timings),
        turn.at,
        turn.undone,
        turn.audio_id,
        receipts_json(turn.receipts),
    )


def turn_of(row: Row) -> TurnRecord:
    return TurnRecord(
        session_id=row["session_id"],
        turn_id=row["turn_id"],
        number=row["number"],
        scene_turn=row["scene_turn"],
        text=row["text"],
        evaluation=_value(_EVALUATION, row["evaluation"]),
        rule=row["rule"],
        go=row["go"],
        before=_value(_PROGRESS, row["before"]),
        first_seq=row["first_seq"],
        last_seq=row["last_seq"],
        timings=_value(_TIMINGS, row["timings"]),
        at=row["at"],
        undone=row["undone"],
        audio_id=row["audio_id"],
        receipts=_value(_RECEIPTS, row["receipts"]),
    )


def unmatched_of(row: Row) -> Unmatched:
    return Unmatched(
        turn=row["scene_turn"],
        text=row["text"],
        learner_id=row["learner_id"],
        times=row["times"],
        last_at=_moment(row["last_at"]),
    )


def _moment(value: datetime | str) -> datetime:
    """SQLite knows the type of a column, and not of the greatest of many."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def recording_row(recording: Recording) -> tuple[Value, ...]:
    return (
        recording.id,
        recording.learner_id,
        recording.session_id,
        recording.turn_id,
        recording.state.value,
        recording.media_type,
        recording.size,
        recording.sha256,
        recording.seconds,
        recording.idempotency_key,
        recording.created_at,
        recording.keep_until,
        recording.kept,
        recording.first_seq,
        recording.last_seq,
        recording.failure,
    )


def recording_outcome(recording: Recording) -> tuple[Value, ...]:
    return (
        recording.id,
        recording.turn_id,
        recording.state.value,
        recording.media_type,
        recording.seconds,
        recording.keep_until,
        recording.kept,
        recording.first_seq,
        recording.last_seq,
        receipts_json(recording.receipts),
        recording.confirmed,
    )


def recording_of(row: Row) -> Recording:
    return Recording(
        id=row["audio_id"],
        learner_id=row["learner_id"],
        session_id=row["session_id"],
        turn_id=row["turn_id"],
        state=RecordingState(row["state"]),
        media_type=row["media_type"],
        size=row["size"],
        sha256=row["sha256"],
        seconds=row["seconds"],
        idempotency_key=row["idempotency_key"],
        created_at=row["created_at"],
        keep_until=row["keep_until"],
        kept=row["kept"],
        first_seq=row["first_seq"],
        last_seq=row["last_seq"],
        failure=row["failure"],
        receipts=_value(_RECEIPTS, row["receipts"]),
        confirmed=row["confirmed"],
    )


def event_row(event: StoredEvent) -> tuple[Value, ...]:
    return event.session_id, event.seq, event.type, event.at, event.frame


def event_of(row: Row) -> StoredEvent:
    return StoredEvent(
        session_id=row["session_id"], seq=row["seq"], type=row["type"], at=row["at"], frame=row["frame"]
    )


def speech_row(spoken: SpokenLine) -> tuple[Value, ...]:
    return spoken.key, spoken.request.text, spoken.request.voice, spoken.request.rate


def speech_of(row: Row) -> SpeechRequest:
    return SpeechRequest(text=row["text"], voice=row["voice"], rate=row["rate"])


def progress_json(progress: Progress) -> str:
    return _json(_PROGRESS, progress)


def timings_json(timings: Mapping[str, float]) -> str:
    return _json(_TIMINGS, dict(timings))


def receipts_json(receipts: Sequence[Receipt]) -> str:
    return _json(_RECEIPTS, tuple(receipts))


def folded(text: str) -> str:
    """The text as it is searched: Hangul composed, letters without case, alike on every database."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def holding(words: str) -> str:
    r"""A LIKE pattern (escape character `\`) for folded texts in which `words` occurs literally."""
    literal = re.sub(r"([\\%_])", r"\\\1", folded(words))
    return f"%{literal}%"


def phrase(words: str) -> str:
    """A query of FTS5 for folded texts in which `words` occurs literally."""
    literal = folded(words).replace('"', '""')
    return f'"{literal}"'


def _json(adapter: TypeAdapter[T], value: T) -> str:
    """Compact JSON. A read-only mapping is written as the dict that it wraps, hence `fallback`."""
    try:
        text = adapter.dump_json(value, fallback=dict, warnings=False).decode()
    except PydanticSerializationError:  # half of a surrogate pair
        raise unstorable() from None
    if "\\u0000" in text and _ESCAPED_NUL.search(text):
        raise unstorable()
    return text


def _value(adapter: TypeAdapter[T], text: str) -> T:
    """What was stored. StorageFailed for JSON of another shape, without its words: they are a learner's."""
    try:
        return adapter.validate_json(text)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise StorageFailed(
            f"A stored value does not have the shape this version reads: {place}: {first['msg']}.", retryable=False
        ) from None
