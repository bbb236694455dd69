"""The bodies of the REST API, and how they are filled from values."""

import re
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainSerializer, StringConstraints

from kotoserver.domain.evaluation import DiffPart, FeedbackItem, SlotState
from kotoserver.domain.events import timestamp
from kotoserver.domain.langpack import GrammarNote, LanguagePack
from kotoserver.domain.learner import Learner
from kotoserver.domain.session import Session
from kotoserver.ports.storage import TurnRecord
from kotoserver.services.catalog import Playable
from kotoserver.services.narration import Narrator
from kotoserver.services.recap import Recap, RecapTurn
from kotoserver.transport.rest.operations import Model

Time = Annotated[datetime, PlainSerializer(timestamp, return_type=str, when_used="json")]
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")


def _with_zone(text: object) -> object:
    """Only times as RFC 3339 writes them: no bare numbers, and never without a zone."""
    if not isinstance(text, str) or _RFC_3339.fullmatch(text) is None:
        raise ValueError("not a time such as 2026-05-04T03:02:01Z")
    return text


AskedTime = Annotated[datetime, BeforeValidator(_with_zone)]
Language = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35)]
ContentId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
PackQuery = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]


class ErrorBody(Model):
    code: str
    message: str
    details: dict[str, Any] | None = None


class ErrorAnswer(Model):
    error: ErrorBody


class Versioned(Model):
    id: str
    version: int


# ── accounts ────────────────────────────────────────────────────────────────────────────────────


class GuestBody(Model):
    native: Language | None = None
    """BCP 47 tag of the first language; Indonesian unless told."""
    name: str | None = None


class SignedInAnswer(Model):
    token: str
    learner_id: str
    expires_at: Time


class LearnerAnswer(Model):
    learner_id: str
    name: str | None
    native: str
    role: str
    created_at: Time

    @classmethod
    def of(cls, learner: Learner) -> "LearnerAnswer":
        return cls(
            learner_id=learner.id,
            name=learner.name,
            native=learner.native,
            role=learner.role.value,
            created_at=learner.created_at,
        )


# ── scenes ──────────────────────────────────────────────────────────────────────────────────────


class ScenesQuery(Model):
    pack: PackQuery = "ko-id"


class SceneQuery(Model):
    pack: PackQuery = "ko-id"
    version: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None


class SceneHead(Model):
    id: str
    version: int
    title: str
    title_native: str
    brief: str
    topik: int
    cefr: str
    minutes: int
    packs: tuple[str, ...]
    speech_target: str


class SceneSummary(SceneHead):
    turns: int
    """How many turns the scene has at most."""

    @classmethod
    def of(cls, playable: Playable) -> "SceneSummary":
        return cls(**_scene_head(playable), turns=len(playable.scene.turns))


def _scene_head(playable: Playable) -> dict[str, Any]:
    scene = playable.scene
    return {
        "id": scene.id,
        "version": scene.version,
        "title": scene.title,
        "title_native": playable.words.title,
        "brief": playable.words.brief,
        "topik": scene.topik,
        "cefr": scene.cefr,
        "minutes": scene.limits.minutes,
        "packs": scene.packs,
        "speech_target": scene.speech_target.value,
    }


class ScenesAnswer(Model):
    scenes: list[SceneSummary]


class StageView(Model):
    background: str
    camera: str
    music: str | None


class NpcView(Model):
    id: str
    name: str
    voice: str
    model: str


class TurnGoal(Model):
    id: str
    goal: str
    grammar: tuple[str, ...]


class SlotView(Model):
    id: str
    name: str
    required: bool
    kind: str


class GlossView(Model):
    mean: str
    note: str | None


class LevelView(Model):
    name: str
    tip: str
    like: str | None


class PackView(Model):
    id: str
    version: int
    native: str
    name: str

    @classmethod
    def of(cls, pack: LanguagePack) -> "PackView":
        return cls(id=pack.id, version=pack.version, native=pack.native, name=pack.name)


class SceneAnswer(SceneHead):
    """All that a client needs to set the stage; no answers are in it."""

    stage: StageView
    npcs: list[NpcView]
    turns: list[TurnGoal]
    """In the author's order."""
    slots: list[SlotView]
    silence_seconds: int
    pack: PackView
    ui: dict[str, str]
    words: dict[str, GlossView]
    notes: dict[str, str]
    speech_levels: dict[str, LevelView]
    romanization_show: str

    @classmethod
    def of(cls, playable: Playable) -> "SceneAnswer":
        scene, pack, words = playable.scene, playable.pack, playable.words
        return cls(
            **_scene_head(playable),
            stage=StageView(background=scene.stage.background, camera=scene.stage.camera, music=scene.stage.music),
            npcs=[
                NpcView(id=npc.id, name=npc.name, voice=npc.voice, model=npc.model) for npc in scene.npcs.values()
            ],
            turns=[TurnGoal(id=turn.id, goal=words.goals[turn.id], grammar=turn.grammar) for turn in scene.turns],
            slots=[
                SlotView(
                    id=slot.id,
                    name=words.slot_names.get(slot.id, slot.id),
                    required=slot.required,
                    kind=slot.kind.value,
                )
                for slot in scene.slots.values()
            ],
            silence_seconds=scene.limits.silence_seconds,
            pack=PackView.of(pack),
            ui=dict(pack.ui),
            words={word: GlossView(mean=gloss.mean, note=gloss.note) for word, gloss in words.words.items()},
            notes=dict(words.notes),
            speech_levels={
                level: LevelView(name=note.name, tip=note.tip, like=note.like)
                for level, note in pack.speech_levels.items()
            },
            romanization_show=pack.romanization_show,
        )


