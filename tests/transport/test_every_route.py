"""Every address that the server knows is closed to whoever is not signed in, unless it is named here."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kotoserver.transport.rest.table import OPERATIONS, PREFIX
from tests.apps import Koto, serving

OPEN = {
    ("GET", "/health"),
    ("GET", "/health/ready"),
    ("GET", "/metrics"),
    ("GET", "/koto-api/openapi.json"),
    ("GET", "/koto-api/frames.json"),
    ("GET", "/koto-api/asyncapi.json"),
    ("GET", "/koto-api/docs"),
    ("GET", "/console"),
    ("GET", "/console/sign-in"),
    ("POST", "/console/sign-in"),
    ("POST", "/console/sign-out"),
    ("GET", "/console/static/{version}/{path}"),
    ("GET", "/console/review/{token}"),
}
"""What shows nothing of anybody, is how one signs in and out, or asks for a sealed link instead
(tests/transport/test_reviews.py)."""
SOCKET = ("GET", "/koto/ws/session/{session_id}")


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Koto]:
    """A server that others can reach, so that nobody is signed in by themselves."""
    async with serving(tmp_path, KOTO_HOST="0.0.0.0") as koto:
        yield koto


def routes(koto: Koto) -> set[tuple[str, str]]:
    app = koto.http.app
    assert app is not None
    return {
        (route.method, route.resource.canonical)
        for route in app.router.routes()
        if route.method != "HEAD" and route.resource is not None
    }


async def test_every_route_is_closed_unless_it_is_named_as_open(served: Koto):
    operations = {(each.method, PREFIX + each.path) for each in OPERATIONS}
    known = routes(served)
    assert OPEN | operations | {SOCKET} <= known
    own = {"Origin": str(served.http.make_url("/")).rstrip("/")}
    for method, path in known - OPEN - operations - {SOCKET}:
        address = re.sub(r"\{\w+\}", "none_such", path)
        answer = await served.http.request(method, address, headers=own, allow_redirects=False)
        leads_to_sign_in = answer.headers.get("Location", "").startswith("/console/sign-in")
        assert answer.status == 401 or (answer.status == 303 and leads_to_sign_in), (method, path, answer.status)


async def test_the_socket_is_closed_to_whoever_has_no_token(served: Koto):
    socket = await served.http.ws_connect("/koto/ws/session/none_such")
    await socket.send_str('{"type": "hello", "token": ""}')
    await socket.receive()
    assert socket.close_code == 4401
