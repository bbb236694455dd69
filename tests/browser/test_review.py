"""A review link: an editor makes it in the studio, and somebody without an account plays what is behind it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser.conftest import SCREENSHOTS
from tests.browser.test_studio import editor, folder, koto
from tests.browser.test_studio_play import open_play
from tests.browser.visitor import Visitor

__all__ = ["editor", "folder", "koto"]
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

Strangers = Callable[..., Awaitable[Visitor]]


@pytest_asyncio.fixture(loop_scope="session")
async def stranger(browser: Browser, request: pytest.FixtureRequest) -> AsyncIterator[Strangers]:
    """`await stranger(url, width=…)` opens an address in a browser that was never here, from another machine."""
    async with AsyncExitStack() as stack:

        async def open_address(url: str, width: int = 820, **options: str) -> Visitor:
            foreign = {"X-Forwarded-For": "203.0.113.9"}
            context = await browser.new_context(
                viewport={"width": width, "height": 900}, extra_http_headers=foreign, **options
            )
            stack.push_async_callback(context.close)
            home, _, path = url.partition("/console/")
            visitor = Visitor(await context.new_page(), home, SCREENSHOTS / f"{request.node.name}-{width}")
            await visitor.open(f"/console/{path}")
            return visitor

        yield open_address


async def make_link(editor: Visitor) -> str:
    page = editor.page
    await open_play(editor)
    await page.get_by_text("Review links").click()
    await page.get_by_label("For whom").fill("민지 선생님")
    await page.get_by_role("button", name="Make a link").click()
    link = page.locator(".review-list input")
    await expect(link).to_have_count(1)
    return await link.input_value()


async def answer(visitor: Visitor, text: str) -> None:
    count = await visitor.page.locator(".bubble.own").count()
    await visitor.page.get_by_label("Your answer in Korean").fill(text)
    await visitor.page.keyboard.press("Enter")
    await expect(visitor.page.locator(".bubble.own")).to_have_count(count + 1)


async def test_somebody_without_an_account_plays_the_draft_until_the_link_is_revoked(
    editor: Visitor, stranger: Strangers
):
    url = await make_link(editor)
    await editor.keep("link")
    visitor = await stranger(url)
    page = visitor.page
    await expect(page.locator(".bubble.npc").first).to_contain_text("어서 오세요")
    await answer(visitor, "네, 주문할게요")
    await answer(visitor, "아메리카노 하나 줘")
    await expect(page.locator(".judged").last).to_contain_text("아메리카노 하나 주세요")
    await page.get_by_role("button", name="A hint").click()
    await expect(page.locator(".hinted")).to_have_count(2)
    assert await page.locator(".why").count() == 0, "the reasons are for editors"
    await visitor.keep("played")
    await page.get_by_role("button", name="Step back").click()
    await page.get_by_role("button", name="Step back").click()
    await expect(page.locator(".bubble.own")).to_have_count(1)
    assert await page.context.cookies() == []
    assert visitor.complaints == []
    await editor.page.get_by_role("button", name="Revoke").click()
    await expect(editor.page.locator(".review-list li")).to_have_count(0)
    await page.reload()
    await expect(page.locator("main")).to_contain_text("does not work")
    await visitor.keep("revoked")
    assert editor.complaints == []


async def test_the_page_fits_a_phone_by_day_and_by_night(editor: Visitor, stranger: Strangers):
    url = await make_link(editor)
    for width, scheme in ((390, "light"), (1440, "dark")):
        visitor = await stranger(url, width, color_scheme=scheme)
        await expect(visitor.page.locator(".bubble.npc").first).to_be_visible()
        await answer(visitor, "아이스 아메리카노 큰 걸로 한 잔 주세요")
        await visitor.page.locator("#pack").select_option("ko-en")
        await expect(visitor.page.locator("#goal")).to_contain_text("dessert")
        await visitor.keep(scheme)
        assert await visitor.overflow() <= 0
        assert visitor.complaints == []


WORDS = {
    "en-GB": ("A draft to look at.", "From the beginning", "accept with feedback", "Hint: think", "does not work"),
    "id-ID": (
        "Draf untuk dilihat.",
        "Dari awal",
        "diterima dengan catatan",
        "Petunjuk: pikirkan",
        "tidak berlaku",
    ),
    "ko-KR": ("살펴볼 초안이에요.", "처음부터", "통과, 고칠 점 있음", "힌트: 생각하기", "쓸 수 없는 링크예요"),
}
PACKS = {"en-GB": "ko-en", "id-ID": "ko-id", "ko-KR": "ko-ko"}


@pytest.mark.parametrize("locale", list(WORDS))
async def test_the_page_speaks_the_language_of_its_reader(editor: Visitor, stranger: Strangers, locale: str):
    about, again, verdict, hint, gone = WORDS[locale]
    visitor = await stranger(await make_link(editor), locale=locale)
    page = visitor.page
    await expect(page.locator("html")).to_have_attribute("lang", locale[:2])
    await expect(page.locator("main")).to_contain_text(about)
    await expect(page.locator("#again")).to_have_text(again)
    await expect(page.locator("#pack")).to_have_value(PACKS[locale])
    await expect(page.locator(".bubble.npc").first).to_be_visible()
    await page.locator("#text").fill("응, 주문할게")
    await page.locator("#say").click()
    await expect(page.locator(".judged .chip")).to_contain_text(verdict)
    await page.locator("#hint").click()
    await expect(page.locator(".hinted").last).to_contain_text(hint)
    await visitor.keep("played")
    assert visitor.complaints == []
    await visitor.open("/console/review/rev_1.1.x")
    await expect(page.locator("h1")).to_contain_text(gone)
