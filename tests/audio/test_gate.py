import time

import numpy as np
import pytest
from numpy.typing import NDArray

from kotoserver.audio.encode import resample
from kotoserver.audio.gate import loudness_of, voiced_seconds_of
from kotoserver.domain.hearing import SAMPLE_RATE, AudioClip, is_speech
from kotoserver.domain.speech import SpeechRequest
from kotoserver.providers.espeak import EspeakSynthesizer

Samples = NDArray[np.float32]
LINES = ["네", "아니요", "아메리카노 한 잔 주세요.", "네, 4,500원입니다."]
VOICES = ["ko-f-02", "ko-m-01", "ko-f-01", "ko-m-02"]


def clip(samples: Samples) -> AudioClip:
    return AudioClip(
        samples=samples,
        voiced_seconds=voiced_seconds_of(samples),
        loudness=loudness_of(samples),
        media_type="audio/wav",
    )


def noise(seconds: float, loudness: float, *, slope: float = 0.0) -> Samples:
    """Noise whose power falls with frequency: 0 white, 1 pink, 2 a fan's rumble."""
    count = round(seconds * SAMPLE_RATE)
    spectrum = np.fft.rfft(np.random.default_rng(5).normal(0, 1, count))
    shaped = np.fft.irfft(spectrum / np.maximum(np.arange(len(spectrum)), 1) ** (slope / 2), count)
    return (shaped / shaped.std() * loudness).astype(np.float32)


def hum(seconds: float, hertz: float, overtones: int = 20) -> Samples:
    at = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    waves = [np.sin(2 * np.pi * hertz * number * at + number) / number for number in range(1, overtones)]
    return (np.sum(waves, axis=0) * 0.05).astype(np.float32)


def tone(seconds: float, hertz: float) -> Samples:
    return (0.3 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE)).astype(
        np.float32
    )


def keyboard() -> Samples:
    """Twelve strokes in three seconds, each a click and a short ringing of the case."""
    random = np.random.default_rng(5)
    samples = noise(3.0, 5e-4)
    at = np.arange(480) / SAMPLE_RATE
    for stroke in range(12):
        start = stroke * 3_800 + int(random.integers(0, 1_500))
        click = random.normal(0, 0.3, 480) * np.exp(-at / 0.004)
        samples[start : start + 480] += click + 0.1 * np.sin(2 * np.pi * 300 * at) * np.exp(-at / 0.008)
    return samples


def switched_on(samples: Samples) -> Samples:
    """With half a second of silence before and after."""
    return np.pad(samples, SAMPLE_RATE // 2)


NO_SPEECH = {
    "silence": np.zeros(2 * SAMPLE_RATE, np.float32),
    "quiet room": noise(3.0, 4e-4),
    "white noise": noise(3.0, 0.05),
    "loud white noise": noise(3.0, 0.3),
    "white noise for a while": switched_on(noise(2.0, 0.05)),
    "pink noise": noise(3.0, 0.05, slope=1),
    "fan": noise(3.0, 0.05, slope=2) + hum(3.0, 120, 2) * 0.4,
    "mains hum of 50 Hz": hum(3.0, 50),
    "mains hum of 60 Hz in a room": hum(3.0, 60) + noise(3.0, 1e-3),
    "transformer": hum(3.0, 120) + noise(3.0, 5e-3),
    "machine that starts and stops": switched_on(hum(2.0, 120)) + noise(3.0, 5e-4),
    "tone of 1 kHz": tone(2.0, 1_000),
    "beep of 1 kHz": switched_on(tone(1.0, 1_000)),
    "beep of 200 Hz": switched_on(tone(1.0, 200)),
    "keyboard": keyboard(),
    "one click": np.eye(1, SAMPLE_RATE, 8_000, dtype=np.float32)[0],
    "no samples": np.zeros(0, np.float32),
    "a few samples": noise(0.02, 0.1),
}


async def lines() -> list[Samples]:
    """Every line in every voice, from the first to the last sound."""
    engine, spoken = EspeakSynthesizer(), []
    for voice in VOICES:
        for line in LINES:
            speech = await engine.synthesize(SpeechRequest(text=line, voice=voice))
            samples = np.frombuffer(speech.pcm, "<i2").astype(np.float32) / 32768
            samples = resample(samples, speech.sample_rate, SAMPLE_RATE)
            loud = np.flatnonzero(np.abs(samples) > 0.02)
            spoken.append(samples[loud[0] : loud[-1]])
    await engine.close()
    return spoken


@pytest.mark.parametrize("sound", NO_SPEECH)
def test_what_is_no_voice_is_no_speech(sound: str):
    assert not is_speech(clip(NO_SPEECH[sound]))


async def test_every_voice_is_speech_even_in_the_shortest_answer():
    for samples in await lines():
        assert is_speech(clip(samples))
        assert is_speech(clip(switched_on(samples)))


@pytest.mark.parametrize("decibels", [-20, -30])
async def test_quiet_speech_is_speech(decibels: int):
    for samples in await lines():
        quiet = samples * np.float32(10 ** (decibels / 20))
        sampled = np.round(quiet * 32768) / np.float32(32768)
        assert is_speech(clip(sampled.astype(np.float32)))


@pytest.mark.parametrize("slope", [0.0, 1.0, 2.0])
async def test_speech_ten_decibels_over_noise_is_speech(slope: float):
    for samples in await lines():
        padded = switched_on(samples)
        level = float(np.sqrt(np.mean(samples**2))) * 10 ** (-10 / 20)
        assert is_speech(clip(padded + noise(len(padded) / SAMPLE_RATE, level, slope=slope)[: len(padded)]))


async def test_a_voice_lasts_as_long_as_its_vowels():
    for samples in await lines():
        assert 0.2 < voiced_seconds_of(samples) <= len(samples) / SAMPLE_RATE


async def test_silence_around_speech_adds_no_voice():
    for samples in await lines():
        assert voiced_seconds_of(switched_on(samples)) == pytest.approx(voiced_seconds_of(samples), abs=0.2)


def test_loudness_is_that_of_the_loudest_second():
    samples = np.concatenate([tone(1.0, 300) * 0.1, tone(1.0, 300), np.zeros(16_000, np.float32)])
    assert loudness_of(samples) == pytest.approx(0.3 / 2**0.5, rel=0.01)
    assert loudness_of(np.zeros(0, np.float32)) == 0.0
    assert loudness_of(tone(0.1, 300)) == pytest.approx(0.3 / 2**0.5, rel=0.01)


async def test_the_gate_costs_little():
    sound = np.resize(np.concatenate(await lines()), 5 * SAMPLE_RATE)
    least = np.inf
    for _ in range(20):
        began = time.thread_time()
        clip(sound)
        least = min(least, time.thread_time() - began)
    assert least < 0.005
