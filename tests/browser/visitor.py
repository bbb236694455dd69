"""Somebody at the console, in the words of what they do there."""

from pathlib import Path
from urllib.parse import urlsplit

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

    async def say(self, text: str) -> None:
        """Types an answer, sends it with Enter, and waits until it has been judged."""
        before = await self.last_turn()
        await self.page.locator("#answer").fill(text)
        await self.page.keyboard.press("Enter")
        await self.page.locator(f'.verdict[data-turn]:not([data-turn="{before}"])').wait_for()

    async def last_turn(self) -> str:
        """The id of the turn whose result is shown; empty before the first."""
        shown = self.page.locator(".verdict[data-turn]")
        return (await shown.get_attribute("data-turn") or "") if await shown.count() else ""

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
