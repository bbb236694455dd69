"""One message to everyone in this process who listens to its channel."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

from kotoserver.ports.bus import QUEUE_SIZE, SubscriberTooSlow, Subscription


class LocalSubscription(Subscription, AsyncIterator[str | None]):
    """Holds up to QUEUE_SIZE messages; one more ends it, and what waited is dropped with it."""

    def __init__(self) -> None:
        self._waiting: deque[str | None] = deque()
        self._news = asyncio.Event()
        self._broken = False

    def offer(self, message: str) -> None:
        if len(self._waiting) >= QUEUE_SIZE:
            self._cut()
        elif not self._broken:
            self._waiting.append(message)
            self._news.set()

    def look(self) -> None:
        """Messages may have been missed."""
        if not self._broken and (not self._waiting or self._waiting[-1] is not None):
            self._waiting.append(None)
            self._news.set()

    def _cut(self) -> None:
        """Ends the subscription: messages are missing, so what waits must not pass for all of them."""
        self._broken = True
        self._waiting.clear()
        self._news.set()

    def __aiter__(self) -> AsyncIterator[str | None]:
        return self

    async def __anext__(self) -> str | None:
        while not self._waiting:
            if self._broken:
                raise SubscriberTooSlow
            self._news.clear()
            await self._news.wait()
        return self._waiting.popleft()


class Fanout:
    """Who listens to what."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[LocalSubscription]] = {}

    @contextmanager
    def joined(self, channel: str) -> Iterator[LocalSubscription]:
        """A subscription that is in force within the block."""
        subscription = LocalSubscription()
        self._listeners.setdefault(channel, set()).add(subscription)
        try:
            yield subscription
        finally:
            self._listeners[channel].discard(subscription)
            if not self._listeners[channel]:
                del self._listeners[channel]

    def channels(self) -> frozenset[str]:
        """Those that somebody listens to."""
        return frozenset(self._listeners)

    def send(self, channel: str, message: str) -> None:
        for subscription in self._listeners.get(channel, ()):
            subscription.offer(message)

    def look(self) -> None:
        """Tells everyone that messages may have been missed."""
        for subscriptions in self._listeners.values():
            for subscription in subscriptions:
                subscription.look()
