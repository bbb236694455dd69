"""CPU and time of a turn on each set of stores, in turns: a stretch on one, a stretch on the next, and again."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from tempfile import TemporaryDirectory
from time import perf_counter

import aiohttp

from bench.players import Player, open_loop
from bench.processes import cpu_seconds, koto, running
from bench.stores.quiet import until_quiet
from kotoserver.settings import S3Settings

SESSIONS = 50
RATE = 20.0
"""Turns a second of all of them: what fifty people say in a hurry, and far from filling a core."""
ROUNDS = 4


@dataclass(slots=True)
class Measured:
    """What the turns on one set of stores took."""

    cpu_ms: list[float] = field(default_factory=list)
    """A turn, by stretch; of the server's process alone."""
    latencies_ms: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Ready:
    pid: int
    players: list[Player]


def settings_of(postgres: str, redis: str, s3: S3Settings) -> Mapping[str, Mapping[str, str]]:
    """Each set of stores, by name, as settings; judge and voice cost nothing, so that the stores can be seen."""
    shared = {
        "REDIS_URL": redis,
        "MINIO_ENDPOINT": s3.endpoint,
        "MINIO_ACCESS_KEY": s3.access_key.reveal(),
        "MINIO_SECRET_KEY": s3.secret_key.reveal(),
        "MINIO_BUCKET": s3.bucket,
    }
    free = {"EVAL_PROVIDER": "scripted", "TTS_PROVIDER": "scripted"}
    return {
        "SQLite": free,
        "Postgres": {**free, "DATABASE_URL": postgres},
        "Postgres, Redis, S3": {**free, "DATABASE_URL": postgres, **shared},
    }


async def measure(
    stores: Mapping[str, Mapping[str, str]], answers: Mapping[str, str], seconds: float
) -> dict[str, Measured]:
    """`seconds` is the length of a stretch."""
    measured = {name: Measured() for name in stores}
    async with AsyncExitStack() as stack:
        ready = {
            name: await stack.enter_async_context(_serving(environ, answers)) for name, environ in stores.items()
        }
        for each in ready.values():
            await open_loop(each.players, RATE, seconds / 2)  # warm: speech rendered, statements prepared
        for _ in range(ROUNDS):
            for name, each in ready.items():
                await _stretch(each, seconds, measured[name])
    return measured


@asynccontextmanager
async def _serving(environ: Mapping[str, str], answers: Mapping[str, str]) -> AsyncIterator[_Ready]:
    with TemporaryDirectory() as folder:
        command, own = koto({"KOTO_DATA_DIR": folder, **environ})
        with running(command, own) as (process, port):
            async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
                await until_quiet(http, f"http://127.0.0.1:{port}")
                players = [Player(http, f"http://127.0.0.1:{port}", answers) for _ in range(SESSIONS)]
                await asyncio.gather(*(player.enter() for player in players))
                yield _Ready(process.pid, players)


async def _stretch(ready: _Ready, seconds: float, measured: Measured) -> None:
    for player in ready.players:
        player.latencies.clear()
    cpu, started = cpu_seconds(ready.pid), perf_counter()
    await open_loop(ready.players, RATE, seconds)
    spent, elapsed = cpu_seconds(ready.pid) - cpu, perf_counter() - started
    latencies = [latency * 1000 for player in ready.players for latency in player.latencies]
    assert elapsed < 3 * seconds, "the machine is too busy for this pace"
    measured.cpu_ms.append(spent * 1000 / len(latencies))
    measured.latencies_ms += latencies
