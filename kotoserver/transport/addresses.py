"""Addresses that clients are told: the public one where it is set, else the request's own."""

from aiohttp import web

from kotoserver.transport.keys import SETTINGS


def base_url(request: web.Request) -> str:
    """Scheme, host and port, without a slash at the end."""
    return request.app[SETTINGS].public_url or f"{request.scheme}://{request.host}"


def socket_url(request: web.Request, session_id: str) -> str:
    """Where the session's events are: `ws://…`, or `wss://…` behind https."""
    return "ws" + base_url(request).removeprefix("http") + f"/koto/ws/session/{session_id}"
