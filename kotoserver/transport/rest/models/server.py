"""What one process tells of itself and its last hours."""

from typing import Annotated, Literal

from pydantic import Field

from kotoserver.transport.rest.models.common import Time
from kotoserver.transport.rest.operations import Model


class ServerQuery(Model):
    hours: Annotated[int, Field(ge=1, le=6)] = 1
    """How far back."""


class ProcessView(Model):
    name: str
    """The machine's name and the number of the process."""
    version: str
    since: Time
    at: Time


class NoticeView(Model):
    about: str
    state: Literal["doubtful", "broken"]
    sentence: str


class PlotLineView(Model):
    name: str
    values: list[float | None]
    """One for each time; null where nothing was measured."""


class PlotView(Model):
    id: str
    title: str
    unit: Literal["a minute", "ms", "usd", "share", "count", "bytes"]
    lines: list[PlotLineView]
    limit: float | None = None
    """What it should stay below."""
    empty: str
    """What to say while there is nothing to draw."""


class WatchedEngineView(Model):
    stage: str
    name: str
    resting: bool
    """Left alone after failures."""
    failures: int
    """In a row."""
    p50_ms: float | None
    p95_ms: float | None
    calls: float
    """In the time that is shown."""
    failed: float
    passed_on: float
    """Answers that came from a later engine."""
    calls_a_minute: list[float | None]


class StoreView(Model):
    kind: str
    name: str
    ok: bool
    needed: bool
    ms: float
    detail: str | None
    failed_at: Time | None
    """When its last failure was seen; null: none since the start."""
    failed_with: str | None
    failed_times: int
    up: list[float | None]
    """1 or 0 for each time, the worst since the one before."""


class DiskView(Model):
    name: str
    free: float
    """Bytes."""
    size: float


class ServerAnswer(Model):
    process: ProcessView
    findings: list[NoticeView]
    """The worst first; none when all is well."""
    times: list[Time]
    plots: list[PlotView]
    engines: list[WatchedEngineView]
    stores: list[StoreView]
    disks: list[DiskView]
    backup_hours: float | None
    """Age of the newest; null when there is none."""
    live: int
    most_live: int
