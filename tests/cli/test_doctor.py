"""The check-up: each thing that is wrong is one sentence, and keeps no other from being looked at."""

import asyncio
import os
import shutil
import socket
import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from redis.asyncio import Redis

from kotoserver.settings import ROOT
from tests.bad_days.small_disk import small_disk
from tests.bad_days.test_stores import close_for_writing
from tests.processes import run
from tests.providers.model_server import Reply, serving_models
from tests.providers.tiny_whisper import Script, build
from tests.servers import fresh_database, restartable_redis

WELL = ("settings", "data folder", "secret", "permissions", "clock")


def lines(told: str) -> dict[str, str]:
    """What is told about each thing, with its mark."""
    parts = [line.split("  ", 1) for line in told.splitlines()]
    return {rest.partition(":")[0]: mark.strip() for mark, rest in ((each[0], each[1].strip()) for each in parts)}


def test_an_installation_that_was_started_once_is_well(tmp_path: Path):
    assert run(tmp_path, "migrate").returncode == 0
    told = run(tmp_path, "doctor")
    assert told.returncode == 0, told.stdout
    marks = lines(told.stdout)
    for about in (*WELL, "database", "blobs", "scenes and packs", "models", "voice", "judge"):
        assert marks[about] == "ok", told.stdout
    assert marks["backups"] == "?"


def test_a_machine_on_which_nothing_was_started_yet_is_well_and_left_as_it_is(tmp_path: Path):
    told = run(tmp_path / "data", "doctor")
    assert told.returncode == 0, told.stdout
    marks = lines(told.stdout)
    assert (marks["data folder"], marks["database"], marks["secret"]) == ("?", "?", "ok")
    assert "the first start makes it" in told.stdout
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("change", "status", "sentence"),
    [
        (
            "DELETE FROM migrations WHERE name = '0008_reviews'",
            0,
            "?   database: It is older than this version, and lacks 0008_reviews: the next start",
        ),
        (
            "INSERT INTO migrations VALUES ('9999_more', '', '2030-01-01')",
            0,
            "?   database: A newer version has migrated it (9999_more); this version goes on with it.",
        ),
        (
            "INSERT INTO migrations VALUES ('9999_without_turns', '', '2030-01-01')",
            1,
            "!!  database: The database was migrated by a newer kotoserver: it has 9999_without_turns.sql",
        ),
        (
            "UPDATE migrations SET digest = 'other' WHERE name = '0002_recordings'",
            1,
            "!!  database: The migration 0002_recordings.sql was changed after it had been applied",
        ),
    ],
)
def test_a_schema_that_is_not_ours_is_told(tmp_path: Path, change: str, status: int, sentence: str):
    assert run(tmp_path, "migrate").returncode == 0
    with closing(sqlite3.connect(tmp_path / "koto.sqlite3")) as file, file:
        file.execute(change)
    told = run(tmp_path, "doctor")
    assert (told.returncode, told.stderr) == (status, "")
    assert sentence in told.stdout


@pytest.mark.parametrize("kind", ["no database at all", "cut short"])
def test_a_database_that_is_damaged_is_told_with_what_mends_it(tmp_path: Path, kind: str):
    assert run(tmp_path, "migrate").returncode == 0
    file = tmp_path / "koto.sqlite3"
    file.write_bytes(
        b"a page of something else" * 500 if kind == "no database at all" else file.read_bytes()[:40_000]
    )
    for command in ("doctor", "serve"):
        told = run(tmp_path, command, KOTO_PORT="0")
        assert (told.returncode, told.stderr.count("Traceback")) == (1, 0)
        assert f"Put {file} aside, and restore a backup" in told.stdout + told.stderr


