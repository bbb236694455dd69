"""Backups and the restore drill: a server under load is backed up, destroyed, and restored elsewhere."""

import asyncio
import contextlib
import fcntl
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyrage
import pytest
import requests

from kotoserver.bootstrap.upkeep import open_backups
from kotoserver.domain.errors import StorageFailed
from kotoserver.settings import ROOT, Settings
from kotoserver.storage import open_storage
from kotoserver.storage.open import open_database
from kotoserver.storage.sql import load_migrations
from tests.bad_days.small_disk import small_disk
from tests.processes import environment, run, running_server, start, stop
from tests.servers import find_program, fresh_database, postgres_folders, require

CONSENT = {"keep_recordings": True}


@dataclass
class Player:
    """A learner who says the same thing again and again, and remembers what was acknowledged."""

    address: str
    headers: dict[str, str] = field(default_factory=dict)
    session_id: str = ""
    acknowledged: list[tuple[str, str]] = field(default_factory=list)
    """Session and turn."""

    def begin(self) -> None:
        answer = requests.post(f"{self.address}/koto-api/auth/guest", json={}, timeout=10).json()
        self.headers = {"Authorization": f"Bearer {answer['token']}"}
        self.open()

    def open(self) -> None:
        body = {"scene_id": "cafe", "pack": "ko-id"}
        self.session_id = self.call("POST", "/sessions", json=body).json()["session_id"]

    def call(self, method: str, path: str, **body: Any) -> requests.Response:
        url = f"{self.address}/koto-api{path}"
        return requests.request(method, url, headers=self.headers, timeout=10, **body)

    def say(self, turn_id: str) -> None:
        """A scene that is over is begun anew."""
        body = {"turn_id": turn_id, "text": "메뉴 좀 볼게요."}
        answer = self.call("POST", f"/sessions/{self.session_id}/turns", json=body)
        if answer.status_code == 200:
            self.acknowledged.append((self.session_id, turn_id))
        elif answer.json()["error"]["code"] == "scene_over":
            self.open()

    def turns(self, session_id: str) -> list[str]:
        told = self.call("GET", f"/sessions/{session_id}/turns").json()
        return [turn["turn_id"] for turn in told["turns"]]


@contextlib.contextmanager
def playing(players: list[Player]) -> Iterator[None]:
    """Everybody talks without a pause until the block ends."""
    over = threading.Event()

    def play(player: Player) -> None:
        number = len(player.acknowledged)
        with contextlib.suppress(requests.RequestException):
            while not over.is_set():
                player.say(f"t{number}")
                number += 1

    threads = [threading.Thread(target=play, args=(player,)) for player in players]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


@pytest.fixture(params=["sqlite", "postgres"])
async def databases(request: pytest.FixtureRequest, tmp_path: Path):  # type: ignore[no-untyped-def]
    """Settings of a server and of the one that takes its place."""
    if request.param == "sqlite":
        yield {}, {}
        return
    if find_program("pg_dump", *postgres_folders()) is None:
        require("pg_dump", "apt-get install postgresql")
    server = request.getfixturevalue("postgres_url")
    async with fresh_database(server) as old, fresh_database(server) as new:
        yield {"DATABASE_URL": old}, {"DATABASE_URL": new}


def test_a_destroyed_server_is_restored_elsewhere_and_played_on(
    tmp_path: Path, databases: tuple[dict[str, str], dict[str, str]]
):
    old, new = databases
    secret = {"KOTO_SECRET": "the same secret here and there, long enough", "KOTO_LIMITS": "turns=0"}
    backups = {"KOTO_BACKUP_DIR": str(tmp_path / "backups")}
    process, address = start(tmp_path / "here", **old, **secret)
    players = [Player(address) for _ in range(4)]
    for player in players:
        player.begin()
        player.say("t0")
    with playing(players):
        before = [list(player.acknowledged) for player in players]
        made = run(tmp_path / "here", "backup", "make", **old, **backups)
        assert made.returncode == 0, made.stderr
    stop(process, signal.SIGKILL)
    shutil.rmtree(tmp_path / "here")
    name = made.stdout.split()[0]

    restored = run(tmp_path / "there", "restore", name, "--content", str(tmp_path / "content"), **new, **backups)
    assert restored.returncode == 0, restored.stderr
    assert (tmp_path / "content" / "scenes" / "cafe" / "scene.yaml").read_bytes()
    with running_server(tmp_path / "there", **new, **secret) as address:
        for player, acknowledged in zip(players, before, strict=True):
            player.address = address
            kept = [(each, turn) for each in dict(acknowledged) for turn in player.turns(each)]
            assert kept[: len(acknowledged)] == acknowledged
            assert len(set(kept)) == len(kept)
            count = len(player.acknowledged)
            player.open()
            player.say("after")
            assert len(player.acknowledged) == count + 1

    again = run(tmp_path / "there", "restore", name, **new, **backups)
    assert (again.returncode, "restore into an empty one" in again.stderr) == (1, True)


