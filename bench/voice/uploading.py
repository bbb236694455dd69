"""How fast recordings are taken, beside a bare server that forgets them, with the same client and files."""

import asyncio
import sys
from collections.abc import Mapping
from tempfile import TemporaryDirectory
from time import perf_counter

from bench.processes import cpu_seconds, running
from bench.voice.conversation import bench_server
from bench.voice.speakers import Speaker
from bench.voice.table import Row

AT_ONCE = 8


async def uploading(
    files: Mapping[str, bytes], answers: Mapping[str, str], seconds: float, cores: frozenset[int]
) -> list[Row]:
    """`files`: what it is -> the recording. Server and sinks take turns, so that all meet the same machine.

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
                taken, cpu = await _rate(ours, content, seconds, bench.pid)
                floor, floor_cpu = await _rate(bare, content, seconds, process.pid)
                kept, kept_cpu = await _rate(keeping, content, seconds, keeping_process.pid)
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
                        note=f"which takes {kept:.0f} /s",
                    ),
                    Row(
                        what=f"uploads of {name}: CPU each",
                        found=cpu,
                        unit="ms",
                        note=f"sink {floor_cpu:.2f}, keeping {kept_cpu:.2f}",
                    ),
                ]
    return rows


async def _rate(speaker: Speaker, content: bytes, seconds: float, pid: int) -> tuple[float, float]:
    """Uploads a second, and the milliseconds of CPU of each."""
    done = 0
    began, cpu = perf_counter(), cpu_seconds(pid)

    async def send() -> None:
        nonlocal done
        while perf_counter() < began + seconds:
            await speaker.upload(content)
            done += 1

    await asyncio.gather(*(send() for _ in range(AT_ONCE)))
    took = perf_counter() - began
    return done / took, (cpu_seconds(pid) - cpu) * 1000 / done
