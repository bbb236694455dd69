"""What every voice must do, asked of each of them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, aclosing, asynccontextmanager
from pathlib import Path

import numpy as np
import pytest

from kotoserver.domain.errors import BadInput, ProviderFailed, TooFast
from kotoserver.domain.speech import SLOW_RATE, SpeechRequest
from kotoserver.ports.providers import Synthesizer
from kotoserver.providers.espeak import EspeakSynthesizer
from kotoserver.providers.google_tts import GoogleSynthesizer
from kotoserver.providers.openai_tts import OpenAiSynthesizer
from kotoserver.providers.piper import PiperSynthesizer
from kotoserver.providers.scripted import ScriptedSynthesizer
from kotoserver.settings import PiperSettings
from tests.providers.google_tts_server import serving_google_tts
from tests.providers.openai_speech_server import serving_openai_speech
from tests.providers.tiny_piper import build as build_piper_voice

OpenVoice = Callable[[int], Synthesizer]
"""With so many places."""


@asynccontextmanager
async def espeak(folder: Path) -> AsyncIterator[OpenVoice]:
    yield lambda places: EspeakSynthesizer(queue_size=places)


@asynccontextmanager
async def google(folder: Path) -> AsyncIterator[OpenVoice]:
    async with serving_google_tts() as server:
        yield lambda places: GoogleSynthesizer(server.settings, at_once=places)


@asynccontextmanager
async def google_streaming(folder: Path) -> AsyncIterator[OpenVoice]:
    """Its voices that speak while they think."""
    async with serving_google_tts() as server:
        yield lambda places: GoogleSynthesizer(
            server.settings, {"ko-f-02": "ko-KR-Chirp3-HD-Kore"}, at_once=places
        )


@asynccontextmanager
async def openai_compatible(folder: Path) -> AsyncIterator[OpenVoice]:
    async with serving_openai_speech() as server:
        yield lambda places: OpenAiSynthesizer(server.settings, at_once=places)


@asynccontextmanager
async def openai_without_headers(folder: Path) -> AsyncIterator[OpenVoice]:
    """A server that makes bare samples only."""
    async with serving_openai_speech(refuses=frozenset({"wav"})) as server:
        yield lambda places: OpenAiSynthesizer(server.settings, at_once=places)


@asynccontextmanager
async def piper(folder: Path) -> AsyncIterator[OpenVoice]:
    voice = build_piper_voice(folder / "voice.onnx")
    settings = PiperSettings(voice=None, device="cpu")
    yield lambda places: PiperSynthesizer(voice, settings, queue_size=places)


@asynccontextmanager
async def scripted(folder: Path) -> AsyncIterator[OpenVoice]:
    yield lambda places: ScriptedSynthesizer(queue_size=places)


VOICES: dict[str, Callable[[Path], AbstractAsyncContextManager[OpenVoice]]] = {
    "espeak": espeak,
    "google": google,
    "google_streaming": google_streaming,
    "openai_compatible": openai_compatible,
    "openai_without_headers": openai_without_headers,
    "piper": piper,
    "scripted": scripted,
}


@pytest.fixture(params=VOICES)
async def open_voice(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[OpenVoice]:
    """Opens the voice with so many places; closed at the end of the test."""
    async with VOICES[request.param](tmp_path) as open_with_places, AsyncExitStack() as stack:

        def opened(places: int) -> Synthesizer:
            voice = open_with_places(places)
            stack.push_async_callback(voice.close)
            return voice

        yield opened


@pytest.fixture
def voice(open_voice: OpenVoice) -> Synthesizer:
    return open_voice(64)


def say(text: str, rate: float = 1.0) -> SpeechRequest:
    return SpeechRequest(text=text, voice="ko-f-02", rate=rate)


async def test_more_words_last_longer(voice: Synthesizer):
    short = await voice.synthesize(say("네."))
    long = await voice.synthesize(say("따뜻한 아메리카노 두 잔 주세요."))
    assert long.seconds > short.seconds + 0.5


async def test_speech_is_sound_and_not_clipped(voice: Synthesizer):
    speech = await voice.synthesize(say("어서 오세요! 주문 도와드릴까요?"))
    samples = np.abs(np.frombuffer(speech.pcm, "<i2").astype(int))
    assert not speech.silent
    assert 1000 < samples.max() < 32767
    assert 8000 <= speech.sample_rate <= 48000


async def test_slow_speech_takes_longer(voice: Synthesizer):
    normal = await voice.synthesize(say("아메리카노 한 잔 주세요."))
    slow = await voice.synthesize(say("아메리카노 한 잔 주세요.", SLOW_RATE))
    assert slow.seconds > normal.seconds * 1.2


async def test_word_times_name_words_of_the_text_in_order(voice: Synthesizer):
    text = "따뜻한 라떼 두 잔 주세요."
    speech = await voice.synthesize(say(text))
    words = [text[word.start : word.start + word.length].rstrip(".") for word in speech.words]
    times = [word.at_seconds for word in speech.words]
    assert words in ([], ["따뜻한", "라떼", "두", "잔", "주세요"])  # not every engine tells
    assert times == sorted(times)
    assert all(0 <= at < speech.seconds for at in times)


async def test_a_stream_is_the_same_speech_in_parts(voice: Synthesizer):
    text = "어서 오세요! 따뜻한 아메리카노 두 잔 나왔습니다. 맛있게 드세요."
    whole = await voice.synthesize(say(text))
    parts = [part async for part in voice.stream(say(text))]
    assert len({part.sample_rate for part in parts}) == 1
    assert sum(part.seconds for part in parts) == pytest.approx(whole.seconds, rel=0.05)
    assert not parts[0].silent


@pytest.mark.parametrize("text", ["", "…"])
async def test_a_stream_of_nothing_is_bad_input(voice: Synthesizer, text: str):
    with pytest.raises(BadInput) as refused:
        await anext(aiter(voice.stream(say(text))))
    assert refused.value.code == "nothing_to_say"


async def test_a_listener_who_leaves_frees_the_place(open_voice: OpenVoice):
    voice = open_voice(1)
    async with aclosing(voice.stream(say("어서 오세요! 주문 도와드릴까요? 따뜻한 음료도 있어요."))) as parts:
        assert not (await anext(parts)).silent
    assert not (await voice.synthesize(say("네."))).silent


@pytest.mark.parametrize("text", ["", "   ", "…", "?!", "\0\0", "\n\t"])
async def test_a_text_without_words_is_bad_input(voice: Synthesizer, text: str):
    with pytest.raises(BadInput) as refused:
        await voice.synthesize(say(text))
    assert refused.value.code == "nothing_to_say"


@pytest.mark.parametrize(
    "text", ["One latte, please.", "Terima kasih!", "ラテをください", "谢谢", "라떼 please 주세요", "☕️ 2 €"]
)
async def test_another_language_is_spoken_somehow_or_refused_and_the_voice_goes_on(voice: Synthesizer, text: str):
    try:
        assert not (await voice.synthesize(say(text))).silent
    except (BadInput, ProviderFailed) as refused:
        assert refused.code in ("nothing_to_say", "silent_speech")
    assert not (await voice.synthesize(say("네."))).silent


async def test_control_characters_do_not_cut_the_text(voice: Synthesizer):
    whole = await voice.synthesize(say("아메리카노 한 잔 주세요"))
    dirty = await voice.synthesize(say("아메리카노\0 한\x07 잔\x1b 주세요"))
    assert dirty.seconds > whole.seconds * 0.8


async def test_two_thousand_characters_are_spoken(voice: Synthesizer):
    speech = await voice.synthesize(say("안녕하세요 " * 333 + "네"))
    assert speech.seconds > 60


async def test_requests_at_the_same_time_each_get_their_own_speech(voice: Synthesizer):
    texts = ["네." if number % 2 else "따뜻한 아메리카노 두 잔 주세요." for number in range(12)]
    speeches = await asyncio.gather(*(voice.synthesize(say(text)) for text in texts))
    short, long = speeches[1].seconds, speeches[0].seconds
    assert long > short
    assert [round(speech.seconds, 1) for speech in speeches] == [round(long, 1), round(short, 1)] * 6


async def test_a_cancelled_request_leaves_the_voice_usable(voice: Synthesizer):
    requests = [asyncio.create_task(voice.synthesize(say("안녕하세요."))) for _ in range(3)]
    await asyncio.sleep(0)
    requests[0].cancel()
    requests[1].cancel()
    outcomes = await asyncio.gather(*requests, return_exceptions=True)
    assert isinstance(outcomes[0], asyncio.CancelledError)
    assert isinstance(outcomes[1], asyncio.CancelledError)
    assert not isinstance(outcomes[2], BaseException)
    assert not (await voice.synthesize(say("네."))).silent


async def test_too_many_requests_are_told_that_it_is_busy(open_voice: OpenVoice):
    voice = open_voice(2)
    outcomes = await asyncio.gather(*(voice.synthesize(say("네.")) for _ in range(5)), return_exceptions=True)
    refused = [outcome for outcome in outcomes if isinstance(outcome, TooFast)]
    assert len(refused) == 3
    assert {refusal.code for refusal in refused} == {"busy"}
    assert not (await voice.synthesize(say("네."))).silent


async def test_a_voice_that_works_passes_its_check(voice: Synthesizer):
    await voice.check()


async def test_a_closed_voice_says_so(voice: Synthesizer):
    await voice.synthesize(say("네."))
    await voice.close()
    with pytest.raises(ProviderFailed):
        await voice.synthesize(say("네."))
    with pytest.raises(ProviderFailed):
        await voice.check()


async def test_closing_twice_is_fine(voice: Synthesizer):
    await voice.close()
    await voice.close()


def test_a_voice_has_a_name_and_a_version(voice: Synthesizer):
    assert voice.name
    assert voice.version
