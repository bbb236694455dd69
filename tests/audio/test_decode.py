import asyncio
import resource
import struct
import threading
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kotoserver.audio.containers import media_type_of
from kotoserver.audio.decode import PyAvDecoder, decode_audio
from kotoserver.domain.errors import BadInput, TooFast
from kotoserver.domain.hearing import SAMPLE_RATE, AudioClip
from kotoserver.ports.providers import HEAD_BYTES
from tests.audio.recordings import EVERY_KIND, recording, tone, video, wav

MEGABYTE = 1_000_000
MUTATIONS = ["flip", "cut", "repeat", "zero", "largest"]


def refusal(content: bytes, *, most_seconds: float = 60.0) -> str:
    """The code of a file that is refused, which takes neither long nor much memory."""
    began, before = time.thread_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(BadInput) as refused:
        decode_audio(content, most_seconds=most_seconds)
    assert time.thread_time() - began < 2.0
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # kilobytes
    return refused.value.code


def outcome(content: bytes) -> AudioClip | str:
    """The clip, checked to be one, or the code of the refusal."""
    try:
        clip = decode_audio(content, most_seconds=5.0)
    except BadInput as refused:
        return refused.code
    assert clip.samples.dtype == np.float32
    assert clip.samples.ndim == 1
    assert np.isfinite(clip.samples).all()
    assert np.abs(clip.samples).max() <= 1.0
    assert 0 < clip.seconds <= 5.1
    assert 0 <= clip.voiced_seconds <= clip.seconds
    assert 0 <= clip.loudness <= 1
    return clip


