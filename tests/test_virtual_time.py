"""The clock that timing tests hold."""

import asyncio
import time

import pytest

from tests.virtual_time import LoopClock, StandStill, VirtualLoop, virtually


@virtually
async def test_an_hour_passes_at_once_and_to_the_second():
    clock, began = LoopClock(), time.monotonic()
    before = clock.seconds()
    await asyncio.sleep(3600)
    assert clock.seconds() - before == pytest.approx(3600)
    assert time.monotonic() - began < 1


@virtually
async def test_timers_ring_in_the_order_of_their_times():
    rung: list[float] = []

    async def ring(after: float) -> None:
        await asyncio.sleep(after)
        rung.append(after)

    await asyncio.gather(*(ring(after) for after in (30, 0.001, 7)))
    assert rung == [0.001, 7, 30]


@virtually
async def test_a_timeout_ends_what_waits_for_ever():
    clock = LoopClock()
    before = clock.seconds()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(2.5):
            await asyncio.Event().wait()
    assert clock.seconds() - before == pytest.approx(2.5)


@virtually
async def test_time_stands_while_a_thread_works():
    clock = LoopClock()
    before = clock.seconds()
    async with asyncio.timeout(0.5):
        assert await asyncio.to_thread(lambda: sum(range(10_000_000))) > 0
    assert clock.seconds() == before


def test_a_wait_for_what_never_comes_is_told():
    loop = VirtualLoop(patience=0.01)
    waiting = loop.create_task(asyncio.Event().wait())
    with pytest.raises(StandStill):
        loop.run_until_complete(waiting)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        loop.run_until_complete(waiting)
    loop.close()


def test_a_task_left_behind_fails_the_test():
    @virtually
    async def careless() -> None:
        left.append(asyncio.create_task(asyncio.sleep(9)))

    left: list[asyncio.Task[None]] = []
    with pytest.raises(AssertionError):
        careless()
