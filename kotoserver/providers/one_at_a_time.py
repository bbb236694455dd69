"""Work that only one thread may do: those who wait are counted, and too many are turned away."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

from kotoserver.domain.errors import ProviderFailed, TooFast

P = ParamSpec("P")
T = TypeVar("T")


class OneAtATime:
    """A thread, and the queue before it."""

    def __init__(self, called: str, queue_size: int) -> None:
        """`called` is what messages name it: `the built-in voice`. `queue_size` counts the work being done too."""
        self._called = called
        self._queue_size = queue_size
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=called.replace(" ", "-"))
        self._waiting = 0
        self._closed = False

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What the work returns. Cancelled while it waits, it never begins, and its place is free at once.

        TooFast (`busy`) when the queue is full, ProviderFailed when this is closed or is closed meanwhile.
        """
        with self.place():
            return await self.do(work, *args, **kwargs)

    @contextmanager
    def place(self) -> Iterator[None]:
        """A place in the queue, for who has several pieces of work to `do`; raises as `run` does."""
        self._refuse_if_closed()
        if self._waiting >= self._queue_size:
            raise TooFast(f"Too much waits for {self._called}; try again in a moment.", code="busy")
        self._waiting += 1
        try:
            yield
        finally:
            self._waiting -= 1

    async def do(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """One piece of work of somebody who has a place."""
        return await asyncio.get_running_loop().run_in_executor(
            self._thread, lambda: self._begin(work, *args, **kwargs)
        )

    async def close(self) -> None:
        """Waits for the work being done; what waits behind it fails."""
        self._closed = True
        await asyncio.to_thread(self._thread.shutdown)

    def _begin(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Runs in the thread; whoever still waits when this is closed is told so."""
        self._refuse_if_closed()
        return work(*args, **kwargs)

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise ProviderFailed(f"{self._called} is closed")
