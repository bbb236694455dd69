"""The engines in a check-up: each of a list by itself, since in play one stands in for another unseen."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial

from kotoserver.bootstrap.examined import EXAMINED_SECONDS, examined
from kotoserver.bootstrap.parts import read_voices
from kotoserver.domain.checkup import Finding, State, does_not_work
from kotoserver.domain.errors import ProviderFailed
from kotoserver.domain.receipt import Stage
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
    for about, stage, does, checks_for in (
        ("voice", Stage.TTS, "speaks", _voices),
        ("ears", Stage.STT, "hears", _ears),
        ("judge", Stage.EVALUATE, "judges", _judges),
    ):
        look = partial(_looked_at, about, stage, does, partial(checks_for, settings))
        async for found in examined(about, look):
            yield found


async def _looked_at(about: str, stage: Stage, does: str, find: Callable[[], Checks]) -> Finding | str:
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
    told = " ".join(does_not_work(stage, name, why) for name, why in failures.items())
    if not well:
        raise ProviderFailed(told)
    if failures:
        stands_in = f"{', '.join(well)} {does} instead."
        return Finding(about=about, state=State.DOUBTFUL, sentence=f"{told} {stands_in}")
    return f"{', '.join(well)} {does}."


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
