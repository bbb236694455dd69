"""Money for engines: no request is begun that could overdraw the day."""

from abc import ABC, abstractmethod
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass


@dataclass(slots=True)
class Hold:
    """Money put aside for one request."""

    spent: float
    """US dollars; until something else is known, the most that the request can cost."""


class Purse(ABC):
    """What may be spent in one day of UTC: by all together, and for one learner."""

    @abstractmethod
    def hold(self, payer: str | None, most: float) -> AbstractAsyncContextManager[Hold]:
        """Puts `most` US dollars aside and books at the end what the hold says was spent.

        `payer` is the learner whom it serves; None for what serves everybody, such as an authored line.
        Nothing to hold needs no budget. ProviderFailed code `over_budget` when that much is not left.
        """
