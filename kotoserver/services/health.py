"""Whether everything that play needs is there, and how long each part took to say so."""

import asyncio
from collections.abc import Awaitable, Callable, Set
from dataclasses import dataclass

from kotoserver.domain.errors import KotoError
from kotoserver.ports.clock import Clock

CHECK_SECONDS = 2.0
"""A part that says nothing for this long counts as failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    """Something the server leans on."""

    kind: str
    """What it is for: `database`, `bus`, `blobs`, `voice`, `evaluator`, `content`."""
    name: str
    """Which product or engine does it now: `sqlite`, `espeak` …"""
    check: Callable[[], Awaitable[None]]
    """Raises a KotoError when it cannot be used."""
    needed: bool = True
    """False for what play goes on without, though worse."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DependencyState:
    kind: str
    name: str
    ok: bool
    ms: float
    needed: bool = True
    detail: str | None = None
    """A sentence on what is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthReport:
    states: tuple[DependencyState, ...]
    draining: bool = False
    """The server is about to stop; nobody new should be sent here."""

    @property
    def ok(self) -> bool:
        return not self.draining and all(state.ok or not state.needed for state in self.states)

    @property
    def degraded(self) -> bool:
        """Play goes on, though worse."""
        return self.ok and not all(state.ok for state in self.states)


class HealthService:
    def __init__(self, dependencies: tuple[Dependency, ...], clock: Clock) -> None:
        self._dependencies = dependencies
        self._clock = clock
        self._draining = False

    def drain(self) -> None:
        """From now on the server is not ready for anybody new."""
        self._draining = True

    async def report(self) -> HealthReport:
        """Every dependency, asked at the same time; none once the server is about to stop."""
        if self._draining:
            return HealthReport(states=(), draining=True)
        return HealthReport(states=tuple(await asyncio.gather(*map(self._ask, self._dependencies))))

    async def states(self, kinds: Set[str]) -> tuple[DependencyState, ...]:
        """The dependencies of these kinds, also while the server is about to stop."""
        asked = [each for each in self._dependencies if each.kind in kinds]
        return tuple(await asyncio.gather(*map(self._ask, asked)))

    async def _ask(self, dependency: Dependency) -> DependencyState:
        started = self._clock.seconds()
        detail: str | None = None
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                await dependency.check()
        except KotoError as error:
            detail = error.told_in_full
        except TimeoutError:
            detail = f"It gave no answer within {CHECK_SECONDS:g} s; see whether it runs."
        return DependencyState(
            kind=dependency.kind,
            name=dependency.name,
            ok=detail is None,
            needed=dependency.needed,
            ms=round((self._clock.seconds() - started) * 1000, 2),
            detail=detail,
        )
