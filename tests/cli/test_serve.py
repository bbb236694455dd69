"""The server as a process: how it starts, refuses to start, stops, and survives being killed."""

import json
import signal
import socket
import sqlite3
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.processes import run, start, stop

Frame = dict[str, Any]


class Client:
    """A learner on a socket to a server that may be killed under them."""

    def __init__(self, http: aiohttp.ClientSession, address: str, token: str = "", session_id: str = "") -> None:
        self.http = http
        self.address = address
        self.token = token
        self.session_id = session_id
        self.frames: list[Frame] = []

    async def enter(self) -> None:
        async with self.http.post(f"{self.address}/koto-api/auth/guest", json={}) as answer:
            self.token = (await answer.json())["token"]
        body = {"scene_id": "cafe", "pack": "ko-id"}
        async with self.http.post(f"{self.address}/koto-api/sessions", json=body, headers=self.headers) as answer:
            self.session_id = (await answer.json())["session_id"]

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    async def connect(self) -> aiohttp.ClientWebSocketResponse:
        live = await self.http.ws_connect(f"{self.address}/koto/ws/session/{self.session_id}")
        await live.send_json({"type": "hello", "token": self.token})
        return live

    async def stored(self) -> list[Frame]:
        url = f"{self.address}/koto-api/sessions/{self.session_id}/events"
        async with self.http.get(url, headers=self.headers) as answer:
            return list((await answer.json())["events"])

    async def hear(self, live: aiohttp.ClientWebSocketResponse, how_many: int) -> bool:
        """Keeps that many frames; False when the server is gone before."""
        for _ in range(how_many):
            message = await live.receive()
            if message.type is not aiohttp.WSMsgType.TEXT:
                return False
            self.frames.append(json.loads(message.data))
        return True


@pytest.mark.parametrize("heard", [0, 1, 2, 3, 5, 9])
async def test_killing_the_server_at_any_point_loses_no_acknowledged_turn(tmp_path: Path, heard: int):
    process, address = start(tmp_path)
    async with aiohttp.ClientSession() as http:
        client = Client(http, address)
        await client.enter()
        live = await client.connect()
        for number in range(6):
            await live.send_json({"type": "user_text", "turn_id": f"t{number}", "text": "메뉴 좀 볼게요."})
        await client.hear(live, 2 + heard)
        stop(process, signal.SIGKILL)
        while await client.hear(live, 1):
            pass
        process, client.address = start(tmp_path)
        stored = await client.stored()
        acknowledged = [frame for frame in client.frames if frame["type"] != "session_ready"]
        assert [
            frame for frame in stored if frame["seq"] in {each["seq"] for each in acknowledged}
        ] == acknowledged
        assert [frame["seq"] for frame in stored] == list(range(1, len(stored) + 1))
        judged = [frame["turn_id"] for frame in stored if frame["type"] == "evaluation_complete"]
        again = await client.connect()
        for number in range(6):
            await again.send_json({"type": "user_text", "turn_id": f"t{number}", "text": "메뉴 좀 볼게요."})
        await again.send_json({"type": "leave"})
        while await client.hear(again, 1):
            pass
        turns = [frame["turn_id"] for frame in await client.stored() if frame["type"] == "evaluation_complete"]
        assert turns == [f"t{number}" for number in range(6)]
        assert turns[: len(judged)] == judged
        stop(process)


async def test_a_server_that_is_stopped_says_goodbye_and_ends_well(tmp_path: Path):
    process, address = start(tmp_path)
    async with aiohttp.ClientSession() as http:
        client = Client(http, address)
        await client.enter()
        live = await client.connect()
        await client.hear(live, 2)
        process.send_signal(signal.SIGTERM)
        while await client.hear(live, 1):
            pass
        assert live.close_code == 1001
    assert stop(process) == 0


async def test_a_server_told_to_stop_serves_on_until_nobody_is_sent_to_it_any_more(tmp_path: Path):
    process, address = start(tmp_path, KOTO_DRAIN_SECONDS="600")
    async with aiohttp.ClientSession() as http:
        client = Client(http, address)
        await client.enter()
        live = await client.connect()
        await client.hear(live, 2)
        process.send_signal(signal.SIGTERM)
        while (await http.get(f"{address}/health/ready")).status == 200:
            pass
        await live.send_json({"type": "user_text", "turn_id": "t1", "text": "메뉴 좀 볼게요."})
        assert await client.hear(live, 2)
        assert client.frames[-1]["turn_id"] == "t1"
        process.send_signal(signal.SIGTERM)  # somebody does not want to wait for the rest
        while await client.hear(live, 1):
            pass
        assert live.close_code == 1001
    assert stop(process) == 0


