"""Sound as learners send it: the built-in voice in the container of a browser, and what is no voice."""

import io
import wave

import av
import numpy as np

from kotoserver.domain.speech import Speech, SpeechRequest
from kotoserver.providers.espeak import EspeakSynthesizer

RATE = 48_000


async def voice(text: str = "아메리카노 한 잔 주세요.") -> Speech:
    """The line as the built-in voice says it."""
    engine = EspeakSynthesizer()
    try:
        return await engine.synthesize(SpeechRequest(text=text, voice="ko-f-02"))
    finally:
        await engine.close()


async def webm(text: str = "아메리카노 한 잔 주세요.") -> bytes:
    """A recording as Chromium's MediaRecorder makes it."""
    speech = await voice(text)
    return container(np.frombuffer(speech.pcm, "<i2"), speech.sample_rate)


def silence(seconds: float = 1.5) -> bytes:
    """A recording of a quiet room."""
    noise = np.random.default_rng(7).normal(0, 12, int(seconds * 16_000))
    return container(noise.astype("<i2"), 16_000)


def wav(seconds: float, *, rate: int, channels: int) -> bytes:
    """Digital silence of 16 bit."""
    file = io.BytesIO()
    with wave.open(file, "wb") as output:
        output.setnchannels(channels)
        output.setsampwidth(2)
        output.setframerate(rate)
        output.writeframes(bytes(round(seconds * rate) * channels * 2))
    return file.getvalue()


def container(samples: "np.ndarray[tuple[int], np.dtype[np.int16]]", rate: int, form: str = "webm") -> bytes:
    """Mono samples as Opus in a container."""
    file = io.BytesIO()
    with av.open(file, "w", format=form) as output:
        stream = output.add_stream("libopus", rate=RATE, layout="mono")
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = rate
        resampler = av.AudioResampler("flt", "mono", RATE, frame_size=960)
        for piece in [*resampler.resample(frame), *resampler.resample(None)]:
            output.mux(stream.encode(piece))
        output.mux(stream.encode(None))
    return file.getvalue()
