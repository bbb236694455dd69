"""What only a file can do: be read while it is written, be copied, be somewhere it cannot be."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from importlib.resources import files
from pathlib import Path

import pytest

from kotoserver.domain.errors import StorageFailed
from kotoserver.ports.storage import Storage
from kotoserver.storage import open_storage
from kotoserver.storage.sql import Dialect, Query
from tests.stored import learner, session, turn

LOOKUPS = sorted(
    each.name.removesuffix(".sql")
    for each in (files("kotoserver.storage") / "queries").iterdir()
    if each.name.startswith(("find_", "last_", "list_", "search_"))
    and each.name != "list_migrations.sql"
    and not each.name.endswith(".postgres.sql")
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "koto.sqlite3"


@pytest.fixture
async def storage(file: Path) -> AsyncIterator[Storage]:
    storage = open_storage(f"sqlite:///{file}", data_dir=file.parent)
    await storage.migrate()
    await storage.add_learner(learner())
    yield storage
    await storage.close()


async def test_a_reader_does_not_wait_for_a_writer(storage: Storage, file: Path):
    with closing(sqlite3.connect(file, isolation_level=None)) as writer:
        writer.execute("BEGIN EXCLUSIVE")
        writer.execute("DELETE FROM learners")
        async with asyncio.timeout(1):
            assert await storage.find_learner("lrn_1") == learner()
        writer.execute("ROLLBACK")


async def test_a_writer_waits_for_another_program_to_finish(storage: Storage, file: Path):
    with closing(sqlite3.connect(file, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        ours = asyncio.create_task(storage.open_session(session(), [], []))
        for _ in range(20):
            await storage.find_learner("lrn_1")
        assert not ours.done()
        writer.execute("ROLLBACK")
        await ours
    assert await storage.find_session("sess_1") == session()


async def test_a_reader_sees_what_was_just_written(storage: Storage):
    for number in range(100):
        await storage.open_session(session(f"sess_{number}"), [], [])
        assert await storage.find_session(f"sess_{number}") is not None


async def test_the_file_is_safe_against_the_death_of_the_process(storage: Storage, file: Path):
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


async def test_a_vacuumed_copy_of_a_file_in_use_is_a_whole_database(storage: Storage, file: Path):
    await storage.open_session(session(), [], [])
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("VACUUM INTO ?", (str(file.parent / "copy.sqlite3"),))
    copy = open_storage(f"sqlite:///{file.parent / 'copy.sqlite3'}", data_dir=file.parent)
    assert await copy.migrate() == []
    assert await copy.find_session("sess_1") == session()
    await copy.close()


async def test_a_file_that_is_no_database_is_named(tmp_path: Path):
    (tmp_path / "letter.txt").write_text("not a database at all, only words\n" * 200)
    storage = open_storage(f"sqlite:///{tmp_path}/letter.txt", data_dir=tmp_path)
    with pytest.raises(StorageFailed, match=r"letter\.txt cannot be used: file is not a database"):
        await storage.check()
    await storage.close()


async def test_a_folder_that_cannot_be_made_is_a_failure_with_a_sentence(tmp_path: Path):
    (tmp_path / "file").touch()
    storage = open_storage(f"sqlite:///{tmp_path}/file/koto.sqlite3", data_dir=tmp_path)
    with pytest.raises(StorageFailed, match=r"koto\.sqlite3 cannot be used"):
        await storage.check()


async def test_a_storage_that_was_never_used_closes(tmp_path: Path):
    await open_storage("", data_dir=tmp_path).close()


@pytest.mark.parametrize("name", LOOKUPS)
async def test_no_query_reads_a_whole_table(storage: Storage, file: Path, name: str):
    statement = Query(name).text(Dialect.SQLITE)
    values = {str(number): "1" for number in range(1, 11)}
    with closing(sqlite3.connect(file)) as connection:
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", values)]
    assert not [step for step in plan if step.startswith("SCAN") and "json_each" not in step]


async def test_erased_words_are_overwritten_in_the_file(storage: Storage, file: Path):
    for number in range(1, 6):
        opened = session(f"sess_{number}")
        await storage.open_session(opened, [], [])
        said = turn(1, f"비밀 이야기 {number}", session_id=opened.id)
        await storage.save_session(opened, read_at=1, turn=said)
    for number in range(1, 5):
        await storage.erase_session(f"sess_{number}")
    await storage.close()
    content = await asyncio.to_thread(file.read_bytes)
    assert "비밀 이야기 5".encode() in content
    assert not [number for number in range(1, 5) if f"비밀 이야기 {number}".encode() in content]
