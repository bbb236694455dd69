"""The scripts that back up and restore the compose stack, with a `docker` that runs each container's command here.

Postgres is a real one. What Compose itself does is not tried; what goes through the pipes is.
"""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from kotoserver.settings import ROOT
from tests.cli.test_backup import Player
from tests.processes import environment, run, running_server
from tests.servers import find_program, postgres_folders, require, restartable_postgres

SCRIPTS = ROOT / "ops/backup"
SECRET = "the same secret here and there, long enough"
PREPARED = (
    ("postgres", "CREATE DATABASE koto"),
    ("koto", "CREATE SCHEMA koto; CREATE SCHEMA extensions; CREATE EXTENSION pg_trgm SCHEMA extensions"),
    ("koto", "ALTER ROLE koto IN DATABASE koto SET search_path = koto, extensions"),
)
"""What ops/postgres/init.sql makes, as far as a dump meets it; the user is the cluster's own here."""
DOCKER = """#!/bin/sh
# docker compose exec|run|up … SERVICE COMMAND …, without containers.
shift
verb=$1
shift
[ "$verb" = up ] && exit 0
while [ "${1#-}" != "$1" ]; do shift; done
service=$1
shift
case "$service" in
    postgres) exec "$@" ;;
    migrate) exec "$STAND_IN_PYTHON" -m kotoserver migrate ;;
    app) [ "$1" = python ] && shift 3; exec env PATH=/usr/bin:/bin "$STAND_IN_PYTHON" -m kotoserver "$@" ;;
esac
"""


@contextmanager
def stack(folder: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """An empty Postgres with the database `koto`; its address, and what the scripts find in their environment."""
    programs = next((each for each in postgres_folders() if (each / "pg_restore").exists()), None)
    if programs is None or find_program("pg_dump", programs) is None:
        require("pg_dump", "apt-get install postgresql")
    docker = folder / "bin" / "docker"
    docker.parent.mkdir(parents=True, exist_ok=True)
    docker.write_text(DOCKER)
    docker.chmod(0o755)
    with restartable_postgres() as (url, _):
        parts = urlsplit(url)
        for database, statement in PREPARED:
            address = url.replace("/postgres", f"/{database}")
            subprocess.run([programs / "psql", "-qc", statement, address], check=True, capture_output=True)
        koto = url.replace("/postgres", "/koto")
        known = {
            "DATABASE_URL": koto,
            "STAND_IN_PYTHON": sys.executable,
            "PATH": f"{docker.parent}:{programs}:/usr/bin:/bin",
            "PGHOST": parts.hostname or "",
            "PGPORT": str(parts.port),
        }
        yield koto, known


def script(name: str, *arguments: str, data: Path, known: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    environ = environment(data, **known)
    return subprocess.run(
        [str(SCRIPTS / name), *arguments], env=environ, cwd="/", capture_output=True, text=True, check=False
    )


def test_a_stack_is_backed_up_and_restored_into_an_empty_one(tmp_path: Path):
    with (
        stack(tmp_path) as (url, known),
        running_server(tmp_path / "here", DATABASE_URL=url, KOTO_SECRET=SECRET) as address,
    ):
        player = Player(address)
        player.begin()
        for number in range(3):
            player.say(f"t{number}")
        made = script("compose-backup", data=tmp_path / "here", known=known)
        assert (made.returncode, made.stdout, made.stderr) == (0, "", "")
    (backup,) = (tmp_path / "here" / "backups").glob("koto-*.tar.gz")
    assert "good: made" in run(tmp_path / "here", "backup", "verify", str(backup)).stdout
    with stack(tmp_path) as (url, known):
        restored = script("compose-restore", str(backup), data=tmp_path / "there", known=known)
        assert restored.returncode == 0, restored.stderr
        with running_server(tmp_path / "there", DATABASE_URL=url, KOTO_SECRET=SECRET) as address:
            player.address = address
            assert player.turns(player.session_id) == ["t0", "t1", "t2"]
        again = script("compose-restore", str(backup), data=tmp_path / "there", known=known)
        assert again.returncode != 0
        assert "already exists" in again.stderr


@pytest.mark.parametrize("how", ["pg_dump fails", "the pipe breaks"])
def test_half_a_dump_makes_no_backup(tmp_path: Path, how: str):
    with stack(tmp_path) as (url, known):
        assert run(tmp_path / "here", "migrate", DATABASE_URL=url).returncode == 0
        broken = tmp_path / "bin" / "pg_dump"
        program = shutil.which("pg_dump", path=known["PATH"])
        cut = "| head -c 2000" if how == "the pipe breaks" else "; exit 1"
        broken.write_text(f'#!/bin/sh\n{program} "$@" {cut}\n' + ("kill $PPID\n" if "pipe" in how else ""))
        broken.chmod(0o755)
        told = script("compose-backup", data=tmp_path / "here", known=known)
    assert told.returncode == 1
    assert "The dump ends in the middle, so no backup was made" in told.stderr
    assert not list((tmp_path / "here" / "backups").iterdir())


def test_a_damaged_backup_leaves_the_database_empty(tmp_path: Path):
    with stack(tmp_path) as (url, known):
        assert run(tmp_path / "here", "migrate", DATABASE_URL=url).returncode == 0
        assert script("compose-backup", data=tmp_path / "here", known=known).returncode == 0
    (backup,) = (tmp_path / "here" / "backups").glob("koto-*.tar.gz")
    backup.write_bytes(backup.read_bytes()[:100_000])
    with stack(tmp_path) as (url, known):
        told = script("compose-restore", str(backup), data=tmp_path / "there", known=known)
        assert told.returncode != 0
        assert "is damaged" in told.stderr
        assert "is empty" in run(tmp_path / "there", "doctor", DATABASE_URL=url).stdout
