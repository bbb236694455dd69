"""The built image's command, confined as compose.yaml confines it: read-only, without rights, as its own user."""

import os
import re
import shlex
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.image.building import BuiltImage
from tests.servers import free_port

USER = 10001
_ADDRESS = re.compile(r"Korean Together is at ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """A running server."""

    process: "subprocess.Popen[str]"
    address: str
    seconds_to_ready: float
    """From the command to the line that says that it serves."""
    cpu_seconds: float
    """What it had computed by then."""

    def stop(self, config: Mapping[str, Any]) -> int:
        """Ends it by the signal that the image names; the exit status."""
        self.process.send_signal(getattr(signal, config["StopSignal"]))
        try:
            return self.process.wait(30)
        finally:
            self.process.kill()
            assert self.process.stdout is not None
            self.process.stdout.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Runner:
    """Runs things in the image; `data` is what stands for the volume /data."""

    image: BuiltImage
    folder: Path
    """Scratch, where its files are put together."""
    data: Path
    mounts: Mapping[str, Path]
    """Place in the image -> what is mounted over it, to be read only."""

    def run(self, *command: str, **environ: str) -> "subprocess.CompletedProcess[str]":
        """One command, to its end."""
        inside = self._confined(command, environ)
        return subprocess.run(inside, capture_output=True, text=True, timeout=120, check=False)

    @contextmanager
    def serving(self, **environ: str) -> Iterator[Container]:
        """The image's own command."""
        container = self.start(**environ)
        try:
            yield container
        finally:
            container.stop(self.image.config)

    def start(self, **environ: str) -> Container:
        port = free_port()
        config = self.image.config
        begun = time.monotonic()
        process = subprocess.Popen(
            self._confined([*config["Entrypoint"], *config["Cmd"]], {"KOTO_PORT": str(port), **environ}),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        said = self._until_it_serves(process)
        ready = time.monotonic() - begun
        assert _ADDRESS.search(said[-1]), "".join(said[-20:])
        return Container(
            process=process,
            address=f"http://127.0.0.1:{port}",
            seconds_to_ready=ready,
            cpu_seconds=_cpu_seconds(process.pid),
        )

    @staticmethod
    def _until_it_serves(process: "subprocess.Popen[str]") -> list[str]:
        assert process.stdout is not None
        watchdog = threading.Timer(60, process.kill)
        watchdog.start()
        said = [""]
        try:
            for line in process.stdout:
                said.append(line)
                if _ADDRESS.search(line):
                    break
        finally:
            watchdog.cancel()
        return said

    def _confined(self, command: "list[str] | tuple[str, ...]", environ: Mapping[str, str]) -> list[str]:
        """The command line that does it: mounts of its own, then the root, then no rights at all."""
        root = self.folder / "root"
        root.mkdir(exist_ok=True)
        self.data.mkdir(exist_ok=True)
        os.chown(self.data, USER, USER)
        steps = [f"mount --bind {self.image.root} {root}", f"mount -o remount,bind,ro {root}"]
        steps += [f"mount --bind {what} {root}{where}" for where, what in self.mounts.items()]
        steps += [f"mount -o remount,bind,ro {root}{where}" for where in self.mounts]
        steps += [f"mount --bind {self.data} {root}/data", f"mount -t tmpfs tmpfs {root}/tmp"]
        steps += [f"mount --bind /dev {root}/dev", f"mount -t proc proc {root}/proc"]
        config = self.image.config
        given = [*config["Env"], *(f"{name}={value}" for name, value in environ.items())]
        nobody = f"--reuid={USER} --regid={USER} --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all"
        inside = shlex.join(["env", "-i", f"--chdir={config['WorkingDir']}", *given, *command])
        steps += [f"exec chroot {root} /usr/bin/setpriv {nobody} {inside}"]
        return ["unshare", "--mount", "--propagation=private", "sh", "-ec", "\n".join(steps)]


def _cpu_seconds(pid: int) -> float:
    """Of a process and the children that it has waited for: the 14th to 17th of proc(5)'s `stat`."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
