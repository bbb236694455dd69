"""What only blobs do that are kept together in one file."""

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from kotoserver.blobs.filesystem import FilesystemBlobs
from kotoserver.blobs.local import SMALL_BYTES, SMALL_FILE, LocalBlobs
from kotoserver.domain.errors import StorageFailed

RECORDING = "recordings/lrn_1/aud_1"


def local_blobs(tmp_path: Path) -> LocalBlobs:
    return LocalBlobs(tmp_path / "blobs", together="recordings/")


@pytest.fixture
async def blobs(tmp_path: Path) -> AsyncIterator[LocalBlobs]:
    blobs = local_blobs(tmp_path)
    yield blobs
    await blobs.close()


async def test_what_is_small_needs_no_file_of_its_own(blobs: LocalBlobs):
    await blobs.put(RECORDING, bytes(SMALL_BYTES), "audio/webm")
    assert not blobs.path(RECORDING).exists()
    await blobs.put(RECORDING, bytes(SMALL_BYTES + 1), "audio/webm")
    assert blobs.path(RECORDING).exists()
    assert await blobs.get(RECORDING) == bytes(SMALL_BYTES + 1)


async def test_speech_is_a_file_whatever_its_size(blobs: LocalBlobs, tmp_path: Path):
    await blobs.put("speech/a.mp3", b"sound", "audio/mpeg")
    assert blobs.path("speech/a.mp3").exists()
    assert not (tmp_path / "blobs" / SMALL_FILE).exists()


async def test_what_an_older_version_has_kept_as_a_file_is_found_and_forgotten(blobs: LocalBlobs, tmp_path: Path):
    older = FilesystemBlobs(tmp_path / "blobs")
    await older.put(RECORDING, b"sound", "audio/webm")
    await blobs.put(RECORDING + "0", b"other sound", "audio/webm")
    assert await blobs.get(RECORDING) == b"sound"
    assert [info.key async for info in blobs.list("recordings/")] == [RECORDING + "0", RECORDING]
    await blobs.delete(RECORDING)
    assert await older.get(RECORDING) is None
    await older.close()


async def test_what_replaced_a_file_counts_and_is_forgotten_with_it(blobs: LocalBlobs):
    await blobs.put(RECORDING, bytes(SMALL_BYTES + 1), "audio/webm")
    await blobs.put(RECORDING, b"small", "audio/webm")
    assert await blobs.get(RECORDING) == b"small"
    assert [info.size async for info in blobs.list("")] == [5]
    await blobs.delete(RECORDING)
    assert await blobs.get(RECORDING) is None


async def test_nobody_else_on_the_machine_reads_the_file(blobs: LocalBlobs, tmp_path: Path):
    await blobs.put(RECORDING, b"sound", "audio/webm")
    for file in (tmp_path / "blobs").glob(f"{SMALL_FILE}*"):
        assert file.stat().st_mode & 0o077 == 0, file


async def test_what_is_forgotten_is_not_in_the_file_any_more(tmp_path: Path):
    blobs = local_blobs(tmp_path)
    await blobs.put(RECORDING, b"what the learner said " * 4000, "audio/webm")
    await blobs.delete(RECORDING)
    await blobs.close()
    assert b"what the learner said" not in (tmp_path / "blobs" / SMALL_FILE).read_bytes()


async def test_programs_that_make_the_file_at_the_same_moment_share_it(tmp_path: Path):
    several = [local_blobs(tmp_path) for _ in range(6)]
    keys = [f"recordings/lrn_1/aud_{number}" for number in range(60)]
    await asyncio.gather(
        *(several[number % 6].put(key, key.encode(), "audio/webm") for number, key in enumerate(keys))
    )
    for each in several:
        assert [await each.get(key) for key in keys] == [key.encode() for key in keys]
        await each.close()


async def test_whoever_leaves_while_others_wait_disturbs_nobody(blobs: LocalBlobs):
    putting = [asyncio.create_task(blobs.put(f"recordings/{n}", b"x", "audio/webm")) for n in range(20)]
    await asyncio.sleep(0)
    for task in putting[::2]:
        task.cancel()
    await asyncio.wait(putting)
    assert all(not task.cancelled() and task.result().size == 1 for task in putting[1::2])


async def test_a_file_that_takes_nothing_is_told_to_all_who_wait_and_they_may_try_again(
    blobs: LocalBlobs, tmp_path: Path
):
    await blobs.put("recordings/0", b"x", "audio/webm")
    with closing(sqlite3.connect(tmp_path / "blobs" / SMALL_FILE)) as other, other:
        other.execute("ALTER TABLE blobs RENAME TO elsewhere")
    refused = await asyncio.gather(
        *(blobs.put(f"recordings/{n}", b"x", "audio/webm") for n in range(5)), return_exceptions=True
    )
    assert all(isinstance(each, StorageFailed) for each in refused)
    with closing(sqlite3.connect(tmp_path / "blobs" / SMALL_FILE)) as other, other:
        other.execute("ALTER TABLE elsewhere RENAME TO blobs")
    await blobs.put("recordings/1", b"x", "audio/webm")
    assert await blobs.get("recordings/1") == b"x"


async def test_what_was_written_last_is_written_before_the_store_closes(tmp_path: Path):
    blobs = local_blobs(tmp_path)
    putting = asyncio.create_task(blobs.put(RECORDING, b"sound", "audio/webm"))
    await asyncio.sleep(0)
    await blobs.close()
    await putting
    again = local_blobs(tmp_path)
    assert await again.get(RECORDING) == b"sound"
    await again.close()


async def test_what_was_forgotten_is_in_no_file_any_more(blobs: LocalBlobs, tmp_path: Path):
    said = b"vierundzwanzig Rhabarber " * 400
    await blobs.put(RECORDING, said, "audio/webm")
    await blobs.put(RECORDING + "0", b"other sound", "audio/webm")
    assert holds(tmp_path, said[:24])
    await blobs.delete(RECORDING)
    assert not holds(tmp_path, said[:24])
    assert await blobs.get(RECORDING + "0") == b"other sound"


async def test_what_a_killed_process_had_forgotten_goes_when_the_file_is_next_opened(tmp_path: Path):
    said = b"vierundzwanzig Rhabarber " * 400
    killed = local_blobs(tmp_path)
    await killed.put(RECORDING, said, "audio/webm")
    left = tmp_path / "left"
    shutil.copytree(tmp_path / "blobs", left / "blobs")  # with its log, as a killed process leaves both
    await killed.close()
    with closing(sqlite3.connect(left / "blobs" / SMALL_FILE)) as file:
        file.execute("PRAGMA secure_delete = ON")
        file.execute("DELETE FROM blobs")
        file.commit()
        shutil.copytree(left, tmp_path / "killed")
    blobs = local_blobs(tmp_path / "killed")
    assert holds(tmp_path / "killed", said[:24])
    assert await blobs.get(RECORDING) is None
    assert not holds(tmp_path / "killed", said[:24])
    await blobs.close()


def holds(folder: Path, said: bytes) -> bool:
    return any(said in file.read_bytes() for file in folder.rglob("*") if file.is_file())
