"""Recordings as browsers, phones and games make them, written with PyAV and libsndfile."""

import io
import struct

import av
import numpy as np
import soundfile
from numpy.typing import NDArray

Samples = NDArray[np.float32]

FRAGMENTED = {"movflags": "frag_keyframe+empty_moov+default_base_moof"}


def tone(seconds: float, *, rate: int = 48_000, hertz: float = 300.0, loudness: float = 0.3) -> Samples:
    at = np.arange(round(seconds * rate)) / rate
    return (np.sin(2 * np.pi * hertz * at) * loudness).astype(np.float32)


def recording(
    form: str,
    codec: str,
    samples: Samples,
    *,
    rate: int = 48_000,
    layout: str = "mono",
    options: dict[str, str] | None = None,
) -> bytes:
    """The mono samples, on every channel of the layout, in a container."""
    file = io.BytesIO()
    with av.open(file, "w", format=form, options=options or {}) as output:
        stream = output.add_stream(codec, rate=rate, layout=layout)
        context = stream.codec_context
        channels = context.layout.nb_channels
        frame = av.AudioFrame.from_ndarray(
            np.repeat(samples, channels).reshape(1, -1), format="flt", layout=layout
        )
        frame.sample_rate, frame.pts = rate, 0
        resampler = av.AudioResampler(context.format, layout, rate, frame_size=context.frame_size or 1024)
        for piece in [*resampler.resample(frame), *resampler.resample(None)]:
            output.mux(stream.encode(piece))
        output.mux(stream.encode(None))
    return file.getvalue()


def vorbis(samples: Samples, rate: int = 48_000) -> bytes:
    file = io.BytesIO()
    with soundfile.SoundFile(file, "w", samplerate=rate, channels=1, format="OGG", subtype="VORBIS") as writer:
        for start in range(0, len(samples), 24_000):
            writer.write(samples[start : start + 24_000])
    return file.getvalue()


def wav(sound: bytes, *, rate: int = 16_000, channels: int = 1, kind: int = 1, bits: int = 16) -> bytes:
    """`kind` 1 is whole numbers, 3 floats, others are compressed; the header says what it is told to."""
    frame = channels * bits // 8
    form = struct.pack("<HHIIHH", kind, channels, rate, rate * frame & 0xFFFFFFFF, frame & 0xFFFF, bits)
    chunks = b"fmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(sound)) + sound
    return b"RIFF" + struct.pack("<I", len(chunks) + 4) + b"WAVE" + chunks


def video(*, with_sound: bool) -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format="webm") as output:
        pictures = output.add_stream("libvpx", rate=10, width=32, height=32, pix_fmt="yuv420p")
        sound = output.add_stream("libopus", rate=48_000, layout="mono") if with_sound else None
        for _ in range(3):
            picture = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), format="rgb24")
            output.mux(pictures.encode(picture))
        output.mux(pictures.encode(None))
        if sound is not None:
            frame = av.AudioFrame.from_ndarray(tone(0.02).reshape(1, -1), format="flt", layout="mono")
            frame.sample_rate, frame.pts = 48_000, 0
            output.mux(sound.encode(frame))
            output.mux(sound.encode(None))
    return file.getvalue()


EVERY_KIND = {
    "webm/opus": recording("webm", "libopus", tone(1.0)),
    "ogg/opus": recording("ogg", "libopus", tone(1.0)),
    "ogg/vorbis": vorbis(tone(1.0)),
    "mp4/aac": recording("mp4", "aac", tone(1.0)),
    "mp4/aac stereo": recording("mp4", "aac", tone(1.0, rate=44_100), rate=44_100, layout="stereo"),
    "mp4/aac fragmented": recording("mp4", "aac", tone(1.0), options=FRAGMENTED),
    "mp4/opus": recording("mp4", "libopus", tone(1.0)),
    "wav 8 bit": recording("wav", "pcm_u8", tone(1.0, rate=8_000), rate=8_000),
    "wav 16 bit stereo": recording("wav", "pcm_s16le", tone(1.0, rate=44_100), rate=44_100, layout="stereo"),
    "wav 24 bit": recording("wav", "pcm_s24le", tone(1.0, rate=96_000), rate=96_000),
    "wav 32 bit": recording("wav", "pcm_s32le", tone(1.0, rate=11_025), rate=11_025),
    "wav float": recording("wav", "pcm_f32le", tone(1.0)),
    "wav 16 kHz": recording("wav", "pcm_s16le", tone(1.0, rate=16_000), rate=16_000),
    "mp3": recording("mp3", "libmp3lame", tone(1.0)),
    "flac": recording("flac", "flac", tone(1.0)),
    "aac": recording("adts", "aac", tone(1.0)),
}
"""One second of a 300 Hz tone, 0.3 high, of each kind."""