async def test_stores_that_take_no_writes_are_told(tmp_path: Path, postgres_url: str):
    """They answer every question, and nothing could be stored."""
    async with fresh_database(postgres_url) as url:
        with restartable_redis() as (redis_url, _):
            stores = {"DATABASE_URL": url, "REDIS_URL": redis_url}
            assert run(tmp_path, "migrate", **stores).returncode == 0
            assert run(tmp_path, "doctor", **stores).returncode == 0
            await close_for_writing(postgres_url, url, "on")
            async with Redis.from_url(redis_url) as redis:
                await redis.execute_command("REPLICAOF", "127.0.0.1", "1")
            told = run(tmp_path, "doctor", **stores)
    assert told.returncode == 1
    assert "!!  database: Postgres refused: ReadOnlySQLTransactionError. It takes no writes" in told.stdout
    assert "!!  redis: Redis refuses (ReadOnlyError). It may be a replica" in told.stdout


def test_a_file_of_a_database_that_takes_no_writes_is_told(tmp_path: Path):
    with small_disk(tmp_path / "disk") as disk:
        assert run(disk.folder, "migrate").returncode == 0
        disk.refuse_writes()
        told = run(disk.folder, "doctor")
    marks = lines(told.stdout)
    assert (told.returncode, marks["data folder"], marks["database"]) == (1, "!!", "!!")
    assert "Traceback" not in told.stderr


def test_a_disk_that_is_almost_full_is_told(tmp_path: Path):
    with small_disk(tmp_path / "disk") as disk:
        assert run(disk.folder, "migrate").returncode == 0
        told = run(disk.folder, "doctor", KOTO_BACKUP_DIR=str(tmp_path))
    assert (told.returncode, lines(told.stdout)["disk of the data folder"]) == (1, "!!")
    assert "make room before the database stops" in told.stdout


@pytest.mark.parametrize(
    ("environ", "mark", "sentence"),
    [
        (
            {"TTS_PROVIDER": "openai_compatible,scripted", "TTS_URL": "http://127.0.0.1:1/v1", "TTS_MODEL": "x"},
            "?   voice",
            "see TTS_URL, TTS_MODEL and TTS_KEY. scripted speaks instead.",
        ),
        (
            {"STT_PROVIDER": "openai_compatible", "STT_URL": "http://127.0.0.1:1/v1", "STT_MODEL": "x"},
            "!!  ears",
            "see STT_URL, STT_MODEL and STT_KEY.",
        ),
        (
            {
                "EVAL_PROVIDER": "openai_compatible,scripted",
                "EVAL_MODEL_URL": "http://127.0.0.1:1/v1",
                "EVAL_MODEL_NAME": "x",
            },
            "?   judge",
            "see EVAL_MODEL_URL, EVAL_MODEL_NAME and EVAL_MODEL_KEY. scripted judges instead.",
        ),
        ({"STT_PROVIDER": "whisper"}, "!!  ears", "get it with `kotoserver models pull base`"),
        ({"STT_PROVIDER": "google"}, "!!  ears", "GOOGLE_CLOUD_PROJECT must be set too"),
        ({"EVAL_PROVIDER": "gemini,scripted"}, "!!  judge", "GEMINI_API_KEY must be set too"),
        ({"EVAL_PROVIDER": "cascade"}, "!!  judge", "set GEMINI_API_KEY"),
        ({"KOTO_BACKUP_KEYS": "age1nonsense"}, "!!  backups", "age1nonsense is no public key of age"),
        ({"KOTO_BACKUP_DIR": "/proc/backups"}, "!!  backups", "set KOTO_BACKUP_DIR to where they can"),
    ],
)
def test_what_stands_in_for_another_hides_nothing(
    tmp_path: Path, environ: dict[str, str], mark: str, sentence: str
):
    """In play the next engine of a list answers; here each is asked by itself."""
    assert run(tmp_path, "migrate").returncode == 0
    told = run(tmp_path, "doctor", **environ)
    (found,) = [line for line in told.stdout.splitlines() if line.startswith(f"{mark}:")]
    assert sentence in found
    assert (told.returncode, told.stderr) == (1 if mark.startswith("!!") else 0, "")


