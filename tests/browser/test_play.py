"""A person plays the café in the simulator."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

CASUAL_THEN_POLITE = (
    "아메리카노 하나 주세요",
    "차가운 거",
    "큰 거",
    "아니",
    "가져갈게",
    "카드로 계산해 줘",
    "카드로 할게요",
    "아니요, 괜찮아요",
)

FEEDBACK_IN_SIGHT = """() => {
    const top = (each) => document.querySelector(each).getBoundingClientRect().top;
    const { top: from, bottom: to } = document.querySelector(".verdict .feedback").getBoundingClientRect();
    const bar = top("#speak") > top("#result") ? top("#speak") : innerHeight;
    return from >= document.querySelector(".top").getBoundingClientRect().bottom && to <= bar;
}"""
"""Below the head of the page, and on a phone above the field in which answers are typed."""


async def test_a_learner_plays_the_cafe_to_its_end_and_is_corrected_in_indonesian(visit: Visit):
    someone = await visit()
    page = someone.page
    await someone.open("/console/")
    await page.locator('a[href*="/play/cafe?"]').first.click()
    await someone.keep("curtain")
    await page.get_by_role("button", name="Mulai adegan").click()
    await expect(page.locator("#line-ko")).to_contain_text("어서 오세요")
    await expect(page.locator("#line-meaning")).to_contain_text("Selamat datang")
    await someone.keep("greeting")

    await someone.say("응, 주문할게")
    await someone.say("아메리카노 하나 줘")
    verdict = page.locator(".verdict")
    await expect(verdict.locator(".feedback")).to_contain_text("Terlalu akrab")
    await expect(verdict.locator("del")).to_contain_text("줘")
    await expect(verdict.locator("ins")).to_contain_text("주세요")
    await expect(verdict).to_contain_text("반말")
    await expect(page.locator("#ladder .rung")).to_have_count(1)
    await someone.keep("corrected")

    for text in CASUAL_THEN_POLITE:
        await someone.say(text)
    await expect(page.locator("#recap")).to_be_visible(timeout=30_000)
    await expect(page.locator("#recap h2").first).to_have_text("Adegan selesai!")
    await expect(page.locator(".recap-slots")).to_contain_text("Americano")
    await expect(page.locator(".recap-turn")).not_to_have_count(0)
    await someone.keep("recap")

    await page.locator("#recap").get_by_role("link").click()
    await expect(page.locator("article.turn")).to_have_count(2 + len(CASUAL_THEN_POLITE))
    await expect(page.locator("body")).to_contain_text("아메리카노 하나 줘")
    await someone.keep("session")
    await page.get_by_role("link", name="Sessions", exact=True).click()
    await page.get_by_role("searchbox").fill("계산해")
    await page.keyboard.press("Enter")
    await expect(page.locator(".rows > li")).to_have_count(1)
    await someone.keep("sessions")


async def test_after_the_last_answer_nothing_can_be_said_that_would_lose_the_recap(visit: Visit):
    someone = await visit()
    page = someone.page
    await someone.enter_cafe()
    await someone.say("주문할게요")
    for text in CASUAL_THEN_POLITE[:-1]:
        await someone.say(text)
    await someone.say(CASUAL_THEN_POLITE[-1])
    await expect(page.locator("#answer")).to_be_hidden(timeout=1_000)
    assert await page.locator("#recap").is_hidden(), "she still says goodbye"
    await page.keyboard.press("Alt+KeyR")
    await page.keyboard.press("Alt+KeyH")
    await expect(page.locator("#recap")).to_be_visible(timeout=30_000)
    assert someone.complaints == []


async def test_the_mouth_moves_with_the_sound(visit: Visit):
    someone = await visit()
    await someone.enter_cafe()
    await expect(someone.page.locator("svg.speaking")).to_have_count(1)
    await someone.page.wait_for_function("() => document.querySelector('#mouth').getBBox().height > 12")
    await expect(someone.page.locator("svg.speaking")).to_have_count(0, timeout=15_000)
    await someone.page.wait_for_function("() => document.querySelector('#mouth').getBBox().height < 11")


async def test_a_tap_on_a_word_tells_its_meaning(visit: Visit):
    someone = await visit()
    await someone.enter_cafe()
    await someone.page.locator("#line-ko").get_by_role("button", name="주문").click()
    await expect(someone.page.locator("#gloss")).to_contain_text("pesan")


async def test_meaning_and_romanisation_can_be_hidden_and_stay_hidden(visit: Visit):
    someone = await visit()
    await someone.enter_cafe()
    await expect(someone.page.locator("#line-latin")).to_have_text(re.compile("eoseo oseyo", re.I))
    await someone.page.locator("#show-latin").click()
    await someone.page.locator("#show-meaning").click()
    await someone.enter_cafe()
    await expect(someone.page.locator("#line-latin")).to_be_hidden()
    await expect(someone.page.locator("#line-meaning")).to_be_hidden()


async def test_a_turn_can_be_taken_back(visit: Visit):
    someone = await visit()
    page = someone.page
    await someone.enter_cafe()
    await someone.say("네, 주문할게요")
    await expect(page.locator("#goal-step")).to_have_text(re.compile("^2/"))
    await page.locator("#retry").click()
    await expect(page.locator("#goal-step")).to_have_text(re.compile("^1/"))
    await expect(page.locator(".verdict.undone")).to_be_visible()


async def test_hints_climb_the_ladder_to_a_model_answer_that_can_be_heard(visit: Visit):
    someone = await visit()
    page = someone.page
    await someone.enter_cafe()
    rungs = page.locator("#ladder .rung")
    for rung in range(1, 5):
        await page.locator("#hint").click()
        await expect(rungs).to_have_count(rung)
    async with page.expect_response(re.compile("/koto-api/speech/")) as heard:
        await rungs.first.get_by_role("button").click()
    assert (await heard.value).ok
    await someone.keep("ladder")


@pytest.mark.parametrize("size", [(390, 844), (820, 1180), (1440, 900)])
async def test_what_was_wrong_is_in_sight_whatever_hints_came_with_it(visit: Visit, size: tuple[int, int]):
    someone = await visit(*size)
    page = someone.page
    await someone.enter_cafe()
    for text in ("saya mau kopi", "asdf qwer", "amerikano hana juseyo"):
        await someone.say(text)
        await page.wait_for_function(FEEDBACK_IN_SIGHT)
        await someone.keep("corrected")
    await expect(page.locator("#ladder .rung")).not_to_have_count(0)


async def test_a_reload_continues_the_scene_where_it_was(visit: Visit):
    someone = await visit()
    page = someone.page
    await someone.enter_cafe()
    await someone.say("아아 두 잔 주세요")
    question = await page.locator("#goal-text").text_content()
    await page.reload()
    await page.get_by_role("button", name="Lanjutkan").click()
    await expect(page.locator("#goal-text")).to_have_text(question or "")
    await expect(page.locator('[data-slot="drink"]')).to_have_class(re.compile("filled"))
    await expect(page.locator(".verdict")).to_be_visible()


async def test_silence_is_met_with_an_offer_of_help(visit: Visit):
    someone = await visit()
    page = someone.page
    await page.clock.install()
    await someone.enter_cafe()
    await expect(page.locator("svg.speaking")).to_have_count(0)
    await page.clock.run_for(13_000)
    await expect(page.locator("#silence")).to_be_visible()
    await someone.keep("silence")
    await page.locator("#silence-pass").click()
    await expect(page.locator(".verdict.not_scored")).to_be_visible()


async def test_the_other_pack_speaks_the_other_language(visit: Visit):
    someone = await visit()
    await someone.enter_cafe(pack="ko-en")
    await expect(someone.page.locator("#line-meaning")).to_contain_text("Welcome")
    await expect(someone.page.get_by_role("button", name="Hint")).to_be_visible()
