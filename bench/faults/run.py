"""The run itself: learners play, faults come and go, and at the end everything is counted."""

import asyncio
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from time import monotonic
from typing import Any

import aiohttp

from bench.faults.learner import Answered, Learner
from bench.faults.weather import Fault, befall, draw
from bench.faults.world import Stores, World, world
from kotoserver.content.library import open_library
from kotoserver.settings import Settings
from tests import sounds

PAUSE_SECONDS = 0.5
"""Between a learner's turns."""
UPLOAD_EVERY = 5
CALM_SECONDS = 0.7
"""From one recovery to the next fault."""
RECOVERY_SECONDS = 60.0
"""What takes longer is no recovery."""
_UNHANDLED = re.compile(r"Traceback|nobody expected|never retrieved|never awaited")


@dataclass(frozen=True, slots=True, kw_only=True)
class Weathered:
    """A fault and what it did."""

    fault: Fault
    recovery_seconds: float
    """The longest that a learner's first answer after its end took from then, or from when it was asked for."""
    waited_seconds: float
    """The longest that anything took which the fault met."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    weathered: Sequence[Weathered]
    seconds: float
    acknowledged: int
    """Turns."""
    lost: Sequence[str]
    doubled: Sequence[str]
    gaps: Sequence[str]
    """Sessions whose events are not numbered 1, 2, 3 …"""
    uploads: int
    uploads_lost: Sequence[str]
    reconnects: int
    unhandled: Sequence[str]
    """Lines of the server's log that nobody should have to read."""
    turn_seconds: Sequence[float]

    @property
    def clean(self) -> bool:
        return not (self.lost or self.doubled or self.gaps or self.uploads_lost or self.unhandled)


async def run(
    stores: Stores,
    *,
    seconds: float,
    learners: int,
    seed: int,
    evaluator: str,
    most_seconds: float = 4.0,
    pause_seconds: float = PAUSE_SECONDS,
    progress: Callable[[str], None] = lambda line: None,
) -> Outcome:
    """`most_seconds` is the longest that a fault lasts, `pause_seconds` lie between a learner's turns."""
    recording = sounds.wav(0.4, rate=16_000, channels=1)
    async with world(stores, evaluator) as around:
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=connector) as http:
            everybody = [Learner(http, around.far_address, _answers(), recording) for _ in range(learners)]
            await asyncio.gather(*(learner.enter() for learner in everybody))
            started = monotonic()
            faults = draw(Random(seed), tuple(around.lines), most_seconds)
            weathered = await _play_through(around, everybody, faults, seconds, pause_seconds, progress)
            elapsed = monotonic() - started
            for learner in everybody:
                await learner.leave()
        async with aiohttp.ClientSession() as http:
            found = await look_into(http, around.address, everybody)
        bad_lines = unhandled(around.log)
    answered = [turn for learner in everybody for turn in learner.answered]
    return Outcome(
        weathered=weathered,
        seconds=elapsed,
        acknowledged=len(answered),
        uploads=sum(len(learner.uploaded) for learner in everybody),
        reconnects=sum(learner.connects - len(learner.sessions) for learner in everybody),
        unhandled=bad_lines,
        turn_seconds=[turn.judged_at - turn.sent_at for turn in answered],
        lost=found.lost,
        doubled=found.doubled,
        gaps=found.gaps,
        uploads_lost=found.uploads_lost,
    )


async def _play_through(
    around: World,
    everybody: Sequence[Learner],
    faults: Iterator[Fault],
    seconds: float,
    pause_seconds: float,
    progress: Callable[[str], None],
) -> list[Weathered]:
    stop = asyncio.Event()
    weathered: list[Weathered] = []
    async with asyncio.TaskGroup() as playing:
        for learner in everybody:
            playing.create_task(learner.play(stop, pause_seconds, UPLOAD_EVERY))
        until = monotonic() + seconds
        for fault in faults:
            await asyncio.sleep(CALM_SECONDS)
            if monotonic() >= until:
                break
            weathered.append(await _weather(fault, around, everybody))
            progress(
                f"{fault.line:9} {fault.kind:10} {fault.seconds:4.1f} s   "
                f"recovered in {weathered[-1].recovery_seconds:5.2f} s"
            )
        stop.set()
    return weathered


