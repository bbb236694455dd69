"""What goes wrong with a service elsewhere, over the real wire: each fault ends in an error of ours, in time."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any

import grpc
import numpy as np
import pytest

from kotoserver.domain.errors import KotoError, ProviderFailed
from kotoserver.domain.hearing import SAMPLE_RATE, AudioClip, RecognitionRequest
from kotoserver.domain.speech import SpeechRequest
from kotoserver.providers.google_stt import GoogleRecognizer
from kotoserver.providers.google_tts import GoogleSynthesizer
from kotoserver.providers.openai_stt import OpenAiRecognizer
from kotoserver.providers.openai_tts import OpenAiSynthesizer
from tests.providers.google_speech_server import Odd, serving_google_speech
from tests.providers.google_tts_server import RATE, serving_google_tts, wav
from tests.providers.openai_speech_server import Answer, serving_openai_speech

LINE = "라떼 한 잔 주세요"
REFUSALS = ("refused", "refused_input")
SECONDS = 0.3
"""Deadline where lateness is the point."""
IN_TIME = 3.0
"""Within which even a busy machine ends what has a deadline of SECONDS."""
PATIENT_SECONDS = 20.0

HUM = np.sin(np.arange(SAMPLE_RATE) * 0.1).astype(np.float32) * 0.3
CLIP = AudioClip(samples=HUM, voiced_seconds=1.0, loudness=0.2, media_type="audio/wav")
LOUD = (HUM * 32_000).astype("<i2").tobytes()

Ask = Callable[[Any], Awaitable[object]]


async def hear(ears: Any) -> object:
    recognition = await ears.recognize(RecognitionRequest(clip=CLIP, phrases=(LINE,)))
    assert recognition.text == LINE
    return recognition


async def speak(voice: Any) -> object:
    speech = await voice.synthesize(SpeechRequest(text=LINE, voice="ko-f-02"))
    assert not speech.silent
    return speech


async def listen(voice: Any) -> object:
    parts = [part async for part in voice.stream(SpeechRequest(text=LINE, voice="ko-f-02"))]
    assert not parts[0].silent
    return parts


@dataclass(frozen=True)
class Kit:
    """An engine and its peer."""

    serving: Callable[..., AbstractAsyncContextManager[Any]]
    open: Callable[..., Any]
    ask: Ask
    faults: Mapping[str, tuple[Any, str]]
    """What the peer does instead of an answer, and the code that it must end in."""
    hangs: Any


def streaming_google(settings: Any, **told: Any) -> GoogleSynthesizer:
    return GoogleSynthesizer(settings, {"ko-f-02": "ko-KR-Chirp3-HD-Kore"}, **told)


GOOGLE_FAULTS = {
    "RESOURCE_EXHAUSTED": (Odd(status=grpc.StatusCode.RESOURCE_EXHAUSTED), "rate_limited"),
    "UNAVAILABLE": (Odd(status=grpc.StatusCode.UNAVAILABLE), "unavailable"),
    "INTERNAL": (Odd(status=grpc.StatusCode.INTERNAL), "unavailable"),
    "UNKNOWN": (Odd(status=grpc.StatusCode.UNKNOWN), "unavailable"),
    "ABORTED": (Odd(status=grpc.StatusCode.ABORTED), "unavailable"),
    "CANCELLED": (Odd(status=grpc.StatusCode.CANCELLED), "unavailable"),
    "DATA_LOSS": (Odd(status=grpc.StatusCode.DATA_LOSS), "unavailable"),
    "DEADLINE_EXCEEDED": (Odd(status=grpc.StatusCode.DEADLINE_EXCEEDED), "too_late"),
    "UNAUTHENTICATED": (Odd(status=grpc.StatusCode.UNAUTHENTICATED), "not_permitted"),
    "PERMISSION_DENIED": (Odd(status=grpc.StatusCode.PERMISSION_DENIED), "not_permitted"),
    "INVALID_ARGUMENT": (Odd(status=grpc.StatusCode.INVALID_ARGUMENT), "refused_input"),
    "OUT_OF_RANGE": (Odd(status=grpc.StatusCode.OUT_OF_RANGE), "refused_input"),
    "FAILED_PRECONDITION": (Odd(status=grpc.StatusCode.FAILED_PRECONDITION), "refused"),
    "NOT_FOUND": (Odd(status=grpc.StatusCode.NOT_FOUND), "refused"),
    "UNIMPLEMENTED": (Odd(status=grpc.StatusCode.UNIMPLEMENTED), "refused"),
    "garbage": (Odd(body=b"\xff\xff\xff\xff"), "bad_answer"),
}
HTTP_FAULTS = {
    "429": (Answer(status=429), "rate_limited"),
    "503": (Answer(status=503), "unavailable"),
    "500": (Answer(status=500), "unavailable"),
    "504": (Answer(status=504), "too_late"),
    "401": (Answer(status=401), "not_permitted"),
    "403": (Answer(status=403), "not_permitted"),
    "404": (Answer(status=404), "refused"),
    "400": (Answer(status=400), "refused_input"),
    "413": (Answer(status=413), "refused_input"),
    "422": (Answer(status=422), "refused_input"),
    "a redirect": (Answer(status=302), "refused"),
    "hanging up in the middle": (Answer(parts=[b"RIFF"], breaks=True), "unavailable"),
}
SOUND_FAULTS = {
    "half a wav": (wav(LOUD[:400], RATE, said_size=len(LOUD)), "bad_answer"),
    "half a header": (wav(LOUD, RATE)[:30], "bad_answer"),
    "half a sample": (wav(LOUD[:401], RATE, said_size=0xFFFFFFFF), "bad_answer"),
    "a wav without samples": (wav(b"", RATE), "silent_speech"),
    "silence": (wav(bytes(20_000), RATE), "silent_speech"),
    "a wav that is stereo": (wav(LOUD, RATE).replace(b"\x10\0\0\0\1\0\1\0", b"\x10\0\0\0\1\0\2\0"), "bad_answer"),
    "an mp3": (b"ID3\x04" + bytes(1_000), "bad_answer"),
    "a page": (b"<!DOCTYPE html><title>no</title>", "bad_answer"),
}

KITS = {
    "google ears": Kit(
        serving_google_speech,
        GoogleRecognizer,
        hear,
        {**GOOGLE_FAULTS, "an empty answer": (Odd(), "bad_answer")},
        Odd(hangs=True),
    ),
    "google voice": Kit(
        serving_google_tts,
        GoogleSynthesizer,
        speak,
        {**GOOGLE_FAULTS, **SOUND_FAULTS, "an empty answer": (Odd(), "silent_speech")},
        Odd(hangs=True),
    ),
    "google streaming voice": Kit(
        serving_google_tts,
        streaming_google,
        listen,
        {
            **GOOGLE_FAULTS,
            "an empty answer": (Odd(), "silent_speech"),
            "silence": (bytes(9_600), "silent_speech"),
            "half a sample": (LOUD[:401], "bad_answer"),
            "keep-alives": (Odd(drips=True), "too_late"),
        },
        Odd(hangs=True),
    ),
    "ears server": Kit(
        serving_openai_speech,
        OpenAiRecognizer,
        hear,
        {
            **HTTP_FAULTS,
            "an empty answer": (Answer(), "bad_answer"),
            "no fields": (Answer(json={}), "bad_answer"),
            "wrong types": (Answer(json={"text": ["라떼"], "segments": "none"}), "bad_answer"),
            "wrong types within": (
                Answer(json={"text": "라떼", "words": [{"word": 1, "start": "x"}]}),
                "bad_answer",
            ),
            "half a JSON": (Answer(body=b'{"text": "\xeb\x9d\xbc'), "bad_answer"),
            "an endless number": (
                Answer(body=b'{"text": "a", "segments": [{"avg_logprob": NaN}]}'),
                "bad_answer",
            ),
            "a page": (Answer(body=b"<html>no</html>", media_type="text/html"), "bad_answer"),
            "without end": (Answer(parts=[b" " * 1_000_000] * 3), "bad_answer"),
            "keep-alives": (Answer(drips=True), "too_late"),
        },
        Answer(hangs=True),
    ),
    "voice server": Kit(
        serving_openai_speech,
        OpenAiSynthesizer,
        speak,
        {
            **HTTP_FAULTS,
            **{
                name: (Answer(body=body, media_type="audio/wav"), code)
                for name, (body, code) in SOUND_FAULTS.items()
            },
            "an empty answer": (Answer(media_type="audio/wav"), "silent_speech"),
            "an error that says 200": (Answer(json={"error": "no"}), "bad_answer"),
            "keep-alives": (Answer(parts=[wav(b"", RATE, said_size=0xFFFFFFFF)], drips=True), "too_late"),
        },
        Answer(hangs=True),
    ),
}
CASES = [(kit, fault) for kit, told in KITS.items() for fault in told.faults]


@pytest.fixture(params=KITS)
def kit(request: pytest.FixtureRequest) -> Kit:
    return KITS[request.param]


@asynccontextmanager
async def opened(kit: Kit, settings: Any, seconds: float = PATIENT_SECONDS, **told: Any) -> Any:
    engine = kit.open(settings, deadline_seconds=seconds, **told)
    try:
        yield engine
    finally:
        await engine.close()


async def failure_of(asking: Awaitable[object]) -> KotoError:
    began = monotonic()
    with pytest.raises(ProviderFailed) as failed:
        await asking
    assert monotonic() - began < IN_TIME
    return failed.value


@pytest.mark.parametrize(("name", "fault"), CASES, ids=[f"{name}: {fault}" for name, fault in CASES])
async def test_a_fault_ends_in_its_code_and_the_next_request_is_served(name: str, fault: str):
    kit = KITS[name]
    told, code = kit.faults[fault]
    seconds = SECONDS if getattr(told, "drips", False) else PATIENT_SECONDS
    # Speech servers are asked for less where they refuse; ask each as often as that takes.
    script = [told] * 3 if code in REFUSALS else [told]
    async with kit.serving(*script) as server, opened(kit, server.settings, seconds) as engine:
        failure = await failure_of(kit.ask(engine))
        assert failure.code == code
        assert failure.retryable is (code not in (*REFUSALS, "not_permitted"))
        server.script.clear()
        await kit.ask(engine)


async def test_a_service_that_hangs_is_given_up_and_told_so(kit: Kit):
    async with kit.serving(kit.hangs) as server, opened(kit, server.settings, SECONDS) as engine:
        assert (await failure_of(kit.ask(engine))).code == "too_late"
        await asyncio.wait_for(server.given_up.wait(), IN_TIME)
        await kit.ask(engine)


async def test_nobody_there_is_noticed_at_once(kit: Kit):
    async with kit.serving() as server:
        pass
    async with opened(kit, server.settings) as engine:
        assert (await failure_of(kit.ask(engine))).code == "unavailable"


async def test_a_service_that_comes_back_is_asked_again(kit: Kit):
    async with kit.serving() as server:
        settings, port = server.settings, server.port
        engine = kit.open(settings, deadline_seconds=PATIENT_SECONDS)
        await kit.ask(engine)
    try:
        assert (await failure_of(kit.ask(engine))).code == "unavailable"
        async with kit.serving(port=port), asyncio.timeout(IN_TIME):
            await until_served(kit, engine)
    finally:
        await engine.close()


async def until_served(kit: Kit, engine: Any) -> None:
    """There is a moment of rest between two tries to connect."""
    while True:
        try:
            await kit.ask(engine)
        except ProviderFailed as failure:
            assert failure.code == "unavailable"
            await asyncio.sleep(0)
        else:
            return


async def test_a_cancelled_request_is_cancelled_over_there_too(kit: Kit):
    async with kit.serving(kit.hangs) as server, opened(kit, server.settings, at_once=1) as engine:
        asking = asyncio.ensure_future(kit.ask(engine))
        await server.asked.wait()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        await kit.ask(engine)
        await asyncio.wait_for(server.given_up.wait(), IN_TIME)


async def test_closing_ends_who_waits(kit: Kit):
    async with kit.serving(kit.hangs) as server, opened(kit, server.settings) as engine:
        asking = asyncio.ensure_future(kit.ask(engine))
        await server.asked.wait()
        await engine.close()
        failure = await failure_of(asking)
        assert not failure.retryable
        assert "closed" in failure.message


async def test_a_failing_check_says_why(kit: Kit):
    async with kit.serving() as server:
        pass
    async with opened(kit, server.settings) as engine:
        assert (await failure_of(engine.check())).code == "unavailable"


async def test_nothing_of_what_was_said_stands_in_an_error(kit: Kit):
    told = [fault for fault, code in kit.faults.values() if code in ("bad_answer", *REFUSALS)]
    for fault in told:
        async with kit.serving(fault, fault, fault) as server, opened(kit, server.settings) as engine:
            failure = await failure_of(kit.ask(engine))
        assert "라떼" not in f"{failure}{failure.details}"
