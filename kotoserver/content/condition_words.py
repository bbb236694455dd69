"""Conditions in words, for people who read a scene as a picture: what a rule asks, and what was there instead."""

from collections.abc import Iterable

from kotoserver.content.sentences import Param, Phrase, phrase
from kotoserver.domain.weighing import Asked, Part, Weighed


def condition_words(parts: Iterable[Asked]) -> tuple[Phrase, ...]:
    """A whole condition; one without parts is `otherwise`."""
    return tuple(asked_words(each) for each in parts) or (phrase("asked.otherwise"),)


def asked_words(asked: Asked) -> Phrase:
    params: dict[str, Param] = {"wanted": asked.wanted}
    if asked.part is Part.SLOT:
        params["slot"] = str(asked.slot)
    if asked.part is Part.ALL_SLOTS_BY_LEARNER:
        params = {}
    return phrase(f"asked.{asked.part.value}", **params)


def found_words(weighed: Weighed) -> Phrase:
    """What was there, whether it held or not."""
    asked, found = weighed.asked, weighed.found
    match asked.part:
        case Part.INTENT:
            return phrase("found.no_intent") if found is None else phrase("found.intent", found=found)
        case Part.HAS | Part.MISSING | Part.SLOT:
            slot = asked.slot or str(asked.wanted)
            return (
                phrase("found.empty", slot=slot) if found is None else phrase("found.full", slot=slot, found=found)
            )
        case Part.ALL_SLOTS_BY_LEARNER:
            return phrase("found.all") if found is None else phrase("found.lacking", found=found)
        case Part.SPEECH:
            return phrase("found.speech", found=str(found))
        case Part.SCORE_BELOW | Part.SCORE_AT_LEAST:
            return phrase("found.score", found=str(found))
        case _:
            return phrase("found.tries", found=str(found))
