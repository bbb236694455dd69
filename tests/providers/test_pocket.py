import pytest

from kotoserver.domain.errors import ProviderFailed
from kotoserver.providers.pocket import PocketPurse
from tests.providers.clocks import HeldClock

DAY = 86_400.0


async def spend(purse: PocketPurse, payer: str | None, usd: float) -> None:
    async with purse.hold(payer, usd):
        pass


async def test_a_learner_has_a_budget_of_their_own_within_that_of_all():
    purse = PocketPurse(1.0, 0.4, HeldClock())
    await spend(purse, "a", 0.4)
    with pytest.raises(ProviderFailed) as refused:
        await spend(purse, "a", 0.1)
    assert refused.value.code == "over_budget"
    await spend(purse, "b", 0.4)
    with pytest.raises(ProviderFailed):
        await spend(purse, "c", 0.3)
    await spend(purse, None, 0.2)


async def test_what_was_not_spent_is_there_again():
    purse = PocketPurse(1.0, 1.0, HeldClock())
    async with purse.hold("a", 0.9) as hold:
        hold.spent = 0.1
    await spend(purse, "a", 0.9)


async def test_every_day_begins_anew():
    clock = HeldClock(at=DAY - 1)
    purse = PocketPurse(1.0, 0.4, clock)
    await spend(purse, "a", 0.4)
    clock.at += 1
    await spend(purse, "a", 0.4)
