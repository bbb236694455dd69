"""Speech that many ask for at once, and speech that is there already."""

import asyncio
from collections.abc import Mapping
from time import perf_counter

from bench.voice.conversation import bench_server
from bench.voice.delays import percentile
from bench.voice.table import Row

LISTENERS = 50
HITS = 2000


async def speech_files(answers: Mapping[str, str], cores: frozenset[int]) -> list[Row]:
    async with bench_server("google=at_once", cores=cores) as bench:
        player = bench.speakers(1, answers, {})[0]
        await player.enter()
        before = await bench.settled()
        url = player.spoken
        new = url.removesuffix("mp3") + "ogg"  # a form that nothing renders ahead
        began = perf_counter()
        sounds = await asyncio.gather(*(bench.get(new) for _ in range(LISTENERS)))
        took = perf_counter() - began
        made = await bench.syntheses() - before
        hits = []
        for _ in range(HITS):
            began = perf_counter()
            await bench.get(new)
            hits.append((perf_counter() - began) * 1000)
    if len(set(sounds)) != 1:
        raise RuntimeError("not everybody heard the same")
    return [
        Row(what=f"{LISTENERS} ask for one new line: syntheses", found=made, unit="", aim=1),
        Row(what=f"{LISTENERS} ask for one new line: all answered", found=took * 1000, unit="ms"),
        Row(what="speech that is kept, p50", found=percentile(hits, 0.5), unit="ms"),
        Row(what="speech that is kept, p99", found=percentile(hits, 0.99), unit="ms", aim=5),
    ]
