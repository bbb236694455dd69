"""What a database does for `SqlStorage`: run a query, and write several things or none of them."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from kotoserver.domain.errors import BadInput, Conflict, NotFound, StorageFailed
from kotoserver.storage.sql import Dialect, Migration, Query

Value = str | int | float | bool | datetime | None
"""What a parameter may be; an instant has a time zone."""


class Row(Protocol):
    def __getitem__(self, column: str, /) -> Any:
        """The column's value as Python has it: text, number, bool, or a datetime in UTC."""


@dataclass(frozen=True, slots=True)
class Write:
    """One step of a transaction: the query, run once for each row of values."""

    query: Query
    rows: Sequence[tuple[Value, ...]]
    must_match: bool = False
    """The transaction is given up with NothingMatched when this single row changes nothing."""


class NothingMatched(Exception):
    """A step that had to change a row found none; nothing of its transaction was stored."""


class Database(ABC):
    """Opens itself at the first use. Every method raises StorageFailed when the database does not answer.

    Text that no database could hold alike (a NUL, half of a surrogate pair) is BadInput.
    """

    dialect: Dialect

    @abstractmethod
    async def fetch(self, query: Query, *values: Value) -> Sequence[Row]:
        """All rows of a query that changes nothing."""

    @abstractmethod
    async def write(self, *writes: Write) -> None:
        """Runs the steps in order, in one transaction: all or nothing.

        Conflict for a key that is there already, NotFound for a row that refers to one that is not.
        """

    async def erase(self, *writes: Write) -> None:
        """As `write`, for steps that remove what somebody said: an index may have to be made to let go of it."""
        await self.write(*writes)

    async def exists(self) -> bool:
        """False where there is not even an empty one, which the first use would make."""
        return True

    async def room(self) -> int | None:
        """Bytes that are left on its disk; None where that cannot be seen from here."""
        return None

    @abstractmethod
    async def migrate(self, migrations: Sequence[Migration]) -> Sequence[str]:
        """Applies what is missing, each with its record in one transaction, one process at a time."""

    @abstractmethod
    async def close(self) -> None:
        """Ends the connections for good; a database that was never used is fine."""


def refuse_unstorable(values: Sequence[Value]) -> None:
    """Raises BadInput for text that Postgres cannot hold, so that SQLite does not hold it either."""
    for value in values:
        if isinstance(value, str):
            if "\0" in value:
                raise unstorable()
            try:
                value.encode()
            except UnicodeEncodeError:
                raise unstorable() from None


def unstorable() -> BadInput:
    return BadInput("Text must not hold NUL characters or broken surrogate pairs.")


def stored_already() -> Conflict:
    return Conflict("This is stored already; read it again and decide anew.")


def belongs_to_nothing() -> NotFound:
    return NotFound("What this belongs to is not stored, or not any more.")


def closed() -> StorageFailed:
    return StorageFailed("The database was closed; the program is ending.")
