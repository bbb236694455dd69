"""Placeholders in lines name slots that surely hold something when the line is said (E17).

What surely holds something is found by walking all ways through the scene at once: a slot counts in a turn
only when every way that leads there has filled it. Rules add what they wait for and what they set.
"""

import re
from collections.abc import Iterator

from kotoserver.content.checks.flow import always_leaves
from kotoserver.content.checks.lines import says
from kotoserver.content.findings import Findings
from kotoserver.content.scene_schema import RuleSource, SceneSource, TurnSource
from kotoserver.content.scene_values import slots_of
from kotoserver.content.tree import Path
from kotoserver.domain.langpack import placeholders
from kotoserver.domain.scene import AGAIN, FINISH

_WELL_FORMED = re.compile(r"\{[a-z][a-z0-9_]*(\|[^{}|]*(/|\))[^{}|]*)?\}")

Slots = frozenset[str]


def check_placeholders(source: SceneSource, findings: Findings) -> None:
    slots = frozenset(slots_of(source))
    filled = dict(_filled_at_lines(source, slots))
    written = {say.id: say.ko for _, say in says(source) if say.id and say.ko}
    for path, say in says(source):
        korean = say.ko or written.get(say.use or "", "")
        place: Path = (*path, "use" if say.use else "ko")
        for key, slot in _problems(korean, slots, filled[path]):
            findings.at(key, place, slot=slot)
    for index, turn in enumerate(source.turns):
        if placeholders(turn.learner.model.ko):
            path = ("turns", index, "learner", "model", "ko")
            findings.at("E17.model", path)


def malformed(text: str) -> bool:
    """True when a brace in the text does not belong to a placeholder such as `{drink}` or `{drink|을/를}`."""
    return bool(re.search(r"[{}]", _WELL_FORMED.sub("", text)))


def _problems(korean: str, slots: Slots, filled: Slots) -> Iterator[tuple[str, str]]:
    """Key of a finding, and the slot that it is about."""
    if malformed(korean):
        yield "E17.brace", ""
    for name in sorted(placeholders(korean)):
        if name not in slots:
            yield "E17.no_slot", f"{{{name}}}"
        elif name not in filled:
            yield "E17.empty", f"{{{name}}}"


def _filled_at_lines(source: SceneSource, slots: Slots) -> Iterator[tuple[Path, Slots]]:
    defaults = frozenset(slot_id for slot_id, slot in slots_of(source).items() if slot.default is not None)
    entry = _filled_on_entry(source, slots, defaults)
    for index, turn in enumerate(source.turns):
        for number, _ in enumerate(turn.npc):
            yield ("turns", index, "npc", number), entry[turn.id]
        for number, after in enumerate(_filled_by_rules(turn, entry[turn.id])):
            yield ("turns", index, "then", number, "say"), after
    for index, ending in enumerate(source.endings):
        by_limit = frozenset.intersection(*entry.values()) if ending.id == source.limits.ending else entry[FINISH]
        yield ("endings", index, "say"), by_limit & entry[FINISH]


def filled_on_entry(source: SceneSource) -> dict[str, Slots]:
    """Turn -> slots that the learner or a rule has filled on every way to it; defaults do not count."""
    return _filled_on_entry(source, frozenset(slots_of(source)), frozenset())


def _filled_on_entry(source: SceneSource, slots: Slots, at_start: Slots) -> dict[str, Slots]:
    """Turn -> slots filled on every way to it. Begins with all and takes away until nothing changes."""
    entry = {turn.id: slots for turn in source.turns} | {FINISH: slots}
    entry[source.start] = at_start
    following = [turn.id for turn in source.turns[1:]] + [FINISH]
    if source.retry.after_max == "end":
        following = [FINISH] * len(source.turns)
    changed = True
    while changed:
        changed = False
        for turn, after in zip(source.turns, following, strict=True):
            for target, filled in _ways_on(turn, entry[turn.id], after, source.retry.max_tries):
                if target in entry and not entry[target] <= filled:
                    entry[target] &= filled
                    changed = True
    return entry


def _ways_on(turn: TurnSource, entry: Slots, following: str, max_tries: int) -> Iterator[tuple[str, Slots]]:
    """Each turn that may come next, with what is filled then; `following` is where the engine leads on."""
    for rule, filled in zip(turn.then, _filled_by_rules(turn, entry), strict=True):
        if rule.go != AGAIN:
            yield rule.go, filled
        elif _may_be_last_try(rule, max_tries):
            yield following, filled
        if always_leaves(rule, max_tries):
            return


def _may_be_last_try(rule: RuleSource, max_tries: int) -> bool:
    """True when the engine itself may lead on from here, every try being used up."""
    if rule.no_penalty:
        return False
    patience = rule.when.tries_below if rule.when else None
    return patience is None or patience > max_tries


def _filled_by_rules(turn: TurnSource, entry: Slots) -> Iterator[Slots]:
    """For each rule in order, the slots that hold something when its line is said."""
    known = entry
    for rule in turn.then:
        when = rule.when
        waited_for = frozenset((*when.has, *when.slot)) if when else frozenset()
        yield known | waited_for | frozenset(rule.set)
        if when and when.model_fields_set == {"missing"} and len(when.missing) == 1:
            known |= frozenset(when.missing)  # whoever comes past this rule has it
