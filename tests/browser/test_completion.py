"""While one writes: what may stand at a place of a draft, and what stands there, is told where it is."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.apps import Koto, serving
from tests.browser.conftest import SCREENSHOTS
from tests.browser.desk import go_behind, open_desk, show_file, text_of_file, type_over
from tests.browser.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def koto(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Koto]:
    """Nothing is saved here, so the project's own scenes serve."""
    async with serving(tmp_path_factory.mktemp("koto")) as koto:
        yield koto


@pytest_asyncio.fixture(loop_scope="session")
async def editor(koto: Koto, browser: Browser, tmp_path: Path) -> AsyncIterator[Visitor]:
    context = await browser.new_context(viewport={"width": 1440, "height": 900})
    home = str(koto.http.make_url("/")).rstrip("/")
    visitor = Visitor(await context.new_page(), home, SCREENSHOTS / "completion")
    yield visitor
    await context.close()
    assert visitor.complaints == []


async def offered(editor: Visitor) -> list[str]:
    """What is offered at the caret; the first word of each."""
    await editor.page.keyboard.press("Control+Space")
    labels = editor.page.locator(".cm-tooltip-autocomplete .cm-completionLabel")
    await labels.first.wait_for()
    return await labels.all_inner_texts()


async def take(editor: Visitor, label: str) -> None:
    """Takes what is offered under that label, with the mouse: keys are not heard in the list's first moment."""
    await editor.page.locator(".cm-tooltip-autocomplete li", has_text=label).first.click()


async def point_before_caret(editor: Visitor) -> None:
    caret = await editor.page.locator("#editor .cm-cursor-primary").bounding_box()
    assert caret is not None
    await editor.page.mouse.move(caret["x"] - 12, caret["y"] + 8)


async def test_keys_that_are_not_there_yet_are_offered_in_the_formats_order(editor: Visitor):
    await open_desk(editor, "scene/cafe")
    await go_behind(editor, "kind: think")
    await editor.page.keyboard.insert_text(", ")
    assert await offered(editor) == ["ko"]
    await editor.page.keyboard.press("Escape")
    await type_over(editor, ", cefr: A1", ", ")
    assert await offered(editor) == ["cefr"]
    await expect(editor.page.locator(".cm-completionInfo")).to_have_text("The same for teachers.")
    await editor.keep("key")


async def test_a_name_is_offered_with_what_it_is_and_written_when_it_is_taken(editor: Visitor):
    page = editor.page
    await open_desk(editor, "scene/cafe")
    await type_over(editor, "go: sold_out", "go: ")
    names = await offered(editor)
    assert names[:3] == ["greet", "order", "sold_out"]
    assert names[-2:] == ["again", "finish"]
    await editor.keep("names")
    await page.keyboard.type("tem")
    await expect(page.locator(".cm-tooltip-autocomplete li")).to_have_count(1)
    await expect(page.locator(".cm-completionDetail")).to_have_text("차가운 것과 따뜻한 것 중에서 고르세요.")
    await take(editor, "temp")
    await expect(page.locator("#editor .cm-activeLine")).to_have_text("        go: temp")


async def test_intents_are_those_of_this_turn_and_slots_those_of_the_scene(editor: Visitor):
    await open_desk(editor, "scene/cafe")
    await type_over(editor, "when: { intent: order_drink", "when: { intent: ")
    assert await offered(editor) == ["ready", "greet_back", "order_drink", "look_first"]
    await editor.page.keyboard.press("Escape")
    await type_over(editor, "needs: drink", "needs: ")
    assert (await offered(editor))[:3] == ["drink", "count", "temp"]
    await editor.page.keyboard.press("Escape")
    await type_over(editor, "slot: { drink: strawberry_latte", "slot: { drink: ")
    assert "yuja_tea" in await offered(editor)


async def test_a_slot_is_named_inside_of_a_sentence_and_its_brace_closed(editor: Visitor):
    await open_desk(editor, "scene/cafe")
    await go_behind(editor, 'ko: "어서 오세요')
    await editor.page.keyboard.insert_text(" {dr")
    await offered(editor)
    await take(editor, "drink")
    await expect(editor.page.locator("#editor .cm-activeLine")).to_contain_text("어서 오세요 {drink}! 주문")


