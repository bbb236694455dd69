import asyncio
import subprocess
import sys

import pytest

from kotoserver.content.catalog_schema import VoiceSource
from kotoserver.domain.errors import BadSettings, ProviderFailed, TooFast
from kotoserver.domain.receipt import Receipt
from kotoserver.domain.speech import SpeechRequest
from kotoserver.providers.registry import (
    EVALUATORS,
    RECOGNIZERS,
    SYNTHESIZERS,
    judges_without_models,
    open_evaluator,
    open_recognizer,
    open_synthesizer,
)
from kotoserver.settings import ModelSettings, Settings, SpeechSettings
from tests.providers.google_tts_server import serving_google_tts
from tests.providers.openai_speech_server import serving_openai_speech
from tests.providers.timed_engines import clip
from tests.virtual_time import LoopClock, virtually


def models(**environ: str) -> ModelSettings:
    return Settings.from_environ(environ).models


def voiced_by(names: str) -> SpeechSettings:
    return Settings.from_environ({"TTS_PROVIDER": names}).speech


def heard_by(names: str) -> SpeechSettings:
    return Settings.from_environ({"STT_PROVIDER": names}).speech


OWN = {"EVAL_MODEL_URL": "http://127.0.0.1:1/v1", "EVAL_MODEL_NAME": "qwen3"}


def authored(**espeak: object) -> VoiceSource:
    return VoiceSource.model_validate(
        {"language": "ko", "gender": "female", "about": "밝은 목소리", "engines": {"espeak": espeak}}
    )


FREE_VOICES = ["espeak", "scripted"]
"""Those that need nothing set."""


@pytest.mark.parametrize("name", FREE_VOICES)
async def test_every_voice_that_needs_nothing_opens(name: str):
    voice = open_synthesizer(voiced_by(name), {})
    assert voice.name == name
    await voice.check()
    await voice.close()


def test_without_ears_learners_type():
    assert open_recognizer(heard_by("none")) is None


async def test_ears_that_need_nothing_open():
    ears = open_recognizer(heard_by("scripted"))
    assert ears is not None
    await ears.check()
    await ears.close()


async def heard_with(environ: dict[str, str]) -> Receipt:
    """What the second of two clips of one learner took."""
    ears = open_recognizer(Settings.from_environ({"STT_PROVIDER": "scripted", **environ}).speech)
    assert ears is not None
    try:
        await ears.recognize(clip(payer="lrn_1"))
        heard = await ears.recognize(clip(payer="lrn_1"))
    finally:
        await ears.close()
    assert heard.receipt is not None
    return heard.receipt


async def test_even_a_single_engine_is_asked_under_the_policy():
    receipt = await heard_with({})
    assert (receipt.provider, receipt.audio_seconds, receipt.cost_usd) == ("scripted", 3.0, 0.0)


async def test_prices_that_are_set_are_paid():
    receipt = await heard_with({"PROVIDER_PRICES": "stt.scripted=0.6"})
    assert receipt.cost_usd == pytest.approx(0.03)


@pytest.mark.parametrize("budget", ["SPEECH_DAILY_BUDGET_USD", "SPEECH_LEARNER_BUDGET_USD"])
async def test_budgets_that_are_set_are_kept_without_a_database_too(budget: str):
    with pytest.raises(ProviderFailed) as refused:
        await heard_with({"PROVIDER_PRICES": "stt.scripted=0.6", budget: "0.05"})
    assert refused.value.code == "over_budget"


@virtually
async def test_the_policy_that_is_set_reaches_the_engine():
    speech = Settings.from_environ(
        {"TTS_PROVIDER": "scripted", "PROVIDER_POLICY": "tts.scripted.at_once=1"}
    ).speech
    voice = open_synthesizer(speech, {}, LoopClock())
    request = SpeechRequest(text="네.", voice="ko-f-02")
    spoken = await asyncio.gather(*(voice.synthesize(request) for _ in range(2)), return_exceptions=True)
    assert [isinstance(each, TooFast) for each in spoken] == [False, True]
    [state] = voice.states()
    assert (state.name, state.resting) == ("scripted", False)
    await voice.close()


@pytest.mark.parametrize(
    ("setting", "value", "key"),
    [
        ("PROVIDER_POLICY", "tts.espeak.total=9,stt.gogle.total=9", "stt.gogle.total"),
        ("PROVIDER_PRICES", "tts.whisper=16", "tts.whisper"),
    ],
)
def test_numbers_for_an_engine_that_is_none_are_refused(setting: str, value: str, key: str):
    speech = Settings.from_environ({"TTS_PROVIDER": "scripted", setting: value}).speech
    with pytest.raises(BadSettings) as refused:
        open_synthesizer(speech, {})
    assert refused.value.message.startswith(f"{setting}: {key} names no engine that kotoserver knows; use ")


