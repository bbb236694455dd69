import asyncio

import pytest

from kotoserver.domain.errors import ProviderFailed, TooFast
from kotoserver.providers.remote_calls import RemoteCall, RemoteCalls
from tests.virtual_time import virtually


def calls(at_once: int = 4) -> RemoteCalls:
    return RemoteCalls("the service", at_once=at_once, deadline_seconds=10.0)


async def wait(call: RemoteCall, seconds: float) -> None:
    async with call.waiting():
        await asyncio.sleep(seconds)


def now() -> float:
    return asyncio.get_running_loop().time()


@virtually
async def test_a_service_that_is_late_is_given_up_at_the_deadline():
    with calls().call() as call, pytest.raises(ProviderFailed) as late:
        await wait(call, 60)
    assert (late.value.code, late.value.retryable) == ("too_late", True)
    assert now() == pytest.approx(10)


@virtually
async def test_a_service_that_trickles_is_late_all_the_same():
    with calls().call() as call:
        for _ in range(3):
            await wait(call, 3)
        with pytest.raises(ProviderFailed):
            await wait(call, 3)
    assert now() == pytest.approx(10)


@virtually
async def test_a_slow_listener_is_not_the_fault_of_the_service():
    with calls().call() as call:
        for _ in range(3):
            await wait(call, 3)
            await asyncio.sleep(60)
        assert call.seconds_left == pytest.approx(1)


@virtually
async def test_a_call_that_ends_makes_room_for_the_next_however_it_ended():
    service = calls(at_once=1)
    with service.call(), pytest.raises(TooFast) as full, service.call():
        pass
    assert full.value.code == "busy"
    with pytest.raises(ProviderFailed), service.call() as call:
        await wait(call, 60)
    with service.call() as call:
        await wait(call, 1)


@virtually
async def test_closing_ends_every_wait_at_once_and_waits_for_their_end():
    service = calls()

    async def ask() -> None:
        with service.call() as call:
            await wait(call, 5)

    asking = [asyncio.create_task(ask()) for _ in range(3)]
    await asyncio.sleep(1)
    await service.close()
    ended = await asyncio.gather(*asking, return_exceptions=True)
    assert [type(each) for each in ended] == [ProviderFailed] * 3
    assert all(
        not each.retryable and "closed" in each.message for each in ended if isinstance(each, ProviderFailed)
    )
    assert now() == pytest.approx(1)


@virtually
async def test_after_closing_nothing_begins_and_nothing_goes_on():
    service = calls()
    with service.call() as call:
        await service.close()
        with pytest.raises(ProviderFailed):
            await wait(call, 1)
    with pytest.raises(ProviderFailed), service.call():
        pass
    await service.close()
    assert now() == 0


@virtually
async def test_who_leaves_is_not_told_that_the_service_is_late():
    service = calls(at_once=1)

    async def ask() -> None:
        with service.call() as call:
            await wait(call, 5)

    asking = asyncio.create_task(ask())
    await asyncio.sleep(1)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await ask()
