"""Backs a large database up and restores it, on SQLite and on Postgres: `python -m bench.backup [TURNS]`.

A session is played on the real server, and then copied by SQL until there are that many turns (a million unless
given otherwise), with all their events. What is timed are the commands that an operator runs. All copies say the
same, so the backup's file is smaller than that of as many learners.
"""

import asyncio
import os
import shutil
import sqlite3
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg

from tests.cli.test_backup import Player
from tests.processes import run, running_server
from tests.servers import fresh_database, postgres_server

TURNS_PLAYED = 10
TABLES = ("sessions", "turns", "events")
_NUMBERS = {
    "sqlite": "(WITH RECURSIVE m(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM m WHERE n < {copies}) "
    "SELECT n FROM m)",
    "postgres": "generate_series(1, {copies})",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    database: str
    turns: int
    size: int
    """Bytes of the backup's file."""
    backup_seconds: float
    restore_seconds: float


async def main() -> None:
    turns = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    print("| database | turns | backup's file | backup | restore |\n|---|---|---|---|---|", flush=True)
    with TemporaryDirectory(prefix="koto-bench-", dir="/var/tmp") as name:
        folder = Path(name)
        _print(await _measured("sqlite", folder / "sqlite", turns, {}, {}, _copy_sqlite))
        shutil.rmtree(folder / "sqlite")
        with postgres_server(fsync="on") as server:
            async with fresh_database(server) as old, fresh_database(server) as new:
                urls = {"DATABASE_URL": old}, {"DATABASE_URL": new}
                _print(await _measured("postgres", folder / "postgres", turns, *urls, _copy_postgres))


async def _measured(
    database: str,
    folder: Path,
    turns: int,
    old: dict[str, str],
    new: dict[str, str],
    copy: Callable[[Path, dict[str, str], int], Awaitable[int]],
) -> Figures:
    here, there = folder / "here", folder / "there"
    environ = {"KOTO_BACKUP_DIR": str(folder / "backups")}
    await asyncio.to_thread(_play, here, old)
    stored = await copy(here, old, turns // TURNS_PLAYED - 1)
    told, backup_seconds = _timed(here, "backup", "make", **old, **environ)
    made = told.split()[0]
    _, restore_seconds = _timed(there, "restore", made, **new, **environ)
    return Figures(
        database=database,
        turns=stored,
        size=await asyncio.to_thread(os.path.getsize, made),
        backup_seconds=backup_seconds,
        restore_seconds=restore_seconds,
    )


def _play(data: Path, environ: dict[str, str]) -> None:
    with running_server(data, KOTO_LIMITS="turns=0", **environ) as address:
        player = Player(address)
        player.begin()
        for number in range(TURNS_PLAYED):
            player.say(f"t{number}")
        if len(player.acknowledged) != TURNS_PLAYED:
            raise SystemExit("the scene was over before enough turns were played")


def _statements(columns: dict[str, list[str]], database: str, copies: int) -> list[str]:
    """For each table, one that copies all its rows, with another session."""
    numbers = _NUMBERS[database].format(copies=copies)
    made = []
    for table in TABLES:
        names = columns[table]
        chosen = ", ".join("session_id || '_' || n.n" if name == "session_id" else name for name in names)
        made.append(f"INSERT INTO {table} ({', '.join(names)}) SELECT {chosen} FROM {table}, {numbers} AS n")
    return made


async def _copy_sqlite(data: Path, environ: dict[str, str], copies: int) -> int:
    with closing(sqlite3.connect(data / "koto.sqlite3")) as database, database:
        columns = {table: [row[1] for row in database.execute(f"PRAGMA table_info({table})")] for table in TABLES}
        for statement in _statements(columns, "sqlite", copies):
            database.execute(statement)
        return int(database.execute("SELECT count(*) FROM turns").fetchone()[0])


async def _copy_postgres(data: Path, environ: dict[str, str], copies: int) -> int:
    database = await asyncpg.connect(environ["DATABASE_URL"], command_timeout=3600)
    try:
        asked = (
            "SELECT column_name FROM information_schema.columns WHERE table_name = $1 ORDER BY ordinal_position"
        )
        columns = {table: [row[0] for row in await database.fetch(asked, table)] for table in TABLES}
        for statement in _statements(columns, "postgres", copies):
            await database.execute(statement)
        return int(await database.fetchval("SELECT count(*) FROM turns"))
    finally:
        await database.close()


def _timed(data: Path, *command: str, **environ: str) -> tuple[str, float]:
    begun = time.monotonic()
    ran = run(data, *command, seconds=3600, **environ)
    if ran.returncode != 0:
        raise SystemExit(ran.stderr)
    return ran.stdout, time.monotonic() - begun


def _print(found: Figures) -> None:
    print(
        f"| {found.database} | {found.turns:,} | {found.size / 1e6:.0f} MB | {found.backup_seconds:.0f} s "
        f"| {found.restore_seconds:.0f} s |",
        flush=True,
    )


if __name__ == "__main__":
    asyncio.run(main())
