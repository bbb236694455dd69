"""Answering by voice, as a learner does it: the microphone of a real browser, with a real sound in it."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Route, expect

from kotoserver.domain.hearing import Hypothesis, Recognition
from kotoserver.providers.scripted import ScriptedRecognizer
from tests import sounds
from tests.apps import Koto, hearing, serving
from tests.browser.conftest import SCREENSHOTS
from tests.browser.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

Enter = Callable[..., Awaitable[Visitor]]
HELD_MS = 1200
HEARING_BROWSER = """
  window.SpeechRecognition = class extends EventTarget {
    start() {}
    stop() {
      const results = [[{ transcript: this.lang === "ko-KR" ? "네, 주문할게요" : "" }]];
      this.dispatchEvent(Object.assign(new Event("result"), { results }));
      this.dispatchEvent(new Event("end"));
    }
  };
"""
"""A browser with ears of its own, as the Web Speech API describes them: Chromium's are a service elsewhere."""
TELLS_WHAT_IS_ASKED_FOR = """
  const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = (wanted) => { window.asked = wanted.audio; return ask(wanted); };
"""


def heard(*said: tuple[str, float]) -> Recognition:
    hypotheses = tuple(Hypothesis(text=text, confidence=confidence) for text, confidence in said)
    return Recognition(hypotheses=hypotheses, engine="scripted", engine_version="1")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def ears() -> ScriptedRecognizer:
    return ScriptedRecognizer()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def listening(ears: ScriptedRecognizer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Koto]:
    """A server with ears."""
    folder = tmp_path_factory.mktemp("listening")
    async with hearing(folder, ears, EVAL_PROVIDER="local", TTS_PROVIDER="espeak") as koto:
        yield koto


@pytest_asyncio.fixture(loop_scope="session")
async def enter(speaking_browser: Browser, request: pytest.FixtureRequest) -> AsyncIterator[Enter]:
    """`await enter(koto, width=…)`: somebody new in the café, who allows the microphone unless told otherwise."""
    async with AsyncExitStack() as stack:

        async def come_in(
            koto: Koto,
            *,
            width: int = 1440,
            permissions: tuple[str, ...] = ("microphone",),
            script: str = "",
            **options: Any,
        ) -> Visitor:
            context = await speaking_browser.new_context(
                viewport={"width": width, "height": 900}, permissions=[*permissions], **options
            )
            stack.push_async_callback(context.close)
            home = str(koto.http.make_url("/")).rstrip("/")
            visitor = Visitor(await context.new_page(), home, SCREENSHOTS / request.node.name)
            await visitor.page.add_init_script("localStorage.setItem('koto-dev-open', 'no');" + script)
            await visitor.enter_cafe()
            return visitor

        yield come_in


async def hold(visitor: Visitor, milliseconds: int = HELD_MS, *, slide: int = 0) -> None:
    """Holds the button while speaking, and lets go, `slide` pixels away from it."""
    page = visitor.page
    box = await page.locator("#mic").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    await page.mouse.move(x, y)
    await page.mouse.down()
    await expect(page.locator("#speak")).to_have_attribute("data-voice", "recording")
    await page.wait_for_timeout(milliseconds)
    if slide:
        await page.mouse.move(x, y - slide)
    await page.mouse.up()


async def test_what_is_spoken_while_the_button_is_held_is_heard_and_judged(listening: Koto, enter: Enter):
    visitor = await enter(listening)
    page = visitor.page
    await hold(visitor)
    await page.locator(".verdict[data-turn]").wait_for()
    await expect(page.locator(".verdict .diff, .verdict dd").first).to_contain_text("네")
    await expect(page.locator(".wave")).to_have_count(2)
    await expect(page.locator("div.waves")).to_have_css("animation-name", "none")
    await page.locator("div.waves").evaluate("(waves) => waves.scrollIntoView({ block: 'center' })")
    await visitor.keep("judged")
    turn = await visitor.last_turn()
    assert turn
    await expect(page.locator("#speak")).to_have_attribute("data-voice", "ready")


async def test_the_level_moves_while_somebody_speaks(listening: Koto, enter: Enter):
    visitor = await enter(listening)
    page = visitor.page
    await page.locator("#mic").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#speak")).to_have_attribute("data-voice", "recording")
    await expect(page.locator("#mic-time")).to_contain_text("/ 30 s")
    levels = set()
    async with asyncio.timeout(10):
        while len(levels) < 4:
            levels.add(await page.locator("#mic-level").evaluate("(bar) => bar.style.getPropertyValue('--level')"))
    await visitor.keep("recording")
    await page.keyboard.press("Enter")
    await page.locator(".verdict[data-turn]").wait_for()


