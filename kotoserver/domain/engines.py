"""How an engine is doing, for whoever watches or tries it out."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

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
    trouble: str | None = None
    """What was wrong when it was last checked; None where it worked then, or answered since."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preference:
    """Somebody tries an engine out: it is asked before the others."""

    engine: str
    alone: bool = False
    """Nobody stands in for it."""


class FaultKind(StrEnum):
    """How an engine is broken on purpose."""

    FAIL = "fail"
    HANG = "hang"
    SILENCE = "silence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    kind: FaultKind
    questions: int | None = None
    """How many more it breaks; None: all, until somebody mends it."""
