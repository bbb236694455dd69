"""A scene's Korean beside its meaning in a pack: meanings that are stale (W11), or no translation yet (W12)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kotoserver.content.findings import Findings
from kotoserver.content.locks import Accepted, TextId, accepted_now
from kotoserver.content.pack_schema import ScenePackSource
from kotoserver.content.tree import Path
from kotoserver.domain.scene import Scene

Lock = Mapping[TextId, Accepted]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One text that a pack translates."""

    table: str
    id: str
    path: Path
    """Of the meaning, in the pack's file."""
    korean: str
    meaning: str


def pairs_of(scene: Scene, part: ScenePackSource) -> Iterator[Pair]:
    """Every text of the scene that the pack has a meaning for."""
    for turn in scene.turns:
        yield from _pair("goals", turn.id, turn.goal, part.goals)
    for line_id, korean in korean_lines(scene).items():
        yield from _pair("lines", line_id, korean, part.lines)
    for turn in scene.turns:
        for hint in turn.hints:
            if hint.ko:
                yield from _pair("hints", hint.id, hint.ko, part.hints)
    for slot in scene.slots.values():
        for value, ways in slot.values.items():
            meaning = part.slots.get(slot.id, {}).get(value)
            if meaning is not None:
                yield Pair(
                    table="slots",
                    id=f"{slot.id}.{value}",
                    path=("slots", slot.id, value),
                    korean=ways[0],
                    meaning=meaning,
                )


def korean_lines(scene: Scene) -> dict[str, str]:
    """Line -> its Korean, in the order of the scene; repair moves belong to the catalog and are left out."""
    common = {move.say.id for move in scene.common}
    spoken: dict[str, str] = {}
    for turn in scene.turns:
        spoken |= {line.id: line.ko for line in turn.npc if line.id not in spoken}
        spoken[turn.model.id] = turn.model.ko
        spoken |= {rule.say.id: rule.say.ko for rule in turn.rules if rule.say and rule.say.id not in spoken}
    spoken |= {ending.say.id: ending.say.ko for ending in scene.endings}
    return {line_id: korean for line_id, korean in spoken.items() if line_id not in common}


def _pair(table: str, each: str, korean: str, meanings: Mapping[str, str]) -> Iterator[Pair]:
    if each in meanings:
        yield Pair(table=table, id=each, path=(table, each), korean=korean, meaning=meanings[each])


def advise_on_stale(scene: Scene, part: ScenePackSource, lock: Lock, findings: Findings) -> None:
    for pair in pairs_of(scene, part):
        accepted = lock.get((scene.id, pair.table, pair.id))
        if accepted is not None and accepted.is_stale(pair.korean, pair.meaning):
            findings.at("W11", pair.path, korean=pair.korean)


def advise_on_twins(part: ScenePackSource, other_pack: str, other: ScenePackSource, findings: Findings) -> None:
    """A whole sentence that is word for word another language's: copied, and not translated yet."""
    for line_id, meaning in part.lines.items():
        if meaning == other.lines.get(line_id) and " " in meaning.strip(" .!?…"):
            findings.at("W12.other_pack", ("lines", line_id), pack=other_pack)


def now_accepted(scene: Scene, part: ScenePackSource, lock: Lock) -> dict[TextId, Accepted]:
    """The pairs as they are now; a stale meaning stays as it was accepted, until somebody looks at it."""
    accepted: dict[TextId, Accepted] = {}
    for pair in pairs_of(scene, part):
        key = (scene.id, pair.table, pair.id)
        before = lock.get(key)
        if before is not None and before.is_stale(pair.korean, pair.meaning):
            accepted[key] = before
        else:
            accepted[key] = accepted_now(pair.korean, pair.meaning)
    return accepted
