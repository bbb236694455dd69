"""What is published: scenes and packs by id and version, compiled once and kept.

One broken scene or pack never stops the others: it is left out and named by `problems()`. Drafts are not
read here at all, so a draft that does not parse cannot hurt what people play.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from kotoserver.content import revisions
from kotoserver.content.catalogs import name_of
from kotoserver.content.compiler import compile_published_pack, compile_published_scene
from kotoserver.content.diagnostics import START_OF_FILE, Diagnostic, Report
from kotoserver.domain.errors import ContentBroken, NotFound
from kotoserver.domain.langpack import LanguagePack
from kotoserver.domain.scene import Scene

V = TypeVar("V", Scene, LanguagePack)

_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")

Stamp = tuple[int, int, int]
"""Time of the last change in nanoseconds, size, inode: a file that is replaced has another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Compiled(Generic[V]):
    value: V | None
    diagnostics: tuple[Diagnostic, ...]


@dataclass(slots=True, kw_only=True)
class _Shelf(Generic[V]):
    """All versions of all scenes, or of all packs."""

    top: Path
    what: str
    compile: Callable[[bytes, str], _Compiled[V]]
    live: dict[str, int] = field(default_factory=dict)
    """Id -> live version of those that can be served."""
    known: dict[tuple[str, int], V] = field(default_factory=dict)
    broken: dict[str, ContentBroken] = field(default_factory=dict)
    """Id -> why its newest version cannot be served."""
    seen: dict[str, Stamp] = field(default_factory=dict)
    """Id -> its history's file as it was read last."""

    def refresh(self) -> tuple[str, ...]:
        """Looks at every history that is another than before; the ids whose live version changed.

        A version that cannot be used leaves the one before it live: what people play never gets worse by this.
        Whoever reads meanwhile finds either the old or the new table.
        """
        changed: list[str] = []
        for folder in _published_folders(self.top):
            seen = _stamp(folder)
            if self.seen.get(folder.name) == seen:
                continue
            self.seen[folder.name] = seen
            if self._read_live(folder):
                changed.append(folder.name)
        return tuple(changed)

    def _read_live(self, folder: Path) -> bool:
        try:
            version = revisions.live_version(revisions.read_history(folder))
            if version is not None:
                self.read(folder.name, version)
        except ContentBroken as error:
            self.broken = {**self.broken, folder.name: error}
            return False
        self.broken = {each: error for each, error in self.broken.items() if each != folder.name}
        if version is None or self.live.get(folder.name) == version:
            return False
        self.live = {**self.live, folder.name: version}
        return True

    def get(self, id: str, version: int | None) -> V:
        if version is None:
            version = self.live.get(id)
            if version is None and id in self.broken:
                raise self.broken[id].with_traceback(None)  # else it would keep the frames of all who ever asked
        if version is None:
            raise NotFound(f"There is no published {self.what} `{id}`.", code=f"no_such_{self.what}")
        return self.read(id, version)

    def read(self, id: str, version: int) -> V:
        if (id, version) not in self.known:
            self.known[id, version] = self._compile(id, version)
        return self.known[id, version]

    def _compile(self, id: str, version: int) -> V:
        folder = self.top / id
        if not _ID.fullmatch(id) or not (folder / "history.yaml").is_file():
            raise NotFound(f"There is no published {self.what} `{id}`.", code=f"no_such_{self.what}")
        try:
            content = revisions.read_version(folder, revisions.read_history(folder), version)
        except NotFound as error:
            raise NotFound(error.message, code=f"no_such_{self.what}") from error
        file = name_of(revisions.version_file(folder, version), self.top)
        compiled = self.compile(content, file)
        if compiled.value is None:
            found = [str(each) for each in compiled.diagnostics]
            raise ContentBroken(f"{file} does not compile.", details={"file": file, "diagnostics": found})
        return compiled.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Refreshed:
    """Ids of what has another live version now."""

    scenes: tuple[str, ...]
    packs: tuple[str, ...]


