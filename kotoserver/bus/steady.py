"""A bus that goes on within this process while Redis is away, and between all of them again once it is back.

What is lost meanwhile is only what processes know of each other. Two of them may change a session at the same
time: storage takes the first and refuses the second by the session's revision. A limit counts what this process
sees. Subscribers look into storage for what others have stored.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime

from kotoserver import telemetry
from kotoserver.bus.memory import MemoryBus
from kotoserver.bus.redis import RedisBus
from kotoserver.domain.errors import StorageFailed
from kotoserver.ports.bus import Allowance, Bus, Subscription

ASK_AGAIN_SECONDS = 0.5
"""How often a Redis that is away is asked whether it is back; nobody waits for it meanwhile."""

log = logging.getLogger(__name__)


class SteadyBus(Bus):
    def __init__(self, shared: RedisBus) -> None:
        self._shared = shared
        self._own = MemoryBus()
        self._away = False
        self._unheard = False
        """True once something was published that no other process heard."""
        self._watch: asyncio.Task[None] | None = None

    async def publish(self, channel: str, *messages: str) -> None:
        if not self._away:
            try:
                await self._shared.publish(channel, *messages)
            except StorageFailed as failure:
                self._went_away(failure)
            else:
                return
        telemetry.BUS_STAND_INS.labels("publish").inc()
        self._unheard = True
        self._shared.spread_here(channel, *messages)

    @asynccontextmanager
    async def subscribe(self, channel: str) -> AsyncIterator[Subscription]:
        async with self._shared.subscribe(channel) as subscription:
            yield subscription

    @asynccontextmanager
    async def lock(self, name: str, *, wait_seconds: float) -> AsyncIterator[None]:
        """The lock of this process first: it serves in the order of asking, and only its holder asks Redis."""
        loop = asyncio.get_running_loop()
        until = loop.time() + wait_seconds
        async with self._own.lock(name, wait_seconds=wait_seconds), AsyncExitStack() as held:
            if not self._away:
                rest = max(0.0, until - loop.time())
                try:
                    await held.enter_async_context(self._shared.lock(name, wait_seconds=rest))
                except StorageFailed as failure:
                    self._went_away(failure)
            if self._away:
                telemetry.BUS_STAND_INS.labels("lock").inc()
            yield

    async def take(self, name: str, *, limit: int, window_seconds: int) -> Allowance:
        if not self._away:
            try:
                return await self._shared.take(name, limit=limit, window_seconds=window_seconds)
            except StorageFailed as failure:
                self._went_away(failure)
        telemetry.BUS_STAND_INS.labels("take").inc()
        return await self._own.take(name, limit=limit, window_seconds=window_seconds)

    @asynccontextmanager
    async def present(self, room: str, who: str, *, most: int | None = None) -> AsyncIterator[None]:
        """Whoever enters while Redis is away is told to it when it is back."""
        async with self._own.present(room, who, most=most), AsyncExitStack() as held:
            if not self._away:
                try:
                    await held.enter_async_context(self._shared.present(room, who, most=most))
                except StorageFailed as failure:
                    self._went_away(failure)
            if self._away:
                telemetry.BUS_STAND_INS.labels("present").inc()
                await held.enter_async_context(self._shared.present_soon(room, who))
            yield

    async def count_present(self, room: str) -> int:
        if not self._away:
            try:
                return await self._shared.count_present(room)
            except StorageFailed as failure:
                self._went_away(failure)
        telemetry.BUS_STAND_INS.labels("count_present").inc()
        return await self._own.count_present(room)

    async def clock(self) -> datetime | None:
        return await self._shared.clock()

    async def check(self) -> None:
        await self._shared.check()

    async def close(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        await self._shared.close()

    def _went_away(self, failure: StorageFailed) -> None:
        if self._away:
            return
        log.warning("This process goes on by itself: %s", failure.message)
        self._away = True
        telemetry.BUS_AWAY.set(1)
        self._watch = asyncio.create_task(self._until_back())

    async def _until_back(self) -> None:
        while self._away:
            await asyncio.sleep(ASK_AGAIN_SECONDS)
            try:
                await self._shared.check()
                await self._shared.give_back_owed()
                if self._unheard:
                    await self._shared.have_all_look()
            except StorageFailed:
                continue
            self._away = self._unheard = False
        telemetry.BUS_AWAY.set(0)
        log.warning("Redis is back.")
