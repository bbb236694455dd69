"""What a YAML file holds: plain values that remember where they stood."""

from dataclasses import dataclass
from typing import cast

from kotoserver.content.diagnostics import Mark

Path = tuple[str | int, ...]


class Block(dict[str, object]):
    """A mapping with the place of each key and value."""

    def __init__(self, mark: Mark) -> None:
        super().__init__()
        self.mark = mark
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
        *around, last = path
        value: object = self.root
        for step in around:
            if isinstance(value, Block):
                value = value.get(str(step))
            elif isinstance(value, Items) and isinstance(step, int) and step < len(value):
                value = value[step]
        if isinstance(value, Block) and last in value.key_marks:
            return value.key_marks[str(last)]
        return self.mark(path)
