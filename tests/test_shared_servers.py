"""Two servers over one Postgres, one Redis and one S3 store: a learner may be on either."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from kotoserver.settings import S3Settings
from tests.apps import Guest, Koto, serving
from tests.servers import fresh_database


@pytest.fixture
async def two_servers(
    tmp_path: Path, postgres_url: str, redis_url: str, s3_settings: S3Settings
) -> AsyncIterator[tuple[Koto, Koto]]:
    """Both with the same settings, each with its own processes' worth of memory."""
    async with AsyncExitStack() as stack:
        environ = {
            "DATABASE_URL": await stack.enter_async_context(fresh_database(postgres_url)),
            "REDIS_URL": redis_url,
            "MINIO_ENDPOINT": s3_settings.endpoint,
            "MINIO_ACCESS_KEY": s3_settings.access_key.reveal(),
            "MINIO_SECRET_KEY": s3_settings.secret_key.reveal(),
            "MINIO_BUCKET": s3_settings.bucket,
            "KOTO_SECRET": "shared by both servers and long enough",
        }
        here = await stack.enter_async_context(serving(tmp_path / "here", **environ))
        there = await stack.enter_async_context(serving(tmp_path / "there", **environ))
        yield here, there


def same_learner(guest: Guest, koto: Koto) -> Guest:
    return Guest(koto, guest.token, guest.learner_id)


async def test_a_scene_is_played_to_its_end(two_servers: tuple[Koto, Koto]):
    guest = await two_servers[0].guest()
    live = await guest.live(await guest.open())
    assert (await live.play_to_the_end())["result"] == "pass"
    assert live.numbers == list(range(1, len(live.numbers) + 1))


async def test_what_is_said_on_one_server_is_heard_on_the_other(two_servers: tuple[Koto, Koto]):
    here, there = two_servers
    guest = await here.guest()
    session_id = await guest.open()
    live = await same_learner(guest, there).live(session_id)
    await live.settled()
    told = await guest.say(session_id, "네", "t1")
    while len(live.frames) < 2 or live.frames[-1].get("seq") != told[-1]["seq"]:
        await live.next()
    heard = [frame for frame in live.frames if frame.get("seq", 0) >= told[0]["seq"]]
    assert heard == told


async def test_a_connection_to_one_server_replaces_that_to_the_other(two_servers: tuple[Koto, Koto]):
    here, there = two_servers
    guest = await here.guest()
    session_id = await guest.open()
    first = await guest.live(session_id)
    second = await same_learner(guest, there).live(session_id, last_seq=first.numbers[-1])
    assert await first.closed() == 4409
    assert await second.say("네")


async def test_the_same_turn_on_both_servers_is_judged_once(two_servers: tuple[Koto, Koto]):
    here, there = two_servers
    guest = await here.guest()
    session_id = await guest.open()
    frames = await guest.say(session_id, "네", "t1")
    assert await same_learner(guest, there).say(session_id, "네", "t1") == frames


async def test_speech_made_on_one_server_is_served_by_the_other(two_servers: tuple[Koto, Koto]):
    here, there = two_servers
    guest = await here.guest()
    line = (await guest.get(f"/sessions/{await guest.open()}/events"))["events"][-1]
    made = await (await here.http.get(line["tts_url"])).read()
    assert await (await there.http.get(line["tts_url"])).read() == made
