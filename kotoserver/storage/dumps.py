"""Dumps by each database's own means: SQLite's online backup, and Postgres' `pg_dump` in its custom format."""

import contextlib
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from kotoserver.domain.errors import BadSettings, Conflict, StorageFailed
from kotoserver.ports.dumps import DatabaseDumps
from kotoserver.storage.open import open_database
from kotoserver.storage.sql import Dialect, Query, load_migrations, too_new
from kotoserver.storage.sqlite import SqliteDatabase

WHOLE = b"\nkoto: the dump is whole\n"
"""What stands behind a dump that comes through a pipe: a pipe that breaks looks like one that ends."""
_PIECE = 1 << 20
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def open_dumps(database_url: str, *, data_dir: Path) -> DatabaseDumps:
    """For the database that `open_storage` opens at this URL. BadSettings as there."""
    database = open_database(database_url, data_dir=data_dir)
    if isinstance(database, SqliteDatabase):
        return SqliteDumps(database.path)
    return PostgresDumps(database_url)


class SqliteDumps(DatabaseDumps):
    name = "database.sqlite3"

    def __init__(self, path: Path) -> None:
        self._path = path

    def check(self) -> None:
        """Needs no other program."""

    def dump(self, path: Path) -> None:
        with self._reading() as live, contextlib.closing(sqlite3.connect(path)) as copy:
            live.backup(copy)
            _check(copy)

    def restore(self, path: Path) -> None:
        beside = [self._path.with_name(self._path.name + ending) for ending in ("", "-wal", "-shm")]
        if any(each.exists() for each in beside):
            raise _not_empty(str(self._path))
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_name(f".{self._path.name}.part")
        try:
            shutil.copyfile(path, fresh)
            with contextlib.closing(sqlite3.connect(fresh)) as copy:
                _check(copy)
            fresh.replace(self._path)
        except (sqlite3.Error, OSError) as error:
            raise StorageFailed(f"The database cannot be put to {self._path}: {error}.") from error
        finally:
            fresh.unlink(missing_ok=True)

    def migrations(self) -> Sequence[str]:
        with self._reading() as live:
            return [str(row[0]) for row in live.execute(Query("list_migrations").text(Dialect.SQLITE))]

    def too_new(self, migrations: Sequence[str]) -> str | None:
        return too_new(migrations, load_migrations(Dialect.SQLITE))

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        if not self._path.exists():
            raise StorageFailed(f"There is no database at {self._path}.", retryable=False)
        try:
            address = f"{self._path.absolute().as_uri()}?mode=ro"
            with contextlib.closing(sqlite3.connect(address, uri=True)) as live:
                yield live
        except sqlite3.Error as error:
            raise StorageFailed(f"The database {self._path.name} cannot be copied: {error}.") from error


def _check(database: sqlite3.Connection) -> None:
    told = [row[0] for row in database.execute(Query("quick_check").text(Dialect.SQLITE))]
    if told != ["ok"]:
        raise StorageFailed(f"The database is damaged: {told[0]}.", retryable=False)


class ProgramMissing(BadSettings):
    """Postgres' client programs are not on this machine, or not in this container."""


