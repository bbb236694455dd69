"""The administrator's script for Postgres: what it gives the server's user, and what it gives nobody."""

import os
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import pytest

from kotoserver.settings import ROOT
from kotoserver.storage import open_storage
from kotoserver.storage.sql import Dialect, load_migrations
from tests.servers import find_program, postgres_folders, require
from tests.stored import learner, session, turn

SCRIPT = ROOT / "ops" / "postgres" / "init.sql"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A database and a user that the script has made, under the same name."""

    server_url: str
    """The administrator's."""
    name: str

    def url(self, *, user: str | None = None, database: str | None = None) -> str:
        parts = urlsplit(self.server_url)
        address = parts.netloc.rpartition("@")[2]
        return urlunsplit(
            parts._replace(netloc=f"{user or self.name}@{address}", path=f"/{database or self.name}")
        )


def run_program(name: str, *options: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """One of Postgres' own programs."""
    program = find_program(name, *postgres_folders())
    if program is None:
        require(name, "apt-get install postgresql")
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_PASSWORD"}
    return subprocess.run([program, *options], env=kept | environ, capture_output=True, text=True, check=False)


def run_script(prepared: Prepared, **environ: str) -> subprocess.CompletedProcess[str]:
    names = ["--set", f"role={prepared.name}", "--set", f"database={prepared.name}"]
    return run_program(
        "psql", "--no-psqlrc", "--quiet", *names, f"--file={SCRIPT}", prepared.server_url, **environ
    )


@pytest.fixture
async def administrator(postgres_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(postgres_url)
    yield connection
    await connection.close()


@asynccontextmanager
async def preparing(server_url: str, administrator: asyncpg.Connection) -> AsyncIterator[Prepared]:
    prepared = Prepared(server_url=server_url, name=f"koto_{uuid4().hex}")
    ran = run_script(prepared, DATABASE_PASSWORD='it\'s; a "password"')
    assert (ran.returncode, ran.stderr) == (0, "")
    yield prepared
    await administrator.execute(f"DROP DATABASE {prepared.name} WITH (FORCE)")
    await administrator.execute(f"DROP ROLE {prepared.name}")


@pytest.fixture
async def prepared(postgres_url: str, administrator: asyncpg.Connection) -> AsyncIterator[Prepared]:
    async with preparing(postgres_url, administrator) as prepared:
        yield prepared


async def test_the_password_may_stand_in_a_file(
    postgres_url: str, administrator: asyncpg.Connection, tmp_path: Path
):
    async def kept_password(name: str) -> str:
        return str(await administrator.fetchval("SELECT rolpassword FROM pg_authid WHERE rolname = $1", name))

    (tmp_path / "password").write_text('it\'s; a "password"\n')
    async with preparing(postgres_url, administrator) as prepared:
        before = await kept_password(prepared.name)
        assert run_script(prepared, DATABASE_PASSWORD_FILE=str(tmp_path / "password")).returncode == 0
        assert (await kept_password(prepared.name)).startswith("SCRAM-SHA-256$")
        assert await kept_password(prepared.name) != before  # salted anew


async def test_the_server_migrates_and_searches_as_its_own_user(prepared: Prepared, tmp_path: Path):
    storage = open_storage(prepared.url(), data_dir=tmp_path)
    assert len(await storage.migrate()) == len(load_migrations(Dialect.POSTGRES))
    await storage.add_learner(learner())
    await storage.open_session(session(), [], [])
    await storage.save_session(session(), read_at=1, turn=turn(1, "아메리카노 주세요."))
    assert len((await storage.list_sessions("lrn_1", words="메리카")).sessions) == 1
    await storage.close()
    ours = await asyncpg.connect(prepared.url())
    indexes = await ours.fetch("SELECT schemaname FROM pg_indexes WHERE indexname = 'utterance_trigrams'")
    assert [row["schemaname"] for row in indexes] == ["koto"]
    assert await ours.fetchval("SELECT uuid_generate_v4() IS NOT NULL")
    await ours.close()


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE ROLE another",
        "CREATE DATABASE another",
        "CREATE SCHEMA another",
        "CREATE TABLE public.another (a TEXT)",
        "CREATE TABLE extensions.another (a TEXT)",
        "CREATE TEMPORARY TABLE another (a TEXT)",
        "CREATE EXTENSION pgcrypto",
        "DROP EXTENSION pg_trgm",
        "SELECT rolpassword FROM pg_authid",
        "COPY (SELECT 1) TO PROGRAM 'true'",
        "ALTER ROLE CURRENT_USER SUPERUSER",
    ],
)
async def test_what_the_server_does_not_need_it_may_not_do(prepared: Prepared, statement: str):
    ours = await asyncpg.connect(prepared.url())
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await ours.execute(statement)
    await ours.close()


