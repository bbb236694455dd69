"""How late the loop wakes a sleeper while every local engine works."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from bench.voice.conversation import Bench, bench_server
from bench.voice.delays import percentile
from bench.voice.speakers import Refused, Speaker
from bench.voice.table import Row
from tests.providers.tiny_whisper import Script, build

SPEAKERS = 6
"""Fewer than may wait for Whisper: where it falls behind they speak less often, and it has never nothing to do."""
LINES_A_SECOND = 6.0
"""At most."""


async def lag(
    answers: Mapping[str, str], clips: Mapping[str, bytes], seconds: float, cores: frozenset[int]
) -> list[Row]:
    with TemporaryDirectory() as folder:
        model = build(Path(folder) / "model", Script())
        async with bench_server("whisper=real", cores=cores, WHISPER_MODEL=str(model)) as bench:
            await bench.settled()
            await bench.post("/bench/probe")
            await asyncio.sleep(seconds / 2)
            quiet, _ = await _late(bench)
            players = bench.speakers(SPEAKERS, answers, clips)
            await asyncio.gather(*(player.enter() for player in players))
            await _keep_busy(players, 2.0)
            await _late(bench)  # the first turns load the filter of voices
            await bench.post("/bench/talk")
            heard, refused = await _keep_busy(players, seconds)
            busy, ours = await _late(bench)
    note = "decoding, a tiny Whisper, kiwi; the voice without a pause"
    return [
        Row(what="loop lag at rest, p99", found=percentile(quiet, 0.99), unit="ms"),
        Row(what="loop lag, local engines busy, p50", found=percentile(busy, 0.5), unit="ms", note=note),
        Row(what="loop lag, local engines busy, p99", found=percentile(busy, 0.99), unit="ms", aim=20),
        Row(
            what="loop lag, local engines busy, with a core, p99",
            found=percentile(ours, 0.99),
            unit="ms",
            note="without the time that another thread or program had its core",
        ),
        Row(what="loop lag, local engines busy, worst", found=max(busy), unit="ms", note=f"of {len(busy)}"),
        Row(
            what="loop lag: lines heard meanwhile",
            found=heard / seconds,
            unit="/s",
            note=f"{refused} more were refused as `busy`",
        ),
    ]


async def _keep_busy(players: Sequence[Speaker], seconds: float) -> tuple[int, int]:
    """How many lines were heard, and how many were refused; whoever is late does not hurry to catch up."""
    every = len(players) / LINES_A_SECOND
    begin = perf_counter()
    heard = refused = 0

    async def play(player: Speaker, due: float) -> None:
        nonlocal heard, refused
        while due < begin + seconds:
            await asyncio.sleep(max(0.0, due - perf_counter()))
            try:
                await player.take_turn()
                heard += 1
            except Refused:
                refused += 1
            due = max(due + every, perf_counter())

    async with asyncio.TaskGroup() as playing:
        for number, player in enumerate(players):
            playing.create_task(play(player, begin + number / LINES_A_SECOND))
    return heard, refused


async def _late(bench: Bench) -> tuple[list[float], list[float]]:
    """Milliseconds by which each sleep was too long, and those of them not spent waiting for a core."""
    async with bench.http.get(f"{bench.base}/bench/late") as answer:
        told = await answer.json()
    return [late * 1000 for late, _ in told], [ours * 1000 for _, ours in told]
