"""Small blobs that come and go, in one SQLite file, so that many are flushed to the disk at once.

A recording is a few thousand bytes, and most of them are forgotten as soon as they were heard. As a file each
costs a new inode and two commits of the file system's journal, and on ext4 the search for an inode that was not
freed lately (`bench/reports/voice.md`). Here all that are put while the last commit is on its way to the disk
share the next one. What is forgotten is overwritten in the file (`secure_delete`) and gone from its log of writes
before `delete` returns, and its room is used again.
"""

import asyncio
import hashlib
import logging
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial
from importlib.resources import files
from pathlib import Path
from time import monotonic, sleep, time
from typing import Any, TypeVar

from kotoserver.blobs.damage import damaged
from kotoserver.domain.errors import StorageFailed
from kotoserver.ports.blobs import BlobInfo, Put

log = logging.getLogger(__name__)

T = TypeVar("T")

BUSY_SECONDS = 5.0
"""How long a write waits for another process that is writing."""
_SETTINGS = (
    "page_size = 16384",  # a recording takes fewer steps than with SQLite's 4096: two thirds of the time
    "journal_mode = WAL",
    "synchronous = FULL",  # what was put outlives a power cut
    "secure_delete = ON",
    "wal_autocheckpoint = 0",  # see `_tidy`
)
_CHECKPOINT_BYTES = 4_000_000
_LONG_LOG_PAGES = 4_000
"""64 MB."""
_EMPTIED_EVERY_SECONDS = 0.2
"""Whoever puts something waits while the log is emptied, so who forgets waits for others that do."""
_ASK_AGAIN_SECONDS = 0.02
LISTED_AT_ONCE = 1000
_AFTER_ALL_KEYS = "\U0010ffff"
"""Greater than anything that a key may hold."""

Written = Put | None


@dataclass(frozen=True, slots=True)
class _Waiting:
    """Something to write, and who waits until it is on the disk."""

    write: Callable[[sqlite3.Connection], Written]
    forgets: bool
    done: "asyncio.Future[Written]"


class SmallBlobs:
    """What a BlobStore does, for contents that are held whole; whoever asks has checked the keys."""

    def __init__(self, path: Path) -> None:
        """The file is made by the first write."""
        self._path = path
        self._writer, self._reader = _Line(partial(_open, path)), _Line(partial(_open_for_reading, path))
        self._tidier = _Line(partial(_open_beside, path))
        self._tidying: asyncio.Task[None] | None = None
        self._logged = 0
        """Bytes put since the log was last moved into the file."""
        self._made = False
        self._waiting: list[_Waiting] = []
        self._writing: asyncio.Task[None] | None = None
        self._forgotten: list[_Waiting] = []
        """Deleted from the file, and perhaps still in its log."""
        self._emptying: asyncio.Task[None] | None = None

    async def put(self, key: str, content: bytes) -> Put:
        put = await self._write(partial(_put, key, content))
        assert put is not None
        return put

    async def delete(self, key: str) -> None:
        if await self._is_made():
            await self._write(partial(_delete, key), forgets=True)

    async def get(self, key: str) -> bytes | None:
        """StorageFailed code `blob_damaged` for other bytes than were put."""
        return await self._reader.run(partial(_get, key)) if await self._is_made() else None

    async def stat(self, key: str) -> BlobInfo | None:
        found = await self._reader.run(partial(_rows, "stat_blob", key)) if await self._is_made() else ()
        return next(map(_info, found), None)

    async def list(self, prefix: str) -> AsyncIterator[BlobInfo]:
        last = ""
        while await self._is_made():
            asked = partial(_rows, "list_blobs", prefix, last, prefix + _AFTER_ALL_KEYS, LISTED_AT_ONCE)
            found = await self._reader.run(asked)
            for row in found:
                yield _info(row)
            if len(found) < LISTED_AT_ONCE:
                return
            last = found[-1][0]

    async def check(self) -> None:
        if await self._is_made():
            await self._reader.run(partial(_rows, "list_blobs", "", "", "", 0))

    async def close(self) -> None:
        """What was begun is written first."""
        if self._writing is not None:
            await self._writing
        for task in (self._emptying, self._tidying):
            if task is not None:
                await task
        await self._tidier.close()
        await self._reader.close()
        await self._writer.close()  # the last to close tidies up

    async def _is_made(self) -> bool:
        """Whether there is a file; its table is there, too, then."""
        if not self._made and self._path.exists():
            await self._writer.open()
            self._made = True
        return self._made

    async def _write(self, write: Callable[[sqlite3.Connection], Written], *, forgets: bool = False) -> Written:
        waiting = _Waiting(write, forgets, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._writing is None:
            self._writing = asyncio.create_task(self._write_all())
        return await waiting.done

    async def _write_all(self) -> None:
        try:
            while self._waiting:
                together, self._waiting = self._waiting, []
                await self._write_together(together)
        finally:
            self._writing = None

    async def _write_together(self, together: Sequence[_Waiting]) -> None:
        """In one transaction: only a disk that takes nothing refuses any of it, and then it refuses all."""
        try:
            written = await self._writer.run(partial(_transact, [each.write for each in together]))
        except StorageFailed as failure:
            _refuse(together, failure)
            return
        for each, outcome in zip(together, written, strict=True):
            if not each.forgets and not each.done.done():  # whoever was cancelled waits no more
                each.done.set_result(outcome)
        self._forgotten += [each for each in together if each.forgets]
        if self._forgotten and self._emptying is None:
            self._emptying = asyncio.create_task(self._empty())
        self._logged += sum(put.size for put in written if put is not None)
        if self._logged > _CHECKPOINT_BYTES and self._tidying is None:
            self._logged = 0
            self._tidying = asyncio.create_task(self._tidy())

    async def _empty(self) -> None:
        """Apart from the commits, and a few times a second at most."""
        try:
            while self._forgotten:
                forgotten, self._forgotten = self._forgotten, []
                try:
                    await self._writer.run(_empty_the_log)
                except StorageFailed as failure:
                    _refuse(forgotten, failure)
                for each in forgotten:
                    if not each.done.done():
                        each.done.set_result(None)
                await asyncio.sleep(_EMPTIED_EVERY_SECONDS)
        finally:
            self._emptying = None

    async def _tidy(self) -> None:
        """Beside what is put, which would wait for the disk; a log that has become long is ended between two."""
        try:
            if await self._tidier.run(_checkpoint) > _LONG_LOG_PAGES:
                await self._writer.run(_checkpoint)
        except StorageFailed as failure:
            log.warning("recordings could not be moved out of the log: %s", failure.message)
        finally:
            self._tidying = None


def _refuse(waiting: Sequence[_Waiting], failure: StorageFailed) -> None:
    for each in waiting:
        if not each.done.done():
            each.done.set_exception(failure)


class _Line:
    """A connection in a thread of its own, opened at the first use."""

    def __init__(self, opened: Callable[[], sqlite3.Connection]) -> None:
        self._opened = opened
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="small-blobs")
        self._connection: sqlite3.Connection | None = None

    async def run(self, function: Callable[[sqlite3.Connection], T]) -> T:
        with _plain_errors():
            return await asyncio.get_running_loop().run_in_executor(self._thread, self._in_thread, function)

    async def open(self) -> None:
        await self.run(lambda _: None)

    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._end)
        await asyncio.to_thread(self._thread.shutdown)

    def _in_thread(self, function: Callable[[sqlite3.Connection], T]) -> T:
        if self._connection is None:
            self._connection = self._opened()
        return function(self._connection)

    def _end(self) -> None:
        if self._connection is not None:
            self._connection.close()


