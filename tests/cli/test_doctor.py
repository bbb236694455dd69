"""The check-up: each thing that is wrong is one sentence, and keeps no other from being looked at."""

import os
import shutil
import socket
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from kotoserver.settings import ROOT
from tests.bad_days.small_disk import small_disk
from tests.processes import run
from tests.providers.tiny_whisper import Script, build

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
