"""How late the loop wakes a sleeper while every local engine works."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.players import open_loop
from bench.voice.conversation import Bench, bench_server
from bench.voice.delays import percentile
from bench.voice.table import Row
from tests.providers.tiny_whisper import Script, build

SPEAKERS = 20
LINES_A_SECOND = 6.0


async def lag(
    answers: Mapping[str, str], clips: Mapping[str, bytes], seconds: float, cores: frozenset[int]
) -> list[Row]:
    with TemporaryDirectory() as folder:
        model = build(Path(folder) / "model", Script())
        async with bench_server("whisper=real", cores=cores, WHISPER_MODEL=str(model)) as bench:
            await bench.settled()
            await bench.post("/bench/probe")
            await asyncio.sleep(seconds / 2)
            quiet = await _late(bench)
            players = bench.speakers(SPEAKERS, answers, clips)
            await asyncio.gather(*(player.enter() for player in players))
            await asyncio.gather(*(player.take_turn() for player in players[:4]))
            await _late(bench)  # the first turns load the filter of voices
            await bench.post("/bench/talk")
            await open_loop(players, LINES_A_SECOND, seconds)
            busy = await _late(bench)
    note = "decoding, a tiny Whisper, kiwi; the voice without a pause"
    return [
        Row(what="loop lag at rest, p99", found=percentile(quiet, 0.99), unit="ms"),
        Row(what="loop lag, local engines busy, p50", found=percentile(busy, 0.5), unit="ms", note=note),
        Row(what="loop lag, local engines busy, p99", found=percentile(busy, 0.99), unit="ms", aim=20),
        Row(what="loop lag, local engines busy, worst", found=max(busy), unit="ms", note=f"of {len(busy)}"),
    ]


async def _late(bench: Bench) -> list[float]:
    async with bench.http.get(f"{bench.base}/bench/late") as answer:
        return [second * 1000 for second in await answer.json()]
