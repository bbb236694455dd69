import io
from itertools import pairwise

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from kotoserver.domain.errors import ProviderFailed
from kotoserver.domain.speech import Speech
from kotoserver.providers.sound_bytes import SoundReader, audible, hum, joined, pcm_of, wav_file
from tests.providers.google_tts_server import wav

TONE = (np.sin(np.arange(500) * 0.1) * 9_000).astype("<i2").tobytes()


def read(*parts: bytes, bare_rate: int | None = None) -> tuple[int, bytes]:
    """Hertz and samples."""
    reader = SoundReader("the service", bare_rate=bare_rate)
    samples = [reader.feed(part) for part in parts]
    assert all(len(part) % 2 == 0 for part in samples)
    reader.end()
    return reader.sample_rate, b"".join(samples)


@given(
    at=st.lists(st.integers(0, 1_100), max_size=12),
    headless=st.booleans(),
    said=st.sampled_from([None, 2**32 - 1]),
)
def test_sound_is_the_same_wherever_it_is_cut(at: list[int], headless: bool, said: int | None):
    whole = TONE if headless else wav(TONE, 22_050, said_size=said)
    places = [0, *sorted(min(each, len(whole)) for each in at), len(whole)]
    parts = [whole[begin:end] for begin, end in pairwise(places)]
    assert read(*parts, bare_rate=24_000) == (24_000 if headless else 22_050, TONE)


def test_our_wav_files_are_read_by_others_and_by_us():
    rate, samples = read(wav_file(TONE, 16_000))
    theirs, their_rate = soundfile.read(io.BytesIO(wav_file(TONE, 16_000)), dtype="int16")
    assert (rate, samples) == (their_rate, theirs.astype("<i2").tobytes()) == (16_000, TONE)


@pytest.mark.parametrize(
    ("rate", "subtype", "channels"),
    [
        (16_000, "PCM_24", 1),
        (16_000, "FLOAT", 1),
        (16_000, "PCM_16", 2),
        (96_000, "PCM_16", 1),
        (16_000, "PCM_U8", 1),
    ],
)
def test_a_wav_of_another_kind_is_refused(rate: int, subtype: str, channels: int):
    file = io.BytesIO()
    soundfile.write(file, np.zeros((800, channels)), rate, subtype, format="WAV")
    with pytest.raises(ProviderFailed) as refused:
        read(file.getvalue(), bare_rate=24_000)
    assert refused.value.code == "bad_answer"


@pytest.mark.parametrize(
    "content", [b"ID3\x04" + bytes(99), b"OggS" + bytes(99), b'{"error": "no"}', b"<html>" * 9]
)
def test_other_things_are_no_bare_samples(content: bytes):
    with pytest.raises(ProviderFailed) as refused:
        read(content, bare_rate=24_000)
    assert refused.value.code == "bad_answer"


def test_without_a_rate_a_header_is_needed():
    with pytest.raises(ProviderFailed):
        read(TONE)


def test_a_header_that_has_no_end_is_given_up():
    with pytest.raises(ProviderFailed):
        read(b"RIFF" + bytes(4) + b"WAVE" + b"LIST" + (10**6).to_bytes(4, "little"), bare_rate=24_000)


@pytest.mark.parametrize("cut", [1, 2, 999])
def test_sound_that_breaks_off_is_no_sound(cut: int):
    with pytest.raises(ProviderFailed):
        read(wav_file(TONE, 16_000)[:-cut])


def test_clips_are_clipped_and_never_wrap_around():
    clip = hum()
    assert len(pcm_of(clip)) == len(clip.samples) * 2
    assert 0 < np.abs(np.frombuffer(pcm_of(clip), "<i2")).max() < 32_767


def part(pcm: bytes) -> Speech:
    return Speech(pcm=pcm, sample_rate=16_000)


async def those(*parts: Speech):
    for each in parts:
        yield each


async def test_silence_before_the_first_sound_comes_with_it():
    parts = [part(bytes(20)), part(bytes(40)), part(TONE), part(bytes(60))]
    assert [each async for each in audible(those(*parts), "it")] == parts
    assert joined(parts).pcm == bytes(60) + TONE + bytes(60)


async def test_nothing_but_silence_is_a_failure():
    with pytest.raises(ProviderFailed) as failed:
        [each async for each in audible(those(part(bytes(20)), part(b"")), "it")]
    assert failed.value.code == "silent_speech"
