"""Run in the image: makes a recording of each format, and hears it as the server hears an upload."""

import io

import av
import numpy as np

from kotoserver.audio.decode import decode_audio

RATE = 48_000
CODECS = {"wav": "pcm_s16le", "mp3": "mp3", "ogg": "libopus", "webm": "libopus", "mp4": "aac", "flac": "flac"}


def recording(form: str, codec: str) -> bytes:
    """A second of a tone."""
    sink = io.BytesIO()
    tone = 0.3 * np.sin(np.arange(RATE, dtype=np.float32) * (2 * np.pi * 440 / RATE))
    with av.open(sink, "w", format=form) as file:
        stream = file.add_stream(codec, rate=RATE, layout="mono")
        frame = av.AudioFrame.from_ndarray(tone[np.newaxis].astype(np.float32), format="fltp", layout="mono")
        frame.sample_rate = RATE
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            file.mux(packet)
    return sink.getvalue()


for form, codec in CODECS.items():
    seconds = decode_audio(recording(form, codec), most_seconds=5).samples.size / 16_000
    assert 0.9 < seconds < 1.1, (form, seconds)
    print(form)
