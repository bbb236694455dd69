"""Which engines there are by name; an engine's own imports happen when it is chosen."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import TypeVar

from kotoserver.content.catalog_schema import VoiceSource
from kotoserver.domain.errors import BadSettings
from kotoserver.ports.clock import Clock, SystemClock
from kotoserver.ports.providers import Evaluator, Synthesizer
from kotoserver.providers.policy import FallbackEvaluator, FallbackSynthesizer

Voices = Mapping[str, VoiceSource]
"""`scenes/catalog/voices.yaml`: voice id -> how each engine plays it."""

T = TypeVar("T")


def _espeak(voices: Voices) -> Synthesizer:
    from kotoserver.providers.espeak import BUILT_IN_VOICES, DEFAULT_VOICE, EspeakSynthesizer

    authored = {
        voice_id: replace(
            BUILT_IN_VOICES.get(voice_id, DEFAULT_VOICE),
            variant=_full_variant(engine.variant),
            pitch=engine.pitch,
        )
        for voice_id, voice in voices.items()
        if (engine := voice.engines.espeak) is not None
    }
    return EspeakSynthesizer({**BUILT_IN_VOICES, **authored})


def _scripted_voice(voices: Voices) -> Synthesizer:
    from kotoserver.providers.scripted import ScriptedSynthesizer

    return ScriptedSynthesizer()


def _local(words: Iterable[str]) -> Evaluator:
    from kotoserver.providers.local import LocalEvaluator

    return LocalEvaluator(words)


def _scripted_judge(words: Iterable[str]) -> Evaluator:
    from kotoserver.providers.scripted import ScriptedEvaluator

    return ScriptedEvaluator()


SYNTHESIZERS: Mapping[str, Callable[[Voices], Synthesizer]] = MappingProxyType(
    {"espeak": _espeak, "scripted": _scripted_voice}
)
EVALUATORS: Mapping[str, Callable[[Iterable[str]], Evaluator]] = MappingProxyType(
    {"local": _local, "scripted": _scripted_judge}
)
LATER = frozenset(["google", "piper", "gemini", "whisper", "kokoro", "openai_compatible"])
"""Engines that other versions have."""


def open_synthesizer(names: Sequence[str], voices: Voices, clock: Clock | None = None) -> Synthesizer:
    """The voice of that name; of several names, the later ones stand in for the earlier.

    BadSettings names what would work.
    """
    loaders = [_known("TTS_PROVIDER", name, SYNTHESIZERS) for name in names]
    engines = [load(voices) for load in loaders]
    return engines[0] if len(engines) == 1 else FallbackSynthesizer(engines, clock or SystemClock())


def open_evaluator(names: Sequence[str], words: Iterable[str], clock: Clock | None = None) -> Evaluator:
    """The judge of that name; of several names, the later ones stand in for the earlier.

    `words` are nouns that the scenes need known whole, such as what is on a menu. BadSettings names what
    would work.
    """
    loaders = [_known("EVAL_PROVIDER", name, EVALUATORS) for name in names]
    known_whole = frozenset(words)
    engines = [load(known_whole) for load in loaders]
    return engines[0] if len(engines) == 1 else FallbackEvaluator(engines, clock or SystemClock())


def _known(setting: str, name: str, loaders: Mapping[str, T]) -> T:
    if name in loaders:
        return loaders[name]
    why = "is not in this version" if name in LATER else "is not an engine that kotoserver knows"
    works = " or ".join(sorted(loaders))
    raise BadSettings(
        f"{setting}: {name} {why}; use {works}, or a list of them such as {','.join(sorted(loaders))}."
    )


def _full_variant(variant: str | None) -> str:
    """The library's name for a Korean voice: `f3` -> `ko+f3`."""
    if variant is None:
        return "ko"
    return variant if variant.startswith("ko") else f"ko+{variant}"