class PostgresDumps(DatabaseDumps):
    """By the programs `pg_dump`, `pg_restore` and `psql`, which must not be older than the server."""

    name = "database.pgdump"

    def __init__(self, url: str) -> None:
        self._parts = urlsplit(url)

    def check(self) -> None:
        for program in ("pg_dump", "pg_restore", "psql"):
            _find(program)

    def dump(self, path: Path) -> None:
        with self._address() as address:
            schema = _schema(address)
            _run("pg_dump", "--format=custom", f"--schema={schema}", f"--file={path}", address)

    def restore(self, path: Path) -> None:
        with self._address() as address:
            schema = _schema(address)
            if _ask(address, Query("count_tables")) != "0":
                raise _not_empty(f"the schema {schema} of the database")
            with contextlib.suppress(StorageFailed):  # where it cannot be made, the dump's own index says so
                _ask(address, Query("create_pg_trgm"))
            _run(
                "pg_restore",
                "--no-owner",
                "--no-privileges",
                "--exit-on-error",
                "--single-transaction",
                f"--schema={schema}",
                f"--dbname={address}",
                str(path),
            )

    def migrations(self) -> Sequence[str]:
        with self._address() as address:
            rows = _ask(address, Query("list_migrations")).splitlines()
        return [row.partition("|")[0] for row in rows]

    def too_new(self, migrations: Sequence[str]) -> str | None:
        return too_new(migrations, load_migrations(Dialect.POSTGRES))

    @contextmanager
    def _address(self) -> Iterator[str]:
        """The URL for a program's command line, with the password in a file: everybody may read a command line."""
        host = self._parts.netloc.rpartition("@")[2]
        user = f"{self._parts.username}@" if self._parts.username else ""
        with NamedTemporaryFile("w", prefix="koto-pgpass-") as passwords:  # which its owner alone may read
            passwords.write(f"*:*:*:*:{_escaped(unquote(self._parts.password or ''))}\n")
            passwords.flush()
            query = "&".join(
                filter(None, (self._parts.query, f"passfile={quote(passwords.name)}", "connect_timeout=10"))
            )
            yield urlunsplit(self._parts._replace(scheme="postgresql", netloc=f"{user}{host}", query=query))


class GivenDump(PostgresDumps):
    """A dump that `pg_dump` has made elsewhere, such as in the container of Postgres, where it is."""

    def __init__(self, source: BinaryIO, migrations: Sequence[str]) -> None:
        """`migrations`: those that the database has."""
        self._source = source
        self._migrations = migrations

    def check(self) -> None:
        """Needs no other program."""

    def dump(self, path: Path) -> None:
        with path.open("wb") as file:
            shutil.copyfileobj(self._source, file, _PIECE)
            size = file.tell() - len(WHOLE)
        with path.open("r+b") as file:
            file.seek(max(0, size))
            if size <= 0 or file.read() != WHOLE:
                raise StorageFailed("The dump ends in the middle, so no backup was made; see why pg_dump failed.")
            file.truncate(size)

    def migrations(self) -> Sequence[str]:
        return self._migrations


def _escaped(password: str) -> str:
    return password.replace("\\", "\\\\").replace(":", "\\:")


def _schema(address: str) -> str:
    """The schema in which the server's tables are."""
    schema = _ask(address, Query("current_schema"))
    if _NAME.fullmatch(schema) is None:
        raise StorageFailed(f"The database has no schema to use (it says {schema!r}).", retryable=False)
    return schema


def _ask(address: str, query: Query) -> str:
    statement = query.text(Dialect.POSTGRES)
    options = ("--no-psqlrc", "--tuples-only", "--no-align", f"--command={statement}")
    return _run("psql", *options, address).strip()


def _run(program: str, *arguments: str) -> str:
    done = subprocess.run([_find(program), *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        told = (done.stderr.strip().splitlines() or ["it does not say why"])[0]
        raise StorageFailed(f"{program} failed: {told}")
    return done.stdout


def _find(program: str) -> str:
    """The newest of Debian's versions, else what is on the PATH. ProgramMissing when there is none."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda each: float(each.parent.name))
    for folder in reversed(versions):
        found = shutil.which(program, path=str(folder))
        if found is not None:
            return found
    found = shutil.which(program)
    if found is None:
        raise ProgramMissing(
            f"{program} is missing: install Postgres' client programs (on Debian: apt install postgresql-client); "
            "in the compose stack use ops/backup/compose-backup and compose-restore."
        )
    return found


def _not_empty(what: str) -> Conflict:
    return Conflict(
        f"There is something in {what} already; restore into an empty one.", code="not_empty", retryable=False
    )
