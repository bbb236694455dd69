"""Whoever an engine is asked for, over HTTP or gRPC, it is told which trace it works for."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import numpy as np
import pytest

from kotoserver import telemetry
from kotoserver.domain.hearing import AudioClip, RecognitionRequest
from kotoserver.domain.speech import SpeechRequest
from kotoserver.ports.providers import Recognizer, Synthesizer
from kotoserver.providers.google_stt import GoogleRecognizer
from kotoserver.providers.google_tts import GoogleSynthesizer
from kotoserver.providers.language_model import LanguageModel, Prompt
from kotoserver.providers.openai_stt import OpenAiRecognizer
from kotoserver.providers.openai_tts import OpenAiSynthesizer
from tests.providers.google_speech_server import serving_google_speech
from tests.providers.google_tts_server import GoogleTtsServer, serving_google_tts
from tests.providers.model_server import chat_at, gemini_at, serving_models
from tests.providers.openai_speech_server import serving_openai_speech

Traces = list[str | None]
Ask = Callable[[], Awaitable[None]]

CLIP = AudioClip(
    samples=np.array([0, 0.5, -0.5] * 8_000, np.float32), voiced_seconds=1.0, loudness=0.2, media_type="audio/wav"
)


async def hear(ears: Recognizer) -> None:
    try:
        await ears.recognize(RecognitionRequest(clip=CLIP, phrases=("네",)))
    finally:
        await ears.close()


async def speak(voice: Synthesizer) -> None:
    try:
        async for _ in voice.stream(SpeechRequest(text="안녕하세요.", voice="ko-f-01")):
            pass
    finally:
        await voice.close()


def google_voice(server: GoogleTtsServer, voice: str) -> Synthesizer:
    return GoogleSynthesizer(server.settings, {"ko-f-01": f"ko-KR-{voice}"})


async def ask(model: LanguageModel) -> None:
    proven = '{"proven": {"verdict": "accept", "score": 1, "intent": "x"}}'
    prompt = Prompt(instruction="Judge.", question=proven, schema={}, most_answered=99)
    try:
        await model.ask(prompt)
    finally:
        await model.close()


@asynccontextmanager
async def engine(name: str) -> AsyncIterator[tuple[Ask, Traces]]:
    """How to ask it, and what its server was told."""
    match name:
        case "openai ears":
            async with serving_openai_speech() as server:
                yield lambda: hear(OpenAiRecognizer(server.settings)), server.traces
        case "openai voice":
            async with serving_openai_speech() as server:
                yield lambda: speak(OpenAiSynthesizer(server.settings)), server.traces
        case "google ears":
            async with serving_google_speech() as server:
                yield lambda: hear(GoogleRecognizer(server.settings)), server.traces
        case "google voice":
            async with serving_google_tts() as server:
                yield lambda: speak(google_voice(server, "Neural2-A")), server.traces
        case "google voice in parts":
            async with serving_google_tts() as server:
                yield lambda: speak(google_voice(server, "Chirp3-HD-Kore")), server.traces
        case "gemini":
            async with serving_models() as server:
                yield lambda: ask(gemini_at(server)), server.traces
        case "openai model":
            async with serving_models() as server:
                yield lambda: ask(chat_at(server)), server.traces


ENGINES = (
    "openai ears",
    "openai voice",
    "google ears",
    "google voice",
    "google voice in parts",
    "gemini",
    "openai model",
)


@pytest.mark.parametrize("name", ENGINES)
async def test_an_engine_elsewhere_is_told_the_trace(name: str):
    async with engine(name) as (question, traces):
        with telemetry.span("question") as span:
            await question()
    assert set(traces) == {span.context.parent}


@pytest.mark.parametrize("name", ENGINES)
async def test_a_check_that_belongs_to_nobody_names_no_trace(name: str):
    async with engine(name) as (question, traces):
        await question()
    assert set(traces) == {None}