async def test_what_was_not_heard_for_certain_is_asked(listening: Koto, ears: ScriptedRecognizer, enter: Enter):
    visitor = await enter(listening)
    page = visitor.page
    ears.hear_next(heard(("네, 주문할게용", 0.4), ("네, 주문 할래", 0.3)))
    await hold(visitor)
    await expect(page.locator(".heard-choices button")).to_have_count(3)
    await visitor.keep("asked")
    assert await visitor.last_turn() == ""
    await page.locator(".heard-choices button", has_text="네, 주문할게요.").click()
    await page.locator(".verdict.accept[data-turn]").wait_for()
    await expect(page.locator("#heard")).to_be_hidden()


async def test_what_was_heard_can_be_mended(listening: Koto, ears: ScriptedRecognizer, enter: Enter):
    visitor = await enter(listening)
    page = visitor.page
    ears.hear_next(heard(("네, 주문할게용", 0.4)))
    await hold(visitor)
    await page.locator("#heard .row .button").first.click()
    await page.locator(".heard-edit input").fill("네, 주문할게요")
    await page.keyboard.press("Enter")
    await page.locator(".verdict.accept[data-turn]").wait_for()


async def test_nobody_speaking_is_no_turn(listening: Koto, ears: ScriptedRecognizer, enter: Enter):
    visitor = await enter(listening)
    ears.hear_next(heard(("시청해 주셔서 감사합니다", 0.9)))
    await hold(visitor)
    await expect(visitor.page.locator("#mic-note")).to_contain_text("mikrofon")
    await visitor.keep("unheard")
    assert await visitor.last_turn() == ""
    await expect(visitor.page.locator("#send")).to_be_enabled()


@pytest.mark.parametrize("way", ["slide", "escape"])
async def test_a_recording_can_be_forgotten(listening: Koto, ears: ScriptedRecognizer, enter: Enter, way: str):
    visitor = await enter(listening)
    before = ears.heard
    if way == "slide":
        await hold(visitor, slide=200)
    else:
        await visitor.page.locator("#mic").focus()
        await visitor.page.keyboard.press("Enter")
        await expect(visitor.page.locator("#speak")).to_have_attribute("data-voice", "recording")
        await visitor.page.keyboard.press("Escape")
    await expect(visitor.page.locator("#speak")).to_have_attribute("data-voice", "ready")
    assert ears.heard == before
    assert await visitor.last_turn() == ""


async def test_the_space_bar_held_outside_any_field_is_the_button(listening: Koto, enter: Enter):
    visitor = await enter(listening)
    page = visitor.page
    await page.locator("#line-ko").click()
    await page.keyboard.down("Space")
    await expect(page.locator("#speak")).to_have_attribute("data-voice", "recording")
    await page.wait_for_timeout(HELD_MS)
    await page.keyboard.up("Space")
    await page.locator(".verdict[data-turn]").wait_for()
    await page.locator("#answer").fill("")
    await page.locator("#answer").press_sequentially("네 네")
    await expect(page.locator("#answer")).to_have_value("네 네")
    await expect(page.locator("#speak")).to_have_attribute("data-voice", "ready")