async def test_a_key_that_a_model_does_not_accept_is_told(tmp_path: Path):
    async with serving_models(script=[Reply(status=401), "{}"]) as server:
        environ = {
            "EVAL_PROVIDER": "openai_compatible,scripted",
            "EVAL_MODEL_URL": f"{server.address}/v1",
            "EVAL_MODEL_NAME": "x",
            "EVAL_MODEL_KEY": "swordfish",
        }
        told = await asyncio.to_thread(run, tmp_path, "doctor", **environ)
        well = await asyncio.to_thread(run, tmp_path, "doctor", **environ)
    assert "?   judge: openai_compatible does not work (the model does not accept our key)" in told.stdout
    assert "swordfish" not in told.stdout
    assert "ok  judge: openai_compatible, scripted judges." in well.stdout


@pytest.mark.parametrize(
    ("environ", "about", "sentence"),
    [
        ({"DATABASE_URL": "mysql://koto@localhost/koto"}, "database", "must begin with"),
        ({"DATABASE_URL": "postgresql://koto@[::1/koto"}, "database", "must look like"),
        ({"REDIS_URL": "http://localhost"}, "redis", "must begin with `redis://`"),
        (
            {"MINIO_ENDPOINT": "http://h/path", "MINIO_ACCESS_KEY": "koto", "MINIO_SECRET_KEY": "swordfish"},
            "blobs",
            "must be a host and a port",
        ),
        ({"KOTO_BACKUP_DIR": "/dev/null"}, "backups", "set KOTO_BACKUP_DIR to where they can"),
        ({"KOTO_BACKUP_DIR": "a" * 300}, "backups", "File name too long"),
    ],
)
def test_a_setting_that_names_nothing_usable_hides_nothing_else(
    tmp_path: Path, environ: dict[str, str], about: str, sentence: str
):
    told = run(tmp_path, "doctor", **environ)
    assert (told.returncode, told.stderr) == (1, "")
    (found,) = [line for line in told.stdout.splitlines() if line.startswith(f"!!  {about}:")]
    assert sentence in found
    assert lines(told.stdout)["judge"] == "ok"


@pytest.mark.parametrize("folder", ["/dev/null", "/dev/null/data", "a" * 300])
def test_a_data_folder_that_cannot_be_is_told(tmp_path: Path, folder: str):
    told = run(tmp_path, "doctor", KOTO_DATA_DIR=folder)
    assert (told.returncode, told.stderr) == (1, "")
    marks = lines(told.stdout)
    assert (marks["data folder"], marks["judge"]) == ("!!", "ok"), told.stdout


def test_a_clock_that_went_back_is_told(tmp_path: Path):
    """Nothing else here has a clock, but a backup says when it was made."""
    (tmp_path / "backups").mkdir()
    (tmp_path / "backups" / "koto-20990101T000000Z.tar.gz").touch()
    told = run(tmp_path, "doctor")
    assert lines(told.stdout)["clock"] == "?"
    assert "a backup says that it was made at 2099-01-01" in told.stdout


@pytest.mark.parametrize(
    ("environ", "about", "sentence"),
    [
        ({"DATABASE_URL": "postgresql://koto:swordfish@127.0.0.1:1/koto"}, "database", "does not answer"),
        ({"REDIS_URL": "redis://:swordfish@127.0.0.1:1/0"}, "redis", "does not answer"),
        (
            {"MINIO_ENDPOINT": "127.0.0.1:1", "MINIO_ACCESS_KEY": "koto", "MINIO_SECRET_KEY": "swordfish"},
            "blobs",
            "does not answer",
        ),
        ({"TTS_PROVIDER": "piper"}, "voice", "PIPER_VOICE"),
        ({"KOTO_HOST": "0.0.0.0"}, "secret", "KOTO_SECRET must be set"),
    ],
)
def test_what_is_broken_is_named_and_the_rest_is_looked_at(
    tmp_path: Path, environ: dict[str, str], about: str, sentence: str
):
    told = run(tmp_path, "doctor", **environ)
    marks = lines(told.stdout)
    assert (told.returncode, told.stderr.count("Traceback")) == (1, 0), told.stderr
    assert marks[about] == "!!", told.stdout
    assert sentence in told.stdout
    assert marks["judge"] == "ok"
    assert "swordfish" not in told.stdout


