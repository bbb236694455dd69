"""How much one client may ask for: counted by all servers together."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import StrEnum
from functools import lru_cache
from ipaddress import ip_address, ip_network

from kotoserver import telemetry
from kotoserver.domain.errors import TooFast
from kotoserver.domain.learner import Caller
from kotoserver.ports.bus import Allowance, Bus
from kotoserver.settings import LimitSettings

WINDOW_SECONDS = 60
LIVE = "live"
"""The room in which every live connection is present."""
MOST_LIVE_EACH = 10
"""Connections of one learner: a few devices with a few tabs, so that nobody takes all the room."""
ADDRESS_TIMES = 50
"""A whole school comes from one address: from there as much is taken as so many learners may ask for."""


class Use(StrEnum):
    """What is counted; the settings know them by these names."""

    GUESTS = "guests"
    SIGN_INS = "sign_ins"
    REQUESTS = "requests"
    LEARNER_REQUESTS = "learner_requests"
    FRAMES = "frames"
    TURNS = "turns"
    HELPS = "helps"
    UPLOADS = "uploads"
    EVALUATIONS = "evaluations"
    JOINS = "joins"
    REVIEWS = "reviews"


PER_ADDRESS = frozenset({Use.GUESTS, Use.SIGN_INS, Use.REQUESTS, Use.REVIEWS})
"""Counted by where it comes from; all else by the learner."""
_LOCAL = frozenset({Use.REQUESTS, Use.LEARNER_REQUESTS, Use.FRAMES})
"""Counted by each process for itself: so frequent that asking the bus each time would cost more than it saves."""
_SENTENCES = {
    Use.GUESTS: "Too many new guests from this address",
    Use.SIGN_INS: "Too many tries to sign in",
    Use.REQUESTS: "Too many requests from this address",
    Use.LEARNER_REQUESTS: "Too many requests",
    Use.FRAMES: "Too many frames in one minute",
    Use.TURNS: "Too many answers in one minute",
    Use.HELPS: "Too many hints, repetitions and second tries in one minute",
    Use.UPLOADS: "Too many recordings in one minute",
    Use.EVALUATIONS: "Too many sentences in one minute",
    Use.JOINS: "Too many tries to join a class",
    Use.REVIEWS: "Too many answers in one minute",
}


class LimitsService:
    def __init__(self, bus: Bus, here: Bus, settings: LimitSettings) -> None:
        """`here`: a bus of this process alone."""
        self._bus = bus
        self._here = here
        self._settings = settings
        self._refused = dict.fromkeys(Use, 0)
        self._connected: Counter[str] = Counter()
        """Connections here by learner."""

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
        counter = self._here if use in _LOCAL else self._bus
        self._refuse_unless(use, await _take(counter, use, network_of(who), self.limit(use) * times))

    async def count_caller(self, use: Use, caller: Caller) -> None:
        """One use by a learner, and by the address that they come from. TooFast when either has had enough.

        Addresses are counted by each process for itself, which is exact enough for a crowd.
        """
        await self.count(use, caller.learner_id)
        if caller.address and self.limit(use):
            where = f"from {network_of(caller.address)}"
            self._refuse_unless(use, await _take(self._here, use, where, self.limit(use) * ADDRESS_TIMES))

    def _refuse_unless(self, use: Use, allowance: Allowance) -> None:
        if not allowance.granted:
            self._refused[use] += 1
            telemetry.REFUSED_USES.labels(use.value).inc()
            wait = max(1, round(allowance.wait_seconds))
            raise TooFast(f"{_SENTENCES[use]}; wait {wait} s.", code="too_fast", retry_after=wait)

    @asynccontextmanager
    async def live(self, learner_id: str, connection_id: str) -> AsyncIterator[None]:
        """A live connection of the learner is open within.

        TooFast code `busy` when too many are, all told or of this learner.
        """
        async with (
            self._counted(learner_id),
            self._bus.present(f"{LIVE}:{learner_id}", connection_id, most=MOST_LIVE_EACH),
            self._bus.present(LIVE, connection_id, most=self._settings.most_live),
        ):
            yield

    @asynccontextmanager
    async def _counted(self, learner_id: str) -> AsyncIterator[None]:
        """For the metric of learners, who may have several connections each."""
        self._connected[learner_id] += 1
        telemetry.LIVE_LEARNERS.set(len(self._connected))
        try:
            yield
        finally:
            self._connected[learner_id] -= 1
            if not self._connected[learner_id]:
                del self._connected[learner_id]
            telemetry.LIVE_LEARNERS.set(len(self._connected))

    async def count_live(self) -> int:
        """Live connections of all servers."""
        return await self._bus.count_present(LIVE)


async def _take(counter: Bus, use: Use, who: str, limit: int) -> Allowance:
    return await counter.take(f"{use}:{who}", limit=limit, window_seconds=WINDOW_SECONDS)


@lru_cache(4096)
def network_of(who: str) -> str:
    """Whom an address is counted with: an IPv6 household has 2^64 of them. Anything else as it is."""
    try:
        address = ip_address(who)
    except ValueError:
        return who
    return who if address.version == 4 else str(ip_network((int(address), 64), strict=False))
