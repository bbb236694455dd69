"""The developer panel, and what happens when the line is cut."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_an_answer_whose_connection_is_cut_is_judged_and_its_frames_are_replayed(visit: Visit):
    someone = await visit()
    page = someone.page
    await page.clock.install()
    await someone.enter_cafe()
    await page.locator("#drop-next").click()
    await someone.stop_the_clock()
    await someone.send("네, 주문할게요")
    await expect(page.locator(".frames .cut")).to_have_count(1)
    await someone.turns_on_the_server(1)
    await page.clock.resume()
    await expect(page.locator(".frames .cut.back")).to_have_count(1)
    await expect(page.locator(".frame.replayed .type", has_text="evaluation_complete")).to_have_count(1)
    await expect(page.locator("#goal-step")).to_have_text(re.compile("^2/"))
    await someone.keep("replayed")


async def test_every_number_arrives_once_and_in_order_across_a_cut(visit: Visit):
    someone = await visit()
    page = someone.page
    await someone.enter_cafe()
    await someone.say("네, 주문할게요")
    await page.locator("#drop").click()
    await expect(page.locator("#link")).to_have_class(re.compile("open"))
    await someone.say("아아 두 잔 주세요")
    rows = page.locator(".frame.in:not(:has(.type:text-is('session_ready'))) .seq")
    numbers = [int(text) for text in await rows.all_text_contents() if text]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


async def test_an_answer_given_while_the_line_is_down_is_sent_once_it_is_back(visit: Visit):
    someone = await visit()
    page = someone.page
    await someone.enter_cafe()
    await page.locator("#drop").click()
    await someone.say("네, 주문할게요")
    await expect(page.locator(".frame.out .type", has_text="user_text")).to_have_count(1)
    await expect(page.locator("#goal-step")).to_have_text(re.compile("^2/"))


async def test_a_browser_that_goes_offline_says_so_and_sends_the_answer_once_it_is_back(visit: Visit):
    someone = await visit()
    page = someone.page
    await someone.enter_cafe()
    await page.context.set_offline(True)
    await expect(page.locator("#notice")).to_have_text(re.compile("^Sambungan terputus"))
    await someone.send("네, 주문할게요")
    await expect(page.locator("#answer-form")).to_have_attribute("aria-busy", "true")
    await expect(page.locator("#notice")).to_be_visible()
    await someone.keep("offline")
    await page.context.set_offline(False)
    await expect(page.locator("#goal-step")).to_have_text(re.compile("^2/"))
    await expect(page.locator("#notice")).to_be_hidden()
    await expect(page.locator("#answer-form")).to_have_attribute("aria-busy", "false")
    assert all("ERR_INTERNET_DISCONNECTED" in each for each in someone.complaints)
    someone.complaints.clear()


async def test_frames_show_their_size_and_json_and_can_be_filtered(visit: Visit):
    someone = await visit()
    page = someone.page
    await someone.enter_cafe()
    await someone.say("네, 주문할게요")
    line = page.locator(".frame", has=page.locator(".type", has_text="npc_line")).first
    await line.locator("summary").click()
    await expect(line.locator("pre")).to_contain_text('"tts_url"')
    sizes = [int(text.split()[0]) for text in await page.locator(".frame .bytes").all_text_contents()]
    assert all(0 < size < 1024 for size in sizes)
    await page.locator("#frame-filter").fill("evaluation_complete")
    await expect(page.locator(".frames > li:visible")).to_have_count(1)


async def test_the_token_is_not_shown(visit: Visit):
    someone = await visit()
    page = someone.page
    await someone.enter_cafe()
    await page.locator(".frame.out summary").first.click()
    await expect(page.locator(".frame.out pre").first).to_contain_text("•••")


async def test_each_turn_has_a_waterfall_down_to_what_the_learner_waited(visit: Visit):
    someone = await visit()
    page = someone.page
    await someone.enter_cafe()
    await someone.say("네, 주문할게요")
    await page.locator("#tab-latency").click()
    for stage in ("evaluate", "store", "speech", "perceived"):
        await expect(page.locator(".fall th", has_text=stage)).to_be_visible(timeout=15_000)
    await someone.keep("latency")
    await page.keyboard.press("ArrowRight")
    await expect(page.locator("#pane-state")).to_contain_text("cafe @ ")
    await someone.keep("state")


async def test_a_second_window_takes_over_and_the_first_one_says_so(visit: Visit):
    someone = await visit()
    await someone.enter_cafe()
    second = await someone.page.context.new_page()
    await second.goto(someone.page.url)
    await second.locator("#start:enabled").click()
    await expect(someone.page.locator("#notice")).to_have_text("Adegan ini dibuka di jendela lain.")
    await expect(someone.page.locator("#link")).to_have_class(re.compile("closed"))
