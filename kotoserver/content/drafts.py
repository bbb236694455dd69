"""The working drafts on disk: what editors edit, compiled as it is now."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kotoserver.content import revisions
from kotoserver.content.catalogs import Catalogs, name_of, read_catalogs, read_file
from kotoserver.content.compiler import CompilationResult, PackResult, compile_pack, compile_scene
from kotoserver.content.diagnostics import START_OF_FILE, Diagnostic, Report
from kotoserver.domain.errors import ContentBroken, NotFound
from kotoserver.domain.scene import Scene


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafts:
    """Every draft under the two folders, compiled against the others."""

    catalogs: Catalogs | None
    """None when the catalogs themselves are broken: then nothing else is compiled."""
    scenes: Mapping[str, CompilationResult]
    packs: Mapping[str, PackResult]
    diagnostics: tuple[Diagnostic, ...]
    """All findings, those about the catalogs included."""


def compile_drafts(scenes_dir: Path, langpacks_dir: Path) -> Drafts:
    """Reads and compiles everything that is being worked on."""
    report = Report()
    catalogs = read_catalogs(scenes_dir, report)
    if catalogs is None:
        return Drafts(catalogs=None, scenes={}, packs={}, diagnostics=report.diagnostics)
    pack_folders = _folders_with("pack.yaml", langpacks_dir)
    pack_ids = [folder.name for folder in pack_folders]
    scenes = {
        folder.name: _compile_scene_folder(folder, scenes_dir, catalogs, pack_ids)
        for folder in _folders_with("scene.yaml", scenes_dir)
    }
    compiled = {scene_id: result.scene for scene_id, result in scenes.items()}
    packs = {
        folder.name: compile_pack_folder(folder, langpacks_dir, catalogs, compiled) for folder in pack_folders
    }
    for scene in scenes.values():
        report.extend(scene.diagnostics)
    for pack in packs.values():
        report.extend(pack.diagnostics)
    return Drafts(catalogs=catalogs, scenes=scenes, packs=packs, diagnostics=report.diagnostics)


def compile_pack_folder(
    folder: Path, langpacks_dir: Path, catalogs: Catalogs, scenes: Mapping[str, Scene | None]
) -> PackResult:
    """The draft of one pack with its scene files, checked against `scenes`."""
    report = Report()
    file = name_of(folder / "pack.yaml", langpacks_dir)
    content = read_file(folder / "pack.yaml", file, report)
    parts: dict[str, bytes | str] = {}
    for path in pack_scene_files(folder):
        part = read_file(path, name_of(path, langpacks_dir), report)
        if part is not None:
            parts[name_of(path, langpacks_dir)] = part
    if content is None:
        return PackResult(pack=None, diagnostics=report.diagnostics)
    compiled = compile_pack(content, file, parts, catalogs, scenes)
    report.extend(compiled.diagnostics)
    if compiled.pack is not None and compiled.pack.id != folder.name:
        report.add("E06", file, START_OF_FILE, f"The pack in the folder `{folder.name}` must have that id.")
        return PackResult(pack=None, diagnostics=report.diagnostics)
    return PackResult(pack=compiled.pack, diagnostics=report.diagnostics)


def pack_scene_files(folder: Path) -> tuple[Path, ...]:
    """The scenes that a pack translates."""
    return tuple(sorted((folder / "scenes").glob("*.yaml")))


def _compile_scene_folder(
    folder: Path, scenes_dir: Path, catalogs: Catalogs, pack_ids: list[str]
) -> CompilationResult:
    report = Report()
    file = name_of(folder / "scene.yaml", scenes_dir)
    content = read_file(folder / "scene.yaml", file, report)
    if content is None:
        return CompilationResult(scene=None, diagnostics=report.diagnostics)
    compiled = compile_scene(content, file, catalogs, pack_ids, published=_published(folder, file, report))
    report.extend(compiled.diagnostics)
    if compiled.scene is not None and compiled.scene.id != folder.name:
        report.add("E06", file, START_OF_FILE, f"The scene in the folder `{folder.name}` must have that id.")
        return CompilationResult(scene=None, diagnostics=report.diagnostics)
    return CompilationResult(scene=compiled.scene, diagnostics=report.diagnostics)


def _published(folder: Path, file: str, report: Report) -> list[bytes]:
    """Every version, the latest last; one that was altered is a finding."""
    try:
        history = revisions.read_history(folder)
        numbers = sorted({entry.version for entry in history})
        return [revisions.read_version(folder, history, number) for number in numbers]
    except ContentBroken as error:
        report.add("E01", file, START_OF_FILE, error.message)
        return []


def lint(scenes_dir: Path, langpacks_dir: Path, scene_id: str | None = None) -> list[Diagnostic]:
    """Every finding about the drafts; with `scene_id`, about that scene and the catalogs and packs it needs.

    Raises NotFound (`no_such_scene`).
    """
    drafts = compile_drafts(scenes_dir, langpacks_dir)
    if scene_id is None or drafts.catalogs is None:
        return list(drafts.diagnostics)
    if scene_id not in drafts.scenes:
        raise NotFound(f"There is no scene {scene_id}.", code="no_such_scene")
    result = drafts.scenes[scene_id]
    packs = result.scene.packs if result.scene else ()
    about_packs = [each for pack_id in packs for each in drafts.packs[pack_id].diagnostics]
    return [*result.diagnostics, *about_packs]


def draft_ids(scenes_dir: Path) -> list[str]:
    """Every scene that has a draft, in order of their ids."""
    return [folder.name for folder in _folders_with("scene.yaml", scenes_dir)]


def _folders_with(name: str, top: Path) -> tuple[Path, ...]:
    if not top.is_dir():
        return ()
    return tuple(sorted(folder for folder in top.iterdir() if (folder / name).is_file()))
