"""The speech role over plain HTTP, with real engines where nothing has to be fetched for them."""

import asyncio
import io
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import numpy as np
import pytest
import soundfile
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from openai import AsyncOpenAI, AuthenticationError, BadRequestError

from kotoserver.audio.decode import PyAvDecoder
from kotoserver.audio.encode import AudioEncoder, resample
from kotoserver.bootstrap.speaking import open_speech_engines
from kotoserver.domain.errors import ProviderFailed
from kotoserver.domain.hearing import AudioClip, RecognitionRequest
from kotoserver.domain.speech import Speech, SpeechRequest
from kotoserver.ports.clock import SystemClock
from kotoserver.ports.providers import Synthesizer
from kotoserver.providers.openai_stt import OpenAiRecognizer
from kotoserver.providers.openai_tts import OpenAiSynthesizer
from kotoserver.providers.scripted import ScriptedSynthesizer
from kotoserver.services.health import HealthService
from kotoserver.services.speech_engines import SpeechEngines
from kotoserver.settings import ROOT, Secret, Settings, SpeechServerSettings
from kotoserver.transport.speech_role import make_speech_app, make_speech_runner
from tests import sounds
from tests.processes import environment, run
from tests.providers.tiny_piper import build as build_piper_voice
from tests.providers.tiny_whisper import Script
from tests.providers.tiny_whisper import build as build_whisper_model

Client = TestClient[Any, Any]


@asynccontextmanager
async def serving(folder: Path, **environ: str) -> AsyncIterator[Client]:
    settings = Settings.from_environ({"KOTO_DATA_DIR": str(folder), **environ})
    async with open_speech_engines(settings) as engines:
        app = make_speech_app(engines, settings.uploads, settings.speech.key)
        async with TestClient(TestServer(app)) as client:
            yield client


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[Client]:
    """Piper's voice and Whisper's ears, both of a few megabytes."""
    model = build_whisper_model(tmp_path / "whisper", Script(or_else={"한": "두"}))
    voice = build_piper_voice(tmp_path / "voice.onnx")
    async with serving(
        tmp_path, STT_PROVIDER="whisper", WHISPER_MODEL=str(model), TTS_PROVIDER="piper", PIPER_VOICE=str(voice)
    ) as client:
        yield client


@pytest.fixture
async def quick(tmp_path: Path) -> AsyncIterator[Client]:
    """Engines that follow a script, and a key."""
    async with serving(
        tmp_path, STT_PROVIDER="scripted", TTS_PROVIDER="scripted", KOTO_SPEECH_KEY="open-sesame"
    ) as client:
        yield client


KEY = {"Authorization": "Bearer open-sesame"}


async def recording(folder: Path, text: str = "라떼 한 잔 주세요.") -> bytes:
    """A WAV of the built-in voice, which Whisper's voice filter takes for one."""
    async with serving(folder, TTS_PROVIDER="espeak") as client:
        answer = await client.post("/v1/audio/speech", json={"input": text, "response_format": "wav"})
        return await answer.read()


def form(content: bytes | io.BytesIO, **fields: str | list[str]) -> aiohttp.FormData:
    data = aiohttp.FormData()
    for name, value in fields.items():
        for each in [value] if isinstance(value, str) else value:
            data.add_field(name.replace("granularities", "granularities[]"), each)
    data.add_field("file", content, filename="clip.wav", content_type="audio/wav")
    return data


async def hear(client: Client, content: bytes, **fields: str | list[str]) -> dict[str, Any]:
    answer = await client.post("/v1/audio/transcriptions", data=form(content, model="whisper-1", **fields))
    assert answer.status == 200, await answer.text()
    return dict(await answer.json())


async def refusal(answer: aiohttp.ClientResponse, status: int) -> str:
    """The code of an error body."""
    assert answer.status == status, await answer.text()
    error = (await answer.json())["error"]
    assert error["message"].endswith(".")
    assert set(error) == {"message", "type", "param", "code"}
    return str(error["code"])


async def test_a_recording_is_heard(client: Client, tmp_path: Path):
    assert await hear(client, await recording(tmp_path), language="ko") == {"text": "라떼 한 잔 주세요"}


