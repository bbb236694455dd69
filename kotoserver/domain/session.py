"""A learner's way through one scene, and the rule by which one utterance moves it on.

`advance` is pure: the same progress, scene and evaluation give the same step, so a turn can be
replayed, tested and explained without a server.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from kotoserver.domain.evaluation import Evaluation, Verdict
from kotoserver.domain.langpack import fill_placeholders
from kotoserver.domain.numbers import native_before_counter
from kotoserver.domain.scene import (
    AGAIN,
    FINISH,
    AfterMax,
    CommonAction,
    CommonIntent,
    Ending,
    Hint,
    Line,
    Outcome,
    Rule,
    Scene,
    SlotFill,
    SlotKind,
    Turn,
)
from kotoserver.domain.weighing import Weighed, weigh, weigh_ending

POINTS_LOST_PER_EXTRA_TRY = 5

LONGEST_PAUSE_SECONDS = 60.0
"""More than this between two utterances is a break, not play: a learner may come back tomorrow."""


class SessionState(StrEnum):
    ACTIVE = "active"
    FINISHED = "finished"
    ABANDONED = "abandoned"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldSlot:
    value: SlotFill
    by_learner: bool
    """False when the scene filled it in to carry a stuck learner on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """All that an utterance can change; taking a turn back restores the value from before it."""

    turn: str
    slots: Mapping[str, HeldSlot] = field(default_factory=lambda: MappingProxyType({}))
    tries: int = 0
    """Tries that counted in the current turn of the scene."""
    hints_shown: int = 0
    """Rungs of the current turn's hint ladder already given."""
    learner_turns: int = 0
    """Utterances that count towards the scene's limit; taking a turn back gives it back."""
    turns_heard: int = 0
    """Utterances ever stored, those taken back included."""
    seconds_played: float = 0.0
    """Time spent, a long pause counting as LONGEST_PAUSE_SECONDS only."""
    turn_scores: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    """Scene turn -> the score it was left with."""
    state: SessionState = SessionState.ACTIVE
    ending: str | None = None
    result: Outcome | None = None

    @property
    def score(self) -> int:
        """Mean over the turns that were left, 0 before the first."""
        scores = self.turn_scores.values()
        return round(sum(scores) / len(scores)) if scores else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    id: str
    learner_id: str
    scene_id: str
    scene_version: int
    pack_id: str
    pack_version: int
    progress: Progress
    revision: int
    """Grows with every save; a save names the revision it was read at."""
    last_seq: int
    """Number of the last stored event."""
    started_at: datetime
    updated_at: datetime
    lesson_id: str | None = None
    """The lesson it is played for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidLine:
    """One line of an NPC as it is said now."""

    line: Line
    ko: str
    """With the placeholders filled."""
    turn: str
    """The scene turn it belongs to."""
    slowly: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one utterance brought about."""

    progress: Progress
    said: tuple[SaidLine, ...]
    hint: Hint | None = None
    ending: Ending | None = None
    rule: int | None = None
    """Index of the rule that was taken; None for a common intent or a limit of the scene."""
    go: str = AGAIN


def begin(scene: Scene) -> Step:
    """The first thing that happens: the NPC opens the scene."""
    return enter(scene, Progress(turn=scene.start))


def enter(scene: Scene, progress: Progress) -> Step:
    """A turn begins: the NPC says its lines. Authors begin in the middle of a scene, too."""
    return Step(progress=progress, said=_entry_lines(scene, progress), go=progress.turn)


def advance(progress: Progress, scene: Scene, evaluation: Evaluation, *, seconds: float = 0.0) -> Step:
    """What the scene does with this utterance.

    A repair move (ask to repeat, need time …) is answered by the NPC and costs nothing. Otherwise what
    was heard is merged into the slots and the first rule whose condition holds is taken. The scene ends
    through a rule that says `finish` or when a limit of the scene is reached. `seconds` is the time
    since anything happened in the session.
    """
    heard = replace(
        pass_time(progress, seconds),
        learner_turns=progress.learner_turns + 1,
        turns_heard=progress.turns_heard + 1,
    )
    turn = scene.turn(progress.turn)
    common = _common_intent(scene, turn, evaluation)
    if common is not None:
        step = _repair(heard, scene, turn, common)
    else:
        step = _follow_rules(heard, scene, turn, evaluation)
    if step.ending is None and _limit_reached(step.progress, scene):
        return _finish(step.progress, scene, step.said, _ending_named(scene, scene.limits.ending))
    return step


