from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kotoserver.domain.errors import BadSettings
from kotoserver.settings import LIMITS, VARIABLES, Secret, Settings


def test_with_nothing_set_everything_stays_on_this_machine():
    settings = Settings.from_environ({})
    assert (settings.host, settings.port) == ("127.0.0.1", 5000)
    assert (settings.database_url, settings.redis_url, settings.s3) == (None, None, None)
    assert (settings.speech.stt, settings.speech.tts, settings.evaluator) == ((), ("espeak",), ("local",))


@pytest.mark.parametrize("bucket", ["-", "../speech", "Koto Audio", "x" * 64])
def test_a_bucket_has_a_name_that_every_server_takes(bucket: str):
    keys = {"MINIO_ENDPOINT": "localhost:9002", "MINIO_ACCESS_KEY": "koto", "MINIO_SECRET_KEY": "secret"}
    with pytest.raises(BadSettings, match="MINIO_BUCKET must be 3 to 63"):
        Settings.from_environ({**keys, "MINIO_BUCKET": bucket})
    assert Settings.from_environ({**keys, "MINIO_BUCKET": "koto-audio-private"}).s3


def test_an_empty_variable_is_as_good_as_none():
    assert Settings.from_environ({"KOTO_PORT": " ", "DATABASE_URL": ""}) == Settings.from_environ({})


def test_a_typing_mistake_is_named_with_what_was_meant():
    with pytest.raises(BadSettings, match=r"KOTO_PROT is not a setting.*KOTO_PORT"):
        Settings.from_environ({"KOTO_PROT": "80"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KOTO_PORT", "http"),
        ("KOTO_PORT", "70000"),
        ("KOTO_PORT", "-1"),
        ("KOTO_PORT", "٣"),
        ("KOTO_SECRET", "short"),
        ("KOTO_SECRET_PREVIOUS", "short"),
        ("KOTO_DEVELOPMENT", "yes"),
        ("KOTO_ACCESS_MINUTES", "0"),
        ("KOTO_SIGN_IN_DAYS", "0"),
        ("KOTO_RETENTION_DAYS", "-1"),
        ("KOTO_AUDIT_DAYS", "0"),
        ("KOTO_LIMITS", "turns"),
        ("KOTO_LIMITS", "turns=1.5"),
        ("KOTO_LIMITS", "wishes=3"),
        ("KOTO_MOST_LIVE", "0"),
        ("KOTO_BODY_SECONDS", "0"),
        ("KOTO_BACKUP_KEYS", "ssh-ed25519 AAAA"),
        ("KOTO_PUBLIC_URL", "koto.example"),
        ("KOTO_PUBLIC_URL", "ftp://koto.example"),
        ("KOTO_PUBLIC_URL", "http://["),
        ("KOTO_PUBLIC_URL", "https://koto.example:many"),
        ("KOTO_MEDIA_URL", "media.koto.example"),
        ("KOTO_MEDIA_URL", "https://media.koto.example/speech"),
        ("KOTO_MEDIA_URL", "https://media.koto.example; script-src *"),
        ("KOTO_MEDIA_URL", f"https://{'m' * 200}.example"),
        ("KOTO_REGION", "Jakarta, Indonesia"),
        ("KOTO_DATA_DIR", "~nobody-of-this-name/data"),
        ("KOTO_SCENES_DIR", "~nobody-of-this-name/scenes"),
        ("KOTO_SCENES_DIR", "far" * 2000),
        ("KOTO_LOG", "xml"),
        ("KOTO_LOG_LEVEL", "loud"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317"),
        ("KOTO_TRUSTED_PROXIES", "the proxy"),
        ("KOTO_TRUSTED_PROXIES", "10.0.0.1/8"),
        ("KOTO_DRAIN_SECONDS", "a while"),
        ("KOTO_SPEECH_CACHE_MB", "0"),
        ("KOTO_SCENES_DIR", "/no/such/folder"),
        ("KOTO_LANGPACKS_DIR", "/no/such/folder"),
        ("TTS_PROVIDER", "espeak,,google"),
        ("STT_PROVIDER", "none,whisper"),
        ("STT_URL", "127.0.0.1:8000"),
        ("STT_URL", "http://127.0.0.1:8000/v1"),
        ("WHISPER_DEVICE", "gpu"),
        ("WHISPER_BEAM_SIZE", "0"),
        ("PIPER_DEVICE", "tpu"),
        ("PROVIDER_POLICY", "stt.google=6"),
        ("PROVIDER_POLICY", "stt.google.total=long"),
        ("PROVIDER_PRICES", "google=1"),
        ("SPEECH_DAILY_BUDGET_USD", "much"),
        ("KOTO_UPLOAD_MB", "0"),
        ("KOTO_UPLOAD_SECONDS", "900"),
        ("KOTO_RECORDING_DAYS", "0"),
        ("GOOGLE_APPLICATION_CREDENTIALS", "/no/such/file"),
        ("EVAL_MODEL_URL", "127.0.0.1:11434"),
        ("EVAL_MODEL_SECONDS", "0"),
        ("EVAL_MODEL_PRICE", "0.30"),
        ("EVAL_MODEL_PRICE", "cheap/dear"),
        ("EVAL_DAILY_BUDGET_USD", "-1"),
        ("EVAL_DAILY_BUDGET_USD", "nan"),
        ("EVAL_DAILY_BUDGET_USD", "1e9"),
    ],
)
def test_a_bad_value_stops_the_start_with_a_sentence_that_names_it(name: str, value: str):
    with pytest.raises(BadSettings) as refused:
        Settings.from_environ({name: value})
    assert refused.value.message.startswith(name)
    assert refused.value.message.endswith(".")


def test_an_s3_server_needs_its_keys():
    with pytest.raises(BadSettings, match="MINIO_ACCESS_KEY and MINIO_SECRET_KEY"):
        Settings.from_environ({"MINIO_ENDPOINT": "127.0.0.1:9000"})


def test_a_list_of_providers_keeps_its_order():
    assert Settings.from_environ({"TTS_PROVIDER": "Google, espeak"}).speech.tts == ("google", "espeak")


@pytest.mark.parametrize("open_to", [{"KOTO_HOST": "0.0.0.0"}, {"KOTO_PUBLIC_URL": "https://koto.example"}])
def test_development_stays_on_this_machine(open_to: dict[str, str]):
    with pytest.raises(BadSettings, match="KOTO_DEVELOPMENT makes every visitor an admin"):
        Settings.from_environ({"KOTO_DEVELOPMENT": "1", **open_to})
    assert not Settings.from_environ(open_to).development
    assert Settings.from_environ({"KOTO_DEVELOPMENT": "1"}).development


def test_a_limit_that_is_not_named_stays_as_it_is():
    limits = Settings.from_environ({"KOTO_LIMITS": "turns=7, uploads=0"}).limits.a_minute
    assert (limits["turns"], limits["uploads"], limits["joins"]) == (7, 0, LIMITS["joins"])


def test_secrets_do_not_print_themselves(tmp_path: Path):
    given_secrets = {
        "KOTO_SECRET": "correct-horse-battery-staple-correct",
        "KOTO_SECRET_PREVIOUS": "incorrect-horse-battery-staple-incorrect",
        "DATABASE_URL": "postgresql://koto:swordfish@db/koto",
        "REDIS_URL": "redis://:swordfish@cache/0",
        "MINIO_ENDPOINT": "s3:9000",
        "MINIO_ACCESS_KEY": "swordfish",
        "MINIO_SECRET_KEY": "swordfish",
        "GEMINI_API_KEY": "swordfish",
        "EVAL_MODEL_KEY": "swordfish",
    }
    settings = Settings.from_environ(given_secrets)
    accounts = settings.accounts
    printed = f"{settings} {settings!r} {accounts.secret} {accounts.previous_secret} {settings.database_url}"
    assert "swordfish" not in printed
    assert "horse" not in printed


def test_a_secret_may_stand_in_a_file(tmp_path: Path):
    file = tmp_path / "koto_secret"
    file.write_text("correct-horse-battery-staple-correct\n")
    secret = Settings.from_environ({"KOTO_SECRET_FILE": str(file)}).accounts.secret
    assert secret == "correct-horse-battery-staple-correct"


@pytest.mark.parametrize("name", [variable.name for variable in VARIABLES if variable.secret])
def test_an_empty_file_of_a_secret_is_as_good_as_none(tmp_path: Path, name: str):
    (tmp_path / "empty").touch()
    assert Settings.from_environ({f"{name}_FILE": str(tmp_path / "empty")}) == Settings.from_environ({})


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "cannot be read"),
        (b"two\nlines", "must hold one line"),
        (b"x" * 5000, "must hold one line"),
        (b"\xff\xfe", "no file of text"),
    ],
)
def test_a_file_that_holds_no_secret_stops_the_start(tmp_path: Path, content: bytes | None, sentence: str):
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(BadSettings, match=sentence) as refused:
        Settings.from_environ({"KOTO_SECRET_FILE": str(file)})
    assert refused.value.message.startswith("KOTO_SECRET_FILE names ")