async def _weather(fault: Fault, around: World, everybody: Sequence[Learner]) -> Weathered:
    """What the fault of a line costs is told by who depends on it: uploads on S3, turns on all others."""

    def answered_since(learner: Learner, at: float) -> list[Answered]:
        answers = learner.taken if fault.line == "s3" else learner.answered
        return [each for each in answers[-20:] if each.judged_at > at]

    begun = monotonic()
    await befall(fault, around.lines[fault.line])
    ended = monotonic()
    async with asyncio.timeout(RECOVERY_SECONDS):
        for learner in everybody:
            while not answered_since(learner, ended):  # noqa: ASYNC110  # the time to notice is not measured
                await asyncio.sleep(0.05)
    first = [answered_since(learner, ended)[0] for learner in everybody]
    met = [each for learner in everybody for each in answered_since(learner, begun)]
    return Weathered(
        fault=fault,
        recovery_seconds=max(each.judged_at - max(each.sent_at, ended) for each in first),
        waited_seconds=max(each.judged_at - each.sent_at for each in met),
    )


def _answers() -> dict[str, str]:
    settings = Settings.from_environ({})
    scene = open_library(settings.scenes_dir, settings.langpacks_dir).scene("cafe")
    return {turn.id: turn.model.ko for turn in scene.turns}


# ── what is there at the end ─────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Found:
    """What is not as it was acknowledged."""

    lost: list[str]
    doubled: list[str]
    gaps: list[str]
    uploads_lost: list[str]


async def look_into(http: aiohttp.ClientSession, address: str, everybody: Sequence[Learner]) -> Found:
    """Asks the server itself, in good weather."""
    found = Found([], [], [], [])
    for learner in everybody:
        asking = _Asking(http, address, learner.token)
        for session_id in learner.sessions:
            await _check_session(asking, learner, session_id, found)
        for audio_id in learner.uploaded:
            if await asking.content(f"/audio/download/{audio_id}") != learner.recording:
                found.uploads_lost.append(audio_id)
    return found


async def _check_session(asking: "_Asking", learner: Learner, session_id: str, found: Found) -> None:
    acknowledged = [turn.turn_id for turn in learner.answered if turn.session_id == session_id]
    stored = [turn["turn_id"] for turn in (await asking.json(f"/sessions/{session_id}/turns"))["turns"]]
    events: list[dict[str, Any]] = []
    while more := (await asking.json(f"/sessions/{session_id}/events?after={len(events)}"))["events"]:
        events += more
    judged = Counter(event["turn_id"] for event in events if event["type"] == "evaluation_complete")
    found.lost.extend(f"{session_id} {turn_id}" for turn_id in acknowledged if turn_id not in stored)
    found.doubled.extend(f"{session_id} {turn_id}" for turn_id in stored if turn_id not in acknowledged)
    found.doubled.extend(f"{session_id} {turn_id}" for turn_id, times in judged.items() if times != 1)
    if [event["seq"] for event in events] != list(range(1, len(events) + 1)) or stored != acknowledged:
        found.gaps.append(session_id)


@dataclass(frozen=True, slots=True)
class _Asking:
    http: aiohttp.ClientSession
    address: str
    token: str

    async def json(self, path: str) -> Any:
        return json.loads(await self.content(path))

    async def content(self, path: str) -> bytes:
        headers = {"Authorization": f"Bearer {self.token}"}
        async with self.http.get(f"{self.address}/koto-api{path}", headers=headers) as answer:
            content = await answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{path}: {answer.status} {content.decode()}")
            return content


def unhandled(log: Path) -> list[str]:
    """Lines by which a program tells of something that nobody has dealt with."""
    return [line for line in log.read_text("utf-8").splitlines() if _UNHANDLED.search(line)]
