"""Looks at the server every ten seconds: for the metrics, and for the page that shows its last hours."""

import asyncio
import logging
import shutil
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from prometheus_client.metrics import MetricWrapperBase

from kotoserver import telemetry
from kotoserver.domain.engines import EngineState
from kotoserver.domain.errors import KotoError
from kotoserver.ports.clock import Clock
from kotoserver.services.backups import latest
from kotoserver.services.health import DependencyState, HealthService
from kotoserver.services.limits import LimitsService
from kotoserver.services.pulse import LOOK_SECONDS, Pulse, bucket_name

STORES = frozenset({"database", "bus", "blobs", "content", "clock"})
"""What can be asked every few seconds for nothing; engines tell by themselves how they are."""
NO_FAULT = frozenset({"answered", "lost", "left", "busy", "over_budget", "blocked", "refused_input"})
"""Outcomes of a question that say nothing against the engine."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """Where something is kept."""

    name: str
    folder: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What is left on a disk, in bytes."""

    name: str
    free: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A store's last failure that was seen here."""

    at: datetime
    detail: str
    times: int
    """Looks in which it failed since the start."""


class Lookout:
    def __init__(
        self,
        *,
        health: HealthService,
        limits: LimitsService,
        engines: Callable[[], Sequence[EngineState]],
        count_spending: Callable[[], Awaitable[None]],
        disks: Sequence[Disk],
        backups: Path,
        clock: Clock,
    ) -> None:
        """`count_spending` brings the metrics of what was spent today up to date."""
        self.pulse = Pulse()
        self.since = clock.now()
        """When this process began to look."""
        self._health = health
        self._limits = limits
        self._engines = engines
        self._count_spending = count_spending
        self._disks = disks
        self._backups = backups
        self._clock = clock
        self._stores: tuple[DependencyState, ...] = ()
        self._rooms: tuple[Room, ...] = ()
        self._failures: dict[str, Failure] = {}
        telemetry.LIVE_LIMIT.set(limits.most_live)

    @property
    def stores(self) -> tuple[DependencyState, ...]:
        """As they were at the last look."""
        return self._stores

    @property
    def rooms(self) -> tuple[Room, ...]:
        return self._rooms

    def last_failure(self, kind: str) -> Failure | None:
        return self._failures.get(kind)

    def engines(self) -> Sequence[EngineState]:
        return self._engines()

    def last_backup(self) -> datetime | None:
        """When the newest was made; a look at one folder's names."""
        return latest(self._backups, self._clock.now())

    def backup_age_hours(self) -> float | None:
        """None when there is none."""
        made_at = self.last_backup()
        return (self._clock.now() - made_at).total_seconds() / 3600 if made_at else None

    async def keep_looking(self) -> None:
        """For ever; cancel it to stop."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """One look. What cannot be seen now is seen the next time."""
        try:
            self._note_stores(await self._health.states(STORES))
            self._rooms = await asyncio.to_thread(_rooms_on, self._disks)
            for room in self._rooms:
                telemetry.DISK_FREE.labels(room.name).set(room.free)
                telemetry.DISK_SIZE.labels(room.name).set(room.size)
            telemetry.LIVE_CONNECTIONS.set(await self._limits.count_live())
            await self._count_spending()
        except KotoError as failure:
            log.warning("a look at the server was cut short: %s", failure.code)
        except Exception:  # the outermost rim of a look: the next one may see more
            log.exception("a look at the server failed in a way nobody expected")
        self.pulse.note(self._clock.now().timestamp(), figures())

    def _note_stores(self, states: tuple[DependencyState, ...]) -> None:
        self._stores = states
        for state in states:
            telemetry.DEPENDENCY_UP.labels(state.kind, state.name).set(state.ok)
            telemetry.DEPENDENCY_SECONDS.labels(state.kind, state.name).set(state.ms / 1000)
            if not state.ok:
                before = self._failures.get(state.kind)
                self._failures[state.kind] = Failure(
                    at=self._clock.now(),
                    detail=state.detail or "failed",
                    times=1 + (before.times if before else 0),
                )


def _rooms_on(disks: Sequence[Disk]) -> tuple[Room, ...]:
    """A folder that is not made yet is looked for above."""
    rooms = []
    for disk in disks:
        folder = next((each for each in (disk.folder, *disk.folder.parents) if each.is_dir()), disk.folder)
        try:
            usage = shutil.disk_usage(folder)
        except OSError as broken:
            log.warning("the disk of %s cannot be looked at: %s", disk.name, broken.strerror)
            continue
        rooms.append(Room(name=disk.name, free=usage.free, size=usage.total))
    return tuple(rooms)


def figures() -> dict[str, float]:
    """What the metrics say now, by the names under which the page's plots know it."""
    found: dict[str, float] = {
        "turns": _sum(telemetry.TURNS),
        "sockets": _sum(telemetry.OPEN_SOCKETS),
        "live": _sum(telemetry.LIVE_CONNECTIONS),
        "requests": _sum(telemetry.REQUESTS),
        "requests failed": _sum(telemetry.REQUESTS, lambda labels: labels["status"].startswith("5")),
        "paid": _sum(telemetry.PROVIDER_COST) + _sum(telemetry.MODEL_COST),
        **_each(telemetry.SPEECH_REQUESTS, lambda labels: f"speech {labels['answer']}"),
        **_each(telemetry.BUDGET_SPENT, lambda labels: f"spent {labels['on']}"),
        **_each(telemetry.DEPENDENCY_UP, lambda labels: f"up {labels['kind']} {labels['name']}"),
        **_each(telemetry.PROVIDER_CALLS, lambda labels: f"calls {labels['stage']} {labels['provider']}"),
        **_each(
            telemetry.PROVIDER_CALLS,
            lambda labels: f"failed {labels['stage']} {labels['provider']}",
            lambda labels: labels["outcome"] not in NO_FAULT,
        ),
        **_each(telemetry.PROVIDER_FALLBACKS, lambda labels: f"passed {labels['stage']} {labels['provider']}"),
        **_process(),
    }
    found |= _buckets("evaluate", telemetry.STAGES, lambda labels: labels["stage"] == "evaluate")
    found |= _buckets("judged", telemetry.TURN_SECONDS)
    found |= _buckets("lag", telemetry.LOOP_LAG)
    return found


