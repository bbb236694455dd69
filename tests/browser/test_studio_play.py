"""What editors do with the simulator: play a draft from anywhere, see why, change it, keep what they played."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Locator, Route, expect

from tests.browser.desk import CHECKED, line_of_caret, open_desk, show_file, type_over
from tests.browser.test_studio import editor, folder, koto
from tests.browser.visitor import Visitor

__all__ = ["editor", "folder", "koto"]
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def open_play(editor: Visitor, draft: str = "scene/cafe") -> None:
    await open_desk(editor, draft)
    await editor.page.locator("[data-side=play]").click()
    await expect(editor.page.locator(".bubble.npc").first).to_be_visible(timeout=CHECKED)


def steps(editor: Visitor) -> Locator:
    """Those of the learner, without the opening."""
    return editor.page.locator(".step:has(.bubble.own)")


async def say(editor: Visitor, text: str) -> None:
    before = await steps(editor).count()
    await editor.page.get_by_label("What the learner says").fill(text)
    await editor.page.keyboard.press("Enter")
    await expect(steps(editor)).to_have_count(before + 1)


async def test_a_draft_is_played_and_tells_why(editor: Visitor):
    page = editor.page
    await open_play(editor)
    await say(editor, "네, 주문할게요")
    await say(editor, "아메리카노 하나 줘")
    casual = steps(editor).last
    await expect(casual.locator(".chip")).to_contain_text("accept with feedback")
    await expect(casual.locator(".judged")).to_contain_text("아메리카노 하나 주세요")
    face = casual.locator(".cue.emotion", has_text="surprised")
    await expect(face.locator(".small-face")).to_be_visible()
    await editor.keep("played")
    await casual.locator("summary").click()
    await expect(casual.locator(".weighed > .taken")).to_contain_text("Rule 3")
    await expect(casual.locator(".weighed > .refused .fails").first).to_contain_text("drink is")
    await editor.keep("why")
    await casual.locator(".weighed > .taken .line-link").click()
    await expect(line_of_caret(editor)).to_contain_text("speech: too_casual, tries_below: 2")
    await page.get_by_role("button", name="A hint").click()
    await expect(page.locator(".bubble.hinted")).to_have_count(2)
    await page.locator("[data-side=graph]").click()
    await expect(page.locator('.scene-graph [data-node="order"].here')).to_be_visible(timeout=CHECKED)
    assert editor.complaints == []


async def test_a_path_is_kept_over_a_change_and_says_where_it_became_another(editor: Visitor):
    page = editor.page
    await open_play(editor)
    await say(editor, "네, 주문할게요")
    await say(editor, "따뜻한 라떼 한 잔 주세요")
    await type_over(editor, "{ intent: ready, speech: too_casual }", "{ intent: ready, speech: fits }")
    changed = page.locator(".step.changed")
    await expect(changed).to_contain_text("네, 주문할게요", timeout=CHECKED)
    await expect(changed.locator("del")).to_contain_text("네, 감사합니다.")
    await expect(changed.locator("ins")).to_contain_text("아… 네, 알겠습니다.")
    await expect(steps(editor)).to_have_count(2)
    await editor.keep("changed")
    await page.keyboard.press("Control+s")
    await expect(page.locator("#state")).to_have_text("saved")
    await expect(changed).to_be_visible()
    await page.get_by_role("button", name="It is fine so").click()
    await expect(changed).to_have_count(0)
    assert editor.complaints == []


async def test_a_draft_with_errors_is_stood_for_by_what_it_was(editor: Visitor):
    page = editor.page
    await open_play(editor)
    await type_over(editor, "{ intent: ready, speech: too_casual }", "{ intent: ready, speech: fits }")
    await expect(page.locator(".finding").first).to_be_visible(timeout=CHECKED)
    await type_over(editor, "greet", "nowhere")
    await expect(page.locator(".play-pane .graph-notice")).to_contain_text("before them", timeout=CHECKED)
    await say(editor, "네, 주문할게요")
    await expect(steps(editor).last).to_contain_text("아… 네, 알겠습니다.")
    await editor.keep("errors")
    assert editor.complaints == []


async def test_a_scene_is_played_from_any_turn_with_chosen_slots_and_taken_back(editor: Visitor):
    page = editor.page
    await open_play(editor)
    await page.get_by_label("Begin in this turn").select_option("temp")
    await page.get_by_text("Begin with slots, tries, score").click()
    await page.get_by_label("Slot drink").select_option("green_tea")
    await page.get_by_label("Tries already used").select_option("2")
    await page.get_by_label("Score of the turns before").fill("40")
    await editor.keep("start")
    await say(editor, "오늘 날씨가 추워요")
    await expect(steps(editor).last.locator("summary").first).to_contain_text("→ size")
    await page.locator(".quick .model").click()
    await expect(steps(editor)).to_have_count(2)
    await page.get_by_role("button", name="Step back").click()
    await expect(steps(editor)).to_have_count(1)
    await page.get_by_role("button", name="Restart").click()
    await expect(steps(editor)).to_have_count(0)
    assert editor.complaints == []


async def test_what_was_played_becomes_a_test(editor: Visitor, folder: Path):
    page, file = editor.page, folder / "scenes" / "cafe" / "tests.yaml"
    before = file.read_text("utf-8")
    await open_play(editor)
    await say(editor, "네, 주문할게요")
    await say(editor, "유자차 다섯 잔 주세요")
    await page.get_by_role("button", name="Save as a test").click()
    await expect(page.locator("#note")).to_contain_text("1 row added")
    after = file.read_text("utf-8")
    (row,) = set(after.splitlines()) - set(before.splitlines())
    assert '"유자차 다섯 잔 주세요"' in row
    await page.locator("#files button", has_text="tests.yaml").click()
    await expect(page.locator("#state")).to_have_text("saved")
    await page.get_by_role("button", name="Save as a test").click()
    await expect(page.locator("#note")).to_contain_text("says all of this already")
    assert editor.complaints == []


async def test_what_is_typed_while_a_play_is_kept_is_not_lost(editor: Visitor, folder: Path):
    page, file = editor.page, folder / "scenes" / "cafe" / "tests.yaml"
    await open_play(editor)
    await show_file(editor, "tests.yaml")
    await say(editor, "네, 주문할게요")
    await say(editor, "유자차 다섯 잔 주세요")
    typed = asyncio.Event()

    async def hold(route: Route) -> None:
        await typed.wait()
        await route.continue_()

    await page.route("**/tests", hold)
    await page.get_by_role("button", name="Save as a test").click()
    await type_over(editor, "scene: cafe", "scene: cafe  # mine")
    typed.set()
    await expect(page.locator("#note")).to_contain_text("1 row added")
    await expect(line_of_caret(editor)).to_have_text("scene: cafe  # mine")
    await page.locator("#save:enabled").click()
    await expect(page.locator("#conflict")).to_be_visible()
    assert "# mine" not in file.read_text("utf-8")
    editor.complaints.clear()  # the browser notes every 409


async def test_a_whole_way_becomes_a_test_with_a_name(editor: Visitor, folder: Path):
    page = editor.page
    await open_play(editor)
    for _ in range(12):
        if await page.locator(".over").count():
            break
        count = await steps(editor).count()
        await page.locator(".quick .model").click()
        await expect(steps(editor)).to_have_count(count + 1)
    await expect(page.locator(".over")).to_contain_text("Ending:")
    await editor.keep("over")
    page.once("dialog", lambda dialog: dialog.accept("모범 손님"))
    await page.get_by_role("button", name="Save as a test").click()
    await expect(page.locator("#note")).to_contain_text("1 row added")
    assert "- name: 모범 손님" in (folder / "scenes" / "cafe" / "tests.yaml").read_text("utf-8")
    assert editor.complaints == []


@pytest.mark.parametrize("editor", [390, 820, 1800], indirect=True)
async def test_the_simulator_fits_any_window(editor: Visitor):
    await open_play(editor)
    await say(editor, "네, 주문할게요")
    await say(editor, "아메리카노 하나 줘")
    await steps(editor).last.locator("summary").click()
    await steps(editor).last.scroll_into_view_if_needed()
    await editor.keep("play")
    assert await editor.overflow() <= 0
    assert editor.complaints == []
