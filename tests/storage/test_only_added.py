"""Migrations leave alone what the version before them reads and writes: two versions run side by side for a while.

Each is applied to real databases of both kinds, and the schema held against the one before it.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from kotoserver.storage.database import Database
from kotoserver.storage.open import open_database
from kotoserver.storage.sql import TAKES_AWAY, Dialect, Migration, Query, load_migrations

COLUMNS = {
    Dialect.SQLITE: """
        SELECT tables.name AS table_name, columns.name AS column_name, columns.type AS type,
               columns."notnull" = 0 OR columns.dflt_value IS NOT NULL AS may_be_left_out
        FROM sqlite_schema AS tables, pragma_table_info(tables.name) AS columns
        WHERE tables.type = 'table'
    """,
    Dialect.POSTGRES: """
        SELECT table_name, column_name, data_type AS type,
               is_nullable = 'YES' OR column_default IS NOT NULL AS may_be_left_out
        FROM information_schema.columns WHERE table_schema = current_schema()
    """,
}


@dataclass(frozen=True, slots=True)
class Column:
    type: str
    may_be_left_out: bool
    """By whoever does not know it."""


Schema = dict[tuple[str, str], Column]
"""Table and column."""


class PlainQuery(Query):
    """A statement that has no file."""

    def text(self, dialect: Dialect) -> str:
        return COLUMNS[dialect]


@pytest.fixture
async def database(database_url: str, tmp_path: Path) -> AsyncIterator[Database]:
    database = open_database(database_url, data_dir=tmp_path)
    yield database
    await database.close()


async def schema(database: Database) -> Schema:
    return {
        (str(row["table_name"]), str(row["column_name"])): Column(str(row["type"]), bool(row["may_be_left_out"]))
        for row in await database.fetch(PlainQuery("columns"))
    }


def taken_away(before: Schema, after: Schema) -> list[str]:
    """What the version before would miss, or would have to know."""
    tables = {table for table, _ in before}
    gone = [f"{table}.{column} is gone" for table, column in before.keys() - after.keys()]
    changed = [
        f"{table}.{column} was {before[table, column].type}"
        for table, column in before.keys() & after.keys()
        if before[table, column].type != after[table, column].type
    ]
    demanded = [
        f"{table}.{column} must be given"
        for (table, column), found in after.items()
        if table in tables and (table, column) not in before and not found.may_be_left_out
    ]
    return gone + changed + demanded


async def applied_one_by_one(database: Database, migrations: Sequence[Migration]) -> dict[str, list[str]]:
    """What each takes away."""
    found = {}
    await database.migrate(migrations[:1])
    before = await schema(database)
    for number in range(1, len(migrations)):
        await database.migrate(migrations[: number + 1])
        after = await schema(database)
        found[migrations[number].name] = taken_away(before, after)
        before = after
    return found


async def test_what_takes_something_away_says_so_in_its_name_and_nothing_else_does_it(database: Database):
    found = await applied_one_by_one(database, load_migrations(database.dialect))
    assert {name: what for name, what in found.items() if what and TAKES_AWAY not in name} == {}


@pytest.mark.parametrize(
    ("script", "what"),
    [
        ("ALTER TABLE recordings DROP COLUMN failure;", "recordings.failure is gone"),
        ("ALTER TABLE recordings RENAME COLUMN failure TO reason;", "recordings.failure is gone"),
        ("DROP TABLE spending;", "spending.usd is gone"),
        ("CREATE TABLE more (a TEXT NOT NULL);\nALTER TABLE learners ADD COLUMN age INTEGER;", ""),
        ("CREATE TABLE strict (a TEXT);\nALTER TABLE learners ADD COLUMN age INTEGER NOT NULL DEFAULT 0;", ""),
    ],
)
async def test_what_is_taken_away_is_noticed(database: Database, script: str, what: str):
    ours = load_migrations(database.dialect)
    found = await applied_one_by_one(database, [*ours, Migration(name="9000_next", script=script)])
    assert (what in found["9000_next"]) if what else found["9000_next"] == []