def test_unknown_ears_are_refused_with_what_would_work():
    with pytest.raises(BadSettings, match="wisper is not an engine that kotoserver knows") as refused:
        open_recognizer(heard_by("wisper"))
    assert all(name in refused.value.message for name in (*RECOGNIZERS, "none"))


def test_an_unknown_voice_is_refused_with_what_would_work():
    with pytest.raises(BadSettings, match="esspeak is not an engine that kotoserver knows") as refused:
        open_synthesizer(voiced_by("esspeak"), {})
    assert all(name in refused.value.message for name in SYNTHESIZERS)


@pytest.mark.parametrize("name", EVALUATORS)
async def test_every_judge_of_the_table_opens(name: str):
    judge = open_evaluator([name], models())
    assert judge.name == name
    await judge.check()
    await judge.close()


async def test_a_list_opens_engines_that_stand_in_for_each_other():
    voice = open_synthesizer(voiced_by("espeak,scripted"), {})
    assert voice.name == "espeak,scripted"
    await voice.close()


@pytest.mark.parametrize(
    ("names", "environ", "opened"),
    [
        (["gemini", "local"], {"GEMINI_API_KEY": "k"}, "gemini,local"),
        (["gemini"], {"GEMINI_API_KEY": "k"}, "gemini,local"),
        (["gemini", "scripted"], {"GEMINI_API_KEY": "k"}, "gemini,scripted"),
        (["openai_compatible", "local"], OWN, "openai_compatible,local"),
        (
            ["gemini", "openai_compatible", "local"],
            {"GEMINI_API_KEY": "k", **OWN},
            "gemini,openai_compatible,local",
        ),
        (["cascade"], {"GEMINI_API_KEY": "k", **OWN}, "gemini,local"),
        (["cascade"], OWN, "openai_compatible,local"),
        (
            ["gemini"],
            {"GEMINI_API_KEY": "k", "GEMINI_MODEL": "gemini-9", "EVAL_MODEL_PRICE": "1/2"},
            "gemini,local",
        ),
    ],
)
async def test_models_stand_at_the_side_of_a_judge(names: list[str], environ: dict[str, str], opened: str):
    judge = open_evaluator(names, models(**environ))
    assert judge.name == opened
    await judge.close()


def test_without_models_the_judges_that_need_none_are_left():
    assert judges_without_models(["gemini", "local"]) == ("local",)
    assert judges_without_models(["cascade"]) == judges_without_models(["gemini"]) == ("local",)
    assert judges_without_models(["openai_compatible", "scripted", "local"]) == ("scripted", "local")


@pytest.mark.parametrize(
    ("names", "environ", "sentence"),
    [
        (["gemini", "local"], {}, "EVAL_PROVIDER names gemini, so GEMINI_API_KEY must be set too."),
        (["openai_compatible"], {}, "so EVAL_MODEL_URL and EVAL_MODEL_NAME must be set too."),
        (["openai_compatible"], {"EVAL_MODEL_URL": "http://127.0.0.1:1"}, "EVAL_MODEL_NAME must be set too."),
        (["cascade"], {}, "EVAL_PROVIDER: cascade needs a model; set GEMINI_API_KEY, or EVAL_MODEL_URL"),
        (["cascade", "local"], {"GEMINI_API_KEY": "k"}, "EVAL_PROVIDER: cascade stands alone"),
        (["local", "gemini"], {"GEMINI_API_KEY": "k"}, "gemini,local"),
        (
            ["gemini"],
            {"GEMINI_API_KEY": "k", "GEMINI_MODEL": "gemini-9"},
            "GEMINI_MODEL: the price of gemini-9 is not known; set EVAL_MODEL_PRICE",
        ),
    ],
)
def test_a_model_without_what_it_needs_is_refused_in_one_sentence(
    names: list[str], environ: dict[str, str], sentence: str
):
    with pytest.raises(BadSettings) as refused:
        open_evaluator(names, models(**environ))
    assert sentence in refused.value.message
    assert refused.value.message.endswith(".")
    assert "\n" not in refused.value.message


ELSEWHERE = {
    "STT_URL": "http://127.0.0.1:1/v1",
    "STT_MODEL": "whisper",
    "TTS_URL": "http://127.0.0.1:1/v1",
    "TTS_MODEL": "piper",
    "GOOGLE_ENDPOINT": "127.0.0.1:1",
    "GOOGLE_CLOUD_PROJECT": "koto-tests",
}


