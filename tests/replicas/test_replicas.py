"""Several replicas behind the edge are one server, whatever happens to one of them."""

import asyncio
import io
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import replace
from uuid import uuid4

import aiohttp
import asyncpg
import pytest
from minio import Minio

from kotoserver.settings import S3Settings
from tests import sounds
from tests.clients import client_of
from tests.replicas.cluster import Cluster, Replica, running_cluster, until
from tests.replicas.learners import Learner
from tests.servers import fresh_database, restartable_redis

LEARNERS = 20
THINKS_SECONDS = 0.25
"""A learner's own pause between turns."""
TURNS_A_SCENE = 8
TURNS_A_LONG_SCENE = 28
"""Longer than a replica drains, so that sockets are cut off; the scene ends after thirty."""
READY = 'koto_http_requests_total{method="GET",route="/health/ready",status="200"}'
ASKED_BY = 2
"""Edges that ask each replica whether it is ready: its own, and that of all."""


@pytest.fixture(scope="module")
def cluster(
    tmp_path_factory: pytest.TempPathFactory, postgres_url: str, s3_settings: S3Settings
) -> Iterator[Cluster]:
    folder = tmp_path_factory.mktemp("replicas")
    own_bucket = replace(s3_settings, bucket=f"koto-{uuid4().hex}")
    with asyncio.Runner() as runner, ExitStack() as stack:
        database = AsyncExitStack()
        database_url = runner.run(database.enter_async_context(fresh_database(postgres_url)))
        stack.callback(lambda: runner.run(database.aclose()))
        redis = stack.enter_context(restartable_redis())
        yield stack.enter_context(
            running_cluster(folder, size=3, database_url=database_url, redis=redis, s3=own_bucket)
        )


@pytest.fixture
async def anywhere(cluster: Cluster) -> AsyncIterator[aiohttp.ClientSession]:
    """Through the edge, to whichever replica it chooses."""
    async with client_of(cluster.edge) as http:
        yield http


@pytest.fixture
async def here(cluster: Cluster) -> AsyncIterator[aiohttp.ClientSession]:
    async with client_of(cluster.pinned[0]) as http:
        yield http


@pytest.fixture
async def there(cluster: Cluster) -> AsyncIterator[aiohttp.ClientSession]:
    async with client_of(cluster.pinned[1]) as http:
        yield http


# ── a learner here and there ─────────────────────────────────────────────────────────────────────


async def test_a_line_that_one_replica_hands_out_is_served_by_another_and_made_once_in_all(
    cluster: Cluster, here: aiohttp.ClientSession, there: aiohttp.ClientSession
):
    async def every_line_was_made_once() -> bool:
        made = await cluster.sum("koto_synthesis_seconds_count")
        kept = kept_lines(cluster)
        assert made <= kept + len(cluster.replicas)  # those that are being kept now
        return made == kept and made == await cluster.sum("koto_synthesis_seconds_count")

    learner = await Learner(here).enter()
    await learner.connect()
    url = (await learner.hear())["tts_url"]
    ask = [http.get(url) for http in (here, there) for _ in range(3)]
    sounds_heard = {await each.read() for each in await asyncio.gather(*ask)}
    assert len(sounds_heard) == 1
    await until(every_line_was_made_once)
    await learner.leave()


def kept_lines(cluster: Cluster) -> int:
    """Sounds in the store; the mouth tracks beside them are not counted."""
    client = Minio(
        cluster.s3.endpoint,
        access_key=cluster.s3.access_key.reveal(),
        secret_key=cluster.s3.secret_key.reveal(),
        secure=False,
    )
    found = client.list_objects(cluster.s3.bucket, prefix="speech/", recursive=True)
    return sum(1 for each in found if str(each.object_name).endswith(".mp3"))


async def test_a_socket_on_one_replica_hears_of_turns_that_another_takes(
    here: aiohttp.ClientSession, there: aiohttp.ClientSession
):
    listening = await Learner(here).enter()
    await listening.connect()
    speaking = listening.elsewhere(there)
    for number in range(5):
        await speaking.call(
            "POST",
            f"/sessions/{speaking.session_id}/turns",
            json={"turn_id": f"t{number}", "text": "메뉴 좀 볼게요."},
        )
        await listening.hear_of(f"t{number}")
    assert listening.cuts == []
    await listening.check()
    await listening.leave()


async def test_a_recording_sent_to_one_replica_is_played_and_given_back_by_another(
    here: aiohttp.ClientSession, there: aiohttp.ClientSession
):
    speech = await sounds.webm()
    listening = await Learner(here).enter()
    await listening.call("PATCH", "/me", json={"keep_recordings": True})
    audio_id = await upload(listening.elsewhere(there), speech)
    await listening.speak(audio_id)
    headers = {**listening.headers, "Range": "bytes=10-29"}
    async with here.get(f"/koto-api/audio/download/{audio_id}", headers=headers) as answer:
        assert (answer.status, await answer.read()) == (206, speech[10:30])
    await listening.check()
    await listening.leave()


async def upload(learner: Learner, speech: bytes) -> str:
    form = aiohttp.FormData({"session_id": learner.session_id})
    form.add_field("audio", io.BytesIO(speech), filename="speech.webm", content_type="audio/webm")
    return str((await learner.call("POST", "/audio/upload", data=form))["audio_id"])


async def test_of_two_sockets_on_two_replicas_the_newer_stays(
    here: aiohttp.ClientSession, there: aiohttp.ClientSession
):
    older = await Learner(here).enter()
    await older.say("t1")
    newer = older.elsewhere(there)
    await newer.connect()
    assert await older.closed() == 4409
    await newer.say("t2")
    assert newer.answered == ["t1", "t2"]
    again = newer.elsewhere(here)
    await again.connect()
    assert await newer.closed() == 4409
    await again.say("t3")
    await again.check()
    await again.leave()


