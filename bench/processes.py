"""Servers under measurement: started on a core of their own, watched through /proc."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Set
from contextlib import contextmanager
from pathlib import Path

from kotoserver.settings import LIMITS

_TICKS = os.sysconf("SC_CLK_TCK")
_ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)")

SERVER_CORE = 0
LOAD_CORE = max(0, (os.cpu_count() or 1) - 1)
WITHOUT_LIMITS = {"KOTO_LIMITS": ",".join(f"{name}=0" for name in LIMITS)}
"""A bench's few clients ask for more than any client may."""
_ONE_CORE = frozenset({SERVER_CORE})


@contextmanager
def running(
    command: list[str], environ: Mapping[str, str], cores: Set[int] = _ONE_CORE
) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """The process and the port that it prints; stopped at the end."""
    process = subprocess.Popen(
        command,
        env={**os.environ, **WITHOUT_LIMITS, **environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        preexec_fn=lambda: os.sched_setaffinity(0, cores),
    )
    try:
        yield process, _port(process)
    finally:
        process.terminate()
        process.wait(20)


def koto(environ: Mapping[str, str]) -> tuple[list[str], dict[str, str]]:
    """The command and environment of a server on a free port."""
    return [sys.executable, "-m", "kotoserver", "serve", "--port", "0"], {"PYTHONUNBUFFERED": "1", **environ}


def cpu_seconds(pid: int) -> float:
    """User and system time of the process, its threads included, its child processes not."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def resident_bytes(pid: int) -> int:
    """Memory of the process that is really there."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def _port(process: "subprocess.Popen[str]") -> int:
    assert process.stdout is not None
    for line in process.stdout:
        found = _ADDRESS.search(line)
        if found:
            return int(found[1])
    raise SystemExit(f"the server did not start: {process.args}")
