"""Somebody at the console, in the words of what they do there."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from playwright.async_api import ConsoleMessage, Page, Request, Response, expect

PATIENCE_MS = 15_000


class Visitor:
    """One browser profile with one page; remembers what went wrong on it."""

    def __init__(self, page: Page, home: str, screenshots: Path) -> None:
        self.page = page
        self.home = home
        self.complaints: list[str] = []
        """Errors and warnings of the page."""
        self.strangers: set[str] = set()
        """Hosts other than the server's that were asked for something."""
        self._screenshots = screenshots
        self._count = 0
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._watch)
        page.on("response", self._check)

    async def open(self, path: str) -> None:
        await self.page.goto(self.home + path)

    async def enter_cafe(self, pack: str = "ko-id") -> None:
        """Opens the café and starts the scene with a click; the barista's first line is there."""
        await self.open(f"/console/play/cafe?pack={pack}")
        await self.page.locator("#start:enabled").click()
        await expect(self.page.locator("#line-ko")).not_to_be_empty(timeout=PATIENCE_MS)

    async def send(self, text: str) -> None:
        """Types an answer and sends it with Enter."""
        await self.page.locator("#answer").fill(text)
        await self.page.keyboard.press("Enter")

    async def say(self, text: str) -> None:
        """Sends an answer and waits until it has been judged."""
        before = await self.last_turn()
        await self.send(text)
        await self.page.locator(f'.verdict[data-turn]:not([data-turn="{before}"])').wait_for()

    async def last_turn(self) -> str:
        """The id of the turn whose result is shown; empty before the first."""
        shown = self.page.locator(".verdict[data-turn]")
        return (await shown.get_attribute("data-turn") or "") if await shown.count() else ""

    async def stop_the_clock(self) -> None:
        """From now on no timer of the page fires, until `clock.resume()`; the clock must be installed."""
        milliseconds = await self.page.evaluate("Date.now()")
        await self.page.clock.pause_at(datetime.fromtimestamp(milliseconds / 1000 + 1, UTC))

    async def turns_on_the_server(self, count: int) -> None:
        """Waits until the session of this page has that many turns in storage."""
        session = parse_qs(urlsplit(self.page.url).query)["session"][0]
        token = await self.page.locator("meta[name=koto-token]").get_attribute("content")
        address = f"{self.home}/koto-api/sessions/{session}/turns"
        async with asyncio.timeout(PATIENCE_MS / 1000):
            while True:
                answer = await self.page.request.get(address, headers={"Authorization": f"Bearer {token}"})
                if len((await answer.json())["turns"]) == count:
                    return

    async def show_developer_panel(self) -> None:
        if await self.page.locator("#dev").is_hidden():
            await self.page.locator("#dev-toggle").click()

    async def keep(self, name: str) -> None:
        """Keeps a screenshot of what is seen now."""
        self._count += 1
        self._screenshots.mkdir(parents=True, exist_ok=True)
        await self.page.screenshot(path=self._screenshots / f"{self._count:02}-{name}.png")

    async def overflow(self) -> int:
        """Pixels by which the page is wider than the window."""
        return int(await self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            self.complaints.append(message.text)

    def _watch(self, request: Request) -> None:
        there = urlsplit(request.url)
        if there.scheme not in ("data", "blob") and there.netloc != urlsplit(self.home).netloc:
            self.strangers.add(there.netloc)

    def _check(self, response: Response) -> None:
        """What a page loads must be there; a page itself may be the one that says sorry."""
        if response.status >= 400 and response.request.resource_type != "document":
            self.complaints.append(f"{response.status} {response.url}")
