"""Who is there, in all processes: sorted sets in Redis, whose scores are the moments at which a presence lapses.

The moments are the server's own, so that clocks of processes may differ. One task renews everybody of this
process together, and puts them back where the server has forgotten them (it was started anew, or emptied).
"""

import asyncio
import logging
from collections.abc import Iterator
from itertools import islice

from redis.asyncio import Redis

from kotoserver.bus.redis_answer import answer
from kotoserver.domain.errors import StorageFailed

_AT_ONCE = 200
"""Presences renewed by one round trip."""

_NOW = 'local time = redis.call("TIME") local now = time[1] * 1000 + math.floor(time[2] / 1000) '
_COUNT = 'return redis.call("ZCOUNT", KEYS[1], string.format("(%.0f", now), "+inf")'
_ENTER = """
redis.call("ZREMRANGEBYSCORE", KEYS[1], "-inf", string.format("%.0f", now))
local known = redis.call("ZSCORE", KEYS[1], ARGV[1])
if not known and ARGV[3] ~= "" and redis.call("ZCARD", KEYS[1]) >= tonumber(ARGV[3]) then return 0 end
redis.call("ZADD", KEYS[1], string.format("%.0f", now + ARGV[2]), ARGV[1])
redis.call("PEXPIRE", KEYS[1], ARGV[2])
return 1
"""

log = logging.getLogger(__name__)


class Presence:
    def __init__(self, redis: Redis, lease_seconds: float) -> None:
        self._redis = redis
        self._lease_ms = round(lease_seconds * 1000)
        self._enter = redis.register_script(_NOW + _ENTER)
        self._count = redis.register_script(_NOW + _COUNT)
        self._here: set[tuple[str, str]] = set()
        """Room's key and id, of those that this process speaks for."""
        self._renewing: asyncio.Task[None] | None = None

    async def enter(self, key: str, who: str, most: int | None) -> bool:
        """False when `most` others are there."""
        limit = "" if most is None else most
        async with answer():
            entered = await self._enter(keys=[key], args=[who, self._lease_ms, limit])
        if entered:
            self.enter_soon(key, who)
        return bool(entered)

    def enter_soon(self, key: str, who: str) -> None:
        """Enters with the next renewal, however many are there."""
        self._here.add((key, who))
        if self._renewing is None:
            self._renewing = asyncio.create_task(self._renew())

    async def leave(self, key: str, who: str) -> None:
        """Tried even where entering failed: its answer may have been lost on the way. A failure ends by itself."""
        self._here.discard((key, who))
        try:
            async with answer():
                await self._redis.zrem(key, who)
        except StorageFailed as error:
            log.warning("Somebody who left could not be taken off the list: %s", error)

    async def count(self, key: str) -> int:
        async with answer():
            return int(await self._count(keys=[key]))

    async def close(self) -> None:
        if self._renewing is not None:
            self._renewing.cancel()
            await asyncio.gather(self._renewing, return_exceptions=True)

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(self._lease_ms / 3000)
            try:
                for some in _batches(self._here):
                    await self._renew_some(some)
            except StorageFailed as error:
                log.warning("Presences could not be renewed: %s", error)

    async def _renew_some(self, some: list[tuple[str, str]]) -> None:
        async with answer(), self._redis.pipeline(transaction=False) as together:
            for key, who in some:
                if (key, who) in self._here:  # they may have left while others were renewed
                    await self._enter(keys=[key], args=[who, self._lease_ms, ""], client=together)
            await together.execute()


def _batches(here: set[tuple[str, str]]) -> Iterator[list[tuple[str, str]]]:
    everybody = iter(sorted(here))
    while some := list(islice(everybody, _AT_ONCE)):
        yield some
