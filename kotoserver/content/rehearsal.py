"""Playing a draft as a learner would, from any turn, again and again: each step with the reasons for it.

Nothing is kept between two rehearsals. Whoever rehearses sends the whole way so far, so the same way can be gone
through again once the draft has changed, and compared. The steps are made by what real sessions are made by.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType

from kotoserver.content.trials import Judge
from kotoserver.domain.errors import BadInput, NotFound
from kotoserver.domain.evaluation import Evaluation, expectation_of
from kotoserver.domain.scene import AGAIN, FINISH, NOTHING, Scene, SlotFill, SlotKind
from kotoserver.domain.session import (
    HeldSlot,
    Progress,
    SessionState,
    Step,
    advance,
    enter,
    is_repair,
    next_hint,
    weigh_endings,
    weigh_rules,
)
from kotoserver.domain.weighing import Weighed

MOST_STEPS = 200
"""Of one way: as many answers as a scene may allow at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """Where a rehearsal begins."""

    turn: str | None = None
    """None: where the scene begins."""
    slots: Mapping[str, SlotFill] = field(default_factory=lambda: NOTHING)
    """What the learner has said before."""
    tries: int = 0
    """Tries already used in this turn."""
    score: int | None = None
    """What every turn on the shortest way here was left with; None: no turn was left yet."""

    @property
    def is_plain(self) -> bool:
        """Whether it is how every learner begins."""
        return self == Beginning()


class HintAsked:
    """Instead of an answer: the learner asks for a hint."""


HINT_ASKED = HintAsked()
Act = str | HintAsked
"""What a learner does: says something, or asks for a hint."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A way through a scene: where it begins and what the learner does."""

    beginning: Beginning = Beginning()
    acts: Sequence[Act] = ()


class Cause(StrEnum):
    """Why a step went where it went."""

    RULE = "rule"
    """A rule was taken."""
    TRIES_USED = "tries_used"
    """A rule that says `again` was taken at the last try, so the engine led on."""
    REPAIR = "repair"
    """A repair move, which the engine answers by itself."""
    LIMIT = "limit"
    """The scene's own limit ended it."""
    HINT = "hint"
    """A hint was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsed:
    """One step."""

    text: str | None
    """What the learner said; None when a hint was asked for."""
    before: Progress
    step: Step
    cause: Cause
    evaluation: Evaluation | None = None
    rule: int | None = None
    """Index of the rule that was taken, also where a limit then ended the scene."""
    rules: tuple[tuple[Weighed, ...], ...] = ()
    """Every part of every rule of the turn."""
    endings: tuple[tuple[Weighed, ...], ...] = ()
    """Every part of every ending, where a rule has led to the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    scene: Scene
    opening: Step
    steps: tuple[Rehearsed, ...]
    left: int
    """Acts that came after the end of the scene."""

    @property
    def ends_at(self) -> Progress:
        return self.steps[-1].step.progress if self.steps else self.opening.progress


def rehearse(scene: Scene, way: Way, judge: Judge, *, mark: str = "") -> Rehearsal:
    """Goes the whole way. `mark` tells this scene from others of the same version, for what a judge keeps.

    NotFound code `no_such_turn`, BadInput code `no_such_slot`.
    """
    opening = enter(scene, _progress_at(scene, way.beginning))
    steps: list[Rehearsed] = []
    progress = opening.progress
    for act in way.acts:
        if progress.state is not SessionState.ACTIVE:
            break
        done = _help(progress, scene) if isinstance(act, HintAsked) else _hear(progress, scene, act, judge, mark)
        steps.append(done)
        progress = done.step.progress
    return Rehearsal(scene=scene, opening=opening, steps=tuple(steps), left=len(way.acts) - len(steps))


def _hear(progress: Progress, scene: Scene, text: str, judge: Judge, mark: str) -> Rehearsed:
    expectation = expectation_of(scene, progress.turn)
    evaluation = judge(text, replace(expectation, key=mark + expectation.key))
    step = advance(progress, scene, evaluation)
    rules = weigh_rules(progress, scene, evaluation)
    by_repair = is_repair(progress, scene, evaluation)
    taken = None if by_repair else next(at for at, parts in enumerate(rules) if all(part.holds for part in parts))
    cause = _cause(scene, progress, step, taken)
    by_rule = cause is not Cause.LIMIT and step.ending is not None
    return Rehearsed(
        text=text,
        before=progress,
        evaluation=evaluation,
        step=step,
        cause=cause,
        rule=taken,
        rules=rules,
        endings=weigh_endings(step.progress, scene) if by_rule else (),
    )


def _cause(scene: Scene, before: Progress, step: Step, taken: int | None) -> Cause:
    if step.ending is not None and step.rule is None:
        return Cause.LIMIT
    if taken is None:
        return Cause.REPAIR
    led_on = scene.turn(before.turn).rules[taken].go == AGAIN and step.go != AGAIN
    return Cause.TRIES_USED if led_on else Cause.RULE


def _help(progress: Progress, scene: Scene) -> Rehearsed:
    helped, hint = next_hint(progress, scene)
    step = Step(progress=helped, said=(), hint=hint)
    return Rehearsed(text=None, before=progress, step=step, cause=Cause.HINT)


def _progress_at(scene: Scene, beginning: Beginning) -> Progress:
    turn = beginning.turn or scene.start
    if all(each.id != turn for each in scene.turns):
        raise NotFound(f"The scene {scene.id} has no turn {turn}.", code="no_such_turn")
    for slot, fill in beginning.slots.items():
        _check_fill(scene, slot, fill)
    held = {slot: HeldSlot(value=fill, by_learner=True) for slot, fill in beginning.slots.items()}
    left = {} if beginning.score is None else dict.fromkeys(_way_to(scene, turn), beginning.score)
    return Progress(
        turn=turn,
        slots=MappingProxyType(held),
        tries=min(beginning.tries, scene.retry.max_tries - 1),
        turn_scores=MappingProxyType(left),
    )


def _check_fill(scene: Scene, slot_id: str, fill: SlotFill) -> None:
    slot = scene.slots.get(slot_id)
    if slot is None:
        raise BadInput(f"The scene {scene.id} has no slot {slot_id}.", code="no_such_slot")
    fits = isinstance(fill, int) if slot.kind is SlotKind.NATIVE_NUMBER else fill in slot.values
    if not fits:
        raise BadInput(f"The slot {slot_id} cannot hold {fill}.", code="no_such_slot")


def _way_to(scene: Scene, turn_id: str) -> tuple[str, ...]:
    """The turns that the shortest way leads through before this one; none when no way leads there."""
    came_from: dict[str, str | None] = {scene.start: None}
    waiting = [scene.start]
    for here in waiting:
        for target in _targets(scene, here):
            if target not in came_from:
                came_from[target] = here
                waiting.append(target)
    way: list[str] = []
    before = came_from.get(turn_id)
    while before is not None:
        way.append(before)
        before = came_from[before]
    return tuple(reversed(way))


def _targets(scene: Scene, turn_id: str) -> Iterator[str]:
    return (rule.go for rule in scene.turn(turn_id).rules if rule.go not in (AGAIN, FINISH))
