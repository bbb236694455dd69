"""Whether an engine is left alone, and how quick it was lately."""

from collections import deque
from datetime import datetime

from kotoserver.ports.clock import Clock
from kotoserver.providers.policy.patience import LONGEST_REST_SECONDS, Patience

_WINDOW = 100
_LEAST_SAMPLES = 20
"""Fewer say nothing about the slowest twentieth."""


class Breaker:
    """Opens after failures in a row. It is told what happened and starts nothing itself."""

    def __init__(self, patience: Patience, clock: Clock) -> None:
        self._patience = patience
        self._clock = clock
        self.failures = 0
        """In a row."""
        self.rest_seconds = patience.rest_seconds
        """How long the rest is that is taken now, or that comes next."""
        self.since: datetime | None = None
        """When it opened; None while it is closed."""
        self._rests_until = float("-inf")

    @property
    def is_open(self) -> bool:
        if self.since is None:
            return False
        return self._patience.probed or self._clock.seconds() < self._rests_until

    def succeeded(self) -> None:
        self.failures = 0
        self.rest_seconds = self._patience.rest_seconds
        self.since = None

    def failed(self) -> bool:
        """Whether the engine is left alone from now on."""
        self.failures += 1
        if self.is_open or self.failures < self._patience.failures_in_a_row:
            return False
        if self.since is not None:
            self._rest_longer()
        self._open()
        return True

    def probe_failed(self) -> None:
        self._rest_longer()

    def probe_passed(self) -> None:
        """On trial: the next failure opens it again, for longer; a success forgets all."""
        self.failures = self._patience.failures_in_a_row - 1
        self.since = None
        self._rest_longer()

    def _open(self) -> None:
        self.since = self._clock.now()
        self._rests_until = self._clock.seconds() + self.rest_seconds

    def _rest_longer(self) -> None:
        self.rest_seconds = min(self.rest_seconds * 2, max(LONGEST_REST_SECONDS, self._patience.rest_seconds))


class Latencies:
    """Seconds that the last answers took."""

    def __init__(self) -> None:
        self._seconds: deque[float] = deque(maxlen=_WINDOW)

    def add(self, seconds: float) -> None:
        self._seconds.append(seconds)

    def quantile(self, share: float) -> float | None:
        """The nearest rank; None while too few are known."""
        if len(self._seconds) < _LEAST_SAMPLES:
            return None
        return sorted(self._seconds)[min(len(self._seconds) - 1, int(share * len(self._seconds)))]
