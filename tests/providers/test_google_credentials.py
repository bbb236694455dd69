"""Whose bill it is: what an operator may set, and the one sentence when it does not work."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from kotoserver.domain.errors import BadSettings, ProviderFailed
from kotoserver.providers.google_calls import in_our_words, load_credentials, open_channel
from kotoserver.providers.google_stt import GoogleRecognizer
from kotoserver.providers.google_tts import GoogleSynthesizer
from kotoserver.settings import GoogleSettings
from tests.providers.google_speech_server import settings_of


def settings(credentials: Path) -> GoogleSettings:
    return replace(settings_of("127.0.0.1:1"), endpoint=None, credentials=credentials)


@pytest.fixture
def service_account(tmp_path: Path) -> Path:
    """A file as the console hands it out, of a key that opens nothing."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    written = {
        "type": "service_account",
        "project_id": "koto-tests",
        "private_key_id": "1",
        "private_key": pem.decode(),
        "client_email": "ears@koto-tests.iam.gserviceaccount.com",
        "client_id": "1",
        "token_uri": "http://127.0.0.1:1/token",
    }
    path = tmp_path / "account.json"
    path.write_text(json.dumps(written))
    return path


@pytest.mark.parametrize("engine", [GoogleRecognizer, GoogleSynthesizer])
async def test_the_file_of_a_service_account_opens_both_engines(engine: type, service_account: Path):
    await engine(settings(service_account)).close()


async def test_credentials_go_over_an_encrypted_channel_that_stands_nowhere_yet(service_account: Path):
    told = settings(service_account)
    channel = open_channel(told, "127.0.0.1", load_credentials(told), 30.0)
    with pytest.raises(ProviderFailed) as failed, in_our_words("google"):
        await channel.unary_unary("/google.cloud.speech.v2.Speech/Recognize")(b"", timeout=5.0)
    await channel.close()
    assert failed.value.code == "unavailable"


@pytest.mark.parametrize("content", [None, "", "{", "[]", "{}", '{"type": "service_account"}', '{"type": "x"}'])
@pytest.mark.parametrize("engine", [GoogleRecognizer, GoogleSynthesizer])
def test_a_file_that_is_no_credentials_is_refused_with_what_to_set(
    engine: type, content: str | None, tmp_path: Path
):
    path = tmp_path / "account.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(BadSettings, match="GOOGLE_APPLICATION_CREDENTIALS"):
        engine(settings(path))


def test_a_folder_is_no_credentials(tmp_path: Path):
    with pytest.raises(BadSettings, match="GOOGLE_APPLICATION_CREDENTIALS"):
        GoogleRecognizer(settings(tmp_path))
