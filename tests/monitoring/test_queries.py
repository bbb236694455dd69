"""Every query of the dashboard and of the rules gives data: a real Prometheus scrapes the real server under load.

The server has Postgres, Redis and a Caddy in front, ears, voices and a language model that cost money, and
learners who type and who speak. An engine is broken meanwhile; then Redis goes, and at last the server itself.
"""

import asyncio
import subprocess
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from bench.players import Player, closed_loop
from bench.voice.speakers import Speaker
from kotoserver.content.library import open_library
from kotoserver.settings import ROOT
from tests import sounds
from tests.monitoring.test_dashboard import dashboard_source
from tests.monitoring.test_rules import ALERTS, COMPARISON, FIGURES
from tests.monitoring.world import Prometheus, exporters, watching
from tests.processes import start, stop
from tests.providers.model_server import KEY, ModelServer, Reply, serving_models
from tests.providers.openai_speech_server import KEY as SPEECH_KEY
from tests.providers.openai_speech_server import serving_openai_speech
from tests.servers import Restartable, edge_server, fresh_database, restartable_redis

pytestmark = pytest.mark.asyncio(loop_scope="module")

PATIENCE_SECONDS = 30
LOAD_SECONDS = 4.0
RATE_OVER = "15s"
QUERIES = tuple(dict.fromkeys(dashboard_source().queries()))
OFF_TOPIC = "오늘은 날씨가 정말 좋네요."


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    process: "subprocess.Popen[str]"
    address: str
    http: aiohttp.ClientSession
    prometheus: Prometheus
    redis: Restartable
    models: ModelServer

    async def call(self, method: str, path: str, player: Player, **body: Any) -> Any:
        headers = {"Authorization": f"Bearer {player.token}"}
        address = f"{self.address}/koto-api{path}"
        async with self.http.request(method, address, headers=headers, **body) as answer:
            return await answer.json()

    async def seen(self, query: str) -> list[dict[str, Any]]:
        """What the query gives, as soon as it gives anything."""
        asked = query.replace("$__rate_interval", RATE_OVER)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                if found := await asyncio.to_thread(self.prometheus.ask, asked):
                    return found
                await asyncio.sleep(0.1)

    async def rings(self, alert: str) -> list[dict[str, Any]]:
        """The series for which the alert will ring if it stays so."""
        return await self.seen(ALERTS[alert]["expr"])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def watched(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Watched]:
    """The server after some seconds of load, with a voice that is broken."""
    folder = tmp_path_factory.mktemp("watched")
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(fresh_database(postgres_url))
        redis_url, redis = stack.enter_context(restartable_redis())
        models = await stack.enter_async_context(serving_models())
        ears = await stack.enter_async_context(serving_openai_speech())
        process, address = await asyncio.to_thread(
            start,
            folder,
            DATABASE_URL=database,
            REDIS_URL=redis_url,
            STT_PROVIDER="scripted,openai_compatible",
            STT_URL=f"http://127.0.0.1:{ears.port}/v1",
            STT_MODEL="whisper-ko",
            STT_KEY=SPEECH_KEY,
            TTS_PROVIDER="scripted,espeak",
            EVAL_PROVIDER="openai_compatible,local",
            EVAL_MODEL_URL=f"{models.address}/v1",
            EVAL_MODEL_NAME="qwen3",
            EVAL_MODEL_KEY=KEY,
            EVAL_MODEL_PRICE="0.30/2.50",
            PROVIDER_POLICY="stt.scripted.first=6",
            PROVIDER_PRICES="stt.scripted=0.01,tts.scripted=16",
            KOTO_LIMITS="joins=1,turns=0,frames=0,helps=0",
        )
        stack.callback(lambda: process.poll() is None and stop(process))
        host = address.removeprefix("http://")
        edge = stack.enter_context(edge_server([host]))
        places = stack.enter_context(exporters(edge))
        targets = {"koto": [host], "edge": [f"{edge.address}/health"]}
        prometheus = stack.enter_context(watching(targets, places))
        http = await stack.enter_async_context(aiohttp.ClientSession())
        watched = Watched(
            process=process, address=address, http=http, prometheus=prometheus, redis=redis, models=models
        )
        await play(watched)
        yield watched