def test_a_taken_port_gets_one_plain_sentence(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        refused = run(tmp_path, "serve", "--port", port)
    assert refused.returncode == 1
    assert refused.stderr == (
        f"kotoserver: Port {port} on 127.0.0.1 is taken by another program; "
        "stop it, or choose another with --port.\n"
    )


def test_a_data_folder_that_cannot_be_written_to_gets_one_plain_sentence(tmp_path: Path):
    in_the_way = tmp_path / "data"
    in_the_way.write_text("a file, not a folder")
    refused = run(in_the_way, "serve", "--port", "0")
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"kotoserver: The data folder {in_the_way} cannot be written to")
    assert refused.stderr.count("\n") == 1


def test_a_read_only_data_folder_gets_one_plain_sentence():
    refused = run(Path("/proc/koto"), "serve", "--port", "0")  # a place where nobody, not even root, can write
    assert refused.returncode == 1
    assert refused.stderr.startswith("kotoserver: The data folder /proc/koto cannot be written to")
    assert refused.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({"KOTO_PROT": "1"}, "KOTO_PROT is not a setting of kotoserver. Did you mean KOTO_PORT?"),
        ({"KOTO_PORT": "many"}, "KOTO_PORT must be a whole number from 0 to 65535, not 'many'."),
        ({"TTS_PROVIDER": "festival"}, "TTS_PROVIDER: festival is not an engine that kotoserver knows"),
        ({"EVAL_PROVIDER": "gemini"}, "EVAL_PROVIDER names gemini, so GEMINI_API_KEY must be set too."),
        ({"EVAL_PROVIDER": "cascade"}, "EVAL_PROVIDER: cascade needs a model; set GEMINI_API_KEY"),
        ({"STT_PROVIDER": "wisper"}, "STT_PROVIDER: wisper is not an engine that kotoserver knows; use "),
        ({"DATABASE_URL": "mysql://x"}, "DATABASE_URL must begin with `sqlite://` or `postgresql://`"),
        ({"REDIS_URL": "http://x"}, "REDIS_URL must begin with `redis://`"),
    ],
)
def test_a_setting_that_cannot_be_used_stops_the_start_with_a_sentence(
    tmp_path: Path, environ: dict[str, str], sentence: str
):
    refused = run(tmp_path, "serve", "--port", "0", **environ)
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"kotoserver: {sentence}")
    assert "Traceback" not in refused.stderr


def test_the_secret_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path):
    for _ in range(2):
        process, _address = start(tmp_path)
        stop(process)
        kept = (tmp_path / "secret").read_text()
    assert len(kept) >= 32
    assert (tmp_path / "secret").stat().st_mode & 0o077 == 0
    assert kept == (tmp_path / "secret").read_text()


def test_a_secret_that_cannot_be_read_gets_one_plain_sentence(tmp_path: Path):
    (tmp_path / "secret").mkdir()
    refused = run(tmp_path, "serve", "--port", "0")
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"kotoserver: The secret {tmp_path}/secret cannot be read or made")
    assert refused.stderr.count("\n") == 1


def test_a_host_that_is_no_name_gets_one_plain_sentence(tmp_path: Path):
    refused = run(tmp_path, "serve", "--host", "x" * 300)
    assert refused.returncode == 1
    assert refused.stderr.count("\n") == 1


def test_migrate_names_what_it_did_and_then_has_nothing_to_do(tmp_path: Path):
    assert "applied 0001" in run(tmp_path, "migrate").stdout
    assert run(tmp_path, "migrate").stdout == "the database is up to date\n"
    with sqlite3.connect(tmp_path / "koto.sqlite3") as database:
        assert database.execute("SELECT count(*) FROM sessions").fetchone() == (0,)


def test_nothing_that_a_learner_said_is_logged(tmp_path: Path):
    played = run(tmp_path, "play", "cafe", typed="비밀이에요\n/quit\n", KOTO_LOG="json")
    assert played.returncode == 0
    assert "비밀" not in played.stderr
