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
ROUNDS = 6
MOST_SPOILT = 3


@dataclass(slots=True)
class Measured:
    """What the turns on one set of stores took."""

    cpu_ms: list[float] = field(default_factory=list)
    """A turn, by stretch; of the server's process alone."""
    latencies_ms: list[float] = field(default_factory=list)
    spoilt: list[str] = field(default_factory=list)
    """Why stretches were had again."""


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
    """`seconds` is the length of a stretch: at most 5, as players answer no ping while others have theirs."""
    measured = {name: Measured() for name in stores}
    async with AsyncExitStack() as stack:
        ready = {
            name: await stack.enter_async_context(_serving(environ, answers)) for name, environ in stores.items()
        }
        for each in ready.values():
            await open_loop(each.players, RATE, seconds / 2)  # warm: statements prepared, connections made
            for player in each.players:
                player.latencies.clear()
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
    """One that was spoilt (a disk or a core that belonged to others for seconds) is told and had again."""
    while (taken := await _taken(ready, seconds, measured)) is None:
        if len(measured.spoilt) > MOST_SPOILT:
            raise RuntimeError("too many stretches were spoilt")
        for player in ready.players:
            player.latencies.clear()
        await asyncio.gather(*(player.enter() for player in ready.players))
    cpu_seconds_spent, latencies = taken
    measured.cpu_ms.append(cpu_seconds_spent * 1000 / len(latencies))
    measured.latencies_ms += [latency * 1000 for latency in latencies]


async def _taken(ready: _Ready, seconds: float, measured: Measured) -> tuple[float, list[float]] | None:
    """The CPU and the latencies of a stretch; None for one that was spoilt."""
    spoilt, cpu, started = False, cpu_seconds(ready.pid), perf_counter()
    try:
        await open_loop(ready.players, RATE, seconds)
    except* RuntimeError as failures:
        measured.spoilt.append(str(failures.exceptions[0]))
        spoilt = True
    if spoilt:
        return None
    spent, elapsed = cpu_seconds(ready.pid) - cpu, perf_counter() - started
    assert elapsed < 3 * seconds, "the machine is too busy for this pace"
    latencies = [latency for player in ready.players for latency in player.latencies]
    for player in ready.players:
        player.latencies.clear()
    return spent, latencies
