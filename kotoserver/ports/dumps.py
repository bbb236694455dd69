"""A database as one file, and back."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path


class DatabaseDumps(ABC):
    """`dump` and `restore` take as long as the database is large; call all of it in a thread.

    StorageFailed when something fails.
    """

    name: str
    """Of the file in a backup: which database it is for, too."""

    @abstractmethod
    def check(self) -> None:
        """BadSettings when a program that `dump` needs is missing."""

    @abstractmethod
    def dump(self, path: Path) -> None:
        """Writes the whole database as it is at one instant, while others go on with it."""

    @abstractmethod
    def restore(self, path: Path) -> None:
        """Fills an empty database with a dump, all of it or nothing.

        Conflict code `not_empty` when there is anything in it already.
        """

    @abstractmethod
    def migrations(self) -> Sequence[str]:
        """The names of those that the database has, in order."""

    @abstractmethod
    def too_new(self, migrations: Sequence[str]) -> str | None:
        """Of these, one that this program does not know and cannot live with; None where it can with all."""
