"""Bodies about turns in full, and the frames they brought."""

from dataclasses import asdict
from typing import Annotated, Any

from pydantic import Field

from kotoserver.domain.evaluation import DiffPart, FeedbackItem, SlotState
from kotoserver.domain.receipt import Receipt
from kotoserver.ports.storage import TurnRecord
from kotoserver.services.narration import Narrator
from kotoserver.transport.rest.models.common import Time
from kotoserver.transport.rest.operations import Model


class TurnBody(Model):
    turn_id: str
    """Made by the client; the same one again gives the stored turn."""
    text: str


class FramesAnswer(Model):
    turn_id: str
    frames: list[dict[str, Any]]
    """As documented at /koto-api/frames.json."""


class BarView(Model):
    name: str
    score: int


class SpokenLevelView(Model):
    found: str
    wanted: str
    fit: str
    name: str | None
    """What the learner calls the level that was found."""
    tip: str | None


class SlotReadingView(Model):
    slot: str
    name: str
    state: str
    value: str | int | None
    label: str | None
    heard: str | None


class ItemView(Model):
    code: str
    severity: str
    span: tuple[int, int] | None
    """Code points of the learner's text."""
    params: dict[str, str]
    message: str
    rule: str

    @classmethod
    def of(cls, item: FeedbackItem, message: str) -> "ItemView":
        return cls(
            code=item.code,
            severity=item.severity.value,
            span=(item.span.start, item.span.end) if item.span else None,
            params=dict(item.params),
            message=message,
            rule=item.rule,
        )


class DiffView(Model):
    kind: str
    span: tuple[int, int]
    learner: str
    corrected: str

    @classmethod
    def of(cls, part: DiffPart) -> "DiffView":
        return cls(
            kind=part.kind.value,
            span=(part.span.start, part.span.end),
            learner=part.learner,
            corrected=part.corrected,
        )


class EngineView(Model):
    name: str
    version: str


class ReceiptView(Model):
    stage: str
    """stt, evaluate or tts."""
    provider: str
    milliseconds: float
    first_output_milliseconds: float | None
    fallback: str | None
    """Why it was not the first engine that answered."""
    cached: bool
    audio_seconds: float
    characters: int
    tokens: int
    cost_usd: float

    @classmethod
    def of(cls, receipt: Receipt) -> "ReceiptView":
        return cls.model_validate({**asdict(receipt), "stage": receipt.stage.value})


class TurnAnswer(Model):
    turn_id: str
    number: int
    scene_turn: str
    goal: str
    text: str
    at: Time
    undone: bool
    result: str
    score: int
    bars: list[BarView]
    level: SpokenLevelView
    intent: str | None
    confidence: float
    slots: list[SlotReadingView]
    feedback: str
    items: list[ItemView]
    corrected: str | None
    diff: list[DiffView]
    natural: str | None
    matched_example: str | None
    model: str
    """One good answer, as it could have been said then."""
    model_tts_url: str
    engine: EngineView
    rule: int | None
    go: str
    first_seq: int
    last_seq: int
    timings: dict[str, float]
    """Milliseconds by stage."""
    degraded: str | None
    audio_id: str | None
    """The recording that it was spoken in."""
    receipts: list[ReceiptView]
    """What the engines took that served it, in their order."""

    @classmethod
    def of(cls, record: TurnRecord, narrator: Narrator) -> "TurnAnswer":
        judged = record.evaluation
        model = narrator.model(record.scene_turn, record.before)
        level = narrator.playable.pack.speech_levels.get(judged.level_found.value)
        return cls(
            turn_id=record.turn_id,
            number=record.number,
            scene_turn=record.scene_turn,
            goal=narrator.playable.words.goals[record.scene_turn],
            text=record.text,
            at=record.at,
            undone=record.undone,
            result=judged.verdict.value,
            score=judged.score,
            bars=[BarView(name=bar.name.value, score=bar.score) for bar in judged.bars],
            level=SpokenLevelView(
                found=judged.level_found.value,
                wanted=judged.level_wanted.value,
                fit=judged.speech.value,
                name=level.name if level else None,
                tip=level.tip if level else None,
            ),
            intent=judged.intent,
            confidence=judged.confidence,
            slots=_slot_readings(record, narrator),
            feedback=narrator.feedback(judged, record.scene_turn),
            items=[ItemView.of(item, narrator.message(item, record.scene_turn)) for item in judged.items],
            corrected=judged.corrected,
            diff=[DiffView.of(part) for part in judged.diff],
            natural=judged.natural,
            matched_example=judged.matched_example,
            model=model.ko,
            model_tts_url=narrator.tts_url(model),
            engine=EngineView(name=judged.engine, version=judged.engine_version),
            rule=record.rule,
            go=record.go,
            first_seq=record.first_seq,
            last_seq=record.last_seq,
            timings=dict(record.timings),
            degraded=judged.degraded,
            audio_id=record.audio_id,
            receipts=[ReceiptView.of(receipt) for receipt in record.receipts],
        )


def _slot_readings(record: TurnRecord, narrator: Narrator) -> list[SlotReadingView]:
    return [
        SlotReadingView(
            slot=reading.slot,
            name=narrator.playable.words.slot_names.get(reading.slot, reading.slot),
            state=reading.state.value,
            value=reading.value,
            label=narrator.slot_label(reading.slot, reading.value)
            if reading.state is SlotState.FILLED and reading.value is not None
            else None,
            heard=reading.heard,
        )
        for reading in record.evaluation.slots
    ]


class TurnsAnswer(Model):
    turns: list[TurnAnswer]


class EventsQuery(Model):
    after: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0


class EventsAnswer(Model):
    events: list[dict[str, Any]]
    """Frames as they were sent."""
    last_seq: int