def test_a_setting_that_cannot_be_used_is_one_sentence(tmp_path: Path):
    told = run(tmp_path, "doctor", KOTO_PORT="many")
    assert (told.returncode, told.stdout, told.stderr.count("\n")) == (1, "", 1)
    assert "KOTO_PORT must be a whole number" in told.stderr


def test_settings_that_are_hardly_meant_are_doubted(tmp_path: Path):
    secret = "a secret for tests that is long enough"
    told = run(tmp_path, "doctor", KOTO_PUBLIC_URL="https://koto.example", KOTO_SECRET=secret)
    assert "all clients count as one address" in told.stdout


def test_a_secret_that_everybody_may_read_is_told_with_what_mends_it(tmp_path: Path):
    """pytest's own folder is closed to others, so the data folder is one that is not."""
    with TemporaryDirectory(prefix="koto-open-") as name:
        Path(name).chmod(0o755)
        assert run(Path(name), "migrate").returncode == 0
        (Path(name) / "secret").write_text("long enough to sign what is to be signed here")
        (Path(name) / "secret").chmod(0o600)
        assert run(Path(name), "doctor").returncode == 0
        (Path(name) / "secret").chmod(0o644)
        told = run(Path(name), "doctor")
    assert told.returncode == 1
    (found,) = [line for line in told.stdout.splitlines() if line.startswith("!!")]
    assert found.startswith(
        f"!!  permissions: Everybody on this machine may read {name}/secret; mend it by `chmod"
    )


def test_a_port_that_is_taken_is_told(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        told = run(tmp_path, "doctor", KOTO_PORT=str(taken.getsockname()[1]))
    assert lines(told.stdout)["port"] == "?"
    secret = "a secret for tests that is long enough"
    refused = run(tmp_path, "doctor", KOTO_HOST="203.0.113.7", KOTO_SECRET=secret)
    assert lines(refused.stdout)["port"] == "!!"
    assert refused.returncode == 1


def test_scenes_that_the_console_cannot_write_are_doubted(tmp_path: Path):
    if os.geteuid() != 0:
        pytest.skip("only root can mount a folder that takes no writes")
    with small_disk(tmp_path / "disk") as disk:
        shutil.copytree(ROOT / "scenes", disk.folder / "scenes")
        disk.refuse_writes()
        assert run(tmp_path / "data", "migrate").returncode == 0
        told = run(tmp_path / "data", "doctor", KOTO_SCENES_DIR=str(disk.folder / "scenes"))
    assert "the console publishes none" in told.stdout
    assert (told.returncode, lines(told.stdout)["permissions"]) == (0, "?")


def test_a_model_that_is_not_whole_is_named(tmp_path: Path):
    source = build(tmp_path / "usb" / "tiny-ours", Script())
    assert run(tmp_path, "models", "import", str(source)).returncode == 0
    assert run(tmp_path, "migrate").returncode == 0
    whole = run(tmp_path, "doctor")
    assert (whole.returncode, lines(whole.stdout)["models"]) == (0, "ok")
    (tmp_path / "models" / "whisper" / "tiny-ours" / "config.json").write_text("{}")
    damaged = run(tmp_path, "doctor")
    assert (damaged.returncode, lines(damaged.stdout)["models"]) == (1, "!!")
    assert "The model tiny-ours is not whole (config.json has 2 bytes" in damaged.stdout
