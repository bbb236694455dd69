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
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial
from importlib.resources import files
from pathlib import Path
from time import time
from typing import Any, TypeVar

from kotoserver.blobs.damage import damaged
from kotoserver.domain.errors import StorageFailed
from kotoserver.ports.blobs import BlobInfo, Put
from kotoserver.sqlite_files import BUSY_SECONDS, Line, empty_log, move_log, open_line, set_up, transaction

log = logging.getLogger(__name__)

T = TypeVar("T")

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


@dataclass(frozen=True, slots=True)
class _Lines:
    writing: Line
    reading: Line
    tidying: Line


class SmallBlobs:
    """What a BlobStore does, for contents that are held whole; whoever asks has checked the keys."""

    def __init__(self, path: Path) -> None:
        """The file is made by the first write."""
        self._path = path
        self._lines: _Lines | None = None
        self._opening = asyncio.Lock()
        self._tidying: asyncio.Task[None] | None = None
        self._logged = 0
        """Bytes put since the log was last moved into the file."""
        self._waiting: list[_Waiting] = []
        self._writing: asyncio.Task[None] | None = None
        self._forgotten: list[_Waiting] = []
        """Deleted from the file, and perhaps still in its log."""
        self._emptying: asyncio.Task[None] | None = None

    async def put(self, key: str, content: bytes) -> Put:
        put = await self._write(partial(_put, key=key, content=content))
        assert put is not None
        return put

    async def delete(self, key: str) -> None:
        if await self._found():
            await self._write(partial(_delete, key=key), forgets=True)

    async def get(self, key: str) -> bytes | None:
        """StorageFailed code `blob_damaged` for other bytes than were put."""
        lines = await self._found()
        return await _run(lines.reading, _get, key) if lines else None

    async def stat(self, key: str) -> BlobInfo | None:
        lines = await self._found()
        rows = await _run(lines.reading, _rows, "stat_blob", key) if lines else ()
        return next(map(_info, rows), None)

    async def list(self, prefix: str) -> AsyncIterator[BlobInfo]:
        last = ""
        while lines := await self._found():
            asked = (prefix, last, prefix + _AFTER_ALL_KEYS, LISTED_AT_ONCE)
            rows = await _run(lines.reading, _rows, "list_blobs", *asked)
            for row in rows:
                yield _info(row)
            if len(rows) < LISTED_AT_ONCE:
                return
            last = rows[-1][0]

    async def check(self) -> None:
        if lines := await self._found():
            await _run(lines.reading, _rows, "list_blobs", "", "", "", 0)

    async def close(self) -> None:
        """What was begun is written first."""
        if self._writing is not None:
            await self._writing
        for task in (self._emptying, self._tidying):
            if task is not None:
                await task
        lines, self._lines = self._lines, None
        if lines is not None:
            await lines.tidying.close()
            await lines.reading.close()
            await lines.writing.close()  # the last to close tidies up

    async def _found(self) -> _Lines | None:
        """None where nothing was ever put."""
        if self._lines is not None or await asyncio.to_thread(self._path.exists):
            return await self._opened()
        return None

    async def _opened(self) -> _Lines:
        async with self._opening:
            if self._lines is None:
                with _plain_errors():
                    self._lines = await self._open()
            return self._lines

    async def _open(self) -> _Lines:
        opened = list[Line]()
        try:
            for connect in (
                partial(_make, self._path),
                partial(_open, self._path, "query_only = ON"),
                partial(_open, self._path, "synchronous = FULL"),
            ):
                opened.append(await open_line(connect))
            return _Lines(*opened)
        except BaseException:
            for line in opened:
                await line.close()
            raise

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
            lines = await self._opened()
            written = await _run(lines.writing, _transact, [each.write for each in together])
        except StorageFailed as failure:
            _refuse(together, failure)
            return
        for each, outcome in zip(together, written, strict=True):
            if not each.forgets and not each.done.done():  # whoever was cancelled waits no more
                each.done.set_result(outcome)
        self._forgotten += [each for each in together if each.forgets]
        if self._forgotten and self._emptying is None:
            self._emptying = asyncio.create_task(self._empty(lines))
        self._logged += sum(put.size for put in written if put is not None)
        if self._logged > _CHECKPOINT_BYTES and self._tidying is None:
            self._logged = 0
            self._tidying = asyncio.create_task(self._tidy(lines))

    async def _empty(self, lines: _Lines) -> None:
        """Apart from the commits, and a few times a second at most."""
        try:
            while self._forgotten:
                forgotten, self._forgotten = self._forgotten, []
                try:
                    await _run(lines.writing, _let_go)
                except StorageFailed as failure:
                    _refuse(forgotten, failure)
                for each in forgotten:
                    if not each.done.done():
                        each.done.set_result(None)
                await asyncio.sleep(_EMPTIED_EVERY_SECONDS)
        finally:
            self._emptying = None

    async def _tidy(self, lines: _Lines) -> None:
        """Beside what is put, which would wait for the disk; a log that has become long is ended between two."""
        try:
            if await _run(lines.tidying, move_log) > _LONG_LOG_PAGES:
                await _run(lines.writing, move_log)
        except StorageFailed as failure:
            log.warning("recordings could not be moved out of the log: %s", failure.message)
        finally:
            self._tidying = None


def _refuse(waiting: Sequence[_Waiting], failure: StorageFailed) -> None:
    for each in waiting:
        if not each.done.done():
            each.done.set_exception(failure)


async def _run(line: Line, function: Callable[..., T], *values: Any) -> T:
    with _plain_errors():
        return await line.run(function, line.plain, *values)


# ── run in a connection's thread ─────────────────────────────────────────────────────────────


def _make(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)

    connection = _open(path, *_SETTINGS)
    try:
        connection.execute(_query("create_blobs"))
        _let_go(connection)  # a process that was killed may have left what it had just forgotten
    except BaseException:
        connection.close()
        raise
    return connection


def _open(path: Path, *settings: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
    try:
        set_up(connection, *settings)
    except BaseException:
        connection.close()
        raise
    return connection


def _transact(
    connection: sqlite3.Connection, writes: Sequence[Callable[[sqlite3.Connection], Written]]
) -> list[Written]:
    with transaction(connection):
        return [write(connection) for write in writes]


def _let_go(connection: sqlite3.Connection) -> None:
    if not empty_log(connection):
        raise StorageFailed("What was forgotten is still in the log of the recordings: others are reading them.")


def _put(connection: sqlite3.Connection, key: str, content: bytes) -> Put:
    put = Put(size=len(content), sha256=hashlib.sha256(content).hexdigest())
    connection.execute(_query("put_blob"), (key, content, put.sha256, time()))
    return put


def _delete(connection: sqlite3.Connection, key: str) -> None:
    connection.execute(_query("delete_blob"), (key,))


def _get(connection: sqlite3.Connection, key: str) -> bytes | None:
    for content, sha256 in _rows(connection, "get_blob", key):
        if hashlib.sha256(content).hexdigest() != sha256:
            raise damaged(key)
        return bytes(content)
    return None


def _rows(connection: sqlite3.Connection, query: str, *values: Any) -> Sequence[tuple[Any, ...]]:
    return connection.execute(_query(query), values).fetchall()


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