@pytest.mark.parametrize("database", ["postgres", "template1"])
async def test_its_user_gets_into_no_other_database(prepared: Prepared, database: str):
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(prepared.url(database=database))


async def test_nobody_else_gets_into_its_database(prepared: Prepared, administrator: asyncpg.Connection):
    stranger = f"stranger_{uuid4().hex}"
    await administrator.execute(f"CREATE ROLE {stranger} LOGIN")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(prepared.url(user=stranger))
    await administrator.execute(f"DROP ROLE {stranger}")


async def kept_password(prepared: Prepared, administrator: asyncpg.Connection) -> str:
    return str(await administrator.fetchval("SELECT rolpassword FROM pg_authid WHERE rolname = $1", prepared.name))


async def test_its_password_is_kept_as_a_digest(prepared: Prepared, administrator: asyncpg.Connection):
    assert (await kept_password(prepared, administrator)).startswith("SCRAM-SHA-256$")


async def test_running_it_again_changes_the_password_and_keeps_what_is_stored(
    prepared: Prepared, administrator: asyncpg.Connection, tmp_path: Path
):
    storage = open_storage(prepared.url(), data_dir=tmp_path)
    await storage.migrate()
    await storage.add_learner(learner())
    before = await kept_password(prepared, administrator)
    ran = run_script(prepared, DATABASE_PASSWORD="another")
    assert ran.returncode == 0, ran.stderr
    assert await kept_password(prepared, administrator) != before
    assert await storage.find_learner("lrn_1") == learner()
    assert await storage.migrate() == []
    await storage.close()


async def test_without_a_password_nothing_is_made(postgres_url: str, administrator: asyncpg.Connection):
    prepared = Prepared(server_url=postgres_url, name=f"koto_{uuid4().hex}")
    ran = run_script(prepared)
    assert ran.returncode != 0
    assert "give DATABASE_PASSWORD" in ran.stderr
    assert not await administrator.fetchval("SELECT count(*) FROM pg_roles WHERE rolname = $1", prepared.name)


async def test_a_dump_made_as_its_user_is_restored_into_a_database_of_the_same_make(
    prepared: Prepared, administrator: asyncpg.Connection, tmp_path: Path
):
    storage = open_storage(prepared.url(), data_dir=tmp_path)
    await storage.migrate()
    await storage.add_learner(learner())
    await storage.close()
    dumped = run_program("pg_dump", "--format=custom", f"--file={tmp_path / 'koto.dump'}", prepared.url())
    assert (dumped.returncode, dumped.stderr) == (0, "")
    async with preparing(prepared.server_url, administrator) as fresh:
        ran = run_program(
            "pg_restore",
            "--schema=koto",
            "--no-owner",
            "--exit-on-error",
            f"--dbname={fresh.url()}",
            str(tmp_path / "koto.dump"),
        )
        assert (ran.returncode, ran.stderr) == (0, "")
        restored = open_storage(fresh.url(), data_dir=tmp_path)
        assert await restored.migrate() == []
        assert await restored.find_learner("lrn_1") == learner()
        await restored.close()
