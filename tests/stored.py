"""Things to store, as small as they can be and valid; change what matters with `replace`."""

from datetime import UTC, datetime, timedelta

from kotoserver.domain.evaluation import Bar, BarName, Evaluation, Verdict
from kotoserver.domain.events import StoredEvent
from kotoserver.domain.learner import Learner, Role
from kotoserver.domain.levels import SpeechFit, SpeechLevel
from kotoserver.domain.recording import Recording, RecordingState
from kotoserver.domain.session import Progress, Session
from kotoserver.domain.speech import SpeechRequest
from kotoserver.ports.storage import SpokenLine, TurnRecord

BEGINNING = datetime(2026, 3, 1, 9, 30, 0, 123456, tzinfo=UTC)


def learner(learner_id: str = "lrn_1") -> Learner:
    return Learner(id=learner_id, native="id", name="Sari", role=Role.LEARNER, created_at=BEGINNING)


def session(session_id: str = "sess_1", *, learner_id: str = "lrn_1", minute: int = 0) -> Session:
    """A session at revision 1 without events, begun at that minute."""
    at = BEGINNING + timedelta(minutes=minute)
    return Session(
        id=session_id,
        learner_id=learner_id,
        scene_id="cafe",
        scene_version=3,
        pack_id="ko-id",
        pack_version=2,
        progress=Progress(turn="order"),
        revision=1,
        last_seq=0,
        started_at=at,
        updated_at=at,
    )


def evaluation(text: str) -> Evaluation:
    return Evaluation(
        text=text,
        intent="order_drink",
        confidence=0.9375,
        verdict=Verdict.ACCEPT,
        score=91,
        bars=(Bar(name=BarName.TASK, score=100), Bar(name=BarName.LANGUAGE, score=82)),
        level_found=SpeechLevel.HAEYO,
        level_wanted=SpeechLevel.HAEYO,
        speech=SpeechFit.FITS,
        slots=(),
        matched_example=None,
        corrected=None,
        diff=(),
        items=(),
        natural=None,
        engine="local",
        engine_version="1",
    )


def turn(number: int = 1, text: str = "아메리카노 한 잔 주세요.", *, session_id: str = "sess_1") -> TurnRecord:
    """The turn that produced the events 2·number - 1 and 2·number."""
    return TurnRecord(
        session_id=session_id,
        turn_id=f"turn_{number}",
        number=number,
        scene_turn="order",
        text=text,
        evaluation=evaluation(text),
        rule=0,
        go="pay",
        before=Progress(turn="order"),
        first_seq=2 * number - 1,
        last_seq=2 * number,
        timings={"evaluate": 1.5, "decide": 0.25},
        at=BEGINNING + timedelta(seconds=number),
    )


def recording(audio_id: str = "aud_1", *, key: str | None = None, minute: int = 0) -> Recording:
    """One of the first learner's first session, uploaded at that minute and kept for an hour."""
    at = BEGINNING + timedelta(minutes=minute)
    return Recording(
        id=audio_id,
        learner_id="lrn_1",
        session_id="sess_1",
        turn_id=None,
        state=RecordingState.PROCESSING,
        media_type="audio/webm",
        size=12_345,
        sha256="ab" * 32,
        seconds=2.5,
        idempotency_key=key,
        created_at=at,
        keep_until=at + timedelta(hours=1),
    )


def event(seq: int, *, session_id: str = "sess_1") -> StoredEvent:
    frame = f'{{"type":"npc_line","seq":{seq},"ko":"네, 여기 있습니다 ☕️"}}'
    return StoredEvent(
        session_id=session_id, seq=seq, type="npc_line", at=BEGINNING + timedelta(seconds=seq), frame=frame
    )


def spoken(key: str = "key_1", text: str = "어서 오세요!") -> SpokenLine:
    return SpokenLine(key=key, request=SpeechRequest(text=text, voice="ko-f-02", rate=0.7))
