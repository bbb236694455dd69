"""What changed between two versions, as an editor thinks of it: lines, rules, intents and endings; or as text.

A scene or pack is taken apart into small facts, each with a name and one line of words. Facts are compared by
name, rules of a turn in their order, so that a rule put in between does not make all below it look changed.
"""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from kotoserver.domain.langpack import LanguagePack, ScenePack
from kotoserver.domain.scene import Condition, Cue, Ending, Intent, Line, Rule, Scene, Slot, Turn


class Sort(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    kind: str
    """What sort of thing: line, rule, intent, example, slot, ending, turn, setting, meaning …"""
    name: str
    """Which one: an id, or where it is."""
    sort: Sort
    before: str = ""
    after: str = ""

    def __str__(self) -> str:
        match self.sort:
            case Sort.ADDED:
                return f"+ {self.kind} {self.name}: {self.after}"
            case Sort.REMOVED:
                return f"- {self.kind} {self.name}: {self.before}"
            case Sort.CHANGED:
                return f"~ {self.kind} {self.name}: {self.before} → {self.after}"


Facts = dict[tuple[str, str], str]


def scene_changes(before: Scene, after: Scene) -> tuple[Change, ...]:
    rules = [change for turn in after.turns for change in _rule_changes(_turn_in(before, turn.id), turn)]
    return (*_compared(_scene_facts(before), _scene_facts(after)), *rules)


def pack_changes(before: LanguagePack, after: LanguagePack) -> tuple[Change, ...]:
    return tuple(_compared(_pack_facts(before), _pack_facts(after)))


def text_changes(before: str, after: str, before_name: str, after_name: str) -> str:
    """A unified diff."""
    lines = difflib.unified_diff(
        before.splitlines(keepends=True), after.splitlines(keepends=True), before_name, after_name
    )
    return "".join(line if line.endswith("\n") else line + "\n" for line in lines)


def _compared(before: Facts, after: Facts) -> Iterator[Change]:
    """In the order of the newer version, what is gone behind it."""
    for (kind, name), words in after.items():
        if (kind, name) not in before:
            yield Change(kind=kind, name=name, sort=Sort.ADDED, after=words)
        elif before[kind, name] != words:
            yield Change(kind=kind, name=name, sort=Sort.CHANGED, before=before[kind, name], after=words)
    for (kind, name), words in before.items():
        if (kind, name) not in after:
            yield Change(kind=kind, name=name, sort=Sort.REMOVED, before=words)


def _turn_in(scene: Scene, turn_id: str) -> Turn | None:
    return next((turn for turn in scene.turns if turn.id == turn_id), None)


def _rule_changes(before: Turn | None, after: Turn) -> Iterator[Change]:
    old = [rule_words(rule) for rule in before.rules] if before else []
    new = [rule_words(rule) for rule in after.rules]
    for tag, old_from, old_to, new_from, new_to in difflib.SequenceMatcher(None, old, new, False).get_opcodes():
        if tag == "equal":
            continue
        pairs = min(old_to - old_from, new_to - new_from)
        for at in range(pairs):
            name = f"{after.id} {new_from + at + 1}"
            gone, come = old[old_from + at], new[new_from + at]
            yield Change(kind="rule", name=name, sort=Sort.CHANGED, before=gone, after=come)
        for at in range(old_from + pairs, old_to):
            yield Change(kind="rule", name=f"{after.id} {at + 1}", sort=Sort.REMOVED, before=old[at])
        for at in range(new_from + pairs, new_to):
            yield Change(kind="rule", name=f"{after.id} {at + 1}", sort=Sort.ADDED, after=new[at])


def _scene_facts(scene: Scene) -> Facts:
    facts: Facts = {("setting", name): words for name, words in _settings(scene).items()}
    for slot in scene.slots.values():
        facts["slot", slot.id] = _slot(slot)
    for word, fills in scene.shortcuts.items():
        facts["shortcut", word] = ", ".join(f"{slot} = {value}" for slot, value in fills.items())
    for line in scene.lines():
        facts["line", line.id] = _line(line)
    for turn in scene.turns:
        facts |= _turn_facts(turn)
    for ending in scene.endings:
        facts["ending", ending.id] = _ending(ending)
    facts["order", "turns"] = ", ".join(turn.id for turn in scene.turns)
    return facts


def _settings(scene: Scene) -> Mapping[str, str]:
    return {
        "title": scene.title,
        "level": f"TOPIK {scene.topik}, {scene.cefr}",
        "speech": ", ".join(level.value for level in (scene.speech_target, *scene.speech_also_ok)),
        "packs": ", ".join(scene.packs),
        "stage": ", ".join(filter(None, (scene.stage.background, scene.stage.camera, scene.stage.music))),
        "common": ", ".join(move.id for move in scene.common),
        "scoring": _fields(scene.scoring),
        "retry": _fields(scene.retry),
        "limits": _fields(scene.limits),
        "start": scene.start,
        **{f"npc {npc.id}": _fields(npc) for npc in scene.npcs.values()},
    }


def _fields(value: object) -> str:
    names = getattr(value, "__slots__", ())
    return ", ".join(f"{name} {_plain(getattr(value, name))}" for name in names)


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _turn_facts(turn: Turn) -> Facts:
    facts: Facts = {
        ("turn", turn.id): ", ".join(line.id for line in turn.npc),
        ("goal", turn.id): turn.goal,
        ("model", turn.id): f"{turn.model.id} {turn.model.ko}",
        ("grammar", turn.id): ", ".join(turn.grammar),
    }
    for hint in turn.hints:
        facts["hint", hint.id] = f"{hint.kind.value} {hint.ko or ''}".strip()
    for intent in turn.intents:
        facts["intent", f"{turn.id} {intent.id}"] = _intent(intent)
        for example in intent.examples:
            facts["example", f"{turn.id} {intent.id} {example}"] = example
    return facts


def _slot(slot: Slot) -> str:
    values = "; ".join(f"{value}: {', '.join(ways)}" for value, ways in slot.values.items())
    kind = f"{slot.kind.value} up to {slot.maximum}" if slot.maximum else slot.kind.value
    parts = (kind, "required" if slot.required else "", f"default {slot.default}" if slot.default else "", values)
    return ", ".join(filter(None, parts))


def _line(line: Line) -> str:
    return " ".join(filter(None, (f"{line.by}:", line.ko, _cue(line.cue))))


def _cue(cue: Cue | None) -> str:
    shown = [each for each in (cue.emotion, cue.anim, cue.prop) if each] if cue else []
    return f"[{' '.join(shown)}]" if shown else ""


def _intent(intent: Intent) -> str:
    parts = [
        f"needs {', '.join(intent.needs)}" if intent.needs else "",
        f"may have {', '.join(intent.may_have)}" if intent.may_have else "",
        f"not {' / '.join(intent.not_this)}" if intent.not_this else "",
    ]
    return "; ".join(filter(None, parts)) or "any"


def rule_words(rule: Rule) -> str:
    """A rule in one line."""
    said = f"say {rule.say.id} {_cue(rule.say.cue)}".strip() if rule.say else ""
    set_ = f"set {_fills(rule.set)}" if rule.set else ""
    parts = (_condition(rule.when), said, set_, f"go {rule.go}", "no penalty" if rule.no_penalty else "")
    return ", ".join(filter(None, parts))


def _condition(when: Condition) -> str:
    parts = [
        f"intent {when.intent}" if when.intent else "",
        f"has {' '.join(when.has)}" if when.has else "",
        f"missing {' '.join(when.missing)}" if when.missing else "",
        f"slot {_fills(when.slot)}" if when.slot else "",
        f"speech {when.speech}" if when.speech else "",
        f"score below {when.score_below}" if when.score_below is not None else "",
        f"score at least {when.score_at_least}" if when.score_at_least is not None else "",
        f"tries below {when.tries_below}" if when.tries_below is not None else "",
        f"tries at least {when.tries_at_least}" if when.tries_at_least is not None else "",
    ]
    return f"when {', '.join(filter(None, parts))}" if any(parts) else "otherwise"


def _fills(fills: Mapping[str, str | int]) -> str:
    return " ".join(f"{slot} = {value}" for slot, value in fills.items())


def _ending(ending: Ending) -> str:
    wanted = [
        f"score at least {ending.score_at_least}" if ending.score_at_least is not None else "",
        "every slot by the learner" if ending.all_slots_by_learner else "",
    ]
    return f"{', '.join(filter(None, wanted)) or 'otherwise'}: {ending.result.value}, say {ending.say.id}"


def _pack_facts(pack: LanguagePack) -> Facts:
    facts: Facts = {("setting", "name"): pack.name, ("setting", "style"): pack.style}
    tables: Mapping[str, Mapping[str, str]] = {
        "ui": pack.ui,
        "feedback": pack.feedback,
        "summary": pack.feedback_summary,
        "label": pack.labels,
        "common": pack.common,
        "grammar": {each: _note((n.title, n.mean, n.how, n.pitfall)) for each, n in pack.grammar.items()},
        "speech level": {each: _note((n.name, n.tip, n.like)) for each, n in pack.speech_levels.items()},
        "sound": {" ".join(drill.pair): _note((*drill.try_words, drill.tip)) for drill in pack.sounds},
    }
    for kind, table in tables.items():
        facts |= {(kind, key): words for key, words in table.items()}
    for scene_id, part in pack.scenes.items():
        facts |= {(kind, f"{scene_id} {key}"): words for (kind, key), words in _part_facts(part).items()}
    return facts


def _part_facts(part: ScenePack) -> Facts:
    facts: Facts = {("title", ""): part.title, ("brief", ""): part.brief}
    tables: Mapping[str, Mapping[str, str]] = {
        "goal": part.goals,
        "meaning": part.lines,
        "hint": part.hints,
        "slot name": part.slot_names,
        "slot question": part.slot_questions,
        "note": part.notes,
        "word": {word: _note((gloss.mean, gloss.note)) for word, gloss in part.words.items()},
    }
    for kind, table in tables.items():
        facts |= {(kind, key): words for key, words in table.items()}
    for slot, values in part.slots.items():
        facts |= {("slot value", f"{slot} {value}"): words for value, words in values.items()}
    return facts


def _note(parts: Sequence[str | None]) -> str:
    return " | ".join(part for part in parts if part)
