"""What watching costs: `python -m bench.metrics [--players 20] [--seconds 6]`.

A server is played on by learners, so that every series is there that play makes; then its metrics are asked for
again and again, once while nobody plays and once while everybody does.
"""

import argparse
import asyncio
import os
from tempfile import TemporaryDirectory
from time import perf_counter

import aiohttp

from bench.players import Player, open_loop
from bench.processes import LOAD_CORE, cpu_seconds, koto, running
from bench.stores.__main__ import share
from bench.stores.quiet import until_quiet
from bench.voice.table import Row, print_head, print_row
from kotoserver.content.library import open_library
from kotoserver.settings import Settings

AIM_MS = 10.0
ASKED = 200
EVERY_SECONDS = 0.02


async def main(players: int, seconds: float) -> None:
    os.sched_setaffinity(0, {LOAD_CORE})
    settings = Settings.from_environ({})
    answers = {
        turn.id: turn.model.ko
        for turn in open_library(settings.scenes_dir, settings.langpacks_dir).scene("cafe").turns
    }
    with TemporaryDirectory() as folder:
        command, environ = koto({"KOTO_DATA_DIR": folder, "TTS_PROVIDER": "scripted,espeak", "KOTO_LOG": "json"})
        with running(command, environ) as (process, port):
            base = f"http://127.0.0.1:{port}"
            async with aiohttp.ClientSession() as http:
                playing = [Player(http, base, answers) for _ in range(players)]
                for player in playing:
                    await player.enter()
                await open_loop(playing, players / 2, seconds)
                await until_quiet(http, base)
                before = cpu_seconds(process.pid)
                quiet, size = await asked(http, f"{base}/metrics")
                cpu = (cpu_seconds(process.pid) - before) / ASKED * 1000
                async with asyncio.TaskGroup() as group:
                    load = group.create_task(open_loop(playing, players / 2, 3600))
                    busy, _ = await asked(http, f"{base}/metrics")
                    load.cancel()
                bare, _ = await asked(http, f"{base}/health")
    print_head()
    for what, found in (("while nobody plays", quiet), (f"while {players} play", busy)):
        for part in (0.5, 0.95):
            name = f"GET /metrics {what}, p{part * 100:g}"
            print_row(Row(what=name, found=share(found, part), unit="ms", aim=AIM_MS))
    print_row(
        Row(
            what="GET /health while nobody plays, p50",
            found=share(bare, 0.5),
            unit="ms",
            note="the machine itself",
        )
    )
    print_row(Row(what="CPU each", found=cpu, unit="ms", note=f"{size / 1000:.0f} kB"))
    print(f"\nload of the machine over the last minute: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


async def asked(http: aiohttp.ClientSession, address: str) -> tuple[list[float], int]:
    """Milliseconds of each answer, and the bytes of the last."""
    took, size = [], 0
    for _ in range(ASKED):
        began = perf_counter()
        async with http.get(address) as answer:
            size = len(await answer.read())
        took.append((perf_counter() - began) * 1000)
        await asyncio.sleep(EVERY_SECONDS)
    return took, size


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--players", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=6.0, help="of play before it is measured")
    chosen = parser.parse_args()
    asyncio.run(main(chosen.players, chosen.seconds))
