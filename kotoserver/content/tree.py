"""What a YAML file holds: plain values that remember where they stood."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from kotoserver.content.diagnostics import Edit, Fix, Mark
from kotoserver.content.edits import between

Path = tuple[str | int, ...]


class Block(dict[str, object]):
    """A mapping with the place of each key and value."""

    def __init__(self, mark: Mark, *, flow: bool = False) -> None:
        super().__init__()
        self.mark = mark
        self.flow = flow
        """Written between braces."""
        self.key_marks: dict[str, Mark] = {}
        self.value_marks: dict[str, Mark] = {}


class Items(list[object]):
    """A list with the place of each item."""

    def __init__(self, mark: Mark) -> None:
        super().__init__()
        self.mark = mark
        self.marks: list[Mark] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One file as it was read."""

    file: str
    """Its name as authors know it, such as `scenes/cafe/scene.yaml`."""
    lines: tuple[str, ...]
    root: Block
    ends: Mapping[Mark, Mark] = field(default_factory=dict)
    """Where the word or text that begins at a mark ends, quotation marks included."""

    def mark(self, path: Path) -> Mark:
        """Where the value at `path` stands; the nearest place around it when it is not there.

        A list of one item may be written without the list, so index 0 of a lone item is that item.
        """
        place, value = self.root.mark, cast(object, self.root)
        for step in path:
            if isinstance(value, Block) and step in value:
                place, value = value.value_marks[str(step)], value[str(step)]
            elif isinstance(value, Items) and isinstance(step, int) and step < len(value):
                place, value = value.marks[step], value[step]
            elif step != 0:
                break
        return place

    def key_mark(self, path: Path) -> Mark:
        """Where the last key of `path` stands; the place of the value when it is no key."""
        *_, last = path
        value = self.at(path[:-1])
        if isinstance(value, Block) and last in value.key_marks:
            return value.key_marks[str(last)]
        return self.mark(path)

    def at(self, path: Path) -> object:
        """The value at `path`, or the nearest one around it; a lone item stands for its list."""
        value: object = self.root
        for step in path:
            if isinstance(value, Block):
                value = value.get(str(step)) if step in value or step != 0 else value
            elif isinstance(value, Items) and isinstance(step, int) and step < len(value):
                value = value[step]
        return value

    def end_of(self, mark: Mark, value: object) -> Mark:
        """Where the last word inside a value ends; its brackets, where it has some, close behind that."""
        if isinstance(value, Block) and value:
            last = list(value)[-1]
            return self.end_of(value.value_marks[last], value[last])
        if isinstance(value, Items) and value:
            return self.end_of(value.marks[-1], value[-1])
        return self.ends.get(mark, mark)

    def text_between(self, start: Mark, end: Mark) -> str:
        """What is written there, line breaks included."""
        return between(self.lines, start, end)

    def rewritten(self, mark: Mark, text: str) -> Fix:
        """The edit that writes `text` in the place of the word that begins there; none when no word does."""
        end = self.ends.get(mark)
        return (Edit(mark, end, text),) if end else ()

    def quoted(self, mark: Mark) -> Fix:
        """The edit that puts quotation marks around the word or text that begins there."""
        end = self.ends.get(mark)
        return (Edit(mark, end, in_quotes(self.text_between(mark, end))),) if end else ()


def in_quotes(text: str) -> str:
    """The text as a quoted scalar of YAML; single quotes where it holds double ones or a backslash."""
    if '"' in text or "\\" in text:
        return "'" + text.replace("'", "''") + "'"
    return f'"{text}"'
