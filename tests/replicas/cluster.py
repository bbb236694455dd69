"""Several processes of the server over one Postgres, one Redis and one S3 store, behind a real Caddy."""

import asyncio
import shutil
import signal
import subprocess
from collections.abc import Awaitable, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from kotoserver.settings import ROOT, S3Settings
from tests.processes import start, stop
from tests.servers import Edge, Restartable, edge_server, free_port

DRAIN_SECONDS = 2
"""The edge asks four times a second whether a replica is ready."""
SCENE = "cafe"


class Replica:
    """One process, which is ended and started again at the same port."""

    def __init__(self, name: str, folder: Path, environ: Mapping[str, str]) -> None:
        self.name = name
        self.port = free_port()
        self._folder = folder / name
        self._environ = environ
        self._process: subprocess.Popen[str] | None = None

    @property
    def upstream(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        self._process, _ = start(self._folder, "--port", str(self.port), **self._environ)

    def end(self, with_signal: signal.Signals = signal.SIGTERM) -> int:
        """The exit status."""
        assert self._process is not None
        process, self._process = self._process, None
        return stop(process, with_signal)

    def close(self) -> None:
        if self._process is not None:
            self.end(signal.SIGKILL)

    async def metric(self, name: str) -> float:
        """The sum of a metric's samples, or the one with these labels; asked for behind the edge's back."""
        async with aiohttp.request("GET", f"http://{self.upstream}/metrics") as answer:
            lines = (await answer.text()).splitlines()
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith((name + "{", name + " ")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    replicas: tuple[Replica, ...]
    edge: Edge
    """In front of all of them."""
    pinned: tuple[Edge, ...]
    """One in front of each, so that a test decides where a request goes."""
    redis: Restartable
    database_url: str
    s3: S3Settings

    async def sum(self, metric: str) -> float:
        return sum([await replica.metric(metric) for replica in self.replicas])


@contextmanager
def running_cluster(
    folder: Path, *, size: int, database_url: str, redis: tuple[str, Restartable], s3: S3Settings
) -> Iterator[Cluster]:
    port = free_port()
    environ = {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis[0],
        "MINIO_ENDPOINT": s3.endpoint,
        "MINIO_ACCESS_KEY": s3.access_key.reveal(),
        "MINIO_SECRET_KEY": s3.secret_key.reveal(),
        "MINIO_BUCKET": s3.bucket,
        "KOTO_SECRET": "shared by all replicas and long enough",
        "KOTO_PUBLIC_URL": f"https://localhost:{port}",
        "KOTO_TRUSTED_PROXIES": "127.0.0.1",
        "KOTO_DRAIN_SECONDS": str(DRAIN_SECONDS),
        "KOTO_SCENES_DIR": str(one_scene(folder)),
        "KOTO_LIMITS": "guests=0,requests=0,learner_requests=0,turns=0",
        "STT_PROVIDER": "scripted",
    }
    with ExitStack() as stack:
        replicas = tuple(Replica(name, folder, environ) for name in "abcdef"[:size])
        for replica in replicas:
            stack.callback(replica.close)
        with ThreadPoolExecutor() as together:
            list(together.map(Replica.start, replicas))
        edge = stack.enter_context(edge_server([each.upstream for each in replicas], port=port))
        pinned = tuple(stack.enter_context(edge_server([each.upstream])) for each in replicas)
        yield Cluster(
            replicas=replicas, edge=edge, pinned=pinned, redis=redis[1], database_url=database_url, s3=s3
        )


def one_scene(folder: Path) -> Path:
    """The scenes without all but one, so that few lines are to be spoken."""

    def others(parent: str, names: list[str]) -> list[str]:
        return [name for name in names if name not in (SCENE, "catalog", "schema")] if parent == scenes else []

    scenes = str(ROOT / "scenes")
    return Path(shutil.copytree(scenes, folder / "scenes", ignore=others))


async def until(holds: Callable[[], Awaitable[bool]], seconds: float = 30) -> None:
    """What other processes do has no event to wait for, so they are asked again and again."""
    async with asyncio.timeout(seconds):
        while not await holds():  # noqa: ASYNC110  # see above
            await asyncio.sleep(0.02)
