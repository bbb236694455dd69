"""What editors do in the studio: mend a scene guided by findings, publish, go back, and meet another editor."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from kotoserver.settings import ROOT
from tests.apps import Koto, serving
from tests.browser.conftest import SCREENSHOTS
from tests.browser.desk import (
    CHECKED,
    expect_nothing_found,
    go_behind,
    line_of_caret,
    mark,
    open_desk,
    show_file,
    type_over,
)
from tests.browser.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(loop_scope="session")
async def folder(tmp_path: Path) -> Path:
    """Scenes and packs of the test's own."""
    for name in ("scenes", "langpacks"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return tmp_path


@pytest_asyncio.fixture(loop_scope="session")
async def koto(folder: Path) -> AsyncIterator[Koto]:
    own = {"KOTO_SCENES_DIR": str(folder / "scenes"), "KOTO_LANGPACKS_DIR": str(folder / "langpacks")}
    async with serving(folder / "data", **own) as koto:
        yield koto


@pytest_asyncio.fixture(loop_scope="session")
async def editor(koto: Koto, browser: Browser, request: pytest.FixtureRequest) -> AsyncIterator[Visitor]:
    context = await browser.new_context(viewport={"width": getattr(request, "param", 1440), "height": 900})
    home = str(koto.http.make_url("/")).rstrip("/")
    visitor = Visitor(await context.new_page(), home, SCREENSHOTS / request.node.name)
    yield visitor
    await context.close()
    assert visitor.strangers == set()


async def test_a_file_that_is_chosen_by_the_keyboard_keeps_the_focus_on_its_tab(editor: Visitor):
    page = editor.page
    await open_desk(editor, "scene/cafe")
    tab = page.locator("#files").get_by_role("button", name="tests.yaml")
    await tab.focus()
    await page.keyboard.press("Enter")
    await expect(tab).to_have_attribute("aria-pressed", "true")
    await expect(tab).to_be_focused()
    await expect(page.locator("#editor .cm-content")).to_contain_text("scene-tests/1")
    await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("Space")
    scene = page.locator("#files").get_by_role("button", name="scene.yaml")
    await expect(scene).to_be_focused()
    await expect(scene).to_have_attribute("aria-pressed", "true")
    assert editor.complaints == []


async def open_cafe(editor: Visitor) -> None:
    await open_desk(editor, "scene/cafe")
    await expect_nothing_found(editor)


async def test_a_broken_scene_is_mended_guided_by_findings_and_published(editor: Visitor, folder: Path):
    page = editor.page
    await editor.open("/console/studio")
    await editor.keep("list")
    await open_cafe(editor)
    await type_over(editor, "      model:", "      modle:")
    finding = page.locator(".finding", has_text="E05").first
    await expect(finding).to_be_visible(timeout=CHECKED)
    await expect(page.locator("#publish")).to_be_disabled()
    await editor.keep("broken")
    await finding.get_by_role("button", name="Fix it").click()
    await expect_nothing_found(editor)
    await type_over(editor, "title: ", "# The café at the corner.\ntitle: ")
    await page.keyboard.press("Control+s")
    await expect(page.locator("#state")).to_have_text("saved")
    assert "# The café at the corner." in (folder / "scenes" / "cafe" / "scene.yaml").read_text("utf-8")
    await publish(editor, "A comment for the corner")
    await page.locator("[data-side=history]").click()
    await expect(page.locator(".entry").first).to_contain_text("A comment for the corner")
    await editor.keep("history")
    live = await page.locator("#live").inner_text()
    page.once("dialog", lambda dialog: dialog.accept())
    await page.locator(".entry").nth(1).get_by_role("button", name="Make it live again").click()
    await expect(page.locator(".entry").first).to_contain_text("back to version")
    await expect(page.locator("#live")).not_to_have_text(live)
    await page.locator("[data-side=changes]").click()
    await expect(page.locator("#changes")).not_to_be_empty()
    await editor.keep("changes")
    assert editor.complaints == []


async def test_an_example_that_the_evaluator_does_not_take_is_found_as_it_is_typed(editor: Visitor):
    await open_cafe(editor)
    await type_over(editor, '"아메리카노 한 잔 주세요."', '"아메리카노을 한 잔 주세요."')
    finding = editor.page.locator(".finding", has_text="W23").first
    await expect(finding).to_be_visible(timeout=CHECKED)
    await finding.locator(".place").click()
    await editor.keep("evaluator")
    await expect(line_of_caret(editor)).to_contain_text("아메리카노을")
    assert editor.complaints == []


async def test_of_two_editors_the_second_sees_both_texts_and_loses_nothing(editor: Visitor, folder: Path):
    page, file = editor.page, folder / "scenes" / "cafe" / "scene.yaml"
    await open_cafe(editor)
    file.write_text("# Theirs.\n" + file.read_text("utf-8"), "utf-8")
    await type_over(editor, "title: ", "# Mine.\ntitle: ")
    await page.locator("#save:enabled").click()
    await expect(page.locator("#conflict")).to_be_visible()
    await expect(page.locator(".cm-merge-a .cm-changedLine")).to_have_text(["# Theirs."])
    await expect(page.locator(".cm-merge-b .cm-changedLine")).to_have_text(["# Mine."])
    await editor.keep("conflict")
    assert "# Mine." not in file.read_text("utf-8")
    await page.get_by_role("button", name="Decide later").click()
    await expect(page.locator("#state")).to_have_text("1 file not saved")
    await page.locator("#save:enabled").click()
    await page.get_by_role("button", name="Save mine over theirs").click()
    await expect(page.locator("#state")).to_have_text("saved")
    saved = file.read_text("utf-8")
    assert "# Mine." in saved
    assert "# Theirs." not in saved
    editor.complaints.clear()  # the browser notes every 409


async def test_of_two_texts_parts_of_both_are_kept(editor: Visitor, folder: Path):
    page, file = editor.page, folder / "scenes" / "cafe" / "scene.yaml"
    await open_cafe(editor)
    file.write_text("# Theirs.\n" + file.read_text("utf-8"), "utf-8")
    await type_over(editor, "title: ", "# Mine.\ntitle: ")
    await page.locator("#save:enabled").click()
    await page.locator(".cm-merge-revert button").first.click()
    await expect(page.locator(".cm-merge-b .cm-content")).to_contain_text("# Theirs.")
    await editor.keep("merged")
    await page.get_by_role("button", name="Save mine over theirs").click()
    await expect(page.locator("#state")).to_have_text("saved")
    saved = file.read_text("utf-8")
    assert saved.startswith("# Theirs.\n")
    assert "# Mine.\ntitle: " in saved
    await expect(page.locator("#editor .cm-content")).to_contain_text("# Theirs.")
    editor.complaints.clear()  # the browser notes every 409


@pytest.mark.parametrize("editor", [390], indirect=True)
async def test_in_a_narrow_window_both_texts_stand_under_each_other(editor: Visitor, folder: Path):
    page, file = editor.page, folder / "scenes" / "cafe" / "scene.yaml"
    await open_cafe(editor)
    file.write_text("# Theirs.\n" + file.read_text("utf-8"), "utf-8")
    await type_over(editor, "title: ", "# Mine.\ntitle: ")
    await page.locator("#save:enabled").click()
    await expect(page.locator("#conflict .cm-deletedChunk").first).to_contain_text("# Theirs.")
    await editor.keep("conflict")
    assert await editor.overflow() <= 0
    await page.locator("#conflict .cm-deletedChunk").get_by_role("button", name="Theirs").first.click()
    await page.get_by_role("button", name="Save mine over theirs").click()
    await expect(page.locator("#state")).to_have_text("saved")
    assert file.read_text("utf-8").startswith("# Theirs.\n")
    editor.complaints.clear()  # the browser notes every 409


async def test_a_scene_is_written_from_nothing_to_published(editor: Visitor, folder: Path):
    page = editor.page
    await editor.open("/console/studio")
    await page.locator("#new-scene").click()
    await page.locator("#new-title").fill("도서관에서")
    await page.locator("#new-id").fill("library")
    await page.locator("#new-background option").first.wait_for(state="attached")
    for pack in ("ko-id", "ko-ko"):
        await page.get_by_label(pack).uncheck()
    await editor.keep("beginning")
    await page.get_by_role("button", name="Begin").click()
    await page.wait_for_url("**/console/studio/scene/library")
    todo = page.locator(".finding", has_text="W25")
    await expect(todo).to_have_count(2, timeout=CHECKED)
    await page.locator("[data-side=changes]").click()
    await expect(page.locator("#changes h2")).to_have_text("Everything is new")
    await editor.keep("begun")

    await type_over(editor, "안녕하세요! 어서 오세요.", "안녕하세요! 도서관이에요.")
    await show_file(editor, "ko-en")
    await type_over(editor, "Hello! Welcome.", "Hello! This is the library.")
    await type_over(editor, "도서관에서  # TODO the title in English", "At the library")
    await type_over(editor, "  # TODO who and where the learner is", "")
    await expect_nothing_found(editor)
    await page.keyboard.press("Control+s")
    await expect(page.locator("#state")).to_have_text("saved")
    await publish(editor, "My first scene")
    await expect(page.locator("#live")).to_have_text("version 1 is live")
    await page.locator("#note").get_by_role("link", name="ko-en").click()
    await publish(editor, "The library")

    await editor.open("/console/play/library?pack=ko-en")
    await page.locator("#start:enabled").click()
    await expect(page.locator("#line-ko")).to_contain_text("도서관이에요.", timeout=CHECKED)
    await editor.keep("played")
    assert editor.complaints == []


async def publish(editor: Visitor, name: str) -> None:
    page = editor.page
    await page.locator("#publish:enabled").click(timeout=CHECKED)
    await page.locator("#publish-name").fill(name)
    await editor.keep("publishing")
    await page.locator("#publish-now").click()
    await expect(page.locator("#note")).to_contain_text("is live", timeout=CHECKED)


async def test_a_branch_is_added_with_its_ids_its_meanings_and_its_test(editor: Visitor, folder: Path):
    page, keyboard = editor.page, editor.page.keyboard
    await open_cafe(editor)
    await type_over(
        editor,
        "      - when: { intent: look_first",
        "      - when: { intent: look_first, tries_at_least: 2 }\n"
        '        say: { ko: "네, 다 보시면 불러 주세요.", cue: { emotion: kind, anim: nod } }\n'
        "        go: again\n"
        "        no_penalty: true\n"
        "      - when: { intent: look_first",
    )
    await expect(page.locator(".finding", has_text="E06")).to_be_visible(timeout=CHECKED)
    await page.get_by_role("button", name="Give ids").click()
    await expect(page.locator("#note")).to_contain_text("New: L")
    given = (await page.locator("#note").inner_text()).removeprefix("New: ").removesuffix(".")
    assert given in (folder / "scenes" / "cafe" / "scene.yaml").read_text("utf-8")
    missing = page.locator(".finding", has_text="E19")
    await expect(missing).to_have_count(3, timeout=CHECKED)
    await editor.keep("missing")
    for pack, meaning in {
        "ko-en": "Sure, call me when you have had a look.",
        "ko-id": "Baik, panggil saya kalau sudah selesai melihat.",
        "ko-ko": "다 보고 나서 부르라고 해요.",
    }.items():
        await missing.filter(has_text=pack).locator(".place").click()
        await expect(line_of_caret(editor)).to_have_text("lines:")
        await keyboard.press("End")
        await keyboard.press("Enter")
        await keyboard.insert_text(f"{given}: {meaning}")
        await expect(missing.filter(has_text=pack)).to_have_count(0, timeout=CHECKED)
    untested = page.locator(".finding", has_text="W24")
    await expect(untested).to_have_count(1, timeout=CHECKED)
    await show_file(editor, "tests.yaml")
    await type_over(
        editor,
        "say:\n",
        f'say:\n  - {{ turn: greet, text: "메뉴 좀 볼게요", tries: 1, expect: {{ says: {given}, go: again }} }}\n',
    )
    await expect_nothing_found(editor)
    await keyboard.press("Control+s")
    await expect(page.locator("#state")).to_have_text("saved")
    await page.locator("[data-side=changes]").click()
    await expect(page.locator("#changes .change").first).to_be_visible()
    await editor.keep("branch")
    assert editor.complaints == []


async def test_a_line_that_changed_makes_its_meanings_stale_until_they_are_translated_anew(editor: Visitor):
    page = editor.page
    await open_cafe(editor)
    await type_over(editor, '"뭐 드릴까요?"', '"오늘은 뭐 드릴까요?"')
    stale = page.locator(".finding", has_text="W11")
    await expect(stale).to_have_count(3, timeout=CHECKED)
    await page.keyboard.press("Control+s")
    await expect(page.locator("#state")).to_have_text("saved")
    for pack, after in (
        ("ko-en", "What can I get you today?"),
        ("ko-id", "Hari ini mau pesan apa?"),
        ("ko-ko", "오늘 무엇을 마실지 물어요."),
    ):
        await stale.filter(has_text=pack).locator(".place").click()
        await expect(line_of_caret(editor)).to_contain_text("L030")
        await expect(page.locator("#editor .cm-activeLine .cm-lintRange-warning")).to_be_visible()
        await editor.keep(f"stale-{pack}")
        await page.keyboard.press("Home")
        await page.keyboard.press("Shift+End")
        await page.keyboard.insert_text(f"L030: {after}")
        await expect(stale.filter(has_text=pack)).to_have_count(0, timeout=CHECKED)
    await expect_nothing_found(editor)
    await page.keyboard.press("Control+s")
    await expect(page.locator("#state")).to_have_text("saved")
    await page.reload()
    await expect_nothing_found(editor)
    assert editor.complaints == []


async def test_each_file_has_a_history_a_caret_and_a_scroll_of_its_own(editor: Visitor):
    page, keyboard = editor.page, editor.page.keyboard
    scene, tests = (page.locator("#files button", has_text=name) for name in ("scene.yaml", "tests.yaml"))
    await open_cafe(editor)
    await type_over(editor, "id: receipt", "id: receipt  # mine")
    await expect(line_of_caret(editor)).to_be_in_viewport()
    await show_file(editor, "tests.yaml")
    await type_over(editor, "scene: cafe", "scene: cafe_x")
    await keyboard.press("Control+z")
    await keyboard.press("Control+z")
    await expect(tests).to_have_class("")
    await expect(scene).to_have_class("dirty")
    await show_file(editor, "scene.yaml")
    await expect(line_of_caret(editor)).to_have_text("  - id: receipt  # mine")
    await expect(line_of_caret(editor)).to_be_in_viewport()
    await page.locator("#editor .cm-content").focus()
    await keyboard.press("Control+z")
    await expect(line_of_caret(editor)).to_have_text("  - id: receipt")
    await expect(page.locator("#state")).to_have_text("saved")


async def test_a_syllable_is_composed_undisturbed_by_findings_that_come_meanwhile(editor: Visitor):
    page = editor.page
    await open_cafe(editor)
    await go_behind(editor, '"뭐 드릴까요')
    keyboard = await page.context.new_cdp_session(page)

    async def compose(syllable: str) -> None:
        place = {"selectionStart": len(syllable), "selectionEnd": len(syllable)}
        await keyboard.send("Input.imeSetComposition", {"text": syllable, **place})

    await compose("ㅎ")
    async with page.expect_response("**/content/lint", timeout=CHECKED):
        await compose("하")
    await expect(page.locator(".finding", has_text="W11").first).to_be_visible(timeout=CHECKED)
    await compose("한")
    await keyboard.send("Input.insertText", {"text": "한"})
    await keyboard.send("Input.insertText", {"text": "글"})
    await expect(line_of_caret(editor)).to_contain_text('"뭐 드릴까요한글?"')
    await page.keyboard.press("Control+z")
    await expect(line_of_caret(editor)).to_contain_text('"뭐 드릴까요?"')
    assert editor.complaints == []


async def test_the_caret_stays_in_sight_when_findings_take_room(editor: Visitor):
    await open_cafe(editor)
    await editor.page.locator("#editor .cm-content").focus()
    await editor.page.keyboard.press("Control+End")
    await editor.page.keyboard.insert_text("wrong: 1")
    await expect(editor.page.locator(".finding", has_text="E05")).to_be_visible(timeout=CHECKED)
    await expect(line_of_caret(editor)).to_be_in_viewport(ratio=1)


async def test_the_next_finding_is_reached_and_mended_from_the_keyboard(editor: Visitor):
    page, keyboard = editor.page, editor.page.keyboard
    await open_cafe(editor)
    await type_over(editor, "      model:", "      modle:")
    await expect(page.locator("#editor .cm-lintRange-error")).to_have_text("modle", timeout=CHECKED)
    await keyboard.press("Control+Home")
    await keyboard.press("F8")
    tooltip = page.locator("#editor .cm-tooltip .cm-diagnostic")
    await expect(tooltip).to_contain_text("E05")
    await editor.keep("tooltip")
    await tooltip.get_by_role("button", name="Fix it").click()
    await expect_nothing_found(editor)
    await expect(page.locator("#state")).to_have_text("saved")


async def test_tab_indents_and_escape_lets_tab_leave_the_text(editor: Visitor):
    page, keyboard = editor.page, editor.page.keyboard
    await open_cafe(editor)
    await mark(editor, "stage:")
    await keyboard.press("Tab")
    await expect(line_of_caret(editor)).to_have_text("  stage:")
    await keyboard.press("Shift+Tab")
    await expect(line_of_caret(editor)).to_have_text("stage:")
    await keyboard.press("ArrowRight")  # Escape first takes a marking away
    await keyboard.press("Escape")
    await keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.closest('.cm-editor')") is None


async def test_findings_are_told_in_the_editors_language(editor: Visitor):
    await open_cafe(editor)
    await editor.page.locator("#language").select_option("id")
    await type_over(editor, "      model:", "      modle:")
    finding = editor.page.locator(".finding", has_text="E05").first
    await expect(finding).to_be_visible(timeout=CHECKED)
    indonesian = await finding.inner_text()
    await editor.page.locator("#language").select_option("ko")
    await expect(finding).not_to_have_text(indonesian)
    await editor.keep("korean")
    assert editor.complaints == []


@pytest.mark.parametrize("editor", [390, 820], indirect=True)
async def test_the_studio_fits_narrow_windows(editor: Visitor):
    await editor.open("/console/studio")
    await editor.keep("list")
    assert await editor.overflow() <= 0
    await open_cafe(editor)
    await editor.keep("desk")
    assert await editor.overflow() <= 0
    assert editor.complaints == []