def pass_time(progress: Progress, seconds: float) -> Progress:
    """The time since anything happened in the session, counted as played; a long pause only in part."""
    played = min(max(seconds, 0.0), LONGEST_PAUSE_SECONDS)  # two servers' clocks may differ
    return replace(progress, seconds_played=progress.seconds_played + played)


def weigh_rules(progress: Progress, scene: Scene, evaluation: Evaluation) -> tuple[tuple[Weighed, ...], ...]:
    """Why `advance` takes the rule that it takes: every part of every rule of the turn, in their order.

    Of a repair move (`is_repair`) no rule is asked; then this tells what they would have said.
    """
    tried = _tried(progress, evaluation)
    held = _held(tried)
    return tuple(
        tuple(weigh(rule.when, held, tried.tries, evaluation)) for rule in scene.turn(progress.turn).rules
    )


def weigh_endings(progress: Progress, scene: Scene) -> tuple[tuple[Weighed, ...], ...]:
    """The same for the endings, of a learner whom a rule has led to `finish`."""
    by_learner = {slot for slot, held in progress.slots.items() if held.by_learner}
    lacking = tuple(slot.id for slot in scene.slots.values() if slot.required and slot.id not in by_learner)
    return tuple(tuple(weigh_ending(ending, progress.score, lacking)) for ending in scene.endings)


def is_repair(progress: Progress, scene: Scene, evaluation: Evaluation) -> bool:
    """Whether this utterance is a repair move, which the engine answers before any rule is asked."""
    return _common_intent(scene, scene.turn(progress.turn), evaluation) is not None


def next_hint(progress: Progress, scene: Scene) -> tuple[Progress, Hint | None]:
    """The next rung of the ladder; the last one again when all were given, None without a ladder."""
    hints = scene.turn(progress.turn).hints
    if not hints:
        return progress, None
    shown = min(progress.hints_shown + 1, len(hints))
    return replace(progress, hints_shown=shown), hints[shown - 1]


def take_back(progress: Progress, before: Progress) -> Progress:
    """Where a session stands when the turn that began at `before` is taken back."""
    return replace(before, turns_heard=progress.turns_heard)


def say(scene: Scene, progress: Progress, line: Line, *, slowly: bool = False) -> SaidLine:
    """The line with its placeholders filled from the slots."""
    values = {slot: spoken_slot(scene, slot, fill) for slot, fill in slot_values(scene, progress).items()}
    return SaidLine(line=line, ko=fill_placeholders(line.ko, values), turn=progress.turn, slowly=slowly)


def slot_values(scene: Scene, progress: Progress) -> dict[str, SlotFill]:
    """What each slot holds, defaults included."""
    values = {slot.id: slot.default for slot in scene.slots.values() if slot.default is not None}
    return values | {slot: held.value for slot, held in progress.slots.items()}


def spoken_slot(scene: Scene, slot_id: str, fill: SlotFill) -> str:
    """How an NPC says the value: the first spoken variant, or a native number."""
    slot = scene.slots[slot_id]
    if slot.kind is SlotKind.NATIVE_NUMBER:
        return native_before_counter(int(fill))
    return slot.values[str(fill)][0]


def _common_intent(scene: Scene, turn: Turn, evaluation: Evaluation) -> CommonIntent | None:
    """The repair move this is, unless the turn itself expects an intent of that name."""
    if any(intent.id == evaluation.intent for intent in turn.intents):
        return None
    return next((common for common in scene.common if common.id == evaluation.intent), None)


def _repair(progress: Progress, scene: Scene, turn: Turn, common: CommonIntent) -> Step:
    said = [say(scene, progress, common.say)]
    hint = None
    match common.action:
        case CommonAction.REPEAT:
            said += _entry_lines(scene, progress)
        case CommonAction.REPEAT_SLOWLY:
            said += [say(scene, progress, line, slowly=True) for line in turn.npc]
        case CommonAction.EXPLAIN | CommonAction.ENCOURAGE:
            progress, hint = next_hint(progress, scene)
        case CommonAction.WAIT:
            pass
    return Step(progress=progress, said=tuple(said), hint=hint)