@pytest.mark.parametrize("name", ["google", "openai_compatible"])
async def test_engines_elsewhere_open_without_asking_anybody(name: str):
    speech = Settings.from_environ({"STT_PROVIDER": name, "TTS_PROVIDER": name, **ELSEWHERE}).speech
    ears, voice = open_recognizer(speech), open_synthesizer(speech, {})
    assert ears is not None
    assert (ears.name, voice.name) == (name, name)
    await ears.close()
    await voice.close()


@pytest.mark.parametrize(
    ("name", "missing", "sentence"),
    [
        ("openai_compatible", ("STT_URL", "STT_MODEL"), "STT_URL and STT_MODEL must be set too."),
        ("google", ("GOOGLE_CLOUD_PROJECT",), "GOOGLE_CLOUD_PROJECT must be set too."),
    ],
)
def test_ears_elsewhere_that_lack_a_setting_are_refused_in_one_sentence(
    name: str, missing: tuple[str, ...], sentence: str
):
    environ = {key: value for key, value in ELSEWHERE.items() if key not in missing}
    with pytest.raises(BadSettings) as refused:
        open_recognizer(Settings.from_environ({"STT_PROVIDER": name, **environ}).speech)
    assert refused.value.message == f"STT_PROVIDER names {name}, so {sentence}"


def test_a_voice_elsewhere_without_an_address_is_refused_in_one_sentence():
    with pytest.raises(BadSettings) as refused:
        open_synthesizer(voiced_by("openai_compatible"), {})
    assert (
        refused.value.message == "TTS_PROVIDER names openai_compatible, so TTS_URL and TTS_MODEL must be set too."
    )


@pytest.mark.parametrize(
    ("opening", "package"),
    [
        ("open_recognizer(speech)", "google-cloud-speech"),
        ("open_synthesizer(speech, {})", "google-cloud-texttospeech"),
    ],
)
def test_without_googles_packages_the_refusal_says_what_to_install(opening: str, package: str):
    """In a program of its own, where they cannot be found."""
    probe = f"""
import sys
sys.modules["grpc"] = None
from kotoserver.domain.errors import BadSettings
from kotoserver.providers.registry import open_recognizer, open_synthesizer
from kotoserver.settings import Settings
speech = Settings.from_environ({{"STT_PROVIDER": "google", "TTS_PROVIDER": "google", **{ELSEWHERE!r}}}).speech
try:
    {opening}
except BadSettings as refused:
    print(refused.message)
"""
    said = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True).stdout
    assert f"needs the package {package}; pip install 'kotoserver[google]'." in said


async def test_authored_voices_reach_the_engines_elsewhere():
    authored_elsewhere = VoiceSource.model_validate(
        {
            "language": "ko",
            "gender": "female",
            "about": "밝은 목소리",
            "engines": {"google": "ko-KR-Chirp3-HD-Kore", "openai": "af_heart"},
        }
    )
    request = SpeechRequest(text="네.", voice="ko-x")
    async with serving_google_tts() as google, serving_openai_speech() as server:
        environ = {
            **ELSEWHERE,
            "GOOGLE_ENDPOINT": f"127.0.0.1:{google.port}",
            "TTS_URL": f"http://127.0.0.1:{server.port}/v1",
        }
        for name in ("google", "openai_compatible"):
            speech = Settings.from_environ({"TTS_PROVIDER": name, **environ}).speech
            voice = open_synthesizer(speech, {"ko-x": authored_elsewhere})
            assert (await voice.synthesize(request)).seconds > 0.1
            await voice.close()
    assert google.requests[0].voice.name == "ko-KR-Chirp3-HD-Kore"
    assert server.lines[0]["voice"] == "af_heart"


async def test_authored_voices_reach_the_built_in_engine():
    voices = {"ko-x": authored(variant="f2", pitch=80), "ko-y": authored(variant="m3", pitch=20)}
    voice = open_synthesizer(voiced_by("espeak"), voices)
    high, low = [await voice.synthesize(SpeechRequest(text="안녕하세요.", voice=voice_id)) for voice_id in voices]
    await voice.close()
    assert high.pcm != low.pcm


def test_naming_the_engines_loads_none_of_them():
    heavy = "espeakng_loader kiwipiepy soundfile google.genai ctranslate2 faster_whisper piper onnxruntime grpc"
    probe = f"import sys, kotoserver.providers.registry; print([m for m in {heavy.split()!r} if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