# ── run in a connection's thread ─────────────────────────────────────────────────────────────


def _open(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
    try:
        for setting in _SETTINGS:
            _set(connection, setting)
        connection.execute(_query("create_blobs"))
        _empty_the_log(connection)  # a process that was killed may have left what it had just forgotten
    except BaseException:
        connection.close()
        raise
    return connection


def _open_for_reading(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
    connection.execute("PRAGMA query_only = ON")
    return connection


def _open_beside(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def _set(connection: sqlite3.Connection, setting: str) -> None:
    """Two programs that make the file at the same moment refuse each other, however long SQLite may wait."""
    deadline = monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute(f"PRAGMA {setting}")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or monotonic() > deadline:
                raise
            sleep(_ASK_AGAIN_SECONDS)
        else:
            return


def _transact(
    writes: Sequence[Callable[[sqlite3.Connection], Written]], connection: sqlite3.Connection
) -> list[Written]:
    """IMMEDIATE takes the write lock at once, so two writers wait for each other instead of failing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        written = [write(connection) for write in writes]
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return written


def _empty_the_log(connection: sqlite3.Connection) -> None:
    """The write-ahead log holds pages from before, so also what was forgotten; a reader keeps it for a moment."""
    deadline = monotonic() + BUSY_SECONDS
    while _is_busy(connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()):
        if monotonic() > deadline:
            raise StorageFailed(
                "What was forgotten is still in the log of the recordings: others are reading them."
            )
        sleep(_ASK_AGAIN_SECONDS)


def _is_busy(checkpoint: Sequence[int]) -> bool:
    """By the first of the three numbers that SQLite answers a checkpoint with."""
    return checkpoint[0] != 0


def _checkpoint(connection: sqlite3.Connection) -> int:
    """Moves what it can without making anybody wait; the pages that the log still holds."""
    _, pages, moved = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    return int(pages) if pages > moved else 0


def _put(key: str, content: bytes, connection: sqlite3.Connection) -> Put:
    put = Put(size=len(content), sha256=hashlib.sha256(content).hexdigest())
    connection.execute(_query("put_blob"), (key, content, put.sha256, time()))
    return put


def _delete(key: str, connection: sqlite3.Connection) -> None:
    connection.execute(_query("delete_blob"), (key,))


def _get(key: str, connection: sqlite3.Connection) -> bytes | None:
    for content, sha256 in _rows("get_blob", key, connection):
        if hashlib.sha256(content).hexdigest() != sha256:
            raise damaged(key)
        return bytes(content)
    return None


def _rows(query: str, *values: Any) -> Sequence[tuple[Any, ...]]:
    """The last of the values is the connection."""
    *asked, connection = values
    found: list[tuple[Any, ...]] = connection.execute(_query(query), asked).fetchall()
    return found


def _info(row: Sequence[Any]) -> BlobInfo:
    key, size, put_at, sha256 = row
    return BlobInfo(key=key, size=size, used_at=datetime.fromtimestamp(put_at, UTC), sha256=sha256)


@cache
def _query(name: str) -> str:
    """The statement without its comment."""
    source = (files(__package__) / "queries" / f"{name}.sql").read_text(encoding="utf-8")
    return "\n".join(line for line in source.splitlines() if not line.startswith("--")).strip()


@contextmanager
def _plain_errors() -> Iterator[None]:
    """SQLite's exceptions as ours."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise StorageFailed(f"Recordings cannot be kept: {error}.") from error