def made(tmp_path: Path, *options: str, **environ: str) -> Path:
    """A backup of an empty database."""
    assert run(tmp_path / "here", "migrate").returncode == 0
    done = run(tmp_path / "here", "backup", "make", *options, **environ)
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.split()[0])


@pytest.mark.parametrize("how", ["cut off", "changed", "emptied"])
def test_a_damaged_backup_is_told_and_changes_nothing(tmp_path: Path, how: str):
    backup = made(tmp_path)
    content = backup.read_bytes()
    middle = len(content) // 2
    spoilt = {
        "cut off": content[:middle],
        "changed": content[:middle] + bytes([content[middle] ^ 0xFF]) + content[middle + 1 :],
        "emptied": b"",
    }
    backup.write_bytes(spoilt[how])
    for command in ("backup verify", "restore"):
        told = run(tmp_path / "there", *command.split(), str(backup))
        assert (told.returncode, told.stderr.count("Traceback")) == (1, 0)
        assert "is damaged" in told.stderr, told.stderr
    assert not (tmp_path / "there" / "koto.sqlite3").exists()


def test_a_byte_that_changed_anywhere_is_told_in_a_sentence(tmp_path: Path):
    """The packing notices some, the digests others; none is an error that nobody expected.

    The very end holds nothing but zeros behind the last file, and nobody reads it.
    """
    backup = made(tmp_path)
    content = backup.read_bytes()
    spoilt = backup.with_name("koto-20260101T000000Z.tar.gz")
    for place in range(0, len(content) - 1000, len(content) // 150):
        spoilt.write_bytes(content[:place] + bytes([content[place] ^ 0x55]) + content[place + 1 :])
        with pytest.raises(StorageFailed, match="is damaged"):
            read_back(spoilt)


def read_back(backup: Path) -> None:
    settings = Settings.from_environ({"KOTO_DATA_DIR": str(backup.parent)})

    async def read() -> None:
        async with open_backups(settings) as backups:
            backups.verify(backup)

    asyncio.run(read())


def test_a_backup_of_a_newer_version_is_refused_before_anything_is_changed(tmp_path: Path):
    assert run(tmp_path / "here", "migrate").returncode == 0
    with contextlib.closing(sqlite3.connect(tmp_path / "here" / "koto.sqlite3")) as file, file:
        file.execute("INSERT INTO migrations VALUES ('9999_without_turns', '', '2030-01-01')")
    backup = run(tmp_path / "here", "backup", "make").stdout.split()[0]
    told = run(tmp_path / "there", "restore", backup, "--content", str(tmp_path / "content"))
    assert (told.returncode, told.stderr.count("Traceback")) == (1, 0)
    assert "made by a newer version" in told.stderr
    assert "9999_without_turns.sql; restore it with that version." in told.stderr
    assert not (tmp_path / "there" / "koto.sqlite3").exists()
    assert not (tmp_path / "content").exists()


async def test_a_backup_of_an_older_version_is_brought_up_to_date(
    tmp_path: Path, databases: tuple[dict[str, str], dict[str, str]]
):
    old, new = databases
    database = open_database(old.get("DATABASE_URL", ""), data_dir=tmp_path / "here")
    older, newest = load_migrations(database.dialect)[:3], load_migrations(database.dialect)[-1]
    await database.migrate(older)
    await database.close()
    done = run(tmp_path / "here", "backup", "make", **old)
    assert done.returncode == 0, done.stderr
    restored = run(tmp_path / "there", "restore", done.stdout.split()[0], **new)
    assert restored.returncode == 0, restored.stderr
    storage = open_storage(new.get("DATABASE_URL", ""), data_dir=tmp_path / "there")
    state = await storage.schema()
    await storage.close()
    assert (state.missing, state.newer) == ((), ())
    assert len(state.applied) > len(older)
    assert newest.name not in [each.name for each in older]


def test_what_a_killed_backup_left_is_swept_and_what_another_writes_is_not(tmp_path: Path):
    """It is a database in clear."""
    folder = made(tmp_path).parent
    left, held = folder / ".working-left", folder / ".working-held"
    for place in (left, held):
        place.mkdir()
        (place / "database.sqlite3").write_bytes(b"what somebody said")
    descriptor = os.open(held, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        made(tmp_path)
        assert (left.exists(), held.exists()) == (False, True)
    finally:
        os.close(descriptor)
    made(tmp_path)
    assert not held.exists()


def test_a_killed_backup_leaves_nothing_that_passes_for_one(tmp_path: Path):
    """Killed at several moments; whatever has the name of a backup is whole."""
    assert run(tmp_path, "migrate").returncode == 0
    for _ in range(3):
        process = subprocess.Popen(
            [sys.executable, "-m", "kotoserver", "backup", "make"],
            env=environment(tmp_path),
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        with process, process.stderr as told:  # type: ignore[union-attr]
            while (line := told.readline()) and "the archive" not in line:
                pass
            process.kill()
    for finished in (tmp_path / "backups").glob("koto-*"):
        read_back(finished)
    assert list((tmp_path / "backups").glob(".working-*"))
    made_at_last = run(tmp_path, "backup", "make")
    assert made_at_last.returncode == 0
    assert not list((tmp_path / "backups").glob(".working-*"))


def test_an_encrypted_backup_is_read_by_the_holder_of_the_key_only(tmp_path: Path):
    own, other = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
    keys = {}
    for name, identity in (("own", own), ("other", other)):
        keys[name] = tmp_path / name
        keys[name].write_text(f"# a key of age\n{identity}\n")
    backup = made(tmp_path, KOTO_BACKUP_KEYS=str(own.to_public()))
    assert backup.name.endswith(".tar.gz.age")
    assert b"manifest" not in backup.read_bytes()
    assert "good: made" in run(tmp_path, "backup", "verify", str(backup), "--identity", str(keys["own"])).stdout
    for options in ([], ["--identity", str(keys["other"])]):
        told = run(tmp_path, "backup", "verify", str(backup), *options)
        assert (told.returncode, told.stderr.count("Traceback")) == (1, 0)
    assert run(tmp_path / "there", "restore", str(backup), "--identity", str(keys["own"])).returncode == 0
    assert (tmp_path / "there" / "koto.sqlite3").exists()


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ("another key", "was encrypted to another key than that in "),
        ("no such file", "cannot be read (No such file or directory)."),
        ("a picture", "is no file of a private key of age."),
        ("an empty file", "holds no private key of age"),
        ("cut off", "is damaged"),
        ("emptied", "is damaged"),
    ],
)
def test_why_an_encrypted_backup_cannot_be_read_is_told(tmp_path: Path, how: str, sentence: str):
    """A wrong key and a damaged file want different things done."""
    own = pyrage.x25519.Identity.generate()
    key = tmp_path / "key"
    contents = {
        "another key": str(pyrage.x25519.Identity.generate()).encode(),
        "a picture": b"\xff\xd8",
        "an empty file": b"",
    }
    key.write_bytes(contents.get(how, str(own).encode()))
    backup = made(tmp_path, KOTO_BACKUP_KEYS=str(own.to_public()))
    if how == "no such file":
        key.unlink()
    if how in ("cut off", "emptied"):
        backup.write_bytes(backup.read_bytes()[: 300_000 if how == "cut off" else 0])
    told = run(tmp_path / "there", "restore", str(backup), "--identity", str(key))
    assert (told.returncode, told.stderr.count("Traceback")) == (1, 0)
    assert sentence in told.stderr, told.stderr
    assert not (tmp_path / "there" / "koto.sqlite3").exists()


def test_a_backup_is_restored_from_a_disk_that_takes_no_writes(tmp_path: Path):
    backup = made(tmp_path)
    with small_disk(tmp_path / "disk") as disk:
        shutil.copy(backup, disk.folder)
        disk.refuse_writes()
        restored = run(tmp_path / "there", "restore", backup.name, KOTO_BACKUP_DIR=str(disk.folder))
    assert restored.returncode == 0, restored.stderr
    assert (tmp_path / "there" / "koto.sqlite3").exists()


def test_a_backup_of_the_other_kind_of_database_is_refused(tmp_path: Path, postgres_url: str):
    told = run(tmp_path / "there", "restore", str(made(tmp_path)), DATABASE_URL=postgres_url)
    assert (told.returncode, "of the same kind" in told.stderr) == (1, True)


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({"DATABASE_URL": "postgresql://koto@127.0.0.1:1/koto"}, "psql failed"),
        ({"KOTO_BACKUP_DIR": "/proc/backups"}, "cannot be kept in /proc/backups"),
        ({"KOTO_BACKUP_KEYS": "age1nonsense"}, "no public key of age"),
    ],
)
def test_what_stands_in_the_way_is_one_sentence_and_leaves_nothing(
    tmp_path: Path, environ: dict[str, str], sentence: str
):
    backups = tmp_path / "backups"
    told = run(tmp_path, "backup", "make", **{"KOTO_BACKUP_DIR": str(backups), **environ})
    assert (told.returncode, told.stderr.count("Traceback")) == (1, 0)
    assert sentence in told.stderr
    assert not backups.exists() or not list(backups.iterdir())


