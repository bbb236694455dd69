"""What only files do: be left half written, be read again, be somewhere they cannot be."""

import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kotoserver.blobs.filesystem import ABANDONED_AFTER_SECONDS, TOUCH_AFTER_SECONDS, FilesystemBlobs
from kotoserver.domain.errors import BadInput, StorageFailed

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def made_at(path: Path, at: float) -> None:
    os.utime(path, (at, at))


@pytest.fixture
async def blobs(tmp_path: Path) -> AsyncIterator[FilesystemBlobs]:
    blobs = FilesystemBlobs(tmp_path / "blobs")
    yield blobs
    await blobs.close()


async def test_a_read_counts_as_use(blobs: FilesystemBlobs, tmp_path: Path):
    await blobs.put("a", b"x", "audio/mpeg")
    made_at(tmp_path / "blobs" / "a", LONG_AGO.timestamp())
    before = await blobs.stat("a")
    await blobs.get("a")
    after = await blobs.stat("a")
    assert before is not None
    assert after is not None
    assert before.used_at == LONG_AGO
    assert (datetime.now(UTC) - after.used_at).total_seconds() < TOUCH_AFTER_SECONDS


async def test_a_file_that_is_being_written_is_not_listed(blobs: FilesystemBlobs, tmp_path: Path):
    await blobs.put("a", b"x", "audio/mpeg")
    (tmp_path / "blobs" / ".incoming" / "half").write_bytes(b"hal")
    assert [info.key async for info in blobs.list("")] == ["a"]
    with pytest.raises(BadInput):
        await blobs.get(".incoming/half")


async def test_what_a_dead_writer_left_is_removed_and_a_living_one_is_not_disturbed(tmp_path: Path):
    incoming = tmp_path / "blobs" / ".incoming"
    incoming.mkdir(parents=True)
    for name in ("dead", "living"):
        (incoming / name).write_bytes(b"half")
    made_at(incoming / "dead", datetime.now(UTC).timestamp() - ABANDONED_AFTER_SECONDS - 1)
    blobs = FilesystemBlobs(tmp_path / "blobs")
    await blobs.put("a", b"x", "audio/mpeg")
    assert [each.name for each in incoming.iterdir()] == ["living"]
    await blobs.close()


async def test_a_file_that_vanishes_while_it_is_looked_at_stops_no_writer(tmp_path: Path):
    """Another process renames its own at any moment; a link to nothing is listed and not there just as well."""
    incoming = tmp_path / "blobs" / ".incoming"
    incoming.mkdir(parents=True)
    (incoming / "renamed").symlink_to(tmp_path / "gone")
    blobs = FilesystemBlobs(tmp_path / "blobs")
    await blobs.put("a", b"whole", "audio/mpeg")
    assert await blobs.get("a") == b"whole"
    await blobs.close()


async def test_nothing_is_left_in_between(blobs: FilesystemBlobs, tmp_path: Path):
    for number in range(5):
        await blobs.put(f"a/{number}", b"x", "audio/mpeg")
    assert list((tmp_path / "blobs" / ".incoming").iterdir()) == []


async def test_a_link_out_of_the_root_cannot_be_named(blobs: FilesystemBlobs, tmp_path: Path):
    (tmp_path / "secret").write_text("secret")
    for key in ("../secret", "a/../../secret", str(tmp_path / "secret")):
        with pytest.raises(BadInput):
            await blobs.get(key)


async def test_a_root_that_cannot_be_made_is_a_failure_with_a_sentence(tmp_path: Path):
    (tmp_path / "file").touch()
    blobs = FilesystemBlobs(tmp_path / "file" / "blobs")
    for call in (blobs.check(), blobs.put("a", b"x", "audio/mpeg")):
        with pytest.raises(StorageFailed, match="Files cannot be kept: Not a directory"):
            await call
    await blobs.close()


async def test_opening_a_store_makes_no_folder_yet(blobs: FilesystemBlobs, tmp_path: Path):
    assert await blobs.get("a") is None
    assert not (tmp_path / "blobs").exists()


@pytest.mark.parametrize("left", [0, 7, 30], ids=["nothing", "half the mark", "half the digest"])
async def test_a_file_that_was_cut_off_before_its_end_is_damaged(blobs: FilesystemBlobs, left: int):
    await blobs.put("a", b"sound", "audio/mpeg")
    whole = blobs.path("a").read_bytes()
    blobs.path("a").write_bytes(whole[:left])
    for read in (blobs.get("a"), blobs.stat("a"), anext(blobs.stream("a"))):
        with pytest.raises(StorageFailed) as caught:
            await read
        assert caught.value.code == "blob_damaged"


async def test_nobody_else_on_the_machine_reads_the_files(blobs: FilesystemBlobs, tmp_path: Path):
    await blobs.open()
    assert (tmp_path / "blobs").stat().st_mode & 0o077 == 0
