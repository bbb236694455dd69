"""Requests to a service elsewhere: bounded in number and in time, and ended when their engine is closed.

The time counts only while the service is waited for, whatever trickles in meanwhile: a server that sends
a byte now and then is as late as one that sends none, and a slow listener is not the server's fault.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from kotoserver.domain.errors import ProviderFailed, TooFast

AT_ONCE = 32
"""Requests under way; at a second each, more than 50 players cause."""


class RemoteCalls:
    def __init__(self, called: str, *, at_once: int, deadline_seconds: float) -> None:
        """`called` is what messages name the service: `google's ears`."""
        self.called = called
        self.deadline_seconds = deadline_seconds
        self._at_once = at_once
        self._under_way = 0
        self._waits: set[asyncio.Timeout] = set()
        self._quiet = asyncio.Event()
        self._closed = False

    @contextmanager
    def call(self) -> Iterator["RemoteCall"]:
        """A place for one request. TooFast (`busy`) when all are taken, ProviderFailed once this is closed."""
        self.refuse_if_closed()
        if self._under_way >= self._at_once:
            raise TooFast(f"Too much waits for {self.called}; try again in a moment.", code="busy")
        self._under_way += 1
        try:
            yield RemoteCall(self)
        finally:
            self._under_way -= 1

    @asynccontextmanager
    async def waiting(self, seconds: float) -> AsyncIterator[None]:
        """ProviderFailed: `too_late` past so many seconds; its own code when this is closed meanwhile."""
        self.refuse_if_closed()
        try:
            async with asyncio.timeout(seconds) as wait:
                self._waits.add(wait)
                try:
                    yield
                finally:
                    self._waits.discard(wait)
                    if not self._waits:
                        self._quiet.set()
        except TimeoutError as late:
            self.refuse_if_closed()
            raise ProviderFailed(f"{self.called} took too long", code="too_late") from late

    def refuse_if_closed(self) -> None:
        if self._closed:
            raise ProviderFailed(f"{self.called}: the connection was closed", retryable=False)

    async def close(self) -> None:
        """Ends all waits; whoever waited is told so."""
        self._closed = True
        self._quiet.clear()
        now = asyncio.get_running_loop().time()
        for wait in self._waits:
            if not wait.expired():
                wait.reschedule(now)
        if self._waits:
            await self._quiet.wait()


class RemoteCall:
    """One request; what is left of its time shrinks with every wait."""

    def __init__(self, calls: RemoteCalls) -> None:
        self._calls = calls
        self.seconds_left = calls.deadline_seconds

    @asynccontextmanager
    async def waiting(self) -> AsyncIterator[None]:
        """Around each wait for the service, never around what is done with its answer."""
        clock = asyncio.get_running_loop().time
        began = clock()
        try:
            async with self._calls.waiting(self.seconds_left):
                yield
        finally:
            self.seconds_left = max(0.0, self.seconds_left - (clock() - began))