async def test_a_key_of_its_own_block_begins_on_the_next_line_and_one_of_few_is_asked_for_at_once(editor: Visitor):
    page = editor.page
    await open_desk(editor, "scene/cafe")
    await type_over(editor, "limits:", "limitz:")
    await page.keyboard.press("Home")
    await page.keyboard.insert_text("\n")
    await page.keyboard.press("ArrowUp")
    await page.keyboard.type("lim")
    await take(editor, "limits")
    assert "\nlimits:\n  \nlimitz:" in await text_of_file(editor)


async def test_what_a_translator_may_key_is_offered_with_its_korean(editor: Visitor):
    page = editor.page
    await open_desk(editor, "pack/ko-id")
    await show_file(editor, "cafe.yaml")
    await type_over(editor, "  L011:", "  L01\n  L999:")
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("End")
    assert await offered(editor) == ["L011"]
    await expect(page.locator(".cm-completionDetail").first).to_have_text("네, 주문할게요.")
    await editor.keep("pack")


async def test_a_key_and_a_name_are_explained_where_one_points(editor: Visitor):
    page = editor.page
    await open_desk(editor, "scene/cafe")
    about = page.locator(".cm-tooltip .about")
    await go_behind(editor, "  background")
    await page.locator("#editor .cm-activeLine .k").hover()
    await expect(about).to_contain_text("A name of catalog/cues.yaml")
    await go_behind(editor, "grammar: [eulgeyo")
    await page.mouse.move(0, 0)
    await expect(about).to_have_count(0)
    await point_before_caret(editor)
    await expect(about).to_contain_text("-(으)ㄹ게요 · TOPIK 1")
    await editor.keep("explained")


FINDS_PLACES = """async ([texts, name]) => {
    const main = document.querySelector('script[type=module]').src;
    const place = await import(new URL(`language/place.js`, main).href);
    return texts.map((text) => {
        const found = place[name](text.replace("|", ""), text.indexOf("|"));
        return found && [found.role, found.path, found.others];
    });
}"""

WRITING: dict[str, Any] = {
    "|": ("key", [], []),
    "id: cafe\n|": ("key", [], ["id"]),
    "id: |": ("value", ["id"], []),
    "level: { to| }": ("key", ["level"], []),
    "level: { topik: 1, c|": ("key", ["level"], ["topik"]),
    "level: { topik: 1, cefr: |": ("value", ["level", "cefr"], []),
    "packs: [ko-id, |]": ("value", ["packs", 1], []),
    "turns:\n  - |": ("key", ["turns", 0], []),
    "turns:\n  - id: a\n    |\n  - id: b": ("key", ["turns", 0], ["id"]),
    "turns:\n  - id: a\n  - id: b\n    th|": ("key", ["turns", 1], ["id"]),
    "turns:\n  - id: a\n    learner:\n      |": ("key", ["turns", 0, "learner"], []),
    "turns:\n  - id: a\n    learner:\n      |\n    then:\n": ("key", ["turns", 0, "learner"], []),
    "turns:\n  - id: a\n    then:\n      - when: { intent: |": (
        "value",
        ["turns", 0, "then", 0, "when", "intent"],
        [],
    ),
    "turns:\n  - then:\n      - go: a\n      - go: |\n": ("value", ["turns", 0, "then", 1, "go"], []),
    "a: 1\n# comment |\nb: 2": None,
    'say: { ko: "네, {|" }': ("value", ["say", "ko"], []),
}


async def test_a_place_that_is_being_written_is_found_also_in_what_is_not_finished(editor: Visitor):
    await editor.open("/console/studio/pack/ko-ko")
    found = await editor.page.evaluate(FINDS_PLACES, [list(WRITING), "placeOfWriting"])
    expected = [each and list(each) for each in WRITING.values()]
    assert dict(zip(WRITING, found, strict=True)) == dict(zip(WRITING, expected, strict=True))


async def test_a_place_that_is_written_is_found_by_what_stands_there(editor: Visitor):
    await editor.open("/console/studio/pack/ko-ko")
    written = "turns:\n  - then:\n      - g|o: x\n        when: y"
    found = await editor.page.evaluate(FINDS_PLACES, [[written, "a: |", "# no|t"], "placeAt"])
    assert found == [["key", ["turns", 0, "then", 0], ["when"]], None, None]
