"""Sound as services send and want it: bare samples, WAV files, and either of them in pieces."""

import struct
from collections.abc import AsyncGenerator
from contextlib import aclosing

import numpy as np

from kotoserver.domain.errors import ProviderFailed
from kotoserver.domain.hearing import SAMPLE_RATE, AudioClip
from kotoserver.domain.speech import Speech

_WAV = struct.Struct("<4sI4s4sIHHIIHH4sI")
_CHUNK = struct.Struct("<4sI")
_FORMAT = struct.Struct("<HHIIHH")
_PCM = 1
_MOST_BEFORE_SAMPLES = 65_536
"""Bytes of other chunks that may stand before the samples."""
_ENDLESS = 0x7FFFFFFF
"""Sizes from here on, and mostly 0, are of writers who do not know yet how long they will speak."""
_RATES = range(8_000, 48_001)
_NO_SAMPLES = (b"ID3", b"OggS", b"fLaC", b'{"', b"<!", b"<h")
"""How other things begin that a server may send with the best intentions."""


def pcm_of(clip: AudioClip) -> bytes:
    """Its samples, signed 16-bit little-endian."""
    return (np.clip(clip.samples, -1.0, 1.0) * 32767).astype("<i2").tobytes()


def wav_file(pcm: bytes, sample_rate: int) -> bytes:
    """Mono, signed 16-bit."""
    size = len(pcm)
    rate = sample_rate
    return _WAV.pack(b"RIFF", 36 + size, b"WAVE", b"fmt ", 16, _PCM, 1, rate, rate * 2, 2, 16, b"data", size) + pcm


def hum() -> AudioClip:
    """A second of a fixed buzz, of nobody's voice."""
    turns = np.arange(SAMPLE_RATE) * (2 * np.pi * 120 / SAMPLE_RATE)
    samples = sum((np.sin(turns * overtone) / overtone for overtone in range(1, 20)), np.zeros(SAMPLE_RATE)) * 0.1
    return AudioClip(samples=samples.astype(np.float32), voiced_seconds=1.0, loudness=0.09, media_type="audio/wav")


class SoundReader:
    """Whole samples from bytes that arrive cut anywhere, of a WAV file or bare.

    ProviderFailed `bad_answer` for anything but mono 16-bit sound.
    """

    def __init__(self, called: str, *, bare_rate: int | None) -> None:
        """`bare_rate`: hertz of samples without a header; None when there must be one."""
        self._called = called
        self._bare_rate = bare_rate
        self._kept = b""
        """The beginning until the header is whole; then half a sample at most."""
        self._missing: int | None = None
        """Bytes of samples still to come, where the header says so."""
        self._format: tuple[int, ...] = ()
        """Of the header: kind, channels, hertz, bytes a second, bytes and bits of a sample."""
        self.sample_rate = 0
        """Hertz; 0 until it is known."""

    def feed(self, content: bytes) -> bytes:
        """The samples that are whole now."""
        self._kept += content
        if not self.sample_rate and not self._read_header():
            return b""
        room = len(self._kept) if self._missing is None else min(len(self._kept), self._missing)
        whole = room // 2 * 2
        samples, self._kept = self._kept[:whole], self._kept[whole:room]
        if self._missing is not None:
            self._missing -= whole
        return samples

    def end(self) -> None:
        """Raises `bad_answer` when the sound broke off."""
        if self._kept or self._missing:
            raise ProviderFailed(f"{self._called} broke off in the middle of the sound", code="bad_answer")

    def _read_header(self) -> bool:
        """Whether the samples have begun; what stands before them is gone then."""
        if len(self._kept) < _CHUNK.size:
            return False
        if not self._kept.startswith(b"RIFF"):
            return self._begin_bare()
        at = 12
        while len(self._kept) >= at + _CHUNK.size:
            name, size = _CHUNK.unpack_from(self._kept, at)
            at += _CHUNK.size
            if name == b"data":
                self._begin_wav(at, size)
                return True
            if name == b"fmt " and len(self._kept) >= at + _FORMAT.size:
                self._format = _FORMAT.unpack_from(self._kept, at)
            at += size + size % 2
            if at > _MOST_BEFORE_SAMPLES:
                raise self._unreadable()
        return False

    def _begin_wav(self, at: int, size: int) -> None:
        match self._format:
            case ((1 | 0xFFFE), 1, rate, _, 2, 16) if rate in _RATES:
                self.sample_rate = rate
            case _:
                raise self._unreadable()
        _, file_size = _CHUNK.unpack_from(self._kept)
        empty = size == 0 and at - _CHUNK.size < file_size < _ENDLESS  # for something stands behind no samples
        self._missing = size if empty or 0 < size < _ENDLESS else None
        self._kept = self._kept[at:]

    def _begin_bare(self) -> bool:
        if self._bare_rate is None or self._kept.startswith(_NO_SAMPLES):
            raise self._unreadable()
        self.sample_rate = self._bare_rate
        return True

    def _unreadable(self) -> ProviderFailed:
        return ProviderFailed(f"{self._called} sent something else than mono 16-bit sound", code="bad_answer")


async def audible(parts: AsyncGenerator[Speech, None], called: str) -> AsyncGenerator[Speech, None]:
    """The same parts, those held back that come before the first sound; `silent_speech` when there is none."""
    held: list[Speech] = []
    heard = False
    async with aclosing(parts):
        async for part in parts:
            if not heard and part.silent:
                held.append(part)
                continue
            heard = True
            while held:
                yield held.pop(0)
            yield part
    if not heard:
        raise ProviderFailed(f"{called} answered with silence", code="silent_speech")


def joined(parts: list[Speech]) -> Speech:
    """Parts of one speech as a whole."""
    return Speech(pcm=b"".join(part.pcm for part in parts), sample_rate=parts[0].sample_rate)
