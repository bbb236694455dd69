"""Fifty learners who speak, against ears that take as long as Google's."""

import asyncio
import re
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import chain
from tempfile import TemporaryDirectory
from time import perf_counter

import aiohttp

from bench.players import open_loop
from bench.processes import cpu_seconds, running
from bench.voice.delays import PUBLISHED, percentile
from bench.voice.pretended import Mood
from bench.voice.speakers import Speaker
from bench.voice.table import Row
from kotoserver.settings import LIMITS

SESSIONS = 50
OPEN_RATE = 6.0
"""Lines a second of all fifty: each speaks every eight seconds, what a line, its answer and a thought take."""
SETTLE_SECONDS = 2.0
_PLENTY = "999999"
_SYNTHESES = re.compile(r"^koto_synthesis_seconds_count\{[^}]*\} ([0-9.e+]+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Bench:
    """A server under measurement, and the way to it."""

    base: str
    pid: int
    http: aiohttp.ClientSession

    def speakers(self, number: int, answers: Mapping[str, str], clips: Mapping[str, bytes]) -> list[Speaker]:
        return [
            Speaker(self.http, self.base, answers, clips=clips, direct=each % 2 == 0) for each in range(number)
        ]

    async def asked(self) -> dict[str, list[tuple[str, float, float]]]:
        """Engine -> learner, time and seconds taken of what it was asked since the last call."""
        async with self.http.get(f"{self.base}/bench/asked") as answer:
            told = await answer.json()
        return {name: [tuple(each) for each in asked] for name, asked in told.items()}

    async def get(self, path: str) -> bytes:
        async with self.http.get(self.base + path) as answer:
            answer.raise_for_status()
            return await answer.read()

    async def syntheses(self) -> int:
        """Lines spoken so far."""
        found = _SYNTHESES.findall((await self.get("/metrics")).decode())
        return round(sum(map(float, found)))

    async def settled(self) -> int:
        """Waits until the authored lines are all rendered; syntheses so far.

        Before anybody enters: a learner who waits in silence answers no pings and is let go.
        """
        before, now = -1, 0
        while before != now:
            await asyncio.sleep(2)
            before, now = now, await self.syntheses()
        return now

    async def post(self, path: str) -> None:
        async with self.http.post(f"{self.base}{path}") as answer:
            answer.raise_for_status()


@asynccontextmanager
async def bench_server(*ears: str, cores: frozenset[int], **environ: str) -> AsyncIterator[Bench]:
    """`ears` such as `google=like_google`, in the order of preference."""
    with TemporaryDirectory() as folder:
        settings = {
            "KOTO_DATA_DIR": folder,
            "SPEECH_DAILY_BUDGET_USD": _PLENTY,
            "SPEECH_LEARNER_BUDGET_USD": _PLENTY,
            "KOTO_LIMITS": ",".join(f"{use}=0" for use in LIMITS),
            **environ,
        }
        command = [sys.executable, "-m", "bench.voice.server", *ears]
        with running(command, settings, cores) as (process, port):
            async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
                yield Bench(f"http://127.0.0.1:{port}", process.pid, http)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """What came of one way of playing, in milliseconds."""

    name: str
    turns: Sequence[float]
    added: Sequence[float]
    """What each turn took longer than its ears."""
    uploads: Sequence[float]
    ears: Sequence[float]
    cpu_a_turn: float
    """Threads of the server included, its voice's process not."""
    lines_a_second: float

    def rows(self) -> list[Row]:
        times = [
            Row(what=f"{self.name}: line to judgement, p50", found=_p(self.turns, 0.5), unit="ms", aim=950),
            Row(what=f"{self.name}: line to judgement, p95", found=_p(self.turns, 0.95), unit="ms", aim=1250),
            Row(what=f"{self.name}: line to judgement, p99", found=_p(self.turns, 0.99), unit="ms"),
            Row(what=f"{self.name}: added by the server, p50", found=_p(self.added, 0.5), unit="ms"),
            Row(what=f"{self.name}: added by the server, p95", found=_p(self.added, 0.95), unit="ms"),
            Row(what=f"{self.name}: added by the server, p99", found=_p(self.added, 0.99), unit="ms", aim=50),
            Row(what=f"{self.name}: of that the upload, p50", found=_p(self.uploads, 0.5), unit="ms"),
            Row(what=f"{self.name}: of that the upload, p99", found=_p(self.uploads, 0.99), unit="ms"),
        ]
        ears = [
            Row(
                what=f"{self.name}: pretended ears alone, p{share * 100:g}",
                found=_p(self.ears, share),
                unit="ms",
                note=f"drawn to be {seconds * 1000:.0f}",
            )
            for share, seconds in PUBLISHED.items()
        ]
        return [
            *times,
            *ears,
            Row(what=f"{self.name}: CPU a turn", found=self.cpu_a_turn, unit="ms"),
            Row(
                what=f"{self.name}: lines a second",
                found=self.lines_a_second,
                unit="/s",
                note=f"{len(self.turns)} lines",
            ),
        ]


async def converse(
    answers: Mapping[str, str], clips: Mapping[str, bytes], seconds: float, cores: frozenset[int]
) -> tuple[list[Row], dict[str, float]]:
    """The rows, and the mean milliseconds of each stage by the server's own stopwatch."""
    async with bench_server("google=like_google", cores=cores) as bench:
        players = bench.speakers(SESSIONS, answers, clips)
        await bench.settled()
        await asyncio.gather(*(player.enter() for player in players))
        await _without_pause(players, 4)  # warm: speech rendered, code paths met
        await _forget(bench, players)
        people = await _stretch("as people speak", bench, players, open_loop(players, OPEN_RATE, seconds))
        stages = await _stages(players)
        await _forget(bench, players)
        crowd = await _stretch("nobody pauses", bench, players, _without_pause(players, seconds / 2))
    return [*people.rows(), *crowd.rows()], stages


async def _without_pause(players: Sequence[Speaker], seconds: float) -> None:
    """Everyone speaks again as soon as they are judged; they begin within a second, not all in one moment."""
    end = perf_counter() + seconds

    async def talk(player: Speaker, number: int) -> None:
        await asyncio.sleep(number / len(players))
        while perf_counter() < end:
            await player.take_turn()

    await asyncio.gather(*(talk(player, number) for number, player in enumerate(players)))


async def _forget(bench: Bench, players: Sequence[Speaker]) -> None:
    await bench.post(f"/bench/mood/google/{Mood.LIKE_GOOGLE}")
    await bench.asked()
    for player in players:
        player.latencies.clear()
        player.uploads.clear()


async def _stretch(name: str, bench: Bench, players: Sequence[Speaker], playing: Awaitable[None]) -> Stretch:
    cpu, began = cpu_seconds(bench.pid), perf_counter()
    await playing
    spent, took = cpu_seconds(bench.pid) - cpu, perf_counter() - began
    drawn: dict[str, list[float]] = defaultdict(list)
    for learner_id, _, seconds in (await bench.asked())["google"]:
        drawn[learner_id].append(seconds)
    added = []
    for player in players:
        theirs = drawn[player.learner_id]
        if len(theirs) != len(player.latencies):
            raise RuntimeError("a turn was heard twice, or by nobody")
        added += [(took - ears) * 1000 for took, ears in zip(player.latencies, theirs, strict=True)]
    turns = _ms(player.latencies for player in players)
    return Stretch(
        name=name,
        turns=turns,
        added=added,
        uploads=_ms(player.uploads for player in players),
        ears=_ms(drawn.values()),
        cpu_a_turn=spent * 1000 / len(turns),
        lines_a_second=len(turns) / took,
    )


async def _stages(players: Sequence[Speaker]) -> dict[str, float]:
    """Of the sessions that are open now."""
    await asyncio.sleep(SETTLE_SECONDS)
    timings = [timing for player in players for timing in await player.timings()]
    names = dict.fromkeys(name for timing in timings for name in timing)
    return {name: sum(timing.get(name, 0.0) for timing in timings) / len(timings) for name in names}


def _ms(parts: Iterable[Sequence[float]]) -> list[float]:
    return [second * 1000 for second in chain.from_iterable(parts)]


def _p(values: Sequence[float], share: float) -> float:
    return percentile(values, share)
