"""What can be played: published scenes and packs, and whether they fit together."""

from dataclasses import dataclass

from kotoserver.content.library import Library
from kotoserver.domain.errors import BadInput
from kotoserver.domain.langpack import LanguagePack, ScenePack
from kotoserver.domain.scene import Scene


@dataclass(frozen=True, slots=True, kw_only=True)
class Playable:
    """A scene in a learner's language, both at a version."""

    scene: Scene
    pack: LanguagePack

    @property
    def words(self) -> ScenePack:
        """The scene's own tables of the pack."""
        return self.pack.scenes[self.scene.id]


class CatalogService:
    def __init__(self, library: Library) -> None:
        self._library = library

    def playable(
        self, scene_id: str, pack_id: str, *, scene_version: int | None = None, pack_version: int | None = None
    ) -> Playable:
        """A published scene with a published pack, the live versions unless told.

        NotFound codes `no_such_scene`, `no_such_pack`; BadInput code `pack_lacks_scene`.
        """
        scene = self._library.scene(scene_id, scene_version)
        pack = self._library.pack(pack_id, pack_version)
        if scene_id not in pack.scenes:
            raise BadInput(
                f"The pack {pack_id} has no translation of the scene {scene_id}.", code="pack_lacks_scene"
            )
        return Playable(scene=scene, pack=pack)

    def playables(self, pack_id: str) -> list[Playable]:
        """Every live scene that this pack translates, in the order of their ids."""
        pack = self._library.pack(pack_id)
        return [
            Playable(scene=self._library.scene(scene_id), pack=pack)
            for scene_id in sorted(self._library.scene_ids())
            if scene_id in pack.scenes
        ]

    def scenes(self) -> list[Scene]:
        """Every live scene."""
        return [self._library.scene(scene_id) for scene_id in sorted(self._library.scene_ids())]

    def packs(self) -> list[LanguagePack]:
        """Every live pack."""
        return [self._library.pack(pack_id) for pack_id in sorted(self._library.pack_ids())]

    def problems(self) -> list[str]:
        """One sentence for each published thing that cannot be served."""
        return [str(problem) for problem in self._library.problems()]
