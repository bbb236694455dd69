"""All texts of a scene beside their meanings in every pack: one row for each text, in the order of the scene.

The table reads files as they are, also where they have mistakes: a pack that lacks half of its texts is what
somebody works on here. A cell is written only over the text that its editor saw, so two people who work in one
file are in each other's way only where they change the same text.
"""

import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from kotoserver.content.cells import NoSuchCell, cell_text, write_cells
from kotoserver.content.diagnostics import Report, finding_as_json
from kotoserver.content.drafts import Folders
from kotoserver.content.locks import Accepted, TextId, accepted_now, read_lock, readable_lock, write_lock
from kotoserver.content.pack_schema import SCENE_PACK_SCHEMA, ScenePackSource
from kotoserver.content.saving import ABSENT, OpenedDraft, open_draft, save_draft
from kotoserver.content.scene_schema import SCENE_SCHEMA, SceneSource
from kotoserver.content.scene_values import slots_of
from kotoserver.content.script import Place, places_of, sample_fills, texts_without_id
from kotoserver.content.source import read_document
from kotoserver.content.tables import path_of, rows_of
from kotoserver.content.text_table import (
    KOREAN,
    UNCOUNTED,
    Cell,
    CellEdit,
    Column,
    Kind,
    State,
    TextRow,
    TextTable,
)
from kotoserver.content.tree import Block, Document, Path
from kotoserver.content.writing import one_writer
from kotoserver.domain.errors import BadInput, Conflict, NotFound
from kotoserver.domain.langpack import fill_placeholders

_TRIES = 3
_OPTIONAL = frozenset({"notes", "words"})
"""Tables of which a pack has what it wants to have."""


def read_lines(folders: Folders, scene_id: str) -> TextTable:
    """NotFound code `no_such_draft`; BadInput code `unreadable_draft` for a scene that has no shape yet."""
    return _Reading.of(folders, scene_id).table()


def write_lines(folders: Folders, scene_id: str, column: str, edits: Sequence[CellEdit]) -> TextTable:
    """Writes cells of one column, all or none, and gives the table as it is then.

    NotFound codes `no_such_draft`, `no_such_pack`, `no_such_text`. Conflict code `draft_changed` when somebody
    else changed one of the cells, with both texts of each in the details. BadInput codes `unreadable_draft`,
    `not_editable`, `empty_text`, `control_characters`.
    What is wrong with the new text is for lint to say: drafts may have mistakes.
    """
    for attempt in range(_TRIES):
        reading = _Reading.of(folders, scene_id)
        opened = reading.opened(column)
        text = reading.written(column, edits)
        try:
            if text != opened.text:
                save_draft(folders, opened.file, text, opened.digest)
            break
        except Conflict:  # saved by somebody else this very moment: look again whether it was one of these cells
            if attempt == _TRIES - 1:
                raise
    return read_lines(folders, scene_id)


