"""Addresses: those that clients are told, and those that they come from."""

from collections.abc import Sequence
from ipaddress import ip_address

from aiohttp import web

from kotoserver.settings import Network
from kotoserver.transport.keys import SETTINGS


def base_url(request: web.Request) -> str:
    """Scheme, host and port, without a slash at the end."""
    return request.app[SETTINGS].public_url or f"{request.scheme}://{request.host}"


def socket_url(request: web.Request, session_id: str) -> str:
    """Where the session's events are: `ws://…`, or `wss://…` behind https."""
    return "ws" + base_url(request).removeprefix("http") + f"/koto/ws/session/{session_id}"


def client_address(request: web.Request) -> str:
    """Whom a request comes from: the peer, or where that is a trusted proxy whoever it says to speak for.

    Of several proxies each adds its peer at the end, so the last one that is no trusted proxy counts: what stands
    before it may be made up.
    """
    trusted = request.app[SETTINGS].trusted_proxies
    passed_on = [each.strip() for each in ",".join(request.headers.getall("X-Forwarded-For", ())).split(",")]
    address = request.remote or "unknown"
    while passed_on and _among(address, trusted):
        address = passed_on.pop() or address
    return address


def _among(address: str, networks: Sequence[Network]) -> bool:
    try:
        known = ip_address(address)
    except ValueError:
        return False
    return any(known in network for network in networks)
