"""What every blob store does, on disk and on an S3 server."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kotoserver.blobs import open_blobs
from kotoserver.domain.errors import BadInput
from kotoserver.ports.blobs import BlobStore


@pytest.fixture(params=["filesystem", "s3"])
async def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[BlobStore]:
    """An empty store of each kind."""
    s3 = None if request.param == "filesystem" else request.getfixturevalue("s3_settings")
    blobs = open_blobs(tmp_path / "blobs", s3=s3)
    yield blobs
    async for info in blobs.list(""):
        await blobs.delete(info.key)
    await blobs.close()


async def keys(blobs: BlobStore, prefix: str = "") -> set[str]:
    return {info.key async for info in blobs.list(prefix)}


async def test_what_was_put_is_got(blobs: BlobStore):
    content = bytes(range(256)) * 10
    await blobs.put("speech/ab/abcdef.mp3", content, "audio/mpeg")
    assert await blobs.get("speech/ab/abcdef.mp3") == content


async def test_an_unknown_key_has_nothing(blobs: BlobStore):
    await blobs.put("speech/ab", b"sound", "audio/mpeg")
    for key in ("speech/cd", "speech", "speech/ab/cd", "other"):
        assert await blobs.get(key) is None
        assert await blobs.stat(key) is None


async def test_an_empty_store_lists_nothing(blobs: BlobStore):
    assert await keys(blobs) == set()


async def test_putting_again_replaces(blobs: BlobStore):
    await blobs.put("a", b"a long first content", "audio/mpeg")
    await blobs.put("a", b"second", "audio/wav")
    assert await blobs.get("a") == b"second"
    assert await keys(blobs) == {"a"}


async def test_an_empty_blob_is_a_blob(blobs: BlobStore):
    await blobs.put("empty", b"", "audio/mpeg")
    assert await blobs.get("empty") == b""


async def test_a_large_blob_comes_back_whole(blobs: BlobStore):
    content = bytes(range(256)) * 4 * 1024 * 12
    await blobs.put("large.wav", content, "audio/wav")
    assert await blobs.get("large.wav") == content


async def test_stat_tells_size_and_last_use(blobs: BlobStore):
    begun = datetime.now(UTC) - timedelta(seconds=2)
    await blobs.put("a/b.ogg", b"12345", "audio/ogg")
    info = await blobs.stat("a/b.ogg")
    assert info is not None
    assert (info.key, info.size) == ("a/b.ogg", 5)
    assert begun <= info.used_at <= datetime.now(UTC) + timedelta(seconds=2)


async def test_a_list_describes_as_stat_does(blobs: BlobStore):
    await blobs.put("a/b.ogg", b"12345", "audio/ogg")
    listed = [info async for info in blobs.list("")]
    stated = await blobs.stat("a/b.ogg")
    assert stated is not None
    assert [(info.key, info.size) for info in listed] == [(stated.key, stated.size)]
    assert abs(listed[0].used_at - stated.used_at) < timedelta(seconds=1.5)


async def test_a_list_is_of_everything_that_begins_alike(blobs: BlobStore):
    for key in ("a", "ab/c", "ab/d/e", "abc", "b/a"):
        await blobs.put(key, b"x", "audio/mpeg")
    assert await keys(blobs) == {"a", "ab/c", "ab/d/e", "abc", "b/a"}
    assert await keys(blobs, "ab") == {"ab/c", "ab/d/e", "abc"}
    assert await keys(blobs, "ab/") == {"ab/c", "ab/d/e"}
    assert await keys(blobs, "ab/d") == {"ab/d/e"}
    assert await keys(blobs, "ab/d/e") == {"ab/d/e"}
    assert await keys(blobs, "z") == set()


async def test_a_deleted_blob_is_gone_and_deleting_again_is_fine(blobs: BlobStore):
    await blobs.put("a/b", b"x", "audio/mpeg")
    await blobs.delete("a/b")
    await blobs.delete("a/b")
    await blobs.delete("a/b/c")
    assert await blobs.get("a/b") is None
    assert await keys(blobs) == set()


@pytest.mark.parametrize(
    "key",
    [
        "",
        "/a",
        "a/",
        "a//b",
        ".",
        "..",
        "../a",
        "a/../b",
        "a/./b",
        ".hidden",
        "a/.b",
        "a b",
        "a\\b",
        "가",
        "a\n",
        "a\0",
    ],
)
async def test_a_key_that_is_no_plain_path_is_refused(blobs: BlobStore, key: str):
    for call in (blobs.get(key), blobs.stat(key), blobs.delete(key), blobs.put(key, b"x", "audio/mpeg")):
        with pytest.raises(BadInput):
            await call


async def test_a_key_that_is_too_long_is_refused(blobs: BlobStore):
    for key in ("a" * 201, "/".join(["a" * 100] * 6)):
        with pytest.raises(BadInput):
            await blobs.get(key)
    await blobs.put("/".join(["a" * 200] * 2), b"x", "audio/mpeg")


PARTS = st.lists(st.from_regex(r"[A-W0-9_-][A-Wa-w0-9._-]{0,11}", fullmatch=True), max_size=2)
"""Of folders; the name of the file ends with x, so that no example is the folder of another."""


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(key=PARTS.map(lambda parts: "/".join([*parts, "a.x"])), content=st.binary(max_size=100))
async def test_any_plain_path_keeps_any_bytes(blobs: BlobStore, key: str, content: bytes):
    await blobs.put(key, content, "application/octet-stream")
    assert await blobs.get(key) == content
    await blobs.delete(key)


async def test_of_many_writers_one_wins_whole(blobs: BlobStore):
    contents = [bytes([number]) * 50_000 for number in range(12)]
    await asyncio.gather(*(blobs.put("a", content, "audio/mpeg") for content in contents))
    assert await blobs.get("a") in contents
    assert await keys(blobs) == {"a"}


async def test_readers_see_a_whole_blob_while_it_is_replaced(blobs: BlobStore):
    contents = [bytes([number]) * 50_000 for number in range(10)]
    await blobs.put("a", contents[0], "audio/mpeg")

    async def write() -> None:
        for content in contents:
            await blobs.put("a", content, "audio/mpeg")

    async with asyncio.TaskGroup() as tasks:
        writing = tasks.create_task(write())
        while not writing.done():
            assert await blobs.get("a") in contents


async def test_a_long_list_is_complete(blobs: BlobStore):
    wanted = {f"speech/{number % 7}/{number}" for number in range(1100)}
    await asyncio.gather(*(blobs.put(key, b"x", "audio/mpeg") for key in wanted))
    assert await keys(blobs, "speech/") == wanted


async def test_a_store_that_works_says_so_and_stays_empty(blobs: BlobStore):
    await blobs.check()
    assert await keys(blobs) == set()


# ── uploads piece by piece ───────────────────────────────────────────────────────────────────


def files_below(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file()]


async def pieces(*chunks: bytes, failure: Exception | None = None) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk
    if failure is not None:
        raise failure


async def test_what_came_in_pieces_is_got_whole(blobs: BlobStore):
    size = await blobs.put_stream("recordings/l/a", pieces(b"one ", b"", b"two"), "audio/webm")
    assert size == 7
    assert await blobs.get("recordings/l/a") == b"one two"


async def test_an_upload_that_breaks_leaves_nothing(blobs: BlobStore):
    with pytest.raises(BadInput):
        await blobs.put_stream("recordings/l/a", pieces(b"one", failure=BadInput("too large")), "audio/webm")
    assert await keys(blobs) == set()


async def test_an_upload_that_is_cancelled_leaves_nothing(blobs: BlobStore, tmp_path: Path):
    begun = asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        yield b"one"
        begun.set()
        await asyncio.Event().wait()

    upload = asyncio.create_task(blobs.put_stream("recordings/l/a", endless(), "audio/webm"))
    await begun.wait()
    upload.cancel()
    with pytest.raises(asyncio.CancelledError):
        await upload
    assert await keys(blobs) == set()
    assert files_below(tmp_path) == []


async def test_an_upload_replaces_in_one_step(blobs: BlobStore):
    await blobs.put("a", b"old", "audio/webm")
    with pytest.raises(BadInput):
        await blobs.put_stream("a", pieces(b"new", failure=BadInput("cut off")), "audio/webm")
    assert await blobs.get("a") == b"old"
    await blobs.put_stream("a", pieces(b"new"), "audio/webm")
    assert await blobs.get("a") == b"new"
