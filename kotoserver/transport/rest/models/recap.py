"""Bodies of the end-of-scene summary."""

from kotoserver.domain.langpack import GrammarNote
from kotoserver.services.narration import Narrator
from kotoserver.services.recap import Recap, RecapTurn
from kotoserver.transport.rest.models.common import Versioned
from kotoserver.transport.rest.models.sessions import HeldSlotView, held_slots
from kotoserver.transport.rest.operations import Model


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
