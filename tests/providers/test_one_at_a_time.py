import asyncio
from threading import Event

import pytest

from kotoserver.domain.errors import ProviderFailed, TooFast
from kotoserver.providers.one_at_a_time import OneAtATime


async def test_work_is_done_one_at_a_time_in_its_order():
    thread, done = OneAtATime("the test", 8), []
    await asyncio.gather(*(thread.run(done.append, number) for number in range(8)))
    await thread.close()
    assert done == list(range(8))


async def test_work_that_is_cancelled_while_it_waits_never_begins_and_frees_its_place():
    thread, go, done = OneAtATime("the test", 2), Event(), []
    first = asyncio.create_task(thread.run(go.wait, 10))
    second = asyncio.create_task(thread.run(done.append, "second"))
    await asyncio.sleep(0)
    with pytest.raises(TooFast) as refused:
        await thread.run(done.append, "one too many")
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)
    third = asyncio.create_task(thread.run(done.append, "third"))
    await asyncio.sleep(0)
    go.set()
    await asyncio.gather(first, third)
    await thread.close()
    assert refused.value.code == "busy"
    assert done == ["third"]


async def test_closing_waits_for_the_work_being_done_and_refuses_what_waits():
    thread, go, done = OneAtATime("the test", 8), Event(), []
    first = asyncio.create_task(thread.run(go.wait, 10))
    second = asyncio.create_task(thread.run(done.append, "second"))
    await asyncio.sleep(0)
    closing = asyncio.create_task(thread.close())
    await asyncio.sleep(0)
    go.set()
    await closing
    with pytest.raises(ProviderFailed, match="the test is closed"):
        await second
    with pytest.raises(ProviderFailed):
        await thread.run(done.append, "late")
    assert await first
    assert done == []
