"""Where the milliseconds of one turn go."""

from kotoserver import telemetry
from kotoserver.ports.clock import Clock


class Stopwatch:
    """Laps of one stretch of work, each under the name of the stage that just ended."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._since = clock.seconds()
        self._laps: dict[str, float] = {}

    def lap(self, stage: str) -> None:
        """Ends `stage` now, also for whoever collects traces; the next one begins."""
        now = self._clock.seconds()
        self._laps[stage] = round((now - self._since) * 1000, 3)
        telemetry.record_past(stage, now - self._since)
        self._since = now

    def laps(self) -> dict[str, float]:
        """Milliseconds by stage, in order."""
        return dict(self._laps)
