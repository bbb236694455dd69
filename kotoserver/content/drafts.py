"""The working drafts on disk: what editors edit, compiled as it is now."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kotoserver.content import revisions
from kotoserver.content.catalogs import Catalogs, name_of, read_catalogs, read_file
from kotoserver.content.checks.scenes import Surroundings
from kotoserver.content.compiler import CompilationResult, PackResult, compile_pack, compile_scene
from kotoserver.content.diagnostics import START_OF_FILE, Diagnostic, Report
from kotoserver.content.locks import LOCK_FILE, Accepted, TextId, read_lock, read_recordings
from kotoserver.content.memory import Memory
from kotoserver.content.scene_schema import SCENE_SCHEMA, SceneSource
from kotoserver.content.scene_values import slots_of
from kotoserver.domain.errors import ContentBroken
from kotoserver.domain.scene import Scene

_ID = re.compile(r"\bid:\s*[\"']?([LH][0-9]{3,5})\b")
"""An id in a published file, which needs no second look at its grammar."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafts:
    """Drafts under the two folders, compiled against the others."""

    catalogs: Catalogs | None
    """None when the catalogs themselves are broken: then nothing else is compiled."""
    scenes: Mapping[str, CompilationResult]
    packs: Mapping[str, PackResult]
    diagnostics: tuple[Diagnostic, ...]
    """All findings, those about the catalogs included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Folders:
    """Where scenes and packs lie, what of them is open in an editor's window, and what was read before."""

    scenes: Path
    langpacks: Path
    unsaved: Mapping[str, bytes] = field(default_factory=dict)
    """File as authors know it (`scenes/cafe/scene.yaml`) -> its text as it would be saved."""
    memory: Memory = field(default_factory=Memory)

    def read(self, path: Path, top: Path, report: Report) -> bytes | None:
        """The bytes of a draft; a file that cannot be read is a finding."""
        file = name_of(path, top)
        return self.unsaved[file] if file in self.unsaved else read_file(path, file, report, top)

    def path_of(self, file: str) -> Path:
        """Where a file lies that authors know by this name."""
        top, rest = file.split("/", 1)
        return (self.scenes if top == self.scenes.name else self.langpacks) / rest

    def tests(self, scene_id: str, report: Report) -> bytes | None:
        """The scene's `tests.yaml`; None when there is none."""
        path = self.scenes / scene_id / "tests.yaml"
        known = name_of(path, self.scenes) in self.unsaved or path.is_file()
        return self.read(path, self.scenes, report) if known else None


def compile_drafts(scenes_dir: Path, langpacks_dir: Path) -> Drafts:
    """Reads and compiles everything that is being worked on."""
    return compile_folders(Folders(scenes=scenes_dir, langpacks=langpacks_dir))


def compile_folders(folders: Folders, scene_id: str | None = None) -> Drafts:
    """Every draft; with `scene_id`, that scene and of each pack only what belongs to it or to no scene."""
    report = Report()
    catalogs = read_catalogs(folders.scenes, report, folders.memory)
    if catalogs is None:
        return Drafts(catalogs=None, scenes={}, packs={}, diagnostics=report.diagnostics)
    pack_folders = _folders_with("pack.yaml", folders.langpacks)
    pack_ids = [folder.name for folder in pack_folders]
    scenes = {
        folder.name: _compile_scene_folder(folder, folders, catalogs, pack_ids)
        for folder in _folders_with("scene.yaml", folders.scenes)
        if scene_id in (None, folder.name)
    }
    compiled = {scene_id: result.scene for scene_id, result in scenes.items()}
    packs = {
        folder.name: compile_pack_folder(folder, folders, catalogs, compiled, scene_id) for folder in pack_folders
    }
    for scene in scenes.values():
        report.extend(scene.diagnostics)
    for pack in packs.values():
        report.extend(pack.diagnostics)
    return Drafts(catalogs=catalogs, scenes=scenes, packs=packs, diagnostics=report.diagnostics)


def compile_pack_folder(
    folder: Path,
    folders: Folders,
    catalogs: Catalogs,
    scenes: Mapping[str, Scene | None],
    scene_id: str | None = None,
) -> PackResult:
    """The draft of one pack with its scene files (or that of `scene_id` only), checked against `scenes`."""
    report = Report()
    file = name_of(folder / "pack.yaml", folders.langpacks)
    content = folders.read(folder / "pack.yaml", folders.langpacks, report)
    parts: dict[str, bytes | str] = {}
    for path in pack_scene_files(folder):
        if scene_id not in (None, path.stem):
            continue
        part = folders.read(path, folders.langpacks, report)
        if part is not None:
            parts[name_of(path, folders.langpacks)] = part
    report.extend(_altered_versions(folder, folders.langpacks))
    if content is None:
        return PackResult(pack=None, diagnostics=report.diagnostics)
    lock = _lock_of(folder, folders.langpacks, report)
    compiled = compile_pack(content, file, parts, catalogs, scenes, lock, folders.memory)
    report.extend(compiled.diagnostics)
    if compiled.pack is not None and compiled.pack.id != folder.name:
        report.add("E06.pack_folder", file, START_OF_FILE, folder=folder.name)
        return PackResult(pack=None, diagnostics=report.diagnostics)
    return PackResult(
        pack=compiled.pack,
        diagnostics=report.diagnostics,
        source=compiled.source,
        document=compiled.document,
        parts=compiled.parts,
    )


