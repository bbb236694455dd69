"""What teachers do in the console: a class with its code, its learners and their sessions, and lessons."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from kotoserver.domain.learner import Role
from tests.apps import Guest, Koto, serving
from tests.browser.conftest import SCREENSHOTS
from tests.browser.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PASSWORD = "kopi susu gula aren"


@pytest_asyncio.fixture(loop_scope="session")
async def served(tmp_path: Path) -> AsyncIterator[Koto]:
    """A server that others can reach, with a teacher, an editor and a learner."""
    async with serving(tmp_path, KOTO_HOST="0.0.0.0", TTS_PROVIDER="scripted") as koto:
        await koto.services.speech.close()  # else the authored lines would be spoken meanwhile
        accounts = koto.services.accounts
        await accounts.add(Role.TEACHER, name="김 선생님", email="kim@example.org", password=PASSWORD)
        await accounts.add(Role.EDITOR, name="Minji", email="minji@example.org", password=PASSWORD)
        await accounts.add(Role.LEARNER, name="Sari Wulandari", email="sari@example.org", password=PASSWORD)
        yield koto


@pytest_asyncio.fixture(loop_scope="session")
async def open_visitor(served: Koto, browser: Browser, request: pytest.FixtureRequest) -> AsyncIterator[object]:
    visitors: list[Visitor] = []
    home = str(served.http.make_url("/")).rstrip("/")

    async def enter(email: str, path: str, width: int = 1280, **options: object) -> Visitor:
        context = await browser.new_context(viewport={"width": width, "height": 900}, **options)  # type: ignore[arg-type]
        visitor = Visitor(await context.new_page(), home, SCREENSHOTS / request.node.name / email.split("@")[0])
        visitors.append(visitor)
        await visitor.open(path)
        await visitor.page.get_by_label("E-mail").fill(email)
        await visitor.page.get_by_label("Password").fill(PASSWORD)
        await visitor.page.get_by_role("button", name="Sign in", exact=True).click()
        await expect(visitor.page.locator(".who")).to_be_visible()
        return visitor

    yield enter
    for visitor in visitors:
        await visitor.page.context.close()
        assert visitor.strangers == set()


async def signed_in(koto: Koto, email: str) -> Guest:
    answer = await koto.http.post("/koto-api/auth/login", json={"email": email, "password": PASSWORD})
    told = await answer.json()
    return Guest(koto, told["token"], told["learner_id"])


async def test_a_class_is_made_joined_watched_and_left(served: Koto, open_visitor):
    teacher = await open_visitor("kim@example.org", "/console/classes")
    await teacher.page.get_by_label("A new class").fill("화요일 저녁반")
    await teacher.page.get_by_role("button", name="Make it").click()
    await expect(teacher.page.locator("h1")).to_have_text("화요일 저녁반")
    code = await teacher.page.locator(".code").inner_text()
    await teacher.keep("empty")
    learner = await open_visitor("sari@example.org", "/console/account")
    await learner.page.get_by_label("Your teacher's code").fill(code.lower())
    await learner.page.get_by_role("button", name="Join").click()
    await expect(learner.page.locator("[data-class]")).to_contain_text("화요일 저녁반")
    await learner.keep("joined")
    sari = await signed_in(served, "sari@example.org")
    await sari.say(await sari.open(), "네, 주문할게요.", "t1")

    await teacher.page.reload()
    member = teacher.page.locator(".member", has_text="Sari Wulandari")
    await expect(member.locator(".line")).to_contain_text("in progress")
    await teacher.keep("class")
    await member.locator(".line").click()
    await expect(teacher.page.locator("body")).to_contain_text("주문할게요")

    await learner.page.get_by_role("button", name="Leave").click()
    await expect(learner.page.locator("[data-class]")).to_have_count(0)
    await teacher.open("/console/classes")
    await expect(teacher.page.locator(".class-card")).to_contain_text("0 learners")
    await teacher.keep("classes")
    await teacher.page.locator(".class-card a").click()
    teacher.page.once("dialog", lambda dialog: dialog.accept())
    await teacher.page.get_by_role("button", name="End this class").click()
    await expect(teacher.page.locator(".empty")).to_contain_text("No class yet")
    assert teacher.complaints == []
    assert learner.complaints == []


async def test_a_lesson_is_written_and_of_two_editors_the_second_sees_both(served: Koto, open_visitor):
    teacher = await open_visitor("kim@example.org", "/console/lessons/new")
    page = teacher.page
    await page.get_by_label("Title").fill("Di kafe")
    for scene in ("cafe", "airport"):
        await page.get_by_label("A scene to add").select_option(scene)
        await page.get_by_role("button", name="Add").click()
    await page.get_by_label("airport up").click()
    await teacher.keep("new")
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator("h1")).to_have_text("Di kafe")
    kim = await signed_in(served, "kim@example.org")
    (lesson,) = (await kim.get("/lessons"))["lessons"]
    assert (lesson["scenes"], lesson["published"]) == (["airport", "cafe"], False)

    body = {key: lesson[key] for key in ("title", "goal", "scenes", "published")}
    minji = await signed_in(served, "minji@example.org")
    path, at = f"/lessons/{lesson['lesson_id']}", {"If-Match": '"1"'}
    assert (await minji.call("PUT", path, json={**body, "title": "Theirs"}, headers=at)).status == 200
    await page.get_by_label("Title").fill("Mine")
    await page.get_by_label("Published").check()
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator("#differs")).to_be_visible()
    await expect(page.locator("#theirs")).to_contain_text("Theirs")
    await expect(page.locator("#yours")).to_contain_text("Mine")
    await teacher.keep("both")
    await page.get_by_role("button", name="Keep mine over theirs").click()
    await expect(page.locator("#saved")).to_be_visible()
    kept = await kim.get(path)
    assert (kept["title"], kept["published"], kept["revision"]) == ("Mine", True, 3)
    await teacher.open("/console/lessons")
    await expect(page.locator(".class-card")).to_contain_text("published")
    await teacher.keep("lessons")
    teacher.complaints.clear()  # the browser notes every 412


async def test_learners_are_told_that_these_pages_are_for_others(served: Koto, open_visitor):
    learner = await open_visitor("sari@example.org", "/console/classes")
    await expect(learner.page.locator("h1")).to_have_text("This is for others")
    await learner.open("/console/lessons")
    await expect(learner.page.locator("h1")).to_have_text("This is for others")
    await expect(learner.page.locator("nav", has_text="Teaching")).to_have_count(0)
    learner.complaints.clear()


@pytest.mark.parametrize("width", [390, 820])
async def test_the_pages_of_teachers_fit_narrow_windows(served: Koto, open_visitor, width: int):
    kim = await signed_in(served, "kim@example.org")
    made = await (await kim.call("POST", "/classes", json={"name": "화요일 저녁반, beginners"})).json()
    sari = await signed_in(served, "sari@example.org")
    await sari.call("POST", "/classes/join", json={"code": made["code"]})
    await sari.open()
    lesson = {"title": "Di kafe", "goal": "Memesan minuman", "scenes": ["cafe", "airport"], "published": True}
    written = await (await kim.call("POST", "/lessons", json=lesson)).json()
    teacher = await open_visitor("kim@example.org", "/console/classes", width=width, color_scheme="dark")
    for path in ("classes", f"classes/{made['class_id']}", "lessons", f"lessons/{written['lesson_id']}"):
        await teacher.open(f"/console/{path}")
        await expect(teacher.page.locator("h1")).to_be_visible()
        await teacher.keep(path.split("/")[0])
        assert await teacher.overflow() <= 0, path
    assert teacher.complaints == []
