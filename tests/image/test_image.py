"""The image as it is really built from the Dockerfile: what is in it, and that its command serves learners."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from kotoserver.settings import ROOT
from tests.image.building import BuiltImage
from tests.image.container import USER, Runner
from tests.servers import free_port

pytestmark = pytest.mark.image
SECRET = {"KOTO_SECRET": "a secret for tests that is long enough"}
SITE = "opt/koto/lib/python3.11/site-packages"
INSIDE = Path(__file__).parent / "inside"
"""Scripts that the image's own Python runs."""


class Learner:
    """Plays by the API alone."""

    def __init__(self, http: aiohttp.ClientSession, address: str) -> None:
        self._http = http
        self.address = address
        self._headers: dict[str, str] = {}
        self._session = ""

    async def enter(self) -> None:
        guest = await self._call("POST", "/auth/guest", json={})
        self._headers = {"Authorization": f"Bearer {guest['token']}"}
        made = await self._call("POST", "/sessions", json={"scene_id": "cafe", "pack": "ko-id"})
        self._session = made["session_id"]

    async def say(self, text: str, turn_id: str) -> list[dict[str, Any]]:
        """The frames of one turn."""
        body = {"turn_id": turn_id, "text": text}
        return list((await self._call("POST", f"/sessions/{self._session}/turns", json=body))["frames"])

    async def turns(self) -> list[str]:
        """Those that were judged, as the server has stored them."""
        events = (await self._call("GET", f"/sessions/{self._session}/events"))["events"]
        return [frame["turn_id"] for frame in events if frame["type"] == "evaluation_complete"]

    async def listen(self, url: str) -> bytes:
        async with self._http.get(f"{self.address}{url}", headers=self._headers) as answer:
            assert answer.status == 200
            return await answer.read()

    async def _call(self, method: str, path: str, **options: Any) -> Any:
        url = f"{self.address}/koto-api{path}"
        async with self._http.request(method, url, headers=self._headers, **options) as answer:
            assert answer.status < 300, await answer.text()
            return await answer.json()


async def test_the_images_own_command_serves_a_turn_with_a_voice(runner: Runner):
    """Read-only, without rights, as its own user, and with the built-in engines."""
    with runner.serving(**SECRET) as container:
        async with aiohttp.ClientSession() as http:
            async with http.get(f"{container.address}/health") as answer:
                assert answer.status == 200
            learner = Learner(http, container.address)
            await learner.enter()
            frames = await learner.say("아이스 아메리카노 한 잔 주세요.", "t1")
            (judged,) = [frame for frame in frames if frame["type"] == "evaluation_complete"]
            assert judged["score"] > 0
            spoken = next(frame["tts_url"] for frame in frames if frame.get("tts_url"))
            assert len(await learner.listen(spoken)) > 1000
            async with http.get(f"{container.address}/console/") as page:
                assert "Korean Together" in await page.text()


async def test_a_new_container_goes_on_where_the_old_one_was_stopped(runner: Runner):
    """A redeploy: told to stop by the image's own signal it ends well, and no acknowledged turn is lost."""
    async with aiohttp.ClientSession() as http:
        with runner.serving(**SECRET) as old:
            learner = Learner(http, old.address)
            await learner.enter()
            await learner.say("메뉴 좀 볼게요.", "t1")
            assert old.stop(runner.image.config) == 0
        with runner.serving(**SECRET) as new:
            learner.address = new.address
            await learner.say("메뉴 좀 볼게요.", "t2")
            assert await learner.turns() == ["t1", "t2"]


def test_the_health_check_tells_a_server_from_none(runner: Runner):
    kind, *command = runner.image.config["Healthcheck"]["Test"]
    assert kind == "CMD"
    with runner.serving(**SECRET) as container:
        port = container.address.rpartition(":")[2]
        assert runner.run(*command, KOTO_PORT=port).returncode == 0
    assert runner.run(*command, KOTO_PORT=port).returncode != 0


def test_it_runs_as_a_user_of_its_own_who_owns_the_data_alone(runner: Runner):
    config = runner.image.config
    assert config["User"] == "koto"
    assert f"koto:x:{USER}:{USER}:" in (runner.image.root / "etc/passwd").read_text()
    assert list(config["Volumes"]) == ["/data"]
    assert (runner.image.root / "data").stat().st_uid == USER
    theirs = [
        path
        for top in ("opt", "srv", "etc", "usr")
        for folder, folders, files in os.walk(runner.image.root / top)
        for path in (os.path.join(folder, name) for name in (*folders, *files))
        if os.lstat(path).st_uid != 0
    ]
    assert theirs == []