class Library:
    """Published content. Reads files when opened or refreshed, and when an older version is asked for first."""

    def __init__(self, scenes_dir: Path, langpacks_dir: Path) -> None:
        self._scenes = _Shelf[Scene](top=scenes_dir, what="scene", compile=_compile_scene)
        self._packs = _Shelf[LanguagePack](top=langpacks_dir, what="pack", compile=_compile_pack)
        self.refresh()

    def refresh(self) -> "Refreshed":
        """Takes up what was published since; safe to call beside readers, from one thread at a time."""
        return Refreshed(scenes=self._scenes.refresh(), packs=self._packs.refresh())

    def scene_ids(self) -> tuple[str, ...]:
        """Scenes whose live version can be played, in order of their ids."""
        return tuple(sorted(self._scenes.live))

    def live_scenes(self) -> tuple[Scene, ...]:
        return tuple(self.scene(scene_id) for scene_id in self.scene_ids())

    def pack_ids(self) -> tuple[str, ...]:
        return tuple(sorted(self._packs.live))

    def scene(self, scene_id: str, version: int | None = None) -> Scene:
        """The live version, or the named one. NotFound (`no_such_scene`), ContentBroken with `diagnostics`."""
        return self._scenes.get(scene_id, version)

    def pack(self, pack_id: str, version: int | None = None) -> LanguagePack:
        """The live version, or the named one. NotFound (`no_such_pack`), ContentBroken with `diagnostics`."""
        return self._packs.get(pack_id, version)

    def problems(self) -> tuple[Diagnostic, ...]:
        """Why something published is not served, or is served with a hole in it."""
        report = Report()
        for shelf in (self._scenes, self._packs):
            for broken_id, error in sorted(shelf.broken.items()):
                file, why = f"{shelf.top.name}/{broken_id}", revisions.reason(error)
                report.add("E01.not_served", file, START_OF_FILE, why=why)
        for scene_id in self.scene_ids():
            self._note_gaps(self.scene(scene_id), report)
        return report.diagnostics

    def _note_gaps(self, scene: Scene, report: Report) -> None:
        for pack_id in scene.packs:
            file = f"langpacks/{pack_id}"
            if pack_id not in self._packs.live:
                report.add("E19.not_served", file, START_OF_FILE, scene=scene.id)
                continue
            missing = untranslated(scene, self.pack(pack_id))
            if missing:
                report.add("E19.untranslated", file, START_OF_FILE, scene=scene.id, missing=missing)


def open_library(scenes_dir: Path, langpacks_dir: Path) -> Library:
    """Everything published under the two folders; a folder that is not there is an empty one."""
    return Library(scenes_dir, langpacks_dir)


def _stamp(folder: Path) -> Stamp:
    try:
        found = (folder / "history.yaml").stat()
    except OSError:  # gone since the folders were listed
        return 0, 0, 0
    return found.st_mtime_ns, found.st_size, found.st_ino


def _published_folders(top: Path) -> tuple[Path, ...]:
    if not top.is_dir():
        return ()
    return tuple(sorted(folder for folder in top.iterdir() if (folder / "history.yaml").is_file()))


def _compile_scene(content: bytes, file: str) -> _Compiled[Scene]:
    compiled = compile_published_scene(content, file)
    return _Compiled(value=compiled.scene, diagnostics=compiled.diagnostics)


def _compile_pack(content: bytes, file: str) -> _Compiled[LanguagePack]:
    compiled = compile_published_pack(content, file)
    return _Compiled(value=compiled.pack, diagnostics=compiled.diagnostics)


def untranslated(scene: Scene, pack: LanguagePack) -> tuple[str, ...]:
    """Ids of the scene without a text in the pack: there may be some between publishing a scene and its packs."""
    part = pack.scenes.get(scene.id)
    if part is None:
        return (scene.id,)
    moves = (common.say.id for common in scene.common)
    return (*missing_texts(scene, part), *(line_id for line_id in moves if line_id not in pack.common))


class Texts(Protocol):
    """The tables of a pack's file about one scene, as it is written or as it is read."""

    @property
    def goals(self) -> Mapping[str, str]: ...
    @property
    def lines(self) -> Mapping[str, str]: ...
    @property
    def hints(self) -> Mapping[str, str]: ...
    @property
    def slots(self) -> Mapping[str, Mapping[str, str]]: ...
    @property
    def slot_names(self) -> Mapping[str, str]: ...
    @property
    def slot_questions(self) -> Mapping[str, str]: ...


def missing_texts(scene: Scene, part: Texts) -> tuple[str, ...]:
    """The same for what belongs to this scene alone."""
    common = {move.say.id for move in scene.common}
    wanted = [line.id for line in scene.lines() if line.id not in common]
    wanted += [turn.model.id for turn in scene.turns]
    hints = [hint.id for turn in scene.turns for hint in turn.hints]
    return (
        *(line_id for line_id in wanted if line_id not in part.lines),
        *(hint_id for hint_id in hints if hint_id not in part.hints),
        *(turn.id for turn in scene.turns if turn.id not in part.goals),
        *(slot for slot in scene.slots if slot not in part.slot_names or slot not in part.slot_questions),
        *(
            f"{slot.id}: {value}"
            for slot in scene.slots.values()
            for value in slot.values
            if value not in part.slots.get(slot.id, {})
        ),
    )
