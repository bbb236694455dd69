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
from tests.browser.desk import CHECKED, expect_nothing_found, line_of_caret, open_desk, type_over
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
    await page.locator("#publish:enabled").click(timeout=CHECKED)
    await page.locator("#publish-name").fill("A comment for the corner")
    await editor.keep("publishing")
    await page.locator("#publish-now").click()
    await expect(page.locator("#note")).to_contain_text("is live", timeout=CHECKED)
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