def test_a_secret_and_its_file_do_not_stand_together(tmp_path: Path):
    (tmp_path / "key").write_text("swordfish")
    with pytest.raises(BadSettings, match="STT_KEY and STT_KEY_FILE are both set"):
        Settings.from_environ({"STT_KEY": "swordfish", "STT_KEY_FILE": str(tmp_path / "key")})


def test_only_a_secret_may_stand_in_a_file():
    with pytest.raises(BadSettings, match="KOTO_PORT_FILE is not a setting"):
        Settings.from_environ({"KOTO_PORT_FILE": "/run/port"})


@pytest.mark.parametrize(
    ("url", "whole"),
    [
        ("postgresql://koto@db:5432/koto", "postgresql://koto:a%40b%2Fc@db:5432/koto"),
        ("postgresql://koto:own@db/koto", "postgresql://koto:own@db/koto"),
        ("redis://cache:6379/0", "redis://:a%40b%2Fc@cache:6379/0"),
        ("sqlite:///koto.sqlite3", "sqlite:///koto.sqlite3"),
    ],
)
def test_a_password_of_its_own_becomes_part_of_an_address_that_has_none(url: str, whole: str):
    settings = Settings.from_environ(
        {"DATABASE_URL": url, "DATABASE_PASSWORD": "a@b/c", "REDIS_URL": url, "REDIS_PASSWORD": "a@b/c"}
    )
    assert settings.database_url is not None
    assert settings.database_url.reveal() == whole
    assert settings.redis_url == settings.database_url


@given(st.text())
def test_a_secret_is_revealed_whole_and_only_on_request(text: str):
    assert Secret(text).reveal() == text
    assert str(Secret(text)) == repr(Secret(text)) == f"{Secret(text)}" == "***"


@given(
    st.dictionaries(
        st.sampled_from([name for variable in VARIABLES for name in (variable.name, f"{variable.name}_FILE")]),
        st.text(max_size=20),
        max_size=4,
    )
)
def test_any_environment_gives_settings_or_one_plain_sentence(environ: dict[str, str]):
    try:
        Settings.from_environ(environ)
    except BadSettings as refused:
        assert refused.message.endswith((".", "?"))
