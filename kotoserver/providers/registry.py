"""Which engines there are by name; an engine's own imports happen when it is chosen."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import takewhile
from types import MappingProxyType
from typing import TypeVar

from kotoserver import telemetry
from kotoserver.content.catalog_schema import VoiceSource
from kotoserver.domain.errors import BadSettings
from kotoserver.domain.receipt import Stage
from kotoserver.domain.speech import SpeechRequest
from kotoserver.ports.clock import Clock, SystemClock
from kotoserver.ports.providers import Evaluator, Recognizer, Synthesizer
from kotoserver.ports.purse import Purse
from kotoserver.providers.breakable import BreakableRecognizer, BreakableSynthesizer, FaultBoard
from kotoserver.providers.language_model import LanguageModel
from kotoserver.providers.pocket import PocketPurse
from kotoserver.providers.policy import (
    FallbackEvaluator,
    FallbackRecognizer,
    FallbackSynthesizer,
    Patience,
    patience_with,
)
from kotoserver.providers.prices import hearing_price, speaking_price, speaking_usd
from kotoserver.settings import ModelSettings, SpeechSettings, TokenPrice

Voices = Mapping[str, VoiceSource]
"""`scenes/catalog/voices.yaml`: voice id -> how each engine plays it."""

T = TypeVar("T")


def _espeak(speech: SpeechSettings, voices: Voices) -> Synthesizer:
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


def _piper(speech: SpeechSettings, voices: Voices) -> Synthesizer:
    from kotoserver.providers.model_store import piper_voice
    from kotoserver.providers.piper import PiperSynthesizer

    speakers = {voice_id: each.engines.piper for voice_id, each in voices.items() if each.engines.piper}
    return PiperSynthesizer(piper_voice(speech), speech.piper, speakers=speakers)


def _google_voice(speech: SpeechSettings, voices: Voices) -> Synthesizer:
    try:
        from kotoserver.providers.google_tts import GoogleSynthesizer
    except ImportError as missing:
        raise _google_is_missing("TTS_PROVIDER", "texttospeech") from missing
    named = {voice_id: each.engines.google for voice_id, each in voices.items() if each.engines.google}
    return GoogleSynthesizer(speech.google, named)


def _google_ears(speech: SpeechSettings) -> Recognizer:
    try:
        from kotoserver.providers.google_stt import GoogleRecognizer
    except ImportError as missing:
        raise _google_is_missing("STT_PROVIDER", "speech") from missing
    return GoogleRecognizer(speech.google)


def _google_is_missing(setting: str, product: str) -> BadSettings:
    return BadSettings(
        f"{setting}: google needs the package google-cloud-{product}; pip install 'kotoserver[google]'."
    )


def _server_voice(speech: SpeechSettings, voices: Voices) -> Synthesizer:
    from kotoserver.providers.openai_tts import OpenAiSynthesizer

    if speech.tts_server is None:
        raise BadSettings("TTS_PROVIDER names openai_compatible, so TTS_URL and TTS_MODEL must be set too.")
    named = {voice_id: each.engines.openai for voice_id, each in voices.items() if each.engines.openai}
    return OpenAiSynthesizer(speech.tts_server, named)


def _server_ears(speech: SpeechSettings) -> Recognizer:
    from kotoserver.providers.openai_stt import OpenAiRecognizer

    if speech.stt_server is None:
        raise BadSettings("STT_PROVIDER names openai_compatible, so STT_URL and STT_MODEL must be set too.")
    return OpenAiRecognizer(speech.stt_server)


def _scripted_voice(speech: SpeechSettings, voices: Voices) -> Synthesizer:
    from kotoserver.providers.scripted import ScriptedSynthesizer

    return ScriptedSynthesizer()


def _whisper(speech: SpeechSettings) -> Recognizer:
    from kotoserver.providers.model_store import whisper_folder

    folder = whisper_folder(speech)
    try:
        from kotoserver.providers.whisper import WhisperRecognizer
    except ImportError as missing:
        raise BadSettings(
            "STT_PROVIDER: whisper needs the package faster-whisper; install kotoserver[whisper]."
        ) from missing
    return WhisperRecognizer(folder, speech.whisper)


def _scripted_ears(speech: SpeechSettings) -> Recognizer:
    from kotoserver.providers.scripted import ScriptedRecognizer

    return ScriptedRecognizer()


def _local() -> Evaluator:
    from kotoserver.providers.local import LocalEvaluator

    return LocalEvaluator()


def _scripted_judge() -> Evaluator:
    from kotoserver.providers.scripted import ScriptedEvaluator

    return ScriptedEvaluator()


def _gemini(settings: ModelSettings) -> LanguageModel:
    if settings.gemini_key is None:
        raise BadSettings("EVAL_PROVIDER names gemini, so GEMINI_API_KEY must be set too.")
    try:
        from kotoserver.providers.gemini import GeminiModel
    except ImportError as missing:
        raise BadSettings(
            "EVAL_PROVIDER: gemini needs the package google-genai; install kotoserver[gemini]."
        ) from missing
    return GeminiModel(settings.gemini_model, settings.gemini_key)


def _openai_compatible(settings: ModelSettings) -> LanguageModel:
    from kotoserver.providers.openai_compatible import OpenAiCompatibleModel

    if settings.url is None or settings.name is None:
        raise BadSettings(
            "EVAL_PROVIDER names openai_compatible, so EVAL_MODEL_URL and EVAL_MODEL_NAME must be set too."
        )
    return OpenAiCompatibleModel(settings.url, settings.name, settings.key)


SYNTHESIZERS: Mapping[str, Callable[[SpeechSettings, Voices], Synthesizer]] = MappingProxyType(
    {
        "espeak": _espeak,
        "google": _google_voice,
        "openai_compatible": _server_voice,
        "piper": _piper,
        "scripted": _scripted_voice,
    }
)
RECOGNIZERS: Mapping[str, Callable[[SpeechSettings], Recognizer]] = MappingProxyType(
    {
        "google": _google_ears,
        "openai_compatible": _server_ears,
        "scripted": _scripted_ears,
        "whisper": _whisper,
    }
)
EVALUATORS: Mapping[str, Callable[[], Evaluator]] = MappingProxyType(
    {"local": _local, "scripted": _scripted_judge}
)
MODELS: Mapping[str, Callable[[ModelSettings], LanguageModel]] = MappingProxyType(
    {"gemini": _gemini, "openai_compatible": _openai_compatible}
)
"""Language models that stand at the side of a judge."""
CASCADE = "cascade"


def open_recognizer(
    speech: SpeechSettings,
    clock: Clock | None = None,
    purse: Purse | None = None,
    faults: FaultBoard | None = None,
) -> Recognizer | None:
    """The ears that are set; of several names, the later ones stand in for the earlier. None: learners type.

    Without `purse` this process keeps its own; with `faults` engines can be broken on purpose. BadSettings
    names what would work.
    """
    if not speech.stt:
        return None
    clock = clock or SystemClock()
    loaders = [_known("STT_PROVIDER", name, RECOGNIZERS, also=("none",)) for name in speech.stt]
    engines = [load(speech) for load in loaders]
    if faults is not None:
        engines = [BreakableRecognizer(engine, faults) for engine in engines]
    return FallbackRecognizer(
        engines,
        clock,
        [patience_with(Stage.STT, name, speech.policy) for name in speech.stt],
        prices={name: price for name in speech.stt if (price := hearing_price(name, speech.prices))},
        purse=purse or PocketPurse(speech.daily_budget, speech.learner_budget, clock),
    )


def open_synthesizer(
    speech: SpeechSettings,
    voices: Voices,
    clock: Clock | None = None,
    purse: Purse | None = None,
    faults: FaultBoard | None = None,
) -> Synthesizer:
    """The voice that is set; of several names, the later ones stand in for the earlier.

    Without `purse` this process keeps its own; with `faults` engines can be broken on purpose. BadSettings
    names what would work.
    """
    _refuse_strangers("PROVIDER_POLICY", speech.policy)
    _refuse_strangers("PROVIDER_PRICES", speech.prices)
    clock = clock or SystemClock()
    loaders = [_known("TTS_PROVIDER", name, SYNTHESIZERS) for name in speech.tts]
    engines = [load(speech, voices) for load in loaders]
    if faults is not None:
        engines = [BreakableSynthesizer(engine, faults) for engine in engines]
    return FallbackSynthesizer(
        engines,
        clock,
        [patience_with(Stage.TTS, name, speech.policy) for name in speech.tts],
        prices={name: _line_price(name, speech, voices) for name in speech.tts},
        purse=purse or PocketPurse(speech.daily_budget, speech.learner_budget, clock),
    )


def _refuse_strangers(setting: str, keys: Iterable[str]) -> None:
    """BadSettings for a key such as `stt.gogle.total`, which would change nothing and be missed by nobody."""
    engines: Mapping[str, Iterable[str]] = {"stt": RECOGNIZERS, "tts": SYNTHESIZERS}
    for key in keys:
        stage, name = key.split(".")[:2]
        if name not in engines[stage]:
            works = " or ".join(sorted(engines[stage]))
            raise BadSettings(f"{setting}: {key} names no engine that kotoserver knows; use {works}.")


def _line_price(engine: str, speech: SpeechSettings, voices: Voices) -> Callable[[SpeechRequest], float]:
    """What a line costs with this engine, in US dollars."""

    def usd(request: SpeechRequest) -> float:
        voice = voices.get(request.voice)
        named = voice.engines.google if voice is not None and engine == "google" else None
        return speaking_usd(request.text, speaking_price(engine, named, speech.prices))

    return usd


def open_evaluator(names: Sequence[str], models: ModelSettings, clock: Clock | None = None) -> Evaluator:
    """The judge of that name; of several names, the later ones stand in for the earlier.

    Language models come first in the list, and the judge after them (`local` when there is none) always judges
    too. `cascade` is the local judge with a model that it asks only when it is unsure. BadSettings names what
    would work.
    """
    clock = clock or SystemClock()
    asked, judges = _sorted_judges(names, models)
    loaders = [_known("EVAL_PROVIDER", name, EVALUATORS, also=(*MODELS, CASCADE)) for name in judges]
    helpers = [(MODELS[name](models), _price_of(name, models)) for name in asked]
    engines = [load() for load in loaders]
    judge = engines[0] if len(engines) == 1 else FallbackEvaluator(engines, clock)
    if not helpers:
        return judge
    from kotoserver.providers.model_evaluator import ModelEvaluator, ModelOpinion
    from kotoserver.providers.model_verdict import is_unsure, worth_asking
    from kotoserver.providers.spending import Purse as ModelPurse

    purse = ModelPurse(models.daily_budget, clock)
    telemetry.BUDGET.labels("models").set(models.daily_budget)
    telemetry.BUDGET_SPENT.labels("models").set_function(lambda: purse.spent)
    patience = Patience(first_seconds=models.seconds, total_seconds=models.seconds)
    opinions = [ModelOpinion(model, judge, purse, price) for model, price in helpers]
    asks = is_unsure if CASCADE in names else worth_asking
    return ModelEvaluator(judge, opinions, clock, patience, asks)


def open_models(names: Sequence[str], models: ModelSettings) -> list[LanguageModel]:
    """The language models that the list of judges asks, in its order. BadSettings as `open_evaluator`."""
    return [MODELS[name](models) for name in _sorted_judges(names, models)[0]]


def judges_without_models(names: Sequence[str]) -> tuple[str, ...]:
    """The part of the list that judges the same words the same for ever, and for nothing."""
    return tuple(name for name in names if name not in MODELS and name != CASCADE) or ("local",)


def _sorted_judges(names: Sequence[str], models: ModelSettings) -> tuple[list[str], list[str]]:
    """Models to ask, and judges that need none."""
    if CASCADE in names:
        if len(names) > 1:
            raise BadSettings("EVAL_PROVIDER: cascade stands alone; it is the local judge and one model.")
        return [_model_of_cascade(models)], ["local"]
    asked = list(takewhile(lambda name: name in MODELS, names))
    judges = list(names[len(asked) :])
    for name in judges:
        if name in MODELS:
            raise BadSettings(f"EVAL_PROVIDER: {name} stands before the judges that need no model: {name},local.")
    return asked, judges or ["local"]


def _model_of_cascade(models: ModelSettings) -> str:
    if models.gemini_key is not None:
        return "gemini"
    if models.url is not None:
        return "openai_compatible"
    raise BadSettings(
        "EVAL_PROVIDER: cascade needs a model; set GEMINI_API_KEY, or EVAL_MODEL_URL and EVAL_MODEL_NAME."
    )


def _price_of(name: str, models: ModelSettings) -> TokenPrice:
    from kotoserver.providers.spending import PRICES

    if models.price is not None:
        return models.price
    if name == "openai_compatible":
        return TokenPrice(asked=0.0, answered=0.0)
    if models.gemini_model not in PRICES:
        raise BadSettings(
            f"GEMINI_MODEL: the price of {models.gemini_model} is not known; "
            "set EVAL_MODEL_PRICE to dollars for a million tokens asked and answered, such as 0.30/2.50."
        )
    return PRICES[models.gemini_model]


def _known(setting: str, name: str, loaders: Mapping[str, T], also: Iterable[str] = ()) -> T:
    if name in loaders:
        return loaders[name]
    works = " or ".join(sorted([*loaders, *also]))
    known = ",".join(sorted(loaders))
    raise BadSettings(
        f"{setting}: {name} is not an engine that kotoserver knows; use {works}, or a list of them such as "
        f"{known}."
    )


def _full_variant(variant: str | None) -> str:
    """The library's name for a Korean voice: `f3` -> `ko+f3`."""
    if variant is None:
        return "ko"
    return variant if variant.startswith("ko") else f"ko+{variant}"
