"""What editors do with sentences that learners really said: take them into the draft, or put them aside."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, expect

from kotoserver.settings import ROOT
from tests.apps import Koto, serving
from tests.browser.conftest import SCREENSHOTS
from tests.browser.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

CHECKED = 30_000
"""Milliseconds in which the evaluator is loaded."""
WIFI, PETS = "와이파이 비밀번호가 뭐예요?", "강아지하고 같이 들어가도 돼요?"


@pytest_asyncio.fixture(loop_scope="session")
async def folder(tmp_path: Path) -> Path:
    for name in ("scenes", "langpacks"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return tmp_path


@pytest_asyncio.fixture(loop_scope="session")
async def koto(folder: Path) -> AsyncIterator[Koto]:
    """A café in which five learners said what nobody expected."""
    own = {"KOTO_SCENES_DIR": str(folder / "scenes"), "KOTO_LANGPACKS_DIR": str(folder / "langpacks")}
    async with serving(folder / "data", **own) as koto:
        await koto.services.speech.close()  # else the authored lines would be spoken meanwhile
        for said in (
            [WIFI, PETS],
            [WIFI],
            ["와이파이 비밀번호 뭐예요"],
            [PETS],
            ["아이스 라떼 주문하고 싶은데요."],
        ):
            guest = await koto.guest()
            for sentence in said:
                await guest.say(await guest.open(), sentence, "t1")
        yield koto


@pytest_asyncio.fixture(loop_scope="session")
async def editor(koto: Koto, browser: Browser, request: pytest.FixtureRequest) -> AsyncIterator[Visitor]:
    asked = {"width": 1440, **getattr(request, "param", {})}
    viewport = {"width": asked.pop("width"), "height": 900}
    context = await browser.new_context(viewport=viewport, **asked)  # type: ignore[arg-type]
    home = str(koto.http.make_url("/")).rstrip("/")
    visitor = Visitor(await context.new_page(), home, SCREENSHOTS / request.node.name)
    yield visitor
    await context.close()
    assert visitor.strangers == set()


async def open_list(editor: Visitor) -> None:
    await editor.open("/console/studio/scene/cafe/sentences")
    await expect(editor.page.locator(".said-card").first).to_be_visible(timeout=CHECKED)


def card(editor: Visitor, at: int = 0) -> Locator:
    return editor.page.locator(".said-card").nth(at)


async def test_a_sentence_becomes_an_example_and_is_seen_in_the_text(editor: Visitor, folder: Path):
    page = editor.page
    await open_list(editor)
    await expect(card(editor).locator(".said-text")).to_have_value(WIFI)
    await expect(card(editor)).to_contain_text("3 times")
    await expect(card(editor)).to_contain_text("1 more way")
    await editor.keep("list")
    await card(editor).get_by_role("button", name="New intent …").click()
    await card(editor).locator(".new-intent input").fill("ask_wifi")
    await card(editor).get_by_role("button", name="Make it").click()
    link = card(editor).get_by_role("link", name="See it in the text")
    await expect(link).to_be_focused(timeout=CHECKED)
    text = (folder / "scenes" / "cafe" / "scene.yaml").read_text("utf-8")
    assert f'        ask_wifi:\n          examples: ["{WIFI}"]\n' in text
    second = card(editor, 1)
    await second.locator(".said-text").fill("강아지하고 들어가도 돼요?")
    await second.get_by_label("Intent", exact=True).select_option("look_first")
    await second.get_by_role("button", name="Not this").click()
    await expect(second).to_contain_text("is not look_first", timeout=CHECKED)
    await editor.keep("taken")
    await link.click()
    await expect(page.locator("#editor .cm-activeLine")).to_contain_text("ask_wifi", timeout=CHECKED)
    await editor.keep("text")
    assert editor.complaints == []


async def test_what_is_put_aside_stays_so_and_may_be_looked_at_again(editor: Visitor):
    page = editor.page
    await open_list(editor)
    await card(editor).get_by_role("button", name="Put aside").click()
    await expect(card(editor).locator(".said-text")).to_have_value(PETS)
    await open_list(editor)
    await expect(card(editor).locator(".said-text")).to_have_value(PETS)
    await page.locator('[data-only="ignored"]').click()
    await expect(card(editor).locator(".said-text")).to_have_value(WIFI)
    await editor.keep("aside")
    await card(editor).get_by_role("button", name="Look at it again").click()
    await expect(page.locator(".said-card")).to_have_count(0)
    assert editor.complaints == []


async def test_what_the_draft_understands_by_now_is_no_work(editor: Visitor):
    await open_list(editor)
    await editor.page.locator('[data-only="now"]').click()
    await expect(card(editor)).to_contain_text("the draft takes it as order_drink")
    assert editor.complaints == []


@pytest.mark.parametrize(
    "editor",
    [{"width": 390}, {"width": 820, "color_scheme": "dark"}],
    ids=["390", "820-dark"],
    indirect=True,
)
async def test_the_sentences_fit_every_window(editor: Visitor):
    await open_list(editor)
    await editor.keep("list")
    assert await editor.overflow() <= 0
    assert editor.complaints == []