def _lock_of(folder: Path, top: Path, report: Report) -> dict[TextId, Accepted]:
    try:
        return read_lock(folder)
    except ContentBroken as error:
        report.add("E27.lock", name_of(folder / LOCK_FILE, top), START_OF_FILE, why=error.message)
        return {}


def pack_scene_files(folder: Path) -> tuple[Path, ...]:
    """The scenes that a pack translates."""
    return tuple(sorted((folder / "scenes").glob("*.yaml")))


def _compile_scene_folder(
    folder: Path, folders: Folders, catalogs: Catalogs, pack_ids: Sequence[str]
) -> CompilationResult:
    report = Report()
    file = name_of(folder / "scene.yaml", folders.scenes)
    content = folders.read(folder / "scene.yaml", folders.scenes, report)
    if content is None:
        return CompilationResult(scene=None, diagnostics=report.diagnostics)
    around = Surroundings(pack_ids=pack_ids, published=_published_ids(folder), recordings=read_recordings(folder))
    report.extend(_altered_versions(folder, folders.scenes))
    compiled = compile_scene(content, file, catalogs, around, folders.memory)
    report.extend(compiled.diagnostics)
    if compiled.scene is not None and compiled.scene.id != folder.name:
        report.add("E06.scene_folder", file, START_OF_FILE, folder=folder.name)
        return CompilationResult(scene=None, diagnostics=report.diagnostics)
    return CompilationResult(
        scene=compiled.scene,
        diagnostics=report.diagnostics,
        source=compiled.source,
        document=compiled.document,
    )


def _published_ids(folder: Path) -> list[frozenset[str]]:
    """The ids of every version that can be read, the latest last."""
    return [frozenset(_ID.findall(content.decode("utf-8", "replace"))) for content in published_versions(folder)]


def used_ids(folder: Path) -> frozenset[str]:
    """Every id of a line or hint that was ever published."""
    return frozenset().union(*_published_ids(folder))


def published_versions(folder: Path) -> Iterator[bytes]:
    """Every version that can be read, the latest last."""
    try:
        history = revisions.read_history(folder)
    except ContentBroken:
        return
    for number in sorted({entry.version for entry in history}):
        try:
            yield revisions.read_version(folder, history, number)
        except ContentBroken:
            continue


def _altered_versions(folder: Path, top: Path) -> tuple[Diagnostic, ...]:
    """E27 and W28: whatever of the published files is not as it was published."""
    report = Report()
    history_file = name_of(folder / "history.yaml", top)
    try:
        history = revisions.read_history(folder)
    except ContentBroken as error:
        report.add("E27.history", history_file, START_OF_FILE, why=revisions.reason(error))
        return report.diagnostics
    for number in sorted({entry.version for entry in history}):
        hashes = {entry.sha256 for entry in history if entry.version == number}
        if len(hashes) > 1:
            report.add("E27.two_hashes", history_file, START_OF_FILE, version=number)
            continue
        path = revisions.version_file(folder, number)
        try:
            revisions.read_version(folder, history, number)
        except ContentBroken as error:
            report.add("E27.version", name_of(path, top), START_OF_FILE, why=error.message)
    known = {entry.version for entry in history}
    for path in sorted((folder / "versions").glob("*.yaml")):
        if not path.stem.isdigit() or int(path.stem) not in known:
            report.add("W28", name_of(path, top), START_OF_FILE)
    return report.diagnostics


def slot_words(folders: Folders) -> frozenset[str]:
    """What the slots of every draft are filled with, also of one that has mistakes elsewhere."""
    words: set[str] = set()
    for folder in _folders_with("scene.yaml", folders.scenes):
        report = Report()
        content = folders.read(folder / "scene.yaml", folders.scenes, report)
        file = name_of(folder / "scene.yaml", folders.scenes)
        read = folders.memory.read(SceneSource, SCENE_SCHEMA, content, file, report) if content else None
        if read is not None:
            words.update(read[0].slots.shortcuts)
            words.update(
                way for slot in slots_of(read[0]).values() for ways in slot.values.values() for way in ways
            )
    return frozenset(words)


def draft_ids(scenes_dir: Path) -> list[str]:
    """Every scene that has a draft, in order of their ids."""
    return [folder.name for folder in _folders_with("scene.yaml", scenes_dir)]


def pack_draft_ids(langpacks_dir: Path) -> list[str]:
    """Every pack that has a draft, in order of their ids."""
    return [folder.name for folder in _folders_with("pack.yaml", langpacks_dir)]


def _folders_with(name: str, top: Path) -> tuple[Path, ...]:
    if not top.is_dir():
        return ()
    return tuple(sorted(folder for folder in top.iterdir() if (folder / name).is_file()))
