"""The image is built once for all its tests: it takes a minute or two."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.image.building import BuiltImage, built_image
from tests.image.container import Runner


@pytest.fixture(scope="session")
def image() -> Iterator[BuiltImage]:
    with built_image() as image:
        yield image


@pytest.fixture
def runner(image: BuiltImage, tmp_path: Path) -> Runner:
    return Runner(image=image, folder=tmp_path, data=tmp_path / "data", mounts={})
