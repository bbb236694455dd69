"""The values of the table of texts: rows in the order of the scene, columns for Korean and every pack."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from kotoserver.content.scene_schema import CueSource

KOREAN = "ko"
"""The column of the scene itself; every other one is named after its pack."""


UNCOUNTED = frozenset({"title", "brief"})
"""As with `kotoserver scenes coverage`: the scene's own head is not among its texts."""


class Kind(StrEnum):
    TITLE = "title"
    BRIEF = "brief"
    GOAL = "goal"
    LINE = "line"
    MODEL = "model"
    HINT = "hint"
    ENDING = "ending"
    NOTE = "note"
    SLOT_NAME = "slot_name"
    SLOT_QUESTION = "slot_question"
    SLOT_VALUE = "slot_value"
    WORD = "word"
    CULTURE = "culture"


class State(StrEnum):
    FINE = "fine"
    MISSING = "missing"
    STALE = "stale"
    """The Korean has changed since, and this has not."""
    NONE = "none"
    """Nothing stands here, and nothing needs to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    text: str
    state: State
    editable: bool
    line: int | None
    """In its file; None where nothing is written yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRow:
    id: str
    """Table of the pack and key in it, as in a translator's table: `lines/L010`."""
    kind: Kind
    turn: str
    """Empty for what belongs to no turn."""
    speaker: str
    note: str
    korean: Cell
    spoken: str
    """The Korean as it may sound, with its placeholders filled; empty for what nobody says."""
    voice: str
    pace: float
    cue: CueSource | None
    meanings: Mapping[str, Cell]
    """Pack -> its text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    id: str
    """`ko`, or a pack."""
    file: str
    there: bool
    """Whether the file exists."""
    problem: str
    """Why it cannot be read; empty where it can."""
    texts: int
    missing: int
    stale: int

    @property
    def percent(self) -> int:
        """As `kotoserver scenes coverage` counts."""
        return 100 * (self.texts - self.missing - self.stale) // max(self.texts, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextTable:
    scene: str
    background: str
    columns: tuple[Column, ...]
    """The Korean first, then the packs as the scene names them."""
    rows: tuple[TextRow, ...]
    without_id: int
    """Lines and hints that have no id yet, and no row therefore."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CellEdit:
    id: str
    text: str
    """Empty: take the entry out."""
    was: str
    """What its editor saw there."""