async def test_an_upload_whose_connection_breaks_is_sent_again_under_the_same_key(listening: Koto, enter: Enter):
    visitor = await enter(listening)
    keys: list[str] = []

    async def break_the_first(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        await (route.abort("connectionreset") if len(keys) == 1 else route.continue_())

    await visitor.page.route("**/audio/upload", break_the_first)
    await hold(visitor)
    await visitor.page.locator(".verdict[data-turn]").wait_for()
    assert len(keys) == 2
    assert keys[0] == keys[1]


async def test_a_file_can_be_sent_instead(listening: Koto, enter: Enter):
    visitor = await enter(listening)
    page = visitor.page
    await page.locator("#mic-more summary").click()
    await visitor.keep("settings")
    content = await sounds.webm()
    file = {"name": "answer.webm", "mimeType": "audio/webm", "buffer": content}
    await page.locator("#mic-file").set_input_files(file)  # type: ignore[arg-type]  # a file in memory
    await page.locator(".verdict[data-turn]").wait_for()


async def test_a_file_that_is_no_recording_is_told_in_the_learners_words(listening: Koto, enter: Enter):
    visitor = await enter(listening)
    file = {"name": "notes.txt", "mimeType": "audio/webm", "buffer": b"no sound at all"}
    await visitor.page.locator("#mic-file").set_input_files(file)  # type: ignore[arg-type]  # a file in memory
    await expect(visitor.page.locator("#mic-note")).to_contain_text("bukan rekaman")
    await expect(visitor.page.locator("#send")).to_be_enabled()


@pytest.mark.parametrize(("seconds", "told"), [(0.0, "bukan rekaman"), (31.0, "terlalu panjang")])
async def test_what_decoding_refuses_is_told_in_the_learners_words_too(
    listening: Koto, enter: Enter, seconds: float, told: str
):
    """Its beginning is a recording's, so it is taken first: one is cut off behind it, one is too long."""
    visitor = await enter(listening)
    content = sounds.wav(seconds, rate=16_000, channels=1) if seconds else (await sounds.webm())[:60]
    file = {"name": "answer.webm", "mimeType": "audio/webm", "buffer": content}
    await visitor.page.locator("#mic-file").set_input_files(file)  # type: ignore[arg-type]  # a file in memory
    await expect(visitor.page.locator("#mic-note")).to_contain_text(told)
    await visitor.keep(f"refused-{seconds:g}")
    await expect(visitor.page.locator("#send")).to_be_enabled()
    await expect(visitor.page.locator("#speak")).to_have_attribute("data-voice", "ready")
    assert await visitor.last_turn() == ""


async def test_the_microphone_that_was_chosen_is_the_one_that_listens(listening: Koto, enter: Enter):
    visitor = await enter(listening, script=TELLS_WHAT_IS_ASKED_FOR)
    page = visitor.page
    await hold(visitor)  # the names of devices are known once one was allowed
    assert await page.evaluate("window.asked.deviceId") is None
    await page.locator(".verdict[data-turn]").wait_for()
    await page.locator("#mic-more summary").click()
    options = page.locator("#mic-device option:not([value=''])")
    await expect(options).not_to_have_count(0)
    wanted = await options.last.get_attribute("value")
    await page.locator("#mic-device").select_option(wanted)
    await hold(visitor)
    assert await page.evaluate("window.asked.deviceId") == {"exact": wanted}
    await page.reload()
    await page.locator("#start:enabled").click()
    await page.locator("#mic-more summary").click()
    await expect(page.locator("#mic-device")).to_have_value(str(wanted))


async def test_agreeing_to_keep_recordings_is_remembered(listening: Koto, enter: Enter):
    visitor = await enter(listening)
    page = visitor.page
    await page.locator("#mic-more summary").click()
    async with page.expect_response(lambda answer: answer.url.endswith("/koto-api/me")):
        await page.locator("#keep-recordings").check()
    await page.reload()
    await page.locator("#start:enabled").click()
    await page.locator("#mic-more summary").click()
    await expect(page.locator("#keep-recordings")).to_be_checked()


async def test_a_recording_that_was_kept_is_heard_again_beside_the_model(listening: Koto, enter: Enter):
    visitor = await enter(listening)
    page = visitor.page
    await hold(visitor)
    await page.locator(".verdict[data-turn]").wait_for()
    await page.locator("#mic-more summary").click()
    async with page.expect_response(lambda answer: answer.url.endswith("/koto-api/me")):
        await page.locator("#keep-recordings").check()
    await page.locator("#mic-more summary").click()
    first = await visitor.last_turn()
    await hold(visitor)
    await page.locator(f'.verdict[data-turn]:not([data-turn="{first}"])').wait_for()
    await listening.services.voice.settle()
    session_id = parse_qs(urlsplit(page.url).query)["session"][0]
    await visitor.open(f"/console/sessions/{session_id}")
    places = page.locator("[data-audio]")
    await expect(places).to_have_count(1)  # what was spoken before the learner agreed is gone
    await places.locator("button").click()
    await expect(places.locator(".wave")).to_have_count(2)
    await visitor.keep("heard-again")
    await places.locator(".wave button").first.click()
    assert visitor.complaints == []
    await page.set_viewport_size({"width": 390, "height": 800})
    await visitor.keep("heard-again-narrow")
    assert await visitor.overflow() <= 0


async def test_a_microphone_that_is_not_allowed_is_told_with_what_to_do(listening: Koto, enter: Enter):
    visitor = await enter(listening, permissions=())
    await visitor.page.locator("#mic").click()
    await expect(visitor.page.locator("#mic-note")).to_contain_text("ikon gembok")
    await visitor.keep("denied")


async def test_without_ears_it_says_that_the_browser_hears(tmp_path: Path, enter: Enter):
    async with serving(tmp_path, EVAL_PROVIDER="local", TTS_PROVIDER="espeak") as koto:
        visitor = await enter(koto)
        await visitor.page.locator("#mic-more summary").click()
        await expect(visitor.page.locator("#mic-browser")).to_be_visible()
        await expect(visitor.page.locator("#mic-own")).to_be_hidden()
        await visitor.keep("browser-hears")


async def test_a_browser_that_cannot_hear_either_asks_to_type(tmp_path: Path, enter: Enter):
    async with serving(tmp_path, EVAL_PROVIDER="local", TTS_PROVIDER="espeak") as koto:
        visitor = await enter(koto)  # this Chromium has no speech service behind it
        await visitor.page.locator("#mic").click()
        note = visitor.page.locator("#mic-note")
        await expect(note).to_contain_text(re.compile("ketik jawabanmu", re.IGNORECASE), timeout=15_000)
        await expect(visitor.page.locator("#answer")).to_be_enabled()


async def test_what_the_browser_heard_is_judged_as_if_it_had_been_typed(tmp_path: Path, enter: Enter):
    async with serving(tmp_path, EVAL_PROVIDER="local", TTS_PROVIDER="espeak") as koto:
        visitor = await enter(koto, script=HEARING_BROWSER)
        page = visitor.page
        await page.locator("#mic").focus()
        await page.keyboard.press("Enter")
        await expect(page.locator("#mic-state")).to_contain_text("Browsermu")
        await visitor.keep("listening")
        await page.keyboard.press("Enter")
        await page.locator(".verdict.accept[data-turn]").wait_for()


async def test_on_a_telephone_nothing_is_wider_than_the_window(
    listening: Koto, ears: ScriptedRecognizer, enter: Enter
):
    visitor = await enter(listening, width=390)
    await hold(visitor)
    await visitor.page.locator(".wave").first.wait_for()
    assert await visitor.overflow() <= 0
    await visitor.keep("judged")
    ears.hear_next(heard(("아이스 아메리카노 한 잔 줄게요", 0.4), ("아이스 아메리카노 한 장 주세용", 0.2)))
    await hold(visitor)
    await visitor.page.locator(".heard-choices button").first.wait_for()
    assert await visitor.overflow() <= 0
    await visitor.keep("asked")


async def test_the_mouth_follows_the_track_of_the_line(listening: Koto, enter: Enter):
    visitor = await enter(listening)
    moved = await visitor.page.evaluate(
        """async () => {
          const script = document.querySelector('script[type=module]').src;
          const { shapeAt } = await import(new URL('../../stage/mouth.js', script).href);
          const track = { shapes: ['rest', 'a', 'u'], track: [[0, 0], [0.5, 1], [1, 2], [1.5, 0]] };
          return [0.2, 0.9, 1.4, 9].map((at) => shapeAt(track, at));
        }"""
    )
    resting, wide, small, over = moved
    assert resting == over == {"open": 0, "round": 0}
    assert wide["open"] > small["open"] > 0
    assert small["round"] > wide["round"] == 0


async def test_the_mouth_of_the_npc_moves_while_she_speaks(listening: Koto, enter: Enter):
    visitor = await enter(listening)
    shapes = set()
    await visitor.page.locator("#repeat").click()
    async with asyncio.timeout(10):
        while len(shapes) < 5:
            shapes.add(await visitor.page.locator("#mouth").get_attribute("d"))


async def test_the_mouth_waits_where_the_sound_waits(listening: Koto, enter: Enter):
    """By the position of the sound and no other clock: a device that stalls cannot part the two."""
    guest = await listening.guest()
    line = await (await guest.live(await guest.open())).until("npc_line")
    visitor = await enter(listening)
    before, waiting, after = await visitor.page.evaluate(
        """async ([sound, track]) => {
          let context;
          const Usual = window.AudioContext;
          window.AudioContext = function (...wanted) { return (context = new Usual(...wanted)); };
          const script = document.querySelector('script[type=module]').src;
          const { Voice } = await import(new URL('../../stage/voice.js', script).href);
          const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
          const voice = new Voice();
          await voice.begin();
          voice.prepare(sound, track);
          voice.play(sound);
          while (voice.mouth().open < 0.2) await later(5);
          await context.suspend();
          const before = voice.mouth();
          await later(400);
          const waiting = voice.mouth();
          await context.resume();
          await later(400);
          return [before, waiting, voice.mouth()];
        }""",
        [line["tts_url"], line["visemes_url"]],
    )
    assert waiting == before
    assert before["open"] > 0
    assert after != waiting
