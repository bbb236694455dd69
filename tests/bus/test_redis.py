"""What only a server can do: outlive a holder, drop a connection, be away, answer late."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from redis.asyncio import Redis

from kotoserver.bus import open_bus
from kotoserver.bus.redis import RedisBus
from kotoserver.domain.errors import BadSettings, StorageFailed, TooFast
from tests.proxy import line_to
from tests.servers import free_port, redis_server


@pytest.fixture
async def bus(redis_url: str) -> AsyncIterator[RedisBus]:
    bus = RedisBus(redis_url)
    yield bus
    await bus.close()


@pytest.fixture
async def server(redis_url: str) -> AsyncIterator[Redis]:
    """A look at the server itself."""
    async with Redis.from_url(redis_url, decode_responses=True) as server:
        yield server


@pytest.fixture
def name(request: pytest.FixtureRequest) -> str:
    return f"test:{request.node.name}"


@contextmanager
def held_elsewhere(redis_url: str, name: str, program: str = "holds_a_lock") -> Iterator[subprocess.Popen[str]]:
    """Another program that holds the lock, or is in the room, with a lease of half a second."""
    command = [sys.executable, "-m", f"tests.bus.{program}", redis_url, name, "0.5"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        yield holder


async def test_a_lock_whose_holder_died_frees_itself(bus: RedisBus, redis_url: str, name: str):
    with held_elsewhere(redis_url, name) as holder:
        with pytest.raises(TooFast):
            async with bus.lock(name, wait_seconds=0):
                pass
        holder.kill()
        async with bus.lock(name, wait_seconds=5):
            pass


async def test_a_living_holder_keeps_its_lock_beyond_the_lease(bus: RedisBus, redis_url: str, name: str):
    brief = RedisBus(redis_url, lease_seconds=0.15)
    async with brief.lock(name, wait_seconds=0):
        with pytest.raises(TooFast):
            async with bus.lock(name, wait_seconds=0.6):
                pass
    await brief.close()


async def test_a_lock_frees_itself_within_half_a_minute(bus: RedisBus, server: Redis, name: str):
    async with bus.lock(name, wait_seconds=0):
        assert 0 < await server.pttl(f"koto:lock:{name}") <= 30_000


async def test_a_holder_that_lost_its_lock_does_not_take_it_from_the_next(bus: RedisBus, server: Redis, name: str):
    async with bus.lock(name, wait_seconds=0):
        await server.set(f"koto:lock:{name}", "somebody else's token")
    assert await server.get(f"koto:lock:{name}") == "somebody else's token"


async def test_a_lock_whose_answer_was_lost_on_the_way_is_ours_all_the_same(redis_url: str, name: str):
    async with line_to(urlsplit(redis_url).netloc) as line:
        bus = RedisBus(f"redis://127.0.0.1:{line.port}/0")
        await bus.check()
        line.cut_at_the_next_answer()
        async with bus.lock(name, wait_seconds=0):
            pass
        await bus.close()


async def test_a_window_of_uses_ends_by_itself(bus: RedisBus, server: Redis, name: str):
    assert await bus.take(name, limit=1, window_seconds=60)
    assert 0 < await server.ttl(f"koto:rate:{name}") <= 60
    assert not await bus.take(name, limit=1, window_seconds=60)
    await server.pexpire(f"koto:rate:{name}", 1)
    async with asyncio.timeout(5):
        while await server.exists(f"koto:rate:{name}"):
            pass
    assert await bus.take(name, limit=1, window_seconds=60)


async def test_whoever_is_in_a_process_that_died_is_gone_after_the_lease(bus: RedisBus, redis_url: str, name: str):
    with held_elsewhere(redis_url, name, "is_present") as holder:
        async with bus.present(name, "here"), asyncio.timeout(5):
            assert await bus.count_present(name) == 2
            holder.kill()
            while await bus.count_present(name) != 1:
                pass


async def test_whoever_is_there_stays_beyond_the_lease_and_is_put_back_when_forgotten(
    redis_url: str, server: Redis, name: str
):
    brief = RedisBus(redis_url, lease_seconds=0.3)
    async with brief.present(name, "a"), asyncio.timeout(5):
        key = f"koto:present:{name}"
        entered = await server.zscore(key, "a")
        while await server.zscore(key, "a") == entered:
            pass
        assert await brief.count_present(name) == 1
        await server.delete(key)
        while await brief.count_present(name) != 1:
            pass
    assert not await server.exists(key)
    await brief.close()


async def test_subscribers_look_when_the_connection_breaks_and_hear_again_afterwards(
    bus: RedisBus, server: Redis, name: str
):
    async with asyncio.timeout(10), bus.subscribe(name) as subscription:
        news = aiter(subscription)
        await bus.publish(name, "before")
        assert await anext(news) == "before"
        await server.client_kill_filter(_type="pubsub")
        assert await anext(news) is None  # the connection broke
        assert await anext(news) is None  # it stands again
        await bus.publish(name, "after")
        assert await anext(news) == "after"


async def test_a_channel_nobody_listens_to_is_left(bus: RedisBus, server: Redis, name: str):
    async with bus.subscribe(name):
        assert f"koto:news:{name}" in await server.pubsub_channels()
    async with asyncio.timeout(5):
        while f"koto:news:{name}" in await server.pubsub_channels():
            pass


async def test_a_server_that_went_away_is_a_failure():
    with redis_server() as url:
        bus = RedisBus(url)
        await bus.check()
    calls = (
        bus.check,
        lambda: bus.publish("a", "b"),
        lambda: bus.take("a", limit=1, window_seconds=1),
        lambda: bus.count_present("a"),
    )
    for call in calls:
        with pytest.raises(StorageFailed):
            await call()
    with pytest.raises(StorageFailed):
        async with bus.lock("a", wait_seconds=0):
            pass
    with pytest.raises(StorageFailed):
        async with bus.present("a", "b"):
            pass
    await bus.close()


async def test_a_server_that_does_not_answer_is_a_failure_in_time():
    async def never_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    silent = await asyncio.start_server(never_answer, "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    bus = RedisBus(f"redis://127.0.0.1:{port}/0")
    async with asyncio.timeout(5), silent:
        with pytest.raises(StorageFailed):
            await bus.check()
        await bus.close()


async def test_failures_do_not_tell_the_password():
    bus = open_bus(f"redis://:hunter2@127.0.0.1:{free_port()}/0")
    with pytest.raises(StorageFailed) as caught:
        await bus.check()
    assert "hunter2" not in caught.value.message
    await bus.close()


@pytest.mark.parametrize("url", ["localhost:6379", "http://localhost", "redis://:hunter2@localhost:port/0"])
def test_a_url_that_is_not_one_is_a_wrong_setting(url: str):
    with pytest.raises(BadSettings, match="REDIS_URL must") as caught:
        open_bus(url)
    assert "hunter2" not in caught.value.message


def test_redis_without_its_client_names_the_extra():
    program = "import sys; sys.modules['redis'] = None; from kotoserver.bus import open_bus; open_bus('redis://localhost')"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "BadSettings" in ran.stderr
    assert "pip install 'kotoserver[redis]'" in ran.stderr
