"""What is asked of a judge of Korean, and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from kotoserver.domain.levels import SpeechFit, SpeechLevel
from kotoserver.domain.scene import CommonIntent, Intent, Scene, Scoring, Slot, SlotFill


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Where a turn is played and for whom, for a judge that reads more than the learner's Korean."""

    scene: str
    """Its title, in Korean."""
    goal: str
    """What the learner is to do in this turn, in Korean."""
    language: str | None = None
    """BCP 47 tag of the language that the learner is taught in; None when nobody in particular plays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """Everything a judge may know about the turn that an utterance answers."""

    key: str
    """Names this expectation for ever (`cafe@3/order`), so a judge may keep what it prepared."""
    npc_line: str
    """What the NPC said last, for answers that echo it."""
    intents: tuple[Intent, ...]
    common: tuple[CommonIntent, ...]
    slots: Mapping[str, Slot]
    """Every slot of the scene, also those that this turn does not ask for."""
    shortcuts: Mapping[str, Mapping[str, SlotFill]]
    synonyms: Mapping[str, tuple[str, ...]]
    """Word -> other words for it; an authored scene has these in its slots."""
    target: SpeechLevel
    also_ok: tuple[SpeechLevel, ...]
    model: str | None
    """One good answer."""
    grammar: tuple[str, ...]
    scoring: Scoring
    setting: Setting | None = field(default=None, compare=False)
    """Compares as nothing: learners of every language share what a judge of Korean prepared for the turn."""

    @property
    def slot_words(self) -> frozenset[str]:
        """Every way to say what a slot of the scene is filled with: nouns that a reader of Korean may not know."""
        said = (way for slot in self.slots.values() for ways in slot.values.values() for way in ways)
        return frozenset((*said, *self.shortcuts))


def expectation_of(scene: Scene, turn_id: str, language: str | None = None) -> Expectation:
    """What this turn of a scene asks for, of a learner who is taught in `language`."""
    turn = scene.turn(turn_id)
    return Expectation(
        key=f"{scene.id}@{scene.version}/{turn_id}",
        npc_line=turn.npc[-1].ko if turn.npc else "",
        intents=turn.intents,
        common=scene.common,
        slots=scene.slots,
        shortcuts=scene.shortcuts,
        synonyms=MappingProxyType({}),
        target=scene.speech_target,
        also_ok=scene.speech_also_ok,
        model=turn.model.ko,
        grammar=turn.grammar,
        scoring=scene.scoring,
        setting=Setting(scene=scene.title, goal=turn.goal, language=language),
    )


class Verdict(StrEnum):
    ACCEPT = "accept"
    ACCEPT_WITH_FEEDBACK = "accept_with_feedback"
    RETRY = "retry"
    NOT_SCORED = "not_scored"


class Severity(StrEnum):
    ERROR = "error"
    WARN = "warn"
    HINT = "hint"
    PRAISE = "praise"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A piece of the learner's original text, in code points: `text[start:end]`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackItem:
    """One thing to tell the learner, free of any natural language but Korean."""

    code: str
    severity: Severity
    span: Span | None
    params: Mapping[str, str]
    """Korean strings and enum keys; a language pack turns them into a sentence."""
    rule: str
    """The id of the rule that proved it."""


_WRITTEN = ("SPELL_", "SPACE_")
"""How the codes begin that tell of spelling and spacing."""


class DiffKind(StrEnum):
    KEEP = "keep"
    INSERT = "insert"
    DELETE = "delete"
    REPLACE = "replace"


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffPart:
    """One step from the learner's text to the corrected sentence; the parts in order spell both."""

    kind: DiffKind
    span: Span
    """In the learner's text; empty for an insertion."""
    learner: str
    corrected: str


class BarName(StrEnum):
    TASK = "task"
    LANGUAGE = "language"
    SPEECH_LEVEL = "speech_level"
    DELIVERY = "delivery"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    name: BarName
    score: int
    """0 to 100."""


class SlotState(StrEnum):
    FILLED = "filled"
    MISSING = "missing"
    WRONG = "wrong"
    AMBIGUOUS = "ambiguous"


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotReading:
    """What was heard about one slot."""

    slot: str
    state: SlotState
    value: SlotFill | None = None
    heard: str | None = None
    """The learner's own words for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """A judged utterance. The same text, expectation and engine version give the same value, for ever."""

    text: str
    """The learner's words, untouched; every span indexes them."""
    intent: str | None
    """An intent of the turn or of the common ones; None when the words fit none."""
    confidence: float
    """0 to 1, how sure the judge is of the intent."""
    verdict: Verdict
    score: int
    """0 to 100; 0 for `not_scored`."""
    bars: tuple[Bar, ...]
    """Without acoustic data there is no delivery bar."""
    level_found: SpeechLevel
    level_wanted: SpeechLevel
    speech: SpeechFit
    slots: tuple[SlotReading, ...]
    matched_example: str | None
    corrected: str | None
    """The learner's sentence with the least change that makes it right; None when nothing needs changing."""
    diff: tuple[DiffPart, ...]
    items: tuple[FeedbackItem, ...]
    """At most three, the most important first."""
    natural: str | None
    """One more natural way to say it, if the scene has one."""
    engine: str
    engine_version: str
    degraded: str | None = None
    """Why a lesser judge than the configured one answered."""
    tokens: int = 0
    """Of a language model that was asked, asked and answered."""
    cost_usd: float = 0.0
    """What that cost by our own count."""

    @property
    def only_in_writing(self) -> bool:
        """Everything found lies in how it is written, so nobody could have heard it."""
        found = [item for item in self.items if item.severity is not Severity.PRAISE]
        return bool(found) and all(item.code.startswith(_WRITTEN) for item in found)

    def filled(self) -> dict[str, SlotFill]:
        """Slots that the learner filled in this utterance."""
        return {
            reading.slot: reading.value
            for reading in self.slots
            if reading.state is SlotState.FILLED and reading.value is not None
        }
