import pytest

from kotoserver.domain.errors import ProviderFailed
from kotoserver.providers.language_model import Prompt, Tokens
from kotoserver.providers.spending import PRICES, Purse, cost, most_tokens
from kotoserver.settings import VARIABLES, TokenPrice
from tests.providers.clocks import HeldClock

DAY = 86_400.0


def test_the_cost_is_the_tokens_at_their_prices():
    tokens = Tokens(asked=2_000_000, answered=100_000)
    assert cost(tokens, TokenPrice(asked=0.30, answered=2.50)) == pytest.approx(0.85)


def test_a_request_is_reckoned_at_more_than_it_can_take():
    prompt = Prompt(instruction="한국어", question="{}", schema={}, most_answered=7)
    assert most_tokens(prompt) == Tokens(asked=len("한국어".encode()) + 4, answered=7)


def test_what_was_put_aside_becomes_what_was_spent():
    purse = Purse(1.0, HeldClock())
    with purse.hold(0.6) as hold:
        assert purse.spent == 0.6
        hold.spent = 0.1
    assert purse.spent == pytest.approx(0.1)


def test_a_request_that_broke_off_is_booked_at_its_most():
    purse = Purse(1.0, HeldClock())
    with pytest.raises(RuntimeError), purse.hold(0.6):
        raise RuntimeError
    assert purse.spent == pytest.approx(0.6)


def test_no_request_begins_that_could_overdraw_the_day():
    purse = Purse(1.0, HeldClock())
    with purse.hold(0.6), pytest.raises(ProviderFailed) as refused, purse.hold(0.5):
        pass
    assert refused.value.code == "over_budget"
    with purse.hold(0.4):
        pass


def test_every_day_begins_with_the_whole_budget():
    clock = HeldClock(at=DAY - 1)
    purse = Purse(1.0, clock)
    with purse.hold(1.0):
        pass
    clock.at += 1
    assert purse.spent == 0.0


def test_a_request_over_midnight_is_booked_on_the_day_it_ended():
    clock = HeldClock(at=DAY - 1)
    purse = Purse(1.0, clock)
    with purse.hold(0.6) as hold:
        clock.at += 2
        hold.spent = 0.2
    assert purse.spent == pytest.approx(0.2)


def test_a_free_model_needs_no_budget():
    with Purse(0.0, HeldClock()).hold(0.0):
        pass


def test_the_default_model_has_a_price():
    [default] = [variable.default for variable in VARIABLES if variable.name == "GEMINI_MODEL"]
    assert default in PRICES
