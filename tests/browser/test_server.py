"""The server's page in a real browser: plots that move, and what is wrong in sentences."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from kotoserver.domain.engines import Fault, FaultKind
from kotoserver.domain.receipt import Stage
from tests.apps import Koto, serving
from tests.browser.conftest import SCREENSHOTS
from tests.browser.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(loop_scope="session")
async def served(tmp_path: Path) -> AsyncIterator[Koto]:
    """A server in development, whose visitors are admins, with two voices."""
    async with serving(tmp_path, TTS_PROVIDER="scripted,espeak") as koto:
        yield koto


@pytest_asyncio.fixture(loop_scope="session")
async def admin(served: Koto, browser: Browser, request: pytest.FixtureRequest) -> AsyncIterator[Visitor]:
    width, scheme = getattr(request, "param", (1440, "light"))
    context = await browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    home = str(served.http.make_url("/")).rstrip("/")
    visitor = Visitor(await context.new_page(), home, SCREENSHOTS / request.node.name)
    yield visitor
    await context.close()
    assert visitor.complaints == []
    assert visitor.strangers == set()


async def take_a_turn(koto: Koto) -> None:
    learner = await koto.guest()
    session_id = await learner.open()
    turn = {"turn_id": "t1", "text": "아메리카노 한 잔 주세요."}
    assert (await learner.call("POST", f"/sessions/{session_id}/turns", json=turn)).status == 200


async def test_plots_begin_empty_and_show_what_is_played(admin: Visitor, served: Koto):
    page = admin.page
    await admin.open("/console/server")
    judged = page.locator("#plot-judged")
    await expect(judged).to_be_visible()
    await expect(page.locator("#plot-turns .now")).to_have_text("–")
    await admin.keep("before")
    await take_a_turn(served)
    await served.services.lookout.look()
    await page.get_by_role("button", name="6 hours").click()
    await expect(page.get_by_role("button", name="6 hours")).to_have_attribute("aria-pressed", "true")
    await expect(judged.locator(".now")).to_have_text(re.compile(r"^[\d.,]+ (ms|s)$"))
    await expect(page.locator("#plot-turns .now")).to_have_text(re.compile(r"/ min$"))
    told = re.compile(r"^Turns: judged [\d.,]+")
    await expect(page.locator("#plot-turns svg")).to_have_attribute("aria-label", told)
    await admin.keep("after")


async def test_a_voice_that_rests_is_said_in_a_sentence_and_in_its_row(admin: Visitor, served: Koto):
    lab, page = served.services.lab, admin.page
    guest = await served.guest()
    caller = await served.services.accounts.caller(guest.token)
    lab.break_engine(caller, Stage.TTS, "scripted", Fault(kind=FaultKind.FAIL))
    for text in ("하나", "둘", "셋"):
        await lab.speak(caller, text, "ko-f-02", 1.0, None)
    await served.services.lookout.look()
    await admin.open("/console/server")
    await expect(page.locator("#findings")).to_contain_text("scripted failed too often and is left alone")
    row = page.locator("#engines li", has_text="scripted")
    await expect(row).to_contain_text("left alone")
    await expect(row).to_contain_text(re.compile(r"[3-9] failed"))  # perhaps a line rendered ahead too
    await admin.keep("resting")


async def test_a_server_that_answers_no_more_is_said_and_what_was_drawn_stays(admin: Visitor):
    page = admin.page
    await admin.open("/console/server")
    await expect(page.locator("#plot-memory")).to_be_visible()
    await page.route("**/koto-api/server*", lambda route: route.abort())
    await page.get_by_role("button", name="6 hours").click()
    await expect(page.locator("#trouble")).to_contain_text("What is below may be old")
    await expect(page.locator("#plot-memory")).to_be_visible()
    admin.complaints.clear()  # the browser notes what it could not load


@pytest.mark.parametrize("admin", [(390, "dark"), (820, "light"), (1440, "dark")], indirect=True)
async def test_it_fits_every_window(admin: Visitor, served: Koto):
    await take_a_turn(served)
    await served.services.lookout.look()
    await admin.open("/console/server")
    await expect(admin.page.locator("#room-list li")).to_have_count(3)
    assert await admin.overflow() <= 0
    await admin.keep("whole")
    await admin.page.locator("#engines-head").scroll_into_view_if_needed()
    await admin.page.locator("#engines").scroll_into_view_if_needed()
    await admin.keep("lower")
