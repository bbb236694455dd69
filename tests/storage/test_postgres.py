"""What only a server can do: be away, come back, refuse, and make two transactions wait."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from kotoserver.domain.errors import BadSettings, StorageFailed
from kotoserver.domain.learner import Learner
from kotoserver.ports.storage import Storage
from kotoserver.settings import PoolSettings
from kotoserver.storage import open_storage
from kotoserver.storage.open import open_database
from kotoserver.storage.paging import END_OF_TIME
from kotoserver.storage.sql import Dialect, Migration, Query, load_migrations
from tests.servers import free_port, fresh_database, require
from tests.stored import learner, session, spoken, turn

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


async def until_it_waits(task: "asyncio.Task[None]", beside: asyncpg.Connection) -> None:
    """Returns when the server holds the task up because of a lock."""
    while not await beside.fetchval(WAITING):
        assert not task.done()
        await beside.execute("SELECT pg_stat_clear_snapshot()")  # else a transaction sees one moment


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


CONNECTIONS = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


async def test_no_more_connections_are_made_than_the_pool_may_have(
    url: str, beside: asyncpg.Connection, tmp_path: Path
):
    storage = open_storage(url, data_dir=tmp_path, pool=PoolSettings(most=3))
    await storage.migrate()
    await asyncio.gather(*(storage.find_learner("lrn_1") for _ in range(60)))
    assert 1 <= await beside.fetchval(CONNECTIONS) <= 3
    await storage.close()


async def test_an_idle_connection_is_closed(url: str, beside: asyncpg.Connection, tmp_path: Path):
    storage = open_storage(url, data_dir=tmp_path, pool=PoolSettings(idle_seconds=1))
    await storage.migrate()
    assert await beside.fetchval(CONNECTIONS) == 1
    async with asyncio.timeout(10):
        while await beside.fetchval(CONNECTIONS):
            pass
    assert await storage.find_learner("lrn_1") is None
    await storage.close()


@asynccontextmanager
async def holding_up(beside: asyncpg.Connection) -> AsyncIterator[None]:
    """Whoever writes a learner waits."""
    async with beside.transaction():
        await beside.execute("LOCK TABLE learners IN EXCLUSIVE MODE")
        yield


async def test_a_statement_that_takes_too_long_is_given_up(url: str, beside: asyncpg.Connection, tmp_path: Path):
    storage = open_storage(url, data_dir=tmp_path, pool=PoolSettings(command_seconds=1))
    await storage.migrate()
    async with holding_up(beside):
        with pytest.raises(StorageFailed):
            await storage.add_learner(learner())
    assert await storage.find_learner("lrn_1") is None
    await storage.close()


async def test_a_migration_may_take_longer_than_a_statement(url: str, tmp_path: Path):
    slow = Migration(name="9000_slow", script="SELECT pg_sleep(1.2);")
    database = open_database(url, data_dir=tmp_path, pool=PoolSettings(command_seconds=1))
    assert "9000_slow" in await database.migrate([*load_migrations(Dialect.POSTGRES), slow])
    await database.close()


async def test_a_query_waits_for_a_free_connection_only_so_long(
    url: str, beside: asyncpg.Connection, tmp_path: Path
):
    storage = open_storage(url, data_dir=tmp_path, pool=PoolSettings(most=1, queue_seconds=1))
    await storage.migrate()
    async with asyncio.TaskGroup() as tasks, holding_up(beside):
        adding = tasks.create_task(storage.add_learner(learner()))
        await until_it_waits(adding, beside)
        with pytest.raises(StorageFailed):
            await storage.find_learner("lrn_1")
        assert not adding.done()
    assert await storage.find_learner("lrn_1") == learner()
    await storage.close()


async def test_a_server_that_accepts_and_says_nothing_is_given_up_in_time(tmp_path: Path):
    async def never_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    silent = await asyncio.start_server(never_answer, "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    storage = open_storage(
        f"postgresql://koto@127.0.0.1:{port}/koto", data_dir=tmp_path, pool=PoolSettings(connect_seconds=1)
    )
    async with asyncio.timeout(5), silent:
        with pytest.raises(StorageFailed):
            await storage.check()
        await storage.close()


async def test_two_sessions_that_say_the_same_lines_do_not_block_each_other(
    storage: Storage, beside: asyncpg.Connection
):
    """Postgres ends one of two transactions that wait for each other; keys in one order prevent it."""
    note = "INSERT INTO speech (speech_key, text, voice, rate) VALUES ($1, '네', 'ko-f-02', 1)"
    async with asyncio.timeout(10), beside.transaction():
        await beside.execute(note, "a")
        ours = asyncio.create_task(storage.remember_speech([spoken("b"), spoken("a")]))
        await until_it_waits(ours, beside)
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


CROWD = (
    """
    INSERT INTO learners (learner_id, native, role, created_at)
    SELECT 'lrn_' || l, 'id', 'learner', now() FROM generate_series(1, 50) l
    """,
    """
    INSERT INTO sessions
    SELECT 'sess_' || l || '_' || s, 'lrn_' || l, 'cafe', 1, 'ko-id', 1, '{"turn": "order"}', 1, 1, now(), now()
    FROM generate_series(1, 50) l, generate_series(1, 20) s
    """,
    """
    INSERT INTO turns (
        session_id, turn_id, number, scene_turn, text, folded, evaluation, go, before, first_seq, last_seq,
        timings, at, undone
    )
    SELECT session_id, 't' || t, t, 'order', '', '커피 주세요 ' || md5(session_id || t),
        to_jsonb(repeat(md5(session_id), 50)), '', '{}', t, t, '{}', now(), FALSE
    FROM sessions, generate_series(1, 20) t
    """,
    "UPDATE turns SET folded = '녹차 한 잔 주세요' WHERE session_id = 'sess_7_3' AND turn_id = 't3'",
    "VACUUM ANALYZE",  # also takes up what the index has put off
)
"""Twenty thousand turns, as long as real ones, of fifty learners, of which one asks for green tea."""


async def plan_of(beside: asyncpg.Connection, query: str, whose: str, words: str) -> str:
    asked = (whose, END_OF_TIME, 21, "", "", "", f"%{words}%")
    steps = await beside.fetch(f"EXPLAIN {Query(query).text(Dialect.POSTGRES)}", *asked)
    return "\n".join(step[0] for step in steps)


@pytest.mark.usefixtures("trigrams")
@pytest.mark.parametrize(("words", "by_trigrams"), [("녹차 한", True), ("커피 주", False), ("차", False)])
async def test_a_rare_word_is_found_by_trigrams_and_no_word_by_reading_all_turns(
    storage: Storage, beside: asyncpg.Connection, words: str, by_trigrams: bool
):
    """What is in every turn, or too short to have trigrams, is looked for among the learner's own turns."""
    for statement in CROWD:
        await beside.execute(statement)
    plan = await plan_of(beside, "search_sessions", "lrn_7", words)
    assert ("utterance_trigrams" in plan) is by_trigrams, plan
    assert "Seq Scan on turns" not in plan
    found = await storage.list_sessions("lrn_7", words=words)
    assert len(found.sessions) == (20 if words == "커피 주" else 1)


@pytest.mark.usefixtures("trigrams")
async def test_a_rare_word_of_anybody_is_found_by_trigrams(storage: Storage, beside: asyncpg.Connection):
    for statement in CROWD:
        await beside.execute(statement)
    plan = await plan_of(beside, "search_all_sessions", "", "녹차 한")
    assert "utterance_trigrams" in plan
    assert len((await storage.list_sessions(None, words="녹차 한")).sessions) == 1


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
