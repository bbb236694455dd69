import pytest

from kotoserver.domain.errors import ProviderFailed
from kotoserver.ports.clock import SystemClock
from kotoserver.providers.policy import FallbackEvaluator
from kotoserver.providers.scripted import ScriptedEvaluator
from tests.providers.test_scripted import ORDER


class Cloud(ScriptedEvaluator):
    name = "cloud"


async def test_the_first_judge_judges_when_it_can():
    judge = FallbackEvaluator([Cloud(), ScriptedEvaluator()], SystemClock())
    await judge.prepare(ORDER)
    evaluation = await judge.evaluate("라떼 주세요.", ORDER)
    assert (evaluation.engine, evaluation.degraded) == ("cloud", None)


async def test_a_lesser_judge_says_that_it_stands_in_and_why():
    judge = FallbackEvaluator([Cloud(failures=[ProviderFailed("down")]), ScriptedEvaluator()], SystemClock())
    evaluation = await judge.evaluate("라떼 주세요.", ORDER)
    assert (evaluation.engine, evaluation.intent) == ("scripted", "order")
    assert evaluation.degraded == "cloud: provider_failed"


async def test_without_any_judge_the_turn_fails():
    judge = FallbackEvaluator([Cloud(failures=[ProviderFailed("down")])], SystemClock())
    with pytest.raises(ProviderFailed, match="cloud: provider_failed"):
        await judge.evaluate("라떼 주세요.", ORDER)


async def test_name_version_check_and_close_go_to_all():
    judge = FallbackEvaluator([Cloud(), ScriptedEvaluator()], SystemClock())
    assert (judge.name, judge.version) == ("cloud,scripted", "1,1")
    await judge.check()
    await judge.close()
