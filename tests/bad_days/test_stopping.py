"""A server that is told to stop while its database says nothing ends within the time that the stack gives it."""

import asyncio
import signal
import time
from pathlib import Path

import aiohttp

from tests.architecture.compose_files import stack
from tests.architecture.test_compose import seconds
from tests.bad_days.test_disk import Learner
from tests.processes import start
from tests.servers import restartable_postgres


async def test_it_ends_before_it_is_killed(tmp_path: Path):
    grace = seconds(stack("compose.yaml")["services"]["app"]["stop_grace_period"])
    with restartable_postgres() as (url, postgres):
        process, address = await asyncio.to_thread(start, tmp_path, DATABASE_URL=url)
        async with aiohttp.ClientSession() as http:
            learner = Learner(http, address)
            await learner.enter()
            assert await learner.say("first") == (200, "")
            postgres.signal(signal.SIGSTOP)
            try:
                waiting = asyncio.create_task(learner.say("second"))
                await asyncio.sleep(0)
                begun = time.monotonic()
                process.send_signal(signal.SIGTERM)
                assert await asyncio.to_thread(process.wait, grace) == 0
                assert time.monotonic() - begun < grace
                await asyncio.gather(waiting, return_exceptions=True)
            finally:
                postgres.signal(signal.SIGCONT)
                process.kill()
                assert process.stdout is not None
                process.stdout.close()
