import asyncio
import io
import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kotoserver.audio.decode import decode_audio
from kotoserver.audio.encode import AudioEncoder, encode_speech
from kotoserver.audio.encode_stream import EncodedStream
from kotoserver.domain.errors import ProviderFailed
from kotoserver.domain.hearing import AudioClip
from kotoserver.domain.speech import AudioFormat, Speech

RATE = 22_050


def babble(seconds: float, *, loudness: float = 0.2, rate: int = RATE) -> bytes:
    """Syllables of a tone with gaps between, three a second."""
    at = np.arange(round(seconds * rate)) / rate
    swell = np.clip(np.sin(2 * np.pi * 3 * at), 0, None)
    return (np.sin(2 * np.pi * 300 * at) * swell * loudness * 32767).astype("<i2").tobytes()


def heard(content: bytes) -> AudioClip:
    return decode_audio(content, most_seconds=60.0)


def decibels(clip: AudioClip) -> float:
    return 20 * math.log10(clip.loudness)


@pytest.mark.parametrize("audio_format", AudioFormat)
@pytest.mark.parametrize("rate", [16_000, 22_050, 24_000])
@pytest.mark.parametrize("loudness", [0.02, 0.9])
async def test_a_streamed_file_plays_like_the_whole_one(audio_format: AudioFormat, rate: int, loudness: float):
    pcm = babble(4.0, loudness=loudness, rate=rate)
    encoder = AudioEncoder()
    whole = await encoder.encode(Speech(pcm=pcm, sample_rate=rate), audio_format)
    stream = encoder.begin(audio_format, rate)
    parts = [await stream.add(pcm[start : start + 9_001]) for start in range(0, len(pcm), 9_001)]
    streamed = b"".join(parts) + await stream.finish()
    await encoder.close()
    # MP3 that is written as it comes cannot say how much its encoder put before and after the sound.
    assert heard(streamed).seconds == pytest.approx(heard(whole).seconds, abs=0.15)
    assert decibels(heard(streamed)) == pytest.approx(decibels(heard(whole)), abs=1.5)


@pytest.mark.parametrize("audio_format", AudioFormat)
def test_most_of_a_file_is_out_before_its_end_is_known(audio_format: AudioFormat):
    stream = EncodedStream(audio_format, RATE)
    before = b"".join(stream.add(babble(1.0)) for _ in range(4))
    after = stream.finish()
    assert len(before) > len(after) * 4
    assert heard(before).seconds > 3.0


@pytest.mark.parametrize("audio_format", AudioFormat)
def test_the_first_second_already_gives_something_to_play(audio_format: AudioFormat):
    assert heard(EncodedStream(audio_format, RATE).add(babble(1.2))).seconds > 0.3


def test_a_louder_part_does_not_change_the_loudness_of_what_follows():
    stream = EncodedStream(AudioFormat.WAV, RATE)
    parts = [stream.add(babble(1.0, loudness=level)) for level in (0.2, 0.4, 0.2)]
    clip = heard(b"".join([*parts, stream.finish()]))
    seconds = np.split(clip.samples[: 3 * 16_000], 3)
    levels = [20 * math.log10(np.sqrt(np.mean(each**2))) for each in seconds]
    assert levels[0] == pytest.approx(levels[2], abs=0.3)
    assert levels[1] - levels[0] > 3


def test_a_pause_at_the_beginning_does_not_set_the_loudness():
    late = EncodedStream(AudioFormat.WAV, RATE)
    assert late.add(bytes(RATE * 2)) == b""
    clip = heard(late.add(babble(2.0)) + late.finish())
    assert clip.seconds == pytest.approx(3.0, abs=0.01)
    plain = heard(encode_speech(Speech(pcm=babble(2.0), sample_rate=RATE), AudioFormat.WAV))
    assert decibels(clip) == pytest.approx(decibels(plain), abs=0.5)


def test_less_than_half_a_second_is_still_a_file():
    stream = EncodedStream(AudioFormat.MP3, RATE)
    assert stream.add(babble(0.3)) == b""
    assert heard(stream.finish()).seconds == pytest.approx(0.3, abs=0.15)


@pytest.mark.parametrize("audio_format", AudioFormat)
@pytest.mark.parametrize("pcm", [b"", bytes(50_000)])
def test_silence_is_a_failure_and_no_file(audio_format: AudioFormat, pcm: bytes):
    stream = EncodedStream(audio_format, RATE)
    assert stream.add(pcm) == b""
    with pytest.raises(ProviderFailed) as failure:
        stream.finish()
    assert failure.value.code == "silent_speech"


def test_a_rate_that_a_format_does_not_know_is_a_failure():
    with pytest.raises(ProviderFailed):
        EncodedStream(AudioFormat.MP3, 22_051)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(0, 30_000), max_size=8))
def test_where_parts_end_is_not_heard(cuts: list[int]):
    pcm = babble(0.8) + babble(0.4, loudness=0.9)
    stream = EncodedStream(AudioFormat.WAV, RATE)
    places = [0, *sorted(min(cut, len(pcm)) for cut in cuts), len(pcm)]
    content = stream.add(babble(1.0))
    for start, end in itertools.pairwise(places):
        content += stream.add(pcm[start:end])
    content += stream.finish()
    whole = EncodedStream(AudioFormat.WAV, RATE)
    assert content == whole.add(babble(1.0)) + whole.add(pcm) + whole.finish()


@settings(deadline=None, max_examples=50)
@given(st.lists(st.binary(max_size=3000), max_size=5))
def test_no_streamed_sound_comes_out_clipped(parts: list[bytes]):
    stream = EncodedStream(AudioFormat.WAV, 16_000)
    content = stream.add(babble(1.0, rate=16_000, loudness=0.05))
    content += b"".join(stream.add(part) for part in parts) + stream.finish()
    samples = np.frombuffer(content[44:], "<i2")
    assert np.abs(samples.astype(int)).max() <= 32767 * 10 ** (-1 / 20) + 1


async def test_many_streams_at_once_are_the_same():
    encoder = AudioEncoder()

    async def stream() -> bytes:
        one = encoder.begin(AudioFormat.OGG, RATE)
        return b"".join([await one.add(babble(1.0)) for _ in range(3)]) + await one.finish()

    files = await asyncio.gather(*(stream() for _ in range(8)))
    await encoder.close()
    assert len({len(each) for each in files}) == 1
    assert io.BytesIO(files[0]).read(4) == b"OggS"
