"""Servers that tests share, and what stands on them: each test gets an empty database."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import hypothesis
import pytest
from hypothesis import strategies as st

from kotoserver.ports.storage import Storage
from kotoserver.settings import S3Settings
from kotoserver.storage import open_storage
from tests.servers import fresh_database, given_s3_server, postgres_server, redis_server, s3_server

# The same examples on every run, and no deadline: machines are slow at times, and chance is no test.
hypothesis.settings.register_profile("koto", deadline=None, derandomize=True)
hypothesis.settings.load_profile("koto")
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A Postgres server; `fresh_database` makes a database on it."""
    with postgres_server() as url:
        yield url


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    with redis_server() as url:
        yield url


@pytest.fixture(scope="session")
def s3_settings() -> Iterator[S3Settings]:
    """SeaweedFS, or the server that TEST_MINIO_ENDPOINT names, in a bucket of its own."""
    given = given_s3_server()
    if given is not None:
        yield given
        return
    with s3_server() as settings:
        yield settings


@pytest.fixture(params=["sqlite", "postgres"])
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """An empty database of each kind, without a schema."""
    async with AsyncExitStack() as stack:
        if request.param == "sqlite":
            yield f"sqlite:///{tmp_path / 'koto.sqlite3'}"
        else:
            server = request.getfixturevalue("postgres_url")
            yield await stack.enter_async_context(fresh_database(server))


@pytest.fixture
async def storage(database_url: str, tmp_path: Path) -> AsyncIterator[Storage]:
    """An empty storage on each kind of database."""
    storage = open_storage(database_url, data_dir=tmp_path)
    await storage.migrate()
    yield storage
    await storage.close()