# ── a replica that dies, stops, or is alone ──────────────────────────────────────────────────────


async def test_turns_in_the_hands_of_a_replica_that_is_killed_are_taken_by_another(
    cluster: Cluster, here: aiohttp.ClientSession, anywhere: aiohttp.ClientSession
):
    dying = cluster.replicas[0]
    typing, speaking = [await Learner(here).enter() for _ in range(2)]
    audio_id = await upload(speaking, await sounds.webm())
    for learner in (typing, speaking):
        await learner.connect()
    async with asyncio.TaskGroup() as group, judged_turns_waiting(cluster) as all_wait:
        group.create_task(typing.say("t1"))
        group.create_task(speaking.speak(audio_id))
        await all_wait(2)
        await asyncio.to_thread(dying.end, signal.SIGKILL)
        typing.http = speaking.http = anywhere
        group.create_task(restart(dying))
    assert (typing.answered, speaking.answered) == (["t1"], [audio_id])
    for learner in (typing, speaking):
        assert learner.cuts
        await learner.check()
        await learner.leave()


@asynccontextmanager
async def judged_turns_waiting(cluster: Cluster) -> AsyncIterator[Callable[[int], Awaitable[None]]]:
    """Within the block no turn can be stored; the value waits until so many were judged and want to be."""
    waiting = (
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    held = await asyncpg.connect(cluster.database_url)
    watching = await asyncpg.connect(cluster.database_url)

    async def until_they_wait(how_many: int) -> None:
        async def they_do() -> bool:
            return bool(await watching.fetchval(waiting) >= how_many)

        await until(they_do)

    try:
        async with held.transaction():
            await held.execute("LOCK TABLE turns IN EXCLUSIVE MODE")
            yield until_they_wait
    finally:
        await held.close()
        await watching.close()


async def test_killing_a_replica_loses_nothing_and_doubles_nothing(
    cluster: Cluster, anywhere: aiohttp.ClientSession
):
    learners = await many_learners(anywhere)
    dying = cluster.replicas[2]
    async with asyncio.TaskGroup() as group:
        for learner in learners:
            group.create_task(play(learner, TURNS_A_SCENE))
        await until(lambda: told(sum(len(each.answered) for each in learners) > 2 * LEARNERS))
        assert await dying.metric("koto_open_sockets") > 0
        await asyncio.to_thread(dying.end, signal.SIGKILL)
        group.create_task(restart(dying))
    assert any(each.cuts for each in learners)
    for learner in learners:
        assert len(learner.answered) == TURNS_A_SCENE
        await learner.check()
        await learner.leave()


async def test_while_redis_dies_and_comes_back_everybody_plays_on(
    cluster: Cluster, anywhere: aiohttp.ClientSession
):
    learners = await many_learners(anywhere)
    await asyncio.gather(*(play(learner, 2) for learner in learners))
    async with asyncio.TaskGroup() as group:
        for learner in learners:
            group.create_task(play(learner, 4))
        await asyncio.to_thread(cluster.redis.stop, signal.SIGKILL)
    await asyncio.to_thread(cluster.redis.start)
    await asyncio.gather(*(play(learner, 4) for learner in learners))
    for learner in learners:
        assert len(learner.answered) == 10
        await learner.check()
        await learner.leave()


async def test_a_rolling_restart_is_not_noticed_but_by_sockets_that_come_back(
    cluster: Cluster, anywhere: aiohttp.ClientSession
):
    done = asyncio.Event()
    everybody = [[learner] for learner in await many_learners(anywhere)]
    async with asyncio.TaskGroup() as group:
        for scenes in everybody:
            group.create_task(play_on(scenes, done))
        for replica in cluster.replicas:
            assert await asyncio.to_thread(replica.end) == 0
            await restart(replica)
            await everybody_gets_on(everybody)
        done.set()
    scenes = [scene for scenes in everybody for scene in scenes]
    assert {code for scene in scenes for code in scene.cuts} == {1001}
    assert sum(scene.lost for scene in scenes) == 0


async def everybody_gets_on(everybody: list[list[Learner]]) -> None:
    """Returns when each has been answered once more."""

    def answered() -> list[int]:
        return [sum(len(scene.answered) for scene in scenes) for scenes in everybody]

    before = answered()
    await until(lambda: told(all(now > then for now, then in zip(answered(), before, strict=True))))


async def many_learners(http: aiohttp.ClientSession) -> list[Learner]:
    return list(await asyncio.gather(*(Learner(http).enter() for _ in range(LEARNERS))))


async def play(learner: Learner, turns: int) -> None:
    """That many turns, every third by REST."""
    for number in range(turns):
        if number % 3 == 2:
            await learner.say_by_rest()
        else:
            await learner.say()
        await asyncio.sleep(THINKS_SECONDS)


async def play_on(scenes: list[Learner], done: asyncio.Event) -> None:
    """One scene after the other; each of them is checked."""
    while True:
        await play(scenes[-1], TURNS_A_LONG_SCENE)
        await scenes[-1].check()
        await scenes[-1].leave()
        if done.is_set():
            return
        scenes.append(await Learner(scenes[-1].http).enter())


async def restart(replica: Replica) -> None:
    """Returns when the edge has found out that it is there again."""
    await asyncio.to_thread(replica.start)

    async def asked_by_the_edges() -> bool:
        return await replica.metric(READY) > 2 * ASKED_BY

    await until(asked_by_the_edges)


async def told(holds: bool) -> bool:
    return holds