Labels = Mapping[str, str]


def _all(labels: Labels) -> bool:
    return True


def _sum(metric: MetricWrapperBase, wanted: Callable[[Labels], bool] = _all) -> float:
    return sum(_each(metric, lambda labels: "", wanted).values())


def _each(
    metric: MetricWrapperBase, named: Callable[[Labels], str], wanted: Callable[[Labels], bool] = _all
) -> dict[str, float]:
    """The values of a counter or a gauge by name, those with the same name added."""
    found: dict[str, float] = {}
    for family in metric.collect():
        for sample in family.samples:
            if not sample.name.endswith("_created") and wanted(sample.labels):
                name = named(sample.labels)
                found[name] = found.get(name, 0.0) + sample.value
    return found


def _buckets(name: str, metric: MetricWrapperBase, wanted: Callable[[Labels], bool] = _all) -> dict[str, float]:
    found: dict[str, float] = {}
    for family in metric.collect():
        for sample in family.samples:
            if sample.name.endswith("_bucket") and wanted(sample.labels):
                bucket = bucket_name(name, float(sample.labels["le"]))
                found[bucket] = found.get(bucket, 0.0) + sample.value
    return found


def _process() -> dict[str, float]:
    """Memory and CPU of this process, where the system tells."""
    told = {sample.name: sample.value for family in telemetry.PROCESS.collect() for sample in family.samples}
    names = {"process_resident_memory_bytes": "memory", "process_cpu_seconds_total": "cpu"}
    return {ours: told[theirs] for theirs, ours in names.items() if theirs in told}
