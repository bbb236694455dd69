"""Whether a rule's condition holds, part by part, so that a decision can also be told.

`advance` takes the first rule whose every part holds; whoever wants to know why another did not reads the same
parts, so an explanation cannot disagree with what was done.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from kotoserver.domain.evaluation import Evaluation
from kotoserver.domain.scene import Condition, SlotFill


class Part(StrEnum):
    """What a part of a condition asks for, as authors write it."""

    INTENT = "intent"
    HAS = "has"
    MISSING = "missing"
    SLOT = "slot"
    SPEECH = "speech"
    SCORE_BELOW = "score_below"
    SCORE_AT_LEAST = "score_at_least"
    TRIES_BELOW = "tries_below"
    TRIES_AT_LEAST = "tries_at_least"
    ALL_SLOTS_BY_LEARNER = "all_slots_by_learner"


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """One part of a condition beside what was there."""

    part: Part
    holds: bool
    wanted: SlotFill
    """For `has` and `missing` the slot itself."""
    found: SlotFill | None
    """None: nothing, such as no intent, or an empty slot."""
    slot: str | None = None
    """Which slot a `slot` part is about."""


def weigh(when: Condition, slots: Mapping[str, SlotFill], tries: int, evaluation: Evaluation) -> Iterator[Weighed]:
    """Every part that is set, in one order; none for `otherwise`. `tries` counts this one too."""
    if when.intent is not None:
        heard = evaluation.intent
        yield Weighed(part=Part.INTENT, holds=when.intent == heard, wanted=when.intent, found=heard)
    for slot in when.has:
        yield Weighed(part=Part.HAS, holds=slot in slots, wanted=slot, found=slots.get(slot))
    for slot in when.missing:
        yield Weighed(part=Part.MISSING, holds=slot not in slots, wanted=slot, found=slots.get(slot))
    for slot, value in when.slot.items():
        holds = slot in slots and slots[slot] == value
        yield Weighed(part=Part.SLOT, holds=holds, wanted=value, found=slots.get(slot), slot=slot)
    if when.speech is not None:
        spoken = evaluation.speech.value
        yield Weighed(part=Part.SPEECH, holds=when.speech == spoken, wanted=when.speech, found=spoken)
    yield from weigh_score(when.score_below, when.score_at_least, evaluation.score)
    if when.tries_below is not None:
        yield Weighed(part=Part.TRIES_BELOW, holds=tries < when.tries_below, wanted=when.tries_below, found=tries)
    if when.tries_at_least is not None:
        yield Weighed(
            part=Part.TRIES_AT_LEAST, holds=tries >= when.tries_at_least, wanted=when.tries_at_least, found=tries
        )


def weigh_score(below: int | None, at_least: int | None, score: int) -> Iterator[Weighed]:
    """The two parts about a score, of rules and of endings."""
    if below is not None:
        yield Weighed(part=Part.SCORE_BELOW, holds=score < below, wanted=below, found=score)
    if at_least is not None:
        yield Weighed(part=Part.SCORE_AT_LEAST, holds=score >= at_least, wanted=at_least, found=score)
