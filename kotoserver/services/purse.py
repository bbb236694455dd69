"""The purse that all servers share: what was spent today is in the database, and read there once in a while.

What is put aside and what was spent here is known at once; what other processes spent is up to
`FRESH_SECONDS` old, so together they may overdraw a day by what they spend in that time. Spending is
written behind the answers, several at a time. When the database does not answer, each process goes on
with what it knows, which bounds it by the budget still.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, timedelta

from kotoserver import telemetry
from kotoserver.domain.errors import ProviderFailed, StorageFailed
from kotoserver.ports.clock import Clock
from kotoserver.ports.purse import Hold, Purse
from kotoserver.ports.storage import EVERYBODY, Storage

FRESH_SECONDS = 5.0
FRESH_LEARNER_SECONDS = 60.0
"""A learner plays on one server for most of a day."""
WRITE_SECONDS = 0.5
"""What is spent in this time is written at once."""
LEARNERS_KEPT = timedelta(days=31)
"""How long it is known what each learner cost."""
MOST_ACCOUNTS = 10_000
"""Learners whose account is held in memory."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Account:
    """One payer's day, in US dollars."""

    stored: float = 0.0
    """As the database said it last, and what was written since."""
    unwritten: float = 0.0
    held: float = 0.0
    read_at: float = float("-inf")
    reading: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def taken(self) -> float:
        return self.stored + self.unwritten + self.held

    @property
    def idle(self) -> bool:
        return not (self.unwritten or self.held or self.reading.locked())


class DayPurse(Purse):
    def __init__(self, storage: Storage, clock: Clock, *, daily_budget: float, learner_budget: float) -> None:
        """Budgets in US dollars a day of UTC, for all together and for each learner."""
        self._storage = storage
        self._clock = clock
        self._daily_budget = daily_budget
        self._learner_budget = learner_budget
        self._day: date = clock.now().date()
        self._accounts: dict[str, _Account] = {}
        self._writer: asyncio.Task[None] | None = None
        self._closed = asyncio.Event()
        self._using_database = asyncio.Lock()
        """A sum is never read while a part of it is being written."""
        telemetry.BUDGET.labels("speech").set(daily_budget)

    async def look(self) -> None:
        """Tells the metrics what all servers have spent today."""
        await self._turn_the_page()
        await self._refresh(EVERYBODY)
        self._tell()

    def _tell(self) -> None:
        telemetry.BUDGET_SPENT.labels("speech").set(self._account(EVERYBODY).taken)

    @asynccontextmanager
    async def hold(self, payer: str | None, most: float) -> AsyncIterator[Hold]:
        if most <= 0:
            yield Hold(spent=0.0)
            return
        await self._turn_the_page()
        payers = (EVERYBODY,) if payer is None else (EVERYBODY, payer)
        for each in payers:
            await self._refresh(each)
        accounts = [self._account(each) for each in payers]
        self._refuse_overdraft(payers, most)
        for account in accounts:
            account.held += most
        hold = Hold(spent=most)
        try:
            yield hold
        finally:
            for account in accounts:
                account.held = round(account.held - most, 9)  # nothing held is nothing, not a millionth
            self._book(payers, hold.spent)

    async def close(self) -> None:
        """Writes what was not written yet."""
        self._closed.set()
        if self._writer is not None:
            await self._writer
        await self._write()

    def _account(self, payer: str) -> _Account:
        account = self._accounts.get(payer)
        if account is None:
            if len(self._accounts) >= MOST_ACCOUNTS:
                self._forget_idle()
            account = self._accounts[payer] = _Account()
        return account

    def _forget_idle(self) -> None:
        self._accounts = {payer: each for payer, each in self._accounts.items() if not each.idle}

    def _refuse_overdraft(self, payers: tuple[str, ...], most: float) -> None:
        for payer in payers:
            budget = self._daily_budget if payer == EVERYBODY else self._learner_budget
            if self._account(payer).taken + most > budget:
                whose = "of the day" if payer == EVERYBODY else "of this learner"
                raise ProviderFailed(f"The speech budget {whose} is used up.", code="over_budget", retryable=False)

    def _book(self, payers: tuple[str, ...], usd: float) -> None:
        """On the day on which the request ended."""
        if usd <= 0:
            return
        for payer in payers:
            self._account(payer).unwritten += usd
        self._tell()
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write_soon())

    async def _turn_the_page(self) -> None:
        """A new day begins with nothing spent; money put aside over midnight stays so."""
        today = self._clock.now().date()
        if today == self._day:
            return
        await self._write()
        self._day = today
        for account in self._accounts.values():
            account.stored, account.read_at = 0.0, float("-inf")
        self._forget_idle()
        try:
            await self._storage.forget_spending(today - LEARNERS_KEPT)
        except StorageFailed as failure:
            log.warning("what learners cost long ago could not be forgotten: %s", failure.code)

    async def _refresh(self, payer: str) -> None:
        account = self._account(payer)
        fresh = FRESH_SECONDS if payer == EVERYBODY else FRESH_LEARNER_SECONDS
        async with account.reading:
            if self._clock.seconds() - account.read_at < fresh:
                return
            try:
                async with self._using_database:
                    account.stored = await self._storage.find_spending(self._day, payer)
            except StorageFailed as failure:
                log.warning("what was spent today could not be read: %s", failure.code)
            account.read_at = self._clock.seconds()

    async def _write_soon(self) -> None:
        while self._unwritten() and not self._closed.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(WRITE_SECONDS):
                    await self._closed.wait()
            await self._write()

    async def _write(self) -> None:
        """What cannot be written now stays to be written."""
        async with self._using_database:
            unwritten = self._unwritten()
            if not unwritten:
                return
            try:
                await self._storage.add_spending(self._day, unwritten)
            except StorageFailed as failure:
                log.warning("what was spent could not be written: %s", failure.code)
                return
            for payer, usd in unwritten.items():
                account = self._account(payer)
                account.unwritten -= usd
                account.stored += usd

    def _unwritten(self) -> Mapping[str, float]:
        return {payer: each.unwritten for payer, each in self._accounts.items() if each.unwritten > 0}
