"""Engines elsewhere that stand in for each other, as a server's settings open them."""

import asyncio
from time import monotonic
from typing import Any

import numpy as np
import pytest
from grpc import StatusCode

from kotoserver.domain.errors import ProviderFailed
from kotoserver.domain.hearing import SAMPLE_RATE, AudioClip, Recognition, RecognitionRequest
from kotoserver.domain.speech import SpeechRequest
from kotoserver.ports.providers import Recognizer, Synthesizer
from kotoserver.providers.registry import open_recognizer, open_synthesizer
from kotoserver.settings import Settings
from tests.providers.google_speech_server import PROJECT, Odd, serving_google_speech
from tests.providers.google_tts_server import serving_google_tts
from tests.providers.openai_speech_server import Answer, serving_openai_speech

NOBODY = 1
"""A port where nobody listens."""
LINE = "라떼 한 잔 주세요"


def environ(google: int, server: int, policy: str = "") -> dict[str, str]:
    url = f"http://127.0.0.1:{server}/v1"
    return {
        "GOOGLE_ENDPOINT": f"127.0.0.1:{google}",
        "GOOGLE_CLOUD_PROJECT": PROJECT,
        "STT_URL": url,
        "STT_MODEL": "whisper",
        "TTS_URL": url,
        "TTS_MODEL": "piper",
        "PROVIDER_POLICY": policy,
    }


def ears(names: str, google: int, server: int, policy: str = "") -> Recognizer:
    speech = Settings.from_environ({"STT_PROVIDER": names, **environ(google, server, policy)}).speech
    opened = open_recognizer(speech)
    assert opened is not None
    return opened


def voice(names: str, google: int, server: int, policy: str = "") -> Synthesizer:
    speech = Settings.from_environ({"TTS_PROVIDER": names, **environ(google, server, policy)}).speech
    return open_synthesizer(speech, {})


async def heard(engine: Recognizer, seconds: int = 1) -> Recognition:
    hum = (np.sin(np.arange(seconds * SAMPLE_RATE) * 0.1) * 0.3).astype(np.float32)
    clip = AudioClip(samples=hum, voiced_seconds=1.0, loudness=0.2, media_type="audio/wav")
    return await engine.recognize(RecognitionRequest(clip=clip, phrases=(LINE,)))


async def test_where_google_is_not_there_a_server_hears_within_a_third_of_a_second():
    async with serving_openai_speech() as server:
        engine = ears("google,openai_compatible", NOBODY, server.port)
        try:
            began = monotonic()
            recognition = await heard(engine)
            took = monotonic() - began
        finally:
            await engine.close()
    assert recognition.receipt is not None
    assert (recognition.text, recognition.receipt.provider) == (LINE, "openai_compatible")
    assert recognition.receipt.fallback == "google: unavailable"
    assert recognition.receipt.cost_usd == 0
    assert took < 0.3


async def test_where_a_server_hangs_google_hears_and_is_paid_for():
    async with serving_openai_speech(Answer(hangs=True)) as server, serving_google_speech() as google:
        engine = ears("openai_compatible,google", google.port, server.port, "stt.openai_compatible.first=0.1")
        try:
            recognition = await heard(engine)
        finally:
            await engine.close()
    assert recognition.receipt is not None
    assert (recognition.text, recognition.receipt.provider) == (LINE, "google")
    assert recognition.receipt.cost_usd > 0


async def test_a_quota_that_is_used_up_does_not_reach_the_learner():
    used_up: list[Any] = [Odd(status=StatusCode.RESOURCE_EXHAUSTED)] * 50
    async with serving_google_speech(*used_up) as google, serving_openai_speech() as server:
        engine = ears("google,openai_compatible", google.port, server.port)
        try:
            recognitions = await asyncio.gather(*(heard(engine) for _ in range(20)))
        finally:
            await engine.close()
    assert {each.text for each in recognitions} == {LINE}


async def test_a_clip_that_google_does_not_take_is_heard_elsewhere_and_google_hears_the_next_one():
    refused = [Odd(status=StatusCode.INVALID_ARGUMENT)] * 3
    async with serving_google_speech() as google, serving_openai_speech() as server:
        engine = ears("google,openai_compatible", google.port, server.port)
        try:
            await heard(engine)
            google.script += refused
            odd = [await heard(engine) for _ in refused]
            long = [await heard(engine, seconds=61) for _ in range(3)]
            states = engine.states()
            afterwards = await heard(engine)
        finally:
            await engine.close()
    for recognition in (*odd, *long):
        assert recognition.receipt is not None
        assert recognition.receipt.provider == "openai_compatible"
        assert recognition.receipt.fallback == "google: refused_input"
        assert recognition.receipt.cost_usd == 0
    assert (states[0].resting, states[0].failures) == (False, 0)
    assert afterwards.receipt is not None
    assert afterwards.receipt.provider == "google"


async def until_it_works(engine: Recognizer) -> None:
    """A probe is answered at its own time."""
    while True:
        if not engine.states()[0].resting:
            return
        await asyncio.sleep(0)


async def test_a_google_that_refuses_even_the_first_clips_is_left_alone_until_a_probe_finds_it_working():
    """A model that is not offered in that region is refused as the clip would be."""
    refused: list[Any] = [Odd(status=StatusCode.INVALID_ARGUMENT)] * 4  # of which a probe meets the last
    async with serving_google_speech(*refused) as google, serving_openai_speech() as server:
        engine = ears("google,openai_compatible", google.port, server.port, "stt.google.rest=0.05")
        try:
            for _ in range(3):
                await heard(engine)
            assert engine.states()[0].resting
            async with asyncio.timeout(10):
                await until_it_works(engine)
        finally:
            await engine.close()
    assert len(google.requests) >= 5


async def test_a_server_that_does_not_take_a_clip_is_asked_about_the_next_one():
    async with serving_openai_speech() as server, serving_google_speech() as google:
        engine = ears("openai_compatible,google", google.port, server.port)
        try:
            await heard(engine)
            server.script += [Answer(status=413)] * 3
            elsewhere = [await heard(engine) for _ in range(3)]
            afterwards = await heard(engine)
        finally:
            await engine.close()
    assert {each.receipt.fallback for each in elsewhere if each.receipt} == {"openai_compatible: refused_input"}
    assert afterwards.receipt is not None
    assert afterwards.receipt.provider == "openai_compatible"


async def test_a_voice_that_answers_with_silence_is_stood_in_for():
    silence = Answer(body=bytes(48_000), media_type="audio/pcm")
    async with serving_openai_speech(silence, silence) as server, serving_google_tts() as google:
        engine = voice("openai_compatible,google", google.port, server.port)
        try:
            speech = await engine.synthesize(SpeechRequest(text=LINE, voice="ko-f-02"))
        finally:
            await engine.close()
    assert speech.receipt is not None
    assert speech.receipt.provider == "google"
    assert speech.degraded
    assert not speech.silent


async def test_broken_ears_leave_the_voice_alone():
    async with serving_openai_speech(Answer(status=503), Answer(status=503)) as server:  # it is asked twice
        listening = ears("openai_compatible", NOBODY, server.port)
        speaking = voice("openai_compatible", NOBODY, server.port)
        try:
            with pytest.raises(ProviderFailed):
                await heard(listening)
            assert (await speaking.synthesize(SpeechRequest(text=LINE, voice="ko-f-02"))).degraded is None
        finally:
            await listening.close()
            await speaking.close()
