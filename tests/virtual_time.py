"""An event loop whose time jumps to the next timer when nothing is ready, so waiting takes no time and is exact.

Work in threads goes on in real time, and the loop's time stands still until it is done. Sockets are for
tests in real time: what the world sends has no place on this clock.
"""

import asyncio
import functools
import selectors
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import Executor
from datetime import UTC, datetime, timedelta
from typing import Any, ParamSpec

from kotoserver.ports.clock import Clock

P = ParamSpec("P")

BEGINNING = datetime(2026, 11, 28, 9, tzinfo=UTC)


class StandStill(Exception):
    """Everything waits, and nothing will ever happen."""


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self, patience: float = 10.0) -> None:
        """`patience`: real seconds for which a thread may work; longer is a wait for what never comes."""
        self.patience = patience
        self._now = 0.0
        self._in_threads = 0
        super().__init__(_JumpingSelector(self))

    def time(self) -> float:
        return self._now

    def jump(self, seconds: float) -> None:
        self._now += seconds

    @property
    def awaits_threads(self) -> bool:
        return self._in_threads > 0

    def run_in_executor(  # type: ignore[override]
        self, executor: Executor | None, work: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        future = super().run_in_executor(executor, work, *args)
        self._in_threads += 1
        future.add_done_callback(self._one_thread_less)
        return future

    def _one_thread_less(self, _: asyncio.Future[Any]) -> None:
        self._in_threads -= 1


class _JumpingSelector(selectors.BaseSelector):
    """Looks for what is ready without waiting, and moves the loop's time by what it should have waited."""

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop
        self._real = selectors.DefaultSelector()

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = self._real.select(0)
        if ready or (timeout is not None and timeout <= 0):
            return ready
        if self._loop.awaits_threads or timeout is None:
            ready = self._real.select(self._loop.patience)
            if not ready:
                raise StandStill
            return ready
        self._loop.jump(timeout)
        return []

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._real.unregister(fileobj)

    def modify(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.modify(fileobj, events, data)

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._real.get_map()

    def close(self) -> None:
        self._real.close()


def virtually(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Runs an async test on a loop of this kind; a task that it leaves behind fails it."""

    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        with asyncio.Runner(loop_factory=VirtualLoop) as runner:
            runner.run(test(*args, **kwargs))
            assert asyncio.all_tasks(runner.get_loop()) == set()

    return run


class LoopClock(Clock):
    """The clock of whatever loop runs."""

    def now(self) -> datetime:
        return BEGINNING + timedelta(seconds=self.seconds())

    def seconds(self) -> float:
        return asyncio.get_running_loop().time()
