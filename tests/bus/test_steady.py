"""What a bus between processes does while Redis is away, and when it is back."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from urllib.parse import urlsplit

import pytest
from redis.asyncio import Redis as Client

from kotoserver import telemetry
from kotoserver.bus import open_bus
from kotoserver.bus.steady import ASK_AGAIN_SECONDS
from kotoserver.domain.errors import StorageFailed, TooFast
from kotoserver.ports.bus import Bus, Subscription
from tests.proxy import line_to
from tests.servers import Restartable, restartable_redis

Redis = tuple[str, Restartable]
Pair = tuple[Bus, Bus]


@pytest.fixture
def redis() -> Iterator[Redis]:
    with restartable_redis() as redis:
        yield redis


@pytest.fixture
async def pair(redis: Redis) -> AsyncIterator[Pair]:
    """The buses of two processes."""
    here, there = open_bus(redis[0]), open_bus(redis[0])
    async with asyncio.timeout(30):
        yield here, there
        await here.close()
        await there.close()


@asynccontextmanager
async def away(server: Restartable) -> AsyncIterator[None]:
    """Redis is killed, and at the end started again without anything that it held."""
    await asyncio.to_thread(server.stop, signal.SIGKILL)
    yield
    await asyncio.to_thread(server.start)


async def heard(subscription: Subscription) -> str:
    """The next message, whatever the subscriber was told to look for before."""
    async for message in subscription:
        if message is not None:
            return message
    raise AssertionError


async def told_to_look(subscription: Subscription) -> None:
    async for message in subscription:
        if message is None:
            return


async def both_know_each_other(pair: Pair) -> None:
    here, there = pair
    async with here.present("meeting", "a"), there.present("meeting", "b"):
        for bus in pair:
            await counted(bus, "meeting", 2)


async def counted(bus: Bus, room: str, number: int) -> None:
    """Returns when so many are known to be there."""
    while await bus.count_present(room) != number:  # noqa: ASYNC110  # nothing tells when it knows of others again
        await asyncio.sleep(0.01)


def measured(name: str, **labels: str) -> float:
    return telemetry.REGISTRY.get_sample_value(name, labels) or 0.0


async def test_a_process_goes_on_by_itself(pair: Pair, redis: Redis):
    here, _ = pair
    async with here.subscribe("s") as subscription, away(redis[1]):
        await here.publish("s", "news")
        assert await heard(subscription) == "news"
        async with here.lock("l", wait_seconds=0):
            with pytest.raises(TooFast):
                async with here.lock("l", wait_seconds=0):
                    pass
        taken = [await here.take("t", limit=2, window_seconds=60) for _ in range(3)]
        assert [allowance.granted for allowance in taken] == [True, True, False]
        async with here.present("r", "a", most=1):
            assert await here.count_present("r") == 1
            with pytest.raises(TooFast):
                async with here.present("r", "b", most=1):
                    pass
        with pytest.raises(StorageFailed):
            await here.check()


async def test_a_redis_that_takes_no_writes_is_away_until_it_does_again(pair: Pair, redis: Redis):
    """A replica answers a ping, so that only a write tells."""
    here, _ = pair
    async with Client.from_url(redis[0]) as administrator:
        await administrator.execute_command("REPLICAOF", "127.0.0.1", "1")
        with pytest.raises(StorageFailed, match="Redis refuses"):
            await here.check()
        async with here.lock("l", wait_seconds=0):
            pass
        assert measured("koto_bus_away") == 1
        await nothing_but_stand_ins(here)
        await administrator.execute_command("REPLICAOF", "NO", "ONE")
        await both_know_each_other(pair)
    assert measured("koto_bus_away") == 0


async def nothing_but_stand_ins(bus: Bus) -> None:
    """Three times as long as it is asked whether it is back, without its having passed for back."""
    until = asyncio.get_running_loop().time() + 3 * ASK_AGAIN_SECONDS
    while asyncio.get_running_loop().time() < until:
        async with bus.lock("l", wait_seconds=0):
            assert measured("koto_bus_away") == 1


async def test_a_subscription_begun_meanwhile_is_one(pair: Pair, redis: Redis):
    here, there = pair
    async with AsyncExitStack() as stack:
        async with away(redis[1]):
            own = await stack.enter_async_context(here.subscribe("s"))
            await here.publish("s", "news")
            assert await heard(own) == "news"
            other = await stack.enter_async_context(there.subscribe("s"))
        await both_know_each_other(pair)
        assert await published_until_heard(here, other) == "afterwards"


async def published_until_heard(bus: Bus, subscription: Subscription) -> str:
    """A subscriber in another process hears again a moment after commands work again."""
    hearing = asyncio.create_task(heard(subscription))
    while not hearing.done():
        await bus.publish("s", "afterwards")
    return hearing.result()


async def test_others_are_told_to_look_for_what_they_could_not_hear(pair: Pair, redis: Redis):
    here, there = pair
    async with there.subscribe("s") as subscription:
        async with away(redis[1]):
            await told_to_look(subscription)
            await here.publish("s", "unheard")
        await both_know_each_other(pair)
        await told_to_look(subscription)


async def test_a_process_that_was_cut_off_alone_has_the_others_look_afterwards(redis: Redis):
    """Theirs never broke, so that nothing else tells them."""
    async with line_to(urlsplit(redis[0]).netloc) as line, asyncio.timeout(20):
        cut_off, there = open_bus(f"redis://127.0.0.1:{line.port}/0"), open_bus(redis[0])
        async with there.subscribe("s") as subscription:
            await cut_off.check()
            line.refuses = True
            line.cut()
            await cut_off.publish("s", "unheard")
            line.refuses = False
            assert await anext(aiter(subscription)) is None
        await cut_off.close()
        await there.close()


async def test_a_lock_that_could_not_be_given_back_is_free_as_soon_as_redis_is_back(redis: Redis):
    """And not only when its lease ends, six seconds later."""
    async with line_to(urlsplit(redis[0]).netloc) as line, asyncio.timeout(20):
        cut_off, there = open_bus(f"redis://127.0.0.1:{line.port}/0"), open_bus(redis[0])
        async with cut_off.lock("l", wait_seconds=0):
            line.refuses = True
            line.cut()
            await cut_off.publish("s", "unheard")
        line.refuses = False
        async with there.lock("l", wait_seconds=2):
            pass
        await cut_off.close()
        await there.close()


async def test_processes_hear_and_hold_each_other_off_again_when_redis_is_back(pair: Pair, redis: Redis):
    here, there = pair
    async with there.subscribe("s") as subscription:
        await here.publish("s", "before")
        assert await heard(subscription) == "before"
        async with away(redis[1]):
            await here.publish("s", "unheard")
            await there.take("t", limit=1, window_seconds=60)
        await both_know_each_other(pair)
        assert await published_until_heard(here, subscription) == "afterwards"
        async with here.lock("l", wait_seconds=0):
            with pytest.raises(TooFast):
                async with there.lock("l", wait_seconds=0):
                    pass


async def test_those_who_were_there_and_who_came_meanwhile_are_counted_when_redis_is_back(
    pair: Pair, redis: Redis
):
    here, there = pair
    async with here.present("r", "before"), there.present("r", "elsewhere"):
        gone = asyncio.Event()
        async with away(redis[1]):
            meanwhile = asyncio.create_task(stay(here, "r", "meanwhile", gone))
            await counted(here, "r", 2)
        await counted(there, "r", 3)
        gone.set()
        await meanwhile
        assert await there.count_present("r") == 2


async def stay(bus: Bus, room: str, who: str, gone: asyncio.Event) -> None:
    async with bus.present(room, who):
        await gone.wait()


async def test_a_redis_that_holds_its_breath_holds_nobody_up_twice(pair: Pair, redis: Redis):
    here, _ = pair
    await here.take("t", limit=9, window_seconds=60)
    redis[1].signal(signal.SIGSTOP)
    async with asyncio.timeout(4):
        assert await here.take("t", limit=9, window_seconds=60)
    async with asyncio.timeout(1):
        for number in range(50):
            async with here.lock(f"l{number}", wait_seconds=0):
                await here.publish("s", "news")
    redis[1].signal(signal.SIGCONT)
    await both_know_each_other(pair)


async def test_the_metrics_say_that_redis_is_away(pair: Pair, redis: Redis):
    here, _ = pair
    stood_in = measured("koto_bus_stand_ins_total", call="publish")
    async with away(redis[1]):
        for _ in range(3):
            await here.publish("s", "news")
        assert measured("koto_bus_away") == 1
        assert measured("koto_bus_stand_ins_total", call="publish") == stood_in + 3
    await both_know_each_other(pair)
    assert measured("koto_bus_away") == 0
