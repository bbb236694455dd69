"""The purse that all servers share: two of them on one database stand for any number."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from kotoserver import telemetry
from kotoserver.domain.errors import ProviderFailed, StorageFailed
from kotoserver.ports.storage import EVERYBODY, Storage
from kotoserver.services.purse import FRESH_SECONDS, LEARNERS_KEPT, DayPurse
from kotoserver.storage import open_storage
from kotoserver.storage.sqlite import SqliteDatabase
from kotoserver.storage.storage import SqlStorage
from tests.providers.clocks import HeldClock

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC).timestamp()
TODAY = date(2026, 11, 28)
TOMORROW = date(2026, 11, 29)
MakePurse = Callable[..., DayPurse]


@pytest.fixture
def clock() -> HeldClock:
    return HeldClock(at=NOON)


@pytest.fixture
async def make_purse(storage: Storage, clock: HeldClock) -> AsyncIterator[MakePurse]:
    async with AsyncExitStack() as stack:

        def make(daily: float = 1.0, learner: float = 0.5) -> DayPurse:
            purse = DayPurse(storage, clock, daily_budget=daily, learner_budget=learner)
            stack.push_async_callback(purse.close)
            return purse

        yield make


async def spend(purse: DayPurse, usd: float, payer: str | None = None) -> None:
    async with purse.hold(payer, usd):
        pass


async def refused(purse: DayPurse, usd: float, payer: str | None = None) -> bool:
    try:
        await spend(purse, usd, payer)
    except ProviderFailed as failure:
        assert failure.code == "over_budget"
        return True
    return False


async def test_what_was_spent_is_in_the_database_for_all_and_for_the_learner(
    storage: Storage, make_purse: MakePurse
):
    purse = make_purse()
    await spend(purse, 0.25, "lrn_1")
    await spend(purse, 0.5)
    await purse.close()
    assert await storage.find_spending(TODAY, EVERYBODY) == pytest.approx(0.75)
    assert await storage.find_spending(TODAY, "lrn_1") == pytest.approx(0.25)


async def test_no_request_begins_that_could_overdraw_the_day(make_purse: MakePurse):
    purse = make_purse(daily=1.0)
    async with purse.hold(None, 0.75):
        assert await refused(purse, 0.5)
        assert not await refused(purse, 0.25)


async def test_no_learner_costs_more_than_their_share(make_purse: MakePurse):
    purse = make_purse(learner=0.5)
    await spend(purse, 0.5, "lrn_1")
    assert await refused(purse, 0.01, "lrn_1")
    assert not await refused(purse, 0.5, "lrn_2")


async def test_what_was_not_spent_is_there_again(storage: Storage, make_purse: MakePurse):
    purse = make_purse()
    async with purse.hold("lrn_1", 0.5) as hold:
        hold.spent = 0.125
    assert not await refused(purse, 0.375, "lrn_1")
    await purse.close()
    assert await storage.find_spending(TODAY, "lrn_1") == pytest.approx(0.5)


async def test_what_broke_off_is_paid_whole(storage: Storage, make_purse: MakePurse):
    purse = make_purse()
    with pytest.raises(RuntimeError):
        async with purse.hold(None, 0.25):
            raise RuntimeError
    await purse.close()
    assert await storage.find_spending(TODAY, EVERYBODY) == pytest.approx(0.25)


async def test_what_costs_nothing_needs_no_budget(make_purse: MakePurse):
    assert not await refused(make_purse(daily=0.0, learner=0.0), 0.0, "lrn_1")


async def test_servers_share_the_day(make_purse: MakePurse, clock: HeldClock):
    one, other = make_purse(), make_purse()
    await spend(one, 0.75)
    await one.close()
    assert await refused(other, 0.5)


async def test_what_others_spent_is_noticed_after_a_few_seconds(make_purse: MakePurse, clock: HeldClock):
    one, other = make_purse(), make_purse()
    await spend(other, 0.125)
    await spend(one, 0.75)
    await one.close()
    clock.at += FRESH_SECONDS
    assert await refused(other, 0.5)


async def test_many_requests_at_once_cannot_overdraw_the_day(storage: Storage, make_purse: MakePurse):
    purse = make_purse(daily=1.0)
    outcomes = await asyncio.gather(*(refused(purse, 0.125, f"lrn_{number % 5}") for number in range(40)))
    assert outcomes.count(False) == 8
    await purse.close()
    assert await storage.find_spending(TODAY, EVERYBODY) == pytest.approx(1.0)


class NoticedStorage(SqlStorage):
    def __init__(self, path: Path) -> None:
        super().__init__(SqliteDatabase(path))
        self.written = asyncio.Event()

    async def add_spending(self, day: date, usd_by_payer: Mapping[str, float]) -> None:
        await super().add_spending(day, usd_by_payer)
        self.written.set()


async def test_spending_is_written_behind_the_answers_without_being_asked(tmp_path: Path, clock: HeldClock):
    storage = NoticedStorage(tmp_path / "koto.sqlite3")
    await storage.migrate()
    purse = DayPurse(storage, clock, daily_budget=1.0, learner_budget=0.5)
    await spend(purse, 0.25)
    assert not storage.written.is_set()
    await storage.written.wait()
    assert await storage.find_spending(TODAY, EVERYBODY) == pytest.approx(0.25)
    await purse.close()
    await storage.close()


async def test_every_day_begins_with_the_whole_budget(storage: Storage, make_purse: MakePurse, clock: HeldClock):
    purse = make_purse(daily=1.0)
    await spend(purse, 1.0)
    clock.at += timedelta(days=1).total_seconds()
    assert not await refused(purse, 0.75)
    await purse.close()
    assert await storage.find_spending(TODAY, EVERYBODY) == pytest.approx(1.0)
    assert await storage.find_spending(TOMORROW, EVERYBODY) == pytest.approx(0.75)


async def test_a_request_over_midnight_is_booked_on_the_day_it_ended(
    storage: Storage, make_purse: MakePurse, clock: HeldClock
):
    purse = make_purse()
    async with purse.hold(None, 0.5):
        clock.at += timedelta(days=1).total_seconds()
        await spend(purse, 0.125)
    await purse.close()
    assert await storage.find_spending(TODAY, EVERYBODY) == 0.0
    assert await storage.find_spending(TOMORROW, EVERYBODY) == pytest.approx(0.625)


async def test_what_learners_cost_long_ago_is_forgotten(storage: Storage, make_purse: MakePurse, clock: HeldClock):
    purse = make_purse()
    await spend(purse, 0.25, "lrn_1")
    await purse.close()
    clock.at += (LEARNERS_KEPT + timedelta(days=1)).total_seconds()
    await spend(make_purse(), 0.25)
    later = make_purse()
    clock.at += timedelta(days=1).total_seconds()
    await spend(later, 0.25)
    assert await storage.find_spending(TODAY, "lrn_1") == 0.0
    assert await storage.find_spending(TODAY, EVERYBODY) == pytest.approx(0.25)


async def test_without_a_database_each_server_goes_on_with_what_it_knows(tmp_path: Path, clock: HeldClock):
    nowhere = open_storage(f"sqlite:///{tmp_path / 'koto.sqlite3'}", data_dir=tmp_path)
    await nowhere.close()
    with pytest.raises(StorageFailed):
        await nowhere.check()
    purse = DayPurse(nowhere, clock, daily_budget=1.0, learner_budget=0.5)
    await spend(purse, 0.375, "lrn_1")
    assert await refused(purse, 0.25, "lrn_1")
    assert not await refused(purse, 0.5, "lrn_2")
    assert await refused(purse, 0.25, "lrn_3")
    await purse.close()


async def test_what_is_left_is_a_metric(make_purse: MakePurse):
    await spend(make_purse(daily=2.0), 0.5)
    assert telemetry.REGISTRY.get_sample_value("koto_budget_spent_usd", {"on": "speech"}) == pytest.approx(0.5)
