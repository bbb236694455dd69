"""A sound file that grows while its sound is still being made, so that a long reply starts to play at once.

PyAV instead of libsndfile: its muxers write to what cannot be gone back in, which is what a response is.
"""

import struct
from typing import cast

import av
import numpy as np
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream

from kotoserver.audio.loudness import FADE_SECONDS, Samples, gain_for, sounding_seconds, within_ceiling
from kotoserver.domain.errors import ProviderFailed
from kotoserver.domain.speech import AudioFormat

_ENOUGH_SECONDS = 0.4
"""Speech, pauses not counted, by which the loudness of the whole is set."""
_UNKNOWN_LENGTH = 0xFFFFFFFF
_OPUS_RATE = 24_000
"""Hertz."""
_BITS = {AudioFormat.MP3: 48_000, AudioFormat.OGG: 32_000}
"""A second; about what whole files take."""
_FORMS: dict[AudioFormat, tuple[str, str, dict[str, str]]] = {
    AudioFormat.MP3: ("mp3", "libmp3lame", {"write_xing": "0", "id3v2_version": "0"}),
    # Pages of a fifth of a second: a player can begin after the first.
    AudioFormat.OGG: ("ogg", "libopus", {"page_duration": "200000"}),
}


class EncodedStream:
    """Blocks while it works, some 5 ms for a second of sound."""

    def __init__(self, audio_format: AudioFormat, sample_rate: int) -> None:
        self._sample_rate = sample_rate
        self._writer = (
            _WavWriter(sample_rate) if audio_format is AudioFormat.WAV else _Writer(audio_format, sample_rate)
        )
        self._half_sample = b""
        self._held = np.zeros(0, np.float32)
        """Not written yet: before the loudness is set everything, after it the end, which may have to fade."""
        self._gain: np.float32 | None = None
        self._fade = int(FADE_SECONDS * sample_rate)

    def add(self, pcm: bytes) -> bytes:
        self._held = np.concatenate([self._held, self._samples_of(pcm)])
        if self._gain is None and sounding_seconds(self._held, self._sample_rate) < _ENOUGH_SECONDS:
            return b""
        self._set_gain()
        ready, self._held = np.split(self._held, [max(0, len(self._held) - self._fade)])
        return self._writer.write(ready)

    def finish(self) -> bytes:
        if self._gain is None and not sounding_seconds(self._held, self._sample_rate):
            raise ProviderFailed("the voice answered with silence", code="silent_speech")
        self._set_gain()
        fade = min(self._fade, len(self._held))
        if fade:
            self._held[-fade:] *= np.linspace(1.0, 0.0, fade, dtype=np.float32)
        return self._writer.write(self._held) + self._writer.finish()

    def _samples_of(self, pcm: bytes) -> Samples:
        """Of this part, at the loudness of the whole once that is set."""
        pcm = self._half_sample + pcm
        whole = len(pcm) // 2 * 2
        self._half_sample = pcm[whole:]
        samples = np.frombuffer(pcm[:whole], "<i2").astype(np.float32) / np.float32(32768)
        return samples if self._gain is None else within_ceiling(samples * self._gain)

    def _set_gain(self) -> None:
        """By all that has come so far; a later gain would be heard as pumping."""
        if self._gain is not None:
            return
        self._gain = gain_for(self._held, self._sample_rate)
        self._held = self._held * self._gain
        fade = min(self._fade, len(self._held) // 2)
        self._held[:fade] *= np.linspace(0.0, 1.0, fade, dtype=np.float32)


class _Sink:
    """What a muxer writes into; it has no `seek`, so nothing that was written changes any more."""

    def __init__(self) -> None:
        self._written = bytearray()

    def write(self, content: bytes) -> int:
        self._written += content
        return len(content)

    def take(self) -> bytes:
        taken = bytes(self._written)
        self._written.clear()
        return taken


class _Writer:
    def __init__(self, audio_format: AudioFormat, sample_rate: int) -> None:
        form, codec, options = _FORMS[audio_format]
        rate = _OPUS_RATE if audio_format is AudioFormat.OGG else sample_rate
        self._sink = _Sink()
        self._sample_rate = sample_rate
        try:
            self._file = av.open(self._sink, "w", format=form, options=options | {"flush_packets": "1"})
            self._stream = cast(AudioStream, self._file.add_stream(codec, rate=rate, layout="mono"))
            context = self._stream.codec_context
            context.bit_rate = _BITS[audio_format]
            context.open()
            self._resampler = AudioResampler(context.format, "mono", rate, frame_size=context.frame_size)
        except (av.FFmpegError, ValueError) as broken:
            raise ProviderFailed(f"speech could not be written as {audio_format}: {broken}") from broken

    def write(self, samples: Samples) -> bytes:
        if samples.size:
            frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="flt", layout="mono")
            frame.sample_rate = self._sample_rate
            self._encode(frame)
        return self._sink.take()

    def finish(self) -> bytes:
        self._encode(None)
        self._file.mux(self._stream.encode(None))
        self._file.close()
        return self._sink.take()

    def _encode(self, frame: av.AudioFrame | None) -> None:
        for piece in self._resampler.resample(frame):
            self._file.mux(self._stream.encode(piece))


class _WavWriter:
    def __init__(self, sample_rate: int) -> None:
        form = struct.pack("<HHIIHH", 1, 1, sample_rate, sample_rate * 2, 2, 16)
        chunks = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data"
        self._header = b"RIFF" + struct.pack("<I", _UNKNOWN_LENGTH) + chunks + struct.pack("<I", _UNKNOWN_LENGTH)

    def write(self, samples: Samples) -> bytes:
        header, self._header = self._header, b""
        return header + (samples * 32767).round().astype("<i2").tobytes()

    def finish(self) -> bytes:
        return b""