async def test_words_with_times_and_other_readings_come_when_they_are_asked_for(client: Client, tmp_path: Path):
    heard = await hear(
        client,
        await recording(tmp_path),
        response_format="verbose_json",
        timestamp_granularities=["word", "segment"],
        prompt="라떼 한 잔 주세요. 얼마예요?",
    )
    assert [word["word"] for word in heard["words"]] == ["라떼", "한", "잔", "주세요"]
    assert [each["text"] for each in heard["alternatives"]] == ["라떼 한 잔 주세요", "라떼 두 잔 주세요"]
    assert heard["language"] == "korean"
    assert 1 < heard["duration"] < 5
    (segment,) = heard["segments"]
    assert segment["text"] == heard["text"]
    assert -1 < segment["avg_logprob"] < 0


async def test_silence_is_heard_as_nothing_and_not_as_a_failure(client: Client):
    file = io.BytesIO()
    soundfile.write(file, np.zeros(32_000), 16_000, format="WAV")
    heard = await hear(client, file.getvalue(), response_format="verbose_json")
    assert (heard["text"], heard["segments"], heard["alternatives"]) == ("", [], [])


async def test_plain_text_is_offered_too(client: Client, tmp_path: Path):
    data = form(await recording(tmp_path), response_format="text")
    answer = await client.post("/v1/audio/transcriptions", data=data)
    assert await answer.text() == "라떼 한 잔 주세요\n"


async def test_the_sentences_of_a_prompt_are_what_the_engine_expects(quick: Client, tmp_path: Path):
    content = await recording(tmp_path)
    data = form(content, prompt="얼마예요? 카드로 할게요.")
    answer = await quick.post("/v1/audio/transcriptions", data=data, headers=KEY)
    assert await answer.json() == {"text": "얼마예요?"}


@pytest.mark.parametrize(
    ("wanted", "media_type", "kind"),
    [
        ("mp3", "audio/mpeg", "MP3"),
        ("wav", "audio/wav", "WAV"),
        ("opus", "audio/ogg", "OGG"),
        ("ogg", "audio/ogg", "OGG"),
    ],
)
async def test_a_text_is_spoken_in_the_form_that_is_asked_for(
    client: Client, wanted: str, media_type: str, kind: str
):
    body = {"model": "tts-1", "input": "안녕하세요.", "voice": "alloy", "response_format": wanted}
    answer = await client.post("/v1/audio/speech", json=body)
    assert answer.status == 200
    assert answer.content_type == media_type
    sound = soundfile.SoundFile(io.BytesIO(await answer.read()))
    assert sound.format == kind
    assert len(sound.read()) / sound.samplerate > 0.5


async def test_our_own_client_hears_and_speaks_through_it(tmp_path: Path):
    model = build_whisper_model(tmp_path / "whisper", Script(or_else={"한": "두"}))
    voice = build_piper_voice(tmp_path / "voice.onnx")
    engines = {"WHISPER_MODEL": str(model), "PIPER_VOICE": str(voice), "KOTO_SPEECH_KEY": "open-sesame"}
    async with serving(tmp_path, STT_PROVIDER="whisper", TTS_PROVIDER="piper", **engines) as client:
        there = SpeechServerSettings(url=str(client.make_url("/v1")), model="any", key=Secret("open-sesame"))
        ears, mouth = OpenAiRecognizer(there), OpenAiSynthesizer(there)
        file = soundfile.SoundFile(io.BytesIO(await recording(tmp_path)))
        spoken = resample(file.read(dtype="float32"), file.samplerate, 16_000)
        clip = AudioClip(samples=spoken, voiced_seconds=1.0, loudness=0.1, media_type="audio/wav")
        heard = await ears.recognize(RecognitionRequest(clip=clip, phrases=("라떼 한 잔 주세요.",)))
        parts = [
            part async for part in mouth.stream(SpeechRequest(text="안녕하세요. 반갑습니다!", voice="ko-f-02"))
        ]
        await ears.check()
        await mouth.check()
        await ears.close()
        await mouth.close()
    assert [each.text for each in heard.hypotheses] == ["라떼 한 잔 주세요", "라떼 두 잔 주세요"]
    assert heard.confidence > 0.9
    assert [word.text for word in heard.words] == ["라떼", "한", "잔", "주세요"]
    assert {part.sample_rate for part in parts} == {16_000}
    assert sum(part.seconds for part in parts) > 2


