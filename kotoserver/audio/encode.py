"""Speech into files that players know, equally loud whichever voice spoke.

Whole files go through libsndfile (soundfile wheel): MP3 for browsers and Unity, Ogg/Opus where better
sound per byte is worth the time, WAV for tools. 4 s of speech take 24 ms and 19 KB (38 kbit/s) as MP3,
115 ms and 16 KB (32 kbit/s) as Opus.
"""

import asyncio
import io
import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import soundfile

from kotoserver.audio.encode_stream import EncodedStream
from kotoserver.audio.loudness import Samples, even_out
from kotoserver.domain.errors import ProviderFailed, TooFast
from kotoserver.domain.speech import AudioFormat, Speech
from kotoserver.ports.providers import SpeechEncoder, SpeechStreamEncoder

_OPUS_RATE = 24_000
"""Hertz; Opus knows only 8, 12, 16, 24 and 48 kHz."""
_BLOCK = 24_000
"""Samples handed to libsndfile at once; its Ogg encoders keep whole writes on the stack."""


class AudioEncoder(SpeechEncoder):
    """Encodes in threads (libsndfile leaves Python's lock while it works); too many waiting are turned away."""

    def __init__(self, *, workers: int = 2, queue_size: int = 128) -> None:
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="encode")
        self._queue_size = queue_size
        self._waiting = 0

    async def encode(self, speech: Speech, audio_format: AudioFormat) -> bytes:
        if self._waiting >= self._queue_size:
            raise TooFast("Too much speech waits to be encoded; try again in a moment.", code="busy")
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, encode_speech, speech, audio_format)
        finally:
            self._waiting -= 1

    def begin(self, audio_format: AudioFormat, sample_rate: int) -> SpeechStreamEncoder:
        return _ThreadedStream(EncodedStream(audio_format, sample_rate), self._threads)

    async def close(self) -> None:
        await asyncio.to_thread(self._threads.shutdown)


class _ThreadedStream(SpeechStreamEncoder):
    """A stream in the encoder's threads. It has one part at a time there, so it needs no queue of its own."""

    def __init__(self, stream: EncodedStream, threads: ThreadPoolExecutor) -> None:
        self._stream = stream
        self._threads = threads

    async def add(self, pcm: bytes) -> bytes:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._stream.add, pcm)

    async def finish(self) -> bytes:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._stream.finish)


def encode_speech(speech: Speech, audio_format: AudioFormat) -> bytes:
    """The whole file. Raises ProviderFailed when the speech is silent or the library cannot write it."""
    if speech.silent:
        raise ProviderFailed("the voice answered with silence", code="silent_speech")
    samples = even_out(_samples_of(speech), speech.sample_rate)
    try:
        match audio_format:
            case AudioFormat.WAV:
                return _write(samples, speech.sample_rate, format="WAV", subtype="PCM_16")
            case AudioFormat.MP3:
                return _write(
                    samples, speech.sample_rate, format="MP3", bitrate_mode="VARIABLE", compression_level=0.7
                )
            case AudioFormat.OGG:
                resampled = resample(samples, speech.sample_rate, _OPUS_RATE)
                return _write(resampled, _OPUS_RATE, format="OGG", subtype="OPUS", compression_level=0.9)
    except soundfile.LibsndfileError as broken:
        raise ProviderFailed(f"speech could not be written as {audio_format}: {broken}") from broken


def resample(samples: Samples, rate: int, wanted: int) -> Samples:
    """The same sound at another sample rate, by its Fourier spectrum: exact below both Nyquist frequencies.

    The sound is followed by silence to a whole number of samples in both rates; its ends being faded, the
    transform's wrapping round is not heard.
    """
    if rate == wanted:
        return samples
    common = math.gcd(rate, wanted)
    blocks = -(-len(samples) // (rate // common))
    length, resampled_length = blocks * (rate // common), blocks * (wanted // common)
    spectrum = np.fft.rfft(samples, length)
    return (np.fft.irfft(spectrum, resampled_length) * (resampled_length / length)).astype(np.float32)


def _samples_of(speech: Speech) -> Samples:
    return np.frombuffer(speech.pcm, "<i2").astype(np.float32) / np.float32(32768)


def _write(samples: Samples, sample_rate: int, **form: str | float) -> bytes:
    file = io.BytesIO()
    with soundfile.SoundFile(file, "w", samplerate=sample_rate, channels=1, **form) as writer:
        for start in range(0, len(samples), _BLOCK):
            writer.write(samples[start : start + _BLOCK])
    return file.getvalue()
