"""How much of a scene each pack says, and how much of that is still right."""

from dataclasses import dataclass

from kotoserver.content.checks.texts import pairs_of
from kotoserver.content.drafts import Folders, compile_folders
from kotoserver.content.library import missing_texts
from kotoserver.content.locks import readable_lock
from kotoserver.content.pack_schema import ScenePackSource
from kotoserver.domain.errors import NotFound
from kotoserver.domain.scene import Scene


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    scene: str
    pack: str
    texts: int
    """What a learner may read in this scene."""
    missing: tuple[str, ...]
    """Ids without a meaning."""
    stale: tuple[str, ...]
    """`table/id` of meanings whose Korean has changed since."""

    @property
    def percent(self) -> int:
        """Of texts with a meaning that is not stale, rounded down: 100 is complete."""
        return 100 * (self.texts - len(self.missing) - len(self.stale)) // max(self.texts, 1)


def coverage_of(folders: Folders, scene_id: str | None = None) -> tuple[Coverage, ...]:
    """Each draft that can be played beside each pack it names. NotFound code `no_such_scene`."""
    drafts = compile_folders(folders, scene_id)
    if scene_id is not None and drafts.catalogs is not None and scene_id not in drafts.scenes:
        raise NotFound(f"There is no scene {scene_id}.", code="no_such_scene")
    found: list[Coverage] = []
    for each, result in drafts.scenes.items():
        scene = result.scene
        for pack_id in scene.packs if scene else ():
            parts = drafts.packs[pack_id].parts if pack_id in drafts.packs else {}
            part = parts[each][0] if each in parts else None
            if scene is not None:
                found.append(_coverage(scene, pack_id, part, folders))
    return tuple(found)


def _coverage(scene: Scene, pack_id: str, part: ScenePackSource | None, folders: Folders) -> Coverage:
    texts = _count(scene)
    if part is None:
        return Coverage(scene=scene.id, pack=pack_id, texts=texts, missing=("everything",), stale=())
    lock = readable_lock(folders.langpacks / pack_id)
    stale = tuple(
        f"{pair.table}/{pair.id}"
        for pair in pairs_of(scene, part)
        if (accepted := lock.get((scene.id, pair.table, pair.id))) is not None
        and accepted.is_stale(pair.korean, pair.meaning)
    )
    return Coverage(scene=scene.id, pack=pack_id, texts=texts, missing=missing_texts(scene, part), stale=stale)


def _count(scene: Scene) -> int:
    common = {move.say.id for move in scene.common}
    lines = sum(line.id not in common for line in scene.lines()) + len(scene.turns)
    hints = sum(len(turn.hints) for turn in scene.turns)
    values = sum(len(slot.values) for slot in scene.slots.values())
    return lines + hints + len(scene.turns) + 2 * len(scene.slots) + values
