"""The server as a process, with a line that can be made bad to each of its stores, and one to itself."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit, urlunsplit

from bench.processes import WITHOUT_LIMITS
from kotoserver.settings import ROOT, S3Settings
from tests.processes import ADDRESS, environment
from tests.proxy import Proxy, line_to
from tests.servers import postgres_server, redis_server, s3_server

STOP_SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    lines: dict[str, Proxy]
    """`postgres`, `redis`, `s3` and `clients`."""
    address: str
    """The server itself, past the line of the clients."""
    far_address: str
    """The server as learners reach it."""
    log: Path
    """What the server has said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    postgres: str
    """URL of a database that nobody else uses."""
    redis: str
    s3: S3Settings


@contextmanager
def started_stores() -> Iterator[Stores]:
    with postgres_server() as postgres, redis_server() as redis, s3_server() as s3:
        yield Stores(postgres=postgres, redis=redis, s3=s3)


@asynccontextmanager
async def world(stores: Stores, evaluator: str) -> AsyncIterator[World]:
    """The exit status of the server is checked at the end."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="koto-faults-")))
        lines = {
            "postgres": await stack.enter_async_context(line_to(_address(stores.postgres))),
            "redis": await stack.enter_async_context(line_to(_address(stores.redis))),
            "s3": await stack.enter_async_context(line_to(stores.s3.endpoint)),
        }
        settings = {
            **WITHOUT_LIMITS,
            "EVAL_PROVIDER": evaluator,
            "KOTO_LOG": "json",
            "DATABASE_URL": _through(lines["postgres"], stores.postgres),
            "REDIS_URL": _through(lines["redis"], stores.redis),
            **_s3(lines["s3"], stores.s3),
        }
        address = await stack.enter_async_context(_serving(folder, settings))
        lines["clients"] = await stack.enter_async_context(line_to(_address(address)))
        yield World(
            lines=lines,
            address=address,
            far_address=f"http://127.0.0.1:{lines['clients'].port}",
            log=folder / "server.log",
        )


@asynccontextmanager
async def _serving(folder: Path, settings: dict[str, str]) -> AsyncIterator[str]:
    """Waited for in threads: the server starts and stops by what the lines pass on, which this loop does."""
    server = _started(folder, settings)
    try:
        yield await asyncio.to_thread(_printed_address, server)
    finally:
        server.terminate()
        status = await asyncio.to_thread(_ended, server)
        assert server.stdout is not None
        server.stdout.close()
        if status != 0:
            said = (folder / "server.log").read_text()[-3000:]
            raise RuntimeError(f"the server ended with {status}: {said}")


def _ended(server: "subprocess.Popen[str]") -> int:
    """Its exit status; one that does not end in time is killed."""
    try:
        return server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        return server.wait()


def _started(folder: Path, settings: dict[str, str]) -> "subprocess.Popen[str]":
    with (folder / "server.log").open("w") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "kotoserver", "serve", "--port", "0"],
            env=environment(folder, **settings),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )


def _printed_address(server: "subprocess.Popen[str]") -> str:
    assert server.stdout is not None
    for line in server.stdout:
        if found := ADDRESS.search(line):
            return found[1]
    raise RuntimeError("the server did not start")


def _address(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port}"


def _through(line: Proxy, url: str) -> str:
    parts = urlsplit(url)
    user = f"{parts.username}@" if parts.username else ""
    return urlunsplit(parts._replace(netloc=f"{user}127.0.0.1:{line.port}"))


def _s3(line: Proxy, s3: S3Settings) -> dict[str, str]:
    return {
        "MINIO_ENDPOINT": f"127.0.0.1:{line.port}",
        "MINIO_ACCESS_KEY": s3.access_key.reveal(),
        "MINIO_SECRET_KEY": s3.secret_key.reveal(),
        "MINIO_BUCKET": s3.bucket,
    }
