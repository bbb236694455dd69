"""Bodies about the texts of a scene, line by line and language by language, and about hearing them."""

from typing import Annotated

from pydantic import Field, StringConstraints

from kotoserver.content.sentences import Language
from kotoserver.content.text_table import Cell, CellEdit, Column, Kind, State, TextRow
from kotoserver.domain.speech import NORMAL_RATE, AudioFormat
from kotoserver.services.content import Lines
from kotoserver.transport.rest.models.common import ContentId
from kotoserver.transport.rest.models.content import FindingAnswer
from kotoserver.transport.rest.models.lab import EngineName
from kotoserver.transport.rest.operations import Model

LONGEST_CELL = 1_000
"""Characters; the longest brief of the project's own scenes has a fifth of that."""
MOST_CELLS = 500
RowId = Annotated[str, StringConstraints(min_length=1, max_length=120)]
CellText = Annotated[str, StringConstraints(max_length=LONGEST_CELL)]


class LinesQuery(Model):
    language: Language = "en"
    """Of the findings."""


class CellAnswer(Model):
    text: str
    state: State
    editable: bool
    line: int | None
    """In its file; null where nothing is written yet."""

    @classmethod
    def of(cls, cell: Cell) -> "CellAnswer":
        return cls(text=cell.text, state=cell.state, editable=cell.editable, line=cell.line)


class CueAnswer(Model):
    emotion: str | None
    anim: str | None
    prop: str | None


class RowAnswer(Model):
    id: str
    """As in a translator's table: `lines/L010`."""
    kind: Kind
    turn: str
    """Empty for what belongs to no turn."""
    speaker: str
    note: str
    spoken: str
    """The Korean with placeholders filled, to be heard; empty for what nobody says."""
    voice: str
    pace: float
    cue: CueAnswer | None
    cells: dict[str, CellAnswer]
    """`ko` and each pack."""

    @classmethod
    def of(cls, row: TextRow) -> "RowAnswer":
        cue = row.cue
        cells = {"ko": CellAnswer.of(row.korean)}
        cells |= {pack: CellAnswer.of(cell) for pack, cell in row.meanings.items()}
        return cls(
            id=row.id,
            kind=row.kind,
            turn=row.turn,
            speaker=row.speaker,
            note=row.note,
            spoken=row.spoken,
            voice=row.voice,
            pace=row.pace,
            cue=CueAnswer(emotion=cue.emotion, anim=cue.anim, prop=cue.prop) if cue else None,
            cells=cells,
        )


class ColumnAnswer(Model):
    id: str
    """`ko`, or a pack."""
    file: str
    there: bool
    """Whether the file exists; it is made with the first text."""
    problem: str
    """Why it cannot be read and edited here; empty where it can."""
    texts: int
    missing: int
    stale: int
    percent: int

    @classmethod
    def of(cls, column: Column) -> "ColumnAnswer":
        return cls(
            id=column.id,
            file=column.file,
            there=column.there,
            problem=column.problem,
            texts=column.texts,
            missing=column.missing,
            stale=column.stale,
            percent=column.percent,
        )


class LinesAnswer(Model):
    scene: str
    background: str
    """Of the stage on which cues are shown."""
    columns: list[ColumnAnswer]
    rows: list[RowAnswer]
    """In the order of the scene."""
    without_id: int
    """Lines that have no id, and no row therefore."""
    findings: list[FindingAnswer]
    """What lint has to say about these files, each with its file and line; the evaluator is not asked."""

    @classmethod
    def of(cls, lines: Lines, language: Language) -> "LinesAnswer":
        table = lines.table
        return cls(
            scene=table.scene,
            background=table.background,
            columns=[ColumnAnswer.of(column) for column in table.columns],
            rows=[RowAnswer.of(row) for row in table.rows],
            without_id=table.without_id,
            findings=[FindingAnswer.of(each, language) for each in lines.findings],
        )


class CellBody(Model):
    id: RowId
    text: CellText
    """Empty takes a pack's text out."""
    was: CellText
    """What stood there when it was read."""

    def edit(self) -> CellEdit:
        return CellEdit(id=self.id, text=self.text, was=self.was)


class LinesBody(Model):
    column: ContentId
    """`ko` for the scene itself, or a pack."""
    cells: Annotated[list[CellBody], Field(min_length=1, max_length=MOST_CELLS)]
    """Written all together, or none of them."""
    language: Language = "en"


class StillFitsBody(Model):
    pack: ContentId
    ids: Annotated[list[RowId], Field(min_length=1, max_length=MOST_CELLS)]
    language: Language = "en"


class SpeechBody(Model):
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
    voice: ContentId = "ko-f-02"
    rate: Annotated[float, Field(ge=0.5, le=2.0)] = NORMAL_RATE
    provider: EngineName | None = None
    """This engine alone; null: as learners hear it, with all that stand in."""
    format: AudioFormat = AudioFormat.MP3
