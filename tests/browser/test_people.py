"""Signing in, one's own account, and what admins do with people, in a real browser."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Route, expect

from kotoserver.domain.learner import Role
from tests.apps import Koto, serving
from tests.browser.conftest import SCREENSHOTS, Visit
from tests.browser.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PASSWORD = "kopi susu gula aren"


@pytest_asyncio.fixture(loop_scope="session")
async def served(tmp_path: Path) -> AsyncIterator[Koto]:
    """A server that others can reach, with an admin, a teacher and two learners."""
    async with serving(tmp_path, KOTO_HOST="0.0.0.0", TTS_PROVIDER="scripted") as koto:
        accounts = koto.services.accounts
        await accounts.add(Role.ADMIN, name="Minji", email="minji@example.org", password=PASSWORD)
        await accounts.add(Role.TEACHER, name="김 선생님", email="kim@example.org", password=PASSWORD)
        await accounts.add(Role.LEARNER, name="Sari Wulandari", email="sari@example.org", password=PASSWORD)
        await accounts.sign_in_guest()
        yield koto


@pytest_asyncio.fixture(loop_scope="session")
async def someone(served: Koto, browser: Browser, request: pytest.FixtureRequest) -> AsyncIterator[Visitor]:
    """A browser that nobody is signed in with."""
    width = getattr(request, "param", 1280)
    context = await browser.new_context(viewport={"width": width, "height": 900})
    home = str(served.http.make_url("/")).rstrip("/")
    visitor = Visitor(await context.new_page(), home, SCREENSHOTS / request.node.name)
    yield visitor
    await context.close()
    assert visitor.strangers == set()


async def sign_in(visitor: Visitor, email: str, password: str = PASSWORD) -> None:
    await visitor.page.get_by_label("E-mail").fill(email)
    await visitor.page.get_by_label("Password").fill(password)
    await visitor.page.get_by_role("button", name="Sign in", exact=True).click()


async def test_signing_in_leads_to_the_page_that_was_wanted(someone: Visitor):
    await someone.open("/console/sessions")
    await expect(someone.page.locator("h1")).to_have_text("Sign in")
    await someone.keep("door")
    await sign_in(someone, "minji@example.org", "not the password")
    await expect(someone.page.get_by_role("alert")).to_have_text("E-mail or password is wrong.")
    await someone.keep("wrong")
    await someone.page.get_by_label("Password").fill(PASSWORD)
    await someone.page.get_by_role("button", name="Sign in", exact=True).click()
    await expect(someone.page.locator("h1")).to_have_text("Your sessions")
    await expect(someone.page.locator(".who")).to_contain_text("Minji")
    someone.complaints.clear()  # the browser notes every 401


async def test_an_admin_changes_a_role_and_finds_it_in_the_audit(someone: Visitor, served: Koto):
    page = someone.page
    await someone.open("/console/users")
    await sign_in(someone, "minji@example.org")
    row = page.locator("tr", has_text="Sari Wulandari")
    await expect(row).to_be_visible()
    await someone.keep("users")
    async with page.expect_response("**/koto-api/users/*"):
        await row.locator(".role").select_option("teacher")
    await expect(row).to_have_attribute("data-revision", "2")
    async with page.expect_response("**/koto-api/users/*"):
        await row.get_by_role("button", name="Block").click()
    await expect(row.locator(".blocked-chip")).to_be_visible()
    await row.get_by_role("link", name="Audit").click()
    await expect(page.locator("tbody tr")).to_have_count(2)
    await expect(page.locator("tbody")).to_contain_text("role changed")
    await someone.keep("audit")
    await page.get_by_role("link", name="Server").click()
    await expect(page.locator("h1")).to_have_text("Server")
    await expect(page.locator(".foot")).to_be_visible()
    await someone.keep("server")
    assert someone.complaints == []


async def test_of_two_admins_the_second_is_told(someone: Visitor, served: Koto):
    page = someone.page
    await someone.open("/console/users?q=sari")
    await sign_in(someone, "minji@example.org")
    await expect(page.locator("tr[data-user]")).to_have_count(1)
    other = await served.member(Role.ADMIN)
    user = await page.locator("tr[data-user]").get_attribute("data-user")
    await other.call("PATCH", f"/users/{user}", json={"role": "editor"})
    await page.locator(".role").select_option("teacher")
    await expect(page.locator("#users-note")).to_contain_text("Somebody else changed this user")
    await expect(page.locator(".role")).to_have_value("learner")
    someone.complaints.clear()  # the browser notes every 412


async def test_an_admin_adds_somebody_and_erases_them(someone: Visitor):
    page = someone.page
    await someone.open("/console/users")
    await sign_in(someone, "minji@example.org")
    await page.get_by_role("button", name="Add somebody").click()
    form = page.locator("#add-form")
    await form.get_by_label("Name").fill("Budi")
    await form.get_by_label("E-mail").fill("budi@example.org")
    await form.get_by_label("Password").fill(PASSWORD)
    await form.get_by_label("Role").select_option("editor")
    await someone.keep("adding")
    await form.get_by_role("button", name="Add").click()
    row = page.locator("tr", has_text="Budi")
    await expect(row.locator(".role")).to_have_value("editor")
    page.once("dialog", lambda dialog: dialog.accept())
    await row.get_by_role("button", name="Erase").click()
    await expect(row).to_have_count(0)
    assert someone.complaints == []


async def test_a_guest_keeps_their_account_and_leaves(someone: Visitor):
    page = someone.page
    await someone.open("/console/")
    await page.get_by_role("button", name="Play as a guest").click()
    await page.locator(".who").click()
    form = page.locator("#credentials")
    await expect(form).to_be_visible()
    await someone.keep("guest")
    await form.get_by_label("E-mail").fill("wayan@example.org")
    await form.get_by_label("New password").fill(PASSWORD)
    await form.get_by_role("button", name="Keep my account").click()
    await expect(page.locator(".hero .chip").nth(1)).to_have_text("wayan@example.org")
    await someone.keep("kept")
    await page.get_by_role("button", name="Sign out here").click()
    await expect(page.locator("h1")).to_have_text("Sign in")
    await sign_in(someone, "wayan@example.org")
    await page.locator(".who").click()
    page.once("dialog", lambda dialog: dialog.accept())
    await page.get_by_role("button", name="Erase my account").click()
    await expect(page.locator("h1")).to_have_text("Sign in")
    await sign_in(someone, "wayan@example.org")
    await expect(page.get_by_role("alert")).to_be_visible()
    someone.complaints.clear()  # the browser notes every 401


async def test_a_page_that_was_open_for_long_renews_its_token(visit: Visit):
    """Its token is made unusable on the way, once, as if it had expired."""
    visitor = await visit()
    page = visitor.page
    renewed: list[str] = []
    page.on("request", lambda asked: renewed.append(asked.url) if asked.url.endswith("/console/token") else None)

    async def expired(route: Route) -> None:
        if renewed:
            await route.continue_()
        else:
            await route.fulfill(status=401, json={"error": {"code": "token_expired", "message": "Expired."}})

    await page.route("**/koto-api/sessions", expired)
    await visitor.enter_cafe()
    await visitor.say("네, 주문할게요")
    assert len(renewed) == 1
    visitor.complaints.clear()  # the browser notes the 401


@pytest.mark.parametrize("someone", [360, 820], indirect=True)
async def test_no_page_about_people_is_wider_than_the_window(someone: Visitor):
    await someone.open("/console/account")
    assert await someone.overflow() <= 0
    await sign_in(someone, "minji@example.org")
    await expect(someone.page.locator(".who")).to_be_visible()
    for path in ("account", "users", "audit", "server", "sessions?of=everyone"):
        await someone.open(f"/console/{path}")
        await someone.keep(path.partition("?")[0])
        assert await someone.overflow() <= 0, path
    assert someone.complaints == []
