"""SQLite files as this program uses them: a log of writes, connections in threads, whole transactions at once."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic, sleep
from typing import ParamSpec, TypeVar

import aiosqlite

P = ParamSpec("P")
T = TypeVar("T")

BUSY_SECONDS = 5.0
"""How long a write waits for another process that is writing (a backup, a second command)."""
_ASK_AGAIN_SECONDS = 0.02

logging.getLogger("aiosqlite").setLevel(logging.INFO)  # at DEBUG it logs values, so a learner's words


class Line(aiosqlite.Connection):
    """A connection whose thread runs a whole function at a time.

    aiosqlite crosses to its thread and back for each statement; a turn has about ten. Running the
    transaction as one function crosses once (`bench/storage.py` measures both).
    """

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        done: T = await self._execute(function, *args, **kwargs)  # type: ignore[no-untyped-call]
        return done

    async def ended(self) -> None:
        """Waits for the thread of a connection that failed to open; aiosqlite only tells it to stop."""
        await asyncio.to_thread(self._thread.join)

    @property
    def plain(self) -> sqlite3.Connection:
        """For functions that `run` takes to the thread."""
        return self._conn


async def open_line(connect: Callable[[], sqlite3.Connection]) -> Line:
    """The connection that `connect` makes, in a thread of its own."""
    line = Line(connect, iter_chunk_size=64)
    try:
        await line
    except BaseException:
        await line.ended()
        raise
    return line


# ── run in a connection's thread ─────────────────────────────────────────────────────────────


def set_up(connection: sqlite3.Connection, *settings: str) -> None:
    """Pragmas, in this order. SQLite does not wait for another program that turns the log of a new file on at the
    same moment, however long its busy timeout is, so we do."""
    deadline = monotonic() + BUSY_SECONDS
    for setting in settings:
        while _refused_as_busy(connection, setting, deadline):
            sleep(_ASK_AGAIN_SECONDS)


def _refused_as_busy(connection: sqlite3.Connection, setting: str, deadline: float) -> bool:
    try:
        connection.execute(f"PRAGMA {setting}")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or monotonic() > deadline:
            raise
        return True
    return False


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """IMMEDIATE takes the write lock at once, so two writers wait for each other instead of failing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def move_log(connection: sqlite3.Connection) -> int:
    """Moves what it can from the log into the file, and makes nobody wait; the pages that the log still holds."""
    _, pages, moved = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    return int(pages) if pages > moved else 0


def empty_log(connection: sqlite3.Connection) -> bool:
    """Leaves nothing in the log, which holds pages from before and so what was erased; whether that was possible.

    A reader keeps it for a moment, and so does another connection that moves it, for which SQLite does not wait.
    """
    deadline = monotonic() + BUSY_SECONDS
    while connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
        if monotonic() > deadline:
            return False
        sleep(_ASK_AGAIN_SECONDS)
    return True
