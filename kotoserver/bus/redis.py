"""The bus of several processes: a Redis server between them.

Events are spread by PUBLISH and kept nowhere but in storage: no log of them in Redis (streams). It would save
nothing: `bench.stores` reads the four events of a turn from Postgres in 0.09 ms and from a stream in 0.13, and
logging them costs 0.07 ms more than telling them (0.12). Nor could it be trusted alone, as Redis may have been
started anew.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from kotoserver.bus.busy import busy, full
from kotoserver.bus.redis_answer import ANSWER_SECONDS, answer
from kotoserver.bus.redis_news import LOOK, News
from kotoserver.bus.redis_presence import Presence
from kotoserver.domain.errors import BadSettings, StorageFailed
from kotoserver.ports.bus import Allowance, Bus, Subscription

CONNECT_SECONDS = 2.0
CONNECTIONS = 20
LEASE_SECONDS = 6.0
"""How long a lock, or a presence, outlives a holder that died; a living one renews it every third of this.

Below the time that a turn waits for the one before it, so that a learner whose server died in the middle of a turn
is served by the next one without an error.
"""
ASK_AGAIN_SECONDS = 0.02
"""How often a taken lock is asked for."""
_CHECK_MS = 1000
"""How long what a check wrote stays."""

_RELEASE = 'if redis.call("get", KEYS[1]) == ARGV[1] then return redis.call("del", KEYS[1]) end return 0'
_RENEW = (
    'if redis.call("get", KEYS[1]) == ARGV[1] then return redis.call("pexpire", KEYS[1], ARGV[2]) end return 0'
)

log = logging.getLogger(__name__)


class RedisBus(Bus):
    """Keys begin with `koto:`, so that a Redis may be shared with other programs.

    Everything but `subscribe` raises StorageFailed while Redis does not answer; `SteadyBus` goes on then.
    """

    def __init__(self, url: str, *, lease_seconds: float = LEASE_SECONDS) -> None:
        self._redis = _client(url, retries=1)
        self._news = News(_client(url, retries=0))
        self._lease_ms = round(lease_seconds * 1000)
        self._release = self._redis.register_script(_RELEASE)
        self._renew = self._redis.register_script(_RENEW)
        self._presence = Presence(self._redis, lease_seconds)
        self._owed: dict[str, str] = {}
        """Keys and tokens of locks that nobody holds any more, though Redis does not know."""

    async def publish(self, channel: str, *messages: str) -> None:
        """In one round trip. Where its answer is lost some may be told twice; storage numbers them."""
        async with answer(), self._redis.pipeline(transaction=False) as together:
            for message in messages:
                together.publish(_key("news", channel), message)
            await together.execute()

    def spread_here(self, channel: str, *messages: str) -> None:
        """Hands the messages to the subscribers of this process alone."""
        for message in messages:
            self._news.spread(_key("news", channel), message)

    async def have_all_look(self) -> None:
        """Tells all subscribers of all processes that they may have missed something."""
        async with answer():
            await self._redis.publish(LOOK, "")

    @asynccontextmanager
    async def subscribe(self, channel: str) -> AsyncIterator[Subscription]:
        async with self._news.joined(_key("news", channel)) as subscription:
            yield subscription

    @asynccontextmanager
    async def lock(self, name: str, *, wait_seconds: float) -> AsyncIterator[None]:
        """The lock is a key that holds a token of its holder's own.

        Giving it back is tried even when taking it failed or was cancelled: the answer of a successful
        SET may have been lost on the way, and only the token's owner can delete the key.
        """
        key, token = _key("lock", name), uuid4().hex
        try:
            await self._acquire(key, token, name, wait_seconds)
            renewing = asyncio.create_task(self._keep(key, token))
            try:
                yield
            finally:
                renewing.cancel()
        finally:
            await self._give_back(key, token)

    async def take(self, name: str, *, limit: int, window_seconds: int) -> Allowance:
        key = _key("rate", name)
        async with answer(), self._redis.pipeline(transaction=True) as together:
            together.set(key, 0, ex=window_seconds, nx=True)
            together.incr(key)
            together.pttl(key)
            _, uses, left_ms = await together.execute()
        granted = int(uses) <= limit
        return Allowance(granted=granted, wait_seconds=0.0 if granted else max(0, int(left_ms)) / 1000)

    @asynccontextmanager
    async def present(self, room: str, who: str, *, most: int | None = None) -> AsyncIterator[None]:
        key = _key("present", room)
        try:
            if not await self._presence.enter(key, who, most):
                raise full(room)
            yield
        finally:
            await self._presence.leave(key, who)

    @asynccontextmanager
    async def present_soon(self, room: str, who: str) -> AsyncIterator[None]:
        """As `present`, from when Redis can be told."""
        key = _key("present", room)
        self._presence.enter_soon(key, who)
        try:
            yield
        finally:
            await self._presence.leave(key, who)

    async def count_present(self, room: str) -> int:
        return await self._presence.count(_key("present", room))

    async def clock(self) -> datetime | None:
        async with answer():
            seconds, micros = await self._redis.time()
        return datetime.fromtimestamp(seconds, UTC) + timedelta(microseconds=micros)

    async def check(self) -> None:
        """By a write: a replica, or a Redis whose disk is full, answers a ping and takes no lock."""
        async with answer():
            await self._redis.set(_key("check", "writes"), "", px=_CHECK_MS)

    async def close(self) -> None:
        await self._presence.close()
        await self._news.close()
        await self._redis.aclose()

    async def _acquire(self, key: str, token: str, name: str, wait_seconds: float) -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + wait_seconds
        while not await self._taken(key, token):
            if loop.time() >= until:
                raise busy(name)
            await asyncio.sleep(ASK_AGAIN_SECONDS)

    async def _taken(self, key: str, token: str) -> bool:
        """Whether the lock is ours: now, or since a try whose answer was lost on the way."""
        async with answer():
            holder = await self._redis.set(key, token, nx=True, get=True, px=self._lease_ms)
        return holder is None or holder == token

    async def _keep(self, key: str, token: str) -> None:
        """Renews the lease until cancelled. A lock lost all the same is noticed when saving: revisions differ."""
        while True:
            await asyncio.sleep(self._lease_ms / 3000)
            try:
                async with answer():
                    await self._renew(keys=[key], args=[token, self._lease_ms])
            except StorageFailed as error:
                log.warning("A lock could not be renewed: %s", error)

    async def _give_back(self, key: str, token: str) -> None:
        """A lock that cannot be given back is owed, or ends with its lease; what was done under it stands."""
        try:
            async with answer():
                await self._release(keys=[key], args=[token])
        except StorageFailed as error:
            log.warning("A lock could not be given back: %s", error)
            self._owed[key] = token

    async def give_back_owed(self) -> None:
        """Gives back the locks that could not be given back when they were done with."""
        for key, token in tuple(self._owed.items()):
            async with answer():
                await self._release(keys=[key], args=[token])
            self._owed.pop(key, None)


def _client(url: str, *, retries: int) -> Redis:
    """A client without a time limit of its own for answers.

    redis-py's limit is an `asyncio.wait_for`, which on Python 3.11 swallows a cancellation that comes as
    the command is sent, and makes a task for each command. `answer` limits the time instead.
    """
    try:
        pool = BlockingConnectionPool.from_url(
            url,
            decode_responses=True,
            socket_connect_timeout=CONNECT_SECONDS,
            socket_timeout=None,
            max_connections=CONNECTIONS,
            timeout=ANSWER_SECONDS,
            retry=Retry(NoBackoff(), retries),
        )
        return Redis.from_pool(pool)
    except ValueError as error:
        raise BadSettings("REDIS_URL must look like `redis://:password@localhost:6380/0`.") from error


def _key(kind: str, name: str) -> str:
    return f"koto:{kind}:{name}"
