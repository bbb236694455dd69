"""What a backup holds, and which ones are to be thrown away."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

FORMAT = 1
KEPT_DAYS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The first file of a backup: what follows, and by which digest each is known."""

    format: int
    version: str
    """Of the program that made it."""
    made_at: datetime
    database: str
    """Name of the dump in the backup."""
    migrations: tuple[str, ...] = ()
    """Those that the database had; none where the program that made it did not say."""
    files: Mapping[str, str]
    """Name in the backup -> SHA-256."""
    blobs: Mapping[str, int] = field(default_factory=dict)
    """Key of each recording that was kept -> its size in bytes."""
    blobs_inside: bool
    """True: their bytes are in the backup. False: they are in the object store, which has a backup of its own."""


def to_throw_away(made: Mapping[str, datetime], now: datetime) -> Sequence[str]:
    """Names of backups past their time, given those that are whole; the newest of these always stays."""
    if not made:
        return []
    newest = max(made, key=lambda name: made[name])
    past = now - timedelta(days=KEPT_DAYS)
    return sorted(name for name, at in made.items() if at < past and name != newest)
