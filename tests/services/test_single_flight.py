import asyncio

import pytest

from kotoserver.domain.errors import ProviderFailed
from kotoserver.services.single_flight import SingleFlight


class Work:
    """A job that waits to be let go and counts how often it was begun."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.begun = 0
        self.may_end = asyncio.Event()
        self._failure = failure

    async def __call__(self) -> str:
        self.begun += 1
        await self.may_end.wait()
        if self._failure:
            raise self._failure
        return f"outcome {self.begun}"


async def waiting(flights: SingleFlight[str], work: Work, number: int) -> list[asyncio.Task[str]]:
    tasks = [asyncio.create_task(flights.join("key", work)) for _ in range(number)]
    await asyncio.sleep(0)
    return tasks


async def test_everyone_gets_the_outcome_of_one_piece_of_work():
    flights, work = SingleFlight[str](), Work()
    tasks = await waiting(flights, work, 50)
    assert "key" in flights
    work.may_end.set()
    assert set(await asyncio.gather(*tasks)) == {"outcome 1"}
    assert work.begun == 1
    assert "key" not in flights


async def test_one_who_goes_away_does_not_end_it_for_the_others():
    flights, work = SingleFlight[str](), Work()
    tasks = await waiting(flights, work, 3)
    tasks[0].cancel()
    await asyncio.wait([tasks[0]])
    work.may_end.set()
    assert await asyncio.gather(*tasks[1:]) == ["outcome 1"] * 2
    assert tasks[0].cancelled()


async def test_the_work_goes_on_when_everyone_goes_away():
    flights, work = SingleFlight[str](), Work()
    for task in await waiting(flights, work, 2):
        task.cancel()
    (late,) = await waiting(flights, work, 1)
    work.may_end.set()
    assert await late == "outcome 1"


async def test_a_failure_reaches_everyone_and_the_next_one_tries_anew():
    flights, work = SingleFlight[str](), Work(ProviderFailed("broken"))
    tasks = await waiting(flights, work, 3)
    work.may_end.set()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {ProviderFailed}
    assert await flights.join("key", _fine) == "fine"


async def test_a_failure_that_nobody_waits_for_is_no_warning():
    flights, work = SingleFlight[str](), Work(ProviderFailed("broken"))
    (task,) = await waiting(flights, work, 1)
    task.cancel()
    work.may_end.set()
    await flights.settle()
    assert len(flights) == 0


async def test_cancelling_everything_tells_those_who_wait():
    flights, work = SingleFlight[str](), Work()
    (task,) = await waiting(flights, work, 1)
    await flights.cancel()
    with pytest.raises(ProviderFailed) as failure:
        await task
    assert failure.value.code == "shutting_down"


async def _fine() -> str:
    return "fine"
