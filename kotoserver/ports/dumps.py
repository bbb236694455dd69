"""A database as one file, and back."""

from abc import ABC, abstractmethod
from pathlib import Path


class DatabaseDumps(ABC):
    """Both methods take as long as the database is large; call them in a thread. StorageFailed when they fail."""

    name: str
    """Of the file in a backup: which database it is for, too."""

    @abstractmethod
    def dump(self, path: Path) -> None:
        """Writes the whole database as it is at one instant, while others go on with it."""

    @abstractmethod
    def restore(self, path: Path) -> None:
        """Fills an empty database with a dump, all of it or nothing.

        Conflict code `not_empty` when there is anything in it already.
        """
