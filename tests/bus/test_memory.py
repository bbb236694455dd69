"""What the bus inside one process keeps, and what it forgets."""

import asyncio

import pytest

from kotoserver.bus.memory import SWEEP_ABOVE, MemoryBus
from kotoserver.domain.errors import TooFast
from kotoserver.ports.clock import SystemClock


class HandClock(SystemClock):
    """A clock that runs when told to."""

    def __init__(self) -> None:
        self.at = 0.0

    def seconds(self) -> float:
        return self.at


async def test_a_window_of_uses_begins_with_the_first_and_ends_by_itself():
    clock = HandClock()
    bus = MemoryBus(clock)
    clock.at = 7.0
    assert await bus.take("sari", limit=1, window_seconds=10)
    clock.at = 16.9
    assert not await bus.take("sari", limit=1, window_seconds=10)
    clock.at = 17.0
    assert await bus.take("sari", limit=1, window_seconds=10)


async def test_past_windows_are_forgotten_and_open_ones_are_not():
    clock = HandClock()
    bus = MemoryBus(clock)
    for number in range(SWEEP_ABOVE + 1):
        await bus.take(f"old {number}", limit=1, window_seconds=5)
    await bus.take("open", limit=1, window_seconds=50)
    clock.at = 10.0
    await bus.take("new", limit=1, window_seconds=5)
    assert bus.windows_kept == 2
    assert not await bus.take("open", limit=1, window_seconds=50)


async def test_a_refused_use_waits_until_its_window_ends():
    clock = HandClock()
    bus = MemoryBus(clock)
    await bus.take("sari", limit=1, window_seconds=10)
    clock.at = 7.5
    assert (await bus.take("sari", limit=1, window_seconds=10)).wait_seconds == 2.5


async def test_a_room_that_nobody_is_in_is_forgotten():
    bus = MemoryBus()
    async with bus.present("sockets", "a"), bus.present("sockets", "b"):
        assert bus.rooms_kept == 1
    assert bus.rooms_kept == 0


async def test_a_lock_that_nobody_uses_is_forgotten():
    bus = MemoryBus()
    async with bus.lock("a", wait_seconds=0):
        assert bus.locks_kept == 1
    assert bus.locks_kept == 0


async def test_whoever_comes_as_a_lock_changes_hands_waits_no_longer_than_they_said():
    bus = MemoryBus()
    may_end = asyncio.Event()

    async def hold() -> None:
        async with bus.lock("door", wait_seconds=5):
            await may_end.wait()

    async with bus.lock("door", wait_seconds=5):
        next_one = asyncio.create_task(hold())
        await asyncio.sleep(0)  # lets them queue up
    with pytest.raises(TooFast):
        async with asyncio.timeout(5), bus.lock("door", wait_seconds=0):
            raise AssertionError("the lock was somebody else's")
    may_end.set()
    await next_one