async def test_openais_own_client_hears_and_speaks_through_it(tmp_path: Path):
    model = build_whisper_model(tmp_path / "whisper", Script())
    voice = build_piper_voice(tmp_path / "voice.onnx")
    engines = {"WHISPER_MODEL": str(model), "PIPER_VOICE": str(voice), "KOTO_SPEECH_KEY": "open-sesame"}
    clip = ("answer.webm", await sounds.webm("라떼 한 잔 주세요"))
    async with (
        serving(tmp_path, STT_PROVIDER="whisper", TTS_PROVIDER="piper", **engines) as client,
        AsyncOpenAI(base_url=str(client.make_url("/v1")), api_key="open-sesame", max_retries=0) as openai,
    ):
        heard = await openai.audio.transcriptions.create(
            model="any", file=clip, language="ko", response_format="verbose_json", timestamp_granularities=["word"]
        )
        assert heard.text == "라떼 한 잔 주세요"
        assert [word.word for word in heard.words or ()] == ["라떼", "한", "잔", "주세요"]
        async with openai.audio.speech.with_streaming_response.create(
            model="any", voice="ko-f-02", input="안녕하세요. 반갑습니다!", response_format="pcm"
        ) as answer:
            parts = [part async for part in answer.iter_bytes()]
        assert sum(map(len, parts)) / 2 / 24_000 > 2
        spoken = await openai.audio.speech.create(model="any", voice="alloy", input="네.")
        assert soundfile.SoundFile(io.BytesIO(spoken.content)).format == "MP3"
        assert [each.id async for each in openai.models.list()] == ["whisper", "piper"]
        with pytest.raises(BadRequestError) as refused:
            await openai.audio.transcriptions.create(model="any", file=("a.wav", b"no sound"))
        assert refused.value.code == "unknown_audio"
        with pytest.raises(AuthenticationError):
            await openai.with_options(api_key="guessed").models.list()


async def test_without_a_form_named_it_is_mp3(client: Client):
    answer = await client.post("/v1/audio/speech", json={"input": "네."})
    assert answer.content_type == "audio/mpeg"


async def test_bare_samples_have_the_rate_that_clients_take_them_to_have(client: Client):
    body = {"input": "안녕하세요. 반갑습니다!", "response_format": "pcm"}
    streamed = await (await client.post("/v1/audio/speech", json=body)).read()
    whole = await (await client.post("/v1/audio/speech", json=body | {"response_format": "wav"})).read()
    sound = soundfile.SoundFile(io.BytesIO(whole))
    assert len(streamed) / 2 / 24_000 == pytest.approx(len(sound.read()) / sound.samplerate, abs=0.01)


async def test_slow_speech_lasts_longer(client: Client):
    lengths = []
    for speed in (1.0, 0.7):
        body = {"input": "안녕하세요.", "response_format": "pcm", "speed": speed}
        lengths.append(len(await (await client.post("/v1/audio/speech", json=body)).read()))
    assert lengths[1] > lengths[0] * 1.3


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("{", "bad_request"),
        ('{"input": "네", "speed": 9}', "bad_request"),
        ('{"input": "네", "response_format": "aac"}', "bad_request"),
        ('{"input": "네", "stream_format": "sse"}', "bad_request"),
        ('{"model": "tts-1"}', "bad_request"),
        (json.dumps({"input": "가" * 4097}), "bad_request"),
        ('{"input": "…"}', "nothing_to_say"),
        ('{"input": "…", "response_format": "pcm"}', "nothing_to_say"),
    ],
)
async def test_a_speech_that_cannot_be_made_is_refused_with_a_code(quick: Client, body: str, code: str):
    answer = await quick.post("/v1/audio/speech", data=body, headers=KEY)
    assert await refusal(answer, 400) == code


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"language": "de"}, "bad_request"),
        ({"response_format": "srt"}, "bad_request"),
        ({"stream": "true"}, "bad_request"),
        ({"prompt": "가" * 9000}, "bad_form"),
        ({"junk": [str(number) for number in range(40)]}, "bad_form"),
        ({}, "unknown_audio"),
    ],
)
async def test_a_form_that_cannot_be_answered_is_refused_with_a_code(
    quick: Client, fields: dict[str, str | list[str]], code: str
):
    data = form(b"no sound at all, but a text of some length", **fields)
    answer = await quick.post("/v1/audio/transcriptions", data=data, headers=KEY)
    assert await refusal(answer, 400) == code


