"""A draft as it stands, in one piece that can be played later: what a review link shows."""

from collections.abc import Mapping
from dataclasses import dataclass

from kotoserver.content.compiler import compile_published_pack, compile_published_scene
from kotoserver.content.diagnostics import errors
from kotoserver.content.drafts import Drafts, Folders, compile_folders
from kotoserver.content.publishing import pinned_intents, pinned_scenes
from kotoserver.domain.errors import BadInput, ContentBroken, NotFound
from kotoserver.domain.langpack import LanguagePack
from kotoserver.domain.review import Snapshot
from kotoserver.domain.scene import Scene


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedSnapshot:
    scene: Scene
    packs: Mapping[str, LanguagePack]
    """In the order in which the scene names them; none where none could be read."""


def take_snapshot(folders: Folders, scene_id: str) -> Snapshot:
    """The saved draft with the drafts of its packs, whatever those still lack.

    NotFound code `no_such_scene`; BadInput code `draft_has_errors` when it cannot be played.
    """
    drafts = compile_folders(folders, scene_id)
    if drafts.catalogs is not None and scene_id not in drafts.scenes:
        raise NotFound(f"There is no scene {scene_id}.", code="no_such_scene")
    result = drafts.scenes.get(scene_id)
    if drafts.catalogs is None or result is None or result.scene is None:
        wrong = len(errors(drafts.diagnostics))
        raise BadInput(f"The saved draft of {scene_id} has {wrong} errors.", code="draft_has_errors")
    scene = _text(folders, f"{folders.scenes.name}/{scene_id}/scene.yaml")
    packs = {
        pack_id: _pack(folders, pack_id, scene_id)
        for pack_id in result.scene.packs
        if _is_written(drafts, pack_id, scene_id)
    }
    return Snapshot(scene=scene + pinned_intents(result.scene, drafts.catalogs), packs=packs)


def open_snapshot(snapshot: Snapshot) -> OpenedSnapshot:
    """ContentBroken when this version of the program cannot play it any more."""
    compiled = compile_published_scene(snapshot.scene, "the scene of this link")
    if compiled.scene is None:
        raise ContentBroken("The draft behind this link cannot be played any more; ask for a new one.")
    packs: dict[str, LanguagePack] = {}
    for pack_id in compiled.scene.packs:
        pack = compile_published_pack(snapshot.packs.get(pack_id, ""), f"the pack {pack_id} of this link").pack
        if pack is not None:
            packs[pack_id] = pack
    return OpenedSnapshot(scene=compiled.scene, packs=packs)


def _is_written(drafts: Drafts, pack_id: str, scene_id: str) -> bool:
    result = drafts.packs.get(pack_id)
    return result is not None and result.source is not None and scene_id in result.parts


def _pack(folders: Folders, pack_id: str, scene_id: str) -> str:
    top = folders.langpacks.name
    part = _text(folders, f"{top}/{pack_id}/scenes/{scene_id}.yaml")
    return _text(folders, f"{top}/{pack_id}/pack.yaml") + pinned_scenes({scene_id: part})


def _text(folders: Folders, file: str) -> str:
    text = folders.path_of(file).read_text("utf-8-sig")
    return text if text.endswith("\n") else text + "\n"
