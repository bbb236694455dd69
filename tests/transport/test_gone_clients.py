"""Clients that go away in the middle of what they were saying: nobody's fault, and no alarm."""

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from kotoserver.bootstrap.server import open_services
from kotoserver.settings import Settings
from kotoserver.transport.app import make_app, make_runner


@pytest.fixture
async def port(tmp_path: Path) -> AsyncIterator[int]:
    """The server as it is run; aiohttp's test server would cancel whoever works for a client that is gone."""
    environ = {"KOTO_DATA_DIR": str(tmp_path), "TTS_PROVIDER": "scripted", "EVAL_PROVIDER": "scripted"}
    settings = Settings.from_environ(environ)
    async with open_services(settings) as services:
        runner = make_runner(make_app(services, settings), shutdown_timeout=1.0)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield int(runner.addresses[0][1])
        await runner.cleanup()


@pytest.mark.parametrize(
    ("route", "media_type", "begun"),
    [
        ("/koto-api/sessions", "application/json", "{"),
        ("/koto-api/audio/upload", "multipart/form-data; boundary=b", "--b"),
    ],
)
async def test_a_client_that_went_away_is_counted_and_alarms_nobody(
    port: int, caplog: pytest.LogCaptureFixture, route: str, media_type: str, begun: str
):
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as http:
        async with http.post("/koto-api/auth/guest", json={}) as answer:
            token = (await answer.json())["token"]
        head = [f"POST {route} HTTP/1.1", "Host: koto", f"Authorization: Bearer {token}"]
        head += [f"Content-Type: {media_type}", "Content-Length: 5000", "", begun]
        with caplog.at_level(logging.INFO):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write("\r\n".join(head).encode())
            writer.close()
            await writer.wait_closed()
            async with asyncio.timeout(5):
                while f'route="{route}",status="499"' not in await metrics(http):
                    pass
    assert "went away in the middle" in caplog.text
    assert "nobody expected" not in caplog.text


async def metrics(http: aiohttp.ClientSession) -> str:
    async with http.get("/metrics") as answer:
        return await answer.text()