def box(name: bytes, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return struct.pack(">I4s", len(content) + 8, name) + content


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_every_kind_of_recording_becomes_the_same_sound(kind: str):
    clip = decode_audio(EVERY_KIND[kind], most_seconds=60.0)
    assert clip.seconds == pytest.approx(1.0, abs=0.06)
    spectrum = np.abs(np.fft.rfft(clip.samples))
    assert np.argmax(spectrum) / clip.seconds == pytest.approx(300.0, abs=2.0)
    assert clip.loudness == pytest.approx(0.3 / 2**0.5, rel=0.1)
    assert clip.media_type.startswith("audio/")


@pytest.mark.parametrize("layout", ["stereo", "5.1", "7.1"])
def test_channels_that_lie_apart_are_heard_together_too(layout: str):
    clip = decode_audio(recording("mp4", "aac", tone(1.0), layout=layout), most_seconds=60.0)
    # The channel for low tones, where there is one, hardly carries this tone.
    assert clip.loudness == pytest.approx(0.3 / 2**0.5, rel=0.2)


@pytest.mark.parametrize("kind", ["webm/opus", "mp4/aac fragmented", "wav float", "mp3", "flac", "aac"])
def test_of_a_recording_cut_in_the_middle_the_first_half_is_heard(kind: str):
    content = EVERY_KIND[kind]
    clip = decode_audio(content[: len(content) * 6 // 10], most_seconds=60.0)
    assert 0.25 < clip.seconds < 0.75


def test_of_a_cut_ogg_the_whole_pages_are_heard():
    content = recording("ogg", "libopus", tone(3.0))
    assert decode_audio(content[: len(content) * 6 // 10], most_seconds=60.0).seconds == pytest.approx(
        1.0, abs=0.1
    )


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_cut_anywhere_a_recording_is_heard_or_refused(kind: str):
    content = EVERY_KIND[kind]
    places = {*range(0, min(len(content), 400), 3), *range(400, len(content), max(1, len(content) // 60))}
    allowed = {"empty_audio", "unknown_audio", "broken_audio", "incomplete_audio", "unusual_audio"}
    for place in places:
        found = outcome(content[:place])
        assert isinstance(found, AudioClip) or found in allowed


@pytest.mark.parametrize("kind", ["mp4/aac", "mp4/opus"])
def test_an_mp4_whose_index_is_cut_off_is_incomplete(kind: str):
    content = EVERY_KIND[kind]
    for place in range(12, len(content), 97):
        assert refusal(content[:place]) == "incomplete_audio"
    assert refusal(content[:-1]) == "incomplete_audio"


def test_nothing_is_empty():
    assert refusal(b"") == "empty_audio"
    assert refusal(wav(b"")) == "empty_audio"


@pytest.mark.parametrize(
    "content",
    [
        b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nc=IN IP4 127.0.0.1\r\nm=audio 4000 RTP/AVP 0\r\n",
        b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n",
        b"ffconcat version 1.0\nfile '/etc/passwd'\n",
        b"<?xml version='1.0'?><MPD></MPD>",
        b"<smil></smil>",
        b"\x89PNG\r\n\x1a\n" + bytes(100),
        bytes(1000),
        "아메리카노 한 잔 주세요".encode(),
    ],
)
def test_what_is_no_sound_is_unknown_and_nothing_that_it_names_is_opened(content: bytes):
    assert refusal(content) == "unknown_audio"


@pytest.mark.parametrize(
    "magic", [b"\x1aE\xdf\xa3", b"OggS", b"fLaC", b"\x00\x00\x00\x10ftypisom\x00\x00\x00\x00", b"\xff\xfb\x90\x00"]
)
def test_garbage_behind_a_true_beginning_is_refused(magic: bytes):
    noise = np.random.default_rng(3).integers(0, 256, 200_000, np.uint8).tobytes()
    assert refusal(magic + noise) in ("broken_audio", "incomplete_audio")


@pytest.mark.parametrize(
    "content",
    [
        wav(bytes(100_000), channels=1000),
        wav(bytes(100_000), channels=9),
        wav(bytes(100_000), rate=1_000_000_000),
        wav(bytes(100_000), rate=192_001),
        wav(bytes(100_000), rate=3_999),
        wav(bytes(100_000), kind=2, bits=4),
        recording("ogg", "flac", tone(0.2)).replace(b"fLaC", b"fLaX"),
    ],
)
def test_a_shape_that_no_recorder_has_is_refused(content: bytes):
    assert refusal(content) in ("unusual_audio", "broken_audio")


def test_a_video_is_refused_with_sound_and_without():
    assert refusal(video(with_sound=True)) == "unusual_audio"
    assert refusal(video(with_sound=False)) == "unusual_audio"


@pytest.mark.parametrize("form", ["webm", "mp4", "ogg"])
def test_more_than_the_longest_recording_is_refused(form: str):
    codec = "aac" if form == "mp4" else "libopus"
    assert refusal(recording(form, codec, tone(3.0)), most_seconds=2.0) == "audio_too_long"


def test_ten_hours_of_silence_are_refused_at_once():
    silence = np.zeros(10 * 60 * 8_000, np.float32)
    minute = recording("flac", "flac", silence, rate=8_000)
    assert len(minute) < MEGABYTE
    assert refusal(minute, most_seconds=60.0) == "audio_too_long"


def test_a_recording_that_is_exactly_as_long_as_allowed_is_heard():
    assert decode_audio(wav(bytes(2 * 16_000)), most_seconds=1.0).seconds == 1.0


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e30])
def test_numbers_that_are_no_sound_become_silence_or_full_scale(value: float):
    samples = np.full(16_000, value, "<f4")
    clip = outcome(wav(samples.tobytes(), kind=3, bits=32))
    assert isinstance(clip, AudioClip)


def test_one_bad_number_does_not_spoil_the_sound_around_it():
    samples = tone(1.0, rate=48_000)
    samples[24_000] = np.nan
    clip = decode_audio(wav(samples.tobytes(), rate=48_000, kind=3, bits=32), most_seconds=60.0)
    assert clip.loudness == pytest.approx(0.3 / 2**0.5, rel=0.02)


def test_a_wav_that_does_not_know_its_length_is_heard_to_its_end():
    content = bytearray(wav((tone(1.0, rate=16_000) * 32767).astype("<i2").tobytes()))
    content[40:44] = b"\xff\xff\xff\xff"
    assert decode_audio(bytes(content), most_seconds=60.0).seconds == 1.0


def test_chunks_beside_the_sound_of_a_wav_do_no_harm():
    plain = wav((tone(1.0, rate=16_000) * 32767).astype("<i2").tobytes())
    title = b"LIST" + struct.pack("<I", 5) + b"title\x00" + b"id3 " + struct.pack("<I", 4) + b"ID3\x04"
    assert decode_audio(plain[:12] + title + plain[12:], most_seconds=60.0).seconds == 1.0


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_the_first_bytes_tell_what_a_recording_is(kind: str):
    content = EVERY_KIND[kind]
    told = media_type_of(content[:HEAD_BYTES])
    assert told == decode_audio(content, most_seconds=60.0).media_type
    tagged = b"ID3\x04\x00\x00\x00\x00\x00\x20" + bytes(32) + content
    assert media_type_of(tagged[:HEAD_BYTES]) == told


@pytest.mark.parametrize(
    "head", [b"", b"\x1aE\xdf", b"RIFF1234AVI ", b"ID3\x04\x00\x00\x00\x00\x00\x00text, and more"]
)
def test_first_bytes_of_nothing_that_is_read_are_refused(head: bytes):
    with pytest.raises(BadInput) as refused:
        media_type_of(head)
    assert refused.value.code == ("unknown_audio" if head else "empty_audio")


def test_behind_a_title_longer_than_the_first_bytes_an_mp3_is_expected():
    assert media_type_of((b"ID3\x04\x00\x00\x00\x01\x00\x00" + bytes(20_000))[:HEAD_BYTES]) == "audio/mpeg"


@pytest.mark.parametrize("kind", ["mp3", "aac", "flac"])
def test_a_tag_before_the_sound_is_skipped_unread(kind: str):
    bomb = zlib.compress(bytes(50 * MEGABYTE), 9)
    frame = b"APIC" + struct.pack(">I", len(bomb)) + b"\x00\x09" + bomb
    size = len(frame)
    length = bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))
    content = b"ID3\x04\x00\x00" + length + frame + EVERY_KIND[kind]
    assert decode_audio(content, most_seconds=60.0).seconds == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize(
    "table",
    [
        box(b"stsz", struct.pack(">III", 0, 1, 150_000_000)),
        box(b"trun", struct.pack(">II", 0, 100_000_000)),
        box(b"trun", struct.pack(">II", 0, 150_000)) * 40,
        box(b"stts", struct.pack(">IIII", 0, 1, 100_000_000, 1)),
        box(b"ctts", struct.pack(">IIII", 0, 1, 100_000_000, 1)),
        box(b"elst", struct.pack(">II", 0, 5_000)),
        box(
            b"cmov", box(b"dcom", b"zlib"), box(b"cmvd", struct.pack(">I", 2**31), zlib.compress(bytes(MEGABYTE)))
        ),
    ],
)
def test_an_mp4_that_claims_millions_of_packets_is_refused_before_any_is_reserved(table: bytes):
    content = EVERY_KIND["mp4/aac"]
    assert refusal(content + box(b"moov", box(b"trak", table))) == "unusual_audio"


def test_a_recording_with_some_lost_packets_is_still_heard():
    content = bytearray(EVERY_KIND["ogg/opus"])
    middle = len(content) // 2
    content[middle : middle + 200] = bytes(200)
    clip = outcome(bytes(content))
    assert isinstance(clip, AudioClip)


def test_a_playlist_inside_a_container_opens_nothing(tmp_path: Path):
    secret = tmp_path / "secret.wav"
    secret.write_bytes(wav(bytes(32_000)))
    reference = box(b"dref", struct.pack(">II", 0, 1), box(b"url ", bytes(4), f"file://{secret}".encode(), b"\0"))
    own = box(b"dref", struct.pack(">II", 0, 1), box(b"url ", struct.pack(">I", 1)))
    content = EVERY_KIND["mp4/aac"]
    assert own in content
    # Only the flags change, so that no other box has to grow: the sound is said to be in another file.
    elsewhere = content.replace(own, own[:-4] + bytes(4))
    for forged in (elsewhere, content + box(b"moov", reference)):
        found = outcome(forged)
        assert isinstance(found, AudioClip)
        assert found.loudness > 0.1


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(sorted(EVERY_KIND)),
    st.lists(
        st.tuples(
            st.floats(0, 1),
            st.sampled_from(["flip", "cut", "repeat", "zero", "largest"]),
            st.binary(min_size=1, max_size=8),
        ),
        min_size=1,
        max_size=6,
    ),
)
def test_of_any_mangled_recording_only_a_clip_or_a_refusal_comes_out(
    kind: str, mutations: list[tuple[float, str, bytes]]
):
    content = bytearray(EVERY_KIND[kind])
    for where, how, new in mutations:
        # Squared, since headers stand at the beginning and break more than sound does.
        place = int(where**2 * len(content))
        match how:
            case "flip":
                content[place : place + len(new)] = new
            case "cut":
                del content[place : place + len(new) * 5]
            case "repeat":
                content[place:place] = content[place : place + 200]
            case "zero":
                content[place : place + 4] = bytes(4)
            case _:
                content[place : place + 4] = b"\xff\xff\xff\x7f"
    outcome(bytes(content))


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(EVERY_KIND)), st.binary(max_size=300))
def test_of_any_bytes_behind_a_true_beginning_only_a_clip_or_a_refusal_comes_out(kind: str, rest: bytes):
    outcome(EVERY_KIND[kind][:12] + rest)


