"""The database of several processes: a pool of asyncpg connections."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from typing import Any

import asyncpg

from kotoserver import telemetry
from kotoserver.domain.errors import BadSettings, StorageFailed
from kotoserver.settings import PoolSettings
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
    unstorable,
)
from kotoserver.storage.sql import Dialect, Migration, Query, still_to_apply

CLOSE_SECONDS = 3.0
"""For what is under way; a server that says nothing is not waited for."""
MIGRATION_SECONDS = 3600.0
"""A migration, and waiting for another process that migrates, take what they take."""

log = logging.getLogger(__name__)


class PostgresDatabase(Database):
    dialect = Dialect.POSTGRES

    def __init__(self, url: str, pool: PoolSettings) -> None:
        self._url = url
        self._limits = pool
        self._pool: asyncpg.Pool | None = None
        self._closed = False
        self._opening = asyncio.Lock()

    async def fetch(self, query: Query, *values: Value) -> Sequence[Row]:
        refuse_unstorable(values)
        async with self._connection() as connection:
            found: Sequence[Row] = await connection.fetch(query.text(self.dialect), *values)
        return found

    async def write(self, *writes: Write) -> None:
        if not writes:
            return
        for write in writes:
            for row in write.rows:
                refuse_unstorable(row)
        async with self._connection() as connection:
            if len(writes) == 1:  # one statement is a transaction by itself, and spares two round trips
                await _run(connection, writes[0])
                return
            async with connection.transaction():
                for write in writes:
                    await _run(connection, write)

    async def migrate(self, migrations: Sequence[Migration]) -> Sequence[str]:
        async with self._connection() as connection, connection.transaction():
            missing = await _apply(connection, migrations)
            await _index_utterances(connection)
        return [migration.name for migration in missing]

    async def close(self) -> None:
        self._closed = True
        pool, self._pool = self._pool, None
        if pool is None:
            return
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await pool.close()
        except TimeoutError:
            pool.terminate()

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Any]:
        """A connection of the pool, its errors turned into ours."""
        with _plain_errors():
            pool = await self._opened()
            async with pool.acquire(timeout=self._limits.queue_seconds) as connection:
                yield connection

    async def _opened(self) -> asyncpg.Pool:
        if self._closed:
            raise closed()
        if self._pool is None:
            async with self._opening:
                if self._pool is None:
                    self._pool = await self._open()
        return self._pool

    async def _open(self) -> asyncpg.Pool:
        """A pool without connections; each is made when all others are busy, and ends after idling."""
        pool = await asyncpg.create_pool(
            self._url,
            min_size=0,
            max_size=self._limits.most,
            max_inactive_connection_lifetime=self._limits.idle_seconds,
            timeout=self._limits.connect_seconds,
            command_timeout=self._limits.command_seconds,
            reset=_leave_as_is,
        )
        telemetry.POOL_LIMIT.set(self._limits.most)
        telemetry.POOL_OPEN.set_function(pool.get_size)
        telemetry.POOL_IN_USE.set_function(lambda: pool.get_size() - pool.get_idle_size())
        return pool


async def _leave_as_is(connection: Any) -> None:
    """Nothing here changes a connection's own state, so the round trip that resets it is spared."""


async def _run(connection: Any, write: Write) -> None:
    statement = write.query.text(Dialect.POSTGRES)
    if len(write.rows) > 1:
        await connection.executemany(statement, write.rows)
        return
    for row in write.rows:
        status: str = await connection.execute(statement, *row)
        if write.must_match and status.endswith(" 0"):
            raise NothingMatched


async def _apply(connection: Any, migrations: Sequence[Migration]) -> tuple[Migration, ...]:
    def text(name: str) -> str:
        return Query(name).text(Dialect.POSTGRES)

    await connection.execute(text("lock_migrations"), timeout=MIGRATION_SECONDS)
    await connection.execute(text("create_migrations"))
    applied = [(row["name"], row["digest"]) for row in await connection.fetch(text("list_migrations"))]
    missing = still_to_apply(migrations, applied)
    for migration in missing:
        await connection.execute(migration.script, timeout=MIGRATION_SECONDS)
        await connection.execute(text("add_migration"), migration.name, migration.digest, datetime.now(UTC))
    return missing


async def _index_utterances(connection: Any) -> None:
    """Makes search fast where `pg_trgm` can be had; the search itself is the same without."""
    try:
        async with connection.transaction():  # inside the migration's: a savepoint
            for name in ("create_pg_trgm", "create_utterance_index"):
                await connection.execute(Query(name).text(Dialect.POSTGRES), timeout=MIGRATION_SECONDS)
    except (
        asyncpg.FeatureNotSupportedError,
        asyncpg.UndefinedFileError,
        asyncpg.UndefinedObjectError,
        asyncpg.InsufficientPrivilegeError,
    ) as error:
        log.warning("Searching utterances goes without an index: pg_trgm cannot be set up: %s.", error.message)


@contextmanager
def _plain_errors() -> Iterator[None]:
    """Postgres' exceptions as ours; none of them holds the password, and no sentence holds values."""
    try:
        yield
    except asyncpg.UniqueViolationError as error:
        raise stored_already() from error
    except asyncpg.ForeignKeyViolationError as error:
        raise belongs_to_nothing() from error
    except (asyncpg.CharacterNotInRepertoireError, asyncpg.UntranslatableCharacterError) as error:
        raise unstorable() from error
    except asyncpg.ClientConfigurationError as error:
        raise BadSettings(f"DATABASE_URL cannot be used: {error}.") from error
    except (asyncpg.InvalidAuthorizationSpecificationError, asyncpg.InvalidCatalogNameError) as error:
        raise StorageFailed(f"Postgres does not let us in: {error.message}. Check DATABASE_URL.") from error
    except (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError) as error:
        # Not `from error`: its words quote the values, which may be a learner's.
        raise StorageFailed(f"Postgres refused a value: {type(error).__name__}.", retryable=False) from None
    except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
        raise StorageFailed(f"Postgres refused: {type(error).__name__}.", advice=_advice(error)) from error
    except (OSError, TimeoutError) as error:
        advice = "See whether it runs, and check DATABASE_URL."
        raise StorageFailed("Postgres does not answer.", advice=advice) from error


def _advice(error: Exception) -> str | None:
    match error:
        case asyncpg.ReadOnlySQLTransactionError():
            return "It takes no writes: it is a standby, or was closed for them."
        case asyncpg.DiskFullError():
            return "Make room on its disk."
        case asyncpg.TooManyConnectionsError():
            return "Raise its max_connections, or lower KOTO_POOL_MAX."
        case asyncpg.InsufficientPrivilegeError():
            return "Its user may not do this; ops/postgres/init.sql makes one that may."
        case asyncpg.CannotConnectNowError():
            return "It is starting or stopping: wait a moment."
        case _:
            return None
