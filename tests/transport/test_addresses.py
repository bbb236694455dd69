"""Whom a request comes from, with and without proxies in between."""

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from kotoserver.settings import Settings
from kotoserver.transport.addresses import client_address
from kotoserver.transport.keys import SETTINGS


async def seen(trusted: str, *forwarded: str) -> str:
    """The address of a client on this machine who sends these headers."""

    async def tell(request: web.Request) -> web.Response:
        return web.Response(text=client_address(request))

    app = web.Application()
    app[SETTINGS] = Settings.from_environ({"KOTO_TRUSTED_PROXIES": trusted})
    app.router.add_get("/", tell)
    async with TestClient(TestServer(app)) as client:
        answer = await client.get("/", headers=[("X-Forwarded-For", each) for each in forwarded])
        return await answer.text()


@pytest.mark.parametrize(
    ("trusted", "forwarded", "address"),
    [
        ("", (), "127.0.0.1"),
        ("", ("203.0.113.7",), "127.0.0.1"),
        ("10.0.0.0/8", ("203.0.113.7",), "127.0.0.1"),
        ("127.0.0.1", (), "127.0.0.1"),
        ("127.0.0.1", ("203.0.113.7",), "203.0.113.7"),
        ("127.0.0.0/8, ::1", ("198.51.100.1, 203.0.113.7",), "203.0.113.7"),
        ("127.0.0.1", ("198.51.100.1", "203.0.113.7"), "203.0.113.7"),
        ("127.0.0.1,10.0.0.0/8", ("203.0.113.7, 10.1.2.3",), "203.0.113.7"),
        ("127.0.0.1,10.0.0.0/8", ("10.1.2.3",), "10.1.2.3"),
        ("127.0.0.1", ("2001:db8::7",), "2001:db8::7"),
    ],
)
async def test_only_a_trusted_proxy_says_for_whom_it_asks(trusted: str, forwarded: tuple[str, ...], address: str):
    assert await seen(trusted, *forwarded) == address
