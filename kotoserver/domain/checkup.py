"""What a check-up of a server finds: one sentence for each thing, and how to mend it."""

from dataclasses import dataclass
from enum import StrEnum

LITTLE_ROOM = 1_000_000_000
"""Bytes left on a disk below which an operator should act soon."""
NO_ROOM = 200_000_000
"""Bytes below which a database may not get through the day."""
OLD_BACKUP_HOURS = 49
"""A nightly backup and one that failed."""


class State(StrEnum):
    GOOD = "good"
    DOUBTFUL = "doubtful"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    about: str
    """What was looked at: `database`, `disk`, `voice` …"""
    state: State
    sentence: str


def room_on_disk(about: str, left: int) -> Finding:
    """`left` in bytes."""
    told = f"{left / 1e9:.1f} GB are left"
    if left < NO_ROOM:
        return Finding(about=about, state=State.BROKEN, sentence=f"{told}; make room before the database stops.")
    if left < LITTLE_ROOM:
        return Finding(about=about, state=State.DOUBTFUL, sentence=f"{told}; make room soon.")
    return Finding(about=about, state=State.GOOD, sentence=f"{told}.")


def age_of_backup(hours: float | None) -> Finding:
    """`hours` since the newest; None when there is none."""
    about = "backups"
    if hours is None:
        sentence = "There is none in KOTO_BACKUP_DIR; `kotoserver backup make` makes one, ops/backup/ every night."
        return Finding(about=about, state=State.DOUBTFUL, sentence=sentence)
    told = f"The newest is {hours:.0f} hours old"
    if hours > OLD_BACKUP_HOURS:
        sentence = f"{told}; see why there is none from last night."
        return Finding(about=about, state=State.DOUBTFUL, sentence=sentence)
    return Finding(about=about, state=State.GOOD, sentence=f"{told}.")
