"""What every voice must do, asked of each of them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import numpy as np
import pytest

from kotoserver.domain.errors import BadInput, ProviderFailed, TooFast
from kotoserver.domain.speech import SLOW_RATE, SpeechRequest
from kotoserver.ports.providers import Synthesizer
from kotoserver.providers.espeak import EspeakSynthesizer
from kotoserver.providers.piper import PiperSynthesizer
from kotoserver.providers.scripted import ScriptedSynthesizer
from kotoserver.settings import PiperSettings
from tests.providers.tiny_piper import build as build_piper_voice

OpenVoice = Callable[[int], Synthesizer]


def piper(folder: Path, queue_size: int) -> Synthesizer:
    voice = build_piper_voice(folder / "voice.onnx")
    return PiperSynthesizer(voice, PiperSettings(voice=None, device="cpu"), queue_size=queue_size)


VOICES: dict[str, Callable[[Path, int], Synthesizer]] = {
    "espeak": lambda folder, size: EspeakSynthesizer(queue_size=size),
    "piper": piper,
    "scripted": lambda folder, size: ScriptedSynthesizer(queue_size=size),
}


@pytest.fixture(params=VOICES)
async def open_voice(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[OpenVoice]:
    """Opens the voice with a queue of that size; closed at the end of the test."""
    opened: list[Synthesizer] = []

    def open_with_queue(size: int) -> Synthesizer:
        opened.append(VOICES[request.param](tmp_path, size))
        return opened[-1]

    yield open_with_queue
    for voice in opened:
        await voice.close()


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
    assert words == ["따뜻한", "라떼", "두", "잔", "주세요"]
    assert times == sorted(times)
    assert 0 <= times[0] < times[-1] < speech.seconds


@pytest.mark.parametrize("text", ["", "   ", "…", "?!", "\0\0", "\n\t"])
async def test_a_text_without_words_is_bad_input(voice: Synthesizer, text: str):
    with pytest.raises(BadInput) as refused:
        await voice.synthesize(say(text))
    assert refused.value.code == "nothing_to_say"


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