async def test_a_form_without_a_recording_and_a_body_that_is_none_are_refused(quick: Client):
    for data in (aiohttp.FormData({"model": "whisper-1", "x": "y"}), b"{}"):
        answer = await quick.post("/v1/audio/transcriptions", data=data, headers=KEY)
        assert await refusal(answer, 400) == "bad_form"


async def test_a_packed_body_is_refused(quick: Client):
    answer = await quick.post("/v1/audio/speech", data=b"{}", headers={**KEY, "Content-Encoding": "gzip"})
    assert await refusal(answer, 415) == "packed_body"


async def test_a_recording_that_is_too_large_is_refused_while_it_comes(tmp_path: Path):
    async with serving(tmp_path, STT_PROVIDER="scripted", TTS_PROVIDER="scripted", KOTO_UPLOAD_MB="1") as client:
        answer = await client.post("/v1/audio/transcriptions", data=form(io.BytesIO(b"\0" * 1_000_001)))
        assert await refusal(answer, 413) == "audio_too_large"
        answer = await client.post("/v1/audio/speech", data=io.BytesIO(b" " * 1_100_000))
        assert await refusal(answer, 413) == "body_too_large"


@pytest.mark.parametrize("path", ["/v1/audio/transcriptions", "/v1/audio/speech"])
async def test_a_body_that_comes_in_drops_is_not_waited_for(tmp_path: Path, path: str):
    answered = asyncio.Event()

    async def drops() -> AsyncIterator[bytes]:
        yield b"--b"
        await answered.wait()

    settings = Settings.from_environ(
        {"KOTO_DATA_DIR": str(tmp_path), "STT_PROVIDER": "scripted", "TTS_PROVIDER": "scripted"}
    )
    async with open_speech_engines(settings) as engines:
        app = make_speech_app(engines, settings.uploads, None, body_seconds=0.2)
        async with TestClient(TestServer(app)) as client:
            headers = {"Content-Type": "multipart/form-data; boundary=b"}
            answer = await client.post(path, data=drops(), headers=headers)
            assert await refusal(answer, 408) == "upload_too_slow"
            answered.set()


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Basic open-sesame"},
        {"Authorization": "Bearer \udcff"},
    ],
)
async def test_without_the_key_nothing_is_heard_or_said(quick: Client, headers: dict[str, str]):
    for method, path in (
        ("POST", "/v1/audio/transcriptions"),
        ("POST", "/v1/audio/speech"),
        ("GET", "/v1/models"),
    ):
        answer = await quick.request(method, path, headers=headers)
        assert await refusal(answer, 401) == "not_signed_in"
    assert (await quick.get("/health")).status == 200


async def test_models_health_and_metrics_are_told(client: Client):
    models = await (await client.get("/v1/models")).json()
    assert [each["id"] for each in models["data"]] == ["whisper", "piper"]
    ready = await (await client.get("/health/ready")).json()
    assert [(each["kind"], each["state"]) for each in ready["checks"]] == [("voice", "ok"), ("ears", "ok")]
    assert "koto_http_requests_total" in await (await client.get("/metrics")).text()


async def test_what_is_nowhere_is_an_error_body_too(quick: Client):
    assert await refusal(await quick.get("/v1/nothing", headers=KEY), 404) == "not_found"
    assert await refusal(await quick.get("/v1/audio/speech", headers=KEY), 405) == "http_error"


