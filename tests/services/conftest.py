from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.services.speech_world import World


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    world = World(tmp_path)
    await world.storage.migrate()
    yield world
    await world.encoder.close()
    await world.blobs.close()
    await world.storage.close()
