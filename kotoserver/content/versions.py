"""The versions of a scene or pack side by side: what was published, what is live, what is drafted."""

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from kotoserver.content import revisions
from kotoserver.content.compiler import compile_published_pack, compile_published_scene
from kotoserver.content.differences import Change, pack_changes, scene_changes, text_changes
from kotoserver.content.drafts import Folders, compile_folders
from kotoserver.domain.errors import BadInput, ContentBroken, NotFound
from kotoserver.domain.langpack import LanguagePack
from kotoserver.domain.scene import Scene

DRAFT, LIVE = "draft", "live"
"""Names of versions besides their numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    before: str
    """Which versions were compared, as they were asked for."""
    after: str
    changes: tuple[Change, ...]
    text: str
    """A unified diff of the files."""


def history_of(folders: Folders, kind: str, each: str) -> tuple[revisions.Revision, ...]:
    """Oldest first; `kind` is `scene` or `pack`. NotFound codes `no_such_scene`, `no_such_pack`."""
    return revisions.read_history(_folder(folders, kind, each))


def revert(folders: Folders, kind: str, each: str, version: int, *, at: datetime, by: str, note: str) -> None:
    """Makes an older version live again by an entry more. NotFound code `no_such_version`."""
    revisions.revert(_folder(folders, kind, each), version, at=at, by=by, note=note)


def compare_scenes(folders: Folders, scene_id: str, before: str, after: str) -> Difference:
    """Two of `1`, `2` …, `live` and `draft`. NotFound codes `no_such_scene`, `no_such_version`; ContentBroken or
    BadInput code `draft_has_errors` when one of them does not compile."""
    one, other = _scene(folders, scene_id, before), _scene(folders, scene_id, after)
    text = text_changes(one[1], other[1], f"{scene_id} {before}", f"{scene_id} {after}")
    return Difference(before=before, after=after, changes=scene_changes(one[0], other[0]), text=text)


def compare_packs(folders: Folders, pack_id: str, before: str, after: str) -> Difference:
    """The same for packs."""
    one, other = _pack(folders, pack_id, before), _pack(folders, pack_id, after)
    text = text_changes(one[1], other[1], f"{pack_id} {before}", f"{pack_id} {after}")
    return Difference(before=before, after=after, changes=pack_changes(one[0], other[0]), text=text)


def _folder(folders: Folders, kind: str, each: str) -> Path:
    top, draft = (folders.scenes, "scene.yaml") if kind == "scene" else (folders.langpacks, "pack.yaml")
    folder = top / each
    if "/" in each or not each or each.startswith(".") or not (folder / draft).is_file():
        if kind == "scene":
            raise NotFound(f"There is no scene {each}.", code="no_such_scene")
        raise NotFound(f"There is no pack {each}.", code="no_such_pack")
    return folder


def published_text(folder: Path, version: str) -> str:
    """The file of a version by its number, or of the live one. NotFound code `no_such_version`."""
    history = revisions.read_history(folder)
    number = revisions.live_version(history) if version == LIVE else int(version) if version.isdigit() else None
    if number is None:
        raise NotFound(f"{folder.name} has no version {version}.", code="no_such_version")
    return revisions.read_version(folder, history, number).decode("utf-8-sig")


def _scene(folders: Folders, scene_id: str, version: str) -> tuple[Scene, str]:
    folder = _folder(folders, "scene", scene_id)
    if version == DRAFT:
        result = compile_folders(folders, scene_id).scenes[scene_id]
        if result.scene is None or result.document is None:
            raise _not_comparable(scene_id)
        return result.scene, "\n".join(result.document.lines)
    text = published_text(folder, version)
    scene = compile_published_scene(text, f"{scene_id} version {version}").scene
    if scene is None:
        raise ContentBroken(f"Version {version} of {scene_id} does not compile.")
    return scene, text.split("\npinned:\n")[0]


def _pack(folders: Folders, pack_id: str, version: str) -> tuple[LanguagePack, str]:
    folder = _folder(folders, "pack", pack_id)
    if version == DRAFT:
        result = compile_folders(folders).packs[pack_id]
        if result.pack is None or result.document is None:
            raise _not_comparable(pack_id)
        texts = [result.document, *(document for _, document in result.parts.values())]
        return result.pack, "".join("\n".join(document.lines).rstrip("\n") + "\n" for document in texts)
    text = published_text(folder, version)
    pack = compile_published_pack(text, f"{pack_id} version {version}").pack
    if pack is None:
        raise ContentBroken(f"Version {version} of {pack_id} does not compile.")
    return pack, _as_files(text)


def _as_files(published: str) -> str:
    """A published pack as the files that it was made from, one behind the other."""
    own, _, pinned = published.partition("\npinned:\n  scenes:\n")
    return own.rstrip("\n") + "\n" + re.sub(r"(?m)^ {6}", "", re.sub(r"(?m)^ {4}\w+:\n", "", pinned))


def _not_comparable(each: str) -> BadInput:
    return BadInput(f"The draft of {each} has errors; lint tells them.", code="draft_has_errors")
