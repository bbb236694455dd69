"""A disk that is full, or that takes no more writes, below a server that is played on."""

from pathlib import Path

import aiohttp

from tests.bad_days.small_disk import small_disk
from tests.cli.test_serve import Client
from tests.processes import run, running_server

LINE = "메뉴 좀 볼게요."


class Learner(Client):
    """Plays by single calls, each of which is acknowledged or not."""

    async def say(self, turn_id: str) -> tuple[int, str]:
        """The status, and the code of an error."""
        url = f"{self.address}/koto-api/sessions/{self.session_id}/turns"
        body = {"turn_id": turn_id, "text": LINE}
        async with self.http.post(url, json=body, headers=self.headers) as answer:
            told = await answer.json()
            return answer.status, told.get("error", {}).get("code", "")

    async def turns(self) -> list[str]:
        return [frame["turn_id"] for frame in await self.stored() if frame["type"] == "evaluation_complete"]

    async def ready(self) -> tuple[int, str]:
        """The status, and the state of the database."""
        async with self.http.get(f"{self.address}/health/ready") as answer:
            checks = {check["kind"]: check["state"] for check in (await answer.json())["checks"]}
            return answer.status, checks["database"]


async def play_until_refused(learner: Learner) -> list[str]:
    """The turns that were acknowledged; what is full may have room for a few more."""
    acknowledged = []
    for number in range(200):
        status, code = await learner.say(f"t{number}")
        if status != 200:
            assert (status, code) == (503, "storage_failed")
            return acknowledged
        acknowledged.append(f"t{number}")
    raise AssertionError("nothing was refused")


async def test_nothing_acknowledged_is_lost_and_play_goes_on_once_there_is_room_again(tmp_path: Path):
    with small_disk(tmp_path / "disk") as disk, running_server(disk.folder, KOTO_LIMITS="turns=0") as address:
        async with aiohttp.ClientSession() as http:
            learner = Learner(http, address)
            await learner.enter()
            assert await learner.say("first") == (200, "")
            assert await learner.ready() == (200, "ok")
            disk.fill()
            acknowledged = await play_until_refused(learner)
            assert await learner.ready() == (503, "failed")
            assert await learner.turns() == ["first", *acknowledged]
            disk.empty()
            assert await learner.ready() == (200, "ok")
            refused = f"t{len(acknowledged)}"
            assert await learner.say(refused) == (200, "")
            assert await learner.turns() == ["first", *acknowledged, refused]


def test_a_server_does_not_start_on_a_full_disk(tmp_path: Path):
    with small_disk(tmp_path / "disk", megabytes=1) as disk:
        disk.fill()
        refused = run(disk.folder, "serve", "--port", "0")
    assert refused.returncode == 1
    assert refused.stderr.startswith("kotoserver: ")
    assert refused.stderr.count("\n") == 1, refused.stderr


def test_a_server_does_not_start_on_a_disk_that_takes_no_writes(tmp_path: Path):
    with small_disk(tmp_path / "disk") as disk:
        assert run(disk.folder, "migrate").returncode == 0
        disk.refuse_writes()
        refused = run(disk.folder, "serve", "--port", "0")
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"kotoserver: The data folder {disk.folder} cannot be written to")
    assert refused.stderr.count("\n") == 1


def test_a_backup_that_finds_no_room_is_one_sentence_and_leaves_nothing_behind(tmp_path: Path):
    assert run(tmp_path / "data", "migrate").returncode == 0
    with small_disk(tmp_path / "disk", megabytes=1) as disk:
        disk.fill()
        told = run(tmp_path / "data", "backup", "make", KOTO_BACKUP_DIR=str(disk.folder))
        assert told.returncode == 1
        assert told.stderr.splitlines()[-1].startswith("kotoserver: ")
        assert "Traceback" not in told.stderr
        assert [path.name for path in disk.folder.iterdir()] == ["ballast"]
