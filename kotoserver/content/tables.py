"""A pack's texts of one scene as a table for translators, in the order in which the scene is played.

Out: one row for each text, `id, speaker, korean, meaning, cue, note`, as CSV or as a workbook. In: every row
finds its text by the id, whatever became of the order; only meanings that differ are written into the pack's
file, span by span, so comments and order stay. What does not fit is a finding with its row and column (E28).
"""

import csv
import io
import unicodedata
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from kotoserver.content.cells import write_cells
from kotoserver.content.diagnostics import START_OF_FILE, Diagnostic, Mark, Report
from kotoserver.content.pack_schema import ScenePackSource
from kotoserver.content.scene_schema import CueSource, SaySource, SceneSource
from kotoserver.content.tree import Document, Path

MOST_BYTES = 5_000_000
"""Of a table that is read; a scene of 600 lines is 100 kB."""
MOST_UNPACKED_BYTES = 50_000_000
"""Of a workbook, which is a packed folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    id: str
    """Table of the pack and key in it: `lines/L010`, `slots/drink/latte`."""
    speaker: str = ""
    korean: str = ""
    meaning: str = ""
    cue: str = ""
    note: str = ""


COLUMNS = tuple(each.name for each in fields(Row))
_NEEDED = ("id", "meaning")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One meaning that an import makes another."""

    id: str
    before: str
    """Empty where there was none."""
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import would make of a pack's file."""

    text: str
    changes: tuple[Change, ...]
    findings: tuple[Diagnostic, ...]

    @property
    def changed(self) -> tuple[str, ...]:
        """Ids whose meaning is another now."""
        return tuple(each.id for each in self.changes)


def rows_of(source: SceneSource, part: ScenePackSource | None) -> list[Row]:
    """Every text of the scene with its meaning (empty where there is none), as the scene goes."""
    table = _Table(source=source, part=part)
    return [*table.head(), *table.turns(), *table.endings(), *table.slots(), *table.words()]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    source: SceneSource
    part: ScenePackSource | None

    def head(self) -> Iterator[Row]:
        yield Row(id="title", korean=self.source.title, meaning=self.part.title if self.part else "")
        yield Row(id="brief", meaning=self.part.brief if self.part else "", note="sets the stage for the learner")

    def turns(self) -> Iterator[Row]:
        for turn in self.source.turns:
            yield self._row("goals", turn.id, korean=turn.goal, note=f"turn {turn.id}: what to do")
            for line in turn.npc:
                yield from self._said(line)
            model = turn.learner.model
            yield self._row("lines", model.id, speaker="learner", korean=model.ko, note="model answer")
            for hint in turn.learner.hints:
                yield self._row("hints", hint.id, korean=hint.ko or "", note=f"hint: {hint.kind}")
            for rule in turn.then:
                if rule.say:
                    yield from self._said(rule.say)

    def endings(self) -> Iterator[Row]:
        for ending in self.source.endings:
            yield from self._said(ending.say, f"ending {ending.id}")

    def slots(self) -> Iterator[Row]:
        for slot_id, slot in self.source.slots.__pydantic_extra__.items():
            yield self._row("slot_names", slot_id, note="what the slot is called")
            yield self._row("slot_questions", slot_id, note="asks for it")
            meanings = self.part.slots.get(slot_id, {}) if self.part else {}
            for value, ways in slot.values.items():
                row_id = f"slots/{slot_id}/{value}"
                yield Row(id=row_id, korean=", ".join(ways), meaning=meanings.get(value, ""))

    def words(self) -> Iterator[Row]:
        for word, gloss in (self.part.words if self.part else {}).items():
            yield Row(id=f"words/{word}/mean", korean=word, meaning=gloss.mean)
            if gloss.note is not None:
                yield Row(id=f"words/{word}/note", korean=word, meaning=gloss.note, note="a word about culture")

    def _said(self, say: SaySource, note: str = "") -> Iterator[Row]:
        """The line, and why the NPC reacted so; a line that is used again stands only where it is written."""
        if not say.id or not say.ko:
            return
        speaker = self.source.npcs.get(say.by or next(iter(self.source.npcs)))
        name = speaker.name if speaker else say.by or ""
        note = "; ".join(each for each in (note, say.note or "") if each)
        yield self._row("lines", say.id, speaker=name, korean=say.ko, cue=_cue(say.cue), note=note)
        if self.part and say.id in self.part.notes:
            yield self._row("notes", say.id, korean=say.ko, note="explains the reaction")

    def _row(self, table: str, key: str, **columns: str) -> Row:
        meanings: Mapping[str, str] = getattr(self.part, table) if self.part else {}
        return Row(id=f"{table}/{key}", meaning=meanings.get(key, ""), **columns)


def _cue(cue: CueSource | None) -> str:
    return " ".join(each for each in (cue.emotion, cue.anim, cue.prop) if each) if cue else ""


