"""Which intent an utterance fulfils, and which part of it says so."""

from kotoserver.korean.answering.choosing import best_intent
from kotoserver.korean.answering.context import Prepared
from kotoserver.korean.answering.intents import Match
from kotoserver.korean.answering.meaning import compact
from kotoserver.korean.answering.opposing import opposes
from kotoserver.korean.answering.ranking import ENOUGH_FOR_PART
from kotoserver.korean.answering.slot_readings import filled_by
from kotoserver.korean.reading.parts import answering_parts, behind_the_greeting
from kotoserver.korean.reading.reading import Reading
from kotoserver.korean.reading.stance import Stance

_NOT_AT_ALL, _LACKS_OR_OPPOSES, _ASKS_FOR_HELP, _FITS, _ANSWERS, _WITH_A_VALUE = range(6)
"""How well an utterance, or a part of it, answers."""


def choose_intent(reading: Reading, prepared: Prepared) -> tuple[Match | None, Reading]:
    """What is meant, and the part of the utterance that says it: a greeting, a reason or a remark left out."""
    chosen = _choose(reading, prepared)
    if _says_it(*chosen, prepared) < _ANSWERS:
        behind = behind_the_greeting(reading, prepared.synonyms)
        again = _choose(behind, prepared) if behind is not None else chosen
        if _says_it(*again, prepared) > _says_it(*chosen, prepared):
            return again
    return chosen


def _choose(reading: Reading, prepared: Prepared) -> tuple[Match | None, Reading]:
    whole = best_intent(reading, prepared)
    if whole is not None and compact(reading.text) in prepared.compact_examples:
        return whole, reading
    best, said = (whole, reading), _says_it(whole, reading, prepared)
    if said == (_WITH_A_VALUE if any(intent.needs for intent in prepared.intents) else _ANSWERS):
        return best
    for part in answering_parts(reading, prepared.synonyms):
        match = best_intent(part, prepared)
        told = _says_it(match, part, prepared)
        if (
            match is not None
            and told > said
            and (match.score >= ENOUGH_FOR_PART or not match.by_likeness or _decides(match, part, prepared))
        ):
            best, said = (match, part), told
    return best


def _decides(match: Match, part: Reading, prepared: Prepared) -> bool:
    """Whether it says yes or no, where that is what tells the intents of the turn apart."""
    said = part.stance.stance
    leanings = {intent.leaning for intent in prepared.intents}
    return match.intent.leaning is said is not Stance.OPEN and said.opposite in leanings


def _says_it(match: Match | None, part: Reading, prepared: Prepared) -> int:
    """How well a part answers."""
    if match is None:
        return _NOT_AT_ALL
    if match.intent.common is not None:
        return _ASKS_FOR_HELP
    needs = match.intent.needs
    unmet = set(needs) - filled_by(part.mentions, part, prepared.table)
    if unmet or opposes(part, match.intent):
        return _LACKS_OR_OPPOSES
    if not match.by_likeness:
        return _FITS
    return _WITH_A_VALUE if needs else _ANSWERS
