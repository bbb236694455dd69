"""The real server and a headless Chromium, shared by the browser tests; each test visits as somebody new."""

import os
import wave
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from tests import sounds
from tests.apps import Koto, serving
from tests.browser.chromium import FLAGS
from tests.browser.visitor import Visitor
from tests.servers import find_program, require

SCREENSHOTS = Path(__file__).parent / "screenshots"

Visit = Callable[..., Awaitable[Visitor]]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def koto(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Koto]:
    """The server with its own judge and voice."""
    folder = tmp_path_factory.mktemp("koto")
    async with serving(folder, EVAL_PROVIDER="local", TTS_PROVIDER="espeak") as koto:
        yield koto


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Debian's Chromium; without one the tests are skipped, or fail in CI."""
    chromium = find_program("chromium")
    if chromium is None:
        require("Chromium", "apt-get install chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, headless=True, args=[*FLAGS])
        yield browser
        await browser.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def speaking_browser(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browser]:
    """A Chromium into whose microphone somebody speaks for ever."""
    chromium = find_program("chromium")
    if chromium is None:
        require("Chromium", "apt-get install chromium")
    spoken = tmp_path_factory.mktemp("voice") / "spoken.wav"
    speech = await sounds.voice("아이스 아메리카노 한 잔 주세요. " * 4)
    with wave.open(str(spoken), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(speech.sample_rate)
        file.writeframes(speech.pcm)
    fake = ("--use-fake-device-for-media-stream", f"--use-file-for-fake-audio-capture={spoken}")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, headless=True, args=[*FLAGS, *fake])
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def visit(koto: Koto, browser: Browser, request: pytest.FixtureRequest) -> AsyncIterator[Visit]:
    """`await visit(width=…, …)` opens a new browser profile; at the end nothing may have gone wrong in it."""
    home = str(koto.http.make_url("/")).rstrip("/")
    visitors: list[Visitor] = []
    async with AsyncExitStack() as stack:

        async def open_profile(width: int = 1440, height: int = 900, **options: Any) -> Visitor:
            context = await browser.new_context(viewport={"width": width, "height": height}, **options)
            stack.push_async_callback(context.close)
            visitor = Visitor(await context.new_page(), home, SCREENSHOTS / request.node.name)
            visitors.append(visitor)
            return visitor

        os.makedirs(SCREENSHOTS, exist_ok=True)
        yield open_profile
    for visitor in visitors:
        assert visitor.complaints == [], "the browser complained"
        assert visitor.strangers == set(), "something was asked of another host"