def accept_lines(folders: Folders, scene_id: str, pack_id: str, ids: Collection[str]) -> TextTable:
    """Notes that these meanings fit the Korean as it is now. NotFound codes as with `write_lines`."""
    reading = _Reading.of(folders, scene_id)
    table = reading.table()
    reading.opened(pack_id)
    rows = {row.id: row for row in table.rows}
    _refuse_unknown(ids, rows)
    folder = folders.langpacks / pack_id
    with one_writer(folder):
        accepted = {
            reading.text_id(each): accepted_now(reading.accepted_korean(each), rows[each].meanings[pack_id].text)
            for each in ids
            if rows[each].meanings[pack_id].text and each.split("/")[0] not in _OPTIONAL
        }
        write_lock(folder, read_lock(folder) | accepted)
    return read_lines(folders, scene_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class _PackFile:
    opened: OpenedDraft
    document: Document | None
    problem: str
    lock: Mapping[TextId, Accepted]

    def keys(self, table: str) -> list[str]:
        block = self.document.root.get(table) if self.document else None
        return list(block) if isinstance(block, Block) else []


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """The files of a scene as they are at this moment."""

    scene_id: str
    scene: OpenedDraft
    source: SceneSource
    document: Document
    places: Mapping[str, Place]
    """Row -> where its Korean stands."""
    packs: Mapping[str, _PackFile]

    @classmethod
    def of(cls, folders: Folders, scene_id: str) -> "_Reading":
        opened = open_draft(folders, f"{folders.scenes.name}/{scene_id}/scene.yaml")
        report = Report()
        read = folders.memory.read(SceneSource, SCENE_SCHEMA, opened.text, opened.file, report)
        if read is None:
            raise BadInput(
                f"{opened.file} cannot be read: {report.diagnostics[0]}",
                code="unreadable_draft",
                details={"findings": [finding_as_json(each, "en") for each in report.diagnostics]},
            )
        source, document = read
        packs = {each: _pack_file(folders, each, scene_id) for each in _pack_ids(folders, source, scene_id)}
        places = dict(places_of(source))
        return cls(scene_id=scene_id, scene=opened, source=source, document=document, places=places, packs=packs)

    def opened(self, column: str) -> OpenedDraft:
        if column == KOREAN:
            return self.scene
        if column not in self.packs:
            raise NotFound(f"The scene {self.scene_id} has no pack {column}.", code="no_such_pack")
        return self.packs[column].opened

    # ── reading ──────────────────────────────────────────────────────────────────────────────

    def table(self) -> TextTable:
        rows = tuple(self._rows())
        korean = Column(id=KOREAN, file=self.scene.file, there=True, problem="", texts=0, missing=0, stale=0)
        return TextTable(
            scene=self.scene_id,
            background=self.source.stage.background,
            columns=(korean, *(self._column(pack_id, rows) for pack_id in self.packs)),
            rows=rows,
            without_id=texts_without_id(self.source),
        )

    def _rows(self) -> Iterator[TextRow]:
        fills = sample_fills(self.source)
        for row in rows_of(self.source, None):
            place = self.places[row.id]
            npc = self.source.npcs.get((place.say and place.say.by) or "") or next(iter(self.source.npcs.values()))
            text = TextRow(
                id=row.id,
                kind=place.kind,
                turn=place.turn,
                speaker=row.speaker,
                note=place.say.note or "" if place.say else "",
                korean=self._korean(row.korean, place),
                spoken=fill_placeholders(row.korean, fills),
                voice=npc.voice,
                pace=npc.pace,
                cue=place.say.cue if place.say else None,
                meanings={pack_id: self._meaning(pack_id, row.id) for pack_id in self.packs},
            )
            yield text
            note_id = row.id.replace("lines/", "notes/", 1)
            if note_id != row.id and place.say and self._any_has(note_id):
                yield replace(
                    text,
                    id=note_id,
                    kind=Kind.NOTE,
                    korean=replace(text.korean, editable=False),
                    spoken="",
                    cue=None,
                    meanings={pack_id: self._meaning(pack_id, note_id) for pack_id in self.packs},
                )
        yield from self._words()

    def _words(self) -> Iterator[TextRow]:
        words = dict.fromkeys(word for pack in self.packs.values() for word in pack.keys("words"))
        npc = next(iter(self.source.npcs.values()))
        for word in words:
            for key, kind in (("mean", Kind.WORD), ("note", Kind.CULTURE)):
                row_id = f"words/{word}/{key}"
                if kind is Kind.CULTURE and not self._any_has(row_id):
                    continue
                yield TextRow(
                    id=row_id,
                    kind=kind,
                    turn="",
                    speaker="",
                    note="",
                    korean=Cell(text=word, state=State.FINE, editable=False, line=None),
                    spoken=word if kind is Kind.WORD else "",
                    voice=npc.voice,
                    pace=npc.pace,
                    cue=None,
                    meanings={pack_id: self._meaning(pack_id, row_id) for pack_id in self.packs},
                )

    def _korean(self, text: str, place: Place) -> Cell:
        if not text:
            return Cell(text="", state=State.NONE, editable=False, line=None)
        line = self.document.mark(place.path).line if place.path else None
        return Cell(text=text, state=State.FINE, editable=bool(place.path), line=line)

    def _any_has(self, row_id: str) -> bool:
        return any(_text_in(pack.document, row_id) for pack in self.packs.values())

    def _meaning(self, pack_id: str, row_id: str) -> Cell:
        pack = self.packs[pack_id]
        text = _text_in(pack.document, row_id)
        line = pack.document.mark(path_of(row_id)).line if text and pack.document else None
        return Cell(text=text, state=self._state(pack, row_id, text), editable=not pack.problem, line=line)

    def _state(self, pack: _PackFile, row_id: str, text: str) -> State:
        if not text:
            return State.NONE if row_id.split("/")[0] in _OPTIONAL else State.MISSING
        accepted = pack.lock.get(self.text_id(row_id))
        stale = accepted is not None and accepted.is_stale(self.accepted_korean(row_id), text)
        return State.STALE if stale else State.FINE

    def text_id(self, row_id: str) -> TextId:
        """As the lock file names it."""
        table, *keys = row_id.split("/")
        return self.scene_id, table, ".".join(keys)

    def accepted_korean(self, row_id: str) -> str:
        """The Korean that a meaning is held against; of a slot's value, what an NPC says."""
        table, *keys = row_id.split("/")
        if table == "slots":
            return slots_of(self.source)[keys[0]].values[keys[1]][0]
        place = self.places.get(row_id)
        return cell_text(self.document, place.path) if place and place.path else ""

    def _column(self, pack_id: str, rows: Sequence[TextRow]) -> Column:
        pack = self.packs[pack_id]
        counted = [row for row in rows if row.id.split("/")[0] not in _OPTIONAL | UNCOUNTED]
        states = [row.meanings[pack_id].state for row in counted]
        return Column(
            id=pack_id,
            file=pack.opened.file,
            there=pack.opened.digest != ABSENT,
            problem=pack.problem,
            texts=len(counted),
            missing=states.count(State.MISSING),
            stale=states.count(State.STALE),
        )

    # ── writing ──────────────────────────────────────────────────────────────────────────────

    def written(self, column: str, edits: Sequence[CellEdit]) -> str:
        """The column's file with these cells."""
        rows = {row.id: row for row in self.table().rows}
        _refuse_unknown([edit.id for edit in edits], rows)
        document = self._document(column)
        cells: dict[Path, str] = {}
        refused: list[dict[str, str]] = []
        for edit in edits:
            path = self._path(column, rows[edit.id])
            theirs = _plain(_text_at(document, path))
            yours = _plain(edit.text)
            if column == KOREAN and not yours:
                raise BadInput("Korean is taken out in the text of the scene, not here.", code="empty_text")
            if theirs not in (_plain(edit.was), yours):
                refused.append({"id": edit.id, "yours": yours, "theirs": theirs})
            cells[path] = yours
        if refused:
            raise Conflict(
                "Somebody else changed this meanwhile; nothing was saved.",
                code="draft_changed",
                retryable=False,
                details={"column": column, "cells": refused},
            )
        return _checked(document, cells)

    def _document(self, column: str) -> Document:
        if column == KOREAN:
            return self.document
        pack = self.packs[column]
        if pack.document is None:
            raise BadInput(f"{pack.opened.file} cannot be read: {pack.problem}", code="unreadable_draft")
        return pack.document

    def _path(self, column: str, row: TextRow) -> Path:
        if column != KOREAN:
            return path_of(row.id)
        place = self.places.get(row.id)
        if place is None or not place.path or not row.korean.editable:
            raise BadInput(f"The Korean of {row.id} is edited in the text of the scene.", code="not_editable")
        return place.path


def _checked(document: Document, cells: Mapping[Path, str]) -> str:
    """The file with the cells, once it was read again and says what was meant."""
    try:
        text = write_cells(document, cells)
        report = Report()
        again = read_document(text, document.file, report)
        if again is not None and all(cell_text(again, path) == meant for path, meant in cells.items()):
            return text
    except NoSuchCell as error:
        raise BadInput(f"Something else stands in {document.file} at {error}.", code="not_editable") from error
    raise BadInput(f"{document.file} cannot hold this; edit its text instead.", code="not_editable")


def _plain(text: str) -> str:
    """One line, as files hold it. BadInput code `control_characters`."""
    text = " ".join(unicodedata.normalize("NFC", text).split())
    if any(unicodedata.category(letter) in ("Cc", "Cs", "Cn", "Co", "Zl", "Zp") for letter in text):
        raise BadInput("The text holds characters that nobody can see.", code="control_characters")
    return text


def _refuse_unknown(ids: Collection[str], rows: Mapping[str, TextRow]) -> None:
    for each in ids:
        if each not in rows:
            raise NotFound(f"There is no text {each!r} in this scene.", code="no_such_text")


def _text_at(document: Document, path: Path) -> str:
    try:
        return cell_text(document, path)
    except NoSuchCell:
        return ""


def _text_in(document: Document | None, row_id: str) -> str:
    return _text_at(document, path_of(row_id)) if document else ""


def _pack_ids(folders: Folders, source: SceneSource, scene_id: str) -> list[str]:
    """The packs that the scene names, then others that translate it all the same."""
    there = sorted(path.parents[1].name for path in folders.langpacks.glob(f"*/scenes/{scene_id}.yaml"))
    return list(dict.fromkeys((*source.packs, *there)))


def _pack_file(folders: Folders, pack_id: str, scene_id: str) -> _PackFile:
    """A file that is not there yet is read as one that says only which it is."""
    file = f"{folders.langpacks.name}/{pack_id}/scenes/{scene_id}.yaml"
    lock = readable_lock(folders.langpacks / pack_id)
    try:
        opened = open_draft(folders, file)
    except NotFound:
        opened = OpenedDraft(file=file, text=_beginning(pack_id, scene_id), digest=ABSENT)
    report = Report()
    document = folders.memory.document(ScenePackSource, SCENE_PACK_SCHEMA, opened.text, file, report)
    problem = "" if document else str(report.diagnostics[0])
    return _PackFile(opened=opened, document=document, problem=problem, lock=lock)


def _beginning(pack_id: str, scene_id: str) -> str:
    return (
        "# yaml-language-server: $schema=../../../scenes/schema/langpack-scene.1.json\n"
        f"schema: langpack-scene/1\npack: {pack_id}\nscene: {scene_id}\nscene_version: 1\n"
    )
