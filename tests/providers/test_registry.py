import subprocess
import sys

import pytest

from kotoserver.content.catalog_schema import VoiceSource
from kotoserver.domain.errors import BadSettings
from kotoserver.domain.speech import SpeechRequest
from kotoserver.providers.registry import EVALUATORS, LATER, SYNTHESIZERS, open_evaluator, open_synthesizer


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
    judge = open_evaluator([name], ["아메리카노"])
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
    with pytest.raises(BadSettings, match=f"EVAL_PROVIDER: {name} is not in this version; use local or scripted"):
        open_evaluator([name], [])


def test_an_unknown_engine_is_refused_with_what_would_work():
    with pytest.raises(
        BadSettings, match="esspeak is not an engine that kotoserver knows; use espeak or scripted"
    ):
        open_synthesizer(["esspeak"], {})


async def test_authored_voices_reach_the_built_in_engine():
    voices = {"ko-x": authored(variant="f2", pitch=80), "ko-y": authored(variant="m3", pitch=20)}
    voice = open_synthesizer(["espeak"], voices)
    high, low = [await voice.synthesize(SpeechRequest(text="안녕하세요.", voice=voice_id)) for voice_id in voices]
    await voice.close()
    assert high.pcm != low.pcm


def test_naming_the_engines_loads_none_of_them():
    heavy = "espeakng_loader kiwipiepy soundfile"
    probe = f"import sys, kotoserver.providers.registry; print([m for m in {heavy.split()!r} if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
