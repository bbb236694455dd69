"""What it costs to store one turn: CPU and wall time per save, on SQLite and on Postgres.

    python -m bench.storage [--turns 2000] [--postgres URL]

A turn is what the server stores for one utterance: the session (guarded by its revision), the turn with
its evaluation, four events and two speech keys, in one transaction. It is compared with a bare INSERT of
one event, and on SQLite with the same statements sent one by one through aiosqlite. CPU is that of this
process with its threads; Postgres spends its own besides. Without a URL a Postgres is started for the
measurement, with fsync on as in production.
"""

import argparse
import asyncio
import sqlite3
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path

import aiosqlite

from kotoserver.ports.storage import SpokenLine, TurnRecord
from kotoserver.storage import rows
from kotoserver.storage.database import Write
from kotoserver.storage.open import open_database
from kotoserver.storage.sql import Dialect
from kotoserver.storage.sqlite import bound
from kotoserver.storage.storage import ADD_EVENT, ADD_SPEECH, ADD_TURN, UPDATE_SESSION, SqlStorage
from tests.servers import postgres_server
from tests.stored import event, learner, session, spoken, turn

EVENTS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    cpu: float
    """Milliseconds of this process for each call."""
    wall: float
    """Milliseconds for each call."""

    def __str__(self) -> str:
        return f"cpu {self.cpu:6.3f} ms   wall {self.wall:6.3f} ms"


async def measure(turns: int, call: Callable[[int], Awaitable[object]]) -> Cost:
    """What one call costs; calls are numbered from 1."""
    cpu, wall = time.process_time(), time.perf_counter()
    for number in range(1, turns + 1):
        await call(number)
    return Cost(cpu=(time.process_time() - cpu) / turns * 1000, wall=(time.perf_counter() - wall) / turns * 1000)


def spoken_in(number: int) -> list[SpokenLine]:
    """One line that is new with this turn and one that was said before."""
    return [spoken(f"key_{number}"), spoken("known")]


def told_in(number: int) -> range:
    """The numbers of the turn's events."""
    return range(EVENTS * number - EVENTS + 1, EVENTS * number + 1)


def said_in(number: int) -> TurnRecord:
    told = told_in(number)
    return replace(turn(number), first_seq=told[0], last_seq=told[-1])


async def measure_storage(name: str, url: str, turns: int) -> Cost:
    database = open_database(url, data_dir=Path())
    storage = SqlStorage(database)
    await storage.migrate()
    await storage.add_learner(learner())
    await storage.open_session(session(), [], [])
    await storage.open_session(session("sess_2"), [], [])

    def save(number: int) -> Awaitable[object]:
        return storage.save_session(
            replace(session(), revision=number + 1, last_seq=EVENTS * number),
            read_at=number,
            turn=said_in(number),
            events=[event(seq) for seq in told_in(number)],
            spoken=spoken_in(number),
        )

    def insert(number: int) -> Awaitable[object]:
        return database.write(Write(ADD_EVENT, [rows.event_row(event(number, session_id="sess_2"))]))

    calls: dict[str, Callable[[int], Awaitable[object]]] = {
        "save a turn": save,
        "insert one event": insert,
        "find a session": lambda number: storage.find_session("sess_1"),
        "find a turn": lambda number: storage.find_turn("sess_1", f"turn_{number}"),
        "add a timing": lambda number: storage.add_timings("sess_1", f"turn_{number}", {"speech": 9.5}),
    }
    costs = {each: await measure(turns, call) for each, call in calls.items()}
    await storage.close()
    for each, cost in costs.items():
        print(f"{name:10} {each:18} {cost}")
    saved, inserted = costs["save a turn"], costs["insert one event"]
    print(f"{name:10} a save costs {saved.cpu / inserted.cpu:.1f} bare inserts of CPU")
    return saved


async def measure_statements(path: Path, turns: int) -> Cost:
    """The same save with one trip to the thread for each statement, as aiosqlite has it."""
    storage = SqlStorage(open_database(f"sqlite:///{path}", data_dir=Path()))
    await storage.migrate()
    await storage.add_learner(learner())
    await storage.open_session(session(), [], [])
    await storage.close()
    async with aiosqlite.connect(path, isolation_level=None, detect_types=sqlite3.PARSE_DECLTYPES) as line:
        for pragma in ("synchronous = NORMAL", "foreign_keys = ON"):
            await line.execute(f"PRAGMA {pragma}")

        async def save(number: int) -> None:
            progress = rows.progress_json(session().progress)
            moved = ("sess_1", progress, number + 1, EVENTS * number, session().updated_at, number)
            events = [bound(rows.event_row(event(seq))) for seq in told_in(number)]
            spoken = [bound(rows.speech_row(line)) for line in spoken_in(number)]
            await line.execute("BEGIN IMMEDIATE")
            await line.execute(UPDATE_SESSION.text(Dialect.SQLITE), bound(moved))
            await line.execute(ADD_TURN.text(Dialect.SQLITE), bound(rows.turn_row(said_in(number))))
            await line.executemany(ADD_EVENT.text(Dialect.SQLITE), events)
            await line.executemany(ADD_SPEECH.text(Dialect.SQLITE), spoken)
            await line.execute("COMMIT")

        return await measure(turns, save)


async def main(turns: int, postgres_url: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        here = await measure_storage("sqlite", f"sqlite:///{folder}/koto.sqlite3", turns)
        print(f"{'sqlite':10} {'one by one':18} {await measure_statements(Path(folder) / 'plain', turns)}")
    there = await measure_storage("postgres", postgres_url, turns)
    print(
        f"a save on Postgres costs {there.cpu / here.cpu:.1f} times the CPU, {there.wall / here.wall:.1f} the time"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=2000)
    parser.add_argument("--postgres", metavar="URL")
    options = parser.parse_args()
    if options.postgres:
        asyncio.run(main(options.turns, options.postgres))
    else:
        with postgres_server(fsync="on") as url:
            asyncio.run(main(options.turns, url))
