"""News between the parts, and between the processes, of one server: messages, locks, rates and presence."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime

QUEUE_SIZE = 256
"""Messages a subscriber may lag behind before its subscription ends."""


class SubscriberTooSlow(Exception):
    """The subscriber let its queue fill up. It should subscribe again and read what it missed from storage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """Whether one more use is granted; true and false as `granted` is."""

    granted: bool
    wait_seconds: float
    """Until the window of uses ends; 0 for a use that is granted."""

    def __bool__(self) -> bool:
        return self.granted


class Subscription(ABC):
    """Messages of one channel from the moment of subscribing, in order of publishing."""

    @abstractmethod
    def __aiter__(self) -> AsyncIterator[str | None]:
        """Yields messages, and None where some may have been missed: the reader should look into storage.

        Raises SubscriberTooSlow once QUEUE_SIZE messages wait unread.
        """


class Bus(ABC):
    """A bus between processes goes on within each of them while it does not answer, and between them again
    as soon as it does. Only `check` tells: what must hold in any case has to be held by storage.
    """

    @abstractmethod
    async def publish(self, channel: str, *messages: str) -> None:
        """Hands the messages, in order, to everyone subscribed now; without subscribers they are gone.

        While the bus does not answer, only those of this process hear it; the others are told to look.
        """

    @abstractmethod
    def subscribe(self, channel: str) -> AbstractAsyncContextManager[Subscription]:
        """Entering returns once the subscription is in force, leaving ends it."""

    @abstractmethod
    def lock(self, name: str, *, wait_seconds: float) -> AbstractAsyncContextManager[None]:
        """Holds the named lock; raises TooFast with code `busy` when it is not free in time.

        `wait_seconds` 0 asks once. A lock whose holder died frees itself within 6 s.
        """

    @abstractmethod
    async def take(self, name: str, *, limit: int, window_seconds: int) -> Allowance:
        """Counts one use of `name`, which is refused when `limit` uses of this window are spent.

        The window begins with its first use.
        """

    @abstractmethod
    def present(self, room: str, who: str, *, most: int | None = None) -> AbstractAsyncContextManager[None]:
        """`who`, an id that nobody else uses, is present in `room` within the block.

        Raises TooFast with code `busy` when `most` others are there already. Whoever's process died is gone
        within 6 s.
        """

    @abstractmethod
    async def count_present(self, room: str) -> int:
        """How many are in the room, those of other processes included."""

    @abstractmethod
    async def clock(self) -> datetime | None:
        """What time it is on the bus's machine; None where that is this one."""

    @abstractmethod
    async def check(self) -> None:
        """Raises StorageFailed while the bus does not answer."""

    @abstractmethod
    async def close(self) -> None: ...
