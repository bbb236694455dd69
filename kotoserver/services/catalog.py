"""What can be played: published scenes and packs, and whether they fit together."""

from dataclasses import dataclass

from kotoserver.content.library import Library, untranslated
from kotoserver.domain.errors import BadInput
from kotoserver.domain.evaluation import Expectation, expectation_of
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

    def expectation(self, turn_id: str) -> Expectation:
        """What a turn asks of a learner who is taught in the pack's language."""
        return expectation_of(self.scene, turn_id, self.pack.native)


class CatalogService:
    def __init__(self, library: Library) -> None:
        self._library = library

    def playable(
        self, scene_id: str, pack_id: str, *, scene_version: int | None = None, pack_version: int | None = None
    ) -> Playable:
        """A published scene with a published pack.

        Without versions: the live pack with the live scene or, while that is newer than its translation,
        with the version that the translator saw. So publishing a scene ahead of its packs stops nobody.
        NotFound codes `no_such_scene`, `no_such_pack`; BadInput code `pack_lacks_scene`.
        """
        pack = self._library.pack(pack_id, pack_version)
        scene = self._library.scene(scene_id, scene_version)
        if scene_version is None:
            translated = self._translated(scene, pack)
            if translated is None:
                sentence = f"The pack {pack_id} has no complete translation of the scene {scene_id}."
                raise BadInput(sentence, code="pack_lacks_scene")
            scene = translated
        return Playable(scene=scene, pack=pack)

    def playables(self, pack_id: str) -> list[Playable]:
        """Every live scene that this pack translates, in the order of their ids."""
        pack = self._library.pack(pack_id)
        translated = (self._translated(scene, pack) for scene in self.scenes())
        return [Playable(scene=scene, pack=pack) for scene in translated if scene is not None]

    def _translated(self, scene: Scene, pack: LanguagePack) -> Scene | None:
        """The scene, or the version of it that the translator saw, whichever the pack translates in full."""
        if not untranslated(scene, pack):
            return scene
        part = pack.scenes.get(scene.id)
        if part is None or part.scene_version == scene.version:
            return None
        seen = self._library.scene(scene.id, part.scene_version)
        return None if untranslated(seen, pack) else seen

    def scenes(self) -> list[Scene]:
        """Every live scene."""
        return list(self._library.live_scenes())

    def pack(self, pack_id: str) -> LanguagePack:
        """The live version. NotFound code `no_such_pack`."""
        return self._library.pack(pack_id)

    def packs(self) -> list[LanguagePack]:
        """Every live pack."""
        return [self._library.pack(pack_id) for pack_id in sorted(self._library.pack_ids())]

    def problems(self) -> list[str]:
        """One sentence for each published thing that cannot be served."""
        return [str(problem) for problem in self._library.problems()]
