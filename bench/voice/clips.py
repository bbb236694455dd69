"""What the learners say: the model answers as the built-in voice says them, in a browser's container."""

import io
import wave
from collections.abc import Mapping

import numpy as np

from kotoserver.domain.speech import Speech, SpeechRequest
from kotoserver.providers.espeak import EspeakSynthesizer
from tests.sounds import container


async def spoken(texts: Mapping[str, str]) -> dict[str, Speech]:
    """Each text in the built-in voice."""
    engine = EspeakSynthesizer()
    try:
        return {
            name: await engine.synthesize(SpeechRequest(text=text, voice="ko-f-02"))
            for name, text in texts.items()
        }
    finally:
        await engine.close()


def webm(speech: Speech, seconds: float | None = None) -> bytes:
    """As Chromium records it; said again and again for `seconds`."""
    return container(_samples(speech, seconds), speech.sample_rate)


def wav(speech: Speech, seconds: float) -> bytes:
    """As a Unity plugin records it: 48 kHz, stereo, 16 bit."""
    rate = 48_000
    samples = _samples(speech, seconds)
    at = np.arange(round(seconds * rate)) * speech.sample_rate / rate
    mono = np.interp(at, np.arange(len(samples)), samples).astype("<i2")
    file = io.BytesIO()
    with wave.open(file, "wb") as output:
        output.setnchannels(2)
        output.setsampwidth(2)
        output.setframerate(rate)
        output.writeframes(np.repeat(mono, 2).tobytes())
    return file.getvalue()


def _samples(speech: Speech, seconds: float | None) -> "np.ndarray[tuple[int], np.dtype[np.int16]]":
    samples = np.frombuffer(speech.pcm, "<i2")
    if seconds is None:
        return samples
    return np.resize(samples, round(seconds * speech.sample_rate))
