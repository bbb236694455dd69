"""Bringing a schema up to date, on both databases."""

import asyncio
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from kotoserver.domain.errors import BadSettings, StorageFailed
from kotoserver.settings import ROOT
from kotoserver.storage import open_storage
from kotoserver.storage.database import Database
from kotoserver.storage.open import open_database
from kotoserver.storage.sql import Dialect, Migration, Query, load_migrations
from tests.processes import environment, run
from tests.servers import fresh_database
from tests.stored import learner

Migrations = tuple[Migration, ...]

NEXT = Migration(
    name="9000_next", script="-- A table;\nCREATE TABLE nexts (a TEXT);\nCREATE INDEX nexts_a ON nexts (a);"
)
BROKEN = Migration(name="9001_broken", script="CREATE TABLE half (a TEXT);\nCREATE TABLE nothing_else (;")


@pytest.fixture
def ours(database_url: str) -> Migrations:
    """The program's own, for the kind of database that is tested."""
    return load_migrations(open_database(database_url, data_dir=Path()).dialect)


@pytest.fixture
async def database(database_url: str, tmp_path: Path) -> AsyncIterator[Database]:
    database = open_database(database_url, data_dir=tmp_path)
    yield database
    await database.close()


async def test_an_empty_database_gets_everything_in_order(database: Database, ours: Migrations):
    assert await database.migrate([*ours, NEXT]) == [*(each.name for each in ours), "9000_next"]


async def test_an_older_database_gets_what_it_lacks(database: Database, ours: Migrations):
    await database.migrate(ours)
    assert await database.migrate([*ours, NEXT]) == ["9000_next"]
    assert await database.migrate([*ours, NEXT]) == []


async def test_a_migration_that_breaks_leaves_the_schema_as_it_was(database: Database, ours: Migrations):
    with pytest.raises(StorageFailed):
        await database.migrate([*ours, NEXT, BROKEN])
    assert await database.migrate([*ours, NEXT]) == [*(each.name for each in ours), "9000_next"]


async def test_a_migration_changed_after_it_was_applied_stops_the_start(database: Database, ours: Migrations):
    await database.migrate([*ours, NEXT])
    with pytest.raises(BadSettings, match=r"9000_next\.sql was changed"):
        await database.migrate([*ours, replace(NEXT, script="-- something else")])


async def test_of_many_programs_that_start_at_once_one_migrates(
    database_url: str, ours: Migrations, tmp_path: Path
):
    storages = [open_storage(database_url, data_dir=tmp_path) for _ in range(5)]
    applied = await asyncio.gather(*(storage.migrate() for storage in storages))
    assert sorted(map(len, applied)) == [0, 0, 0, 0, len(ours)]
    await storages[0].add_learner(learner())
    assert await storages[4].find_learner("lrn_1") == learner()
    for storage in storages:
        await storage.close()


async def test_a_storage_without_a_schema_does_not_pass_for_usable(database_url: str, tmp_path: Path):
    storage = open_storage(database_url, data_dir=tmp_path)
    with pytest.raises(StorageFailed):
        await storage.check()
    await storage.close()


async def test_a_database_from_which_a_newer_version_took_something_is_refused_and_left_as_it_is(
    database: Database, ours: Migrations, database_url: str, tmp_path: Path
):
    newer = replace(NEXT, name="9000_without_names")
    await database.migrate([*ours, newer])
    storage = open_storage(database_url, data_dir=tmp_path)
    with pytest.raises(BadSettings, match=r"newer kotoserver: it has 9000_without_names\.sql"):
        await storage.migrate()
    await storage.close()
    assert await database.migrate([*ours, newer]) == []


async def test_the_version_before_plays_on_after_a_migration_that_only_adds(
    database: Database, ours: Migrations, database_url: str, tmp_path: Path
):
    """Side by side with the newer one, or in its place again."""
    await database.migrate([*ours, NEXT])
    storage = open_storage(database_url, data_dir=tmp_path)
    assert await storage.migrate() == []
    await storage.add_learner(learner())
    assert await storage.find_learner("lrn_1") == learner()
    await storage.close()


def test_a_server_refuses_to_start_where_a_newer_version_took_something_away(tmp_path: Path):
    assert run(tmp_path, "migrate").returncode == 0
    with closing(sqlite3.connect(tmp_path / "koto.sqlite3")) as file, file:
        file.execute(
            "INSERT INTO migrations VALUES ('9999_without_learners', '', '2030-01-01T00:00:00.000000+00:00')"
        )
    refused = run(tmp_path, "serve", "--port", "0")
    assert refused.returncode == 1
    assert "9999_without_learners.sql, which this version does not know" in refused.stderr


async def test_two_servers_that_start_at_once_on_postgres_migrate_once(postgres_url: str, tmp_path: Path):
    """Both wait for the lock that the test holds, so that they do meet."""
    async with fresh_database(postgres_url) as url:
        gate = await asyncpg.connect(url)
        async with asyncio.timeout(60), gate.transaction():
            await gate.execute(Query("lock_migrations").text(Dialect.POSTGRES))
            both = [await migrating(tmp_path / str(number), url) for number in range(2)]
            while await gate.fetchval(WAITING) < 2:
                assert all(each.returncode is None for each in both)
                await gate.execute("SELECT pg_stat_clear_snapshot()")  # else a transaction sees one moment
        await gate.close()
        told = [(await each.communicate())[0].decode() for each in both]
        assert [each.returncode for each in both] == [0, 0]
        assert sorted(each.count("applied 0") for each in told) == [0, len(load_migrations(Dialect.POSTGRES))]


async def test_two_servers_that_start_at_once_on_one_file_migrate_once(tmp_path: Path):
    both = [await migrating(tmp_path, "") for _ in range(2)]
    told = [(await each.communicate())[0].decode() for each in both]
    assert [each.returncode for each in both] == [0, 0]
    assert sorted(each.count("applied 0") for each in told) == [0, len(load_migrations(Dialect.SQLITE))]


WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'"


async def migrating(data_dir: Path, database_url: str) -> asyncio.subprocess.Process:
    """`kotoserver migrate` in a process of its own."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "kotoserver", "migrate"),
        env=environment(data_dir, DATABASE_URL=database_url),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
