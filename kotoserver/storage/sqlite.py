"""The database of a single machine: one file, one connection that writes, one that reads and one that tidies up.

The file is in WAL mode, so readers never wait for the writer. `synchronous` is NORMAL: a commit
survives the death of this process at any point; a power cut or a kernel crash may lose the commits of
the last moments (since the last checkpoint), but never corrupts the file. `docs/operations.md` says
what to do where that matters. What is erased is overwritten in the file (`secure_delete`).

Checkpoints, which move what was committed from the log into the file, wait for the disk several times. They have a
connection of their own, so that no turn waits with them; only a log that has become long, since new commits come
before the last are moved, is ended by the connection that writes.
"""

import asyncio
import logging
import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import ParamSpec, TypeVar

from kotoserver.domain.errors import Conflict, NotFound, StorageFailed
from kotoserver.sqlite_files import BUSY_SECONDS, Line, empty_log, move_log, open_line, set_up, transaction
from kotoserver.storage.database import (
    Database,
    NothingMatched,
    Row,
    Value,
    Write,
    belongs_to_nothing,
    closed,
    refuse_unstorable,
    stored_already,
)
from kotoserver.storage.sql import Dialect, Migration, Query, still_to_apply

FORGET_TRIGRAMS = Query("forget_trigrams")

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

CHECKPOINT_ROWS = 1000
"""Changed since the last checkpoint: about a hundred turns."""
LONG_LOG_PAGES = 16_000
"""64 MB."""
_NAMES = tuple(str(number) for number in range(1, 33))
"""SQLite binds `$1` by its name, which is `1`."""


@dataclass(frozen=True, slots=True)
class _Lines:
    writing: Line
    reading: Line
    tidying: Line


_SETTINGS = (
    ("synchronous = NORMAL", "secure_delete = ON", "wal_autocheckpoint = 0"),
    ("query_only = ON",),
    ("synchronous = NORMAL",),
)


class SqliteDatabase(Database):
    dialect = Dialect.SQLITE

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lines: _Lines | None = None
        self._closed = False
        self._opening = asyncio.Lock()
        self._tidied_at = 0
        """Rows changed until the last checkpoint."""
        self._tidying: asyncio.Task[None] | None = None

    @property
    def path(self) -> Path:
        return self._path

    async def fetch(self, query: Query, *values: Value) -> Sequence[Row]:
        refuse_unstorable(values)
        line = (await self._opened()).reading
        with _plain_errors(self._path):
            return await line.run(_fetch, line.plain, query.text(self.dialect), values)

    async def write(self, *writes: Write) -> None:
        if not writes:
            return
        for write in writes:
            for row in write.rows:
                refuse_unstorable(row)
        lines = await self._opened()
        with _plain_errors(self._path):
            changed = await lines.writing.run(_transact, lines.writing.plain, writes)
        if changed >= self._tidied_at + CHECKPOINT_ROWS and self._tidying is None:
            self._tidied_at = changed
            self._tidying = asyncio.create_task(self._tidy(lines))

    async def _tidy(self, lines: _Lines) -> None:
        """What fails here is tried again after as many rows, and at the latest when the file is closed."""
        try:
            if await lines.tidying.run(move_log, lines.tidying.plain) > LONG_LOG_PAGES:
                await lines.writing.run(move_log, lines.writing.plain)
        except sqlite3.Error as error:
            log.warning("the log of the database could not be moved into its file: %s", error)
        finally:
            self._tidying = None

    async def erase(self, *writes: Write) -> None:
        """FTS5 only marks erased text as gone, until it rewrites its index: 50 to 140 ms with 100,000 turns."""
        await self.write(*writes, Write(FORGET_TRIGRAMS, [()]))
        line = (await self._opened()).writing
        with _plain_errors(self._path):
            if not await line.run(empty_log, line.plain):
                log.warning("what was erased is still in the log of the database: others are reading it")

    async def exists(self) -> bool:
        with _plain_errors(self._path):
            return await asyncio.to_thread(self._path.exists)

    async def room(self) -> int | None:
        with _plain_errors(self._path):
            return (await asyncio.to_thread(shutil.disk_usage, self._path.parent)).free

    async def migrate(self, migrations: Sequence[Migration]) -> Sequence[str]:
        line = (await self._opened()).writing
        with _plain_errors(self._path):
            return await line.run(_migrate, line.plain, migrations)

    async def close(self) -> None:
        self._closed = True
        if self._tidying is not None:
            await self._tidying
        lines, self._lines = self._lines, None
        if lines is not None:
            await lines.tidying.close()
            await lines.reading.close()
            await lines.writing.close()

    async def _opened(self) -> _Lines:
        if self._lines is not None:
            return self._lines
        async with self._opening:
            if self._closed:
                raise closed()
            if self._lines is None:
                self._lines = await self._open()
        return self._lines

    async def _open(self) -> _Lines:
        with _plain_errors(self._path):
            opened = list[Line]()
            try:
                for settings in _SETTINGS:
                    opened.append(await _line(self._path, *settings))
                return _Lines(*opened)
            except BaseException:
                for line in opened:
                    await line.close()
                raise


