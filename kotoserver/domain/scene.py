"""A scene as it is played: compiled, checked and immutable.

The Korean stays here; every meaning that a learner reads is in a language pack, keyed by the ids
of this file.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from kotoserver.domain.levels import SpeechLevel

SlotFill = str | int
"""What a slot holds: the id of a choice, or a number."""

NOTHING: Mapping[str, SlotFill] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """What the stage shows with a line; each name is in `scenes/catalog/cues.yaml`."""

    emotion: str | None = None
    anim: str | None = None
    prop: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Something an NPC (or, as a model answer, the learner) says."""

    id: str
    ko: str
    """Korean text; may hold placeholders `{slot}` and `{slot|을/를}`."""
    by: str
    """NPC id; `learner` for a model answer."""
    cue: Cue | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Npc:
    id: str
    name: str
    voice: str
    pace: float
    """Speaking rate of this NPC, 1.0 is the voice's own."""
    speech: tuple[SpeechLevel, ...]
    model: str
    """Unity prefab."""


class SlotKind(StrEnum):
    CHOICE = "choice"
    NATIVE_NUMBER = "native_number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One fact that the scene wants from the learner."""

    id: str
    kind: SlotKind
    required: bool
    values: Mapping[str, tuple[str, ...]]
    """Choice id -> the ways people say it, the first one being how an NPC says it. Empty for numbers."""
    default: SlotFill | None = None
    maximum: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """One thing a learner may want to say here, shown by examples."""

    id: str
    examples: tuple[str, ...]
    needs: tuple[str, ...] = ()
    """Slots without which the intent is not fulfilled."""
    may_have: tuple[str, ...] = ()
    not_this: tuple[str, ...] = ()
    """Look-alikes that are something else."""


class CommonAction(StrEnum):
    """What an NPC does about a repair move."""

    REPEAT = "repeat"
    REPEAT_SLOWLY = "repeat_slowly"
    EXPLAIN = "explain"
    WAIT = "wait"
    ENCOURAGE = "encourage"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommonIntent:
    """A repair move that works in every turn, free of penalty (`scenes/catalog/common_intents.yaml`)."""

    id: str
    examples: tuple[str, ...]
    action: CommonAction
    say: Line
    praise: str | None = None
    """Feedback code to praise a polite repair with; None when there is nothing to praise."""


class HintKind(StrEnum):
    """Rungs of the ladder, in their fixed order."""

    THINK = "think"
    WORDS = "words"
    START = "start"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    id: str
    kind: HintKind
    ko: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """All that is set must hold; nothing set is `otherwise`."""

    intent: str | None = None
    has: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    slot: Mapping[str, SlotFill] = field(default_factory=lambda: NOTHING)
    speech: str | None = None
    """A `SpeechFit` value."""
    score_below: int | None = None
    score_at_least: int | None = None
    tries_below: int | None = None
    tries_at_least: int | None = None


AGAIN = "again"
FINISH = "finish"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What happens next: the first rule of a turn whose condition holds is taken."""

    when: Condition
    go: str
    """A turn id, `again` or `finish`."""
    say: Line | None = None
    """Resolved: `use` in the source has become the line it names, with its own cue."""
    set: Mapping[str, SlotFill] = field(default_factory=lambda: NOTHING)
    no_penalty: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    id: str
    goal: str
    npc: tuple[Line, ...]
    intents: tuple[Intent, ...]
    model: Line
    grammar: tuple[str, ...]
    hints: tuple[Hint, ...]
    rules: tuple[Rule, ...]


class Outcome(StrEnum):
    PASS = "pass"
    TRY_AGAIN = "try_again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    id: str
    result: Outcome
    say: Line
    score_at_least: int | None = None
    all_slots_by_learner: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Scoring:
    """Weights of the four bars (they add to 100) and the pass mark."""

    task: int
    language: int
    speech_level: int
    delivery: int
    passing: int


class AfterMax(StrEnum):
    CARRY_ON = "carry_on"
    END = "end"


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    max_tries: int
    hint_each_try: bool
    after_max: AfterMax


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    minutes: int
    learner_turns: int
    silence_seconds: int
    ending: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    background: str
    camera: str
    music: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    id: str
    version: int
    title: str
    topik: int
    cefr: str
    speech_target: SpeechLevel
    speech_also_ok: tuple[SpeechLevel, ...]
    packs: tuple[str, ...]
    stage: Stage
    npcs: Mapping[str, Npc]
    slots: Mapping[str, Slot]
    shortcuts: Mapping[str, Mapping[str, SlotFill]]
    """A real Korean word -> the slots it fills at once (아아, 뜨아)."""
    common: tuple[CommonIntent, ...]
    scoring: Scoring
    retry: Retry
    limits: Limits
    start: str
    turns: tuple[Turn, ...]
    endings: tuple[Ending, ...]

    def turn(self, turn_id: str) -> Turn:
        """The turn with this id; KeyError when there is none (the compiler has made sure)."""
        for turn in self.turns:
            if turn.id == turn_id:
                return turn
        raise KeyError(turn_id)

    def turn_after(self, turn_id: str) -> Turn | None:
        """The next turn in the author's order, None after the last."""
        ids = [turn.id for turn in self.turns]
        following = ids.index(turn_id) + 1
        return self.turns[following] if following < len(self.turns) else None

    def lines(self) -> tuple[Line, ...]:
        """Every line an NPC may say here, in the author's order, each id once."""
        found: dict[str, Line] = {}
        for turn in self.turns:
            for line in (*turn.npc, *(rule.say for rule in turn.rules if rule.say)):
                found.setdefault(line.id, line)
        for common in self.common:
            found.setdefault(common.say.id, common.say)
        for ending in self.endings:
            found.setdefault(ending.say.id, ending.say)
        return tuple(found.values())