async def play(watched: Watched) -> None:
    """All that learners do, well and badly; some stay connected."""
    library = open_library(ROOT / "scenes", ROOT / "langpacks")
    answers = {turn.id: turn.model.ko for turn in library.scene("cafe").turns}
    recording = await sounds.webm()
    clips = dict.fromkeys(answers, recording)
    typing = [Player(watched.http, watched.address, answers) for _ in range(3)]
    speaking = [
        Speaker(watched.http, watched.address, answers, clips=clips, direct=bool(each)) for each in range(2)
    ]
    for player in (*typing, *speaking):
        await player.enter()
        for _ in range(2):
            async with watched.http.get(watched.address + player.spoken) as sound:
                await sound.read()
    hanging = {"stage": "stt", "engine": "scripted", "kind": "hang"}
    await watched.call("PUT", "/lab/faults", typing[0], json=hanging)
    await speaking[0].upload(recording, turn_id="slow")
    await speaking[0].until("transcript")
    await watched.call("PUT", "/lab/faults", typing[0], json={**hanging, "kind": None})
    await closed_loop([*typing, *speaking], LOAD_SECONDS)
    await misbehave(watched, typing[0])
    assert typing[-1].socket is not None
    await typing[-1].socket.close()


async def misbehave(watched: Watched, player: Player) -> None:
    """What only shows when something is wrong: an answer beside the point, a limit, engines that fail."""
    for turn, reply in (("odd-1", None), ("odd-2", Reply(status=500))):
        watched.models.script += [] if reply is None else [reply]
        body = {"turn_id": turn, "text": OFF_TOPIC}
        await watched.call("POST", f"/sessions/{player.session_id}/turns", player, json=body)
    for _ in range(2):
        await watched.call("POST", "/classes/join", player, json={"code": "NOBODY"})
    await watched.call("PUT", "/lab/faults", player, json={"stage": "tts", "engine": "scripted", "kind": "fail"})
    for line in ("하나", "둘", "셋", "넷"):
        await watched.call("POST", "/lab/speak", player, json={"text": line, "voice": "ko-f-02", "rate": 1.0})


@pytest.mark.parametrize("query", QUERIES)
async def test_a_query_of_the_dashboard_gives_data_under_load(query: str, watched: Watched):
    if "koto_bus_stand_ins_total" in query:
        return  # has no series while Redis is there; a test below takes it away
    assert await watched.seen(query)


@pytest.mark.parametrize("figure", FIGURES)
async def test_a_figure_that_alerts_are_made_of_gives_data_under_load(figure: str, watched: Watched):
    assert await watched.seen(figure)


@pytest.mark.parametrize("alert", ALERTS)
async def test_what_an_alert_looks_at_is_there_under_load(alert: str, watched: Watched):
    if alert == "KotoNobodyThere":
        return  # looks at what is not there; a test below ends the server
    compared = COMPARISON.fullmatch(ALERTS[alert]["expr"])
    assert compared is not None
    assert await watched.seen(compared["query"])


async def test_every_rule_is_evaluated_without_an_error(watched: Watched):
    await watched.seen("koto:error_share:5m")
    assert {
        rule["name"]: rule.get("lastError") for rule in watched.prometheus.rules() if rule["health"] != "ok"
    } == {}


async def test_every_job_is_scraped(watched: Watched):
    await watched.seen('probe_success{job="edge"} == 1')
    assert watched.prometheus.targets() == dict.fromkeys(("koto", "node", "edge", "prometheus"), "up")


async def test_a_voice_that_fails_rings(watched: Watched):
    failing = {"stage": "tts", "provider": "scripted"}
    assert failing in [series["metric"] for series in await watched.rings("KotoBreakerOpen")]


async def test_a_redis_that_went_away_rings(watched: Watched):
    watched.redis.stop()
    try:
        assert await watched.rings("KotoRedisAway")
        down = await watched.rings("KotoStoreDegraded")
        assert [series["metric"] for series in down] == [{"kind": "bus", "name": "redis"}]
        for query in QUERIES:
            if "koto_bus_stand_ins_total" in query:
                assert await watched.seen(query)
    finally:
        watched.redis.start()


async def test_a_server_that_is_gone_rings(watched: Watched):
    await asyncio.to_thread(stop, watched.process)
    assert await watched.rings("KotoProcessGone")
    assert await watched.rings("KotoNobodyThere")
