"""How much one client may ask for: counted by all servers together, by each alone while the bus is away."""

import logging
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import StrEnum
from ipaddress import ip_address, ip_network

from kotoserver import telemetry
from kotoserver.domain.errors import StorageFailed, TooFast
from kotoserver.ports.bus import Allowance, Bus
from kotoserver.ports.clock import Clock
from kotoserver.settings import LimitSettings

WINDOW_SECONDS = 60
LIVE = "live"
"""The room in which every live connection is present."""
MOST_LIVE_EACH = 10
"""Connections of one learner: a few devices with a few tabs, so that nobody takes all the room."""
_MOST_COUNTED = 50_000
"""Clients that one process counts by itself; beyond, the oldest counts are forgotten."""

log = logging.getLogger(__name__)


class Use(StrEnum):
    """What is counted; the settings know them by these names."""

    GUESTS = "guests"
    SIGN_INS = "sign_ins"
    REQUESTS = "requests"
    LEARNER_REQUESTS = "learner_requests"
    TURNS = "turns"
    HELPS = "helps"
    UPLOADS = "uploads"
    EVALUATIONS = "evaluations"
    JOINS = "joins"


PER_ADDRESS = frozenset({Use.GUESTS, Use.SIGN_INS, Use.REQUESTS})
"""Counted by where it comes from; all else by the learner."""
_LOCAL = frozenset({Use.REQUESTS, Use.LEARNER_REQUESTS})
"""Counted by each process for itself: so frequent that asking the bus each time would cost more than it saves."""
_SENTENCES = {
    Use.GUESTS: "Too many new guests from this address",
    Use.SIGN_INS: "Too many tries to sign in",
    Use.REQUESTS: "Too many requests from this address",
    Use.LEARNER_REQUESTS: "Too many requests",
    Use.TURNS: "Too many answers in one minute",
    Use.HELPS: "Too many hints, repetitions and second tries in one minute",
    Use.UPLOADS: "Too many recordings in one minute",
    Use.EVALUATIONS: "Too many sentences in one minute",
    Use.JOINS: "Too many tries to join a class",
}


class LimitsService:
    def __init__(self, bus: Bus, clock: Clock, settings: LimitSettings) -> None:
        self._bus = bus
        self._clock = clock
        self._settings = settings
        self._here = _Windows()
        self._refused = dict.fromkeys(Use, 0)

    @property
    def most_live(self) -> int:
        return self._settings.most_live

    def limit(self, use: Use) -> int:
        """Uses a minute; 0 when it is not limited."""
        return self._settings.a_minute[use.value]

    def refused(self, use: Use) -> int:
        """How often this process said no since it started."""
        return self._refused[use]

    async def count(self, use: Use, who: str, *, times: int = 1) -> None:
        """One use by `who`, an address or a learner's id. TooFast when `times` the minute's are spent."""
        if self.limit(use) == 0:
            return
        allowance = await self._take(use, network_of(who), self.limit(use) * times)
        if not allowance.granted:
            self._refused[use] += 1
            telemetry.REFUSED_USES.labels(use.value).inc()
            wait = max(1, round(allowance.wait_seconds))
            raise TooFast(f"{_SENTENCES[use]}; wait {wait} s.", code="too_fast", retry_after=wait)

    async def _take(self, use: Use, who: str, limit: int) -> Allowance:
        if use not in _LOCAL:
            try:
                return await self._bus.take(f"{use}:{who}", limit=limit, window_seconds=WINDOW_SECONDS)
            except StorageFailed:
                log.debug("the bus does not count; this process does")
        return self._here.take(f"{use}:{who}", limit, self._clock.seconds())

    @asynccontextmanager
    async def live(self, learner_id: str, connection_id: str) -> AsyncIterator[None]:
        """A live connection of the learner is open within.

        TooFast code `busy` when too many are, all told or of this learner. Without the bus nobody can count those
        of all servers, and learners are let in.
        """
        own, all_told = MOST_LIVE_EACH, self._settings.most_live
        async with (
            self._present(f"{LIVE}:{learner_id}", connection_id, own),
            self._present(LIVE, connection_id, all_told),
        ):
            yield

    @asynccontextmanager
    async def _present(self, room: str, who: str, most: int) -> AsyncIterator[None]:
        entered = self._bus.present(room, who, most=most)
        try:
            await entered.__aenter__()
        except StorageFailed:
            yield
            return
        try:
            yield
        finally:
            try:
                await entered.__aexit__(None, None, None)
            except StorageFailed:
                log.debug("the bus does not hear of a goodbye; it forgets the connection by itself")

    async def count_live(self) -> int | None:
        """Live connections of all servers; None while the bus is away."""
        try:
            return await self._bus.count_present(LIVE)
        except StorageFailed:
            return None


class _Windows:
    """Uses by name within the current minute, in this process."""

    def __init__(self) -> None:
        self._used: OrderedDict[str, tuple[float, int]] = OrderedDict()
        """Name -> when its minute ends, and the uses in it; the minute that ends first at the front."""

    def take(self, name: str, limit: int, now: float) -> Allowance:
        ends, used = self._used.get(name, (0.0, 0))
        if now >= ends:
            ends, used = now + WINDOW_SECONDS, 0
            self._used.pop(name, None)
        self._used[name] = (ends, used + 1)
        self._forget(now)
        granted = used < limit
        return Allowance(granted=granted, wait_seconds=0.0 if granted else ends - now)

    def _forget(self, now: float) -> None:
        """A step or two at each use, so that nobody waits for a whole sweep."""
        for _ in range(2):
            name = next(iter(self._used))
            if self._used[name][0] <= now or len(self._used) > _MOST_COUNTED:
                del self._used[name]


def network_of(who: str) -> str:
    """Whom an address is counted with: an IPv6 household has 2^64 of them. Anything else as it is."""
    try:
        address = ip_address(who)
    except ValueError:
        return who
    return who if address.version == 4 else str(ip_network((int(address), 64), strict=False))
