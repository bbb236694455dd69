"""A workshop: the project's own scenes and packs, copied to where a test may change them."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from kotoserver.korean.proofreader import KoreanProofreader
from kotoserver.ports.proofreading import Proofreader
from kotoserver.providers.kiwi import KiwiAnalyzer

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    scenes: Path
    packs: Path

    def edit(self, file: str, old: str, new: str) -> None:
        """Replaces the first `old` in a file named from its top folder on (`scenes/cafe/scene.yaml`)."""
        path = self.scenes.parent / file
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")

    def forget_versions(self) -> None:
        """Takes back to the day before the first publish."""
        for folder in (self.scenes / "cafe", *self.packs.iterdir()):
            shutil.rmtree(folder / "versions")
            (folder / "history.yaml").unlink()


HERE = Path(__file__).parent


def tiny_desk(folder: Path) -> Workshop:
    """The smallest scene with its tests and two packs, beside the project's own catalogs; nothing is published."""
    desk = Workshop(scenes=folder / "scenes", packs=folder / "langpacks")
    shutil.copytree(ROOT / "scenes" / "catalog", desk.scenes / "catalog")
    (desk.scenes / "tiny").mkdir()
    shutil.copy(HERE / "tiny_scene.yaml", desk.scenes / "tiny" / "scene.yaml")
    shutil.copy(HERE / "tiny_tests.yaml", desk.scenes / "tiny" / "tests.yaml")
    for pack in ("ko-en", "ko-id"):
        (desk.packs / pack / "scenes").mkdir(parents=True)
        whole = (ROOT / "langpacks" / pack / "pack.yaml").read_text("utf-8")
        strict = whole.replace("\nromanization:", "\navoid: [gonna, wanna]\nromanization:", 1)
        (desk.packs / pack / "pack.yaml").write_text(strict, "utf-8")
        shutil.copy(HERE / f"tiny_{pack}.yaml", desk.packs / pack / "scenes" / "tiny.yaml")
    return desk


@pytest.fixture
def desk(tmp_path: Path) -> Workshop:
    return tiny_desk(tmp_path)


@pytest.fixture(scope="session")
def proofreader() -> Proofreader:
    """The real evaluator, which takes a second to load."""
    return KoreanProofreader(KiwiAnalyzer())


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    shutil.copytree(ROOT / "scenes", tmp_path / "scenes")
    shutil.copytree(ROOT / "langpacks", tmp_path / "langpacks")
    return Workshop(scenes=tmp_path / "scenes", packs=tmp_path / "langpacks")
