"""Uploaded recordings into 16 kHz mono sound, whatever a learner's device wrote and whatever a stranger forged.

The container is told by its bytes and handed to that one demuxer, which may open nothing else; only a few
codecs are let in; decoding stops at the longest recording allowed, after too many bad packets, or when it
costs more than sound of that length can.
"""

import asyncio
import io
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container.input import InputContainer
from av.packet import Packet
from av.stream import Disposition
from numpy.typing import NDArray

from kotoserver.audio.containers import Container, media_type_of, recognise
from kotoserver.audio.gate import loudness_of, voiced_seconds_of
from kotoserver.domain.errors import BadInput, TooFast
from kotoserver.domain.hearing import SAMPLE_RATE, AudioClip
from kotoserver.ports.providers import AudioDecoder

Samples = NDArray[np.float32]
"""Mono, SAMPLE_RATE hertz."""

_CODECS = (
    "opus,vorbis,aac,mp3float,mp3,flac,pcm_u8,pcm_s16le,pcm_s24le,pcm_s32le,pcm_f32le,pcm_f64le,pcm_alaw,pcm_mulaw"
)
_MOST_STREAMS = 8
_RATES = range(4_000, 192_001)
"""Hertz; the resampler builds its filter for the rate that a file claims, and 1 GHz costs it ten seconds."""
_MOST_CHANNELS = 8
_MOST_BAD_PACKETS = 50
"""A recording with some lost packets is still heard; a second of Opus has fifty packets."""
_MOST_SHAPES = 8
"""Times that rate or channels may change within one recording."""
_MOST_WORK_SECONDS = 10.0
"""CPU time of one recording: a hundred times what a 30-second one takes."""
_LOOKS_EVERY = 16
"""Packets between two looks at that time; each look is a call of the kernel."""
_ROUNDING_SECONDS = 1e-6
"""Of adding up frames."""
_LONGEST_WAIT_SECONDS = 10.0
"""For FFmpeg to find out what the streams are, and for one packet."""

_OPTIONS = {
    "protocol_whitelist": "",
    "codec_whitelist": _CODECS,
    "max_streams": str(_MOST_STREAMS),
    "probesize": "500000",
    "enable_drefs": "0",
}


class PyAvDecoder(AudioDecoder):
    """Decodes in threads (FFmpeg leaves Python's lock while it works); too many waiting are turned away."""

    def __init__(self, *, most_seconds: float, workers: int = 2, queue_size: int = 64) -> None:
        """`queue_size` recordings wait or are being decoded; one more is told `busy`."""
        self._most_seconds = most_seconds
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="decode")
        self._places = queue_size
        """That are free; given back by the threads, so guarded."""
        self._counting = threading.Lock()

    def media_type(self, head: bytes) -> str:
        return media_type_of(head)

    @property
    def full(self) -> bool:
        return self._places <= 0

    async def decode(self, content: bytes) -> AudioClip:
        if not self._taken():
            raise TooFast("Too many recordings wait to be decoded; try again in a moment.", code="busy")
        work = self._threads.submit(decode_audio, content, most_seconds=self._most_seconds)
        # A learner who leaves gives back the place only when the thread is free of the recording.
        work.add_done_callback(lambda _: self._give_back())
        return await asyncio.wrap_future(work)

    async def close(self) -> None:
        await asyncio.to_thread(self._threads.shutdown)

    def _taken(self) -> bool:
        """Takes a place, where there is one."""
        with self._counting:
            if self.full:
                return False
            self._places -= 1
            return True

    def _give_back(self) -> None:
        with self._counting:
            self._places += 1


def decode_audio(content: bytes, *, most_seconds: float) -> AudioClip:
    """The sound of a file, as the port says; blocks for about 3 ms a second of sound."""
    container = recognise(content)
    samples = _clean(_samples_in(container, most_seconds))
    if not samples.size:
        raise BadInput("There is no sound in the recording.", code="empty_audio")
    return AudioClip(
        samples=samples,
        voiced_seconds=voiced_seconds_of(samples),
        loudness=loudness_of(samples),
        media_type=container.media_type,
    )


def _samples_in(container: Container, most_seconds: float) -> Samples:
    try:
        with av.open(
            io.BytesIO(container.content),
            "r",
            format=container.format,
            options=_OPTIONS,
            metadata_errors="replace",
            timeout=_LONGEST_WAIT_SECONDS,
            io_open=_open_nothing,
        ) as file:
            return _Decoding(file, most_seconds).samples()
    except (av.FFmpegError, ValueError, OverflowError) as broken:
        # FFmpeg's own errors, and PyAV's where a header holds numbers that no Python value can.
        raise BadInput("The recording is damaged and cannot be read.", code="broken_audio") from broken


def _open_nothing(url: str, flags: int, options: dict[str, str]) -> io.BytesIO:
    """An upload stands alone: whatever else it names is never opened."""
    raise PermissionError("an upload may not open anything")


