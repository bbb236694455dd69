"""Postgres is restarted while learners play: what was answered is stored, and nothing is stored twice."""

import asyncio
import signal
from pathlib import Path

import pytest

from tests.apps import Frame, Guest, serving
from tests.servers import fresh_database, restartable_postgres

LEARNERS = 12
TURNS = 15


class Learner:
    """Says the same harmless thing again and again, each turn until it is answered."""

    def __init__(self, guest: Guest, session_id: str) -> None:
        self.guest = guest
        self.session_id = session_id
        self.acknowledged: list[str] = []
        self.refused = 0

    async def play(self, halfway: asyncio.Barrier) -> None:
        for number in range(TURNS):
            if number == TURNS // 2:
                await halfway.wait()
            await self.say(f"t{number}")

    async def say(self, turn_id: str) -> None:
        body = {"turn_id": turn_id, "text": "메뉴 좀 볼게요."}
        while True:
            answer = await self.guest.call("POST", f"/sessions/{self.session_id}/turns", json=body)
            if answer.status == 200:
                self.acknowledged.append(turn_id)
                return
            assert (answer.status, (await answer.json())["error"]["code"]) == (503, "storage_failed")
            self.refused += 1
            await asyncio.sleep(0.02)

    async def frames(self) -> list[Frame]:
        return list((await self.guest.get(f"/sessions/{self.session_id}/events"))["events"])

    async def turns(self) -> list[str]:
        told = await self.guest.get(f"/sessions/{self.session_id}/turns")
        return [turn["turn_id"] for turn in told["turns"]]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT], ids=["restarted", "crashed"])
async def test_no_acknowledged_turn_is_lost_or_doubled(how: signal.Signals, tmp_path: Path):
    with restartable_postgres() as (server_url, server):
        async with fresh_database(server_url) as url, serving(tmp_path, DATABASE_URL=url) as koto:
            guests = [await koto.guest() for _ in range(LEARNERS)]
            learners = [Learner(guest, await guest.open()) for guest in guests]
            halfway = asyncio.Barrier(LEARNERS + 1)

            async def restart() -> None:
                await halfway.wait()
                await asyncio.to_thread(server.stop, how)
                await asyncio.to_thread(server.start)

            async with asyncio.timeout(60):
                await asyncio.gather(restart(), *(learner.play(halfway) for learner in learners))
            assert sum(learner.refused for learner in learners) > 0
            for learner in learners:
                assert await learner.turns() == learner.acknowledged == [f"t{number}" for number in range(TURNS)]
                frames = await learner.frames()
                assert [frame["seq"] for frame in frames] == list(range(1, len(frames) + 1))
                judged = [frame["turn_id"] for frame in frames if frame["type"] == "evaluation_complete"]
                assert judged == learner.acknowledged
