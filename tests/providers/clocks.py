"""Time that moves when a test moves it."""

from dataclasses import dataclass
from datetime import UTC, datetime

from kotoserver.ports.clock import Clock


@dataclass
class HeldClock(Clock):
    at: float = 100.0
    """Seconds since 1970."""

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.at, UTC)

    def seconds(self) -> float:
        return self.at
