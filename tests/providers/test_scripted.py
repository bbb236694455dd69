import asyncio
from dataclasses import replace
from types import MappingProxyType

import pytest

from kotoserver.domain.errors import ProviderFailed
from kotoserver.domain.evaluation import Expectation, Verdict
from kotoserver.domain.levels import SpeechLevel
from kotoserver.domain.scene import CommonAction, CommonIntent, Intent, Line, Scoring, Slot, SlotKind
from kotoserver.domain.speech import SpeechRequest
from kotoserver.providers.scripted import ScriptedEvaluator, ScriptedSynthesizer

LINE = SpeechRequest(text="안녕하세요.", voice="ko-f-02")

ORDER = Expectation(
    key="cafe@1/order",
    npc_line="주문하시겠어요?",
    intents=(Intent(id="order", examples=("아메리카노 두 잔 주세요.", "라떼 주세요.")),),
    common=(
        CommonIntent(
            id="ask_repeat",
            examples=("다시 말해 주세요.",),
            action=CommonAction.REPEAT,
            say=Line(id="C1", ko="네.", by="barista"),
        ),
    ),
    slots=MappingProxyType(
        {
            "drink": Slot(
                id="drink",
                kind=SlotKind.CHOICE,
                required=True,
                values={"americano": ("아메리카노",), "latte": ("라떼", "라테")},
            ),
            "count": Slot(id="count", kind=SlotKind.NATIVE_NUMBER, required=False, values={}, maximum=5),
        }
    ),
    shortcuts=MappingProxyType({}),
    synonyms=MappingProxyType({}),
    target=SpeechLevel.HAEYO,
    also_ok=(),
    model=None,
    grammar=(),
    scoring=Scoring(task=50, language=20, speech_level=20, delivery=10, passing=60),
)


async def test_the_voice_waits_for_its_gate():
    gate = asyncio.Event()
    voice = ScriptedSynthesizer(gate=gate)
    speaking = asyncio.create_task(voice.synthesize(LINE))
    await asyncio.sleep(0)
    assert not speaking.done()
    gate.set()
    assert not (await speaking).silent


async def test_the_voice_fails_as_often_as_it_is_told():
    voice = ScriptedSynthesizer(failures=[ProviderFailed("one")])
    voice.fail_next(ProviderFailed("two"))
    for words in ("one", "two"):
        with pytest.raises(ProviderFailed, match=words):
            await voice.synthesize(LINE)
    assert not (await voice.synthesize(LINE)).silent
    assert voice.spoken == 1


async def test_an_example_is_accepted_with_the_slots_it_names():
    evaluation = await ScriptedEvaluator().evaluate("아메리카노 두 잔 주세요", ORDER)
    assert evaluation.intent == "order"
    assert evaluation.verdict is Verdict.ACCEPT
    assert evaluation.filled() == {"drink": "americano", "count": 2}


async def test_a_common_move_is_known():
    assert (await ScriptedEvaluator().evaluate("다시 말해 주세요.", ORDER)).intent == "ask_repeat"


async def test_anything_else_has_to_be_said_again():
    evaluation = await ScriptedEvaluator().evaluate("몰라요", ORDER)
    assert (evaluation.intent, evaluation.verdict, evaluation.score) == (None, Verdict.RETRY, 0)


async def test_the_script_comes_first():
    judge = ScriptedEvaluator()
    scripted = replace(await judge.evaluate("라떼 주세요.", ORDER), score=42)
    told = ScriptedEvaluator({"라떼 주세요.": scripted})
    assert (await told.evaluate("라떼 주세요.", ORDER)).score == 42
    assert (await told.evaluate("아메리카노 두 잔 주세요.", ORDER)).score == 100


async def test_the_judge_fails_as_often_as_it_is_told():
    judge = ScriptedEvaluator(failures=[ProviderFailed("down")])
    with pytest.raises(ProviderFailed):
        await judge.evaluate("라떼 주세요.", ORDER)
    assert (await judge.evaluate("라떼 주세요.", ORDER)).intent == "order"
