"""Warnings about single turns and lines. `# ok: W07` on the line silences one."""

import re
from itertools import combinations

from kotoserver.content.checks.flow import reachable_turns
from kotoserver.content.checks.lines import says
from kotoserver.content.diagnostics import Edit, Fix, Mark
from kotoserver.content.findings import Findings
from kotoserver.content.scene_schema import IntentSource, SceneSource, TurnSource
from kotoserver.content.tree import Block, Path
from kotoserver.domain.scene import FINISH

_FIXED_PARTICLE = re.compile(
    r"\{(?P<slot>[^{}|]+)\}(?P<particle>을|를|이|가|은|는|과|와|으로|로|이에요|예요)(?![가-힣])"
)
_PAIRS = {
    "을": "을/를",
    "를": "을/를",
    "이": "이/가",
    "가": "이/가",
    "은": "은/는",
    "는": "은/는",
    "과": "과/와",
    "와": "과/와",
    "으로": "(으)로",
    "로": "(으)로",
    "이에요": "이에요/예요",
    "예요": "이에요/예요",
}
_LONGEST_FOR_BEGINNERS = 25
"""Syllables of one line in a scene for TOPIK 1; more is not kept in mind."""
_HINT_ORDER = ("think", "words", "start", "answer")
_FEW_EXAMPLES = 3


def advise(source: SceneSource, findings: Findings) -> None:
    reachable = reachable_turns(source)
    for index, turn in enumerate(source.turns):
        if turn.id not in reachable and FINISH in reachable:
            findings.at("W01", ("turns", index, "id"), turn=turn.id)
        _advise_on_intents(index, turn, findings)
        _advise_on_hints(index, turn, findings)
    _advise_on_lines(source, findings)
    _advise_on_casual_speech(source, findings)


def advise_on_left_work(findings: Findings) -> None:
    """`TODO` in any file, W25."""
    for number, line in enumerate(findings.document.lines):
        if "TODO" in line:
            findings.on("W25", Mark(number + 1, line.index("TODO") + 1))


def _advise_on_intents(index: int, turn: TurnSource, findings: Findings) -> None:
    answered = {rule.when.intent for rule in turn.then if rule.when}
    by_slot = {slot for rule in turn.then if rule.when for slot in (*rule.when.has, *rule.when.slot)}
    for intent_id, intent in turn.learner.expect.items():
        path = ("turns", index, "learner", "expect", intent_id)
        if intent_id not in answered and not by_slot & set(intent.needs):
            findings.at_key("W03.no_rule", path, intent=intent_id)
        elif len(intent.examples) < _FEW_EXAMPLES:
            findings.at_key("W03.few", path, intent=intent_id)
        elif _all_alike(intent):
            findings.at_key("W04", path, intent=intent_id)


def _all_alike(intent: IntentSource) -> bool:
    """Whether no two examples differ by more than one word."""
    split = [re.findall(r"[^\s.,?!…]+", example) for example in intent.examples]
    return all(_one_word_apart(one, other) for one, other in combinations(split, 2))


def _one_word_apart(one: list[str], other: list[str]) -> bool:
    """Whether one word put in, left out or exchanged makes one of the other."""
    short, long = sorted((one, other), key=len)
    if len(long) - len(short) > 1:
        return False
    same = next((at for at, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    rest = short[same:] if len(short) < len(long) else short[same + 1 :]
    return rest == long[same + 1 :]


def _advise_on_hints(index: int, turn: TurnSource, findings: Findings) -> None:
    hints = turn.learner.hints
    kinds = [hint.kind for hint in hints]
    path: Path = ("turns", index, "learner", "hints")
    if not kinds or kinds[-1] != "answer":
        findings.at("W10.no_answer", path, turn=turn.id)
    elif kinds != sorted(kinds, key=_HINT_ORDER.index):
        findings.at("W10.order", path)
    for number, hint in enumerate(hints):
        if hint.ko and _gives_away(hint.kind, hint.ko, turn.learner.model.ko):
            findings.at("W10.too_early", (*path, number, "ko"))


def _gives_away(kind: str, hint: str, answer: str) -> bool:
    """Whether a hint before the last shows the whole answer; words may show it among or in several parts."""
    if kind == "answer" or (kind == "words" and "/" in hint):
        return False
    return _bare(answer) in _bare(hint)


def _bare(text: str) -> str:
    return re.sub(r"[^가-힣0-9A-Za-z]", "", text)


def _advise_on_lines(source: SceneSource, findings: Findings) -> None:
    written: dict[str, str] = {}
    used = {say.use for _, say in says(source)}
    for path, say in says(source):
        if not say.ko or not say.id:
            continue
        place = (*path, "ko")
        fixed = _FIXED_PARTICLE.search(say.ko)
        if fixed:
            pair = _PAIRS[fixed["particle"]]
            fix = _with_pairs(findings, place)
            findings.at("W07", place, fix, written=fixed[0], pair=f"{{{fixed['slot']}|{pair}}}")
        if source.level.topik == 1 and _syllables(say.ko) > _LONGEST_FOR_BEGINNERS:
            findings.at("W08", place, most=_LONGEST_FOR_BEGINNERS)
        twin = written.setdefault(say.ko, say.id)
        if twin != say.id:
            fix = () if say.note or say.id in used else _used_instead(findings, path, twin)
            findings.at("W17", place, fix, twin=twin)


def _with_pairs(findings: Findings, place: Path) -> Fix:
    """Every fixed particle of the text at `place` as a pair."""
    mark = findings.document.mark(place)
    end = findings.document.ends.get(mark)
    if end is None:
        return ()
    text = findings.document.text_between(mark, end)
    better = _FIXED_PARTICLE.sub(lambda match: f"{{{match['slot']}|{_PAIRS[match['particle']]}}}", text)
    return (Edit(mark, end, better),)


def _used_instead(findings: Findings, path: Path, twin: str) -> Fix:
    """`use: L020` where `id` and `ko` stand beside each other on one line."""
    line = findings.document.at(path)
    if not isinstance(line, Block) or list(line)[:2] != ["id", "ko"]:
        return ()
    start, end = line.key_marks["id"], findings.document.ends.get(line.value_marks["ko"])
    return (Edit(start, end, f"use: {twin}"),) if end is not None and end.line == start.line else ()


def _syllables(korean: str) -> int:
    return sum("가" <= letter <= "힣" for letter in korean)


def _advise_on_casual_speech(source: SceneSource, findings: Findings) -> None:
    rules = [rule for turn in source.turns for rule in turn.then if rule.when]
    reacts = any(rule.when.speech == "too_casual" for rule in rules if rule.when)
    if source.speech.target == "해요체" and not reacts:
        findings.at_key("W19", ("turns",))