# ── sessions ────────────────────────────────────────────────────────────────────────────────────


class OpenBody(Model):
    scene_id: ContentId
    pack: ContentId = "ko-id"
    lesson_id: str | None = None
    """Reserved: there are no lessons yet, so any id is unknown."""


class OpenedAnswer(Model):
    session_id: str
    scene: Versioned
    pack: Versioned
    state: str
    ws_url: str


class HeldSlotView(Model):
    slot: str
    name: str
    value: str | int
    label: str
    by_learner: bool


class SessionAnswer(Model):
    session_id: str
    scene: Versioned
    title: str
    """Of the scene, in the learner's language."""
    pack: Versioned
    state: Literal["active", "finished", "abandoned"]
    turn: str
    goal: str
    score: int
    result: str | None
    ending: str | None
    tries: int
    learner_turns: int
    slots: list[HeldSlotView]
    last_seq: int
    started_at: Time
    updated_at: Time

    @classmethod
    def of(cls, session: Session, narrator: Narrator) -> "SessionAnswer":
        progress = session.progress
        return cls(
            session_id=session.id,
            scene=Versioned(id=session.scene_id, version=session.scene_version),
            title=narrator.playable.words.title,
            pack=Versioned(id=session.pack_id, version=session.pack_version),
            state=progress.state.value,
            turn=progress.turn,
            goal=narrator.playable.words.goals[progress.turn],
            score=progress.score,
            result=progress.result.value if progress.result else None,
            ending=progress.ending,
            tries=progress.tries,
            learner_turns=progress.learner_turns,
            slots=held_slots(session, narrator),
            last_seq=session.last_seq,
            started_at=session.started_at,
            updated_at=session.updated_at,
        )


def held_slots(session: Session, narrator: Narrator) -> list[HeldSlotView]:
    """The filled slots in the scene's order."""
    held = session.progress.slots
    return [
        HeldSlotView(
            slot=slot,
            name=narrator.playable.words.slot_names.get(slot, slot),
            value=held[slot].value,
            label=narrator.slot_label(slot, held[slot].value),
            by_learner=held[slot].by_learner,
        )
        for slot in narrator.playable.scene.slots
        if slot in held
    ]


class SessionsQuery(Model):
    q: Annotated[str, StringConstraints(max_length=100)] | None = None
    """Words that an utterance of the session holds."""
    before: AskedTime | None = None
    """For the next page: `next_before` of the last one."""
    limit: Annotated[int, Field(ge=1, le=100)] = 20


class SessionsAnswer(Model):
    sessions: list[SessionAnswer]
    next_before: Time | None


class PatchSessionBody(Model):
    state: Literal["abandoned"]


# ── turns ───────────────────────────────────────────────────────────────────────────────────────


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
    engine: EngineView
    rule: int | None
    go: str
    first_seq: int
    last_seq: int
    timings: dict[str, float]
    """Milliseconds by stage."""
    degraded: str | None

    @classmethod
    def of(cls, record: TurnRecord, narrator: Narrator) -> "TurnAnswer":
        judged = record.evaluation
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
            engine=EngineView(name=judged.engine, version=judged.engine_version),
            rule=record.rule,
            go=record.go,
            first_seq=record.first_seq,
            last_seq=record.last_seq,
            timings=dict(record.timings),
            degraded=judged.degraded,
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


# ── recap ───────────────────────────────────────────────────────────────────────────────────────


class ModelView(Model):
    ko: str
    meaning: str
    tts_url: str


class RecapTurnView(Model):
    scene_turn: str
    goal: str
    text: str
    corrected: str | None
    natural: str | None
    model: ModelView
    score: int | None
    feedback: str

    @classmethod
    def of(cls, turn: RecapTurn) -> "RecapTurnView":
        return cls(
            scene_turn=turn.scene_turn,
            goal=turn.goal,
            text=turn.record.text,
            corrected=turn.record.evaluation.corrected,
            natural=turn.record.evaluation.natural,
            model=ModelView(ko=turn.model.ko, meaning=turn.model_meaning, tts_url=turn.model_tts_url),
            score=turn.score,
            feedback=turn.feedback,
        )


class GrammarView(Model):
    id: str
    title: str
    mean: str
    how: str
    pitfall: str | None

    @classmethod
    def of(cls, point: str, note: GrammarNote) -> "GrammarView":
        return cls(id=point, title=note.title, mean=note.mean, how=note.how, pitfall=note.pitfall)


class RecapAnswer(Model):
    session_id: str
    scene: Versioned
    title: str
    state: str
    result: str | None
    ending: str | None
    score: int
    learner_turns: int
    minutes: float
    slots: list[HeldSlotView]
    turns: list[RecapTurnView]
    grammar: list[GrammarView]

    @classmethod
    def of(cls, recap: Recap, narrator: Narrator) -> "RecapAnswer":
        session, progress = recap.session, recap.session.progress
        return cls(
            session_id=session.id,
            scene=Versioned(id=session.scene_id, version=session.scene_version),
            title=recap.title,
            state=progress.state.value,
            result=progress.result.value if progress.result else None,
            ending=progress.ending,
            score=progress.score,
            learner_turns=progress.learner_turns,
            minutes=round(progress.seconds_played / 60, 1),
            slots=held_slots(session, narrator),
            turns=[RecapTurnView.of(turn) for turn in recap.turns],
            grammar=[GrammarView.of(point, note) for point, note in recap.grammar],
        )
