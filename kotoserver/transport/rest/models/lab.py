"""Bodies of the provider lab."""

from base64 import b64encode
from collections.abc import Iterable, Mapping
from typing import Annotated

from pydantic import Field, StringConstraints

from kotoserver.domain.engines import Fault, FaultKind
from kotoserver.domain.hearing import Recognition
from kotoserver.domain.receipt import Stage
from kotoserver.domain.speech import AudioFormat
from kotoserver.services.lab import LabEngine, SpokenSample, Tried
from kotoserver.transport.rest.models.common import ContentId, ErrorBody, Time
from kotoserver.transport.rest.models.turns import ReceiptView
from kotoserver.transport.rest.operations import Model

EngineName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,31}$")]


class FaultView(Model):
    kind: FaultKind
    questions: int | None
    """How many more it breaks; null: all, until somebody mends it."""

    @classmethod
    def of(cls, fault: Fault) -> "FaultView":
        return cls(kind=fault.kind, questions=fault.questions)


class LabEngineView(Model):
    stage: Stage
    name: str
    resting: bool
    """It failed too often, and others are asked meanwhile."""
    failures: int
    """In a row."""
    since: Time | None
    """When it was left alone."""
    asked_now: int
    p50_seconds: float | None
    """Of its last 100 answers; null while fewer than 20 are known."""
    p95_seconds: float | None
    fault: FaultView | None

    @classmethod
    def of(cls, engine: LabEngine) -> "LabEngineView":
        state = engine.state
        return cls(
            stage=state.stage,
            name=state.name,
            resting=state.resting,
            failures=state.failures,
            since=state.since,
            asked_now=state.asked_now,
            p50_seconds=state.p50_seconds,
            p95_seconds=state.p95_seconds,
            fault=FaultView.of(engine.fault) if engine.fault else None,
        )


class LabAnswer(Model):
    development: bool
    """Whether engines may be broken, and exchanged for a session."""
    engines: list[LabEngineView]
    """Ears, then voices, in the order in which they are asked."""
    voices: list[str]
    """That a text may be spoken in."""

    @classmethod
    def made_of(cls, development: bool, engines: Iterable[LabEngine], voices: Iterable[str]) -> "LabAnswer":
        return cls(
            development=development, engines=[LabEngineView.of(each) for each in engines], voices=list(voices)
        )


class LabSpeakBody(Model):
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
    voice: ContentId = "ko-f-02"
    rate: Annotated[float, Field(ge=0.5, le=2.0)] = 1.0
    engine: EngineName | None = None
    """This one alone; null: as for a learner, with all that stand in."""


class LabSpokenAnswer(Model):
    milliseconds: float
    """To the whole answer, or to the failure."""
    bytes: int
    """Of the MP3."""
    seconds: float
    sound: str | None
    """The MP3 in base64."""
    media_type: str
    receipt: ReceiptView | None
    error: ErrorBody | None

    @classmethod
    def of(cls, tried: Tried[SpokenSample]) -> "LabSpokenAnswer":
        sample, failure = tried.answer, tried.failure
        return cls(
            milliseconds=tried.milliseconds,
            bytes=len(sample.content) if sample else 0,
            seconds=round(sample.seconds, 3) if sample else 0.0,
            sound=b64encode(sample.content).decode() if sample else None,
            media_type=AudioFormat.MP3.media_type,
            receipt=ReceiptView.of(sample.receipt) if sample and sample.receipt else None,
            error=ErrorBody(code=failure.code, message=failure.message) if failure else None,
        )


class LabHearForm(Model):
    audio: Annotated[bytes, Field(json_schema_extra={"format": "binary"})]
    engine: str | None = None
    """This one alone; without it, as for a learner, with all that stand in."""


class HypothesisView(Model):
    text: str
    confidence: float


class LabHeardAnswer(Model):
    milliseconds: float
    """To the whole answer, or to the failure."""
    seconds: float
    """Of the clip."""
    voiced_seconds: float
    hypotheses: list[HypothesisView]
    """Best first; none when nobody was heard to speak."""
    receipt: ReceiptView | None
    error: ErrorBody | None

    @classmethod
    def of(cls, tried: Tried[Recognition], *, seconds: float, voiced_seconds: float) -> "LabHeardAnswer":
        heard, failure = tried.answer, tried.failure
        hypotheses = heard.hypotheses if heard else ()
        return cls(
            milliseconds=tried.milliseconds,
            seconds=round(seconds, 3),
            voiced_seconds=round(voiced_seconds, 3),
            hypotheses=[HypothesisView(text=each.text, confidence=each.confidence) for each in hypotheses],
            receipt=ReceiptView.of(heard.receipt) if heard and heard.receipt else None,
            error=ErrorBody(code=failure.code, message=failure.message) if failure else None,
        )


class FaultBody(Model):
    stage: Stage
    engine: EngineName
    kind: FaultKind | None
    """null mends it."""
    questions: Annotated[int, Field(ge=1, le=1000)] | None = None
    """How many; null: until it is mended."""


class ChoiceBody(Model):
    stage: Stage
    engine: EngineName | None
    """Asked first in this session; null: as in all others."""


class ChoicesAnswer(Model):
    chosen: dict[str, str]
    """stt or tts -> the engine that this session asks first."""

    @classmethod
    def of(cls, chosen: Mapping[Stage, str]) -> "ChoicesAnswer":
        return cls(chosen={stage.value: engine for stage, engine in chosen.items()})
