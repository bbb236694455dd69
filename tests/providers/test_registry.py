import subprocess
import sys

import pytest

from kotoserver.content.catalog_schema import VoiceSource
from kotoserver.domain.errors import BadSettings
from kotoserver.domain.speech import SpeechRequest
from kotoserver.providers.registry import (
    EVALUATORS,
    LATER,
    SYNTHESIZERS,
    judges_without_models,
    open_evaluator,
    open_synthesizer,
)
from kotoserver.settings import ModelSettings, Settings


def models(**environ: str) -> ModelSettings:
    return Settings.from_environ(environ).models


OWN = {"EVAL_MODEL_URL": "http://127.0.0.1:1/v1", "EVAL_MODEL_NAME": "qwen3"}


def authored(**espeak: object) -> VoiceSource:
    return VoiceSource.model_validate(
        {"language": "ko", "gender": "female", "about": "밝은 목소리", "engines": {"espeak": espeak}}
    )


@pytest.mark.parametrize("name", SYNTHESIZERS)
async def test_every_voice_of_the_table_opens(name: str):
    voice = open_synthesizer([name], {})
    assert voice.name == name
    await voice.check()
    await voice.close()


@pytest.mark.parametrize("name", EVALUATORS)
async def test_every_judge_of_the_table_opens(name: str):
    judge = open_evaluator([name], ["아메리카노"], models())
    assert judge.name == name
    await judge.check()
    await judge.close()


async def test_a_list_opens_engines_that_stand_in_for_each_other():
    voice = open_synthesizer(["espeak", "scripted"], {})
    assert voice.name == "espeak,scripted"
    await voice.close()


@pytest.mark.parametrize("name", sorted(LATER))
def test_an_engine_of_another_version_is_refused_with_what_would_work(name: str):
    with pytest.raises(BadSettings, match=f"TTS_PROVIDER: {name} is not in this version; use espeak or scripted"):
        open_synthesizer(["espeak", name], {})
    with pytest.raises(BadSettings, match=f"EVAL_PROVIDER: {name} is not in this version; use cascade or gemini"):
        open_evaluator([name], [], models())


def test_an_unknown_engine_is_refused_with_what_would_work():
    with pytest.raises(
        BadSettings, match="esspeak is not an engine that kotoserver knows; use espeak or scripted"
    ):
        open_synthesizer(["esspeak"], {})


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
    judge = open_evaluator(names, [], models(**environ))
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
        open_evaluator(names, [], models(**environ))
    assert sentence in refused.value.message
    assert refused.value.message.endswith(".")
    assert "\n" not in refused.value.message


async def test_authored_voices_reach_the_built_in_engine():
    voices = {"ko-x": authored(variant="f2", pitch=80), "ko-y": authored(variant="m3", pitch=20)}
    voice = open_synthesizer(["espeak"], voices)
    high, low = [await voice.synthesize(SpeechRequest(text="안녕하세요.", voice=voice_id)) for voice_id in voices]
    await voice.close()
    assert high.pcm != low.pcm


def test_naming_the_engines_loads_none_of_them():
    heavy = "espeakng_loader kiwipiepy soundfile google.genai"
    probe = f"import sys, kotoserver.providers.registry; print([m for m in {heavy.split()!r} if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
