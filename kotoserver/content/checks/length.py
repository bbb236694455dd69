"""Whether a scene can be walked within its limits (W21).

The longest walk takes every turn that lies on one way to the end and needs the most tries there that the rules
allow; turns that lead back to each other count once each. The time of a walk is an estimate: speech at
`SYLLABLES_PER_SECOND`, and `SECONDS_PER_ANSWER` for thinking and speaking.
"""

import re
from collections.abc import Mapping
from math import ceil

from kotoserver.content.checks.flow import always_leaves
from kotoserver.content.findings import Findings
from kotoserver.content.scene_schema import SceneSource, TurnSource
from kotoserver.domain.scene import AGAIN

SYLLABLES_PER_SECOND = 4.0
"""Unhurried Korean; news are read at six, staff in the scenes speak slowly."""
SECONDS_PER_ANSWER = 8.0
_SECONDS_PER_REACTION = 2.5


def advise_on_length(source: SceneSource, findings: Findings) -> None:
    walk = longest_walk(source)
    tries = {turn.id: _most_tries(turn, source.retry.max_tries) for turn in source.turns}
    answers = sum(tries[turn_id] for turn_id in walk)
    if answers > source.limits.learner_turns:
        findings.at("W21.turns", ("limits", "learner_turns"), walk=answers, limit=source.limits.learner_turns)
    turns = {turn.id: turn for turn in source.turns}
    seconds = sum(_seconds(turns[turn_id], tries[turn_id]) for turn_id in walk)
    if seconds > source.limits.minutes * 60:
        minutes = ceil(seconds / 60)
        findings.at("W21.minutes", ("limits", "minutes"), minutes=minutes, limit=source.limits.minutes)


def longest_walk(source: SceneSource) -> tuple[str, ...]:
    """The turns of the longest way from the start, each once."""
    weight = {turn.id: _most_tries(turn, source.retry.max_tries) for turn in source.turns}
    links = {
        turn.id: [go for go in dict.fromkeys(rule.go for rule in turn.then) if go in weight and go != turn.id]
        for turn in source.turns
    }
    if source.start not in weight:
        return ()
    groups = _groups(links)
    group_of = {turn_id: number for number, group in enumerate(groups) for turn_id in group}
    best: dict[int, tuple[str, ...]] = {}
    for number, group in enumerate(groups):  # the last to be reached come first
        onward = {group_of[go] for turn_id in group for go in links[turn_id]} - {number}
        following = max(
            (best[each] for each in onward), key=lambda walk: sum(weight[turn_id] for turn_id in walk), default=()
        )
        best[number] = (*group, *following)
    return best[group_of[source.start]]


def _groups(links: Mapping[str, list[str]]) -> list[tuple[str, ...]]:
    """Turns that lead to each other, together; a group comes after all it leads to (Tarjan's algorithm)."""
    found: list[tuple[str, ...]] = []
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    for start in links:
        if start in order:
            continue
        work = [(start, iter(links[start]))]
        order[start] = low[start] = len(order)
        stack.append(start)
        while work:
            turn, onward = work[-1]
            go = next(onward, None)
            if go is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[turn])
                if low[turn] == order[turn]:
                    at = stack.index(turn)
                    found.append(tuple(stack[at:]))
                    del stack[at:]
            elif go not in order:
                order[go] = low[go] = len(order)
                stack.append(go)
                work.append((go, iter(links[go])))
            elif go in stack:
                low[turn] = min(low[turn], order[go])
    return found


def _most_tries(turn: TurnSource, max_tries: int) -> int:
    """Answers after which a learner whom nobody understands is led on."""
    patience = [
        rule.when.tries_at_least or 1 if rule.when else 1
        for rule in turn.then
        if rule.go != AGAIN and always_leaves(rule, max_tries)
    ]
    return min([*patience, max_tries])


def _seconds(turn: TurnSource, tries: int) -> float:
    asked = sum(_spoken(say.ko or "") for say in turn.npc)
    return asked + tries * (SECONDS_PER_ANSWER + _SECONDS_PER_REACTION)


def _spoken(korean: str) -> float:
    return len(re.findall(r"[가-힣]", korean)) / SYLLABLES_PER_SECOND