async def test_a_server_without_ears_says_so(tmp_path: Path):
    async with serving(tmp_path, TTS_PROVIDER="scripted") as client:
        answer = await client.post("/v1/audio/transcriptions", data=form(b"x"))
        assert await refusal(answer, 404) == "no_speech_recognition"


class HalfVoice(ScriptedSynthesizer):
    """Breaks down after the first half of a text."""

    async def stream(self, request: SpeechRequest) -> AsyncIterator[Speech]:
        yield await self.synthesize(request)
        raise ProviderFailed("the voice broke down")


@asynccontextmanager
async def speaking(folder: Path, voice: Synthesizer) -> AsyncIterator[str]:
    """The address of the call that speaks, with a voice of the test's own."""
    engines = SpeechEngines(
        recognizer=None,
        synthesizer=voice,
        decoder=PyAvDecoder(most_seconds=30),
        encoder=AudioEncoder(),
        health=HealthService((), SystemClock()),
    )
    settings = Settings.from_environ({"KOTO_DATA_DIR": str(folder)})
    runner = make_speech_runner(make_speech_app(engines, settings.uploads, None), shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/v1/audio/speech"
    await runner.cleanup()
    await engines.decoder.close()
    await engines.encoder.close()


@pytest.mark.parametrize("form", ["wav", "pcm"])
async def test_half_a_speech_never_looks_whole(tmp_path: Path, form: str):
    async with speaking(tmp_path, HalfVoice()) as url, aiohttp.ClientSession() as http, asyncio.timeout(10):
        with pytest.raises(aiohttp.ClientError):
            async with http.post(url, json={"input": "안녕하세요.", "response_format": form}) as answer:
                await answer.read()


class EndlessVoice(ScriptedSynthesizer):
    """Never comes to an end of a text."""

    def __init__(self) -> None:
        super().__init__()
        self.began, self.let_go = asyncio.Event(), asyncio.Event()

    async def synthesize(self, request: SpeechRequest) -> Speech:
        self.began.set()
        try:
            return await asyncio.get_running_loop().create_future()
        finally:
            self.let_go.set()


async def test_a_client_who_hangs_up_frees_what_they_waited_for(tmp_path: Path):
    voice = EndlessVoice()
    async with speaking(tmp_path, voice) as url, aiohttp.ClientSession() as http, asyncio.timeout(10):
        impatient = asyncio.create_task(http.post(url, json={"input": "안녕하세요."}))
        await voice.began.wait()
        impatient.cancel()
        await voice.let_go.wait()


def test_the_role_is_refused_with_the_same_sentence_as_the_game_when_a_model_is_missing(tmp_path: Path):
    refused = run(tmp_path, "serve", "--role", "speech", "--port", "0", STT_PROVIDER="whisper")
    assert refused.returncode == 1
    assert "get it with `kotoserver models pull base`" in refused.stderr
    assert not (tmp_path / "koto.sqlite3").exists()


def test_the_role_is_refused_where_others_could_use_it_without_a_key(tmp_path: Path):
    refused = run(tmp_path, "serve", "--role", "speech", "--port", "0", KOTO_HOST="0.0.0.0")
    assert refused.returncode == 1
    assert "set KOTO_SPEECH_KEY" in refused.stderr
    assert refused.stderr.count("\n") == 1


async def test_the_role_starts_without_a_database_and_ends_when_it_is_told_to(tmp_path: Path):
    server = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "kotoserver", "serve", "--role", "speech", "--port", "0"),
        env=environment(tmp_path, STT_PROVIDER="scripted"),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    async with asyncio.timeout(60):
        said = (await server.stdout.readline()).decode()
        assert said.startswith("Speech is at http://127.0.0.1:")
        async with aiohttp.ClientSession() as http, http.get(f"{said.split()[-1]}/models") as answer:
            models = await answer.json()
        server.terminate()
        assert await server.wait() == 0
    assert [each["id"] for each in models["data"]] == ["scripted", "scripted"]
    assert not (tmp_path / "koto.sqlite3").exists()
