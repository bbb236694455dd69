"""What only a server can do: be away, come back, refuse, and make two transactions wait."""

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from kotoserver.domain.errors import BadSettings, StorageFailed
from kotoserver.domain.learner import Learner
from kotoserver.ports.storage import Storage
from kotoserver.storage import open_storage
from kotoserver.storage.postgres import POOL_SIZE
from tests.servers import free_port, fresh_database, require
from tests.stored import learner, session, spoken, turn

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@pytest.fixture
async def url(postgres_url: str) -> AsyncIterator[str]:
    async with fresh_database(postgres_url) as url:
        yield url


@pytest.fixture
async def storage(url: str, tmp_path: Path) -> AsyncIterator[Storage]:
    storage = open_storage(url, data_dir=tmp_path)
    await storage.migrate()
    yield storage
    await storage.close()


@pytest.fixture
async def beside(url: str) -> AsyncIterator[asyncpg.Connection]:
    """Another program's connection to the same database."""
    connection = await asyncpg.connect(url)
    yield connection
    await connection.close()


def named(url: str, database: str = "", user: str = "", option: str = "") -> str:
    """The URL with another database or user, or one more option, in it."""
    parts = urlsplit(url)
    if user:
        parts = parts._replace(netloc=f"{user}@{parts.netloc.rpartition('@')[2]}")
    if database:
        parts = parts._replace(path=f"/{database}")
    return urlunsplit(parts._replace(query="&".join(filter(None, [parts.query, option]))))


async def failure(url: str) -> str:
    storage = open_storage(url, data_dir=Path())
    with pytest.raises(StorageFailed) as caught:
        await storage.check()
    await storage.close()
    return caught.value.message


async def test_a_server_that_is_not_there_is_named_without_the_password():
    message = await failure(f"postgresql://koto:hunter2@127.0.0.1:{free_port()}/koto")
    assert message == "Postgres does not answer."


async def test_an_unknown_database_is_named(postgres_url: str):
    assert 'database "nowhere" does not exist' in await failure(named(postgres_url, "nowhere"))


async def test_an_unknown_user_is_named(postgres_url: str):
    assert 'role "nobody" does not exist' in await failure(named(postgres_url, user="nobody"))


async def test_an_option_that_is_not_one_is_a_wrong_setting(postgres_url: str):
    storage = open_storage(named(postgres_url, option="sslmode=maybe"), data_dir=Path())
    with pytest.raises(BadSettings, match="sslmode"):
        await storage.check()


async def test_a_pool_works_again_after_the_server_dropped_it(storage: Storage, beside: asyncpg.Connection):
    await storage.add_learner(learner())
    await beside.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    async with asyncio.timeout(5):
        while await found_or_failed(storage) != learner():
            pass


async def found_or_failed(storage: Storage) -> Learner | StorageFailed | None:
    try:
        return await storage.find_learner("lrn_1")
    except StorageFailed as error:
        return error


async def test_no_more_connections_are_made_than_the_pool_may_have(storage: Storage, beside: asyncpg.Connection):
    await asyncio.gather(*(storage.find_learner("lrn_1") for _ in range(10 * POOL_SIZE)))
    used = await beside.fetchval(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    assert 1 <= used <= POOL_SIZE


async def test_two_sessions_that_say_the_same_lines_do_not_block_each_other(
    storage: Storage, beside: asyncpg.Connection
):
    """Postgres ends one of two transactions that wait for each other; keys in one order prevent it."""
    note = "INSERT INTO speech (speech_key, text, voice, rate) VALUES ($1, '네', 'ko-f-02', 1)"
    async with asyncio.timeout(10), beside.transaction():
        await beside.execute(note, "a")
        ours = asyncio.create_task(storage.remember_speech([spoken("b"), spoken("a")]))
        while not await beside.fetchval(WAITING):
            assert not ours.done()
            await beside.execute("SELECT pg_stat_clear_snapshot()")  # else a transaction sees one moment
        await beside.execute(note, "b")
    await ours


@pytest.fixture
async def trigrams(beside: asyncpg.Connection) -> None:
    if not await beside.fetchval("SELECT count(*) FROM pg_available_extensions WHERE name = 'pg_trgm'"):
        require("pg_trgm", "apt-get install postgresql")


@pytest.mark.usefixtures("trigrams")
async def test_utterances_are_searched_by_trigrams(storage: Storage, beside: asyncpg.Connection):
    used = await beside.fetchval("SELECT indexdef FROM pg_indexes WHERE indexname = 'utterance_trigrams'")
    assert "gin_trgm_ops" in used


@pytest.mark.usefixtures("trigrams")
async def test_trigrams_know_hangul_in_a_unicode_database(beside: asyncpg.Connection, storage: Storage):
    assert await beside.fetchval("SELECT show_trgm('아메리카노')") != []


async def test_search_works_where_trigrams_cannot_be_had(
    url: str, beside: asyncpg.Connection, caplog: pytest.LogCaptureFixture
):
    await beside.execute("CREATE ROLE plain LOGIN; GRANT CREATE ON SCHEMA public TO plain")
    storage = open_storage(named(url, user="plain"), data_dir=Path())
    try:
        with caplog.at_level(logging.WARNING):
            await storage.migrate()
        assert "pg_trgm cannot be set up" in caplog.text
        await storage.add_learner(learner())
        await storage.open_session(session(), [], [])
        await storage.save_session(session(), read_at=1, turn=turn(1, "아메리카노 주세요."))
        page = await storage.list_sessions("lrn_1", words="메리카")
        assert [each.id for each in page.sessions] == ["sess_1"]
    finally:
        await storage.close()
        await beside.execute("DROP OWNED BY plain; DROP ROLE plain")
