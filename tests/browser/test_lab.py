"""The provider lab as somebody who develops uses it: engines side by side, broken on purpose, exchanged."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestClient, TestServer
from playwright.async_api import Browser, Locator, expect

from kotoserver.audio.encode import AudioEncoder
from kotoserver.bootstrap.parts import read_voices
from kotoserver.bootstrap.server import open_services
from kotoserver.domain.hearing import Hypothesis, Recognition
from kotoserver.domain.receipt import Stage
from kotoserver.ports.clock import SystemClock
from kotoserver.providers.breakable import BreakableRecognizer, FaultBoard
from kotoserver.providers.policy import FallbackRecognizer, patience_with
from kotoserver.providers.registry import open_synthesizer
from kotoserver.providers.scripted import ScriptedRecognizer
from kotoserver.services.engine_choices import EngineChoices
from kotoserver.services.lab import LabService
from kotoserver.transport.app import make_app
from tests import sounds
from tests.apps import Koto, serving, settings_for_tests
from tests.browser.conftest import SCREENSHOTS
from tests.browser.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

Look = Callable[..., Awaitable[Visitor]]


class Careful(ScriptedRecognizer):
    name = "careful"


class Careless(ScriptedRecognizer):
    name = "careless"


def heard(*said: tuple[str, float]) -> Recognition:
    hypotheses = tuple(Hypothesis(text=text, confidence=confidence) for text, confidence in said)
    return Recognition(hypotheses=hypotheses, engine="scripted", engine_version="1")


@pytest.fixture
def careful() -> Careful:
    return Careful()


@pytest.fixture
def careless() -> Careless:
    return Careless()


@pytest_asyncio.fixture(loop_scope="session")
async def lab(careful: Careful, careless: Careless, tmp_path: Path) -> AsyncIterator[Koto]:
    """A server whose lab has two ears and two voices; nobody asks them anything but the test."""
    settings = settings_for_tests(tmp_path, STT_PROVIDER="scripted", TTS_PROVIDER="espeak,scripted")
    async with open_services(settings) as opened, AsyncExitStack() as stack:
        await opened.speech.close()
        board, clock = FaultBoard(), SystemClock()
        ears = [BreakableRecognizer(each, board) for each in (careful, careless)]
        patience = [patience_with(Stage.STT, each.name, settings.speech.policy) for each in ears]
        recognizer = FallbackRecognizer(ears, clock, patience)
        stack.push_async_callback(recognizer.close)
        voice = open_synthesizer(settings.speech, read_voices(settings.scenes_dir), faults=board)
        stack.push_async_callback(voice.close)
        encoder = AudioEncoder()
        stack.push_async_callback(encoder.close)
        made = LabService(
            recognizer=recognizer,
            synthesizer=voice,
            encoder=encoder,
            play=opened.play,
            choices=EngineChoices(),
            faults=board,
            voices=["ko-f-01", "ko-f-02"],
            clock=clock,
        )
        services = replace(opened, lab=made)
        client = await stack.enter_async_context(TestClient(TestServer(make_app(services, settings))))
        yield Koto(client, services)


@pytest_asyncio.fixture(loop_scope="session")
async def look(speaking_browser: Browser, request: pytest.FixtureRequest) -> AsyncIterator[Look]:
    """`await look(koto, width=…)`: the lab, seen by somebody with a microphone."""
    visitors: list[Visitor] = []
    async with AsyncExitStack() as stack:

        async def come_in(koto: Koto, *, width: int = 1280, path: str = "/console/lab", **options: Any) -> Visitor:
            context = await speaking_browser.new_context(
                viewport={"width": width, "height": 900}, permissions=["microphone"], **options
            )
            stack.push_async_callback(context.close)
            home = str(koto.http.make_url("/")).rstrip("/")
            visitor = Visitor(await context.new_page(), home, SCREENSHOTS / request.node.name)
            visitors.append(visitor)
            await visitor.open(path)
            return visitor

        yield come_in
    for visitor in visitors:
        assert visitor.complaints == [], "the browser complained"
        assert visitor.strangers == set(), "something was asked of another host"


def engine(visitor: Visitor, stage: str, name: str) -> Locator:
    return visitor.page.locator(f"#engines-{stage} .engine[data-engine={name}]")


def tried(visitor: Visitor, place: str, name: str) -> Locator:
    return visitor.page.locator(f'#{place} .try[data-engine="{name}"]')


async def speak(visitor: Visitor) -> None:
    await visitor.page.locator("#speak").click()
    await expect(visitor.page.locator("#spoken .try")).to_have_count(3)
    await expect(visitor.page.locator("#spoken .waiting")).to_have_count(0)


async def test_one_text_is_spoken_by_every_voice_side_by_side(lab: Koto, look: Look):
    visitor = await look(lab)
    await expect(engine(visitor, "tts", "espeak").locator(".chip")).to_have_text("working")
    await visitor.keep("before")
    await visitor.page.locator("#speak-text").fill("따뜻한 라떼 한 잔 주세요.")
    await speak(visitor)
    await expect(visitor.page.locator("#spoken .wave canvas")).to_have_count(3)
    for name in ("as set", "espeak", "scripted"):
        await expect(tried(visitor, "spoken", name).locator("dd").first).to_contain_text("ms")
        await expect(tried(visitor, "spoken", name)).to_contain_text("free")
    await tried(visitor, "spoken", "scripted").get_by_role("button").click()
    await visitor.keep("spoken")


async def test_times_are_bars_on_one_scale_however_an_answer_ended(lab: Koto, look: Look):
    visitor = await look(lab)
    await engine(visitor, "tts", "espeak").get_by_role("button", name="Break").click()
    await expect(engine(visitor, "tts", "espeak")).to_contain_text("fails until it is mended")
    await speak(visitor)
    bars = visitor.page.locator("#spoken .took")
    await expect(bars).to_have_count(3)
    await expect(tried(visitor, "spoken", "espeak").locator(".took.failed")).to_be_visible()
    took = [float(await each.get_attribute("data-milliseconds") or 0) for each in await bars.all()]
    shares = await bars.locator("i").evaluate_all("all => all.map(each => each.style.getPropertyValue('--share'))")
    assert [float(share) for share in shares] == pytest.approx([each / max(took) for each in took], abs=0.001)


async def test_what_every_ear_makes_of_a_clip_is_shown(
    lab: Koto, careful: Careful, careless: Careless, look: Look
):
    for _ in ("as set", "alone"):
        careful.hear_next(heard(("아메리카노 한 잔 주세요", 0.93), ("아메리카노 두 잔 주세요", 0.41)))
    careless.hear_next(heard(("아메리카 한 장 주세요", 0.37)))
    visitor = await look(lab)
    await expect(engine(visitor, "stt", "careful")).to_be_visible()
    await visitor.page.locator("#record").click()
    await expect(visitor.page.locator("#clip-bar")).to_be_visible()
    await visitor.page.wait_for_timeout(1200)
    await visitor.keep("recording")
    await visitor.page.locator("#record").click()
    await expect(tried(visitor, "heard", "careful").locator(".heard-text")).to_have_text("아메리카노 한 잔 주세요")
    await expect(tried(visitor, "heard", "careful").locator(".others")).to_contain_text("0.41")
    await expect(tried(visitor, "heard", "careless").locator(".heard-text")).to_have_text("아메리카 한 장 주세요")
    await expect(visitor.page.locator("#clip .wave")).to_be_visible()
    await visitor.page.locator("#heard").scroll_into_view_if_needed()
    await visitor.keep("heard")


async def test_a_voice_that_is_broken_on_purpose_is_fallen_back_from_until_it_is_mended(lab: Koto, look: Look):
    visitor = await look(lab)
    espeak = engine(visitor, "tts", "espeak")
    await espeak.get_by_label("How it breaks").select_option("silence")
    await espeak.get_by_role("button", name="Break").click()
    await expect(espeak).to_contain_text("answers nothing until it is mended")
    await speak(visitor)
    await expect(tried(visitor, "spoken", "as set")).to_contain_text("after espeak: silent_speech")
    await expect(tried(visitor, "spoken", "espeak").locator(".chip.bad")).to_be_visible()
    await expect(tried(visitor, "spoken", "scripted").locator(".wave")).to_be_visible()
    await expect(espeak.locator("header .chip")).to_contain_text("rests since")
    await visitor.page.evaluate("scrollTo(0, 0)")
    await visitor.keep("broken")
    await espeak.get_by_role("button", name="Mend").click()
    await expect(espeak.get_by_role("button", name="Break")).to_be_visible()
    await speak(visitor)
    await expect(tried(visitor, "spoken", "espeak").locator(".wave")).to_be_visible()
    await expect(espeak.locator("header .chip")).to_have_text("working")


async def test_a_clip_nobody_can_read_is_told(lab: Koto, look: Look):
    visitor = await look(lab)
    file = {"name": "notes.txt", "mimeType": "audio/webm", "buffer": b"no sound at all"}
    await expect(engine(visitor, "stt", "careful")).to_be_visible()
    async with visitor.page.expect_response("**/lab/hear"):
        await visitor.page.locator("#clip-file").set_input_files(file)  # type: ignore[arg-type]  # in memory
    for _ in ("at once", "after a while"):  # the page asks how the engines are, which says nothing of the clip
        await visitor.page.wait_for_event("response", lambda answer: answer.url.endswith("/koto-api/lab"))
    await visitor.page.locator("#hear-form").scroll_into_view_if_needed()
    await expect(visitor.page.locator("#lab-note")).to_contain_text("no sound format")
    await expect(visitor.page.locator("#lab-note")).to_be_in_viewport(ratio=1)
    await visitor.keep("refused")
    await expect(visitor.page.locator("#heard .try")).to_have_count(0)
    assert [each.split()[0] for each in visitor.complaints] == ["400"]
    visitor.complaints.clear()


@pytest.mark.parametrize("width", [390, 820])
async def test_the_lab_fits_narrow_windows(lab: Koto, careful: Careful, look: Look, width: int):
    careful.hear_next(heard(("아메리카노 한 잔 주세요", 0.93), ("아메리카노 두 잔 주세요", 0.41)))
    visitor = await look(lab, width=width, color_scheme="dark" if width == 820 else "light")
    await expect(engine(visitor, "stt", "careless")).to_be_visible()
    await speak(visitor)
    file = {"name": "clip.webm", "mimeType": "audio/webm", "buffer": await sounds.webm()}
    await visitor.page.locator("#clip-file").set_input_files(file)  # type: ignore[arg-type]  # in memory
    await expect(visitor.page.locator("#heard .try")).to_have_count(3)
    await expect(visitor.page.locator("#heard .waiting")).to_have_count(0)
    assert await visitor.overflow() <= 0
    await visitor.page.screenshot(path=SCREENSHOTS / f"lab-{width}.png", full_page=True)


async def test_a_session_can_be_given_another_voice_while_it_is_played(tmp_path: Path, look: Look):
    async with serving(tmp_path, EVAL_PROVIDER="local", TTS_PROVIDER="espeak,scripted") as koto:
        visitor = await look(koto, width=1440, path="/console/")
        page = visitor.page
        await visitor.enter_cafe()
        async with page.expect_response("**/lab/sessions/*"):
            await page.locator("#engine-tts").select_option("scripted")
        await visitor.say("네, 주문할게요")
        await page.locator("#tab-latency").click()
        speaker = page.locator(".receipts tr", has=page.locator("td:text-is('tts')"))
        await expect(speaker).to_contain_text("scripted", timeout=15_000)
        await visitor.keep("exchanged")
        await page.reload()
        await page.locator("#start:enabled").click()
        await expect(page.locator("#engine-tts")).to_have_value("scripted")
        await page.close()  # before the server goes, else the page would look for it


async def test_where_others_are_served_the_lab_is_closed_to_guests(tmp_path: Path, look: Look):
    async with serving(tmp_path, KOTO_HOST="0.0.0.0") as koto:
        visitor = await look(koto)
        await visitor.page.get_by_role("button", name="Play as a guest").click()
        await expect(visitor.page.locator("h1")).to_have_text("This is for editors")
        await visitor.keep("closed")
        await visitor.open("/console/")
        await expect(visitor.page.get_by_role("link", name="Lab")).to_have_count(0)
