"""A workshop: the project's own scenes and packs, copied to where a test may change them."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

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


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    shutil.copytree(ROOT / "scenes", tmp_path / "scenes")
    shutil.copytree(ROOT / "langpacks", tmp_path / "langpacks")
    return Workshop(scenes=tmp_path / "scenes", packs=tmp_path / "langpacks")
