"""Turns over WebSocket: `python -m bench.turns [--seconds 20]`.

The server runs on one core, the load on the other. Evaluator and storage are told apart twice: by the
server's own stage timings, and by playing the same load against a judge that costs nothing
(`EVAL_PROVIDER=scripted`), whose CPU time per turn is "everything but the evaluator".
"""

import argparse
import asyncio
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter

import aiohttp

from bench.players import Player, closed_loop, open_loop
from bench.processes import LOAD_CORE, cpu_seconds, koto, resident_bytes, running
from kotoserver.content.library import open_library
from kotoserver.settings import Settings

SESSIONS = 50
OPEN_RATE = 6.0
OPEN_SECONDS = 60.0
"""Long enough for a 99th percentile that is not simply the slowest turn."""
SETTLE_SECONDS = 3.0
"""For the stages that are noted behind a turn's answer: its storing, telling and first sound."""
IDLE = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    turns_a_second: float
    closed_ms: Sequence[float]
    open_ms: Sequence[float]
    cpu_ms_a_turn: float
    stages: Mapping[str, float]
    idle_kb: float
    resident_mb: float
    start_seconds: float


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else float("nan")


async def measure(evaluator: str, answers: Mapping[str, str], seconds: float) -> Measured:
    with tempfile.TemporaryDirectory() as folder:
        command, environ = koto({"KOTO_DATA_DIR": folder, "EVAL_PROVIDER": evaluator})
        started = perf_counter()
        with running(command, environ) as (process, port):
            start_seconds = perf_counter() - started
            async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
                players = [Player(http, f"http://127.0.0.1:{port}", answers) for _ in range(SESSIONS)]
                await asyncio.gather(*(player.enter() for player in players))
                await closed_loop(players, 3)  # warm: speech rendered, pages cached
                for player in players:
                    player.latencies.clear()
                cpu, wall = cpu_seconds(process.pid), perf_counter()
                turns = await closed_loop(players, seconds)
                spent, elapsed = cpu_seconds(process.pid) - cpu, perf_counter() - wall
                closed = [second * 1000 for player in players for second in player.latencies]
                await asyncio.sleep(SETTLE_SECONDS)
                stages = _stages([timing for player in players for timing in await player.timings()])
                for player in players:
                    player.latencies.clear()
                await open_loop(players, OPEN_RATE, max(seconds, OPEN_SECONDS))
                opened = [second * 1000 for player in players for second in player.latencies]
                before = resident_bytes(process.pid)
                idle = [Player(http, f"http://127.0.0.1:{port}", answers) for _ in range(IDLE)]
                for player in idle:
                    await player.enter()
                grown = resident_bytes(process.pid) - before
                return Measured(
                    turns_a_second=turns / elapsed,
                    closed_ms=closed,
                    open_ms=opened,
                    cpu_ms_a_turn=spent * 1000 / turns,
                    stages=stages,
                    idle_kb=grown / IDLE / 1000,
                    resident_mb=resident_bytes(process.pid) / 1e6,
                    start_seconds=start_seconds,
                )


def _stages(timings: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Mean milliseconds of each stage."""
    names = dict.fromkeys(name for timing in timings for name in timing)
    return {name: sum(timing.get(name, 0.0) for timing in timings) / len(timings) for name in names if timings}


async def echo_floor(seconds: float) -> tuple[float, list[float]]:
    """Frames a second and latencies (ms) of a bare echo under the same closed loop."""
    with running([sys.executable, "-m", "bench.echo_server"], {}) as (_, port):
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
            latencies: list[float] = []
            end = perf_counter() + seconds

            async def talk() -> None:
                async with http.ws_connect(f"http://127.0.0.1:{port}/echo", compress=0) as socket:
                    while perf_counter() < end:
                        sent = perf_counter()
                        await socket.send_str("x" * 120)
                        await socket.receive()
                        latencies.append((perf_counter() - sent) * 1000)

            await asyncio.gather(*(talk() for _ in range(SESSIONS)))
            return len(latencies) / seconds, latencies


def show(name: str, values: Sequence[float]) -> str:
    p50, p95, p99 = (percentile(values, share) for share in (0.5, 0.95, 0.99))
    return f"{name:<34} p50 {p50:7.1f}   p95 {p95:7.1f}   p99 {p99:7.1f} ms   ({len(values)} turns)"


async def main(seconds: float) -> None:
    os.sched_setaffinity(0, {LOAD_CORE})
    library = open_library(Settings.from_environ({}).scenes_dir, Settings.from_environ({}).langpacks_dir)
    answers = {turn.id: turn.model.ko for turn in library.scene("cafe").turns}
    floor, floor_ms = await echo_floor(min(5.0, seconds))
    bare = await measure("scripted", answers, seconds)
    full = await measure("local", answers, seconds)
    print(f"{SESSIONS} sessions; server on one core, load on the other; {seconds:g} s each\n")
    print(f"start to ready                     {full.start_seconds:.2f} s")
    print(f"closed loop                        {full.turns_a_second:.0f} turns/s   (aim: 150)")
    print(f"  with a judge that costs nothing  {bare.turns_a_second:.0f} turns/s")
    print(
        f"  bare WebSocket echo              {floor:.0f} frames/s = {floor / full.turns_a_second:.0f} x the turns"
    )
    print(show("closed loop", full.closed_ms))
    print(show(f"open loop, {OPEN_RATE:g} turns/s (aim: p99 50)", full.open_ms))
    print(show("echo", floor_ms))
    print("\nmean by stage in the closed loop, waiting included:")
    for stage, milliseconds in full.stages.items():
        print(f"  {stage:<10} {milliseconds:8.2f} ms")
    print(f"\nCPU per turn                       {full.cpu_ms_a_turn:.2f} ms")
    print(f"  everything but the evaluator     {bare.cpu_ms_a_turn:.2f} ms   (aim: 3)")
    print(f"  evaluator, by difference         {full.cpu_ms_a_turn - bare.cpu_ms_a_turn:.2f} ms")
    print(f"idle session                       {full.idle_kb:.0f} KB   (aim: 100)")
    print(f"process                            {full.resident_mb:.0f} MB   (aim: 450)")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Measures turns over WebSocket.")
    parser.add_argument("--seconds", type=float, default=20.0, help="length of each stretch (default: 20)")
    asyncio.run(main(parser.parse_args().seconds))
