"""Whether a log of events in Redis (streams) would pay: what each event costs more, and what reading saves."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path

from redis.asyncio import Redis

from kotoserver.storage import open_storage
from tests.stored import event, learner, session

EVENTS = 4
"""Of one turn; also what a replay usually reads."""
KEPT = 200
ROUNDS = 1500


@dataclass(frozen=True, slots=True)
class Cost:
    milliseconds: float
    cpu: float
    """Milliseconds of this process."""


async def measure(postgres: str, redis_url: str) -> dict[str, Cost]:
    frames = [replace(event(seq), frame=event(seq).frame + " " * 400) for seq in range(1, 41)]
    storage = open_storage(postgres, data_dir=Path())
    await storage.migrate()
    await storage.add_learner(learner("lrn_streams"))
    opened = replace(session("sess_streams", learner_id="lrn_streams"), last_seq=40)
    await storage.open_session(opened, [replace(each, session_id=opened.id) for each in frames], [])
    async with Redis.from_url(redis_url, decode_responses=True) as redis:

        async def publish() -> None:
            async with redis.pipeline(transaction=False) as together:
                for each in frames[:EVENTS]:
                    together.publish("bench:news", f"{each.seq} {each.frame}")
                await together.execute()

        async def publish_and_log() -> None:
            async with redis.pipeline(transaction=False) as together:
                for each in frames[:EVENTS]:
                    together.publish("bench:news", f"{each.seq} {each.frame}")
                    together.xadd(
                        "bench:log", {"seq": each.seq, "frame": each.frame}, maxlen=KEPT, approximate=True
                    )
                await together.execute()

        async def read_log() -> object:
            return await redis.xrevrange("bench:log", count=EVENTS)

        async def read_database() -> object:
            return await storage.list_events(opened.id, after=40 - EVENTS)

        costs = {
            "telling a turn's events": await _cost(publish),
            "telling and logging them": await _cost(publish_and_log),
            "reading them from a log": await _cost(read_log),
            "reading them from Postgres": await _cost(read_database),
        }
        await redis.delete("bench:log")
    await storage.erase_learner("lrn_streams")
    await storage.close()
    return costs


async def _cost(call: Callable[[], Awaitable[object]]) -> Cost:
    for _ in range(ROUNDS // 10):
        await call()
    times: list[float] = []
    cpu = time.process_time()
    for _ in range(ROUNDS):
        started = time.perf_counter()
        await call()
        times.append((time.perf_counter() - started) * 1000)
        await asyncio.sleep(0)
    return Cost(sorted(times)[ROUNDS // 2], (time.process_time() - cpu) / ROUNDS * 1000)
