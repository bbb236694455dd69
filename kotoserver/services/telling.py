"""Turning a step of a scene into what clients are told."""

from dataclasses import dataclass, replace

from kotoserver.domain.evaluation import Evaluation
from kotoserver.domain.events import ServerFrame
from kotoserver.domain.session import Progress, Session, Step
from kotoserver.domain.utterance import Utterance
from kotoserver.ports.storage import SpokenLine
from kotoserver.services.narration import Narrator


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that happens to a session: where it stands afterwards, and what clients are told."""

    progress: Progress
    frames: tuple[ServerFrame, ...]
    spoken: tuple[SpokenLine, ...] = ()


def tell(narrator: Narrator, step: Step, *, turn_id: str | None = None) -> Change:
    """The NPC's lines of a step."""
    frames = tuple(narrator.line(said, step.progress, turn_id=turn_id) for said in step.said)
    return Change(progress=step.progress, frames=frames, spoken=tuple(narrator.spoken(said) for said in step.said))


def tell_turn(
    narrator: Narrator, session: Session, utterance: Utterance, evaluation: Evaluation, step: Step
) -> Change:
    """Everything a turn tells: what was heard, how good it was, what the NPC says, a hint, the end."""
    turn_id = utterance.turn_id
    answer = tell(narrator, step, turn_id=turn_id)
    frames: list[ServerFrame] = [
        narrator.transcript(utterance, evaluation),
        narrator.judged(utterance, evaluation, step, scene_turn=session.progress.turn),
        *answer.frames,
    ]
    if step.hint is not None:
        frames.append(narrator.hint(step.hint, step.progress))
    if step.ending is not None:
        frames.append(narrator.ended(session.id, step.progress))
    return replace(answer, frames=tuple(frames))
