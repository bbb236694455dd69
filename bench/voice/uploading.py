"""How fast recordings are taken, beside a bare server that forgets them, with the same client and files."""

import asyncio
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from time import perf_counter

from bench.processes import cpu_seconds, running
from bench.voice.conversation import bench_server
from bench.voice.speakers import Speaker
from bench.voice.table import Row

AT_ONCE = 8
SLICES = 5
"""Server and sinks take turns so often, so that all meet the same machine: its disk is not always as fast, and
memory that it has not used before costs more than other."""


async def uploading(
    files: Mapping[str, bytes], answers: Mapping[str, str], seconds: float, cores: frozenset[int]
) -> list[Row]:
    """`files`: what it is -> the recording; `seconds`: for each of the three, of each.

    The recordings name no turn: nobody speaks to the server meanwhile, and it decodes few of them ahead.
    """
    rows: list[Row] = []
    async with bench_server("google=at_once", cores=cores) as bench:
        ours = bench.speakers(1, answers, {})[0]
        await bench.settled()
        await ours.enter()
        command = [sys.executable, "-m", "bench.voice.sink"]
        with (
            TemporaryDirectory() as folder,
            running(command, {}, cores) as (process, port),
            running([*command, folder], {}, cores) as (keeping_process, keeping_port),
        ):
            bare, keeping = (
                Speaker(bench.http, f"http://127.0.0.1:{each}", answers) for each in (port, keeping_port)
            )
            bare.session_id = keeping.session_id = ours.session_id
            for name, content in files.items():
                takers = [_Taker(ours, bench.pid), _Taker(bare, process.pid), _Taker(keeping, keeping_process.pid)]
                for taker in takers:
                    await taker.take(content, seconds / SLICES)
                    taker.forget()
                for taker in takers * SLICES:
                    await taker.take(content, seconds / SLICES)
                (taken, cpu), (floor, floor_cpu), (kept, kept_cpu) = (each.found() for each in takers)
                size = len(content) / 1e6
                rows += [
                    Row(
                        what=f"uploads of {name}: share of a sink",
                        found=taken / floor,
                        unit="",
                        aim=0.7,
                        at_least=True,
                        note=f"{taken * size:.1f} of {floor * size:.1f} MB/s; {taken:.0f} of {floor:.0f} /s",
                    ),
                    Row(
                        what=f"uploads of {name}: share of a sink that keeps them",
                        found=taken / kept,
                        unit="",
                        aim=0.7,
                        at_least=True,
                        note=f"which takes {kept:.0f} /s",
                    ),
                    Row(
                        what=f"uploads of {name}: CPU each",
                        found=cpu,
                        unit="ms",
                        note=f"sink {floor_cpu:.2f} (share {floor_cpu / cpu:.2f}), "
                        f"keeping {kept_cpu:.2f} (share {kept_cpu / cpu:.2f})",
                    ),
                ]
    return rows


@dataclass(slots=True)
class _Taker:
    """Who takes recordings, and what it took them."""

    speaker: Speaker
    pid: int
    done: int = 0
    seconds: float = 0.0
    cpu_seconds: float = 0.0

    async def take(self, content: bytes, seconds: float) -> None:
        began, cpu = perf_counter(), cpu_seconds(self.pid)

        async def send() -> None:
            while perf_counter() < began + seconds:
                await self.speaker.upload(content)
                self.done += 1

        await asyncio.gather(*(send() for _ in range(AT_ONCE)))
        self.seconds += perf_counter() - began
        self.cpu_seconds += cpu_seconds(self.pid) - cpu

    def forget(self) -> None:
        self.done, self.seconds, self.cpu_seconds = 0, 0.0, 0.0

    def found(self) -> tuple[float, float]:
        """Uploads a second, and the milliseconds of CPU of each."""
        return self.done / self.seconds, self.cpu_seconds * 1000 / self.done