def test_no_compiler_and_no_installer_is_in_it(runner: Runner):
    for program in ("cc", "gcc", "g++", "ld", "make", "pip", "pip3", "git", "curl"):
        assert runner.run("sh", "-c", f"command -v {program}").returncode != 0, program
    for module in ("pip", "setuptools", "wheel", "pytest"):
        assert runner.run("python", "-c", f"import {module}").returncode != 0, module


def test_it_holds_what_the_bill_of_materials_says_and_nothing_else(runner: Runner):
    """The bill is made of what is installed here, so names are compared, and not versions."""
    script = "from importlib.metadata import distributions as all\nfor each in all(): print(each.name)"
    listed = runner.run("python", "-c", script).stdout
    made = subprocess.run(
        [sys.executable, str(ROOT / "ops/supply/sbom.py")], capture_output=True, text=True, check=True
    )
    bill = {canonical(each["name"]) for each in json.loads(made.stdout)["components"]}
    older_python = {"async-timeout"}  # which redis wants before 3.11.3; Debian's, the base of the tests, is 3.11.2
    assert {canonical(line) for line in listed.splitlines()} - older_python == bill - {"kotoserver"} - older_python


def canonical(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")


def test_what_the_program_imports_is_compiled(runner: Runner):
    """And not much else is: ops/image/finish.py names what."""
    ran = runner.run("python", "-c", (INSIDE / "imports.py").read_text())
    assert ran.returncode == 0, ran.stderr
    imported, uncompiled = json.loads(ran.stdout)
    assert len(imported) > 500
    assert len(uncompiled) < 20, uncompiled
    compiled = len(list((runner.image.root / SITE).rglob("*.pyc")))
    assert compiled < 1.5 * len(imported)


def test_it_hears_and_speaks_every_format(runner: Runner):
    """Its libraries of sound were stripped."""
    ran = runner.run("python", "-c", (INSIDE / "sounds.py").read_text())
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.split() == ["wav", "mp3", "ogg", "webm", "mp4", "flac"]


def test_a_backup_that_is_made_in_it_is_restored_in_it(runner: Runner):
    """With the Python that it has, which may be older than that of the other tests."""
    kotoserver = ("python", "-m", "kotoserver")
    backups = {"KOTO_BACKUP_DIR": "/data/backups", **SECRET}
    assert runner.run(*kotoserver, "migrate", **SECRET).returncode == 0
    made = runner.run(*kotoserver, "backup", "make", **backups)
    assert made.returncode == 0, made.stderr
    path = made.stdout.split()[0]
    there = {"KOTO_DATA_DIR": "/data/elsewhere", **backups}
    restored = runner.run(*kotoserver, "restore", path, "--content", "/data/content", **there)
    assert restored.returncode == 0, restored.stderr
    assert (runner.data / "elsewhere/koto.sqlite3").exists()
    assert list((runner.data / "content/scenes/cafe").iterdir())


def test_scenes_and_packs_may_be_mounted_over_its_own(runner: Runner, tmp_path: Path):
    """A folder of an operator's, which the server reads and cannot change."""
    shutil.copytree(ROOT / "scenes", tmp_path / "scenes")
    for scene in ("airport", "convenience_store", "cafe_friend"):
        shutil.rmtree(tmp_path / "scenes" / scene)
    mounted = replace(runner, mounts={"/srv/koto/scenes": tmp_path / "scenes"})
    listed = mounted.run("python", "-m", "kotoserver", "scenes", "history", "airport")
    assert listed.returncode == 1
    assert "airport" in listed.stderr
    assert runner.run("python", "-m", "kotoserver", "scenes", "history", "airport").returncode == 0


def test_a_server_without_a_secret_says_so_and_ends(runner: Runner):
    command = [*runner.image.config["Entrypoint"], *runner.image.config["Cmd"]]
    refused = runner.run(*command, KOTO_PORT=str(free_port()))
    assert refused.returncode == 1
    assert "so KOTO_SECRET must be set" in refused.stderr
    assert refused.stderr.count("\n") == 1


def test_it_stays_small(image: BuiltImage):
    """What it weighs layer by layer: `python -m bench.image`."""
    on_disk = sum(
        os.lstat(os.path.join(folder, name)).st_size for folder, _, files in os.walk(image.root) for name in files
    )
    assert on_disk < 540_000_000
    program = sum(path.stat().st_size for path in (image.root / "srv/koto").rglob("*") if path.is_file())
    assert program < 20_000_000