async def test_many_recordings_at_once_come_out_as_alone():
    decoder = PyAvDecoder(most_seconds=60.0, workers=4)
    clips = await asyncio.gather(*(decoder.decode(EVERY_KIND["webm/opus"]) for _ in range(12)))
    await decoder.close()
    assert all(np.array_equal(clip.samples, clips[0].samples) for clip in clips)
    assert len(clips[0].samples) == SAMPLE_RATE


async def test_too_much_waiting_is_told_that_it_is_busy():
    decoder = PyAvDecoder(most_seconds=60.0, workers=1, queue_size=2)
    all_have_asked = threading.Event()
    decoder._threads.submit(all_have_asked.wait)
    asking = [asyncio.ensure_future(decoder.decode(EVERY_KIND["mp3"])) for _ in range(5)]
    await asyncio.sleep(0)
    all_have_asked.set()
    many = await asyncio.gather(*asking, return_exceptions=True)
    assert [type(each) for each in many] == [AudioClip, AudioClip, TooFast, TooFast, TooFast]
    assert isinstance(await decoder.decode(EVERY_KIND["mp3"]), AudioClip)
    await decoder.close()


async def test_a_learner_who_leaves_gives_back_the_place():
    decoder = PyAvDecoder(most_seconds=60.0, workers=1, queue_size=2)
    leaving = [asyncio.ensure_future(decoder.decode(EVERY_KIND["flac"])) for _ in range(2)]
    await asyncio.sleep(0)
    for each in leaving:
        each.cancel()
    await asyncio.gather(*leaving, return_exceptions=True)
    await asyncio.to_thread(decoder._threads.submit(lambda: None).result)
    assert isinstance(await decoder.decode(EVERY_KIND["flac"]), AudioClip)
    await decoder.close()


async def test_a_refusal_reaches_whoever_asked():
    decoder = PyAvDecoder(most_seconds=60.0)
    with pytest.raises(BadInput) as refused:
        await decoder.decode(b"no sound")
    await decoder.close()
    assert refused.value.code == "unknown_audio"
