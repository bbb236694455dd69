"""Time, as something that a test can hold in its hand."""

from abc import ABC, abstractmethod
from datetime import UTC, datetime
from time import perf_counter


class Clock(ABC):
    @abstractmethod
    def now(self) -> datetime:
        """The wall clock, in UTC."""

    @abstractmethod
    def seconds(self) -> float:
        """A clock that only runs forward, for measuring."""


class SystemClock(Clock):
    def now(self) -> datetime:
        return datetime.now(UTC)

    def seconds(self) -> float:
        return perf_counter()
