"""Takes the README's pictures anew: `python -m tests.browser.pictures`."""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.async_api import Browser, async_playwright, expect

from tests.apps import serving
from tests.browser.chromium import FLAGS
from tests.browser.desk import open_desk, type_over
from tests.browser.visitor import Visitor
from tests.servers import find_program

IMAGES = Path(__file__).parents[2] / "docs" / "images"
DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}


async def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder:
        async with (
            serving(Path(folder), EVAL_PROVIDER="local", TTS_PROVIDER="espeak") as koto,
            async_playwright() as playwright,
        ):
            home = str(koto.http.make_url("/")).rstrip("/")
            browser = await playwright.chromium.launch(executable_path=find_program("chromium"), args=[*FLAGS])
            day = await _visitor(browser, home, DESK)
            await _play_a_casual_order(day)
            await _take(day, "simulator")
            await _show_a_replay(day)
            await _take(day, "replay")
            await day.open(await day.page.locator("#pane-state a").get_attribute("href") or "")
            await _take(day, "session")
            await day.open("/console/")
            await day.page.locator(".art svg").first.wait_for()
            await _take(day, "home")
            night = await _visitor(browser, home, DESK, color_scheme="dark")
            await _play_a_casual_order(night)
            await _take(night, "night")
            phone = await _visitor(browser, home, PHONE, has_touch=True, device_scale_factor=2)
            await _play_a_casual_order(phone)
            await _take(phone, "phone")
            await _take_the_studio(browser, home)
            await _take_the_lab(browser, Path(folder) / "lab")
            await browser.close()


async def _visitor(browser: Browser, home: str, viewport: Any, **options: Any) -> Visitor:
    context = await browser.new_context(viewport=viewport, reduced_motion="reduce", **options)
    return Visitor(await context.new_page(), home, IMAGES)


async def _play_a_casual_order(someone: Visitor) -> None:
    """As far as the barista's surprise at an order in casual speech."""
    await someone.enter_cafe()
    await someone.say("네, 주문할게요")
    await someone.say("아이스 아메리카노 한 잔 줘")
    await expect(someone.page.locator("svg.speaking")).to_have_count(0, timeout=15_000)


async def _show_a_replay(someone: Visitor) -> None:
    await someone.page.locator("#drop-next").click()
    await someone.say("아이스 아메리카노 한 잔 주세요")
    await expect(someone.page.locator("svg.speaking")).to_have_count(0, timeout=15_000)


async def _take_the_studio(browser: Browser, home: str) -> None:
    """A line that the learner would be corrected for, found as it is typed; nothing is saved."""
    someone = await _visitor(browser, home, DESK)
    page = someone.page
    await open_desk(someone, "scene/cafe")
    await type_over(someone, '"아메리카노 한 잔 주세요."', '"아메리카노을 한 잔 주세요."')
    await page.locator(".finding .place").first.click(timeout=60_000)
    await page.locator("#graph [data-node]").first.wait_for(timeout=60_000)
    await page.locator("#editor .cm-activeLine .cm-lintRange").first.hover()
    await page.locator("#editor .cm-tooltip .cm-diagnostic").first.wait_for()
    await _take(someone, "studio")


async def _take_the_lab(browser: Browser, folder: Path) -> None:
    """Two voices, the first of them broken on purpose."""
    async with serving(folder, TTS_PROVIDER="espeak,scripted", STT_PROVIDER="scripted") as koto:
        await koto.services.speech.close()  # the authored lines are not spoken meanwhile
        someone = await _visitor(
            browser, str(koto.http.make_url("/")).rstrip("/"), {"width": 1280, "height": 1240}
        )
        await someone.open("/console/lab")
        espeak = someone.page.locator("#engines-tts .engine[data-engine=espeak]")
        await espeak.get_by_label("How it breaks").select_option("silence")
        await espeak.get_by_role("button", name="Break").click()
        await someone.page.locator("#speak").click()
        await expect(someone.page.locator("#spoken .wave")).to_have_count(2)
        await expect(espeak.locator("header .chip")).to_contain_text("rests")
        await _take(someone, "lab")


async def _take(someone: Visitor, name: str) -> None:
    await someone.page.evaluate("document.fonts.ready.then(() => scrollTo(0, 0))")
    await someone.page.screenshot(path=IMAGES / f"{name}.png")


if __name__ == "__main__":
    asyncio.run(main())
