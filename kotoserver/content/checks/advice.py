"""Warnings: what may be published and would still teach badly. `# ok: W07` on the line silences one."""

import re

from kotoserver.content.checks.flow import reachable_turns
from kotoserver.content.checks.lines import says
from kotoserver.content.findings import Findings
from kotoserver.content.scene_schema import SceneSource, TurnSource
from kotoserver.domain.scene import FINISH

_FIXED_PARTICLE = re.compile(r"\{[^{}|]+\}(을|를|이|가|은|는|과|와|으로|로|이에요|예요)(?![가-힣])")
_LONGEST_FOR_BEGINNERS = 25
"""Syllables of one line in a scene for TOPIK 1; more is not kept in mind."""
_HINT_ORDER = ("think", "words", "start", "answer")
_FEW_EXAMPLES = 3


def advise(source: SceneSource, findings: Findings) -> None:
    reachable = reachable_turns(source)
    for index, turn in enumerate(source.turns):
        if turn.id not in reachable and FINISH in reachable:
            findings.at("W01", ("turns", index, "id"), f"Turn `{turn.id}` is never reached.")
        _advise_on_intents(index, turn, findings)
        _advise_on_hints(index, turn, findings)
    _advise_on_lines(source, findings)
    _advise_on_casual_speech(source, findings)


def advise_on_left_work(findings: Findings) -> None:
    """`TODO` in any file, W25."""
    for number, line in enumerate(findings.document.lines):
        if "TODO" in line:
            findings.on_line("W25", number + 1, line.index("TODO") + 1, "Something is still to be done here.")


def _advise_on_intents(index: int, turn: TurnSource, findings: Findings) -> None:
    answered = {rule.when.intent for rule in turn.then if rule.when}
    by_slot = {slot for rule in turn.then if rule.when for slot in (*rule.when.has, *rule.when.slot)}
    for intent_id, intent in turn.learner.expect.items():
        path = ("turns", index, "learner", "expect", intent_id)
        if intent_id not in answered and not by_slot & set(intent.needs):
            findings.at_key("W03", path, f"No rule of this turn answers the intent `{intent_id}`.")
        elif len(intent.examples) < _FEW_EXAMPLES:
            findings.at_key("W03", path, f"The intent `{intent_id}` has fewer than three examples.")


def _advise_on_hints(index: int, turn: TurnSource, findings: Findings) -> None:
    kinds = [hint.kind for hint in turn.learner.hints]
    path = ("turns", index, "learner", "hints")
    if not kinds or kinds[-1] != "answer":
        findings.at("W10", path, f"The hints of turn `{turn.id}` do not end with the answer.")
    elif kinds != sorted(kinds, key=_HINT_ORDER.index):
        findings.at("W10", path, "Hints go from think over words and start to answer.")


def _advise_on_lines(source: SceneSource, findings: Findings) -> None:
    written: dict[str, str] = {}
    for path, say in says(source):
        if not say.ko or not say.id:
            continue
        place = (*path, "ko")
        fixed = _FIXED_PARTICLE.search(say.ko)
        if fixed:
            sentence = f"The particle in `{fixed[0]}` fits some words only; write a pair such as `{{slot|을/를}}`."
            findings.at("W07", place, sentence)
        if source.level.topik == 1 and _syllables(say.ko) > _LONGEST_FOR_BEGINNERS:
            findings.at(
                "W08", place, f"Over {_LONGEST_FOR_BEGINNERS} syllables in one line are too many for a beginner."
            )
        twin = written.setdefault(say.ko, say.id)
        if twin != say.id:
            findings.at("W17", place, f"The line `{twin}` has the same words; say it again with `use: {twin}`.")


def _syllables(korean: str) -> int:
    return sum("가" <= letter <= "힣" for letter in korean)


def _advise_on_casual_speech(source: SceneSource, findings: Findings) -> None:
    rules = [rule for turn in source.turns for rule in turn.then if rule.when]
    reacts = any(rule.when.speech == "too_casual" for rule in rules if rule.when)
    if source.speech.target == "해요체" and not reacts:
        findings.at_key("W19", ("turns",), "No rule of the scene reacts to speech that is too casual.")
