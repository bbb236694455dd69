"""The engines of speech by themselves, for a server that offers nothing else."""

from dataclasses import dataclass

from kotoserver.ports.providers import AudioDecoder, Recognizer, SpeechEncoder, Synthesizer
from kotoserver.services.health import HealthService


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechEngines:
    recognizer: Recognizer | None
    """None where only speaking is offered."""
    synthesizer: Synthesizer
    decoder: AudioDecoder
    encoder: SpeechEncoder
    health: HealthService
