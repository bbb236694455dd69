"""What can be played while authors are at work."""

import re
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kotoserver.content.library import Library, open_library
from kotoserver.content.publishing import Publication, publish_pack, publish_scene
from kotoserver.domain.errors import BadInput, NotFound
from kotoserver.domain.langpack import LanguagePack
from kotoserver.services.catalog import CatalogService
from kotoserver.settings import ROOT

NOW = Publication(at=datetime(2026, 5, 4, tzinfo=UTC), by="minji", name="a test")


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """A copy of everything authored."""
    for name in ("scenes", "langpacks"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return tmp_path / "scenes", tmp_path / "langpacks"


def catalog(folders: tuple[Path, Path]) -> CatalogService:
    return CatalogService(open_library(*folders))


def test_a_scene_comes_with_the_words_of_its_pack(folders: tuple[Path, Path]):
    playable = catalog(folders).playable("cafe", "ko-en")
    assert playable.words.scene == playable.scene.id == "cafe"
    everything = [each.scene.id for each in catalog(folders).playables("ko-id")]
    assert everything == ["airport", "cafe", "cafe_friend", "convenience_store"]


@pytest.mark.parametrize(
    ("scene", "pack", "code"), [("moon", "ko-id", "no_such_scene"), ("cafe", "ko-xx", "no_such_pack")]
)
def test_what_is_not_published_is_not_found(folders: tuple[Path, Path], scene: str, pack: str, code: str):
    with pytest.raises(NotFound) as refused:
        catalog(folders).playable(scene, pack)
    assert refused.value.code == code


def test_a_scene_published_ahead_of_its_pack_is_played_as_the_translator_saw_it(folders: tuple[Path, Path]):
    scenes, packs = folders
    before = catalog(folders).playable("cafe", "ko-id")
    _add_a_line(scenes / "cafe" / "scene.yaml", packs)
    published = publish_scene(scenes, packs, "cafe", NOW).version
    assert published == before.scene.version + 1
    assert catalog(folders).playable("cafe", "ko-id").scene == before.scene
    publish_pack(scenes, packs, "ko-id", NOW)
    assert catalog(folders).playable("cafe", "ko-id").scene.version == published


class WithoutTranslations(Library):
    """The library as it would be if no pack translated any scene."""

    def pack(self, pack_id: str, version: int | None = None) -> LanguagePack:
        return replace(super().pack(pack_id, version), scenes={})


def test_a_pack_that_does_not_know_a_scene_cannot_play_it(folders: tuple[Path, Path]):
    lost = CatalogService(WithoutTranslations(*folders))
    with pytest.raises(BadInput) as refused:
        lost.playable("cafe", "ko-id")
    assert refused.value.code == "pack_lacks_scene"
    assert lost.playables("ko-id") == []


def _add_a_line(draft: Path, packs: Path) -> None:
    """One more opening line, translated in the drafts of every pack."""
    text = draft.read_text("utf-8")
    line = '      - { id: L9990, ko: "날씨가 좋네요.", cue: { emotion: smile } }\n'
    changed = re.sub(r"(?m)^(    npc:\n)", rf"\g<1>{line}", text, count=1)
    assert changed != text
    draft.write_text(changed, "utf-8")
    for part in packs.glob("*/scenes/cafe.yaml"):
        words = part.read_text("utf-8")
        part.write_text(re.sub(r"(?m)^lines:\n", "lines:\n  L9990: …\n", words, count=1), "utf-8")
