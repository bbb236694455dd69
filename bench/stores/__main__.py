"""The stores, measured: `python -m bench.stores [--seconds 4] [--cuts 1000]`.

Three servers side by side on one core, each with stores of its own kind, are given the same turns in stretches
one after the other; then connections are cut, and what they missed is replayed.
"""

import argparse
import asyncio
import os
from collections.abc import Sequence

from bench.processes import LOAD_CORE
from bench.stores import streams
from bench.stores.replay import Replays, cut_and_replay
from bench.stores.turns import RATE, ROUNDS, SESSIONS, Measured, measure, settings_of
from bench.voice.table import Row, print_head, print_row
from kotoserver.content.library import open_library
from kotoserver.settings import S3Settings, Settings
from tests.servers import fresh_database, postgres_server, redis_server, s3_server

REPLAY_MS = 150.0
_BASE = "SQLite"


async def main(seconds: float, cuts: int, server_url: str, redis: str, s3: S3Settings) -> None:
    os.sched_setaffinity(0, {LOAD_CORE})
    library = open_library(Settings.from_environ({}).scenes_dir, Settings.from_environ({}).langpacks_dir)
    answers = {turn.id: turn.model.ko for turn in library.scene("cafe").turns}
    async with fresh_database(server_url) as postgres, fresh_database(server_url) as other:
        stores = settings_of(postgres, redis, s3)
        stores = {**stores, "Postgres": {**stores["Postgres"], "DATABASE_URL": other}}
        print(f"{SESSIONS} sessions, {RATE:g} turns a second, {ROUNDS} stretches of {seconds:g} s on each\n")
        print_head()
        if seconds:
            _print_turns(await measure(stores, answers, seconds))
        for name in stores if cuts else ():
            _print_replays(name, await cut_and_replay(stores[name], answers, cuts))
        costs = await streams.measure(other, redis)
        for what, cost in costs.items():
            print_row(Row(what=what, found=cost.milliseconds, unit="ms", note=f"p50; CPU {cost.cpu:.3f} ms"))
    print(f"\nload of the machine over the last minute: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


def _print_turns(measured: dict[str, Measured]) -> None:
    for name, each in measured.items():
        for failure in each.spoilt:
            print(f"{name}: a stretch was spoilt and had again: {failure}")
    base = measured[_BASE]
    for name, each in measured.items():
        for what, of in (("CPU a turn", each.cpu_ms), ("turn, p50", each.latencies_ms)):
            found = share(of, 0.5)
            against = share(base.cpu_ms if of is each.cpu_ms else base.latencies_ms, 0.5)
            print_row(
                Row(what=f"{name}: {what}", found=found, unit="ms", note=f"{found / against:.2f} of {_BASE}")
            )
        for part in (0.95, 0.99):
            found = share(each.latencies_ms, part)
            ratio = found / share(base.latencies_ms, part)
            note = f"{ratio:.2f} of {_BASE}; {len(each.latencies_ms)} turns"
            print_row(Row(what=f"{name}: turn, p{part * 100:g}", found=found, unit="ms", note=note))


def _print_replays(name: str, replays: Replays) -> None:
    cuts = len(replays.milliseconds)
    missed = cuts - replays.frames[0]
    note = f"{missed} of {cuts} had missed frames, {max(replays.frames)} at most"
    print_row(Row(what=f"{name}: replay, p50", found=share(replays.milliseconds, 0.5), unit="ms", note=note))
    print_row(Row(what=f"{name}: replay, p95", found=share(replays.milliseconds, 0.95), unit="ms", aim=REPLAY_MS))
    for what, some in (("lost", replays.found.lost), ("doubled", replays.found.doubled)):
        print_row(Row(what=f"{name}: turns {what} in {cuts} cuts", found=len(some), unit="", aim=0))


def share(values: Sequence[float], part: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=4.0, help="of a stretch; 0 for none")
    parser.add_argument("--cuts", type=int, default=1000, help="on each set of stores")
    parser.add_argument("--fsync", choices=("on", "off"), default="on", help="of Postgres; on as in production")
    chosen = parser.parse_args()
    with postgres_server(fsync=chosen.fsync) as postgres, redis_server() as redis, s3_server() as s3:
        asyncio.run(main(chosen.seconds, chosen.cuts, postgres, redis, s3))
