import asyncio
import io
import math

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from kotoserver.audio.encode import AudioEncoder, encode_speech, even_out, resample
from kotoserver.domain.errors import ProviderFailed, TooFast
from kotoserver.domain.speech import AudioFormat, Speech

RATE = 22_050


def tone(seconds: float = 1.0, *, loudness: float = 0.3, hertz: float = 440.0, rate: int = RATE) -> Speech:
    at = np.arange(round(seconds * rate)) / rate
    samples = np.sin(2 * np.pi * hertz * at) * loudness
    return Speech(pcm=(samples * 32767).astype("<i2").tobytes(), sample_rate=rate)


def heard(content: bytes) -> tuple[np.ndarray, int]:
    return soundfile.read(io.BytesIO(content), dtype="float32")


@pytest.mark.parametrize("audio_format", AudioFormat)
@pytest.mark.parametrize("rate", [16_000, 22_050, 24_000])
def test_every_format_plays_back_as_long_as_the_speech(audio_format: AudioFormat, rate: int):
    samples, played_rate = heard(encode_speech(tone(2.0, rate=rate), audio_format))
    assert len(samples) / played_rate == pytest.approx(2.0, abs=0.06)


@pytest.mark.parametrize("audio_format", AudioFormat)
def test_every_format_keeps_the_tone(audio_format: AudioFormat):
    samples, rate = heard(encode_speech(tone(2.0, hertz=440.0), audio_format))
    spectrum = np.abs(np.fft.rfft(samples))
    assert np.argmax(spectrum) * rate / len(samples) == pytest.approx(440.0, abs=2.0)


@pytest.mark.parametrize(
    ("audio_format", "magic"), [(AudioFormat.WAV, b"RIFF"), (AudioFormat.OGG, b"OggS"), (AudioFormat.MP3, b"")]
)
def test_a_file_is_what_its_name_says(audio_format: AudioFormat, magic: bytes):
    content = encode_speech(tone(), audio_format)
    assert content.startswith(magic)
    assert soundfile.info(io.BytesIO(content)).format in (audio_format.upper(), "MPEG")


def test_small_formats_are_small():
    sizes = {each: len(encode_speech(tone(4.0), each)) for each in AudioFormat}
    assert sizes[AudioFormat.MP3] < sizes[AudioFormat.WAV] / 4
    assert sizes[AudioFormat.OGG] < sizes[AudioFormat.WAV] / 4


def test_quiet_and_loud_voices_come_out_alike():
    levels = []
    for loudness in (0.02, 0.2, 0.9):
        samples, _ = heard(encode_speech(tone(loudness=loudness), AudioFormat.WAV))
        levels.append(20 * math.log10(np.sqrt(np.mean(samples**2))))
    assert max(levels) - min(levels) < 0.2


def test_a_pause_does_not_make_speech_louder():
    alone = tone(1.0)
    with_pause = Speech(pcm=alone.pcm + bytes(len(alone.pcm)), sample_rate=RATE)
    loudest = [np.abs(heard(encode_speech(each, AudioFormat.WAV))[0]).max() for each in (alone, with_pause)]
    assert loudest[0] == pytest.approx(loudest[1], rel=0.02)


def test_the_ends_are_faded_so_that_nothing_clicks():
    samples, _ = heard(encode_speech(tone(hertz=1000.0), AudioFormat.WAV))
    assert abs(samples[0]) < 0.001
    assert abs(samples[-1]) < 0.001


@pytest.mark.parametrize("pcm", [b"", bytes(4000), (np.ones(4000) * 5).astype("<i2").tobytes()])
def test_silence_is_a_failure(pcm: bytes):
    with pytest.raises(ProviderFailed) as failure:
        encode_speech(Speech(pcm=pcm, sample_rate=RATE), AudioFormat.MP3)
    assert failure.value.code == "silent_speech"


def test_a_rate_that_a_format_does_not_know_is_a_failure():
    with pytest.raises(ProviderFailed):
        encode_speech(tone(rate=22_051), AudioFormat.MP3)


@settings(deadline=None)
@given(st.binary(min_size=2, max_size=4000).filter(lambda pcm: len(pcm) % 2 == 0))
def test_no_speech_comes_out_clipped(pcm: bytes):
    speech = Speech(pcm=pcm, sample_rate=16_000)
    if speech.silent:
        return
    samples = np.frombuffer(pcm, "<i2").astype(np.float32) / 32768
    evened = even_out(samples, 16_000)
    assert np.isfinite(evened).all()
    assert np.abs(evened).max() <= 10 ** (-1 / 20) + 1e-6
    assert len(evened) == len(samples)


def test_resampling_keeps_a_tone_and_its_loudness():
    at = np.arange(22_050) / 22_050
    swell = np.sin(np.pi * at) ** 2
    resampled = resample((swell * np.sin(2 * np.pi * 3000 * at)).astype(np.float32), 22_050, 24_000)
    at = np.arange(len(resampled)) / 24_000
    wanted = np.sin(np.pi * at) ** 2 * np.sin(2 * np.pi * 3000 * at)
    assert len(resampled) == 24_000
    assert np.abs(resampled - wanted).max() < 1e-3


async def test_many_encodings_at_once_are_the_same():
    encoder = AudioEncoder()
    files = await asyncio.gather(*(encoder.encode(tone(), AudioFormat.MP3) for _ in range(20)))
    await encoder.close()
    assert len(set(files)) == 1


async def test_too_much_waiting_is_told_that_it_is_busy():
    encoder = AudioEncoder(queue_size=2)
    outcomes = await asyncio.gather(
        *(encoder.encode(tone(), AudioFormat.WAV) for _ in range(5)), return_exceptions=True
    )
    await encoder.close()
    assert [type(outcome) for outcome in outcomes] == [bytes, bytes, TooFast, TooFast, TooFast]