class _Decoding:
    """One file on its way to samples, and the limits that it may not pass."""

    def __init__(self, file: InputContainer, most_seconds: float) -> None:
        self._file = file
        self._most_seconds = most_seconds
        self._seconds = 0.0
        self._bad_packets = 0
        self._until = time.thread_time() + _MOST_WORK_SECONDS

    def samples(self) -> Samples:
        stream = _stream_of(self._file)
        parts = [_mono(frame) for frame in _resampled(self._frames(stream))]
        if not parts and self._bad_packets:
            raise BadInput("The recording is damaged and cannot be read.", code="broken_audio")
        return np.concatenate(parts) if parts else np.zeros(0, np.float32)

    def _frames(self, stream: AudioStream) -> Iterator[AudioFrame]:
        for number, packet in enumerate(self._packets(stream)):
            if number % _LOOKS_EVERY == 0 and time.thread_time() > self._until:
                raise BadInput("The recording takes more work than any real one.", code="unusual_audio")
            for frame in self._frames_of(packet):
                _check_shape(frame.sample_rate, frame.layout.nb_channels)
                self._seconds += frame.samples / frame.sample_rate
                if self._seconds > self._most_seconds + _ROUNDING_SECONDS:
                    raise BadInput(
                        f"The recording is longer than {self._most_seconds:g} seconds.", code="audio_too_long"
                    )
                yield frame

    def _packets(self, stream: AudioStream) -> "Iterator[Packet[AudioStream]]":
        """A damaged end is the end: what came before is still heard."""
        packets = self._file.demux(stream)
        while True:
            try:
                packet = next(packets, None)
            except av.FFmpegError:
                self._bad_packets += 1
                return
            if packet is None:
                return
            yield packet

    def _frames_of(self, packet: "Packet[AudioStream]") -> list[AudioFrame]:
        try:
            return list(packet.decode())
        except av.FFmpegError as bad:
            self._bad_packets += 1
            if self._bad_packets > _MOST_BAD_PACKETS:
                raise BadInput("The recording is damaged in too many places.", code="broken_audio") from bad
            return []


def _stream_of(file: InputContainer) -> AudioStream:
    """The sound of a file that holds sound alone, of a kind that is let in."""
    streams = list(file.streams)
    if len(streams) > _MOST_STREAMS:
        raise BadInput("The file has too many streams.", code="unusual_audio")
    if any(each.type == "video" and not each.disposition & Disposition.attached_pic for each in streams):
        raise BadInput("The file is a video; send the sound alone.", code="unusual_audio")
    if not file.streams.audio:
        raise BadInput("There is no sound in the file.", code="unusual_audio")
    stream = file.streams.audio[0]
    context = stream.codec_context
    if context is None or context.name not in _CODECS.split(","):
        raise BadInput("The file's sound is stored in a way that is not read here.", code="unusual_audio")
    _check_shape(context.sample_rate, context.layout.nb_channels)
    # One thread for one recording: the executor decides how many work at once.
    context.thread_count = 1
    return stream


def _check_shape(rate: int, channels: int) -> None:
    if rate not in _RATES or not 1 <= channels <= _MOST_CHANNELS:
        raise BadInput("The recording's sample rate or number of channels is no recorder's.", code="unusual_audio")


def _resampled(frames: Iterator[AudioFrame]) -> Iterator[AudioFrame]:
    """The frames as floats at SAMPLE_RATE; rate and channels may change on the way, as SBR does in AAC.

    Channels stay apart here: FFmpeg's own way to one channel makes two equal ones 3 dB louder, and clips them.
    """
    resampler, shape, shapes = None, None, 0
    for frame in frames:
        frame.pts = None  # times in a file may be anything; sound follows sound
        found = (frame.sample_rate, frame.layout.name, frame.format.name)
        if found != shape:
            shapes += 1
            if shapes > _MOST_SHAPES:
                raise BadInput("The recording changes its rate or channels too often.", code="broken_audio")
            if resampler is not None:
                yield from resampler.resample(None)
            # Handed out a second at a time: Opus comes in fiftieths, and each part costs Python more than FFmpeg.
            resampler = AudioResampler(format="flt", layout=frame.layout, rate=SAMPLE_RATE, frame_size=SAMPLE_RATE)
            shape = found
        assert resampler is not None
        yield from resampler.resample(frame)
    if resampler is not None:
        yield from resampler.resample(None)


def _mono(frame: AudioFrame) -> Samples:
    """The mean of the channels of a packed frame.

    Packed, since PyAV reads a ninth plane, which is none, of a planar frame with eight channels, and crashes.
    """
    channels = frame.layout.nb_channels
    mean: Samples = frame.to_ndarray().reshape(-1, channels).mean(axis=1)
    return mean


def _clean(samples: Samples) -> Samples:
    """Every value finite and within -1 to 1: float files may hold anything."""
    finite = np.nan_to_num(samples.astype(np.float32, copy=False), nan=0.0, posinf=1.0, neginf=-1.0)
    return np.clip(finite, -1.0, 1.0)
