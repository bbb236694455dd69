"""What every bus does, inside one process and between several."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from kotoserver.bus import open_bus
from kotoserver.domain.errors import TooFast
from kotoserver.ports.bus import QUEUE_SIZE, Bus, SubscriberTooSlow, Subscription

Pair = tuple[Bus, Bus]


@pytest.fixture(params=["memory", "redis"])
async def pair(request: pytest.FixtureRequest) -> AsyncIterator[Pair]:
    """Two ends of one bus: with Redis those of two processes, in memory the same object twice."""
    if request.param == "memory":
        bus = open_bus(None)
        yield bus, bus
        await bus.close()
        return
    url = request.getfixturevalue("redis_url")
    here, there = open_bus(url), open_bus(url)
    yield here, there
    await here.close()
    await there.close()


@pytest.fixture
def name(request: pytest.FixtureRequest) -> str:
    """A channel, lock or rate that no other test uses."""
    return f"test:{request.node.name}"


async def read(subscription: Subscription, count: int) -> list[str]:
    messages: list[str] = []
    async with asyncio.timeout(5):
        async for message in subscription:
            messages.append(message)
            if len(messages) == count:
                break
    return messages


# ── news ─────────────────────────────────────────────────────────────────────────────────────


async def test_everyone_who_listens_hears_everything_in_order(pair: Pair, name: str):
    here, there = pair
    sent = [f'{seq} 안녕하세요 👋🏽 \n"{seq}"' for seq in range(50)]
    async with here.subscribe(name) as first, there.subscribe(name) as second, there.subscribe(name) as third:
        for message in sent:
            await here.publish(name, message)
        assert await read(first, 50) == sent
        assert await read(second, 50) == sent
        assert await read(third, 50) == sent


async def test_several_messages_are_heard_as_they_were_given(pair: Pair, name: str):
    here, there = pair
    async with there.subscribe(name) as subscription:
        await here.publish(name, "one", "two", "three")
        await here.publish(name)
        await here.publish(name, "four")
        assert await read(subscription, 4) == ["one", "two", "three", "four"]


async def test_a_subscription_is_in_force_once_it_is_entered(pair: Pair, name: str):
    here, there = pair
    for number in range(20):
        async with there.subscribe(name) as subscription:
            await here.publish(name, str(number))
            assert await read(subscription, 1) == [str(number)]


async def test_what_was_said_before_is_not_heard(pair: Pair, name: str):
    here, there = pair
    await here.publish(name, "early")
    async with there.subscribe(name) as subscription:
        await here.publish(name, "now")
        assert await read(subscription, 1) == ["now"]


async def test_channels_are_apart(pair: Pair, name: str):
    here, there = pair
    async with there.subscribe(name) as subscription, there.subscribe(f"{name}:other") as other:
        await here.publish(f"{name}:other", "theirs")
        await here.publish(name, "ours")
        assert await read(subscription, 1) == ["ours"]
        assert await read(other, 1) == ["theirs"]


async def test_a_reader_waits_for_news(pair: Pair, name: str):
    here, there = pair
    async with there.subscribe(name) as subscription, asyncio.TaskGroup() as tasks:
        reading = tasks.create_task(read(subscription, 2))
        await here.publish(name, "one")
        await here.publish(name, "two")
    assert reading.result() == ["one", "two"]


async def test_a_reader_may_stop_and_go_on(pair: Pair, name: str):
    here, there = pair
    async with there.subscribe(name) as subscription:
        for message in ("one", "two", "three"):
            await here.publish(name, message)
        assert await read(subscription, 1) == ["one"]
        assert await read(subscription, 2) == ["two", "three"]


async def test_many_come_and_go_without_disturbing_those_who_stay(pair: Pair, name: str):
    here, there = pair

    async def visit() -> None:
        async with there.subscribe(name):
            pass

    async with there.subscribe(name) as staying:
        for number in range(10):
            await asyncio.gather(*(visit() for _ in range(10)))
            await here.publish(name, str(number))
        assert await read(staying, 10) == [str(number) for number in range(10)]


async def test_a_visit_that_was_cancelled_disturbs_nobody(pair: Pair, name: str):
    here, there = pair

    async def visit() -> None:
        async with there.subscribe(name):
            await asyncio.Event().wait()

    for _ in range(10):
        visiting = asyncio.create_task(visit())
        await asyncio.sleep(0)
        visiting.cancel()
        async with there.subscribe(name) as subscription:
            await here.publish(name, "news")
            assert await read(subscription, 1) == ["news"]


async def test_a_subscriber_that_lags_too_far_is_told_and_others_are_not_held_up(pair: Pair, name: str):
    here, there = pair
    sent = [str(number) for number in range(QUEUE_SIZE + 1)]
    async with there.subscribe(name) as slow, there.subscribe(name) as quick:
        for message in sent:
            await here.publish(name, message)
            assert await read(quick, 1) == [message]
        with pytest.raises(SubscriberTooSlow):
            await read(slow, 1)
        with pytest.raises(SubscriberTooSlow):
            await read(slow, 1)
        await here.publish(name, "afterwards")
        assert await read(quick, 1) == ["afterwards"]


async def test_a_subscriber_may_lag_as_far_as_its_queue_is_long(pair: Pair, name: str):
    here, there = pair
    sent = [str(number) for number in range(QUEUE_SIZE)]
    async with there.subscribe(name) as slow, there.subscribe(name) as quick:
        for message in sent:
            await here.publish(name, message)
        assert await read(quick, QUEUE_SIZE) == sent
        assert await read(slow, QUEUE_SIZE) == sent


# ── locks ────────────────────────────────────────────────────────────────────────────────────


async def test_a_lock_has_one_holder(pair: Pair, name: str):
    here, there = pair
    async with here.lock(name, wait_seconds=0):
        with pytest.raises(TooFast) as caught:
            async with there.lock(name, wait_seconds=0):
                pass
        assert (caught.value.code, caught.value.retryable) == ("busy", True)
        async with there.lock(f"{name}:other", wait_seconds=0):
            pass


async def test_whoever_waited_in_vain_is_told_in_time(pair: Pair, name: str):
    here, there = pair
    async with here.lock(name, wait_seconds=0), asyncio.timeout(5):
        with pytest.raises(TooFast):
            async with there.lock(name, wait_seconds=0.05):
                pass


async def test_a_lock_is_free_again_afterwards(pair: Pair, name: str):
    here, there = pair
    for _ in range(5):
        async with here.lock(name, wait_seconds=0):
            pass
        async with there.lock(name, wait_seconds=0):
            pass


async def test_a_failed_holder_frees_the_lock(pair: Pair, name: str):
    here, there = pair
    with pytest.raises(RuntimeError):
        async with here.lock(name, wait_seconds=0):
            raise RuntimeError
    async with there.lock(name, wait_seconds=0):
        pass


async def test_a_cancelled_holder_frees_the_lock(pair: Pair, name: str):
    here, there = pair
    held = asyncio.Event()

    async def hold() -> None:
        async with here.lock(name, wait_seconds=0):
            held.set()
            await asyncio.Event().wait()

    holding = asyncio.create_task(hold())
    await held.wait()
    holding.cancel()
    async with there.lock(name, wait_seconds=5):
        pass


async def test_a_cancelled_waiter_leaves_the_lock_to_its_holder(pair: Pair, name: str):
    here, there = pair

    async def wait() -> None:
        async with there.lock(name, wait_seconds=5):
            pass

    async with here.lock(name, wait_seconds=0):
        waiting = asyncio.create_task(wait())
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await waiting
        with pytest.raises(TooFast):
            async with there.lock(name, wait_seconds=0):
                pass
    async with there.lock(name, wait_seconds=0):
        pass


async def test_those_who_wait_hold_the_lock_one_after_the_other(pair: Pair, name: str):
    inside = 0

    async def hold(bus: Bus) -> None:
        nonlocal inside
        async with bus.lock(name, wait_seconds=10):
            inside += 1
            assert inside == 1
            await asyncio.sleep(0)
            inside -= 1

    async with asyncio.timeout(10):
        await asyncio.gather(*(hold(pair[number % 2]) for number in range(20)))


async def test_many_locks_are_held_at_once(pair: Pair, name: str):
    async with AsyncExitStack() as held:
        for number in range(60):
            await held.enter_async_context(pair[number % 2].lock(f"{name}:{number}", wait_seconds=0))


# ── rates ────────────────────────────────────────────────────────────────────────────────────


async def test_uses_of_a_window_are_counted_together(pair: Pair, name: str):
    here, there = pair
    taken = [await bus.take(name, limit=3, window_seconds=60) for bus in (here, there, here, there, here)]
    assert [allowance.granted for allowance in taken] == [True, True, True, False, False]


async def test_each_name_has_its_own_limit(pair: Pair, name: str):
    here, _ = pair
    assert await here.take(f"{name}:a", limit=1, window_seconds=60)
    assert await here.take(f"{name}:b", limit=1, window_seconds=60)
    assert not await here.take(f"{name}:a", limit=1, window_seconds=60)


async def test_no_more_than_the_limit_pass_at_once(pair: Pair, name: str):
    taken = await asyncio.gather(
        *(pair[number % 2].take(name, limit=7, window_seconds=60) for number in range(300))
    )
    assert sum(allowance.granted for allowance in taken) == 7


async def test_whoever_is_refused_is_told_how_long_to_wait(pair: Pair, name: str):
    here, there = pair
    granted = await here.take(name, limit=1, window_seconds=60)
    refused = await there.take(name, limit=1, window_seconds=60)
    assert granted
    assert granted.wait_seconds == 0
    assert not refused
    assert 50 < refused.wait_seconds <= 60


# ── presence ─────────────────────────────────────────────────────────────────────────────────


async def test_everyone_who_is_present_is_counted_wherever_they_are(pair: Pair, name: str):
    here, there = pair
    assert await here.count_present(name) == 0
    async with here.present(name, "a"), there.present(name, "b"), there.present(f"{name}:other", "c"):
        assert [await bus.count_present(name) for bus in pair] == [2, 2]
        assert await here.count_present(f"{name}:other") == 1
        async with here.present(name, "d"):
            assert await there.count_present(name) == 3
        assert await there.count_present(name) == 2
    assert [await bus.count_present(name) for bus in pair] == [0, 0]


async def test_whoever_failed_has_left(pair: Pair, name: str):
    here, there = pair
    with pytest.raises(RuntimeError):
        async with here.present(name, "failed"):
            raise RuntimeError
    assert await there.count_present(name) == 0


async def test_whoever_was_cancelled_has_left(pair: Pair, name: str):
    here, there = pair
    entered = asyncio.Event()

    async def stay() -> None:
        async with here.present(name, "cancelled"):
            entered.set()
            await asyncio.Event().wait()

    staying = asyncio.create_task(stay())
    await entered.wait()
    assert await there.count_present(name) == 1
    staying.cancel()
    await asyncio.wait([staying])
    assert await there.count_present(name) == 0


async def test_a_full_room_is_busy_until_somebody_leaves(pair: Pair, name: str):
    here, there = pair
    async with here.present(name, "a", most=2):
        async with there.present(name, "b", most=2):
            with pytest.raises(TooFast) as caught:
                async with here.present(name, "c", most=2):
                    pass
            assert (caught.value.code, caught.value.retryable) == ("busy", True)
            assert await here.count_present(name) == 2
        async with there.present(name, "c", most=2):
            assert await here.count_present(name) == 2
    async with here.present(name, "a", most=2):
        assert await here.count_present(name) == 1


async def test_no_more_enter_at_once_than_there_is_room_for(pair: Pair, name: str):
    may_leave = asyncio.Event()
    refused: asyncio.Queue[int] = asyncio.Queue()

    async def enter(number: int) -> None:
        try:
            async with pair[number % 2].present(name, str(number), most=7):
                await may_leave.wait()
        except TooFast:
            refused.put_nowait(number)

    entering = [asyncio.create_task(enter(number)) for number in range(60)]
    async with asyncio.timeout(10):
        for _ in range(53):
            await refused.get()
    assert await pair[0].count_present(name) == 7
    may_leave.set()
    await asyncio.gather(*entering)
    assert refused.empty()


async def test_a_bus_that_works_says_so(pair: Pair):
    await pair[0].check()
