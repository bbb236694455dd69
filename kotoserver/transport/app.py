"""The web application: every route, and what surrounds them."""

import asyncio
from collections.abc import AsyncIterator

from aiohttp import web

from kotoserver import __version__, telemetry
from kotoserver.services.bundle import Services
from kotoserver.services.lookout import Lookout
from kotoserver.settings import Settings
from kotoserver.transport.console import add_console
from kotoserver.transport.health import add_health
from kotoserver.transport.keys import SERVICES, SETTINGS
from kotoserver.transport.live import add_live
from kotoserver.transport.middleware import (
    allow_other_origins,
    answer_errors,
    limit_addresses,
    measure,
    refuse_packed_bodies,
)
from kotoserver.transport.rest import add_rest

BODY_LIMIT = 65_536
"""Bytes of a request's body; no call takes more than one utterance."""

_READ_BYTES = 262_144
"""What is read at once of a request that is coming; up to twice as much of it waits until somebody reads on. With
aiohttp's 65,536 a recording of 6 MB takes a fifth more of the loop's time."""


def make_app(services: Services, settings: Settings) -> web.Application:
    """The application over services that are open already; it does not close them."""
    around = [measure, allow_other_origins, answer_errors, limit_addresses, refuse_packed_bodies]
    app = web.Application(middlewares=around, client_max_size=BODY_LIMIT)
    telemetry.LAST_BACKUP.set_function(lambda: _last_backup(services.lookout))
    telemetry.SERVER.info({"version": __version__})
    app[SERVICES] = services
    app[SETTINGS] = settings
    add_health(app, services.health, settings.region)
    add_rest(app)
    add_live(app)
    add_console(app, settings.web_dir)
    app.cleanup_ctx.append(_measure_the_loop)
    return app


def make_runner(app: web.Application, *, shutdown_timeout: float) -> web.AppRunner:
    """Runs it with bodies as they come: what unpacks to gigabytes would be unpacked even after it was refused."""
    return web.AppRunner(
        app,
        shutdown_timeout=shutdown_timeout,
        access_log=None,
        auto_decompress=False,
        read_bufsize=_READ_BYTES,
    )


def _last_backup(lookout: Lookout) -> float:
    """Seconds since 1970, 0 for none."""
    made_at = lookout.last_backup()
    return made_at.timestamp() if made_at else 0.0


async def _measure_the_loop(app: web.Application) -> AsyncIterator[None]:
    watch = asyncio.create_task(telemetry.watch_loop_lag())
    yield
    watch.cancel()
    await asyncio.gather(watch, return_exceptions=True)
