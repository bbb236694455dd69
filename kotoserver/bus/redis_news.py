"""What other processes publish, heard over one connection for all subscribers of this process.

Redis forgets what it could not deliver. So whenever messages may have been missed, because the connection
broke or is not there, every subscriber is told to look into storage: at once, every LOOK_SECONDS, and once
more when everything is heard again. redis-py would reconnect by itself, silently, and the gap would never
be noticed.
"""

import asyncio
import logging
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import chain

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError

from kotoserver.bus.fanout import Fanout
from kotoserver.ports.bus import Subscription

PULSE_SECONDS = 2.0
"""Silence after which the server is asked whether it is there; twice this is a broken connection."""
JOIN_SECONDS = 2.0
"""A connection that does not confirm a subscription for so long is broken."""
AGAIN_SECONDS = 0.5
"""From a break to the next try."""
LOOK_SECONDS = 2.0
LOOK = "koto:look"
"""The channel by which one process tells all others that they have missed something."""

log = logging.getLogger(__name__)


class News:
    """Subscriptions of this process, all over one connection that is made when first needed."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._fanout = Fanout()
        self._line: _Line | None = None
        self._away = False
        """True from a break until everything is joined again."""
        self._tasks: tuple[asyncio.Task[None], ...] = ()

    @asynccontextmanager
    async def joined(self, channel: str) -> AsyncIterator[Subscription]:
        """A subscription that is in force within the block; while Redis is away, it is told to look."""
        line = self._live_line()
        try:
            with self._fanout.joined(channel) as subscription:
                if not self._away:
                    await line.until_in_force(channel)
                yield subscription
        finally:
            self._live_line().reconsider()

    def spread(self, channel: str, message: str) -> None:
        """Tells the subscribers of this process."""
        self._fanout.send(channel, message)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._line is not None:
            await self._line.close()
        await self._redis.aclose()

    def _live_line(self) -> "_Line":
        if self._line is None:
            self._line = self._new_line()
            self._tasks = (asyncio.create_task(self._stay_connected()), asyncio.create_task(self._look_on()))
        return self._line

    def _new_line(self) -> "_Line":
        return _Line(self._redis.pubsub(), self._fanout, self._all_joined)

    async def _stay_connected(self) -> None:
        while True:
            await self._live_line().broken()
            if not self._away:
                log.warning("The connection to Redis broke: news of other processes is looked for in storage.")
            self._away = True
            self._fanout.look()
            await asyncio.sleep(AGAIN_SECONDS)
            self._line = self._new_line()

    async def _look_on(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if self._away:
                self._fanout.look()

    def _all_joined(self) -> None:
        if self._away:
            log.warning("The connection to Redis stands again.")
            self._away = False
            self._fanout.look()


class _Line:
    """One connection from its beginning to its break.

    Two tasks share it: one reads; the other joins and leaves channels, until what it joined is what the
    fanout has listeners for. As only that one sends, a cancelled subscriber leaves nothing half done.
    """

    def __init__(self, pubsub: PubSub, fanout: Fanout, all_joined: Callable[[], None]) -> None:
        self._pubsub = pubsub
        self._fanout = fanout
        self._all_joined = all_joined
        """Called whenever every channel with listeners is in force."""
        self._joined: set[str] = set()
        """Channels to which SUBSCRIBE was sent, and no UNSUBSCRIBE since."""
        self._unanswered: Counter[str] = Counter()
        """How many SUBSCRIBE of each channel were not confirmed yet."""
        self._waiting: defaultdict[str, list[asyncio.Future[None]]] = defaultdict(list)
        self._changed = asyncio.Event()
        self._changed.set()
        self._life = asyncio.create_task(self._live())

    async def broken(self) -> None:
        """Returns when the connection is no more."""
        await asyncio.wait([self._life])

    def reconsider(self) -> None:
        """Who listens to what has changed."""
        self._changed.set()

    async def until_in_force(self, channel: str) -> None:
        """Returns when the channel is heard, or when the connection breaks, which is told to all."""
        if channel in self._joined and not self._unanswered[channel]:
            return
        confirmed = asyncio.get_running_loop().create_future()
        self._waiting[channel].append(confirmed)
        self.reconsider()
        try:
            async with asyncio.timeout(JOIN_SECONDS):
                await confirmed
        except TimeoutError:
            self._life.cancel()

    async def close(self) -> None:
        self._life.cancel()
        await self.broken()

    async def _live(self) -> None:
        try:
            async with self._pubsub:
                await self._pubsub.connect()  # type: ignore[no-untyped-call]
                async with asyncio.TaskGroup() as both:
                    both.create_task(self._read())
                    both.create_task(self._join_and_leave())
        except* (RedisError, OSError) as errors:
            log.info("A connection to Redis ended: %s.", type(errors.exceptions[0]).__name__)
        finally:
            for confirmed in chain.from_iterable(self._waiting.values()):
                if not confirmed.done():
                    confirmed.set_result(None)

    async def _read(self) -> None:
        asked = False
        while True:
            message = await self._pubsub.get_message(timeout=PULSE_SECONDS)
            if message is not None:
                asked = False
                self._hear(message)
            elif asked:
                raise RedisConnectionError("silence")
            else:
                asked = True
                await self._pubsub.ping()

    def _hear(self, message: dict[str, str]) -> None:
        channel = message["channel"]
        match message["type"]:
            case "message" if channel == LOOK:
                self._fanout.look()
            case "message":
                self._fanout.send(channel, message["data"])
            case "subscribe":
                self._unanswered[channel] -= 1
                if channel in self._joined and not self._unanswered[channel]:
                    self._confirm(channel)

    def _confirm(self, channel: str) -> None:
        for confirmed in self._waiting.pop(channel, ()):
            if not confirmed.done():
                confirmed.set_result(None)
        self._tell_if_all_joined()

    def _tell_if_all_joined(self) -> None:
        if self._wanted() <= self._joined and not any(self._unanswered.values()):
            self._all_joined()

    def _wanted(self) -> frozenset[str]:
        return self._fanout.channels() | {LOOK}

    async def _join_and_leave(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            wanted = self._wanted()
            if missing := wanted - self._joined:
                self._joined |= missing
                self._unanswered.update(missing)
                await self._pubsub.subscribe(*missing)
            if left := self._joined - wanted:
                self._joined -= left
                await self._pubsub.unsubscribe(*left)
            self._tell_if_all_joined()
