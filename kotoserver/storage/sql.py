"""The `.sql` files of this package as values: queries by name, migrations in order.

A query is one statement with a sentence above it, in a file named after it. Parameters are `$1`, `$2` …,
which asyncpg counts and SQLite binds by name, so one text runs on both. A statement that cannot be the
same has one file per database: `add_timings.sqlite.sql` beside `add_timings.postgres.sql`. The same goes for
migrations; one that only a single database needs has a single file.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable

from kotoserver.domain.errors import BadSettings

log = logging.getLogger(__name__)

TAKES_AWAY = "_without_"
"""In the name of a migration that removes or changes what the version before it reads or writes."""


class Dialect(StrEnum):
    SQLITE = "sqlite"
    POSTGRES = "postgres"


@dataclass(frozen=True, slots=True)
class Query:
    """One statement; hashed by name, which is unique."""

    name: str

    def text(self, dialect: Dialect) -> str:
        """The statement without its comment."""
        return _statement(self.name, dialect)


@cache
def _statement(name: str, dialect: Dialect) -> str:
    folder = files(__package__) / "queries"
    own = folder / f"{name}.{dialect}.sql"
    source = (own if own.is_file() else folder / f"{name}.sql").read_text(encoding="utf-8")
    return "\n".join(line for line in source.splitlines() if not line.startswith("--")).strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    name: str
    """Its file's name without the ending; names sort in the order of applying."""
    script: str
    """Any number of statements."""

    @property
    def digest(self) -> str:
        """SHA-256 of the script, by which a later change of an applied file is noticed."""
        return sha256(self.script.encode()).hexdigest()


def load_migrations(dialect: Dialect, folder: Traversable | None = None) -> tuple[Migration, ...]:
    """Every migration of `folder` (the program's own when None) for this database, in order."""
    folder = folder if folder is not None else files(__package__) / "migrations"
    found = [
        Migration(name=name, script=each.read_text(encoding="utf-8"))
        for each in folder.iterdir()
        if (name := _migration_name(each.name, dialect))
    ]
    return tuple(sorted(found, key=lambda migration: migration.name))


def _migration_name(file: str, dialect: Dialect) -> str | None:
    """`0006_trigrams` of `0005_trigrams.sqlite.sql`; None for another database's, and for what is no migration."""
    name, _, ending = file.partition(".")
    return name if ending in ("sql", f"{dialect}.sql") else None


def too_new(names: Iterable[str], migrations: Sequence[Migration]) -> str | None:
    """Of these names the first that is none of the migrations, and that this version cannot live with.

    A later one may be there where it only adds, so that two versions run side by side, and the older one may come
    back.
    """
    known = {migration.name for migration in migrations}
    last = max(known, default="")
    return next((each for each in names if each not in known and (TAKES_AWAY in each or each < last)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What a database has, held against what this program knows."""

    missing: tuple[Migration, ...]
    newer: tuple[str, ...]
    """Names of what a newer version has added, with which this one goes on."""


def compare(migrations: Sequence[Migration], applied: Sequence[tuple[str, str]]) -> Compared:
    """`applied`: (name, digest). BadSettings when one has other words than ours, or is `too_new`."""
    unknown = too_new((name for name, _ in applied), migrations)
    if unknown is not None:
        raise BadSettings(
            f"The database was migrated by a newer kotoserver: it has {unknown}.sql, which this version does "
            "not know. Install that version, or restore a backup from before."
        )
    known = {migration.name: migration for migration in migrations}
    for name, digest in applied:
        if name in known and known[name].digest != digest:
            raise BadSettings(
                f"The migration {name}.sql was changed after it had been applied to this database. Restore "
                "the file and put the change into a new migration."
            )
    done = {name for name, _ in applied}
    return Compared(
        missing=tuple(migration for migration in migrations if migration.name not in done),
        newer=tuple(name for name, _ in applied if name not in known),
    )


def still_to_apply(migrations: Sequence[Migration], applied: Sequence[tuple[str, str]]) -> tuple[Migration, ...]:
    """The migrations that a database with these (name, digest) pairs still lacks. BadSettings as `compare`."""
    compared = compare(migrations, applied)
    for name in compared.newer:
        log.warning("a newer kotoserver has migrated the database (%s); this version goes on with it", name)
    return compared.missing
