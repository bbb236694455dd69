"""Rules that are never taken (W02): one above them holds whenever they do, or their own conditions cannot meet.

Two rules are compared, not all of them together: a rule that is covered only by several others at once is
not found, and none is named that could be taken.
"""

from collections.abc import Iterator

from kotoserver.content.checks.placeholders import filled_on_entry
from kotoserver.content.findings import Findings
from kotoserver.content.scene_schema import ConditionSource, RuleSource, SceneSource

Slots = frozenset[str]
_ANY_SCORE = 101


def advise_on_rules(source: SceneSource, findings: Findings) -> None:
    for index, number, key, params in _never_taken(source):
        findings.at(key, ("turns", index, "then", number, "when"), **params)


def never_taken(source: SceneSource) -> frozenset[tuple[str, int]]:
    """Turn and index of each rule that can never be taken, as W02 tells it."""
    return frozenset((source.turns[index].id, number) for index, number, _, _ in _never_taken(source))


def _never_taken(source: SceneSource) -> Iterator[tuple[int, int, str, dict[str, int]]]:
    """Turn, rule, the key of the sentence that tells why, and what that needs to know."""
    if source.start not in {turn.id for turn in source.turns}:
        return
    held = filled_on_entry(source)
    for index, turn in enumerate(source.turns):
        for number, rule in enumerate(turn.then):
            if rule.when is None:
                continue
            why = next(_contradictions(rule.when, source, held[turn.id]), None)
            if why is not None:
                yield index, number, f"W02.{why}", {}  # each of `_contradictions`
                continue
            above = next(_rules_above(turn.then[:number], rule.when, held[turn.id]), None)
            if above is not None:
                yield index, number, "W02.above", {"rule": above + 1}


def _contradictions(when: ConditionSource, source: SceneSource, held: Slots) -> Iterator[str]:
    filled = {*when.has, *when.slot}
    if filled & set(when.missing):
        yield "both"
    if set(when.missing) & held:
        yield "held"
    if (when.score_at_least or 0) >= (_ANY_SCORE if when.score_below is None else when.score_below):
        yield "score"
    if when.tries_below is not None and (when.tries_at_least or 1) >= when.tries_below:
        yield "tries"
    if (when.tries_at_least or 1) > source.retry.max_tries:
        yield "too_many_tries"
    casual = source.speech.target == "반말"
    if when.speech == ("too_casual" if casual else "too_formal"):
        yield "speech"


def _rules_above(above: tuple[RuleSource, ...], when: ConditionSource, held: Slots) -> Iterator[int]:
    for number, rule in enumerate(above):
        if rule.when is not None and _covers(rule.when, when, held):
            yield number


def _covers(wide: ConditionSource, narrow: ConditionSource, held: Slots) -> bool:
    """Whether `wide` holds whenever `narrow` does; `held` are slots that are filled in any case."""
    return (
        wide.intent in (None, narrow.intent)
        and set(wide.has) <= {*narrow.has, *narrow.slot, *held}
        and set(wide.missing) <= set(narrow.missing)
        and wide.slot.items() <= narrow.slot.items()
        and wide.speech in (None, narrow.speech)
        and (wide.score_below is None or (narrow.score_below or _ANY_SCORE) <= wide.score_below)
        and (narrow.score_at_least or 0) >= (wide.score_at_least or 0)
        and (wide.tries_below is None or (narrow.tries_below or _ANY_SCORE) <= wide.tries_below)
        and (narrow.tries_at_least or 1) >= (wide.tries_at_least or 1)
    )