def as_csv(rows: Iterable[Row], columns: Sequence[str] = COLUMNS) -> bytes:
    """With a byte order mark, without which spreadsheets take Korean for something else."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([getattr(row, column) for column in columns] for row in rows)
    return written.getvalue().encode("utf-8-sig")


def as_workbook(rows: Iterable[Row], title: str, columns: Sequence[str] = COLUMNS) -> bytes:
    """An XLSX workbook of one sheet; every cell is text, also one that begins like a formula."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font

    book = Workbook()
    sheet = book.active
    sheet.title = title[:31]
    sheet.freeze_panes = "A2"
    for number, values in enumerate([columns, *([getattr(row, c) for c in columns] for row in rows)], 1):
        for column, value in enumerate(values, 1):
            cell = sheet.cell(row=number, column=column)
            cell.value, cell.data_type = value, "s"
            cell.font = Font(bold=number == 1)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    for column, name in enumerate(columns, 1):
        width = 50 if name in ("korean", "meaning") else 20
        sheet.column_dimensions[sheet.cell(row=1, column=column).column_letter].width = width
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def import_table(
    content: bytes, file: str, source: SceneSource, part: ScenePackSource, document: Document
) -> Imported:
    """The pack's file with the meanings of the table; `file` is the table's name, for the findings."""
    report = Report()
    known = {row.id: row for row in rows_of(source, part)}
    taken: dict[str, str] = {}
    seen: set[str] = set()
    for row in _read(content, file, report):
        if _fits(row, known, seen, file, report):
            seen.add(row.id)
            if row.meaning and row.meaning != known[row.id].meaning:
                taken[row.id] = row.meaning
    missing = tuple(each for each in known if each not in seen)
    if seen and missing:
        report.add("E28.missing", file, START_OF_FILE, missing=missing)
    text = write_cells(document, {path_of(each): meaning for each, meaning in taken.items()})
    changes = tuple(Change(id=each, before=known[each].meaning, after=meaning) for each, meaning in taken.items())
    return Imported(text=text, changes=changes, findings=report.diagnostics)


def path_of(row_id: str) -> Path:
    """Where a row's meaning stands in the pack's file."""
    return tuple(row_id.split("/"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _ReadRow:
    number: int
    """Counted from 1, the row of column names included."""
    id: str
    meaning: str
    korean: str | None
    columns: Mapping[str, int]

    def mark(self, column: str) -> Mark:
        return Mark(self.number, self.columns[column] + 1)


def _fits(row: _ReadRow, known: Mapping[str, Row], seen: set[str], file: str, report: Report) -> bool:
    if not row.id:
        if row.meaning:
            report.add("E28.no_id", file, row.mark("id"))
        return False
    if row.id not in known:
        report.add("E28.unknown", file, row.mark("id"), id=row.id)
        return False
    if row.id in seen:
        report.add("E28.twice", file, row.mark("id"), id=row.id)
        return False
    korean = known[row.id].korean
    if row.korean is not None and row.korean != " ".join(korean.split()):
        report.add("E28.korean", file, row.mark("korean"), id=row.id, korean=korean)
    return True


def _read(content: bytes, file: str, report: Report) -> Iterator[_ReadRow]:
    table = _cells(content, file, report)
    if not table:
        return
    columns = {name.strip().lower(): at for at, name in enumerate(table[0])}
    lacking = [each for each in _NEEDED if each not in columns]
    for column in lacking:
        report.add("E28.no_column", file, START_OF_FILE, column=column)
    if lacking:
        return

    def cell(values: Sequence[str], column: str) -> str:
        at = columns[column]
        # Some systems write a letter and its marks apart, and no id was written that way.
        return " ".join(unicodedata.normalize("NFC", values[at]).split()) if at < len(values) else ""

    for number, values in enumerate(table[1:], 2):
        korean = cell(values, "korean") if "korean" in columns else None
        yield _ReadRow(
            number=number,
            id=cell(values, "id"),
            meaning=cell(values, "meaning"),
            korean=korean,
            columns=columns,
        )


def _cells(content: bytes, file: str, report: Report) -> list[list[str]]:
    if len(content) > MOST_BYTES:
        report.add("E28.not_text", file, START_OF_FILE, why=f"it has more than {MOST_BYTES:,} bytes")
        return []
    try:
        if content.startswith(b"PK"):
            return _workbook_cells(content)
        text = content.decode("utf-8-sig")
        first = text.split("\n", 1)[0]
        delimiter = max(",;\t", key=first.count)
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        report.add("E28.not_text", file, START_OF_FILE, why=str(error))
        return []
    except _NoWorkbook as error:
        report.add("E28.not_text", file, START_OF_FILE, why=str(error))
        return []


class _NoWorkbook(Exception):
    """The bytes begin like a workbook and are none."""


def _workbook_cells(content: bytes) -> list[list[str]]:
    from zipfile import BadZipFile, ZipFile

    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    # What the library says of a workbook that was cut short or written over in places. It reads XML by lxml where
    # that happens to be installed; the errors of both parsers are kinds of SyntaxError.
    broken = (BadZipFile, InvalidFileException, SyntaxError, zlib.error, EOFError, OSError, RuntimeError)
    odd = (KeyError, ValueError, IndexError, TypeError, AttributeError)
    try:
        if sum(each.file_size for each in ZipFile(io.BytesIO(content)).infolist()) > MOST_UNPACKED_BYTES:
            raise _NoWorkbook(f"it has more than {MOST_UNPACKED_BYTES:,} bytes when it is unpacked")
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet: Any = book.worksheets[0]
        rows = sheet.iter_rows(max_row=20_000, max_col=26, values_only=True)
        return [["" if value is None else str(value) for value in row] for row in rows]
    except (*broken, *odd) as error:
        raise _NoWorkbook(f"the workbook cannot be opened ({type(error).__name__})") from error
