"""Texts written into an authored file where they belong: every other character of the file stays as it was.

A cell is named by its path (`("lines", "L010")`). What is there already is replaced where it stands, what is new
is put behind the last entry of its table, and an empty text takes an entry out.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from kotoserver.content.diagnostics import Edit, Mark
from kotoserver.content.edits import apply_edits
from kotoserver.content.scalars import as_scalar
from kotoserver.content.tree import Block, Document, Items, Path

_INDENT = "  "


class NoSuchCell(Exception):
    """The file holds something else where the text belongs."""


def write_cells(document: Document, cells: Mapping[Path, str]) -> str:
    """The file with these texts. NoSuchCell where a list or a whole table stands in a text's place."""
    edits: list[Edit] = []
    fresh = _Fresh(document)
    for path, text in cells.items():
        place = _written(document, path)
        if place is None:
            if text:
                fresh.add(path, text)
        elif text:
            block, key = place
            mark = block.value_marks[key]
            edits.append(Edit(mark, _end(document, mark), as_scalar(text, flow=block.flow)))
        else:
            edits.append(_without(document, *place))
    return apply_edits("\n".join(document.lines), [*edits, *fresh.edits()])


def cell_text(document: Document, path: Path) -> str:
    """What stands there; empty for nothing. NoSuchCell as with `write_cells`."""
    place = _written(document, path)
    return "" if place is None else str(place[0][place[1]])


def added_to_list(document: Document, path: Path, text: str) -> Edit:
    """The edit that puts a text behind the last of a list; a lone text becomes a list of two. NoSuchCell."""
    block, key = _parent(document, path)
    if block is None or key not in block:
        raise NoSuchCell(".".join(map(str, path)))
    value, mark = block[key], block.value_marks[key]
    if not isinstance(value, Items):
        end = _end(document, mark)
        first = as_scalar(str(value), flow=True)
        return Edit(mark, end, f"[{first}, {as_scalar(text, flow=True)}]")
    if not value:
        raise NoSuchCell(".".join(map(str, path)))
    last = document.end_of(value.marks[-1], value[-1])
    if document.lines[value.mark.line - 1][value.mark.column - 1] == "[":
        return Edit(last, last, f", {_quoted(text)}")
    before = document.lines[value.marks[-1].line - 1][: value.marks[-1].column - 1]
    end = _end_of_line(document, last)
    return Edit(end, end, f"{_break_at(document, end)}{before[: before.index('-')]}- {as_scalar(text)}")


def added_to_block(document: Document, block: Block, key: str, value: str) -> Edit:
    """The edit that puts `key: value` behind the last entry of a block; `value` is YAML already."""
    last = document.end_of(block.value_marks[list(block)[-1]], list(block.values())[-1])
    if block.flow:
        return Edit(last, last, f", {as_scalar(key)}: {value}")
    indent = " " * (block.key_marks[next(iter(block))].column - 1)
    end = _end_of_line(document, last)
    return Edit(end, end, f"{_break_at(document, end)}{indent}{as_scalar(key)}: {value}")


def _quoted(text: str) -> str:
    """Sentences stand in quotation marks inside brackets, whether they need them or not."""
    written = as_scalar(text, flow=True)
    return written if written[:1] in "\"'" else f'"{written}"'


def _parent(document: Document, path: Path) -> tuple[Block | None, str]:
    """The block that a path's last key belongs into; None where there is none yet. NoSuchCell for a list."""
    value: object = document.root
    for step in path[:-1]:
        if isinstance(value, Items) and isinstance(step, int) and step < len(value):
            value = value[step]
        elif isinstance(value, Block) and isinstance(step, str):
            value = value.get(step)
        elif not (isinstance(value, Block) and step == 0):  # a lone item stands for its list
            value = None
        if value is None:
            return None, str(path[-1])
    if not isinstance(value, Block):
        raise NoSuchCell(".".join(map(str, path)))
    return value, str(path[-1])


def _written(document: Document, path: Path) -> tuple[Block, str] | None:
    block, key = _parent(document, path)
    if block is None or block.get(key) is None:
        return None
    if isinstance(block[key], Block | Items):
        raise NoSuchCell(".".join(map(str, path)))
    return block, key


def _end(document: Document, mark: Mark) -> Mark:
    """Where a text ends; one of several lines (`>-`) ends with its last line, not where the next thing begins."""
    end = document.ends[mark]
    if end.line == mark.line or end.column > 1:
        return end
    line = end.line - 1
    while line > mark.line and not document.lines[line - 1].strip():
        line -= 1
    return Mark(line, len(document.lines[line - 1].rstrip("\r")) + 1)


