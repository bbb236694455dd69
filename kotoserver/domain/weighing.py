"""Whether a rule's condition holds, part by part, so that a decision can also be told.

`advance` takes the first rule whose every part holds; whoever wants to know why another did not reads the same
parts, so an explanation cannot disagree with what was done.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from kotoserver.domain.evaluation import Evaluation
from kotoserver.domain.scene import Condition, Ending, SlotFill


class Part(StrEnum):
    """What a part of a condition asks about, as authors write it."""

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
class Asked:
    """One part of a condition."""

    part: Part
    wanted: SlotFill
    """For `has` and `missing` the slot itself."""
    slot: str | None = None
    """Which slot a `slot` part is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """One part of a condition beside what was there."""

    asked: Asked
    found: SlotFill | None
    """None: nothing, such as no intent, or an empty slot."""
    holds: bool


def asked_by(when: Condition) -> Iterator[Asked]:
    """Every part that is set; none for `otherwise`."""
    if when.intent is not None:
        yield Asked(part=Part.INTENT, wanted=when.intent)
    for slot in when.has:
        yield Asked(part=Part.HAS, wanted=slot)
    for slot in when.missing:
        yield Asked(part=Part.MISSING, wanted=slot)
    for slot, value in when.slot.items():
        yield Asked(part=Part.SLOT, wanted=value, slot=slot)
    if when.speech is not None:
        yield Asked(part=Part.SPEECH, wanted=when.speech)
    if when.score_below is not None:
        yield Asked(part=Part.SCORE_BELOW, wanted=when.score_below)
    if when.score_at_least is not None:
        yield Asked(part=Part.SCORE_AT_LEAST, wanted=when.score_at_least)
    if when.tries_below is not None:
        yield Asked(part=Part.TRIES_BELOW, wanted=when.tries_below)
    if when.tries_at_least is not None:
        yield Asked(part=Part.TRIES_AT_LEAST, wanted=when.tries_at_least)


def asked_by_ending(score_at_least: int | None, all_slots_by_learner: bool) -> Iterator[Asked]:
    """The same for the condition of an ending."""
    if score_at_least is not None:
        yield Asked(part=Part.SCORE_AT_LEAST, wanted=score_at_least)
    if all_slots_by_learner:
        yield Asked(part=Part.ALL_SLOTS_BY_LEARNER, wanted="")


def weigh(when: Condition, slots: Mapping[str, SlotFill], tries: int, evaluation: Evaluation) -> Iterator[Weighed]:
    """Every part of a rule's condition against what was heard. `tries` counts this one too."""
    for asked in asked_by(when):
        yield _weighed(asked, _found(asked, slots, tries, evaluation))


def weigh_ending(ending: Ending, score: int, lacking: tuple[str, ...]) -> Iterator[Weighed]:
    """Every part of an ending's condition; `lacking` are required slots that the learner did not fill."""
    for asked in asked_by_ending(ending.score_at_least, ending.all_slots_by_learner):
        if asked.part is Part.ALL_SLOTS_BY_LEARNER:
            yield Weighed(asked=asked, found=", ".join(lacking) or None, holds=not lacking)
        else:
            yield _weighed(asked, score)


def _found(asked: Asked, slots: Mapping[str, SlotFill], tries: int, evaluation: Evaluation) -> SlotFill | None:
    match asked.part:
        case Part.INTENT:
            return evaluation.intent
        case Part.HAS | Part.MISSING:
            return slots.get(str(asked.wanted))
        case Part.SLOT:
            return slots.get(str(asked.slot))
        case Part.SPEECH:
            return evaluation.speech.value
        case Part.SCORE_BELOW | Part.SCORE_AT_LEAST:
            return evaluation.score
        case Part.TRIES_BELOW | Part.TRIES_AT_LEAST:
            return tries
        case Part.ALL_SLOTS_BY_LEARNER:
            raise ValueError("only endings ask for every slot")
        case _:
            assert_never(asked.part)


def _weighed(asked: Asked, found: SlotFill | None) -> Weighed:
    return Weighed(asked=asked, found=found, holds=_holds(asked, found))


def _holds(asked: Asked, found: SlotFill | None) -> bool:
    match asked.part:
        case Part.HAS:
            return found is not None
        case Part.MISSING:
            return found is None
        case Part.SCORE_BELOW | Part.TRIES_BELOW:
            return int(found or 0) < int(asked.wanted)
        case Part.SCORE_AT_LEAST | Part.TRIES_AT_LEAST:
            return int(found or 0) >= int(asked.wanted)
        case _:
            return found == asked.wanted
