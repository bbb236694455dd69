"""Turns that ask for what the learner may have said already (W20).

Followed through the scene: what a turn's intents and rules may fill travels on with every rule, unless a rule
above it takes those who have it somewhere else. A rule that itself waits for the slot leads back on purpose
(the drink is sold out: choose another).
"""

from kotoserver.content.checks.flow import reachable_turns
from kotoserver.content.findings import Findings
from kotoserver.content.scene_schema import SceneSource, TurnSource
from kotoserver.domain.scene import AGAIN

Slots = frozenset[str]


def advise_on_skips(source: SceneSource, findings: Findings) -> None:
    reachable = reachable_turns(source)
    may_hold: dict[str, set[str]] = {turn.id: set() for turn in source.turns}
    asked_again: dict[str, set[str]] = {turn.id: set() for turn in source.turns}
    changed = True
    while changed:
        changed = False
        for turn in source.turns:
            if turn.id not in reachable:
                continue
            for number, rule in enumerate(turn.then):
                if rule.go not in may_hold or rule.go == turn.id:
                    continue
                carried, deliberate = _carried(source, turn, number, frozenset(may_hold[turn.id]))
                new = (carried | deliberate) - may_hold[rule.go]
                changed = changed or bool(new)
                may_hold[rule.go] |= new
                asked_again[rule.go] |= carried - deliberate
    for index, turn in enumerate(source.turns):
        for slot in sorted(_asked(turn) & asked_again[turn.id]):
            findings.at("W20", ("turns", index, "id"), turn=turn.id, slot=slot)


def _carried(source: SceneSource, turn: TurnSource, number: int, before: Slots) -> tuple[Slots, Slots]:
    """Slots that may be filled when this rule leads on, and those that it waits for or fills itself."""
    rule = turn.then[number]
    waits = frozenset((*rule.when.has, *rule.when.slot, *rule.set)) if rule.when else frozenset(rule.set)
    missing = frozenset(rule.when.missing) if rule.when else frozenset()
    may = before | _heard(source, turn)
    elsewhere = {
        slot
        for above in turn.then[:number]
        if above.when and above.go not in (AGAIN, rule.go)
        for slot in (*above.when.has, *above.when.slot)
    }
    carried = (may - missing - elsewhere) | waits
    return carried, waits


def _heard(source: SceneSource, turn: TurnSource) -> Slots:
    """What an utterance in this turn may fill."""
    named = {slot for each in turn.learner.expect.values() for slot in (*each.needs, *each.may_have)}
    beside = {slot for fills in source.slots.shortcuts.values() if named & set(fills) for slot in fills}
    return frozenset(named | beside)


def _asked(turn: TurnSource) -> set[str]:
    """What the turn is there to find out: needed by each of its intents that needs anything."""
    needs = [set(intent.needs) for intent in turn.learner.expect.values() if intent.needs]
    return set.intersection(*needs) if needs else set()
