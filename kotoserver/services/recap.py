"""What a learner takes home from a scene: each turn at its best, and the grammar that was met."""

from collections.abc import Sequence
from dataclasses import dataclass

from kotoserver.domain.langpack import GrammarNote
from kotoserver.domain.session import SaidLine, Session
from kotoserver.ports.storage import TurnRecord
from kotoserver.services.narration import Narrator


@dataclass(frozen=True, slots=True, kw_only=True)
class RecapTurn:
    """One turn of the scene, with the answer that left it."""

    scene_turn: str
    goal: str
    record: TurnRecord
    score: int | None
    """What the turn counts for; None while it has not been left."""
    feedback: str
    model: SaidLine
    model_meaning: str
    model_tts_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recap:
    session: Session
    title: str
    """In the learner's language."""
    turns: tuple[RecapTurn, ...]
    grammar: tuple[tuple[str, GrammarNote], ...]
    """Grammar points met, by id, in the order of the scene."""


def recap_of(session: Session, records: Sequence[TurnRecord], narrator: Narrator) -> Recap:
    """The summary of a session so far; complete once the scene is over."""
    scene, pack = narrator.playable.scene, narrator.playable.pack
    latest = {record.scene_turn: record for record in records if not record.undone}
    played = [turn for turn in scene.turns if turn.id in latest]
    points = dict.fromkeys(point for turn in played for point in turn.grammar)
    return Recap(
        session=session,
        title=narrator.playable.words.title,
        turns=tuple(_recap_turn(session, latest[turn.id], narrator) for turn in played),
        grammar=tuple((point, pack.grammar[point]) for point in points if point in pack.grammar),
    )


def _recap_turn(session: Session, record: TurnRecord, narrator: Narrator) -> RecapTurn:
    model = narrator.model(record.scene_turn, session.progress)
    return RecapTurn(
        scene_turn=record.scene_turn,
        goal=narrator.playable.words.goals[record.scene_turn],
        record=record,
        score=session.progress.turn_scores.get(record.scene_turn),
        feedback=narrator.feedback(record.evaluation, record.scene_turn),
        model=model,
        model_meaning=narrator.meaning(model.line, session.progress),
        model_tts_url=narrator.tts_url(model),
    )
