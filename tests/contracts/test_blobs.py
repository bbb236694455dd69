"""What every blob store does, on disk and on an S3 server."""

import asyncio
import hashlib
import sqlite3
from collections.abc import AsyncIterator
from contextlib import aclosing, closing
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kotoserver.blobs import open_blobs
from kotoserver.blobs.filesystem import FILE_END_BYTES, FilesystemBlobs
from kotoserver.blobs.local import SMALL_FILE, LocalBlobs
from kotoserver.blobs.s3 import S3Blobs
from kotoserver.domain.errors import BadInput, NotFound, StorageFailed
from kotoserver.ports.blobs import PIECE_BYTES, BlobStore


@pytest.fixture(params=["filesystem", "local", "s3"])
async def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[BlobStore]:
    """An empty store of each kind; `local` keeps together whatever is small."""
    match request.param:
        case "filesystem":
            blobs: BlobStore = FilesystemBlobs(tmp_path / "blobs")
        case "local":
            blobs = LocalBlobs(tmp_path / "blobs", together="")
        case _:
            blobs = open_blobs(tmp_path / "blobs", s3=request.getfixturevalue("s3_settings"))
    await blobs.open()
    yield blobs
    await asyncio.gather(*[blobs.delete(info.key) async for info in blobs.list("")])
    await blobs.close()


async def keys(blobs: BlobStore, prefix: str = "") -> set[str]:
    return {info.key async for info in blobs.list(prefix)}


async def test_what_was_put_is_got(blobs: BlobStore):
    content = bytes(range(256)) * 10
    put = await blobs.put("speech/ab/abcdef.mp3", content, "audio/mpeg")
    assert (put.size, put.sha256) == (len(content), hashlib.sha256(content).hexdigest())
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


# ── piece by piece ───────────────────────────────────────────────────────────────────────────

LONG = bytes(range(256)) * 4 * 1024 * 3
"""Three megabytes: several pieces."""


async def streamed(blobs: BlobStore, key: str, start: int = 0, stop: int | None = None) -> bytes:
    pieces = [piece async for piece in blobs.stream(key, start, stop)]
    assert all(0 < len(piece) <= PIECE_BYTES for piece in pieces)
    return b"".join(pieces)


@pytest.mark.parametrize("content", [b"", b"sound", LONG], ids=["empty", "short", "long"])
async def test_pieces_are_the_content(blobs: BlobStore, content: bytes):
    await blobs.put("a/b", content, "audio/mpeg")
    assert await streamed(blobs, "a/b") == content
    assert await streamed(blobs, "a/b", 0, len(content)) == content


@pytest.mark.parametrize("content", [b"0123456789", LONG], ids=["short", "long"])
@pytest.mark.parametrize(
    ("start", "stop"), [(0, 1), (3, 7), (9, 10), (4, None), (4, 10**9), (7, 7), (10**9, None)]
)
async def test_a_part_is_asked_for_by_its_ends(blobs: BlobStore, content: bytes, start: int, stop: int | None):
    await blobs.put("a", content, "audio/mpeg")
    assert await streamed(blobs, "a", start, stop) == content[start:stop]


async def test_a_part_may_span_pieces(blobs: BlobStore):
    await blobs.put("a", LONG, "audio/mpeg")
    ends = (PIECE_BYTES - 5, 2 * PIECE_BYTES + 5)
    assert await streamed(blobs, "a", *ends) == LONG[slice(*ends)]


async def test_there_are_no_pieces_of_nothing(blobs: BlobStore):
    with pytest.raises(NotFound):
        await streamed(blobs, "a/b")


async def test_whoever_stops_in_the_middle_disturbs_nobody(blobs: BlobStore):
    await blobs.put("a", LONG, "audio/mpeg")
    for _ in range(20):
        async with aclosing(blobs.stream("a")) as pieces:
            assert await anext(pieces) == LONG[:PIECE_BYTES]
    assert await streamed(blobs, "a") == LONG


async def test_whoever_is_cancelled_in_the_middle_disturbs_nobody(blobs: BlobStore):
    await blobs.put("a", LONG, "audio/mpeg")
    for _ in range(10):
        reading = asyncio.create_task(streamed(blobs, "a"))
        await asyncio.sleep(0)
        reading.cancel()
        await asyncio.wait([reading])
    assert await streamed(blobs, "a") == LONG


async def test_what_came_in_pieces_is_given_in_pieces(blobs: BlobStore):
    await blobs.put_stream("a", pieces(LONG[:1000], LONG[1000:]), "audio/webm")
    assert await streamed(blobs, "a") == LONG


# ── damage ───────────────────────────────────────────────────────────────────────────────────


async def spoil(blobs: BlobStore, key: str, content: bytes) -> None:
    """Puts other bytes in the place of the content, behind the store's back."""
    match blobs:
        case LocalBlobs() if not blobs.path(key).exists():
            with closing(sqlite3.connect(blobs.path(SMALL_FILE))) as together, together:
                together.execute("UPDATE blobs SET content = ? WHERE key = ?", (content, key))
        case FilesystemBlobs() | LocalBlobs():
            file = blobs.path(key)
            end = file.read_bytes()[-FILE_END_BYTES:]
            file.write_bytes(content + end)
        case S3Blobs():
            info = await blobs.stat(key)
            assert info is not None
            blobs.client.put_object(
                blobs.bucket, key, BytesIO(content), len(content), metadata={"sha256": str(info.sha256)}
            )


@pytest.mark.parametrize("content", [b"sound", LONG], ids=["short", "long"])
@pytest.mark.parametrize("how", ["changed", "cut short", "emptied"])
async def test_what_was_changed_is_an_error_and_no_sound(blobs: BlobStore, content: bytes, how: str):
    await blobs.put("a", content, "audio/mpeg")
    spoilt = {"changed": content[:-1] + b"?", "cut short": content[:-1], "emptied": b""}[how]
    await spoil(blobs, "a", spoilt)
    for read in (blobs.get("a"), streamed(blobs, "a")):
        with pytest.raises(StorageFailed) as caught:
            await read
        assert (caught.value.code, caught.value.retryable) == ("blob_damaged", False)
    await blobs.put("a", content, "audio/mpeg")
    assert await blobs.get("a") == content


async def test_of_a_long_content_the_last_piece_is_not_given_when_something_is_wrong(blobs: BlobStore):
    await blobs.put("a", LONG, "audio/mpeg")
    await spoil(blobs, "a", b"?" + LONG[1:])
    given = 0

    async def read() -> None:
        nonlocal given
        async for piece in blobs.stream("a"):
            given += len(piece)

    with pytest.raises(StorageFailed):
        await read()
    assert given < len(LONG)


async def test_the_digest_of_a_content_is_known_without_reading_it(blobs: BlobStore):
    await blobs.put("a", LONG, "audio/mpeg")
    await blobs.put_stream("b", pieces(LONG), "audio/mpeg")
    for key in ("a", "b"):
        info = await blobs.stat(key)
        assert info is not None
        assert info.sha256 == hashlib.sha256(LONG).hexdigest()


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
    put = await blobs.put_stream("recordings/l/a", pieces(b"one ", b"", b"two"), "audio/webm")
    assert (put.size, put.sha256) == (7, hashlib.sha256(b"one two").hexdigest())
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
