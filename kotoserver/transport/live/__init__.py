"""The WebSocket under /koto/ws."""

import asyncio
from dataclasses import dataclass, field

from aiohttp import WSCloseCode, web

from kotoserver import telemetry
from kotoserver.ports.clock import SystemClock
from kotoserver.transport.addresses import client_address
from kotoserver.transport.incoming import trace_of
from kotoserver.transport.keys import SERVICES
from kotoserver.transport.live.connection import CLOSE_CODES, LiveConnection

_MESSAGE_LIMIT = 65_536
"""Bytes; above this the connection itself is closed (1009) instead of answering with an error."""

_HEARTBEAT_SECONDS = 30.0

GOODBYE_SECONDS = 2.0
"""How long a client may take to answer that the connection is closed."""

_KNOWN_CODES = frozenset((*WSCloseCode, *CLOSE_CODES))


@dataclass(frozen=True, slots=True)
class OpenSockets:
    """Connections that are to be told when the server goes away."""

    sockets: set[web.WebSocketResponse] = field(default_factory=set)
    farewells: dict[web.WebSocketResponse, asyncio.Task[None]] = field(default_factory=dict)
    """Those being told; a connection ends after its own."""

    async def say_goodbye(self) -> None:
        """Tells everyone at the same time: some have gone without a word and never answer."""
        for socket in self.sockets:
            self.farewells[socket] = asyncio.create_task(_send_away(socket))
        await asyncio.gather(*self.farewells.values(), return_exceptions=True)


async def _send_away(socket: web.WebSocketResponse) -> None:
    async with asyncio.timeout(GOODBYE_SECONDS):
        await socket.close(
            code=WSCloseCode.GOING_AWAY, message=b"the server is going away; reconnect with last_seq"
        )


OPEN_SOCKETS: web.AppKey[OpenSockets] = web.AppKey("open_sockets", OpenSockets)


def add_live(app: web.Application) -> None:
    """Registers the socket, and its orderly end when the server goes away."""
    app[OPEN_SOCKETS] = OpenSockets()
    app.router.add_get("/koto/ws/session/{session_id}", _connect)
    app.on_shutdown.append(_say_goodbye)


async def _connect(request: web.Request) -> web.WebSocketResponse:
    # Compression would cost each idle client hundreds of kilobytes for frames that are under one.
    socket = web.WebSocketResponse(
        max_msg_size=_MESSAGE_LIMIT,
        heartbeat=_HEARTBEAT_SECONDS,
        timeout=GOODBYE_SECONDS,
        compress=False,
    )
    await socket.prepare(request)
    session_id = request.match_info["session_id"]
    open_sockets = request.app[OPEN_SOCKETS]
    open_sockets.sockets.add(socket)
    telemetry.OPEN_SOCKETS.inc()
    try:
        connection = LiveConnection(
            socket,
            request.app[SERVICES],
            SystemClock(),
            session_id,
            address=client_address(request),
            trace=trace_of(request),
        )
        await connection.serve()
        if socket in open_sockets.farewells:
            await asyncio.wait([open_sockets.farewells[socket]])
    finally:
        open_sockets.sockets.discard(socket)
        telemetry.OPEN_SOCKETS.dec()
        telemetry.SOCKETS_CLOSED.labels(_counted_as(socket.close_code)).inc()
    return socket


def _counted_as(close_code: int | None) -> str:
    """The code's label among the metrics; a client may close with thousands of others."""
    return str(close_code) if close_code in _KNOWN_CODES else "other"


async def _say_goodbye(app: web.Application) -> None:
    await app[OPEN_SOCKETS].say_goodbye()
