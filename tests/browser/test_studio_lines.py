"""What translators and editors do in the table of a scene's texts: find, write, accept, hear, bring in."""

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
from tests.large_scene import swell_cafe

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

READ = 15_000
"""Milliseconds until the table is there."""
MEANT = "Selamat datang! Boleh saya bantu pesanannya?"
CHECKED = 30_000
"""Milliseconds until the evaluator has read along."""


@pytest_asyncio.fixture(loop_scope="session")
async def folder(tmp_path: Path) -> Path:
    for name in ("scenes", "langpacks"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return tmp_path


@pytest_asyncio.fixture(loop_scope="session")
async def koto(folder: Path) -> AsyncIterator[Koto]:
    own = {"KOTO_SCENES_DIR": str(folder / "scenes"), "KOTO_LANGPACKS_DIR": str(folder / "langpacks")}
    async with serving(folder / "data", TTS_PROVIDER="espeak", **own) as koto:
        yield koto


@pytest_asyncio.fixture(loop_scope="session")
async def editor(koto: Koto, browser: Browser, request: pytest.FixtureRequest) -> AsyncIterator[Visitor]:
    asked = {"width": 1440, **getattr(request, "param", {})}
    viewport = {"width": asked.pop("width"), "height": 900}
    context = await browser.new_context(viewport=viewport, accept_downloads=True, **asked)  # type: ignore[arg-type]
    home = str(koto.http.make_url("/")).rstrip("/")
    visitor = Visitor(await context.new_page(), home, SCREENSHOTS / request.node.name)
    yield visitor
    await context.close()
    assert visitor.strangers == set()


async def open_table(editor: Visitor, scene: str = "cafe") -> None:
    await editor.open(f"/console/studio/scene/{scene}/lines")
    await expect(editor.page.locator(".line-row[data-id]").first).to_be_visible(timeout=READ)


def read(table: Path) -> str:
    return table.read_text("utf-8-sig")


def cell(editor: Visitor, row: str, column: str) -> Locator:
    return editor.page.locator(f'.cell[data-id="{row}"][data-column="{column}"]')


async def test_a_text_is_written_in_its_place_with_the_keyboard_alone(editor: Visitor, folder: Path):
    page, file = editor.page, folder / "langpacks" / "ko-id" / "scenes" / "cafe.yaml"
    before = file.read_text("utf-8")
    await open_table(editor)
    await editor.keep("table")
    await cell(editor, "lines/L010", "ko").focus()
    await page.keyboard.press("ArrowRight")
    await expect(cell(editor, "lines/L010", "ko-id")).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.type("Halo! Mau pesan apa?")
    await editor.keep("editing")
    await page.keyboard.press("Tab")
    await expect(cell(editor, "lines/L010", "ko-en").locator("textarea")).to_be_focused()
    await page.keyboard.type("Nothing of this")
    await page.keyboard.press("Escape")
    await expect(cell(editor, "lines/L010", "ko-en")).to_have_text("Welcome! May I take your order?")
    await page.keyboard.press("ArrowDown")
    await expect(cell(editor, "lines/L011", "ko-en")).to_be_focused()
    await expect(page.locator("#state")).to_have_text("saved", timeout=CHECKED)
    after = file.read_text("utf-8")
    assert after == before.replace("Selamat datang! Boleh saya bantu pesanannya?", "Halo! Mau pesan apa?")
    await page.keyboard.press("Control+z")
    await expect(cell(editor, "lines/L010", "ko-id")).to_have_text(MEANT, timeout=CHECKED)
    assert file.read_text("utf-8") == before
    await expect(page.locator('.line-row[data-id="lines/L010"] a')).to_have_attribute(
        "href", "/console/studio/scene/cafe#scenes/cafe/scene.yaml:77"
    )
    assert editor.complaints == []


async def test_a_stale_line_is_translated_anew_or_found_to_fit(editor: Visitor):
    page = editor.page
    await open_table(editor)
    await cell(editor, "lines/L030", "ko").dblclick()
    await page.keyboard.type("뭘 드릴까요?")
    await page.keyboard.press("Enter")
    await expect(page.locator('[data-pack="ko-id"]')).to_contain_text("1 stale", timeout=CHECKED)
    await page.locator('[data-pack="ko-id"] button', has_text="stale").click()
    await expect(page.locator("#shown")).to_contain_text("1 of ")
    await editor.keep("stale")
    await cell(editor, "lines/L030", "ko-en").get_by_role("button", name="Still fits").click()
    await expect(cell(editor, "lines/L030", "ko-en").get_by_text("stale")).to_have_count(0, timeout=CHECKED)
    await cell(editor, "lines/L030", "ko-id").dblclick()
    await page.keyboard.type("Mau apa?")
    await page.keyboard.press("Enter")
    await expect(page.locator('[data-pack="ko-id"]')).to_contain_text("complete", timeout=CHECKED)
    await expect(page.locator('[data-pack="ko-en"]')).to_contain_text("complete", timeout=CHECKED)
    await expect(page.locator('[data-pack="ko-ko"]')).to_contain_text("1 stale", timeout=CHECKED)
    assert editor.complaints == []


async def test_a_wrong_placeholder_is_saved_and_found_at_its_text(editor: Visitor):
    page = editor.page
    await open_table(editor)
    await cell(editor, "lines/L012", "ko-id").dblclick()
    await page.keyboard.type("Baik, {minuman}, ya.")
    await page.keyboard.press("Enter")
    wrong = cell(editor, "lines/L012", "ko-id")
    await expect(wrong.locator(".note.error")).to_contain_text("E18", timeout=CHECKED)
    await page.locator('[data-only="findings"]').click()
    await expect(page.locator("#shown")).to_contain_text("1 of ")
    await editor.keep("finding")
    assert editor.complaints == []


async def test_korean_that_its_turn_would_not_take_is_found_by_the_evaluator(editor: Visitor):
    page = editor.page
    await open_table(editor)
    await cell(editor, "lines/L031", "ko").dblclick()
    await page.keyboard.type("내일 학교에 가요.")
    await page.keyboard.press("Enter")
    await expect(cell(editor, "lines/L031", "ko").locator(".note", has_text="E24").first).to_be_visible(
        timeout=CHECKED
    )
    await editor.keep("evaluator")
    assert editor.complaints == []


async def test_lines_that_have_no_id_get_one_and_a_row(editor: Visitor, folder: Path):
    page, file = editor.page, folder / "scenes" / "cafe" / "scene.yaml"
    greeting = '      - { id: L010, ko: "어서 오세요! 주문 도와드릴까요?"'
    text = file.read_text("utf-8")
    file.write_text(text.replace(greeting, f'      - {{ ko: "잠깐만요." }}\n{greeting}'), "utf-8")
    await open_table(editor)
    await expect(page.locator("#without-id")).to_contain_text("1 line has no id yet")
    await page.get_by_role("button", name="Give them ids").click()
    await expect(page.locator(".cell", has_text="잠깐만요.")).to_be_visible(timeout=CHECKED)
    await expect(page.locator("#without-id")).to_be_hidden()
    await expect(page.locator('[data-pack="ko-id"]')).to_contain_text("1 missing")
    assert editor.complaints == []


async def test_of_two_who_write_one_text_the_second_sees_both_and_loses_nothing(editor: Visitor, folder: Path):
    page, file = editor.page, folder / "langpacks" / "ko-id" / "scenes" / "cafe.yaml"
    await open_table(editor)
    file.write_text(file.read_text("utf-8").replace("L030: Mau pesan apa?", "L030: Theirs."), "utf-8")
    await cell(editor, "lines/L030", "ko-id").dblclick()
    await page.keyboard.type("Mine.")
    await page.keyboard.press("Enter")
    await expect(page.locator("#differs")).to_be_visible(timeout=CHECKED)
    assert await page.locator("#yours").input_value() == "Mine."
    assert await page.locator("#theirs").input_value() == "Theirs."
    await editor.keep("both")
    await page.get_by_role("button", name="Decide later").click()
    await expect(cell(editor, "lines/L030", "ko-id")).to_contain_text("not saved")
    assert "L030: Theirs." in file.read_text("utf-8")
    await cell(editor, "lines/L030", "ko-id").dblclick()
    await expect(cell(editor, "lines/L030", "ko-id").locator("textarea")).to_have_value("Mine.")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Keep mine over theirs").click()
    await expect(page.locator("#state")).to_have_text("saved", timeout=CHECKED)
    assert "L030: Mine." in file.read_text("utf-8")
    editor.complaints.clear()  # the browser notes every 409


async def test_a_line_is_heard_in_any_voice_while_its_cue_plays_on_the_stage(editor: Visitor):
    page = editor.page
    await open_table(editor)
    asked: list[str] = []
    page.on("request", lambda each: asked.append(each.post_data or "") if "/content/speech" in each.url else None)
    await cell(editor, "lines/L015", "ko").focus()
    await expect(page.locator("#player-about")).to_contain_text("surprised")
    await page.keyboard.press("Space")
    await expect(page.locator("#art svg.speaking")).to_be_visible(timeout=READ)
    await expect(page.locator("#art #mark-surprised")).to_have_attribute("display", "inline")
    await expect(page.locator("#player-wave canvas")).to_be_visible(timeout=READ)
    await expect(page.locator("#art svg.speaking")).to_have_count(0, timeout=READ)
    await editor.keep("heard")
    await page.locator("#voice").select_option("ko-m-01")
    await page.locator("#rate").select_option("0.7")
    await page.locator("#engine").select_option("espeak")
    await page.locator("#listen").click()
    await expect(page.locator("#player-wave canvas")).to_be_visible(timeout=READ)
    assert '"voice":"ko-f-02","rate":0.95,"provider":null' in asked[0]
    assert '"voice":"ko-m-01","rate":0.7,"provider":"espeak"' in asked[-1]
    assert editor.complaints == []


async def test_a_table_goes_out_and_is_looked_at_before_it_comes_in(editor: Visitor, folder: Path):
    page = editor.page
    await open_table(editor)
    await page.locator("#export summary").click()
    await editor.keep("export")
    async with page.expect_download() as told:
        await page.locator("#export-list button", has_text="CSV").first.click()
    download = await told.value
    assert download.suggested_filename == "cafe.ko-id.csv"
    table = read(await download.path())
    changed = table.replace("Mau pesan apa?", "Pesan apa?") + "lines/L999,,,Hilang,,\r\n"
    returned = folder / "cafe.csv"
    returned.write_text(changed, "utf-8")
    await page.locator("#import").click()
    await page.locator("#import-file").set_input_files(returned)
    preview = page.locator("#import-preview")
    await expect(preview.locator("del")).to_have_text("Mau pesan apa?")
    await expect(preview.locator("ins")).to_have_text("Pesan apa?", timeout=CHECKED)
    await expect(preview).to_contain_text("E28")
    await editor.keep("import")
    pack = folder / "langpacks" / "ko-id" / "scenes" / "cafe.yaml"
    assert "L030: Mau pesan apa?" in pack.read_text("utf-8")
    await page.get_by_role("button", name="Write 1 text").click()
    await expect(cell(editor, "lines/L030", "ko-id")).to_have_text("Pesan apa?", timeout=CHECKED)
    assert "L030: Pesan apa?" in pack.read_text("utf-8")
    assert editor.complaints == []


async def test_in_a_thousand_texts_one_is_found_and_written(editor: Visitor, folder: Path):
    swell_cafe(folder)
    page = editor.page
    await open_table(editor)
    await expect(page.locator("#shown")).to_contain_text("1024 texts")
    await page.locator("#words").fill("L6030")
    await expect(page.locator("#shown")).to_have_text("1 of 1024 texts")
    await cell(editor, "lines/L6030", "ko-id").dblclick()
    await page.keyboard.type("Mau apa?")
    await page.keyboard.press("Enter")
    await expect(page.locator("#state")).to_have_text("saved", timeout=CHECKED)
    await page.locator("#words").fill("")
    await expect(page.locator("#shown")).to_have_text("1024 texts")
    await cell(editor, "lines/L6030", "ko-id").scroll_into_view_if_needed()
    await expect(cell(editor, "lines/L6030", "ko-id").locator(".said")).to_have_text("Mau apa?")
    await editor.keep("large")
    pack = (folder / "langpacks" / "ko-id" / "scenes" / "cafe.yaml").read_text("utf-8")
    assert "  L6030: Mau apa?\n" in pack
    assert editor.complaints == []


@pytest.mark.parametrize(
    "editor",
    [
        {"width": 390},
        {"width": 820},
        {"width": 1440, "color_scheme": "dark"},
        {"width": 390, "color_scheme": "dark"},
    ],
    ids=["390", "820", "1440-dark", "390-dark"],
    indirect=True,
)
async def test_the_table_fits_every_window(editor: Visitor):
    await open_table(editor)
    await cell(editor, "lines/L010", "ko").focus()
    await editor.keep("top")
    assert await editor.overflow() <= 0
    await cell(editor, "lines/L040", "ko-id").scroll_into_view_if_needed()
    await cell(editor, "lines/L040", "ko-id").dblclick()
    await editor.keep("editing")
    assert await editor.overflow() <= 0
    assert editor.complaints == []
