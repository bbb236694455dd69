"""What models cost, and the purse of one day that bounds it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from kotoserver.domain.errors import ProviderFailed
from kotoserver.ports.clock import Clock
from kotoserver.providers.language_model import Prompt, Tokens
from kotoserver.settings import TokenPrice

PRICES: Mapping[str, TokenPrice] = MappingProxyType(
    {
        "gemini-3.1-flash-lite": TokenPrice(asked=0.25, answered=1.50),
        "gemini-3.5-flash-lite": TokenPrice(asked=0.30, answered=2.50),
        "gemini-3.5-flash": TokenPrice(asked=1.50, answered=9.00),
        # Half of this until the end of 2026; the purse counts with the price that lasts.
        "gemini-3.8-flash": TokenPrice(asked=1.50, answered=7.50),
    }
)
"""Dollars for a million tokens of text, as published in November 2026 (ai.google.dev/gemini-api/docs/pricing)."""


def cost(tokens: Tokens, price: TokenPrice) -> float:
    """US dollars."""
    return (tokens.asked * price.asked + tokens.answered * price.answered) / 1_000_000


def most_tokens(prompt: Prompt) -> Tokens:
    """More than a request can use: no tokeniser makes more tokens of a text than it has bytes."""
    asked = len(f"{prompt.instruction}{prompt.question}{prompt.schema}".encode())
    return Tokens(asked=asked, answered=prompt.most_answered)


@dataclass(slots=True)
class Hold:
    """Money put aside for one request."""

    spent: float
    """US dollars; until something else is known, the most that the request can cost."""


class Purse:
    """What one process may spend on models in one day of UTC. No request is begun that could overdraw it."""

    def __init__(self, budget: float, clock: Clock) -> None:
        """`budget` in US dollars."""
        self._budget = budget
        self._clock = clock
        self._day: date | None = None
        self._spent = 0.0

    @property
    def spent(self) -> float:
        """US dollars of today, those put aside included."""
        self._turn_the_page()
        return self._spent

    @contextmanager
    def hold(self, most: float) -> Iterator[Hold]:
        """Puts `most` dollars aside and books at the end what the hold says was spent.

        ProviderFailed code `over_budget` when today's budget has not that much left.
        """
        self._turn_the_page()
        if self._spent + most > self._budget:
            raise ProviderFailed("The budget of the day for language models is used up.", code="over_budget")
        day = self._day
        self._spent += most
        hold = Hold(spent=most)
        try:
            yield hold
        finally:
            self._turn_the_page()
            self._spent += hold.spent - (most if day == self._day else 0.0)

    def _turn_the_page(self) -> None:
        today = self._clock.now().date()
        if today != self._day:
            self._day, self._spent = today, 0.0