def test_a_restore_that_finds_no_room_leaves_no_database_behind(tmp_path: Path):
    backup = made(tmp_path)
    with small_disk(tmp_path / "disk", megabytes=1) as disk:
        disk.fill()
        told = run(disk.folder, "restore", str(backup), KOTO_BACKUP_DIR=str(backup.parent))
        assert (told.returncode, told.stderr.count("Traceback")) == (1, 0)
        assert told.stderr.splitlines()[-1].startswith("kotoserver: ")
        assert not list(disk.folder.glob("*koto.sqlite3*"))


def test_a_backup_from_the_future_does_not_pass_for_a_fresh_one(tmp_path: Path):
    """A clock that was wrong made it; until that day nobody would hear that backups fail."""
    backup = made(tmp_path)
    ahead = backup.with_name("koto-20990101T000000Z.tar.gz")
    backup.rename(ahead)
    with running_server(tmp_path / "here") as address:
        measured = requests.get(f"{address}/metrics", timeout=10).text
    assert "koto_last_backup_timestamp_seconds 0.0" in measured
    told = run(tmp_path / "here", "doctor").stdout
    assert "?   backups: There is none" in told
    assert run(tmp_path / "here", "backup", "make").returncode == 0
    assert "ok  backups: The newest is 0 hours old." in run(tmp_path / "here", "doctor").stdout


