"""One piece of work for everyone who asks for the same thing at the same time."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

from kotoserver.domain.errors import ProviderFailed

T = TypeVar("T")


class SingleFlight(Generic[T]):
    """Work by key. It goes on when those who wait go away, since its outcome is kept for the next."""

    def __init__(self) -> None:
        self._flights: dict[str, asyncio.Task[T]] = {}

    def __contains__(self, key: str) -> bool:
        return key in self._flights

    def __len__(self) -> int:
        return len(self._flights)

    async def join(self, key: str, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """What the work under way for `key` brings, or `work`'s outcome where none is; failures reach all."""
        flight = self._flights.get(key)
        if flight is None:
            flight = asyncio.create_task(work())
            self._flights[key] = flight
            flight.add_done_callback(lambda done: self._land(key, done))
        try:
            return await asyncio.shield(flight)
        except asyncio.CancelledError:
            if flight.cancelled() and not _being_cancelled():
                raise ProviderFailed("the server is shutting down", code="shutting_down") from None
            raise

    async def settle(self) -> None:
        """Returns when everything now under way has ended."""
        await asyncio.gather(*self._flights.values(), return_exceptions=True)

    async def cancel(self) -> None:
        """Ends everything under way; those who wait get ProviderFailed."""
        for flight in self._flights.values():
            flight.cancel()
        await self.settle()

    def _land(self, key: str, flight: asyncio.Task[T]) -> None:
        del self._flights[key]
        if not flight.cancelled():
            flight.exception()  # asked for here, so that one nobody waited for is no warning


def _being_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
