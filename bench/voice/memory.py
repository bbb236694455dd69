"""What the server's memory does over thousands of spoken turns."""

import asyncio
import json
from collections.abc import Mapping, Sequence

import numpy as np

from bench.processes import resident_bytes
from bench.voice.conversation import bench_server
from bench.voice.speakers import Speaker
from bench.voice.table import Row

SPEAKERS = 12
WARM_UP = 1000
"""Turns until caches are full, threads are there and the allocator has what it needs."""


async def memory(
    answers: Mapping[str, str], clips: Mapping[str, bytes], turns: int, cores: frozenset[int]
) -> list[Row]:
    async with bench_server("google=at_once", cores=cores) as bench:
        players = bench.speakers(SPEAKERS, answers, clips)
        await bench.settled()
        await asyncio.gather(*(player.enter() for player in players))
        rows = [_row("at the start", bench.pid)]
        step, found = 1000, list[tuple[int, float]]()
        used = list[dict[str, int]]()
        for done in range(0, WARM_UP + turns, step):
            await _play(players, step)
            await bench.asked()  # what the pretended ears noted is forgotten
            played = done + step
            found.append((played - WARM_UP, resident_bytes(bench.pid) / 1e6))
            rows.append(_row(f"after {played} turns", bench.pid))
            if played in (WARM_UP, WARM_UP + turns):
                used.append(json.loads(await bench.get("/bench/memory")))
    kept = [each for each in found if each[0] >= 0]
    slope = float(np.polyfit([each[0] / 1000 for each in kept], [each[1] for each in kept], 1)[0])
    rows.append(Row(what=f"memory: growth over {turns} turns", found=kept[-1][1] - kept[0][1], unit="MB"))
    rows.append(Row(what="memory: slope", found=slope, unit="MB/1000", note="turns, by least squares"))
    first, last = used
    rows += [
        Row(
            what="memory: Python's objects, growth",
            found=last["blocks"] - first["blocks"],
            unit="blocks",
            note=f"of {last['blocks']}",
        ),
        Row(
            what="memory: in use by malloc, growth",
            found=(last["bytes"] - first["bytes"]) / 1e6,
            unit="MB",
            note=f"of {last['bytes'] / 1e6:.0f}",
        ),
    ]
    return rows


async def _play(players: Sequence[Speaker], turns: int) -> None:
    left = turns

    async def play(player: Speaker) -> None:
        nonlocal left
        while left > 0:
            left -= 1
            await player.take_turn()

    await asyncio.gather(*(play(player) for player in players))
    for player in players:
        player.latencies.clear()
        player.uploads.clear()


def _row(when: str, pid: int) -> Row:
    return Row(what=f"memory {when}", found=resident_bytes(pid) / 1e6, unit="MB")