def test_old_backups_are_thrown_away_once_a_new_one_is_good(tmp_path: Path):
    backup = made(tmp_path)
    old = backup.with_name("koto-20200101T000000Z.tar.gz")
    shutil.copy(backup, old)
    failed = run(tmp_path / "here", "backup", "make", DATABASE_URL="postgresql://koto@127.0.0.1:1/koto")
    assert (failed.returncode, old.exists()) == (1, True)
    told = run(tmp_path / "here", "backup", "make").stdout
    assert f"thrown away: {old.name}" in told
    listed = run(tmp_path / "here", "backup", "list").stdout
    assert old.name not in listed
    assert backup.exists()


def test_the_line_for_cron_makes_a_backup_and_says_nothing_unless_something_is_wrong(tmp_path: Path):
    """The line itself, with the paths of this test in place of an installation's."""
    if os.geteuid() != 0:
        pytest.skip("the line begins as root")
    assert run(tmp_path / "data", "migrate").returncode == 0
    (tmp_path / "database_password").write_text("swordfish\n")
    (tmp_path / "koto.env").write_text(f"KOTO_BACKUP_DIR={tmp_path / 'kept'}\n")
    program = tmp_path / "kotoserver"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m kotoserver "$@"\n')
    program.chmod(0o755)
    line = (ROOT / "ops/backup/koto-backup.cron").read_text("utf-8").splitlines()[-1]
    *when, user, command = line.split(maxsplit=6)
    assert (user, when[2:]) == ("root", ["*"] * 3)
    assert "%" not in command  # which cron takes for the end of the line
    for theirs, ours in {
        "/srv/koto": str(ROOT),
        "/etc/koto/koto.env": str(tmp_path / "koto.env"),
        "/etc/koto/secrets": str(tmp_path),
        "/var/lib/koto": str(tmp_path / "data"),
        "/opt/koto/bin/kotoserver": str(program),
        "runuser -u koto": "runuser -u root",
    }.items():
        assert theirs in command
        command = command.replace(theirs, ours)

    def as_cron() -> "subprocess.CompletedProcess[str]":
        environ = {"PATH": "/usr/bin:/bin:/usr/sbin", "SHELL": "/bin/sh"}
        return subprocess.run(["/bin/sh", "-c", command], env=environ, capture_output=True, text=True, check=False)

    done = as_cron()
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert len(list((tmp_path / "kept").glob("koto-*.tar.gz"))) == 1
    shutil.rmtree(tmp_path / "data")
    failed = as_cron()
    assert failed.returncode == 1
    assert failed.stderr.startswith("kotoserver: There is no database at ")


def test_the_age_of_the_newest_backup_is_measured(tmp_path: Path):
    with running_server(tmp_path / "here") as address:
        assert "koto_last_backup_timestamp_seconds 0.0" in requests.get(f"{address}/metrics", timeout=10).text
        made(tmp_path)
        measured = requests.get(f"{address}/metrics", timeout=10).text
    assert "koto_last_backup_timestamp_seconds 1.7" in measured
