import os
import subprocess
import sys

import pytest

from kotoserver.settings import ROOT

TALK = """
import asyncio, logging
logging.basicConfig(level=logging.DEBUG)
from kotoserver.domain.speech import SpeechRequest
from kotoserver.providers.google_stt import GoogleRecognizer
from kotoserver.providers.google_tts import GoogleSynthesizer
from tests.providers.google_speech_server import serving_google_speech
from tests.providers.google_tts_server import serving_google_tts
from tests.providers.timed_engines import clip
from dataclasses import replace

async def talk():
    async with serving_google_speech() as server:
        ears = GoogleRecognizer(server.settings)
        await ears.recognize(replace(clip(), phrases=("latte please",)))
        await ears.close()
    async with serving_google_tts() as server:
        voice = GoogleSynthesizer(server.settings, {"ko-f-01": "ko-KR-Chirp3-HD-Kore"})
        for voice_id in ("ko-f-01", "ko-f-02"):
            parts = [part async for part in voice.stream(SpeechRequest(text="latte please", voice=voice_id))]
        await voice.close()
    print("talked")

asyncio.run(talk())
"""


@pytest.mark.parametrize("scope", ["google", "google.cloud.speech_v2", "google.cloud.texttospeech_v1"])
def test_what_is_said_stands_in_no_log_even_where_an_operator_turns_the_clients_logs_on(scope: str):
    environ = {**os.environ, "GOOGLE_SDK_PYTHON_LOGGING_SCOPE": scope, "PYTHONPATH": str(ROOT)}
    told = subprocess.run([sys.executable, "-c", TALK], capture_output=True, text=True, env=environ, check=True)
    assert told.stdout == "talked\n"
    assert "latte" not in told.stderr
