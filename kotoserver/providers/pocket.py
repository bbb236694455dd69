"""The purse of a process that shares none."""

from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from datetime import date

from kotoserver.ports import purse
from kotoserver.ports.clock import Clock
from kotoserver.ports.purse import Hold
from kotoserver.providers import spending


class PocketPurse(purse.Purse):
    """What was spent is forgotten with the process."""

    def __init__(self, daily_budget: float, learner_budget: float, clock: Clock) -> None:
        """Budgets in US dollars a day of UTC, for all together and for each learner."""
        self._everybody = spending.Purse(daily_budget, clock)
        self._learner_budget = learner_budget
        self._clock = clock
        self._learners: tuple[date, dict[str, spending.Purse]] = (clock.now().date(), {})

    @asynccontextmanager
    async def hold(self, payer: str | None, most: float) -> AsyncIterator[Hold]:
        purses = [self._everybody] if payer is None else [self._everybody, self._learner(payer)]
        hold = Hold(spent=0.0)
        parts: list[spending.Hold] = []
        with ExitStack() as stack:
            try:
                for each in purses:
                    parts.append(stack.enter_context(each.hold(most)))  # noqa: PERF401  # a refusal keeps them
                hold.spent = most
                yield hold
            finally:  # where one refuses, the others spent nothing
                for part in parts:
                    part.spent = hold.spent

    def _learner(self, payer: str) -> spending.Purse:
        today = self._clock.now().date()
        if self._learners[0] != today:
            self._learners = (today, {})
        return self._learners[1].setdefault(payer, spending.Purse(self._learner_budget, self._clock))