def _end_of_line(document: Document, mark: Mark) -> Mark:
    line = mark.line
    if mark.column == 1:  # behind a text of several lines
        line -= 1
        while line > 1 and not document.lines[line - 1].strip():
            line -= 1
    return Mark(line, len(document.lines[line - 1].rstrip("\r")) + 1)


def _break_at(document: Document, mark: Mark) -> str:
    """A line break as that line has it."""
    return "\r\n" if document.lines[mark.line - 1].endswith("\r") else "\n"


def _without(document: Document, block: Block, key: str) -> Edit:
    """Takes an entry out: its lines, or between braces the entry with a comma."""
    start, value = block.key_marks[key], block.value_marks[key]
    end = _end(document, value)
    if not block.flow:
        first = Mark(start.line - 1, len(document.lines[start.line - 2]) + 1) if start.line > 1 else start
        return Edit(first, Mark(end.line, len(document.lines[end.line - 1]) + 1), "")
    keys = list(block)
    at = keys.index(key)
    if at + 1 < len(keys):
        return Edit(start, block.key_marks[keys[at + 1]], "")
    if at > 0:
        before = keys[at - 1]
        return Edit(_end(document, block.value_marks[before]), end, "")
    return Edit(start, end, "")


@dataclass(frozen=True, slots=True)
class _Insertion:
    mark: Mark
    depth: int
    """Of the block: what belongs deeper stands before what belongs around it."""
    text: str


class _Fresh:
    """Entries that are new, gathered so that a table that is missing is begun once."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._trees: dict[Path, dict[str, object]] = {}
        """Path of a block that is there -> what is to be added to it."""

    def add(self, path: Path, text: str) -> None:
        around = self._nearest(path[:-1])
        tree = self._trees.setdefault(around, {})
        for step in path[len(around) : -1]:
            inner = tree.setdefault(str(step), {})
            assert isinstance(inner, dict)
            tree = inner
        tree[str(path[-1])] = text

    def _nearest(self, path: Path) -> Path:
        """The innermost block along the path that has something in it."""
        for length in range(len(path), 0, -1):
            block, key = _parent(self._document, path[:length])
            value = block.get(key) if block is not None else None
            if isinstance(value, Block) and value:
                return path[:length]
        return ()

    def edits(self) -> Iterator[Edit]:
        found = [each for around, tree in self._trees.items() for each in self._insertions(around, tree)]
        by_mark: dict[Mark, list[_Insertion]] = {}
        for each in found:
            by_mark.setdefault(each.mark, []).append(each)
        yield from self._replaced()
        for mark, here in by_mark.items():
            text = "".join(each.text for each in sorted(here, key=lambda each: -each.depth))
            yield Edit(mark, mark, text)

    def _replaced(self) -> Iterator[Edit]:
        """Tables that are there and empty (`lines: {}`, `lines:`) make room."""
        for around, tree in self._trees.items():
            block = self._block(around)
            for key in tree:
                if key in block and isinstance(tree[key], dict):
                    start = block.key_marks[key]
                    line = self._document.lines[start.line - 1]
                    first = Mark(start.line - 1, len(self._document.lines[start.line - 2]) + 1)
                    yield Edit(first, Mark(start.line, len(line) + 1), "")

    def _insertions(self, around: Path, tree: Mapping[str, object]) -> Iterator[_Insertion]:
        block = self._block(around)
        last = self._document.end_of(block.value_marks[list(block)[-1]], list(block.values())[-1])
        if block.flow:
            yield _Insertion(
                last, len(around), "".join(f", {_in_flow(key, value)}" for key, value in tree.items())
            )
            return
        indent = " " * (block.key_marks[next(iter(block))].column - 1)
        end = _end_of_line(self._document, last)
        broken = _break_at(self._document, end)
        lines = "".join(broken + each for key, value in tree.items() for each in _in_block(key, value, indent))
        yield _Insertion(end, len(around), lines)

    def _block(self, around: Path) -> Block:
        if not around:
            return self._document.root
        block, key = _parent(self._document, around)
        value = block[key] if block is not None else None
        assert isinstance(value, Block)
        return value


def _in_flow(key: str, value: object) -> str:
    if isinstance(value, dict):
        return f"{as_scalar(key)}: {{ {', '.join(_in_flow(each, inner) for each, inner in value.items())} }}"
    return f"{as_scalar(key)}: {as_scalar(str(value), flow=True)}"


def _in_block(key: str, value: object, indent: str) -> Iterable[str]:
    if not isinstance(value, dict):
        return [f"{indent}{as_scalar(key)}: {as_scalar(str(value))}"]
    inner = [line for each, one in value.items() for line in _in_block(each, one, indent + _INDENT)]
    return [f"{indent}{as_scalar(key)}:", *inner]
