"""Where every text of a scene stands, in the order in which it is said or read."""

from collections.abc import Iterator
from dataclasses import dataclass

from kotoserver.content.scene_schema import SaySource, SceneSource
from kotoserver.content.scene_values import slots_of
from kotoserver.content.text_table import Kind
from kotoserver.content.tree import Path
from kotoserver.domain.numbers import native_before_counter


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a text stands in the scene."""

    kind: Kind
    turn: str = ""
    path: Path = ()
    """Of the Korean; empty where it cannot be edited as one text."""
    say: SaySource | None = None


def places_of(source: SceneSource) -> Iterator[tuple[str, Place]]:
    yield "title", Place(kind=Kind.TITLE, path=("title",))
    yield "brief", Place(kind=Kind.BRIEF)
    for index, turn in enumerate(source.turns):
        at: Path = ("turns", index)
        yield f"goals/{turn.id}", Place(kind=Kind.GOAL, turn=turn.id, path=(*at, "goal"))
        for number, say in enumerate(turn.npc):
            yield from _said(say, Kind.LINE, turn.id, (*at, "npc", number))
        model = turn.learner.model
        yield f"lines/{model.id}", Place(kind=Kind.MODEL, turn=turn.id, path=(*at, "learner", "model", "ko"))
        for number, hint in enumerate(turn.learner.hints):
            path: Path = (*at, "learner", "hints", number, "ko") if hint.ko else ()
            yield f"hints/{hint.id}", Place(kind=Kind.HINT, turn=turn.id, path=path)
        for number, rule in enumerate(turn.then):
            if rule.say:
                yield from _said(rule.say, Kind.LINE, turn.id, (*at, "then", number, "say"))
    for index, ending in enumerate(source.endings):
        yield from _said(ending.say, Kind.ENDING, "", ("endings", index, "say"))
    for slot_id, slot in slots_of(source).items():
        yield f"slot_names/{slot_id}", Place(kind=Kind.SLOT_NAME)
        yield f"slot_questions/{slot_id}", Place(kind=Kind.SLOT_QUESTION)
        for value in slot.values:
            yield f"slots/{slot_id}/{value}", Place(kind=Kind.SLOT_VALUE)


def _said(say: SaySource, kind: Kind, turn: str, at: Path) -> Iterator[tuple[str, Place]]:
    if say.id and say.ko:
        yield f"lines/{say.id}", Place(kind=kind, turn=turn, path=(*at, "ko"), say=say)


def texts_without_id(source: SceneSource) -> int:
    says = [say for turn in source.turns for say in (*turn.npc, *(rule.say for rule in turn.then if rule.say))]
    says += [ending.say for ending in source.endings]
    return sum(bool(say.ko) and not say.id for say in says)


def sample_fills(source: SceneSource) -> dict[str, str]:
    """Slot -> how an NPC says its first value, so that a line with a placeholder can be heard."""
    return {
        slot_id: next(iter(slot.values.values()))[0] if slot.values else native_before_counter(1)
        for slot_id, slot in slots_of(source).items()
    }
