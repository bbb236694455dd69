"""The WebSocket under /koto/ws."""

from dataclasses import dataclass, field

from aiohttp import WSCloseCode, web

from kotoserver import telemetry
from kotoserver.ports.clock import SystemClock
from kotoserver.transport.keys import SERVICES
from kotoserver.transport.live.connection import LiveConnection

_MESSAGE_LIMIT = 65_536
"""Bytes; above this the connection itself is closed (1009) instead of answering with an error."""

_HEARTBEAT_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class OpenSockets:
    """Connections that are to be told when the server goes away."""

    sockets: set[web.WebSocketResponse] = field(default_factory=set)


OPEN_SOCKETS: web.AppKey[OpenSockets] = web.AppKey("open_sockets", OpenSockets)


def add_live(app: web.Application) -> None:
    """Registers the socket, and its orderly end when the server goes away."""
    app[OPEN_SOCKETS] = OpenSockets()
    app.router.add_get("/koto/ws/session/{session_id}", _connect)
    app.on_shutdown.append(_say_goodbye)


async def _connect(request: web.Request) -> web.WebSocketResponse:
    # Compression would cost each idle client hundreds of kilobytes for frames that are under one.
    socket = web.WebSocketResponse(max_msg_size=_MESSAGE_LIMIT, heartbeat=_HEARTBEAT_SECONDS, compress=False)
    await socket.prepare(request)
    session_id = request.match_info["session_id"]
    open_sockets = request.app[OPEN_SOCKETS].sockets
    open_sockets.add(socket)
    telemetry.OPEN_SOCKETS.inc()
    try:
        with telemetry.log_ids(session_id=session_id):
            await LiveConnection(socket, request.app[SERVICES], SystemClock(), session_id).serve()
    finally:
        open_sockets.discard(socket)
        telemetry.OPEN_SOCKETS.dec()
        telemetry.SOCKETS_CLOSED.labels(str(socket.close_code)).inc()
    return socket


async def _say_goodbye(app: web.Application) -> None:
    for socket in tuple(app[OPEN_SOCKETS].sockets):
        await socket.close(
            code=WSCloseCode.GOING_AWAY, message=b"the server is going away; reconnect with last_seq"
        )
