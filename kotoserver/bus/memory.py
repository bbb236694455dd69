"""The bus of a single process: queues, locks and counters in its own memory."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from kotoserver.bus.busy import busy, full
from kotoserver.bus.fanout import Fanout
from kotoserver.ports.bus import Allowance, Bus, Subscription
from kotoserver.ports.clock import Clock, SystemClock

SWEEP_ABOVE = 10_000
"""Counters of rates that are kept before those of past windows are thrown out."""
SWEEP_EVERY_SECONDS = 1.0
"""A sweep looks at every window: with many that are open, each new one must not begin another."""


@dataclass(slots=True)
class _Lock:
    lock: asyncio.Lock
    users: int = 0
    """Who holds it or waits for it; at 0 it is forgotten."""


@dataclass(slots=True)
class _Window:
    ends: float
    uses: int = 0


class MemoryBus(Bus):
    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._fanout = Fanout()
        self._locks: dict[str, _Lock] = {}
        self._windows: dict[str, _Window] = {}
        self._sweep_from = 0.0
        self._rooms: dict[str, set[str]] = {}

    @property
    def locks_kept(self) -> int:
        """Locks that somebody holds or waits for."""
        return len(self._locks)

    @property
    def windows_kept(self) -> int:
        """Windows of uses in memory, open or past."""
        return len(self._windows)

    @property
    def rooms_kept(self) -> int:
        """Rooms in which somebody is."""
        return len(self._rooms)

    async def publish(self, channel: str, *messages: str) -> None:
        for message in messages:
            self._fanout.send(channel, message)

    @asynccontextmanager
    async def subscribe(self, channel: str) -> AsyncIterator[Subscription]:
        with self._fanout.joined(channel) as subscription:
            yield subscription

    @asynccontextmanager
    async def lock(self, name: str, *, wait_seconds: float) -> AsyncIterator[None]:
        entry = self._locks.setdefault(name, _Lock(asyncio.Lock()))
        entry.users += 1
        try:
            await _acquire(entry, name, wait_seconds)
            try:
                yield
            finally:
                entry.lock.release()
        finally:
            entry.users -= 1
            if entry.users == 0:
                del self._locks[name]

    async def take(self, name: str, *, limit: int, window_seconds: int) -> Allowance:
        now = self._clock.seconds()
        window = self._windows.get(name)
        if window is None or window.ends <= now:
            self._forget_past_windows(now)
            window = self._windows[name] = _Window(ends=now + window_seconds)
        window.uses += 1
        granted = window.uses <= limit
        return Allowance(granted=granted, wait_seconds=0.0 if granted else window.ends - now)

    def _forget_past_windows(self, now: float) -> None:
        if len(self._windows) > SWEEP_ABOVE and now >= self._sweep_from:
            self._sweep_from = now + SWEEP_EVERY_SECONDS
            self._windows = {name: window for name, window in self._windows.items() if window.ends > now}

    @asynccontextmanager
    async def present(self, room: str, who: str, *, most: int | None = None) -> AsyncIterator[None]:
        there = self._rooms.setdefault(room, set())
        if most is not None and len(there - {who}) >= most:
            self._forget_if_empty(room)
            raise full(room)
        there.add(who)
        try:
            yield
        finally:
            there.discard(who)
            self._forget_if_empty(room)

    def _forget_if_empty(self, room: str) -> None:
        if room in self._rooms and not self._rooms[room]:
            del self._rooms[room]

    async def count_present(self, room: str) -> int:
        return len(self._rooms.get(room, ()))

    async def clock(self) -> datetime | None:
        """The same machine."""
        return None

    async def check(self) -> None:
        """Memory always answers."""

    async def close(self) -> None:
        """There is nothing to end."""


async def _acquire(entry: _Lock, name: str, wait_seconds: float) -> None:
    """A lock that was just given back is not free when somebody waited for it: it is theirs next."""
    if entry.users == 1:
        await entry.lock.acquire()
        return
    try:
        async with asyncio.timeout(wait_seconds):
            await entry.lock.acquire()
    except TimeoutError:
        raise busy(name) from None
