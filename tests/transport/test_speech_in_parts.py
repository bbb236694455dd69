"""Speech over HTTP while it is still being made."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest
from aiohttp.test_utils import TestClient, TestServer

from kotoserver.audio.encode import AudioEncoder
from kotoserver.blobs import open_blobs
from kotoserver.bootstrap.server import open_services
from kotoserver.domain.errors import ProviderFailed
from kotoserver.ports.clock import SystemClock
from kotoserver.services.speech import SpeechService
from kotoserver.settings import Settings
from kotoserver.storage import open_storage
from kotoserver.transport.app import make_app
from tests.apps import Guest, Koto, serving
from tests.services.test_streamed_speech import TEXT, InParts


@asynccontextmanager
async def speaking(data_dir: Path, voice: InParts) -> AsyncIterator[Koto]:
    """The server with a voice of the test's own at its speech addresses."""
    settings = Settings.from_environ(
        {"KOTO_DATA_DIR": str(data_dir), "TTS_PROVIDER": "scripted", "EVAL_PROVIDER": "scripted"}
    )
    storage, blobs, encoder = open_storage("", data_dir=data_dir), open_blobs(data_dir / "own"), AudioEncoder()
    async with open_services(settings) as opened:
        speech = SpeechService(
            storage=storage,
            bus=opened.bus,
            blobs=blobs,
            synthesizer=voice,
            encoder=encoder,
            clock=SystemClock(),
            cache_bytes=1_000_000,
        )
        services = replace(opened, speech=speech)
        async with TestClient(TestServer(make_app(services, settings))) as client:
            yield Koto(client, services)
        await speech.close()
    await encoder.close()
    await blobs.close()
    await storage.close()


async def test_sound_arrives_in_chunks_before_it_is_whole(tmp_path: Path):
    voice = InParts()
    async with speaking(tmp_path, voice) as koto:
        url = koto.services.speech.url(koto.services.speech.line(TEXT, "ko-f-02").key)
        answer = await koto.http.get(url)
        first = await answer.content.readany()
        assert (answer.status, answer.content_type) == (200, "audio/mpeg")
        assert (answer.headers["Cache-Control"], answer.content_length) == ("no-store", None)
        assert first
        voice.go_on.set()
        content = first + await answer.read()
        again = await koto.http.get(url)
        assert await again.read() == content
        assert "immutable" in again.headers["Cache-Control"]


async def test_a_voice_that_breaks_off_breaks_the_connection_off(tmp_path: Path):
    voice = InParts(ProviderFailed("the line went dead"))
    async with speaking(tmp_path, voice) as koto:
        answer = await koto.http.get(koto.services.speech.url(koto.services.speech.line(TEXT, "ko-f-02").key))
        assert await answer.content.readany()
        voice.go_on.set()
        with pytest.raises(aiohttp.ClientError):
            await answer.read()


async def test_who_asks_for_a_range_waits_for_the_whole(tmp_path: Path):
    voice = InParts()
    voice.go_on.set()
    async with speaking(tmp_path, voice) as koto:
        url = koto.services.speech.url(koto.services.speech.line(TEXT, "ko-f-02").key)
        part = await koto.http.get(url, headers={"Range": "bytes=0-9"})
        assert (part.status, len(await part.read())) == (206, 10)


async def test_a_line_names_its_mouth_and_the_mouth_moves_for_as_long_as_the_sound(tmp_path: Path):
    async with serving(tmp_path) as koto:
        guest: Guest = await koto.guest()
        line = (await guest.get(f"/sessions/{await guest.open()}/events"))["events"][-1]
        answer = await koto.http.get(line["visemes_url"])
        track = await answer.json()
        assert "immutable" in answer.headers["Cache-Control"]
        wave = await (await koto.http.get(line["tts_url"].replace(".mp3", ".wav"))).read()
        rate = int.from_bytes(wave[24:28], "little")
        assert track["seconds"] == pytest.approx((len(wave) - 44) / 2 / rate, abs=0.05)
        assert len(track["track"]) > 5
        unknown = await koto.http.get("/koto-api/speech/" + "0" * 32 + ".json")
        assert unknown.status == 404
