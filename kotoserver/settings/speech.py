"""Ears and voices, and what learners may send."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kotoserver.domain.errors import BadSettings
from kotoserver.settings.values import (
    Secret,
    dollars,
    existing_file,
    name_list,
    numbers_by_key,
    one_of,
    user_path,
    web_address,
    whole_number,
)

_DEVICES = ("cpu", "cuda")


_POLICY_KEY = re.compile(r"(stt|tts)\.[a-z_]+\.(total|first|at_once|failures|rest)|stt\.[a-z_]+\.hedge")


_PRICE_KEY = re.compile(r"(stt|tts)\.[a-z_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class WhisperSettings:
    model: str
    """A name that `kotoserver models` knows, or a folder."""
    device: str
    compute_type: str
    beam_size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PiperSettings:
    voice: str | None
    """A name that `kotoserver models` knows, or an .onnx file."""
    device: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GoogleSettings:
    credentials: Path | None
    project: str | None
    location: str
    speech_model: str
    endpoint: str | None
    """`host:port` of a server that speaks Google's protocols in clear, in place of Google's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechServerSettings:
    """An OpenAI-compatible server that hears or speaks."""

    url: str
    model: str
    key: Secret | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechSettings:
    """Ears and voices, and what they may cost."""

    stt: tuple[str, ...]
    """Empty when learners type."""
    tts: tuple[str, ...]
    whisper: WhisperSettings
    piper: PiperSettings
    google: GoogleSettings
    stt_server: SpeechServerSettings | None
    tts_server: SpeechServerSettings | None
    models_dir: Path
    models_mirror: str | None
    policy: Mapping[str, float]
    """`stt.google.total` -> value, for what differs from an engine's own."""
    prices: Mapping[str, float]
    """`stt.google` -> US dollars for a minute; `tts.google` -> for a million characters."""
    daily_budget: float
    """US dollars."""
    learner_budget: float
    """US dollars a day."""
    key: Secret | None
    """That clients of the speech role must know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadSettings:
    """What a learner may send, and how long it is kept."""

    most_bytes: int
    most_seconds: int
    kept_days: int


def read_speech(values: Mapping[str, str]) -> SpeechSettings:
    stt = name_list("STT_PROVIDER", values["STT_PROVIDER"])
    if "none" in stt and len(stt) > 1:
        raise BadSettings("STT_PROVIDER: none stands alone.")
    return SpeechSettings(
        stt=() if stt == ("none",) else stt,
        tts=name_list("TTS_PROVIDER", values["TTS_PROVIDER"]),
        whisper=WhisperSettings(
            model=values["WHISPER_MODEL"],
            device=one_of("WHISPER_DEVICE", values["WHISPER_DEVICE"], _DEVICES),
            compute_type=values["WHISPER_COMPUTE_TYPE"],
            beam_size=whole_number("WHISPER_BEAM_SIZE", values["WHISPER_BEAM_SIZE"], 1, 10),
        ),
        piper=PiperSettings(
            voice=values["PIPER_VOICE"] or None,
            device=one_of("PIPER_DEVICE", values["PIPER_DEVICE"], _DEVICES),
        ),
        google=GoogleSettings(
            credentials=existing_file("GOOGLE_APPLICATION_CREDENTIALS", values["GOOGLE_APPLICATION_CREDENTIALS"]),
            project=values["GOOGLE_CLOUD_PROJECT"] or None,
            location=values["GOOGLE_SPEECH_LOCATION"],
            speech_model=values["GOOGLE_SPEECH_MODEL"],
            endpoint=values["GOOGLE_ENDPOINT"] or None,
        ),
        stt_server=_speech_server(values, "STT"),
        tts_server=_speech_server(values, "TTS"),
        models_dir=_models_dir(values),
        models_mirror=web_address("KOTO_MODELS_MIRROR", values["KOTO_MODELS_MIRROR"]),
        policy=numbers_by_key("PROVIDER_POLICY", values["PROVIDER_POLICY"], _POLICY_KEY, "stt.google.total=6"),
        prices=numbers_by_key("PROVIDER_PRICES", values["PROVIDER_PRICES"], _PRICE_KEY, "stt.google=0.016"),
        daily_budget=dollars("SPEECH_DAILY_BUDGET_USD", values["SPEECH_DAILY_BUDGET_USD"]),
        learner_budget=dollars("SPEECH_LEARNER_BUDGET_USD", values["SPEECH_LEARNER_BUDGET_USD"]),
        key=Secret(values["KOTO_SPEECH_KEY"]) if values["KOTO_SPEECH_KEY"] else None,
    )


def _models_dir(values: Mapping[str, str]) -> Path:
    if values["KOTO_MODELS_DIR"]:
        return user_path("KOTO_MODELS_DIR", values["KOTO_MODELS_DIR"]).absolute()
    return user_path("KOTO_DATA_DIR", values["KOTO_DATA_DIR"]).absolute() / "models"


def _speech_server(values: Mapping[str, str], which: str) -> SpeechServerSettings | None:
    url = web_address(f"{which}_URL", values[f"{which}_URL"])
    if url is None:
        return None
    if not values[f"{which}_MODEL"]:
        raise BadSettings(f"{which}_URL is set, so {which}_MODEL must be set too.")
    key = Secret(values[f"{which}_KEY"]) if values[f"{which}_KEY"] else None
    return SpeechServerSettings(url=url, model=values[f"{which}_MODEL"], key=key)
