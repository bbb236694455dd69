"""Bringing a schema up to date, on both databases."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from kotoserver.domain.errors import BadSettings, StorageFailed
from kotoserver.storage import open_storage
from kotoserver.storage.database import Database
from kotoserver.storage.open import open_database
from kotoserver.storage.sql import Migration, load_migrations
from tests.stored import learner

OURS = load_migrations()
NEXT = Migration(
    name="9000_next", script="-- A table;\nCREATE TABLE nexts (a TEXT);\nCREATE INDEX nexts_a ON nexts (a);"
)
BROKEN = Migration(name="9001_broken", script="CREATE TABLE half (a TEXT);\nCREATE TABLE nothing_else (;")


@pytest.fixture
async def database(database_url: str, tmp_path: Path) -> AsyncIterator[Database]:
    database = open_database(database_url, data_dir=tmp_path)
    yield database
    await database.close()


async def test_an_empty_database_gets_everything_in_order(database: Database):
    assert await database.migrate([*OURS, NEXT]) == [*(each.name for each in OURS), "9000_next"]


async def test_an_older_database_gets_what_it_lacks(database: Database):
    await database.migrate(OURS)
    assert await database.migrate([*OURS, NEXT]) == ["9000_next"]
    assert await database.migrate([*OURS, NEXT]) == []


async def test_a_migration_that_breaks_leaves_the_schema_as_it_was(database: Database):
    with pytest.raises(StorageFailed):
        await database.migrate([*OURS, NEXT, BROKEN])
    assert await database.migrate([*OURS, NEXT]) == [*(each.name for each in OURS), "9000_next"]


async def test_a_migration_changed_after_it_was_applied_stops_the_start(database: Database):
    await database.migrate([*OURS, NEXT])
    with pytest.raises(BadSettings, match=r"9000_next\.sql was changed"):
        await database.migrate([*OURS, replace(NEXT, script="-- something else")])


async def test_of_many_programs_that_start_at_once_one_migrates(database_url: str, tmp_path: Path):
    storages = [open_storage(database_url, data_dir=tmp_path) for _ in range(5)]
    applied = await asyncio.gather(*(storage.migrate() for storage in storages))
    assert sorted(map(len, applied)) == [0, 0, 0, 0, len(OURS)]
    await storages[0].add_learner(learner())
    assert await storages[4].find_learner("lrn_1") == learner()
    for storage in storages:
        await storage.close()


async def test_a_storage_without_a_schema_does_not_pass_for_usable(database_url: str, tmp_path: Path):
    storage = open_storage(database_url, data_dir=tmp_path)
    with pytest.raises(StorageFailed):
        await storage.check()
    await storage.close()
