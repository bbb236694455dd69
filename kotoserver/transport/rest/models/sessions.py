"""Bodies about sessions: opening, listing and where they stand."""

from datetime import datetime
from typing import Annotated, Literal, TypedDict

from pydantic import Field, StringConstraints

from kotoserver.domain.session import Session, SessionState
from kotoserver.ports.storage import SessionFilter
from kotoserver.services.narration import Narrator
from kotoserver.transport.rest.models.common import AskedTime, ContentId, Time, Versioned
from kotoserver.transport.rest.operations import Model


class OpenBody(Model):
    scene_id: ContentId
    pack: ContentId = "ko-id"
    lesson_id: Annotated[str, StringConstraints(max_length=100)] | None = None
    """The lesson that it is played for, which must hold the scene."""


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
    learner_id: str
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
    lesson_id: str | None
    revision: int
    """Also the ETag."""
    started_at: Time
    updated_at: Time

    @classmethod
    def of(cls, session: Session, narrator: Narrator | None) -> "SessionAnswer":
        """Without a narrator (its scene is not served any more) the words are missing, the facts are not."""
        progress = session.progress
        words = narrator.playable.words if narrator else None
        return cls(
            session_id=session.id,
            learner_id=session.learner_id,
            scene=Versioned(id=session.scene_id, version=session.scene_version),
            title=words.title if words else session.scene_id,
            pack=Versioned(id=session.pack_id, version=session.pack_version),
            state=progress.state.value,
            turn=progress.turn,
            goal=words.goals[progress.turn] if words else "",
            score=progress.score,
            result=progress.result.value if progress.result else None,
            ending=progress.ending,
            tries=progress.tries,
            learner_turns=progress.learner_turns,
            slots=held_slots(session, narrator) if narrator else [],
            last_seq=session.last_seq,
            lesson_id=session.lesson_id,
            revision=session.revision,
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
    state: SessionState | None = None
    scene_id: Annotated[str, StringConstraints(max_length=64)] = ""
    lesson_id: Annotated[str, StringConstraints(max_length=100)] = ""
    learner_id: Annotated[str, StringConstraints(max_length=100)] | None = None
    """Of a learner whom the caller teaches; admins may name anybody."""
    everyone: bool = False
    """Of all learners for admins, of their own learners for teachers."""
    before: AskedTime | None = None
    """For the next page: `next_before` of the last one."""
    limit: Annotated[int, Field(ge=1, le=100)] = 20

    def asked(self) -> "Asked":
        """What a service is asked."""
        only = SessionFilter(state=self.state, scene_id=self.scene_id, lesson_id=self.lesson_id)
        return {"words": self.q, "only": only, "before": self.before, "limit": self.limit}


class Asked(TypedDict):
    words: str | None
    only: SessionFilter
    before: datetime | None
    limit: int


class SessionsAnswer(Model):
    sessions: list[SessionAnswer]
    next_before: Time | None


class PatchSessionBody(Model):
    state: Literal["abandoned"]
