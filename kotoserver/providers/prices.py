"""What speech costs, as vendors publish it and as PROVIDER_PRICES corrects it."""

from collections.abc import Mapping
from math import ceil
from types import MappingProxyType

from kotoserver.domain.speech import SpeechRequest

HEARING_PRICES: Mapping[str, float] = MappingProxyType({"google": 0.016})
"""US dollars for a minute of sound, without the volume discount, as known in November 2026.

Google: every recognition model of Speech-to-Text v2 (cloud.google.com/speech-to-text/pricing). Engines of our
own, and OpenAI-compatible servers whose price nobody set, cost nothing.
"""

GOOGLE_VOICE_PRICES: Mapping[str, float] = MappingProxyType(
    {
        "Standard": 4.0,
        "Wavenet": 16.0,  # since published as low as 4; a budget had better count with the higher
        "Neural2": 16.0,
        "Chirp3-HD": 30.0,
        "Studio": 160.0,
    }
)
"""US dollars for a million characters by the kind of voice that stands in its name, without the free
characters of each month, as known in November 2026 (cloud.google.com/text-to-speech/pricing)."""
_USUAL_GOOGLE_VOICE = "Neural2"


CHECK_SECONDS = 1.0
"""Of the sound that engines are sent to find out whether they hear (`sound_bytes.hum`)."""
CHECK_LINE = SpeechRequest(text="네", voice="")
"""What they are given to say for the same end."""


def hearing_price(engine: str, own: Mapping[str, float]) -> float:
    """US dollars for a minute; `own` is PROVIDER_PRICES."""
    return own.get(f"stt.{engine}", HEARING_PRICES.get(engine, 0.0))


def hearing_usd(seconds: float, price: float) -> float:
    """Google bills whole seconds, begun ones included; whoever bills finer is reckoned a little too high."""
    return ceil(seconds) * price / 60


def speaking_price(engine: str, engine_voice: str | None, own: Mapping[str, float]) -> float:
    """US dollars for a million characters in a voice as the engine names it: `ko-KR-Neural2-B`."""
    if f"tts.{engine}" in own:
        return own[f"tts.{engine}"]
    if engine != "google":
        return 0.0
    kinds = (kind for kind in GOOGLE_VOICE_PRICES if engine_voice and f"-{kind}-" in engine_voice)
    return GOOGLE_VOICE_PRICES[next(kinds, _USUAL_GOOGLE_VOICE)]


def speaking_usd(text: str, price: float) -> float:
    """Every character counts, spaces too; no markup is sent."""
    return len(text) * price / 1_000_000
