"""A database that remembers whether it takes writes: reading goes on when its disk is full or read-only."""

from collections.abc import Sequence

from kotoserver.domain.errors import StorageFailed
from kotoserver.storage.database import Database, Row, Value, Write
from kotoserver.storage.sql import Migration, Query


class WatchedDatabase(Database):
    """Any database, and what became of the last write to it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.dialect = database.dialect
        self.refused_last = False
        """Whether the last write failed."""

    async def fetch(self, query: Query, *values: Value) -> Sequence[Row]:
        return await self._database.fetch(query, *values)

    async def write(self, *writes: Write) -> None:
        try:
            await self._database.write(*writes)
        except StorageFailed:
            self.refused_last = True
            raise
        self.refused_last = False

    async def erase(self, *writes: Write) -> None:
        await self._database.erase(*writes)

    async def exists(self) -> bool:
        return await self._database.exists()

    async def room(self) -> int | None:
        return await self._database.room()

    async def migrate(self, migrations: Sequence[Migration]) -> Sequence[str]:
        return await self._database.migrate(migrations)

    async def close(self) -> None:
        await self._database.close()
