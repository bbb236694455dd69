"""Every width, both colours, the keyboard, still pictures, and letters without installed fonts."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest.mark.parametrize("width", [360, 390, 820, 1280])
async def test_no_page_is_wider_than_the_window(visit: Visit, width: int):
    someone = await visit(width, 844, has_touch=width < 500)
    page = someone.page
    await someone.open("/console/")
    await someone.keep("home")
    assert await someone.overflow() <= 0
    await someone.enter_cafe()
    await someone.say("아메리카노 하나 줘")
    await page.locator("#hint").click()
    await expect(page.locator("#ladder .rung")).not_to_have_count(0)
    await someone.keep("play")
    assert await someone.overflow() <= 0
    await someone.show_developer_panel()
    await someone.keep("developer")
    assert await someone.overflow() <= 0
    session = await page.locator("#pane-state a").get_attribute("href")
    for path in (session or "", "/console/sessions", "/console/lab", "/console/nowhere"):
        await someone.open(path)
        await someone.keep("page")
        assert await someone.overflow() <= 0


async def test_the_dark_follows_the_system_until_somebody_chooses(visit: Visit):
    someone = await visit(color_scheme="dark")
    page = someone.page
    await someone.enter_cafe()
    await someone.keep("night")
    assert await _brightness(someone.page) < 60
    theme = page.get_by_role("button", name=re.compile("Colours"))
    await theme.click()
    await expect(page.locator("html")).to_have_attribute("data-theme", "light")
    assert await _brightness(someone.page) > 200
    await someone.open("/console/")
    await expect(page.locator("html")).to_have_attribute("data-theme", "light")


async def test_a_scene_can_be_played_without_a_mouse(visit: Visit):
    someone = await visit()
    page = someone.page
    await someone.open("/console/")
    play = page.locator('a[href*="/play/cafe?"]').first
    while not await play.evaluate("element => element === document.activeElement"):
        await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator("#start")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("#answer")).to_be_focused()
    await expect(page.locator("#line-ko")).not_to_be_empty()
    await page.keyboard.press("Alt+KeyH")
    await expect(page.locator("#ladder .rung")).to_have_count(1)
    await page.keyboard.type("네, 주문할게요")
    await page.keyboard.press("Enter")
    await expect(page.locator("#goal-step")).to_have_text(re.compile("^2/"))
    await page.keyboard.press("Alt+KeyS")
    await expect(page.locator(".frame.out .type", has_text="repeat")).to_have_count(1)
    await page.keyboard.press("Escape")
    await expect(page.locator("#dev")).to_be_hidden()
    await someone.keep("keyboard")


async def test_stillness_is_respected(visit: Visit):
    someone = await visit(reduced_motion="reduce")
    await someone.enter_cafe()
    moving = await someone.page.locator(".breathe").first.evaluate("part => getComputedStyle(part).animationName")
    assert moving == "none"
    await someone.say("네, 주문할게요")


async def test_every_syllable_has_a_letterform_even_a_rare_one(visit: Visit):
    someone = await visit()
    page = someone.page
    await someone.enter_cafe()
    await someone.say("뷁뛟 주세요")
    loaded = await page.evaluate(
        """async () => {
          await document.fonts.ready;
          return [...document.fonts].filter((font) => font.status === "loaded").map((font) => font.family);
        }"""
    )
    assert {family.strip('"') for family in loaded} == {"Koto Sans", "Koto Sans Rare"}


async def _brightness(page) -> float:
    """Of the page's background, 0 to 255."""
    colour = await page.evaluate("getComputedStyle(document.body).backgroundColor")
    channels = [float(number) for number in re.findall(r"[\d.]+", colour)[:3]]
    return sum(channels) / 3
