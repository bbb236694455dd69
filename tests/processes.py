"""The server as a process of its own, as an operator runs it."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from kotoserver.settings import ROOT

ADDRESS = re.compile(r"Korean Together is at (https?://[^/]+)/console/")


def environment(data_dir: Path, **environ: str) -> dict[str, str]:
    """Engines that follow a script, everything in `data_dir`, and nothing of the caller's own settings."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("KOTO_", "MINIO_", "DATABASE_URL", "REDIS_URL"))
    }
    ours = {
        "KOTO_DATA_DIR": str(data_dir),
        "TTS_PROVIDER": "scripted",
        "EVAL_PROVIDER": "scripted",
        "PYTHONUNBUFFERED": "1",
    }
    if not environ.keys() & {"KOTO_PUBLIC_URL", "KOTO_HOST"}:
        ours["KOTO_DEVELOPMENT"] = "1"
    return {**inherited, **ours, **environ}


def start(
    data_dir: Path, *options: str, log: IO[str] | None = None, **environ: str
) -> tuple["subprocess.Popen[str]", str]:
    """The running process and its address, which is the public one where `environ` sets it.

    Its log lines go to `log`; None: nowhere.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "kotoserver", "serve", "--port", "0", *options],
        env=environment(data_dir, **environ),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=log or subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    # Whoever waits for a server that never speaks is woken by its end.
    watchdog = threading.Timer(60, process.kill)
    watchdog.start()
    try:
        for line in process.stdout:
            found = ADDRESS.search(line)
            if found:
                return process, found[1]
    finally:
        watchdog.cancel()
    raise AssertionError(f"the server ended with {process.wait()} before it was ready")


def stop(process: "subprocess.Popen[str]", with_signal: signal.Signals = signal.SIGTERM) -> int:
    """Ends the process; its exit status."""
    process.send_signal(with_signal)
    try:
        return process.wait(30)
    finally:
        if process.stdout is not None:
            process.stdout.close()


@contextmanager
def running_server(data_dir: Path, *options: str, **environ: str) -> Iterator[str]:
    """The address of a server that is stopped at the end."""
    process, address = start(data_dir, *options, **environ)
    try:
        yield address
    finally:
        stop(process)


def run(
    data_dir: Path, *arguments: str, typed: str = "", seconds: float = 120, **environ: str
) -> "subprocess.CompletedProcess[str]":
    """One command of the CLI, run to its end, which must come within that many seconds."""
    return subprocess.run(
        [sys.executable, "-m", "kotoserver", *arguments],
        env=environment(data_dir, **environ),
        cwd=ROOT,
        input=typed,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
