"""How an engine is doing, for whoever watches."""

from dataclasses import dataclass
from datetime import datetime

from kotoserver.domain.receipt import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineState:
    stage: Stage
    name: str
    resting: bool
    """It failed too often, and others are asked meanwhile."""
    failures: int
    """In a row."""
    since: datetime | None
    """When it was left alone."""
    asked_now: int
    """Questions that it is answering."""
    p50_seconds: float | None
    """Of its last 100 answers; None while too few are known."""
    p95_seconds: float | None
