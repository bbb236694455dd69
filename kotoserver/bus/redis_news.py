"""What other processes publish, heard over one connection for all subscribers of this process.

Redis forgets what it could not deliver. So when the connection breaks, every subscription ends with
SubscriberTooSlow: its reader fetches what it missed from storage and subscribes again, which connects
anew. redis-py would reconnect by itself, silently, and the gap would never be noticed.
"""

import asyncio
import logging
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import chain

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError

from kotoserver.bus.fanout import Fanout
from kotoserver.domain.errors import StorageFailed
from kotoserver.ports.bus import Subscription

PULSE_SECONDS = 5.0
"""Silence after which the server is asked whether it is there; twice this is a broken connection."""
JOIN_SECONDS = 5.0

log = logging.getLogger(__name__)


class News:
    """Subscriptions of this process, all over one connection that is made when first needed."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._fanout = Fanout()
        self._line: _Line | None = None

    @asynccontextmanager
    async def joined(self, channel: str) -> AsyncIterator[Subscription]:
        """A subscription that is in force within the block."""
        try:
            with self._fanout.joined(channel) as subscription:
                await self._live_line().until_in_force(channel)
                yield subscription
        finally:
            if self._line is not None:
                self._line.reconsider()

    def _live_line(self) -> "_Line":
        if self._line is None or self._line.dead:
            self._line = _Line(self._redis.pubsub(), self._fanout)
        return self._line

    async def close(self) -> None:
        if self._line is not None:
            await self._line.close()
        await self._redis.aclose()


class _Line:
    """One connection from its beginning to its break.

    Two tasks share it: one reads; the other joins and leaves channels, until what it joined is what the
    fanout has listeners for. As only that one sends, a cancelled subscriber leaves nothing half done.
    """

    def __init__(self, pubsub: PubSub, fanout: Fanout) -> None:
        self._pubsub = pubsub
        self._fanout = fanout
        self._joined: set[str] = set()
        """Channels to which SUBSCRIBE was sent, and no UNSUBSCRIBE since."""
        self._unanswered: Counter[str] = Counter()
        """How many SUBSCRIBE of each channel were not confirmed yet."""
        self._waiting: defaultdict[str, list[asyncio.Future[None]]] = defaultdict(list)
        self._changed = asyncio.Event()
        self._life = asyncio.create_task(self._live())

    @property
    def dead(self) -> bool:
        return self._life.done()

    def reconsider(self) -> None:
        """Who listens to what has changed."""
        self._changed.set()

    async def until_in_force(self, channel: str) -> None:
        if channel in self._joined and not self._unanswered[channel]:
            return
        confirmed = asyncio.get_running_loop().create_future()
        self._waiting[channel].append(confirmed)
        self.reconsider()
        try:
            async with asyncio.timeout(JOIN_SECONDS):
                await confirmed
        except TimeoutError as error:
            raise StorageFailed("Redis does not confirm a subscription.") from error

    async def close(self) -> None:
        self._life.cancel()
        await asyncio.wait([self._life])

    async def _live(self) -> None:
        try:
            async with self._pubsub:
                await self._pubsub.connect()  # type: ignore[no-untyped-call]
                async with asyncio.TaskGroup() as both:
                    both.create_task(self._read())
                    both.create_task(self._join_and_leave())
        except* (RedisError, OSError) as errors:
            log.warning("The connection to Redis broke: %s.", type(errors.exceptions[0]).__name__)
        finally:
            self._fanout.cut_all()
            for confirmed in chain.from_iterable(self._waiting.values()):
                if not confirmed.done():
                    confirmed.set_exception(StorageFailed("Redis does not answer."))

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

    async def _join_and_leave(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            wanted = self._fanout.channels()
            if missing := wanted - self._joined:
                self._joined |= missing
                self._unanswered.update(missing)
                await self._pubsub.subscribe(*missing)
            if left := self._joined - wanted:
                self._joined -= left
                await self._pubsub.unsubscribe(*left)
