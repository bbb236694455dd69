"""What a check-up of a server finds: one sentence for each thing, and how to mend it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType

from kotoserver.domain.errors import BadSettings, StorageFailed
from kotoserver.domain.receipt import Stage

LITTLE_ROOM = 1_000_000_000
"""Bytes left on a disk below which an operator should act soon."""
NO_ROOM = 200_000_000
"""Bytes below which a database may not get through the day."""
OLD_BACKUP_HOURS = 49
"""A nightly backup and one that failed."""
FIRST_MOMENT = datetime(2025, 1, 1, tzinfo=UTC)
LAST_MOMENT = datetime(2100, 1, 1, tzinfo=UTC)
"""A clock that says anything else was never set: this program is younger, and will not get as old."""
CLOCKS_DIFFER_SECONDS = 2.0
"""More than a network and a second's rounding make."""
CLOCKS_PART_SECONDS = 60.0
"""From here on limits, locks and signed addresses of two machines no longer agree."""


SETTINGS_OF_ENGINES: Mapping[tuple[Stage, str], str] = MappingProxyType(
    {
        (Stage.STT, "google"): "GOOGLE_APPLICATION_CREDENTIALS, GOOGLE_CLOUD_PROJECT and GOOGLE_SPEECH_LOCATION",
        (Stage.STT, "openai_compatible"): "STT_URL, STT_MODEL and STT_KEY",
        (Stage.TTS, "google"): "GOOGLE_APPLICATION_CREDENTIALS",
        (Stage.TTS, "openai_compatible"): "TTS_URL, TTS_MODEL and TTS_KEY",
        (Stage.EVALUATE, "gemini"): "GEMINI_API_KEY and GEMINI_MODEL",
        (Stage.EVALUATE, "openai_compatible"): "EVAL_MODEL_URL, EVAL_MODEL_NAME and EVAL_MODEL_KEY",
    }
)
"""What to look at when an engine elsewhere does not work."""


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


def does_not_work(stage: Stage, name: str, why: str) -> str:
    """A sentence on an engine; `why` is what it answered."""
    where = SETTINGS_OF_ENGINES.get((stage, name))
    return f"{name} does not work ({why.rstrip('.')}){f': see {where}' if where else ''}."


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


def refuse_impossible_clock(now: datetime) -> None:
    """BadSettings for a clock that was never set: every time that is stored would be wrong for good."""
    if not FIRST_MOMENT <= now < LAST_MOMENT:
        raise BadSettings(
            f"The clock of this machine says {now:%Y-%m-%d %H:%M} UTC, which cannot be; set it, "
            "and let a time service keep it."
        )


def refuse_parted_clocks(whose: str, ours: datetime, theirs: datetime) -> None:
    """StorageFailed where two clocks are too far apart to work together."""
    apart = (ours - theirs).total_seconds()
    if abs(apart) >= CLOCKS_PART_SECONDS:
        raise StorageFailed(_apart(whose, apart))


def difference_of_clocks(whose: str, ours: datetime, theirs: datetime) -> Finding:
    """`whose` is the machine that ours is held against: `database`, `redis` …"""
    apart = (ours - theirs).total_seconds()
    about = f"clock and {whose}"
    if abs(apart) < CLOCKS_DIFFER_SECONDS:
        return Finding(about=about, state=State.GOOD, sentence=f"They differ by {abs(apart):.1f} s.")
    state = State.DOUBTFUL if abs(apart) < CLOCKS_PART_SECONDS else State.BROKEN
    return Finding(about=about, state=state, sentence=_apart(whose, apart))


def _apart(whose: str, seconds: float) -> str:
    way = "ahead of" if seconds > 0 else "behind"
    return (
        f"The clock of this machine is {abs(seconds):.0f} s {way} that of the {whose}; "
        "let a time service keep both."
    )