def _follow_rules(progress: Progress, scene: Scene, turn: Turn, evaluation: Evaluation) -> Step:
    tried = _tried(progress, evaluation)
    held = _held(tried)
    index, rule = next(
        (index, rule)
        for index, rule in enumerate(turn.rules)
        if all(part.holds for part in weigh(rule.when, held, tried.tries, evaluation))
    )
    filled = _set_slots(tried, rule)
    said = (say(scene, filled, rule.say),) if rule.say else ()
    go = rule.go
    if go == AGAIN and not rule.no_penalty and tried.tries >= scene.retry.max_tries:
        go = _way_out(scene, turn)
    if go == AGAIN:
        return _try_again(filled, scene, rule, said, index)
    left = _leave_turn(filled, turn, evaluation)
    if go == FINISH:
        return replace(_finish(left, scene, said, _first_ending(left, scene)), rule=index)
    moved = replace(left, turn=go, tries=0, hints_shown=0)
    return Step(progress=moved, said=said + _entry_lines(scene, moved), rule=index, go=go)


def _try_again(progress: Progress, scene: Scene, rule: Rule, said: tuple[SaidLine, ...], index: int) -> Step:
    if rule.no_penalty:
        return Step(progress=replace(progress, tries=progress.tries - 1), said=said, rule=index)
    hint = None
    if scene.retry.hint_each_try:
        progress, hint = next_hint(progress, scene)
    return Step(progress=progress, said=said, hint=hint, rule=index)


def _way_out(scene: Scene, turn: Turn) -> str:
    """Where a learner goes who used up every try and whom no rule led on."""
    if scene.retry.after_max is AfterMax.END:
        return FINISH
    following = scene.turn_after(turn.id)
    return following.id if following else FINISH


def _leave_turn(progress: Progress, turn: Turn, evaluation: Evaluation) -> Progress:
    if evaluation.verdict is Verdict.NOT_SCORED:
        points = 0
    else:
        points = max(0, evaluation.score - POINTS_LOST_PER_EXTRA_TRY * (progress.tries - 1))
    return replace(progress, turn_scores=MappingProxyType({**progress.turn_scores, turn.id: points}))


def _tried(progress: Progress, evaluation: Evaluation) -> Progress:
    """What the rules of a turn read: the slots with what was just heard, and this try counted."""
    return replace(_merge_slots(progress, evaluation), tries=progress.tries + 1)


def _held(progress: Progress) -> dict[str, SlotFill]:
    return {slot: held.value for slot, held in progress.slots.items()}


def _merge_slots(progress: Progress, evaluation: Evaluation) -> Progress:
    heard = {slot: HeldSlot(value=value, by_learner=True) for slot, value in evaluation.filled().items()}
    return replace(progress, slots=MappingProxyType({**progress.slots, **heard}))


def _set_slots(progress: Progress, rule: Rule) -> Progress:
    given = {slot: HeldSlot(value=value, by_learner=False) for slot, value in rule.set.items()}
    return replace(progress, slots=MappingProxyType({**progress.slots, **given}))


def _entry_lines(scene: Scene, progress: Progress) -> tuple[SaidLine, ...]:
    return tuple(say(scene, progress, line) for line in scene.turn(progress.turn).npc)


def _limit_reached(progress: Progress, scene: Scene) -> bool:
    limits = scene.limits
    return progress.learner_turns >= limits.learner_turns or progress.seconds_played >= limits.minutes * 60


def _first_ending(progress: Progress, scene: Scene) -> Ending:
    """The first ending that is deserved; the compiler has made sure that the last one always is."""
    weighed = zip(scene.endings, weigh_endings(progress, scene), strict=True)
    return next((ending for ending, parts in weighed if all(part.holds for part in parts)), scene.endings[-1])


def _ending_named(scene: Scene, ending_id: str) -> Ending:
    return next(ending for ending in scene.endings if ending.id == ending_id)


def _finish(progress: Progress, scene: Scene, said: tuple[SaidLine, ...], ending: Ending) -> Step:
    over = replace(progress, state=SessionState.FINISHED, ending=ending.id, result=ending.result)
    return Step(progress=over, said=(*said, say(scene, over, ending.say)), ending=ending, go=FINISH)
