"""What a whole run writes into its log, at every level: events with their ids, and nothing of what anybody said.

The server is a process of its own with engines elsewhere. Learners play well and badly, engines fail, and clients
send what is malformed; words and secrets that were planted are looked for in every byte that the process wrote.
"""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from tests import sounds
from tests.processes import start, stop
from tests.providers.model_server import Reply, serving_models
from tests.providers.openai_speech_server import Answer, OpenAiSpeechServer, serving_openai_speech, verbose
from tests.servers import redis_server

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"
SPEECH = ("마법양탄자", "무지개냄비", "은하수열차", "구름고양이")
"""Typed, spoken, looked for, and sent in broken frames."""
TYPED = f"오늘은 {SPEECH[0]}가 정말 좋네요."
SPOKEN = f"오늘은 {SPEECH[1]}가 정말 좋네요."
PEOPLE = ("planted.person@example.org", "wrong.person@example.org", "Planted Personname")
PASSWORDS = ("planted password one", "planted password wrong")
SECRETS = {
    "KOTO_SECRET": "planted-koto-secret-that-is-long-enough",
    "KOTO_SECRET_PREVIOUS": "planted-previous-secret-that-is-long-enough",
    "STT_KEY": "planted-stt-key",
    "EVAL_MODEL_KEY": "planted-eval-key",
}
STATE = "planted=tracestatevalue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    level: str
    log: str
    tokens: tuple[str, ...]
    session_id: str

    def lines(self) -> Iterator[dict[str, Any]]:
        for line in self.log.splitlines():
            yield json.loads(line)

    def told(self, message: str) -> list[dict[str, Any]]:
        return [line for line in self.lines() if line["message"] == message]


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["debug", "warning"])
async def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return await misused("json", request.param, tmp_path_factory.mktemp("logs"))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def readable(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The same for a person at a terminal."""
    return await misused("readable", "debug", tmp_path_factory.mktemp("logs"))


async def misused(style: str, level: str, folder: Path) -> Run:
    quoting = json.dumps({"error": {"message": f"nobody can judge {TYPED}", "code": 400}}, ensure_ascii=False)
    with redis_server() as redis_url, (folder / "log").open("w") as log:
        async with serving_models() as models, serving_openai_speech() as ears:
            models.script += [
                Reply(status=500),
                "no JSON at all",
                "no JSON again",
                Reply(status=400, body=quoting),
                Reply(status=429, body=quoting),
                Reply(status=302, body=quoting),
                quoting,
                json.dumps({"verdict": TYPED}),
            ]
            process, address = await asyncio.to_thread(
                start,
                folder,
                log=log,
                KOTO_LOG=style,
                KOTO_LOG_LEVEL=level,
                REDIS_URL=redis_url,
                EVAL_PROVIDER="openai_compatible,local",
                EVAL_MODEL_URL=f"{models.address}/v1",
                EVAL_MODEL_NAME="qwen3",
                STT_PROVIDER="openai_compatible",
                STT_URL=f"http://127.0.0.1:{ears.port}/v1",
                STT_MODEL="whisper-ko",
                **SECRETS,
            )
            try:
                async with aiohttp.ClientSession(address) as http:
                    tokens, session_id = await misuse(http, ears)
            finally:
                await asyncio.to_thread(stop, process)
    return Run(level=level, log=(folder / "log").read_text(), tokens=tokens, session_id=session_id)


async def misuse(http: aiohttp.ClientSession, ears: OpenAiSpeechServer) -> tuple[tuple[str, ...], str]:
    """Everything with planted words in it; the tokens that were given out, and the session that was played."""
    guest = await call(http, "POST", "/auth/guest", json={"name": PEOPLE[2]})
    account = {"email": PEOPLE[0], "password": PASSWORDS[0]}
    bearer = {"Authorization": f"Bearer {guest['token']}"}
    signed_in = await call(http, "PUT", "/me/credentials", headers=bearer, json=account)
    await call(http, "POST", "/auth/login", json={"email": PEOPLE[1], "password": PASSWORDS[1]})
    await call(http, "POST", "/auth/login", json=account)
    token, session = signed_in["token"], {"scene_id": "cafe", "pack": "ko-id"}
    headers = {"Authorization": f"Bearer {token}", "traceparent": PARENT, "tracestate": STATE}
    opened = await call(http, "POST", "/sessions", headers=headers, json=session)
    path = f"/sessions/{opened['session_id']}"
    for turn in ("rest-1", "rest-2", "rest-3", "rest-4", "rest-5", "rest-6"):
        await call(http, "POST", f"{path}/turns", headers=headers, json={"turn_id": turn, "text": TYPED})
    await call(http, "POST", f"{path}/turns", headers=headers, json={"turn_id": SPEECH[3], "text": TYPED * 99})
    await call(http, "POST", f"{path}/turns", headers=headers, data=f'{{"text": "{SPEECH[3]}')
    await call(http, "POST", "/evaluate", headers=headers, json={"scene": "cafe", "turn": "order", "text": TYPED})
    await call(http, "GET", f"/sessions?q={SPEECH[2]}", headers=headers)
    await call(http, "GET", f"/{SPEECH[2]}?token={token}", headers=headers)
    for _ in range(3):
        form = aiohttp.FormData({"session_id": opened["session_id"]})
        form.add_field("audio", await sounds.webm(), filename=f"{SPEECH[3]}.webm", content_type="audio/webm")
        await call(http, "POST", "/audio/upload", headers=headers, data=form)
    refusal = {"error": {"message": f"nobody can hear {SPOKEN}"}}
    ears.script += [
        Answer(json=verbose(SPOKEN)),
        Answer(status=500, json=refusal),
        Answer(status=400, json=refusal),
    ]
    await talk(http, opened["ws_url"], token, opened["session_id"])
    return (guest["token"], token, signed_in["refresh_token"]), opened["session_id"]


async def call(http: aiohttp.ClientSession, method: str, path: str, **asked: Any) -> Any:
    async with http.request(method, f"/koto-api{path}", **asked) as answer:
        return await answer.json()


async def talk(http: aiohttp.ClientSession, address: str, token: str, session_id: str) -> None:
    """Frames that are judged, and frames that are wrong; each is waited for."""
    socket = await http.ws_connect(address)
    await socket.send_json({"type": "hello", "token": token, "traceparent": PARENT, "tracestate": STATE})
    form = aiohttp.FormData({"session_id": session_id})
    form.add_field("audio", await sounds.webm(), filename="a.webm", content_type="audio/webm")
    headers = {"Authorization": f"Bearer {token}"}
    uploaded = await call(http, "POST", "/audio/upload", headers=headers, data=form)
    spoken = {"type": "audio_uploaded", "session_id": session_id, "audio_id": uploaded["audio_id"]}
    await socket.send_json({"type": "user_text", "turn_id": "ws-1", "text": TYPED})
    await socket.send_json(spoken | {"turn_id": "ws-2"})
    await hear(socket, SPEECH[1])
    for frame in (
        json.dumps(spoken | {"turn_id": "ws-3"}),
        json.dumps(spoken | {"turn_id": SPEECH[3]}),
        json.dumps(spoken | {"audio_id": SPEECH[3]}),
        json.dumps({"type": SPEECH[3], "text": SPEECH[3]}),
        json.dumps({"type": "user_text", "turn_id": SPEECH[3], "text": SPEECH[3] * 200}),
        f'{{"type": "user_text", "text": "{SPEECH[3]}',
        json.dumps({"type": "ping"}),
    ):
        await socket.send_str(frame)
    await hear(socket, "pong")
    await socket.close()


async def hear(socket: aiohttp.ClientWebSocketResponse, words: str) -> None:
    """Waits for a frame with these words."""
    async with asyncio.timeout(30):
        while words not in await socket.receive_str():
            pass


def test_no_word_of_a_learner_is_in_the_log(run: Run):
    assert [words for words in SPEECH if words in run.log] == []


def test_no_secret_is_in_the_log(run: Run):
    secrets = (*SECRETS.values(), *PASSWORDS, *run.tokens, STATE, "tracestatevalue")
    assert [secret for secret in secrets if secret in run.log] == []


def test_nobody_is_named_in_the_log(run: Run):
    assert [name for name in PEOPLE if name in run.log] == []


def test_lines_for_people_hold_no_more_than_those_for_machines(readable: Run):
    planted = (*SPEECH, *PEOPLE, *SECRETS.values(), *PASSWORDS, *readable.tokens, STATE, "tracestatevalue")
    assert "a turn was judged" in readable.log
    assert "gave no opinion" in readable.log
    assert [words for words in planted if words in readable.log] == []


def test_every_line_is_one_event_with_a_time_a_level_and_a_message(run: Run):
    for line in run.lines():
        assert {"at", "level", "logger", "message"} <= line.keys()
        assert "Traceback" not in line["message"]


def test_turns_are_told_with_all_their_ids(run: Run):
    judged = run.told("a turn was judged")
    if run.level == "warning":
        assert judged == []
        return
    over_rest = [line for line in judged if line["turn_id"].startswith("rest")]
    over_socket = [line for line in judged if line["turn_id"].startswith("ws")]
    assert over_rest
    assert over_socket
    for line in judged:
        assert line["session_id"] == run.session_id
        assert len(line["request_id"]) == 12
        assert line["trace_id"] == TRACE
        assert line["ms"] > 0


def test_requests_are_told_by_route_with_their_trace(run: Run):
    answered = run.told("a request was answered")
    if run.level == "warning":
        assert answered == []
        return
    turn = next(line for line in answered if line["route"].endswith("/turns") and line["status"] == 200)
    assert turn["trace_id"] == TRACE
    assert any(line["route"] == "unmatched" and line["status"] == 404 for line in answered)


def test_a_model_that_fails_is_a_warning_with_the_turn_it_failed_in(run: Run):
    failed = [line for line in run.lines() if "gave no opinion" in line["message"]]
    assert {line["level"] for line in failed} == {"warning"}
    assert failed[0]["turn_id"] == "rest-1"
