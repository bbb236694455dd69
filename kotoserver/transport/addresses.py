"""Addresses: those that clients are told, and those that they come from.

What a proxy says of a client (`X-Forwarded-For`, `X-Forwarded-Proto`) is believed of the proxies that the
settings name, and of nobody else: anybody can write a header.
"""

from collections.abc import Sequence
from ipaddress import ip_address

from aiohttp import web

from kotoserver.settings import Network
from kotoserver.transport.keys import SETTINGS

_UNKNOWN = "unknown"


def base_url(request: web.Request) -> str:
    """Scheme, host and port, without a slash at the end: the public ones where they are set."""
    return request.app[SETTINGS].public_url or f"{_scheme(request)}://{request.host}"


def socket_url(request: web.Request, session_id: str) -> str:
    """Where the session's events are: `ws://…`, or `wss://…` behind https."""
    return "ws" + base_url(request).removeprefix("http") + f"/koto/ws/session/{session_id}"


def client_address(request: web.Request) -> str:
    """Whom a request comes from: the peer, or where that is a trusted proxy whoever it says to speak for.

    Of several proxies each adds its peer at the end, so the last one that is no trusted proxy counts: what stands
    before it may be made up.
    """
    trusted = request.app[SETTINGS].trusted_proxies
    if not trusted:
        return request.remote or _UNKNOWN
    passed_on = [each.strip() for each in ",".join(request.headers.getall("X-Forwarded-For", ())).split(",")]
    address = request.remote or _UNKNOWN
    while passed_on and _among(address, trusted):
        address = passed_on.pop() or address
    return address


def came_through_a_proxy(request: web.Request) -> bool:
    """Whether somebody stands between, trusted or not."""
    return any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"))


def _scheme(request: web.Request) -> str:
    told = request.headers.get("X-Forwarded-Proto", "")
    from_trusted = _among(request.remote or _UNKNOWN, request.app[SETTINGS].trusted_proxies)
    return told if from_trusted and told in ("http", "https") else request.scheme


def _among(address: str, networks: Sequence[Network]) -> bool:
    try:
        known = ip_address(address)
    except ValueError:
        return False
    return any(known in network for network in networks)
