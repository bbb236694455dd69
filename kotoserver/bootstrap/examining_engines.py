"""The engines in a check-up: each of a list by itself, since in play one stands in for another unseen."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial
from types import MappingProxyType

from kotoserver.bootstrap.examined import EXAMINED_SECONDS, examined
from kotoserver.bootstrap.parts import read_voices
from kotoserver.domain.checkup import Finding, State
from kotoserver.domain.errors import ProviderFailed
from kotoserver.ports.providers import Evaluator, Recognizer, Synthesizer
from kotoserver.providers.language_model import LanguageModel, Prompt
from kotoserver.providers.registry import (
    judges_without_models,
    open_evaluator,
    open_models,
    open_recognizer,
    open_synthesizer,
)
from kotoserver.settings import Settings

_SETTINGS: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("ears", "google"): "GOOGLE_APPLICATION_CREDENTIALS, GOOGLE_CLOUD_PROJECT and GOOGLE_SPEECH_LOCATION",
        ("ears", "openai_compatible"): "STT_URL, STT_MODEL and STT_KEY",
        ("voice", "google"): "GOOGLE_APPLICATION_CREDENTIALS",
        ("voice", "openai_compatible"): "TTS_URL, TTS_MODEL and TTS_KEY",
        ("judge", "gemini"): "GEMINI_API_KEY and GEMINI_MODEL",
        ("judge", "openai_compatible"): "EVAL_MODEL_URL, EVAL_MODEL_NAME and EVAL_MODEL_KEY",
    }
)
"""What to look at when an engine elsewhere does not work."""
_QUESTION = Prompt(
    instruction="Answer with an empty JSON object.",
    question="{}",
    schema={"type": "object", "properties": {}, "required": [], "additionalProperties": False},
    most_answered=16,
)
"""As little as a model can be asked; it costs some thousandth of a cent."""

Checks = Mapping[str, Callable[[], Awaitable[None]]]
"""Engine -> a check of it alone."""


async def examine_engines(settings: Settings) -> AsyncIterator[Finding]:
    for about, does, checks_for in (
        ("voice", "speaks", _voices),
        ("ears", "hears", _ears),
        ("judge", "judges", _judges),
    ):
        look = partial(_looked_at, about, does, partial(checks_for, settings))
        async for found in examined(about, look):
            yield found


async def _looked_at(about: str, does: str, find: Callable[[], Checks]) -> Finding | str:
    """What is to be said of all engines for one thing. ProviderFailed where none works."""
    checks = find()
    if not checks:
        return "None are set; learners type, or their browser hears them."
    failures: dict[str, str] = {}
    limit = EXAMINED_SECONDS / len(checks) - 1
    for name, check in checks.items():
        try:
            async with asyncio.timeout(limit):
                await check()
        except ProviderFailed as failure:
            failures[name] = failure.message
        except TimeoutError:
            failures[name] = f"no answer within {limit:g} s"
    well = [name for name in checks if name not in failures]
    told = " ".join(_told(about, name, why) for name, why in failures.items())
    if not well:
        raise ProviderFailed(told)
    if failures:
        stands_in = f"{', '.join(well)} {does} instead."
        return Finding(about=about, state=State.DOUBTFUL, sentence=f"{told} {stands_in}")
    return f"{', '.join(well)} {does}."


def _told(about: str, name: str, why: str) -> str:
    where = _SETTINGS.get((about, name))
    return f"{name} does not work ({why.rstrip('.')}){f': see {where}' if where else ''}."


def _voices(settings: Settings) -> Checks:
    voices = read_voices(settings.scenes_dir)

    async def check(name: str) -> None:
        await _checked(open_synthesizer(replace(settings.speech, tts=(name,)), voices))

    return {name: partial(check, name) for name in settings.speech.tts}


def _ears(settings: Settings) -> Checks:
    async def check(name: str) -> None:
        await _checked(open_recognizer(replace(settings.speech, stt=(name,))))

    return {name: partial(check, name) for name in settings.speech.stt}


def _judges(settings: Settings) -> Checks:
    """The models, and the judge beside them, whose check asks no model."""
    names = settings.evaluator

    async def check() -> None:
        await _checked(await asyncio.to_thread(open_evaluator, names, settings.models))

    models = {model.name: partial(_asked, model) for model in open_models(names, settings.models)}
    return {**models, ",".join(judges_without_models(names)): check}


async def _checked(engine: Synthesizer | Recognizer | Evaluator | None) -> None:
    if engine is not None:
        try:
            await engine.check()
        finally:
            await engine.close()


async def _asked(model: LanguageModel) -> None:
    try:
        await model.ask(_QUESTION)
    finally:
        await model.close()
