"""`kotoserver scenes ids | rename | coverage | voice-over | recorded` and `langpacks export | import | accept`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from kotoserver.content.authoring import accept_meanings, give_scene_ids, import_meanings, voice_over
from kotoserver.content.checks.texts import korean_lines
from kotoserver.content.coverage import Coverage, coverage_of
from kotoserver.content.drafts import Folders, compile_folders
from kotoserver.content.locks import accept_recordings
from kotoserver.content.renaming import Kind, rename, write_renamed
from kotoserver.content.sentences import LANGUAGES
from kotoserver.content.tables import COLUMNS, Row, as_csv, as_workbook, rows_of
from kotoserver.domain.errors import BadInput, NotFound
from kotoserver.settings import Settings

SCRIPT_COLUMNS = tuple(column for column in COLUMNS if column != "meaning")


def add_scene_commands(scenes: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    given = scenes.add_parser(
        "ids",
        help="give an id to every line and hint that has none",
        description="Writes ids into the draft, in blocks of ten, none of which was ever used before. Nothing "
        "else of the file changes.",
    )
    given.add_argument("scene", help="id of the scene")
    given.set_defaults(run=_give_ids)

    renamed = scenes.add_parser(
        "rename",
        help="rename a turn, line, hint, slot, intent, npc or ending everywhere",
        description="Changes the name in the scene, its tests and layout, every pack and its lock, and the names "
        "of recordings. Published versions stay as they are.",
    )
    renamed.add_argument("scene", help="id of the scene")
    renamed.add_argument("kind", choices=[kind.value for kind in Kind])
    renamed.add_argument("old")
    renamed.add_argument("new")
    renamed.set_defaults(run=_rename)

    covered = scenes.add_parser(
        "coverage",
        help="how much of each scene every pack says",
        description="A line for each scene and pack: texts with a meaning, what is missing, what is stale. The "
        "exit status is 1 when something is missing.",
    )
    covered.add_argument("scene", nargs="?", help="only this scene")
    covered.set_defaults(run=_coverage)

    script = scenes.add_parser(
        "voice-over",
        help="the script for the people who record a scene",
        description="A table of what each NPC says, in the order of the scene, a row for each recording: "
        "id, speaker, korean, cue, note. A recording goes to the scene's audio/ folder under its id.",
    )
    script.add_argument("scene", help="id of the scene")
    script.add_argument("--npc", help="only the lines of this NPC")
    _add_output(script)
    script.set_defaults(run=_voice_over)

    recorded = scenes.add_parser(
        "recorded",
        help="accept the recordings in a scene's audio/ folder",
        description="Notes that every recording there speaks its line as it is now. When a line changes later, "
        "lint says so (W15).",
    )
    recorded.add_argument("scene", help="id of the scene")
    recorded.set_defaults(run=_recorded)


def add_pack_commands(packs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    exported = packs.add_parser(
        "export",
        help="a scene's texts as a table for translators",
        description="A row for each text in the order of the scene: id, speaker, korean, meaning, cue, note.",
    )
    _add_part(exported)
    _add_output(exported)
    exported.set_defaults(run=_export)

    imported = packs.add_parser(
        "import",
        help="take a translator's table back",
        description="Reads a CSV or XLSX table and writes the meanings that differ into the pack, row by row by "
        "id. What does not fit is told with its place and stays as it is; the exit status is 1 then.",
    )
    _add_part(imported)
    imported.add_argument("table", type=Path, help="the table")
    imported.add_argument("--dry-run", action="store_true", help="only tell what would change")
    imported.add_argument("--language", choices=LANGUAGES, default="en", help="of the sentences (default: en)")
    imported.set_defaults(run=_import)

    accepted = packs.add_parser(
        "accept",
        help="say that meanings are right although their Korean changed",
        description="Takes the meanings to belong to the Korean as it is now: lint calls them stale no more.",
    )
    _add_part(accepted)
    accepted.add_argument("ids", nargs="*", help="only these, such as L010 (default: every one)")
    accepted.set_defaults(run=_accept)


def _add_part(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("pack", help="id of the pack, such as ko-id")
    parser.add_argument("scene", help="id of the scene")


def _add_output(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--out",
        type=Path,
        help="file to write, a workbook when it ends in .xlsx (default: CSV on standard output)",
    )


def _folders() -> Folders:
    settings = Settings.from_environ()
    return Folders(scenes=settings.scenes_dir, langpacks=settings.langpacks_dir)


def _give_ids(chosen: argparse.Namespace) -> int:
    given = give_scene_ids(_folders(), chosen.scene)
    print(f"gave {', '.join(given)}" if given else "every line and hint has an id")
    return 0


def _rename(chosen: argparse.Namespace) -> int:
    folders, kind = _folders(), Kind(chosen.kind)
    renamed = rename(folders, chosen.scene, kind, chosen.old, chosen.new)
    write_renamed(folders, chosen.scene, renamed, kind, chosen.old, chosen.new)
    print(f"{chosen.old} is {chosen.new} in {renamed.places} places of {len(renamed.files)} files")
    return 0


def _coverage(chosen: argparse.Namespace) -> int:
    covered = coverage_of(_folders(), chosen.scene)
    for each in covered:
        print(_coverage_line(each))
    return 1 if any(each.missing for each in covered) else 0


def _coverage_line(each: Coverage) -> str:
    told = f"{each.scene:24} {each.pack:8} {each.percent:3d} % of {each.texts}"
    told += f", missing {', '.join(each.missing)}" if each.missing else ""
    return told + (f", stale {', '.join(each.stale)}" if each.stale else "")


def _voice_over(chosen: argparse.Namespace) -> int:
    return _write(voice_over(_folders(), chosen.scene, chosen.npc), chosen.scene, SCRIPT_COLUMNS, chosen.out)


def _recorded(chosen: argparse.Namespace) -> int:
    folders = _folders()
    result = compile_folders(folders, chosen.scene).scenes.get(chosen.scene)
    if result is None or result.scene is None:
        raise NotFound(f"There is no scene {chosen.scene} that compiles.", code="no_such_scene")
    accepted = accept_recordings(folders.scenes / chosen.scene, korean_lines(result.scene))
    print(f"accepted {len(accepted)} recordings")
    return 0


def _export(chosen: argparse.Namespace) -> int:
    folders = _folders()
    drafts = compile_folders(folders, chosen.scene)
    scene, pack = drafts.scenes.get(chosen.scene), drafts.packs.get(chosen.pack)
    if scene is None or scene.source is None:
        raise NotFound(f"There is no scene {chosen.scene} that can be read.", code="no_such_scene")
    if pack is None:
        raise NotFound(f"There is no pack {chosen.pack}.", code="no_such_pack")
    part = pack.parts[chosen.scene][0] if chosen.scene in pack.parts else None
    return _write(rows_of(scene.source, part), chosen.scene, COLUMNS, chosen.out)


def _write(rows: Sequence[Row], title: str, columns: Sequence[str], out: Path | None) -> int:
    if out is None:
        sys.stdout.write(as_csv(rows, columns).decode("utf-8-sig").replace("\r\n", "\n"))
        return 0
    content = as_workbook(rows, title, columns) if out.suffix == ".xlsx" else as_csv(rows, columns)
    try:
        out.write_bytes(content)
    except OSError as error:
        raise BadInput(f"{out} cannot be written: {error.strerror}.", code="no_such_file") from error
    print(f"wrote {len(rows)} rows to {out}")
    return 0


def _import(chosen: argparse.Namespace) -> int:
    try:
        table = chosen.table.read_bytes()
    except OSError as error:
        raise BadInput(f"{chosen.table} cannot be read: {error.strerror}.", code="no_such_file") from error
    imported = import_meanings(
        _folders(), chosen.pack, chosen.scene, table, chosen.table.name, write=not chosen.dry_run
    )
    for finding in imported.findings:
        print(finding.line_in(chosen.language))
    print(f"{'would change' if chosen.dry_run else 'changed'} {len(imported.changed)} meanings")
    return 1 if imported.findings else 0


def _accept(chosen: argparse.Namespace) -> int:
    accepted = accept_meanings(_folders(), chosen.pack, chosen.scene, chosen.ids)
    print(f"accepted {accepted} meanings")
    return 0
