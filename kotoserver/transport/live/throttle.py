"""How fast one client may send frames: a token bucket."""

BURST = 40
A_SECOND = 20.0


class Throttle:
    """Lets BURST frames through at once and A_SECOND in the long run."""

    def __init__(self, now: float) -> None:
        self._tokens = float(BURST)
        self._at = now

    def allows(self, now: float) -> bool:
        """Takes one token if there is one; `now` in seconds, never running back."""
        self._tokens = min(float(BURST), self._tokens + (now - self._at) * A_SECOND)
        self._at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
