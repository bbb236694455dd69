"""An editor at the desk of the studio, in the words of what they do with the text."""

from playwright.async_api import Locator, expect

from tests.browser.visitor import Visitor

CHECKED = 30_000
"""Milliseconds until the first findings: the analyser is loaded for them."""


async def open_desk(editor: Visitor, draft: str) -> None:
    """Opens `scene/cafe` or `pack/ko-id` and waits until it was checked."""
    await editor.open(f"/console/studio/{draft}")
    await expect(editor.page.locator("#findings .soft")).to_have_count(0, timeout=CHECKED)
    await expect(editor.page.locator("#findings :is(.finding, .nothing)").first).to_be_visible(timeout=CHECKED)


async def expect_nothing_found(editor: Visitor) -> None:
    await expect(editor.page.locator("#findings .nothing")).to_be_visible(timeout=CHECKED)


async def show_file(editor: Visitor, name: str) -> None:
    """Opens a tab, and waits until its text is there."""
    tab = editor.page.locator("#files button", has_text=name)
    await tab.click()
    await expect(tab).to_have_attribute("aria-pressed", "true")


def line_of_caret(editor: Visitor) -> Locator:
    return editor.page.locator("#editor .cm-activeLine")


async def mark(editor: Visitor, words: str) -> None:
    """Marks the first place where these words stand, by searching for them."""
    keyboard = editor.page.keyboard
    await editor.page.locator("#editor .cm-content").focus()
    await keyboard.press("Control+Home")
    await keyboard.press("Control+f")
    await keyboard.press("Control+a")
    await keyboard.insert_text(words)
    await keyboard.press("End")  # the field is read when a key comes up
    await keyboard.press("Enter")
    await keyboard.press("Escape")
    await expect(editor.page.locator("#editor .cm-search")).to_have_count(0)


async def type_over(editor: Visitor, before: str, after: str) -> None:
    """Replaces the first such words, as one who has marked them."""
    await mark(editor, before)
    await editor.page.keyboard.insert_text(after)


async def go_behind(editor: Visitor, words: str) -> None:
    """Puts the caret behind the first such words."""
    await mark(editor, words)
    await editor.page.keyboard.press("ArrowRight")


async def text_of_file(editor: Visitor) -> str:
    """The whole text of the file that is shown, as it would be copied."""
    page = editor.page
    await page.locator("#editor .cm-content").focus()
    await page.keyboard.press("Control+a")
    return str(await page.evaluate("getSelection().toString()"))
