"""Backups and the restore drill: a server under load is backed up, destroyed, and restored elsewhere."""

import contextlib
import shutil
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyrage
import pytest
import requests

from tests.processes import run, running_server, start, stop
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


def test_the_age_of_the_newest_backup_is_measured(tmp_path: Path):
    with running_server(tmp_path / "here") as address:
        assert "koto_last_backup_timestamp_seconds 0.0" in requests.get(f"{address}/metrics", timeout=10).text
        made(tmp_path)
        measured = requests.get(f"{address}/metrics", timeout=10).text
    assert "koto_last_backup_timestamp_seconds 1.7" in measured
