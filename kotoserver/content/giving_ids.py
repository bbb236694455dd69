"""Gives an id to every line and hint that has none, in blocks of ten; nothing else of the file changes."""

from collections.abc import Iterator
from dataclasses import dataclass

from kotoserver.content.diagnostics import Edit
from kotoserver.content.fresh_ids import FreshIds
from kotoserver.content.tree import Block, Document, Items


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenIds:
    ids: tuple[str, ...]
    """In the order of the file."""
    edits: tuple[Edit, ...]


def give_ids(document: Document, fresh: FreshIds) -> GivenIds:
    """New ids lie in the block of their turn while there is room; `fresh` knows every id that was ever used."""
    given: list[str] = []
    edits: list[Edit] = []
    before = {"L": "L000", "H": "H000"}
    for group in _groups(document.root):
        for letter in "LH":
            own = [block for kind, block in group if kind == letter]
            here = _first_id(own) or before[letter]
            in_block = here != before[letter]
            for block in own:
                written = block.get("id")
                if isinstance(written, str):
                    here, in_block = written, True
                    continue
                here = fresh.after(here) if in_block else _new_block(letter, here, before, fresh)
                in_block = True
                given.append(here)
                edits.append(_insertion(block, here))
            before[letter] = here
    return GivenIds(ids=tuple(given), edits=tuple(edits))


def _new_block(letter: str, here: str, before: dict[str, str], fresh: FreshIds) -> str:
    """Hints stand in the block that their turn's lines have, where that is free."""
    if letter == "H":
        lines = before["L"]
        return fresh.in_block(f"H{int(lines[1:]) // 10 * 10:03d}") or fresh.head_of_block(here)
    return fresh.head_of_block(here)


def _insertion(block: Block, new: str) -> Edit:
    mark = block.key_marks[next(iter(block))]
    text = f"id: {new}, " if block.flow else f"id: {new}\n" + " " * (mark.column - 1)
    return Edit(mark, mark, text)


def _first_id(blocks: list[Block]) -> str | None:
    """The first id of a turn, so that what stands before it falls into the same block."""
    return next((str(block["id"]) for block in blocks if isinstance(block.get("id"), str)), None)


def _groups(root: Block) -> Iterator[list[tuple[str, Block]]]:
    """The lines (L) and hints (H) of each turn, then those of the endings."""
    for turn in _blocks(root.get("turns")):
        yield list(_of_turn(turn))
    yield [("L", say) for ending in _blocks(root.get("endings")) for say in _said(ending)]


def _of_turn(turn: Block) -> Iterator[tuple[str, Block]]:
    for line in _blocks(turn.get("npc")):
        if "use" not in line:
            yield "L", line
    learner = turn.get("learner")
    if isinstance(learner, Block):
        for model in _blocks(learner.get("model")):
            yield "L", model
        for hint in _blocks(learner.get("hints")):
            yield "H", hint
    for rule in _blocks(turn.get("then")):
        for say in _said(rule):
            yield "L", say


def _said(rule: Block) -> Iterator[Block]:
    for say in _blocks(rule.get("say")):
        if "use" not in say:
            yield say


def _blocks(value: object) -> Iterator[Block]:
    """Blocks of a list, or the one that stands without it."""
    for each in value if isinstance(value, Items) else [value]:
        if isinstance(each, Block) and each:
            yield each
