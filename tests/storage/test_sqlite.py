"""What only a file can do: be read while it is written, be copied, be somewhere it cannot be."""

import asyncio
import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from importlib.resources import files
from itertools import count
from pathlib import Path

import pytest

from kotoserver.domain.errors import StorageFailed
from kotoserver.ports.storage import Storage
from kotoserver.storage import open_storage
from kotoserver.storage.open import open_database
from kotoserver.storage.sql import Dialect, Query, load_migrations
from kotoserver.storage.sqlite import LONG_LOG_PAGES
from kotoserver.storage.storage import SqlStorage
from tests.stored import learner, session, turn

LOOKUPS = sorted(
    each.name.removesuffix(".sql")
    for each in (files("kotoserver.storage") / "queries").iterdir()
    if each.name.startswith(("find_", "last_", "list_", "search_"))
    and each.name != "list_migrations.sql"
    and not each.name.endswith(".postgres.sql")
)


FOUND_BY_FUNCTION = re.compile(r"json_each|utterance_trigrams VIRTUAL TABLE INDEX [0-9]+:M")
"""What an index cannot be asked for: the entries of one value, and what a MATCH finds."""


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


def size_of(path: Path) -> int:
    return path.stat().st_size


async def test_what_was_committed_is_moved_into_the_file_while_writing_goes_on(storage: Storage, file: Path):
    before = size_of(file)
    async with asyncio.timeout(30):
        for number in count():
            await storage.open_session(session(f"sess_{number}"), [], [])
            if size_of(file) > before:
                break
    assert await storage.find_session("sess_0") is not None


async def test_the_log_is_used_again_once_it_is_moved(storage: Storage, file: Path):
    """Else it would grow for ever under a server that never rests."""
    log = file.with_name(f"{file.name}-wal")
    for number in range(4000):
        await storage.open_session(session(f"sess_{number}"), [], [])
    assert size_of(log) < 2 * LONG_LOG_PAGES * 4096


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


async def said(storage: Storage, text: str, number: int = 1, session_id: str = "sess_1") -> None:
    """Stores the text as the session's turn of that number."""
    moved = replace(session(session_id), revision=number + 1)
    await storage.save_session(moved, read_at=number, turn=turn(number, text, session_id=session_id))


async def found_by(storage: Storage, words: str) -> list[str]:
    return [each.id for each in (await storage.list_sessions("lrn_1", words=words)).sessions]


async def test_the_trigrams_of_a_vacuumed_file_still_name_the_right_turns(storage: Storage, file: Path):
    """SQLite numbers rows anew when it vacuums, unless their table has a number of its own."""
    for number in range(1, 4):
        await storage.open_session(session(f"sess_{number}", minute=number), [], [])
        await said(storage, f"아메리카노 {'한둘셋'[number - 1]} 잔", session_id=f"sess_{number}")
    await storage.erase_session("sess_1")
    await storage.close()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("VACUUM")
    again = open_storage(f"sqlite:///{file}", data_dir=file.parent)
    assert await found_by(again, "카노 셋 잔") == ["sess_3"]
    assert await found_by(again, "아메리카노") == ["sess_3", "sess_2"]
    await again.close()


async def test_an_older_file_is_searched_by_trigrams_once_it_was_migrated(tmp_path: Path):
    database = open_database("", data_dir=tmp_path)
    migrations = load_migrations(Dialect.SQLITE)
    await database.migrate([each for each in migrations if each.name < "0006"])
    storage = SqlStorage(database)
    await storage.add_learner(learner())
    await storage.open_session(session(), [], [])
    await said(storage, "아메리카노 주세요.")
    assert await storage.migrate() == [each.name for each in migrations if each.name >= "0006"]
    await said(storage, "녹차 라떼 주세요.", 2)
    assert await found_by(storage, "메리카노") == ["sess_1"]
    assert await found_by(storage, "차 라떼") == ["sess_1"]
    await storage.close()


async def test_an_utterance_that_is_changed_is_found_by_its_new_words(storage: Storage, file: Path):
    await storage.open_session(session(), [], [])
    await said(storage, "아메리카노 주세요.")
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE turns SET folded = '녹차 라떼 주세요.'")
    assert await found_by(storage, "아메리카노") == []
    assert await found_by(storage, "녹차 라떼") == ["sess_1"]


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
    assert not [step for step in plan if step.startswith("SCAN") and not FOUND_BY_FUNCTION.search(step)]


async def test_erased_words_are_overwritten_in_the_file(storage: Storage, file: Path):
    for number in range(1, 6):
        opened = session(f"sess_{number}")
        await storage.open_session(opened, [], [])
        await said(storage, f"비밀 이야기 {number}", session_id=opened.id)
    for number in range(1, 5):
        await storage.erase_session(f"sess_{number}")
    await storage.close()
    content = await asyncio.to_thread(file.read_bytes)
    assert "비밀 이야기 5".encode() in content
    assert not [number for number in range(1, 5) if f"비밀 이야기 {number}".encode() in content]


@pytest.mark.parametrize("erased", ["session", "learner"])
async def test_erased_words_are_overwritten_in_the_index_of_trigrams(storage: Storage, file: Path, erased: str):
    """The index keeps words in pieces; the last two letters of a rare one are in no other."""
    for number, text in enumerate(("뷁쉙햏 주세요", "아메리카노 주세요"), 1):
        learner_id = f"lrn_{number}"
        if number > 1:
            await storage.add_learner(learner(learner_id))
        await storage.open_session(session(f"sess_{number}", learner_id=learner_id), [], [])
        await said(storage, text, session_id=f"sess_{number}")
    if erased == "session":
        await storage.erase_session("sess_1")
    else:
        await storage.erase_learner("lrn_1")
    await storage.close()
    content = await asyncio.to_thread(file.read_bytes)
    assert "리카노".encode() in content
    assert "쉙햏".encode() not in content


async def test_words_are_in_the_index_of_trigrams_until_they_are_erased(storage: Storage, file: Path):
    """Without this the test above would hold for an index that keeps nothing."""
    await storage.open_session(session(), [], [])
    await said(storage, "뷁쉙햏 주세요")
    await storage.close()
    with closing(sqlite3.connect(file)) as connection:
        pages = [bytes(row[0]) for row in connection.execute("SELECT block FROM utterance_trigrams_data")]
    assert any("쉙햏".encode() in page for page in pages)
