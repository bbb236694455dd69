"""`kotoserver serve` and `kotoserver migrate`."""

import argparse
import asyncio
import errno
import gc
import logging
import signal
import socket
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import replace
from functools import partial

from aiohttp import web

from kotoserver import telemetry
from kotoserver.bootstrap.server import open_services
from kotoserver.bootstrap.speaking import open_speech_engines
from kotoserver.bootstrap.upkeep import migrate_database
from kotoserver.domain.errors import BadSettings
from kotoserver.services.health import HealthService
from kotoserver.settings import Settings
from kotoserver.transport.app import make_app, make_runner
from kotoserver.transport.speech_role import make_speech_app, make_speech_runner

log = logging.getLogger(__name__)

_BACKLOG = 512
SHUTDOWN_SECONDS = 5.0
"""How long requests in flight may take to finish once the server is told to stop."""


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    serve = commands.add_parser(
        "serve",
        help="start the server",
        description="Starts the server and prints the console's address. Stop it with Ctrl-C: clients are told "
        "to reconnect, turns in flight are finished, and nothing that was acknowledged is lost.",
    )
    serve.add_argument("--host", help="address to listen on (default: KOTO_HOST, or 127.0.0.1)")
    serve.add_argument(
        "--port", type=int, help="port to listen on, 0 for a free one (default: KOTO_PORT, or 5000)"
    )
    serve.add_argument(
        "--role",
        choices=("game", "speech"),
        default="game",
        help="`speech` offers nothing but the engines of STT_PROVIDER and TTS_PROVIDER, as OpenAI offers its own, "
        "to servers elsewhere; it needs no database (default: game)",
    )
    serve.set_defaults(run=_serve)
    migrate = commands.add_parser(
        "migrate",
        help="bring the database up to date",
        description="Applies the migrations that the database lacks, under a lock, and names them. `serve` does "
        "the same at its start; run this ahead of it where several servers share a database.",
    )
    migrate.set_defaults(run=_migrate)


def _serve(chosen: argparse.Namespace) -> int:
    settings = Settings.from_environ()
    if chosen.host is not None:
        settings = replace(settings, host=chosen.host)
    if chosen.port is not None:
        if not 0 <= chosen.port <= 65535:
            raise BadSettings("--port must be from 0 to 65535.")
        settings = replace(settings, port=chosen.port)
    settings.refuse_contradictions()
    telemetry.set_up_logging(settings.log, settings.log_level)
    with _exporting_traces(settings):
        asyncio.run(run_speech_server(settings) if chosen.role == "speech" else run_server(settings))
    return 0


def _exporting_traces(settings: Settings) -> AbstractContextManager[None]:
    """BadSettings where the extra is missing."""
    if not settings.exports_traces:
        return nullcontext()
    try:
        from kotoserver.telemetry.export import exporting_by_otlp
    except ModuleNotFoundError as error:
        raise BadSettings(
            "OTEL_EXPORTER_OTLP_ENDPOINT is set, but OpenTelemetry is missing: pip install 'kotoserver[otel]'."
        ) from error
    return exporting_by_otlp()


def _migrate(chosen: argparse.Namespace) -> int:
    settings = Settings.from_environ()
    telemetry.set_up_logging(settings.log, settings.log_level)
    applied = asyncio.run(migrate_database(settings))
    for name in applied:
        print(f"applied {name}")
    if not applied:
        print("the database is up to date")
    return 0


async def run_server(settings: Settings) -> None:
    """Serves until the process is told to stop. BadSettings when the address cannot be listened on."""
    listening, stop = _listen(settings.host, settings.port), _told_to_stop()
    async with open_services(settings) as services:
        spare_the_collector()
        address = f"Korean Together is at {_address(settings, listening)}/console/"
        runner = make_runner(make_app(services, settings), shutdown_timeout=SHUTDOWN_SECONDS)

        drain = partial(_drain, services.health, stop, settings.drain_seconds)
        await _serve_until(stop, runner, listening, address, drain)


async def run_speech_server(settings: Settings) -> None:
    """Serves the engines of speech until the process is told to stop; raises as `run_server` does.

    BadSettings also where others could use engines that cost money or a graphics card, and no key is set.
    """
    if settings.speech.key is None and not settings.on_loopback:
        raise BadSettings(
            f"KOTO_HOST={settings.host} lets others use these engines: set KOTO_SPEECH_KEY, which they must send."
        )
    listening, stop = _listen(settings.host, settings.port), _told_to_stop()
    async with open_speech_engines(settings) as engines:
        app = make_speech_app(engines, settings.uploads, settings.speech.key)
        runner = make_speech_runner(app, shutdown_timeout=SHUTDOWN_SECONDS)

        drain = partial(_drain, engines.health, stop, settings.drain_seconds)
        await _serve_until(stop, runner, listening, f"Speech is at {_address(settings, listening)}/v1", drain)


def spare_the_collector() -> None:
    """Puts what was loaded at the start out of sight of the garbage collector.

    Scenes, the judge's tables and modules are some 90,000 objects that stay to the end; looking through them all
    again stops the loop for 20 to 40 ms each time.
    """
    gc.collect()
    gc.freeze()


def _told_to_stop() -> asyncio.Event:
    """Set by Ctrl-C and by a supervisor's signal, also while the start still goes on."""
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    return stop


async def _drain(health: HealthService, stop: asyncio.Event, seconds: int) -> None:
    """Serves on, so that a balancer hears of the end before clients do; a second signal cuts it short."""
    health.drain()
    if seconds:
        log.info("stopping in %d s: not ready for anybody new", seconds)
    stop.clear()
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()


async def _serve_until(
    stop: asyncio.Event,
    runner: web.AppRunner,
    listening: socket.socket,
    address: str,
    drain: Callable[[], Awaitable[None]],
) -> None:
    await runner.setup()
    try:
        await web.SockSite(runner, listening, backlog=_BACKLOG).start()
        print(address, flush=True)
        await stop.wait()
        await drain()
        log.info("stopping: clients are told to reconnect")
    finally:
        await runner.cleanup()


def _listen(host: str, port: int) -> socket.socket:
    """A bound socket, so that a taken port is heard of before anything slow begins."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listening = socket.socket(family, kind, protocol)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(_BACKLOG)
    except UnicodeError as error:
        raise BadSettings(f"{host!r} is no name of a host; give an address such as 127.0.0.1.") from error
    except OSError as error:
        raise BadSettings(_why_not(error, host, port)) from error
    listening.setblocking(False)
    return listening


def _why_not(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} on {host} is taken by another program; stop it, or choose another with --port."
    if error.errno == errno.EACCES:
        return f"Port {port} needs more rights than this user has; choose one above 1023 with --port."
    return f"Cannot listen on {host}, port {port}: {error.strerror or error}."


def _address(settings: Settings, listening: socket.socket) -> str:
    if settings.public_url:
        return settings.public_url
    port = listening.getsockname()[1]
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.host, settings.host)
    return f"http://{host}:{port}"
