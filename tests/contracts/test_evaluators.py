"""What every judge of Korean must do, asked of each of them."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import pytest

from kotoserver.domain.errors import ProviderFailed, TooFast
from kotoserver.domain.evaluation import Evaluation, SlotState, Verdict
from kotoserver.ports.clock import SystemClock
from kotoserver.ports.providers import Evaluator
from kotoserver.providers.local import LocalEvaluator
from kotoserver.providers.model_evaluator import ModelEvaluator, ModelOpinion
from kotoserver.providers.policy import Patience
from kotoserver.providers.policy.judges import FallbackEvaluator
from kotoserver.providers.scripted import ScriptedEvaluator
from kotoserver.providers.spending import Purse
from kotoserver.settings import TokenPrice
from tests.korean.turns import BAG, ORDER
from tests.providers.model_server import CLIENTS, serving_models

FREE = TokenPrice(asked=0.0, answered=0.0)
PATIENT = Patience(first_seconds=30.0, total_seconds=30.0)


@pytest.fixture(scope="module")
def local() -> Iterator[LocalEvaluator]:
    """One for the whole suite: it keeps nothing of a learner, and loading it takes a second."""
    opened = LocalEvaluator()
    yield opened
    asyncio.run(opened.close())


@pytest.fixture(params=["local", "scripted", *CLIENTS])
async def judge(request: pytest.FixtureRequest, local: LocalEvaluator) -> AsyncIterator[Evaluator]:
    if request.param == "local":
        yield local
    elif request.param == "scripted":
        yield ScriptedEvaluator()
    else:
        async with serving_models() as server:
            model = CLIENTS[request.param](server)
            clock = SystemClock()
            opinion = ModelOpinion(model, local, Purse(0.0, clock), FREE)
            yield ModelEvaluator(local, [opinion], clock, PATIENT)
            await model.close()


async def test_an_example_is_accepted_with_full_score(judge: Evaluator):
    for expectation in (ORDER, BAG):
        for intent in expectation.intents:
            for example in intent.examples:
                evaluation = await judge.evaluate(example, expectation)
                assert evaluation.intent == intent.id
                assert evaluation.verdict is Verdict.ACCEPT
                assert (evaluation.score, evaluation.items) == (100, ())


async def test_a_value_that_was_said_is_heard(judge: Evaluator):
    evaluation = await judge.evaluate("라떼 두 잔 주세요.", ORDER)
    assert evaluation.filled()["drink"] == "latte"
    assert all(reading.state is SlotState.FILLED for reading in evaluation.slots)


async def test_the_same_words_are_judged_the_same(judge: Evaluator):
    assert await judge.evaluate("라떼 하나 주세요", ORDER) == await judge.evaluate("라떼 하나 주세요", ORDER)


TEXTS = [
    "",
    " ",
    "…",
    "?",
    "🙂🙂",
    "asdf",
    "ㅋㅋㅋ",
    "어제 학교에 갔어요",
    "\u200b",
    "가" * 10_000,
    "네 " * 3_000,
    "١٢٣",
    "ᄂㅏ",
]


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
async def test_any_text_gets_a_whole_evaluation(judge: Evaluator, text: str):
    holds_together(await judge.evaluate(text, ORDER), text, judge)


def holds_together(evaluation: Evaluation, text: str, judge: Evaluator) -> None:
    assert evaluation.text == text
    assert 0 <= evaluation.score <= 100
    assert 0.0 <= evaluation.confidence <= 1.0
    assert len(evaluation.items) <= 3
    assert evaluation.engine in judge.name.split(",")
    assert judge.version.endswith(evaluation.engine_version)
    assert evaluation.degraded is None
    known = {intent.id for intent in (*ORDER.intents, *ORDER.common)}
    assert evaluation.intent is None or evaluation.intent in known
    for item in evaluation.items:
        assert item.span is None or 0 <= item.span.start <= item.span.end <= len(text)
    if evaluation.corrected is not None:
        assert "".join(part.learner for part in evaluation.diff) == text
        assert "".join(part.corrected for part in evaluation.diff) == evaluation.corrected


async def test_nothing_to_the_purpose_is_not_accepted(judge: Evaluator):
    evaluation = await judge.evaluate("어제 학교에 갔어요", ORDER)
    assert evaluation.verdict is Verdict.RETRY
    assert evaluation.score < ORDER.scoring.passing


async def test_many_at_once_each_get_their_own(judge: Evaluator):
    texts = [f"라떼 {number} 주세요" for number in ("한 잔", "두 잔", "세 잔", "네 잔")] * 5
    evaluations = await asyncio.gather(*(judge.evaluate(text, ORDER) for text in texts))
    assert [evaluation.text for evaluation in evaluations] == texts


async def test_a_changed_expectation_under_an_old_key_is_read_anew(judge: Evaluator):
    other = replace(BAG, key=ORDER.key)
    assert (await judge.evaluate("아니요, 괜찮아요.", other)).intent == "decline"


async def test_checking_a_good_judge_is_quiet(judge: Evaluator):
    await judge.check()


async def test_the_loop_turns_while_the_local_judge_works():
    judge = LocalEvaluator()
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    counting = asyncio.create_task(count())
    await judge.check()
    counting.cancel()
    await judge.close()
    assert turns > 10


async def test_the_local_judge_says_when_too_much_waits():
    judge = LocalEvaluator(most_waiting=2)
    answers = await asyncio.gather(
        *(judge.evaluate("라떼 주세요", ORDER) for _ in range(5)), return_exceptions=True
    )
    await judge.close()
    busy = [answer for answer in answers if isinstance(answer, TooFast)]
    assert [answer.code for answer in busy] == ["busy"] * 3
    assert sum(isinstance(answer, Evaluation) for answer in answers) == 2


async def test_a_closed_local_judge_says_so():
    judge = LocalEvaluator()
    await judge.close()
    with pytest.raises(ProviderFailed):
        await judge.evaluate("라떼 주세요", ORDER)


async def test_the_local_judge_keeps_a_bounded_number_of_turns():
    judge = LocalEvaluator(most_prepared=2)
    for number in range(4):
        await judge.prepare(replace(ORDER, key=f"order/{number}"))
    evaluation = await judge.evaluate("라떼 주세요", replace(ORDER, key="order/0"))
    await judge.close()
    assert evaluation.intent == "order_drink"


async def test_several_judges_prepare_together():
    judge = FallbackEvaluator([ScriptedEvaluator(), LocalEvaluator()], SystemClock())
    await judge.evaluate("네", ORDER)
    await judge.prepare(ORDER)
    await judge.close()


async def test_the_local_judge_names_what_its_judgements_hang_on(local: LocalEvaluator):
    assert "kiwipiepy" in local.version
    assert "model" in local.version
    assert local.version[0].isdigit()
    assert (await local.evaluate("라떼 주세요", ORDER)).engine_version == local.version
