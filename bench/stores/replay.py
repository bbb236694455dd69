"""Connections cut in the middle of a turn: how soon the learner has everything, and that all is there once."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter

import aiohttp

from bench.faults.learner import Learner
from bench.faults.run import Found, look_into
from bench.processes import koto, running
from bench.stores.quiet import until_quiet
from tests.proxy import Proxy, line_to

LEARNERS = 25
SEED = 1
PAUSE_SECONDS = 0.5
"""Between a learner's turns; without one, connections would be timed that wait for a full core."""
MOST_SECONDS = 0.04
"""After the learner's word; by then a turn has been judged, so that some cuts meet it before and some after."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replays:
    milliseconds: list[float]
    """From reconnecting until everything that was stored meanwhile had been told."""
    frames: Counter[int]
    """How many frames were told again -> how often."""
    found: Found


async def cut_and_replay(environ: Mapping[str, str], answers: Mapping[str, str], cuts: int) -> Replays:
    milliseconds: list[float] = []
    frames: Counter[int] = Counter()
    chance = Random(SEED)
    with TemporaryDirectory() as folder:
        command, own = koto({"KOTO_DATA_DIR": folder, **environ})
        with running(command, own) as (_, port):
            address = f"http://127.0.0.1:{port}"
            async with AsyncExitStack() as stack:
                connector = aiohttp.TCPConnector(limit=0)
                http = await stack.enter_async_context(aiohttp.ClientSession(connector=connector))
                await until_quiet(http, address)
                lines = [await stack.enter_async_context(line_to(f"127.0.0.1:{port}")) for _ in range(LEARNERS)]
                learners = [Learner(http, f"http://127.0.0.1:{line.port}", answers, b"") for line in lines]
                await asyncio.gather(*(learner.enter() for learner in learners))

                async def play(learner: Learner, line: Proxy) -> None:
                    for number in range(cuts // LEARNERS):
                        took, told = await _cut_once(learner, line, f"t{number}", chance)
                        milliseconds.append(took)
                        frames[told] += 1
                        await asyncio.sleep(chance.uniform(0.5, 1.5) * PAUSE_SECONDS)

                await asyncio.gather(*(play(learner, line) for learner, line in zip(learners, lines, strict=True)))
                for learner in learners:
                    await learner.leave()
                found = await look_into(http, address, learners)
    return Replays(milliseconds=milliseconds, frames=frames, found=found)


async def _cut_once(learner: Learner, line: Proxy, turn_id: str, chance: Random) -> tuple[float, int]:
    """Milliseconds and frames of the replay."""
    words = await learner.begin_turn(turn_id)
    await asyncio.sleep(chance.uniform(0, MOST_SECONDS))
    line.cut()
    await learner.hang_up()
    before, started = learner.last_seq, perf_counter()
    await learner.catch_up()
    took, told = (perf_counter() - started) * 1000, learner.last_seq - before
    await learner.take_turn(turn_id, words)
    await learner.go_on()
    return took, told
