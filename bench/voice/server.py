"""The whole server with pretended ears: `python -m bench.voice.server google=like_google whisper=at_once`.

All but the named ears is the product: settings, policy, storage, judge and voice come from `open_services`.
What the ears were asked, and how late the loop woke a sleeper, is told under `/bench/`. `real` in place of a
mood leaves the engine of that name as it is.
"""

import asyncio
import ctypes
import gc
import os
import signal
import sys
from collections.abc import Coroutine
from itertools import count
from pathlib import Path
from types import MappingProxyType

from aiohttp import web

from bench.voice.pretended import Mood, PretendedEars
from kotoserver.bootstrap.server import open_services
from kotoserver.cli.serve import spare_the_collector
from kotoserver.domain.speech import AudioFormat
from kotoserver.providers import registry
from kotoserver.services.bundle import Services
from kotoserver.settings import Settings
from kotoserver.transport.app import make_app, make_runner

PROBE_SECONDS = 0.005
SEED = 878


class _MallocInfo(ctypes.Structure):
    """`struct mallinfo2` of glibc's malloc.h."""

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in (
            *("arena", "ordblks", "smblks", "hblks", "hblkhd"),
            *("usmblks", "fsmblks", "uordblks", "fordblks", "keepcost"),
        )
    ]


class Watch:
    """What the bench asks of the server under measurement."""

    def __init__(self, services: Services, ears: dict[str, PretendedEars]) -> None:
        self._services = services
        self._ears = ears
        self._late: list[tuple[float, float]] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._numbers = count(1)

    def add_to(self, app: web.Application) -> None:
        app.router.add_get("/bench/asked", self._asked)
        app.router.add_post("/bench/mood/{name}/{mood}", self._mood)
        app.router.add_post("/bench/probe", self._probe)
        app.router.add_get("/bench/late", self._told_late)
        app.router.add_post("/bench/talk", self._talk)
        app.router.add_get("/bench/memory", self._memory)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _asked(self, request: web.Request) -> web.Response:
        """Engine -> what it was asked since the last time."""
        told = {
            name: [[each.payer, each.at, each.seconds] for each in ears.asked] for name, ears in self._ears.items()
        }
        for ears in self._ears.values():
            ears.asked.clear()
        return web.json_response(told)

    async def _mood(self, request: web.Request) -> web.Response:
        self._ears[request.match_info["name"]].behave(Mood(request.match_info["mood"]))
        return web.Response()

    async def _probe(self, request: web.Request) -> web.Response:
        self._begin(self._sleep_lightly())
        return web.Response()

    async def _told_late(self, request: web.Request) -> web.Response:
        """Seconds by which each sleep was too long since the last time; of that not spent waiting for a core."""
        told = list(self._late)
        self._late.clear()
        return web.json_response(told)

    async def _talk(self, request: web.Request) -> web.Response:
        """Has new lines spoken and encoded from now on, two at a time."""
        for _ in range(2):
            self._begin(self._speak_for_ever())
        return web.Response()

    async def _memory(self, request: web.Request) -> web.Response:
        """What is in use, without what allocators hold free: blocks of Python, and bytes of malloc (glibc)."""
        gc.collect()
        ask = ctypes.CDLL(None).mallinfo2
        ask.restype = _MallocInfo
        told = ask()
        return web.json_response({"blocks": sys.getallocatedblocks(), "bytes": told.uordblks + told.hblkhd})

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        self._tasks.add(asyncio.create_task(work))

    async def _sleep_lightly(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due, waited = loop.time() + PROBE_SECONDS, _waited_for_a_core()
            await asyncio.sleep(PROBE_SECONDS)
            late = max(0.0, loop.time() - due)
            self._late.append((late, max(0.0, late - (_waited_for_a_core() - waited))))

    async def _speak_for_ever(self) -> None:
        for number in self._numbers:
            line = self._services.speech.line(f"{number}번 손님, 주문하신 아메리카노 나왔습니다.", "ko-f-01")
            await self._services.speech.sound(line.key, AudioFormat.MP3)


def _waited_for_a_core() -> float:
    """Seconds that this thread was ready to run and something else ran in its place (Linux)."""
    return int(Path("/proc/thread-self/schedstat").read_text().split()[1]) / 1e9


async def main(chosen: dict[str, str]) -> None:
    ears = {
        name: PretendedEars(name, Mood(mood), SEED + number)
        for number, (name, mood) in enumerate(chosen.items())
        if mood != "real"
    }
    pretended = {name: (lambda speech, each=each: each) for name, each in ears.items()}
    registry.RECOGNIZERS = MappingProxyType({**registry.RECOGNIZERS, **pretended})
    settings = Settings.from_environ({**os.environ, "STT_PROVIDER": ",".join(chosen)})
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with open_services(settings) as services:
        spare_the_collector()
        watch = Watch(services, ears)
        app = make_app(services, settings)
        watch.add_to(app)
        runner = make_runner(app, shutdown_timeout=1.0)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, backlog=512).start()
        print(f"listening at http://127.0.0.1:{runner.addresses[0][1]}/", flush=True)
        await stop.wait()
        await watch.close()
        await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(main(dict(argument.split("=", 1) for argument in sys.argv[1:])))
