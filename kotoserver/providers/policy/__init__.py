"""What stands between the program and its engines: patience, falling back, breakers and money."""

from kotoserver.providers.policy.chain import Answer, Chain
from kotoserver.providers.policy.ears import FallbackRecognizer
from kotoserver.providers.policy.judges import FallbackEvaluator
from kotoserver.providers.policy.patience import Patience, patience_with
from kotoserver.providers.policy.round import NO_FAULT, Asking
from kotoserver.providers.policy.voices import FallbackSynthesizer

__all__ = [
    "NO_FAULT",
    "Answer",
    "Asking",
    "Chain",
    "FallbackEvaluator",
    "FallbackRecognizer",
    "FallbackSynthesizer",
    "Patience",
    "patience_with",
]
