"""What the server tells a client, one frame each: typed, numbered and small.

A frame is stored in the very words that go over the wire, so a replay is exact. Every frame but
`pong` carries `type`, `seq` and `at`; each fits in FRAME_LIMIT bytes, long texts being cut with an
ellipsis (`GET /koto-api/sessions/{id}/turns/{turn_id}` has them whole).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import UTC, datetime
from typing import ClassVar, Literal

FRAME_LIMIT = 1024
"""Bytes of UTF-8 that a frame stays under."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneRef:
    id: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CueFields:
    emotion: str | None = None
    anim: str | None = None
    prop: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionReady:
    """A snapshot of the session; opens every connection."""

    type: Literal["session_ready"] = "session_ready"
    scene: SceneRef
    pack: SceneRef
    state: Literal["active", "finished", "abandoned"]
    turn: str
    goal: str
    slots: Mapping[str, str | int]
    """Slots that are filled."""
    tries: int
    score: int
    """Mean over the turns finished so far, 0 to 100."""
    last_seq: int
    """Number of the last stored frame: where a replay will have caught up."""

    shrinkable: ClassVar[tuple[str, ...]] = ("goal",)


@dataclass(frozen=True, slots=True, kw_only=True)
class NpcLine:
    """Something an NPC says."""

    type: Literal["npc_line"] = "npc_line"
    turn: str
    line_id: str
    by: str
    """NPC id."""
    ko: str
    meaning: str
    """In the learner's language."""
    romanization: str | None = None
    """Latin letters (Revised Romanization); absent when the pack shows none."""
    tts_url: str
    """Speech of the line; answered before the sound exists."""
    visemes_url: str | None = None
    cue: CueFields
    turn_id: str | None = None
    """The learner's turn that it answers."""

    shrinkable: ClassVar[tuple[str, ...]] = ("romanization", "meaning", "ko")


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """What was heard."""

    type: Literal["transcript"] = "transcript"
    turn_id: str
    text: str
    confidence: float
    heard: Literal["speech", "unheard", "unsure"]
    """`unsure`: nothing is judged until the learner confirms one of `choices`, or what they make of it."""
    audio_id: str | None = None
    """The recording that it was heard in; absent for typed words."""
    choices: tuple[str, ...] | None = None
    """What may have been said, likeliest first."""
    message: str | None = None
    """What the learner is told when it was not heard for certain, in their language."""

    shrinkable: ClassVar[tuple[str, ...]] = ("text", "message")


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationComplete:
    """How well it was said, in one sentence; everything else is fetched with the turn."""

    type: Literal["evaluation_complete"] = "evaluation_complete"
    turn_id: str
    audio_id: str | None = None
    transcript: str
    score: int
    result: Literal["accept", "accept_with_feedback", "retry", "not_scored"]
    feedback: str
    """One sentence in the learner's language."""
    codes: tuple[str, ...]
    corrected: str | None = None
    level: str
    """The speech level that was spoken."""
    tts_url: str | None = None
    """Speech of the NPC's first line in answer."""
    degraded: str | None = None

    shrinkable: ClassVar[tuple[str, ...]] = ("transcript", "corrected", "feedback")


@dataclass(frozen=True, slots=True, kw_only=True)
class HintGiven:
    """A rung of the hint ladder."""

    type: Literal["hint"] = "hint"
    turn: str
    kind: Literal["think", "words", "start", "answer"]
    step: int
    """Which rung of the ladder, from 1."""
    of: int
    """Rungs in all."""
    text: str
    """In the learner's language."""
    ko: str | None = None
    tts_url: str | None = None
    """Speech of the model answer, on the last rung."""

    shrinkable: ClassVar[tuple[str, ...]] = ("text", "ko")


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneEnded:
    """The scene is over."""

    type: Literal["scene_ended"] = "scene_ended"
    ending: str
    result: Literal["pass", "try_again"]
    score: int
    recap_url: str

    shrinkable: ClassVar[tuple[str, ...]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """Something did not work; the socket stays open."""

    type: Literal["error"] = "error"
    code: str
    message: str
    retryable: bool
    turn_id: str | None = None

    shrinkable: ClassVar[tuple[str, ...]] = ("message",)


ServerFrame = SessionReady | NpcLine | Transcript | EvaluationComplete | HintGiven | SceneEnded | Failed


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEvent:
    """A frame as it was and will be sent."""

    session_id: str
    seq: int
    """1, 2, 3 … within the session."""
    type: str
    at: datetime
    frame: str
    """JSON text, under FRAME_LIMIT bytes."""


def store_form(session_id: str, frame: ServerFrame, *, seq: int, at: datetime) -> StoredEvent:
    """The frame, numbered, dated and in the words that go over the wire."""
    return StoredEvent(
        session_id=session_id, seq=seq, type=frame.type, at=at, frame=encode_frame(frame, seq=seq, at=at)
    )


def encode_frame(frame: ServerFrame, *, seq: int, at: datetime) -> str:
    """JSON under FRAME_LIMIT bytes: the longest cuttable text is shortened until the frame fits."""
    text = _json(frame, seq, at)
    while len(text.encode()) >= FRAME_LIMIT:
        longest = max(frame.shrinkable, key=lambda name: len((getattr(frame, name) or "").encode()))
        whole = getattr(frame, longest) or ""
        if not whole:
            raise ValueError(f"a {frame.type} frame does not fit in {FRAME_LIMIT} bytes")
        excess = len(text.encode()) - FRAME_LIMIT + 1
        frame = replace(frame, **{longest: _cut(whole, excess)})  # type: ignore[arg-type]  # text fields only
        text = _json(frame, seq, at)
    return text


def timestamp(at: datetime) -> str:
    """RFC 3339 in UTC with milliseconds."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _cut(text: str, excess_bytes: int) -> str:
    """`text` without its last `excess_bytes` or so, by half at most, and an ellipsis; "" for the last letter."""
    base = text.rstrip("…")
    room = max(0, len(base.encode()) - excess_bytes - len("…".encode()))
    kept = base.encode()[:room].decode(errors="ignore")
    longer = max(kept, base[: len(base) // 2], key=len)
    return longer + "…" if longer else ""


def _json(frame: ServerFrame, seq: int, at: datetime) -> str:
    body: dict[str, object] = {"type": frame.type, "seq": seq, "at": timestamp(at)}
    body |= {name: value for name, value in _plain_fields(frame).items() if name != "type"}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _plain_fields(value: object) -> dict[str, object]:
    """Fields that are set, nested values as objects; absent ones are left out."""
    plain = {}
    for each in fields(value):  # type: ignore[arg-type]  # only called with dataclass instances
        inner = getattr(value, each.name)
        if inner is None:
            continue
        plain[each.name] = _plain_fields(inner) if is_dataclass(inner) else _plain(inner)
    return plain


def _plain(value: object) -> object:
    return dict(value) if isinstance(value, Mapping) else value
