"""What the command line and the console do for authors with whole files: ids, tables, locks and scripts."""

from collections.abc import Collection, Mapping

from kotoserver.content.checks.texts import now_accepted, pairs_of
from kotoserver.content.diagnostics import Report
from kotoserver.content.drafts import Drafts, Folders, compile_folders, used_ids
from kotoserver.content.edits import apply_edits
from kotoserver.content.fresh_ids import FreshIds, written_ids
from kotoserver.content.giving_ids import give_ids
from kotoserver.content.locks import accepted_now, read_lock, write_lock
from kotoserver.content.pack_schema import ScenePackSource
from kotoserver.content.saving import open_draft, save_draft
from kotoserver.content.scene_schema import LineSource
from kotoserver.content.source import read_document
from kotoserver.content.tables import Imported, Row, import_table, rows_of
from kotoserver.content.tree import Document
from kotoserver.domain.errors import BadInput, NotFound
from kotoserver.domain.scene import Scene


def give_scene_ids(folders: Folders, scene_id: str) -> tuple[str, ...]:
    """Writes the ids that the draft lacks, and tells them.

    NotFound code `no_such_draft`, BadInput code `unreadable_draft`.
    """
    opened = open_draft(folders, f"{folders.scenes.name}/{scene_id}/scene.yaml")
    report = Report()
    document = read_document(opened.text, opened.file, report)
    if document is None:
        raise BadInput(f"{opened.file} cannot be read: {report.diagnostics[0]}", code="unreadable_draft")
    written = {each for each, _ in written_ids(document.root)}
    given = give_ids(document, FreshIds(written | used_ids(folders.scenes / scene_id)))
    if given.ids:
        save_draft(folders, opened.file, apply_edits("\n".join(document.lines), given.edits), opened.digest)
    return given.ids


def voice_over(folders: Folders, scene_id: str, npc_id: str | None = None) -> list[Row]:
    """What is to be recorded of a scene, repair moves included. NotFound code `no_such_scene`."""
    drafts = compile_folders(folders, scene_id)
    result = drafts.scenes.get(scene_id)
    if result is None or result.source is None or drafts.catalogs is None:
        raise NotFound(f"There is no scene {scene_id} that can be read.", code="no_such_scene")
    source, usual = result.source, next(iter(result.source.npcs.values())).name
    names = {npc.name for each, npc in source.npcs.items() if npc_id in (None, each)}
    rows = [row for row in rows_of(source, None) if row.id.startswith("lines/") and row.speaker in names]
    moves = [
        drafts.catalogs.common.intents[each] for each in source.common if each in drafts.catalogs.common.intents
    ]
    for move in moves:
        casual = move.casual if source.speech.target == "반말" else None
        rows += [_move_row(casual.say if casual else move.say, usual)] if usual in names else []
    return [
        Row(id=row.id.removeprefix("lines/"), speaker=row.speaker, korean=row.korean, cue=row.cue, note=row.note)
        for row in rows
        if "{" not in row.korean
    ]


def _move_row(line: LineSource, speaker: str) -> Row:
    return Row(id=line.id, speaker=speaker, korean=line.ko, note="repair move, in any turn")


def import_meanings(
    folders: Folders, pack_id: str, scene_id: str, table: bytes, name: str, *, write: bool = True
) -> Imported:
    """Takes a translator's table into the pack's file of the scene.

    NotFound codes `no_such_scene`, `no_such_pack`; Conflict code `draft_changed` when somebody saved meanwhile.
    """
    opened = open_draft(folders, f"{folders.langpacks.name}/{pack_id}/scenes/{scene_id}.yaml")
    drafts = compile_folders(folders, scene_id)
    result = drafts.scenes.get(scene_id)
    if result is None or result.source is None:
        raise NotFound(f"There is no scene {scene_id} that can be read.", code="no_such_scene")
    part, document = _part(drafts, pack_id, scene_id)
    imported = import_table(table, name, result.source, part, document)
    if write and imported.changed:
        save_draft(folders, opened.file, imported.text, opened.digest)
    return imported


def accept_meanings(folders: Folders, pack_id: str, scene_id: str, ids: Collection[str] = ()) -> int:
    """Notes that meanings (of all texts, or of `ids` such as L010) are right for the Korean as it is now."""
    drafts = compile_folders(folders, scene_id)
    result = drafts.scenes.get(scene_id)
    if result is None or result.scene is None:
        raise NotFound(f"There is no scene {scene_id} that compiles.", code="no_such_scene")
    part, _ = _part(drafts, pack_id, scene_id)
    folder = folders.langpacks / pack_id
    lock = read_lock(folder)
    accepted = {
        (scene_id, pair.table, pair.id): accepted_now(pair.korean, pair.meaning)
        for pair in pairs_of(result.scene, part)
        if not ids or pair.id in ids
    }
    write_lock(folder, lock | accepted)
    return len(accepted)


def lock_pack(
    folders: Folders,
    pack_id: str,
    scenes: Collection[Scene],
    parts: Mapping[str, tuple[ScenePackSource, Document]],
) -> None:
    """Notes what every meaning of a pack was published for; a stale one stays stale."""
    folder = folders.langpacks / pack_id
    lock = read_lock(folder)
    for scene in scenes:
        if scene.id in parts:
            kept = {key: entry for key, entry in lock.items() if key[0] != scene.id}
            lock = kept | now_accepted(scene, parts[scene.id][0], lock)
    write_lock(folder, lock)


def _part(drafts: Drafts, pack_id: str, scene_id: str) -> tuple[ScenePackSource, Document]:
    pack = drafts.packs.get(pack_id)
    if pack is None or scene_id not in pack.parts:
        raise NotFound(f"The pack {pack_id} has no file for {scene_id} that can be read.", code="no_such_pack")
    return pack.parts[scene_id]
