from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.apps import Guest, Koto, serving


@pytest.fixture
async def koto(tmp_path: Path) -> AsyncIterator[Koto]:
    """A server with scripted engines and an empty database."""
    async with serving(tmp_path) as koto:
        yield koto


@pytest.fixture
async def guest(koto: Koto) -> Guest:
    return await koto.guest()
