"""Answers to a question that leaves its answer open, filled in with what no example happens to hold."""

from collections.abc import Iterable

from kotoserver.korean.answering.context import Prepared
from kotoserver.korean.answering.intents import Example, Match
from kotoserver.korean.reading.predicates import Predicate
from kotoserver.korean.reading.reading import Reading
from kotoserver.korean.reading.stance import Stance
from kotoserver.korean.words.lexicon import GENERIC_ROOTS

_MOST = 2
"""Things that an answer may add; who says more answers something else."""


def fills_in(own: tuple[Match, ...], reading: Reading, prepared: Prepared) -> Match | None:
    """작년에 왔어요, to 언제 한국에 왔어요?, where 지난달에 왔어요 and 지난주에 왔어요 are taught.

    Examples that tell the same of different things leave open which; those that agree on a thing ask for it.
    """
    asked = prepared.npc.closing
    wondered = any(feature.startswith("q:") for feature in prepared.npc.features)
    if len(own) != 1 or own[0].intent.needs or asked is None or not prepared.npc.sentence.asks(asked.end):
        return None
    if not wondered or any(feature.startswith(("q:", "slot:")) for feature in reading.features):
        return None
    told = _told(reading)
    if told is None or reading.stance.stance is not Stance.FOR or reading.stance.answer is Stance.AGAINST:
        return None
    alike = [example for example in own[0].intent.examples if _tells_the_same(example, told)]
    named = _things(reading, told, prepared) - prepared.topic
    return own[0] if named and _leave_open(alike, prepared) and len(named) <= _MOST else None


def asks_about_it(own: tuple[Match, ...], reading: Reading, prepared: Prepared) -> Match | None:
    """식사 후에 먹으면 돼요?, where 언제 먹어요? is taught: the same is asked, and an answer proposed."""
    asked = {p.root for p in reading.predicates} - GENERIC_ROOTS
    closing = reading.closing
    if len(own) != 1 or own[0].intent.needs or closing is None or not reading.sentence.asks(closing.end):
        return None
    if any(feature.startswith(("q:", "slot:")) for feature in reading.features) or closing.honorific:
        return None
    wondering = [
        e
        for e in own[0].intent.examples
        if e.text.endswith("?")
        and any(f.startswith("q:") for f in e.reading.features)
        and any(p.root in asked for p in e.reading.predicates)
        and _other_things(e.reading, prepared) <= prepared.topic
    ]
    return own[0] if wondering and len(_other_things(reading, prepared)) <= _MOST else None


def _other_things(reading: Reading, prepared: Prepared) -> frozenset[str]:
    return _named_beside(reading.predicates, reading, prepared)


def _told(reading: Reading) -> Predicate | None:
    closing = reading.closing
    if closing is None or not closing.closes or closing.negated or reading.sentence.asks(closing.end):
        return None
    return closing


def _tells_the_same(example: Example, told: Predicate) -> bool:
    shown = _told(example.reading)
    if shown is None:
        return False
    return (shown.root, shown.past, shown.auxiliaries) == (told.root, told.past, told.auxiliaries)


def _leave_open(examples: list[Example], prepared: Prepared) -> bool:
    """Whether there are several, each naming something, and no thing that all of them name."""
    things = [
        _things(e.reading, told, prepared) - prepared.topic
        for e in examples
        if (told := _told(e.reading)) is not None
    ]
    return len(things) > 1 and all(things) and not frozenset.intersection(*things)


def _things(reading: Reading, told: Predicate, prepared: Prepared) -> frozenset[str]:
    """What is named beside the predicate itself."""
    return _named_beside((told,), reading, prepared)


def _named_beside(predicates: Iterable[Predicate], reading: Reading, prepared: Prepared) -> frozenset[str]:
    roots = {f"w:{prepared.synonyms.get(p.root, p.root)}" for p in predicates}
    return frozenset(feature for feature in reading.content if feature.startswith("w:")) - roots
