"""Redis dies and comes back while learners play on two servers: nobody is cut off, and no turn is lost."""

import asyncio
import signal
from contextlib import AsyncExitStack
from pathlib import Path

from tests.apps import Frame, Guest, Koto, Live, serving
from tests.servers import restartable_redis

LEARNERS = 6
TURNS = 5
"""Of each learner, in each of three times: before, while Redis is away, and afterwards."""


class Learner:
    """Listens on one server and speaks to the other."""

    def __init__(self, live: Live, elsewhere: Guest, session_id: str) -> None:
        self.live = live
        self.elsewhere = elsewhere
        self.session_id = session_id
        self.acknowledged: list[str] = []

    async def play(self, time: str) -> None:
        """A few turns; each is heard on the socket before the next."""
        for number in range(TURNS):
            turn_id = f"{time}-{number}"
            await self.elsewhere.say(self.session_id, "메뉴 좀 볼게요.", turn_id)
            self.acknowledged.append(turn_id)
            while not self.heard() or self.heard()[-1] != turn_id:
                await self.live.next()

    def heard(self) -> list[str]:
        return [frame["turn_id"] for frame in self.live.frames if frame["type"] == "evaluation_complete"]


async def a_learner(here: Koto, there: Koto) -> Learner:
    guest = await here.guest()
    session_id = await guest.open()
    return Learner(await guest.live(session_id), Guest(there, guest.token, guest.learner_id), session_id)


async def readiness(koto: Koto) -> tuple[int, str, str]:
    answer = await koto.http.get("/health/ready")
    body = await answer.json()
    (bus,) = (check["state"] for check in body["checks"] if check["kind"] == "bus")
    return answer.status, body["status"], bus


async def everyone_plays(learners: list[Learner], time: str) -> None:
    async with asyncio.timeout(30):
        await asyncio.gather(*(learner.play(time) for learner in learners))


async def test_play_goes_on_while_redis_is_away_and_nothing_is_lost(tmp_path: Path):
    with restartable_redis() as (url, redis):
        async with AsyncExitStack() as stack:
            here, there = [
                await stack.enter_async_context(serving(tmp_path, REDIS_URL=url, KOTO_SECRET="s" * 32))
                for _ in range(2)
            ]
            learners = [await a_learner(here, there) for _ in range(LEARNERS)]
            await everyone_plays(learners, "before")
            assert await readiness(here) == (200, "ok", "ok")

            dying = asyncio.create_task(asyncio.to_thread(redis.stop, signal.SIGKILL))
            await everyone_plays(learners, "meanwhile")
            await dying
            for koto in (here, there):
                assert await readiness(koto) == (200, "degraded", "degraded")

            await asyncio.to_thread(redis.start)
            await everyone_plays(learners, "afterwards")
            async with asyncio.timeout(10):
                while await readiness(here) != (200, "ok", "ok"):
                    pass
            for learner in learners:
                await check(learner)


async def check(learner: Learner) -> None:
    """What was answered is stored once, and was heard once, in order, on the one socket."""
    stored: list[Frame] = (await learner.elsewhere.get(f"/sessions/{learner.session_id}/events"))["events"]
    assert [frame["seq"] for frame in stored] == list(range(1, len(stored) + 1))
    judged = [frame["turn_id"] for frame in stored if frame["type"] == "evaluation_complete"]
    assert judged == learner.acknowledged == learner.heard()
    assert learner.live.frames[1:] == stored[1 : len(learner.live.frames)]
    assert learner.live.socket.close_code is None
