"""The calls of the speech role."""

import asyncio
import math
import struct
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

import numpy as np
from aiohttp import web

from kotoserver.audio.encode import resample
from kotoserver.domain.errors import BadInput, NotFound
from kotoserver.domain.hearing import AudioClip, Recognition, RecognitionRequest
from kotoserver.domain.speech import AudioFormat, Speech, SpeechRequest
from kotoserver.services.speech_engines import SpeechEngines
from kotoserver.settings import UploadSettings
from kotoserver.transport.speech_role.forms import (
    SpeechFormat,
    TranscriptFormat,
    Transcription,
    read_speech,
    read_transcription,
)

ENGINES: web.AppKey[SpeechEngines] = web.AppKey("engines", SpeechEngines)
LIMITS: web.AppKey[UploadSettings] = web.AppKey("limits", UploadSettings)
PATIENCE: web.AppKey[float] = web.AppKey("patience", float)
"""Seconds that a body may take to come."""

PCM_RATE = 24_000
"""Hertz that clients of OpenAI take bare samples to have."""
_WAV = struct.Struct("<4sI4s4sIHHIIHH4sI")
_CONTAINERS = {
    SpeechFormat.MP3: AudioFormat.MP3,
    SpeechFormat.OPUS: AudioFormat.OGG,
    SpeechFormat.OGG: AudioFormat.OGG,
}


async def transcribe(request: web.Request) -> web.StreamResponse:
    engines = request.app[ENGINES]
    if engines.recognizer is None:
        raise NotFound("This server has no ears; set STT_PROVIDER.", code="no_speech_recognition")
    async with _in_time(request):
        asked = await read_transcription(request, request.app[LIMITS].most_bytes)
    clip = await engines.decoder.decode(asked.recording)
    heard = await engines.recognizer.recognize(RecognitionRequest(clip=clip, phrases=asked.phrases))
    return _transcript(asked, clip, heard)


async def speak(request: web.Request) -> web.StreamResponse:
    async with _in_time(request):
        asked = await read_speech(request)
    engines = request.app[ENGINES]
    wanted = SpeechRequest(text=asked.input, voice=asked.voice_name, rate=asked.speed)
    if asked.response_format in (SpeechFormat.PCM, SpeechFormat.WAV):
        return await _stream(request, wanted, asked.response_format)
    container = _CONTAINERS[asked.response_format]
    speech = await engines.synthesizer.synthesize(wanted)
    content = await engines.encoder.encode(speech, container)
    return web.Response(body=content, content_type=container.media_type)


async def list_models(request: web.Request) -> web.StreamResponse:
    engines = request.app[ENGINES]
    names = [each.name for each in (engines.recognizer, engines.synthesizer) if each is not None]
    data = [{"id": name, "object": "model", "created": 0, "owned_by": "kotoserver"} for name in names]
    return web.json_response({"object": "list", "data": data})


@asynccontextmanager
async def _in_time(request: web.Request) -> AsyncIterator[None]:
    """Within, the body is read. BadInput code `upload_too_slow` for one that comes in drops."""
    try:
        async with asyncio.timeout(request.app[PATIENCE]):
            yield
    except TimeoutError:
        raise BadInput("The request took too long to come.", code="upload_too_slow", retryable=True) from None


async def _stream(request: web.Request, wanted: SpeechRequest, form: SpeechFormat) -> web.StreamResponse:
    """Samples, each part as soon as it is made; what fails before the first is an error body.

    What fails later breaks the connection off, since a proper end would make half a speech look whole.
    """
    response = web.StreamResponse()
    response.content_type = "audio/wav" if form is SpeechFormat.WAV else "audio/pcm"
    try:
        async with aclosing(_parts(request.app[ENGINES], wanted)) as parts:
            async for part in parts:
                if not response.prepared:
                    await response.prepare(request)
                    if form is SpeechFormat.WAV:
                        await response.write(_endless_header(part.sample_rate))
                in_form = part.pcm if form is SpeechFormat.WAV else await asyncio.to_thread(_at_pcm_rate, part)
                await response.write(in_form)
    except Exception:
        if response.prepared and request.transport is not None:
            request.transport.abort()
        raise
    await response.write_eof()
    return response


async def _parts(engines: SpeechEngines, wanted: SpeechRequest) -> AsyncGenerator[Speech, None]:
    """Those with sound in them: the last may bring nothing but its receipt."""
    async for part in engines.synthesizer.stream(wanted):
        if part.pcm:
            yield part


def _endless_header(sample_rate: int) -> bytes:
    """Of a WAV file whose length nobody knows yet: mono, 16 bits, the greatest size there is."""
    rate, size = sample_rate, 0xFFFFFFFF
    return _WAV.pack(b"RIFF", size, b"WAVE", b"fmt ", 16, 1, 1, rate, rate * 2, 2, 16, b"data", size)


def _at_pcm_rate(speech: Speech) -> bytes:
    samples = np.frombuffer(speech.pcm, "<i2").astype(np.float32)
    resampled = resample(samples, speech.sample_rate, PCM_RATE)
    return np.clip(resampled, -32768, 32767).astype("<i2").tobytes()


def _transcript(asked: Transcription, clip: AudioClip, heard: Recognition) -> web.Response:
    match asked.answer:
        case TranscriptFormat.TEXT:
            return web.Response(text=heard.text + "\n")
        case TranscriptFormat.JSON:
            return web.json_response({"text": heard.text})
        case TranscriptFormat.VERBOSE:
            return web.json_response(_verbose(asked, clip, heard))


def _verbose(asked: Transcription, clip: AudioClip, heard: Recognition) -> dict[str, Any]:
    """OpenAI's shape, and beside it `alternatives`, which only our own clients look for."""
    body: dict[str, Any] = {
        "task": "transcribe",
        "language": "korean",
        "duration": round(clip.seconds, 3),
        "text": heard.text,
        "segments": [_segment(clip, heard)] if heard.text else [],
        "alternatives": [
            {"text": hypothesis.text, "confidence": round(hypothesis.confidence, 4)}
            for hypothesis in heard.hypotheses
        ],
    }
    if asked.words:
        body["words"] = [
            {
                "word": word.text,
                "start": round(word.start_seconds, 3),
                "end": round(word.end_seconds, 3),
                "probability": word.confidence,
            }
            for word in heard.words
        ]
    return body


def _segment(clip: AudioClip, heard: Recognition) -> dict[str, Any]:
    """All of it as one segment; our engines tell the confidence of the whole only."""
    return {
        "id": 0,
        "seek": 0,
        "start": round(heard.words[0].start_seconds, 3) if heard.words else 0.0,
        "end": round(heard.words[-1].end_seconds if heard.words else clip.seconds, 3),
        "text": heard.text,
        "tokens": [],
        "temperature": 0.0,
        "avg_logprob": round(math.log(max(heard.confidence, 1e-6)), 4),
        "compression_ratio": 1.0,
        "no_speech_prob": 0.0,
    }
