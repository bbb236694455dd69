"""News between the parts, and between the processes, of one server: messages, locks and rates."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager

QUEUE_SIZE = 256
"""Messages a subscriber may lag behind before its subscription ends."""


class SubscriberTooSlow(Exception):
    """Messages were missed: the subscriber let its queue fill up, or the bus lost its connection.

    It should subscribe again and read what it missed from storage.
    """


class Subscription(ABC):
    """Messages of one channel from the moment of subscribing, in order of publishing."""

    @abstractmethod
    def __aiter__(self) -> AsyncIterator[str]:
        """Yields messages; raises SubscriberTooSlow once QUEUE_SIZE messages wait unread."""


class Bus(ABC):
    """Every method raises StorageFailed when the bus does not answer."""

    @abstractmethod
    async def publish(self, channel: str, message: str) -> None:
        """Hands the message to everyone subscribed now; without subscribers it is gone."""

    @abstractmethod
    def subscribe(self, channel: str) -> AbstractAsyncContextManager[Subscription]:
        """Entering returns once the subscription is in force, leaving ends it."""

    @abstractmethod
    def lock(self, name: str, *, wait_seconds: float) -> AbstractAsyncContextManager[None]:
        """Holds the named lock; raises TooFast with code `busy` when it is not free in time.

        `wait_seconds` 0 asks once. A lock whose holder died frees itself within 30 s.
        """

    @abstractmethod
    async def take(self, name: str, *, limit: int, window_seconds: int) -> bool:
        """Counts one use of `name`; False when `limit` uses of this window are spent."""

    @abstractmethod
    async def check(self) -> None:
        """Raises StorageFailed when the bus cannot be used."""

    @abstractmethod
    async def close(self) -> None: ...
