"""How much may be asked for by one learner, and from one address."""

import pytest

from kotoserver.bus.memory import MemoryBus
from kotoserver.domain.errors import TooFast
from kotoserver.domain.learner import Caller
from kotoserver.services.limits import ADDRESS_TIMES, LimitsService, Use
from kotoserver.settings import Settings

BY_CALLER = [Use.FRAMES, Use.TURNS, Use.HELPS, Use.UPLOADS, Use.EVALUATIONS, Use.JOINS]


def limits_of(**a_minute: int) -> LimitsService:
    told = ",".join(f"{use}={limit}" for use, limit in a_minute.items())
    return LimitsService(MemoryBus(), MemoryBus(), Settings.from_environ({"KOTO_LIMITS": told}).limits)


@pytest.mark.parametrize("use", BY_CALLER)
async def test_an_address_is_worth_many_learners_and_no_more(use: Use):
    limits = limits_of(**{use.value: 1})
    for number in range(ADDRESS_TIMES):
        await limits.count_caller(use, Caller(learner_id=f"lrn_{number}", address="192.0.2.7"))
    late = Caller(learner_id="lrn_late", address="192.0.2.7")
    with pytest.raises(TooFast) as refused:
        await limits.count_caller(use, late)
    assert refused.value.code == "too_fast"
    assert 1 <= (refused.value.retry_after or 0) <= 60
    assert limits.refused(use) == 1
    await limits.count_caller(use, Caller(learner_id="lrn_elsewhere", address="192.0.2.8"))


async def test_a_learner_is_refused_before_their_address_is_counted():
    limits = limits_of(turns=1)
    for _ in range(ADDRESS_TIMES * 2):
        try:
            await limits.count_caller(Use.TURNS, Caller(learner_id="lrn_hasty", address="192.0.2.7"))
        except TooFast:
            continue
    await limits.count_caller(Use.TURNS, Caller(learner_id="lrn_beside", address="192.0.2.7"))


async def test_a_household_of_ipv6_is_one_address():
    limits = limits_of(turns=1)
    for number in range(ADDRESS_TIMES):
        await limits.count_caller(Use.TURNS, Caller(learner_id=f"lrn_{number}", address=f"2001:db8::{number:x}"))
    with pytest.raises(TooFast):
        await limits.count_caller(Use.TURNS, Caller(learner_id="lrn_late", address="2001:db8::ffff"))


async def test_what_is_not_limited_is_not_limited_from_anywhere():
    limits = limits_of(turns=0)
    for _ in range(ADDRESS_TIMES + 1):
        await limits.count_caller(Use.TURNS, Caller(learner_id="lrn_1", address="192.0.2.7"))
