"""What editors do with a scene's picture: see its ways, go into its lines, put its cards where they want them."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Route, expect

from tests.browser.conftest import SCREENSHOTS
from tests.browser.desk import CHECKED, go_behind, line_of_caret, open_desk, type_over
from tests.browser.test_studio import editor, folder, koto
from tests.browser.visitor import Visitor
from tests.large_scene import swell_cafe

__all__ = ["editor", "folder", "koto"]
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def open_graph(editor: Visitor, draft: str = "scene/cafe") -> None:
    await open_desk(editor, draft)
    await editor.page.locator("[data-side=graph]").click()
    await expect(card(editor, "order")).to_be_visible(timeout=CHECKED)


async def show_all(editor: Visitor) -> None:
    await editor.page.get_by_role("button", name="Show all").click()


def card(editor: Visitor, turn: str) -> Locator:
    return editor.page.locator(f'.scene-graph [data-node="{turn}"]')


async def test_the_ways_of_a_scene_are_seen_and_lead_into_its_lines(editor: Visitor):
    page = editor.page
    await open_graph(editor)
    await expect(card(editor, "greet").locator(".share")).to_have_text("100%", timeout=CHECKED)
    await editor.keep("graph")
    await show_all(editor)
    await card(editor, "pay").click()
    await expect(line_of_caret(editor)).to_contain_text("id: pay")
    await expect(card(editor, "pay")).to_have_class("node turn hot chosen caret")
    rule = page.locator(".rule-line").nth(2)
    words = await rule.locator("span").nth(1).inner_text()
    assert words.startswith("means ")
    await editor.keep("chosen")
    await rule.click()
    intent = words.removeprefix("means ").split(" ")[0].split("\n")[0]
    await expect(line_of_caret(editor)).to_contain_text(f"when: {{ intent: {intent}")
    await go_behind(editor, "id: temp")
    await expect(card(editor, "temp")).to_have_class("node turn hot caret")
    assert editor.complaints == []


async def test_the_text_is_read_and_written_before_its_graph_has_come(editor: Visitor):
    page, graph = editor.page, asyncio.Event()

    async def later(route: Route) -> None:
        await graph.wait()
        await route.continue_()

    await page.route("**/content/scenes/cafe/graph", later)
    await page.route("**/static/*/js/studio/graph/main.js", later)
    await editor.open("/console/studio/scene/cafe")
    await expect(page.locator("#editor .cm-line").nth(20)).to_be_visible()
    await type_over(editor, "title: ", "# Nobody waits.\ntitle: ")
    await expect(page.locator("#state")).to_have_text("1 file not saved")
    await expect(page.locator(".scene-graph")).to_have_count(0)
    graph.set()
    await expect(card(editor, "order")).to_be_visible(timeout=CHECKED)
    assert editor.complaints == []


async def test_both_panes_are_there_though_the_server_be_gone_when_one_is_chosen(editor: Visitor):
    page = editor.page
    await open_graph(editor)
    await page.route("**/static/**", lambda route: route.abort())
    await page.locator("[data-side=play]").click()
    await expect(page.locator(".bubble.npc").first).to_be_visible(timeout=CHECKED)
    assert editor.complaints == []


async def test_a_pane_that_did_not_arrive_is_told_beside_a_text_that_can_be_saved(editor: Visitor, folder: Path):
    page = editor.page
    await page.route("**/js/studio/graph/main.js", lambda route: route.abort())
    await editor.open("/console/studio/scene/cafe")
    await expect(page.locator("#note")).to_contain_text("load the page again")
    await type_over(editor, "title: ", "# Saved all the same.\ntitle: ")
    await page.keyboard.press("Control+s")
    await expect(page.locator("#state")).to_have_text("saved")
    assert "# Saved all the same." in (folder / "scenes" / "cafe" / "scene.yaml").read_text("utf-8")
    await expect(page.locator("#findings .soft")).to_have_count(0, timeout=CHECKED)


async def test_what_is_dead_untested_or_leads_nowhere_is_marked(editor: Visitor):
    await open_graph(editor)
    await type_over(editor, "        go: sold_out", "        go: nowhere")
    await expect(card(editor, "?nowhere")).to_be_visible(timeout=CHECKED)
    await editor.keep("nowhere")
    await type_over(editor, "go: nowhere", "go: order")
    await type_over(editor, "        go: sold_out", "        go: temp")
    await expect(card(editor, "sold_out")).to_have_class("node turn dead", timeout=CHECKED)
    await editor.keep("dead")


async def test_cards_stay_where_they_were_put_until_they_are_arranged_again(editor: Visitor, folder: Path):
    page, layout = editor.page, folder / "scenes" / "cafe" / "layout.json"
    await open_graph(editor)
    box = await card(editor, "greet").bounding_box()
    assert box is not None
    await page.mouse.move(box["x"] + 20, box["y"] + 10)
    await page.mouse.down()
    await page.mouse.move(box["x"] + 120, box["y"] + 60, steps=4)
    async with page.expect_response(lambda answer: answer.url.endswith("/content/draft")):
        await page.mouse.up()
    moved = json.loads(layout.read_text("utf-8"))["turns"]
    assert {"greet", "order", ":finish", ":great"} <= moved.keys()
    await editor.keep("moved")
    await card(editor, "order").focus()
    async with page.expect_response(lambda answer: answer.url.endswith("/content/draft")):
        await page.keyboard.press("Shift+ArrowLeft")
    nudged = json.loads(layout.read_text("utf-8"))["turns"]
    assert nudged["order"][0] == moved["order"][0] - 20
    await page.reload()
    await expect(card(editor, "greet")).to_be_visible(timeout=CHECKED)
    transform = await card(editor, "greet").get_attribute("transform")
    assert transform == "translate({} {})".format(*nudged["greet"])
    async with page.expect_response(lambda answer: answer.url.endswith("/content/draft")):
        await page.get_by_role("button", name="Arrange again").click()
    assert json.loads(layout.read_text("utf-8"))["turns"] == {}
    assert editor.complaints == []


async def test_the_graph_is_walked_with_the_keyboard(editor: Visitor):
    page = editor.page
    await open_graph(editor)
    await card(editor, "greet").focus()
    await page.keyboard.press("ArrowDown")
    focused = page.locator(".scene-graph [data-node]:focus")
    await expect(focused).not_to_have_attribute("data-node", "greet")
    turn = await focused.get_attribute("data-node")
    await page.keyboard.press("Enter")
    await expect(line_of_caret(editor)).to_contain_text(f"id: {turn}")
    await card(editor, str(turn)).focus()
    await page.keyboard.press("p")
    await expect(page.get_by_label("Begin in this turn")).to_have_value(str(turn))
    assert editor.complaints == []


@pytest.mark.parametrize("editor", [390, 820, 1800], indirect=True)
async def test_the_graph_fits_any_window(editor: Visitor):
    await open_graph(editor)
    await expect(card(editor, "greet").locator(".share")).to_have_text("100%", timeout=CHECKED)
    await editor.page.locator(".scene-graph").scroll_into_view_if_needed()
    await editor.keep("graph")
    assert await editor.overflow() <= 0
    await show_all(editor)
    await editor.keep("all")
    await card(editor, "order").click()
    await editor.keep("rules")
    assert await editor.overflow() <= 0
    assert editor.complaints == []


@pytest_asyncio.fixture(loop_scope="session")
async def by_night(koto: object, browser: Browser, editor: Visitor) -> AsyncIterator[Visitor]:
    context = await browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme="dark")
    visitor = Visitor(await context.new_page(), editor.home, SCREENSHOTS / "graph_by_night")
    yield visitor
    await context.close()


async def test_the_graph_is_drawn_in_the_dark_too(by_night: Visitor):
    await open_graph(by_night)
    await expect(card(by_night, "greet").locator(".share")).to_have_text("100%", timeout=CHECKED)
    await show_all(by_night)
    await card(by_night, "order").click()
    await by_night.keep("graph")
    assert by_night.complaints == []


async def test_a_scene_of_sixty_turns_is_drawn_and_played(editor: Visitor, folder: Path):
    page = editor.page
    swell_cafe(folder)
    await open_graph(editor)
    assert await page.locator(".scene-graph .turn").count() >= 60
    await expect(card(editor, "greet").locator(".share")).to_have_text("100%", timeout=CHECKED)
    await editor.keep("large")
    await show_all(editor)
    await editor.keep("all")
    drawn = await page.evaluate(
        """() => {
            const began = performance.now();
            document.querySelector(".graph-tools input").click();
            return performance.now() - began;
        }"""
    )
    assert drawn < 1_500, "milliseconds to arrange and draw it all again, on a machine that others use too"
    await go_behind(editor, "- id: pay_3")
    await expect(card(editor, "pay_3")).to_have_class("node turn dead caret")
    await card(editor, "pay_3").focus()
    await page.keyboard.press("p")
    await expect(page.get_by_label("Begin in this turn")).to_have_value("pay_3", timeout=CHECKED)
    before = await page.locator(".bubble.npc").count()
    await page.locator(".quick .model").click()
    await expect(page.locator(".bubble.npc")).not_to_have_count(before)
    assert editor.complaints == []
