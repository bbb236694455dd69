"""The console in a real browser, through the edge: its own policy, the edge's headers, and TLS all at once."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import async_playwright, expect

from tests.browser.chromium import FLAGS
from tests.browser.visitor import Visitor
from tests.processes import running_server
from tests.servers import Edge, edge_server, find_program, free_port, require

pytestmark = pytest.mark.browser


@pytest.fixture
def edge(tmp_path: Path) -> Iterator[Edge]:
    port, server_port = free_port(), free_port()
    environ = {
        "KOTO_PUBLIC_URL": f"https://localhost:{port}",
        "KOTO_SECRET": "known to this test and long enough",
        "KOTO_TRUSTED_PROXIES": "127.0.0.1",
    }
    with (
        running_server(tmp_path, "--port", str(server_port), **environ),
        edge_server([f"127.0.0.1:{server_port}"], port=port, EDGE_CONSOLE_FROM="127.0.0.1 ::1") as edge,
    ):
        yield edge


async def test_somebody_plays_in_the_console_and_the_browser_complains_of_nothing(edge: Edge, tmp_path: Path):
    chromium = find_program("chromium")
    if chromium is None:
        require("Chromium", "apt-get install chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, headless=True, args=[*FLAGS])
        # Nobody told the browser of the edge's own authority.
        context = await browser.new_context(ignore_https_errors=True, permissions=["microphone"])
        visitor = Visitor(await context.new_page(), edge.address, tmp_path)
        await visitor.open("/console/")
        await visitor.page.get_by_role("button", name="Play as a guest").click()
        await visitor.page.wait_for_url(f"{edge.address}/console/")
        await visitor.enter_cafe()
        await visitor.say("네, 주문할게요")
        await expect(visitor.page.locator("#link")).to_have_class(re.compile("open"))
        allowed = "name => document.featurePolicy.allowsFeature(name)"
        assert await visitor.page.evaluate(allowed, "microphone")
        assert not await visitor.page.evaluate(allowed, "camera")
        await visitor.open("/koto-api/docs")
        await expect(visitor.page.locator("h1")).to_be_visible()
        await context.close()
        await browser.close()
    assert visitor.complaints == []
    assert visitor.strangers == set()
