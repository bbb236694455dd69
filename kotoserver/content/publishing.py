"""Draft to published version: zero errors, then one immutable file that needs nothing beside it.

Why a version carries copies: a session is pinned to its version for as long as it lives, so whatever can
change what a learner meets must be inside. The repair moves of `catalog/common_intents.yaml` are therefore
written into a published scene, and the scene files of a pack into the published pack, both under `pinned`.
Cues, voices and grammar points are only names there; they were checked against the catalogs when the version
was published, and a client ignores a name that it no longer knows.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import yaml

from kotoserver.content import revisions
from kotoserver.content.authoring import lock_pack
from kotoserver.content.catalogs import Catalogs
from kotoserver.content.compiler import compile_published_pack, compile_published_scene
from kotoserver.content.desk import lint_folders
from kotoserver.content.diagnostics import Diagnostic, errors
from kotoserver.content.drafts import (
    Drafts,
    Folders,
    compile_drafts,
    compile_folders,
    compile_pack_folder,
    pack_scene_files,
)
from kotoserver.content.library import open_library
from kotoserver.content.writing import write_whole
from kotoserver.domain.errors import BadInput, ContentBroken, NotFound
from kotoserver.domain.scene import Scene
from kotoserver.ports.proofreading import Proofreader


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """Who publishes, when and why."""

    at: datetime
    by: str
    name: str
    note: str = ""


def publish_scene(
    scenes_dir: Path,
    langpacks_dir: Path,
    scene_id: str,
    publication: Publication,
    proofreader: Proofreader | None = None,
) -> revisions.Revision:
    """Publishes the draft of a scene, checked together with the drafts of the packs it names.

    With a proof-reader every example, model answer and row of its tests must hold as well. Raises NotFound
    (`no_such_scene`), or BadInput (`draft_has_errors`) with the findings in `details`.
    """
    folders = Folders(scenes=scenes_dir, langpacks=langpacks_dir)
    drafts = compile_folders(folders, scene_id)
    catalogs = _usable(drafts)
    if scene_id not in drafts.scenes:
        raise NotFound(f"There is no scene {scene_id}.", code="no_such_scene")
    found = lint_folders(folders, scene_id, proofreader)
    scene = drafts.scenes[scene_id].scene
    if scene is None or errors(found):
        raise _refused(f"The draft of {scene_id}", found)
    folder = scenes_dir / scene_id
    version = revisions.next_version(folder, revisions.read_history(folder))
    draft = _read(folder / "scene.yaml")
    content = _with_version(draft, version) + pinned_intents(scene, catalogs)
    compiled = compile_published_scene(content, f"{scene_id} version {version}")
    if compiled.scene is None:
        raise _refused(f"Version {version} of {scene_id}", compiled.diagnostics)
    revision = _publish(folder, version, content, publication)
    write_whole(folder / "scene.yaml", _with_version(draft, version).encode())
    return revision


def publish_pack(
    scenes_dir: Path, langpacks_dir: Path, pack_id: str, publication: Publication
) -> revisions.Revision:
    """Publishes the draft of a pack, checked against the live scenes (a scene never published: its draft).

    So a scene goes first and its packs follow. Raises NotFound (`no_such_pack`), or BadInput
    (`draft_has_errors`) with the findings in `details`.
    """
    drafts = compile_drafts(scenes_dir, langpacks_dir)
    catalogs = _usable(drafts)
    if pack_id not in drafts.packs:
        raise NotFound(f"There is no pack {pack_id}.", code="no_such_pack")
    library = open_library(scenes_dir, langpacks_dir)
    scenes = {scene_id: result.scene for scene_id, result in drafts.scenes.items()}
    scenes |= {scene.id: scene for scene in library.live_scenes()}
    folder = langpacks_dir / pack_id
    folders = Folders(scenes=scenes_dir, langpacks=langpacks_dir)
    result = compile_pack_folder(folder, folders, catalogs, scenes)
    if result.pack is None or errors(result.diagnostics):
        raise _refused(f"The draft of {pack_id}", result.diagnostics)
    version = revisions.next_version(folder, revisions.read_history(folder))
    draft = _read(folder / "pack.yaml")
    parts = {path.stem: _as_translated(_read(path), scenes.get(path.stem)) for path in pack_scene_files(folder)}
    content = _with_version(draft, version) + pinned_scenes(parts)
    compiled = compile_published_pack(content, f"{pack_id} version {version}")
    if compiled.pack is None:
        raise _refused(f"Version {version} of {pack_id}", compiled.diagnostics)
    revision = _publish(folder, version, content, publication)
    write_whole(folder / "pack.yaml", _with_version(draft, version).encode())
    for path in pack_scene_files(folder):
        text = _read(path)
        translated = _as_translated(text, scenes.get(path.stem))
        if translated != text:
            write_whole(path, translated.encode())
    lock_pack(folders, pack_id, [scene for scene in scenes.values() if scene is not None], result.parts)
    return revision


def _usable(drafts: Drafts) -> Catalogs:
    if drafts.catalogs is None:
        raise _refused("The catalog", drafts.diagnostics)
    return drafts.catalogs


def _refused(what: str, found: list[Diagnostic] | tuple[Diagnostic, ...]) -> BadInput:
    wrong = errors(found)
    sentence = f"{what} has {len(wrong)} error{'s' if len(wrong) != 1 else ''} and was not published."
    return BadInput(sentence, code="draft_has_errors", details={"diagnostics": [str(each) for each in wrong]})


def _publish(folder: Path, version: int, content: str, publication: Publication) -> revisions.Revision:
    return revisions.publish(
        folder,
        version,
        content.encode(),
        at=publication.at,
        by=publication.by,
        name=publication.name,
        note=publication.note,
    )


def _read(path: Path) -> str:
    """The text with its own line endings."""
    return path.read_bytes().decode("utf-8-sig")


def _with_version(draft: str, version: int) -> str:
    """The same text with another number behind `version:`; comments and order stay."""
    changed, count = re.subn(r"(?m)^(version:[ ]*)\d+", rf"\g<1>{version}", draft, count=1)
    if not count:
        raise ContentBroken("The draft has no line `version: <number>` of its own to raise.")
    return changed if changed.endswith("\n") else changed + "\n"


def _as_translated(part: str, scene: Scene | None) -> str:
    """The same text with the version of the scene that it was found to translate in full: learners play that one
    while a newer one waits for its translation."""
    return (
        part if scene is None else re.sub(r"(?m)^(scene_version:[ ]*)\d+", rf"\g<1>{scene.version}", part, count=1)
    )


def pinned_intents(scene: Scene, catalogs: Catalogs) -> str:
    """What a scene carries of the catalogs, to stand behind its text."""
    intents = {
        intent_id: catalogs.common.intents[intent_id].model_dump(mode="json", by_alias=True, exclude_none=True)
        for intent_id in (common.id for common in scene.common)
    }
    pinned = {"pinned": {"common_intents": intents}}
    return "\n" + yaml.safe_dump(pinned, allow_unicode=True, sort_keys=False, width=10_000)


def pinned_scenes(parts: Mapping[str, str]) -> str:
    """The scene files as they are, comments and all, two levels further in."""
    indented = [
        f"    {scene_id}:\n"
        + "".join(f"      {line}" if line.strip() else line for line in text.splitlines(keepends=True))
        for scene_id, text in parts.items()
    ]
    return "\npinned:\n  scenes:\n" + "".join(each if each.endswith("\n") else each + "\n" for each in indented)
