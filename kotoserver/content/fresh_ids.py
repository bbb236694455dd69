"""Ids for new lines and hints, in blocks of ten and never twice: recordings and translations hang on them."""

import re
from collections.abc import Iterable, Iterator

from kotoserver.content.diagnostics import Mark
from kotoserver.content.tree import Block, Items

_ID = re.compile(r"[LH][0-9]{3,5}")


class FreshIds:
    """Knows every id that was ever used in a scene, retired ones included."""

    def __init__(self, used: Iterable[str]) -> None:
        self._used = set(used)

    def after(self, neighbour: str) -> str:
        """An id in the neighbour's block of ten, or at the head of the next block that is all free; now used."""
        letter, number = neighbour[0], int(neighbour[1:])
        for candidate in range(number + 1, number - number % 10 + 10):
            if self._is_free(letter, candidate):
                return self._take(letter, candidate)
        return self.head_of_block(neighbour)

    def in_block(self, head: str) -> str | None:
        """The first id that is free in this block of ten, now used; None where there is none."""
        letter, block = head[0], int(head[1:])
        free = next((each for each in range(block, block + 10) if self._is_free(letter, each)), None)
        return None if free is None else self._take(letter, free)

    def head_of_block(self, neighbour: str) -> str:
        """The first id of the next block of ten in which nothing was ever used."""
        letter, number = neighbour[0], int(neighbour[1:])
        block = number - number % 10 + 10
        while not all(self._is_free(letter, each) for each in range(block, block + 10)):
            block += 10
        return self._take(letter, block)

    def _is_free(self, letter: str, number: int) -> bool:
        return f"{letter}{number:03d}" not in self._used

    def _take(self, letter: str, number: int) -> str:
        taken = f"{letter}{number:03d}"
        self._used.add(taken)
        return taken


def written_ids(value: object) -> Iterator[tuple[str, Mark]]:
    """Every id of a line or hint in a file, with its place."""
    match value:
        case Block():
            for key, inner in value.items():
                if key == "id" and isinstance(inner, str) and _ID.fullmatch(inner):
                    yield inner, value.value_marks[key]
                yield from written_ids(inner)
        case Items():
            for inner in value:
                yield from written_ids(inner)
