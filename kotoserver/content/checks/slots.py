"""Slots: what rules wait for can come about (E13), what is required is asked for (E14)."""

from collections.abc import Iterator

from kotoserver.content.findings import Findings
from kotoserver.content.scene_schema import SceneSource, SlotSource
from kotoserver.content.scene_values import slots_of
from kotoserver.content.tree import Path


def check_slots(source: SceneSource, findings: Findings) -> None:
    slots = slots_of(source)
    _check_slot_shapes(slots, findings)
    for path, slot_id in _slot_names(source):
        if slot_id not in slots:
            findings.at("E13.no_slot", path, slot=slot_id)
    for path, slot_id, fill in _slot_fills(source):
        if slot_id not in slots:
            findings.at_key("E13.no_slot", path, slot=slot_id)
        elif not _fits(fill, slots[slot_id]):
            findings.at("E13.no_value", path, slot=slot_id, fill=fill)
    _check_intents(source, findings)
    _check_required(source, slots, findings)


def _check_slot_shapes(slots: dict[str, SlotSource], findings: Findings) -> None:
    for slot_id, slot in slots.items():
        if slot.type == "choice" and not slot.values:
            findings.at_key("E06.no_values", ("slots", slot_id), slot=slot_id)
        if slot.type == "native_number" and slot.values:
            findings.at_key("E06.number_values", ("slots", slot_id, "values"))


def _slot_names(source: SceneSource) -> Iterator[tuple[Path, str]]:
    for index, turn in enumerate(source.turns):
        for intent_id, intent in turn.learner.expect.items():
            around: Path = ("turns", index, "learner", "expect", intent_id)
            for number, slot_id in enumerate(intent.needs):
                yield (*around, "needs", number), slot_id
            for number, slot_id in enumerate(intent.may_have):
                yield (*around, "may_have", number), slot_id
        for number, rule in enumerate(turn.then):
            if rule.when is None:
                continue
            around = ("turns", index, "then", number, "when")
            for place, slot_id in enumerate(rule.when.has):
                yield (*around, "has", place), slot_id
            for place, slot_id in enumerate(rule.when.missing):
                yield (*around, "missing", place), slot_id


def _slot_fills(source: SceneSource) -> Iterator[tuple[Path, str, str | int]]:
    for slot_id, slot in slots_of(source).items():
        if slot.default is not None:
            yield ("slots", slot_id, "default"), slot_id, slot.default
    for word, fills in source.slots.shortcuts.items():
        for slot_id, fill in fills.items():
            yield ("slots", "shortcuts", word, slot_id), slot_id, fill
    for index, turn in enumerate(source.turns):
        for number, rule in enumerate(turn.then):
            around: Path = ("turns", index, "then", number)
            for slot_id, fill in (rule.when.slot if rule.when else {}).items():
                yield (*around, "when", "slot", slot_id), slot_id, fill
            for slot_id, fill in rule.set.items():
                yield (*around, "set", slot_id), slot_id, fill


def _fits(fill: str | int, slot: SlotSource) -> bool:
    if slot.type == "native_number":
        return isinstance(fill, int) and not isinstance(fill, bool) and 1 <= fill <= (slot.max or 99)
    return fill in slot.values


def _check_intents(source: SceneSource, findings: Findings) -> None:
    for index, turn in enumerate(source.turns):
        for number, rule in enumerate(turn.then):
            intent = rule.when.intent if rule.when else None
            if intent is not None and intent not in turn.learner.expect:
                path = ("turns", index, "then", number, "when", "intent")
                findings.at("E13.no_intent", path, turn=turn.id, intent=intent)


def _check_required(source: SceneSource, slots: dict[str, SlotSource], findings: Findings) -> None:
    asked = {
        slot_id
        for turn in source.turns
        for intent in turn.learner.expect.values()
        for slot_id in (*intent.needs, *intent.may_have)
    }
    for slot_id, slot in slots.items():
        if slot.required and slot_id not in asked:
            findings.at_key("E14", ("slots", slot_id), slot=slot_id)