async def _line(path: Path, *pragmas: str) -> Line:
    return await open_line(lambda: _connect(path, *pragmas))


# ── run in a connection's thread ─────────────────────────────────────────────────────────────


def _connect(path: Path, *pragmas: str) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(
        path, timeout=BUSY_SECONDS, isolation_level=None, detect_types=sqlite3.PARSE_DECLTYPES
    )
    connection.row_factory = sqlite3.Row
    set_up(connection, "journal_mode = WAL", "foreign_keys = ON", *pragmas)
    return connection


def _fetch(connection: sqlite3.Connection, statement: str, values: Iterable[Value]) -> list[sqlite3.Row]:
    return connection.execute(statement, bound(values)).fetchall()


def _transact(connection: sqlite3.Connection, writes: Sequence[Write]) -> int:
    """How many rows this connection has changed so far."""
    with transaction(connection):
        for write in writes:
            statement = write.query.text(Dialect.SQLITE)
            for row in write.rows:
                changed = connection.execute(statement, bound(row)).rowcount
                if write.must_match and changed == 0:
                    raise NothingMatched
    return connection.total_changes


def _migrate(connection: sqlite3.Connection, migrations: Sequence[Migration]) -> list[str]:
    def run(name: str, *values: Value) -> sqlite3.Cursor:
        return connection.execute(Query(name).text(Dialect.SQLITE), bound(values))

    with transaction(connection):
        run("create_migrations")
        applied = [(row["name"], row["digest"]) for row in run("list_migrations")]
        missing = still_to_apply(migrations, applied)
        for migration in missing:
            for statement in _statements(migration.script):
                connection.execute(statement)
            run("add_migration", migration.name, migration.digest, datetime.now(UTC))
    return [migration.name for migration in missing]


def _statements(script: str) -> Iterator[str]:
    """The statements of a script; `executescript` would commit what is open first."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


# ── types and errors ─────────────────────────────────────────────────────────────────────────


def bound(values: Iterable[Value]) -> dict[str, Value]:
    """The values under the names by which SQLite knows `$1`, `$2` …, instants as text."""
    return {
        name: _as_text(value) if isinstance(value, datetime) else value
        for name, value in zip(_NAMES, values, strict=False)
    }


def _as_text(at: datetime) -> str:
    """ISO 8601 in UTC at a fixed width, so that text sorts as time."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


sqlite3.register_converter("TIMESTAMPTZ", lambda text: datetime.fromisoformat(text.decode()))
sqlite3.register_converter("BOOLEAN", lambda number: number != b"0")


@contextmanager
def _plain_errors(path: Path) -> Iterator[None]:
    """SQLite's exceptions as ours."""
    try:
        yield
    except sqlite3.IntegrityError as error:
        raise _refusal(path, error) from error
    except sqlite3.Error as error:
        sentence = f"The database {path.name} cannot be used: {error}."
        raise StorageFailed(sentence, advice=_advice(path, error)) from error
    except OSError as error:
        raise StorageFailed(f"The database {path.name} cannot be used: {error.strerror or error}.") from error


def _advice(path: Path, error: sqlite3.Error) -> str | None:
    match getattr(error, "sqlite_errorcode", 0) & 0xFF:  # the rest says more than anybody needs
        case sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_CORRUPT:
            return f"Put {path} aside, and restore a backup (docs/operations.md, Restoring)."
        case sqlite3.SQLITE_CANTOPEN:
            return f"{path} must be a file, in a folder that this user may write to."
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM:
            return f"{path} and its folder must belong to this user, on a disk that takes writes."
        case sqlite3.SQLITE_FULL:
            return f"Make room on the disk of {path}."
        case _:
            return None


def _refusal(path: Path, error: sqlite3.IntegrityError) -> Conflict | NotFound | StorageFailed:
    match error.sqlite_errorcode:
        case sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY | sqlite3.SQLITE_CONSTRAINT_UNIQUE:
            return stored_already()
        case sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
            return belongs_to_nothing()
        case _:
            return StorageFailed(f"The database {path.name} refused a row: {error}.")
