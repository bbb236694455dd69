"""A real Caddy with the project's own configuration, in front of a real server: what the world gets to see."""

import asyncio
import io
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from kotoserver.transport.console.answering import POLICY
from tests import sounds
from tests.clients import client_of
from tests.processes import running_server
from tests.servers import Edge, edge_server, free_port, redis_server

UPLOAD_MB = 1
BLIND = {"Accept-Encoding": "identity"}
OUTSIDE = "127.0.0.2"
"""An address of this machine that the edge is not told about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    edge: Edge
    server: str
    """`host:port` of the server itself."""
    redis: int
    """Port."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    port = free_port()
    environ = {
        "KOTO_PUBLIC_URL": f"https://localhost:{port}",
        "KOTO_SECRET": "known to this test and long enough",
        "KOTO_TRUSTED_PROXIES": "127.0.0.1",
        "KOTO_UPLOAD_MB": str(UPLOAD_MB),
    }
    with redis_server() as redis:
        server = f"127.0.0.1:{free_port()}"
        folder = tmp_path_factory.mktemp("edge")
        with (
            running_server(folder, "--port", server.split(":")[1], REDIS_URL=redis, **environ),
            edge_server([server], port=port, EDGE_CONSOLE_FROM="127.0.0.1", KOTO_UPLOAD_MB=str(UPLOAD_MB)) as edge,
        ):
            yield World(edge=edge, server=server, redis=int(redis.split(":")[2][:-2]))


@pytest.fixture
async def http(world: World) -> AsyncIterator[aiohttp.ClientSession]:
    """Somebody on this machine who trusts the edge and takes bodies as they come over the wire."""
    async with client_of(world.edge, auto_decompress=False) as http:
        yield http


@pytest.fixture
async def outside(world: World) -> AsyncIterator[aiohttp.ClientSession]:
    """The same from an address that may not see the console."""
    async with client_of(world.edge, address=OUTSIDE) as http:
        yield http


async def sign_in(http: aiohttp.ClientSession) -> dict[str, str]:
    """The headers of a new guest."""
    async with http.post("/koto-api/auth/guest", json={}, headers=BLIND) as answer:
        assert answer.status == 201, await answer.text()
        return {"Authorization": f"Bearer {(await answer.json())['token']}", **BLIND}


async def open_scene(http: aiohttp.ClientSession, learner: dict[str, str]) -> dict[str, Any]:
    body = {"scene_id": "cafe", "pack": "ko-id"}
    async with http.post("/koto-api/sessions", json=body, headers=learner) as answer:
        assert answer.status == 201, await answer.text()
        return dict(await answer.json())


async def error_of(answer: aiohttp.ClientResponse) -> tuple[int, str]:
    assert answer.content_type == "application/json"
    return answer.status, (await answer.json())["error"]["code"]


# ── what is public, and what is not ──────────────────────────────────────────────────────────────


async def test_without_tls_there_is_nothing_but_the_way_to_it(world: World, http: aiohttp.ClientSession):
    url = f"http://localhost:{world.edge.plain_port}/koto-api/scenes"
    async with http.get(url, allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (308, "https://localhost/koto-api/scenes")


@pytest.mark.parametrize(
    "path",
    [
        "/metrics",
        "/health/ready",
        "/",
        "/koto-audio-private/",
        "/minio/",
        "//metrics",
        "/koto-api/../metrics",
        "/koto-api/%2e%2e/metrics",
        "/koto-api/..%2fmetrics",
        "/health/../metrics",
        "/koto/../health/ready",
    ],
)
async def test_what_is_inside_stays_inside(world: World, path: str):
    assert await raw_status(world.edge, path) == 404


async def raw_status(edge: Edge, path: str, *, method: str = "GET", headers: str = "Connection: close") -> int:
    """The status of a request that no client would send in this way."""
    reader, writer = await asyncio.open_connection("localhost", edge.port, ssl=edge.trust, family=socket.AF_INET)
    writer.write(f"{method} {path} HTTP/1.1\r\nHost: localhost:{edge.port}\r\n{headers}\r\n\r\n".encode())
    async with asyncio.timeout(10):
        status = int((await reader.readline()).split()[1])
        await reader.read()
    writer.close()
    await writer.wait_closed()
    return status


async def test_whether_it_lives_is_public(http: aiohttp.ClientSession):
    async with http.get("/health", headers=BLIND) as answer:
        assert (answer.status, (await answer.json())["status"]) == (200, "ok")


async def test_the_console_is_there_for_the_addresses_that_may_see_it(http: aiohttp.ClientSession):
    for path in ("/console/", "/koto-api/docs"):
        async with http.get(path) as answer:
            assert (answer.status, answer.content_type) == (200, "text/html")


@pytest.mark.parametrize(
    "path", ["/console", "/console/", "/console/lab", "/console/../console/", "/Console/", "/koto-api/docs"]
)
async def test_for_everybody_else_there_is_no_console(outside: aiohttp.ClientSession, path: str):
    async with outside.get(path, headers={"X-Forwarded-For": "127.0.0.1"}) as answer:
        assert await error_of(answer) == (404, "not_found")


async def test_everybody_else_may_play(outside: aiohttp.ClientSession):
    assert (await open_scene(outside, await sign_in(outside)))["state"] == "active"


async def test_with_no_address_named_the_console_is_off(world: World):
    with edge_server([world.server], EDGE_CONSOLE_FROM="203.0.113.0/24") as edge:
        assert await raw_status(edge, "/console/") == 404
        assert await raw_status(edge, "/health") == 200


async def test_whom_a_client_says_it_speaks_for_is_not_believed(world: World, http: aiohttp.ClientSession):
    forged = {
        "X-Forwarded-For": "203.0.113.7",
        "X-Real-IP": "203.0.113.7",
        "Forwarded": "for=203.0.113.7",
        **BLIND,
    }
    async with http.post("/koto-api/auth/guest", json={}, headers=forged) as answer:
        assert answer.status == 201
    counted = await rates(world)
    assert any("127.0.0.1" in key for key in counted)
    assert not any("203.0.113.7" in key for key in counted)


async def test_each_client_is_counted_by_its_own_address(world: World, outside: aiohttp.ClientSession):
    await sign_in(outside)
    assert any(OUTSIDE in key for key in await rates(world))


async def rates(world: World) -> list[str]:
    """The counters of rates that the server keeps."""
    from redis.asyncio import Redis

    async with Redis(port=world.redis, decode_responses=True) as redis:
        return [key async for key in redis.scan_iter("koto:rate:*")]


# ── headers and compression ──────────────────────────────────────────────────────────────────────


async def test_a_page_keeps_its_own_policy_and_gets_what_else_makes_it_safe(http: aiohttp.ClientSession):
    async with http.get("/console/") as answer:
        assert answer.headers.getall("Content-Security-Policy") == [POLICY]
        assert answer.headers.getall("Referrer-Policy") == ["same-origin"]
        assert answer.headers.getall("X-Content-Type-Options") == ["nosniff"]
        assert "microphone=(self)" in answer.headers["Permissions-Policy"]
        assert "camera=()" in answer.headers["Permissions-Policy"]


@pytest.mark.parametrize(("path", "status"), [("/koto-api/scenes", 200), ("/koto-api/none", 404), ("/none", 404)])
async def test_every_answer_is_guarded_and_none_tells_what_serves_it(
    http: aiohttp.ClientSession, path: str, status: int
):
    async with http.get(path) as answer:
        assert answer.status == status
        assert answer.headers.getall("X-Content-Type-Options") == ["nosniff"]
        assert answer.headers.getall("Referrer-Policy") == ["strict-origin-when-cross-origin"]
        assert not {"Server", "Via"} & set(answer.headers)


@pytest.mark.parametrize("path", ["/koto-api/scenes", "/none"])
async def test_a_named_host_is_bound_to_tls_and_localhost_is_not(
    world: World, http: aiohttp.ClientSession, path: str
):
    async with http.get(f"https://koto.localhost:{world.edge.port}{path}") as answer:
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    async with http.get(path) as answer:
        assert "Strict-Transport-Security" not in answer.headers


@pytest.mark.parametrize("how", ["gzip", "zstd"])
async def test_text_is_compressed(http: aiohttp.ClientSession, how: str):
    async with http.get("/console/", headers=BLIND) as answer:
        script = next(part for part in (await answer.text()).split('"') if part.endswith("theme.js"))
    for path in ("/koto-api/openapi.json", script):
        async with http.get(path, headers=BLIND) as answer:
            plain = await answer.read()
        async with http.get(path, headers={"Accept-Encoding": how}) as answer:
            assert answer.headers["Content-Encoding"] == how, path
            assert len(await answer.read()) < len(plain) / 2


async def test_sound_is_not_compressed_and_comes_in_the_ranges_that_are_asked_for(http: aiohttp.ClientSession):
    learner = await sign_in(http)
    opened = await open_scene(http, learner)
    async with http.get(f"/koto-api/sessions/{opened['session_id']}/events", headers=learner) as answer:
        url = next(event["tts_url"] for event in (await answer.json())["events"] if "tts_url" in event)
    async with http.get(url, headers={"Accept-Encoding": "gzip, zstd"}) as answer:
        whole = await answer.read()
        assert (answer.status, answer.content_type) == (200, "audio/mpeg")
        assert "Content-Encoding" not in answer.headers
        assert answer.content_length == len(whole)
    ranged = {"Range": "bytes=100-299", "Accept-Encoding": "gzip, zstd"}
    async with http.get(url, headers=ranged) as answer:
        assert (answer.status, await answer.read()) == (206, whole[100:300])
        assert answer.headers["Content-Range"] == f"bytes 100-299/{len(whole)}"


async def test_a_recording_is_given_back_in_ranges_to_its_learner_alone(http: aiohttp.ClientSession):
    learner = await sign_in(http)
    session_id = (await open_scene(http, learner))["session_id"]
    speech = await sounds.webm()
    async with http.post("/koto-api/audio/upload", data=form(speech, session_id), headers=learner) as answer:
        assert answer.status == 202, await answer.text()
        url = f"/koto-api/audio/download/{(await answer.json())['audio_id']}"
    async with http.get(url, headers={**learner, "Range": "bytes=-50"}) as answer:
        assert (answer.status, await answer.read()) == (206, speech[-50:])
    async with http.get(url, headers=await sign_in(http)) as answer:
        assert await error_of(answer) == (403, "not_yours")


# ── sockets and uploads ──────────────────────────────────────────────────────────────────────────


async def test_a_socket_works_through_tls(world: World, http: aiohttp.ClientSession):
    learner = await sign_in(http)
    opened = await open_scene(http, learner)
    assert opened["ws_url"].startswith(f"wss://localhost:{world.edge.port}/koto/ws/session/")
    async with http.ws_connect(opened["ws_url"], compress=15) as socket:
        assert socket.compress == 0
        await socket.send_json({"type": "hello", "token": learner["Authorization"].split()[1]})
        await socket.send_json({"type": "user_text", "turn_id": "t1", "text": "안녕하세요."})
        frames = [await socket.receive_json(timeout=10) for _ in range(4)]
        assert [frame["seq"] for frame in frames] == [1, 2, 3, 4]
        await socket.send_json({"type": "leave"})
        while (await socket.receive(timeout=10)).type is aiohttp.WSMsgType.TEXT:
            pass
        assert socket.close_code == 1000


def form(content: bytes, session_id: str) -> aiohttp.FormData:
    fields = aiohttp.FormData({"session_id": session_id})
    fields.add_field("audio", io.BytesIO(content), filename="speech.webm", content_type="audio/webm")
    return fields


async def test_the_largest_recording_reaches_the_server(http: aiohttp.ClientSession):
    learner = await sign_in(http)
    fields = form(bytes(UPLOAD_MB * 1_000_000), "sess_1")
    async with http.post("/koto-api/audio/upload", data=fields, headers=learner) as answer:
        assert await error_of(answer) == (400, "unknown_audio")


async def test_a_larger_one_is_refused_by_its_length(http: aiohttp.ClientSession):
    learner = await sign_in(http)
    fields = form(bytes(UPLOAD_MB * 1_000_000 + 100_000), "sess_1")
    async with http.post("/koto-api/audio/upload", data=fields, headers=learner) as answer:
        assert await error_of(answer) == (413, "audio_too_large")
        assert answer.headers["Access-Control-Allow-Origin"] == "*"


async def test_who_asks_before_sending_it_is_answered_before_sending_it(world: World):
    headers = f"Expect: 100-continue\r\nContent-Length: {UPLOAD_MB * 1_000_000 + 100_001}"
    assert await raw_status(world.edge, "/koto-api/audio/upload", method="POST", headers=headers) == 413


async def test_one_of_unknown_length_is_refused_as_it_comes(http: aiohttp.ClientSession):
    learner = await sign_in(http)

    async def pieces() -> AsyncIterator[bytes]:
        head = b'--x\r\nContent-Disposition: form-data; name="audio"; filename="a"\r\n\r\n'
        yield head
        for _ in range(UPLOAD_MB * 20):
            yield bytes(100_000)

    headers = {**learner, "Content-Type": "multipart/form-data; boundary=x"}
    async with http.post("/koto-api/audio/upload", data=pieces(), headers=headers) as answer:
        assert await error_of(answer) == (413, "audio_too_large")


async def test_no_other_body_is_larger_either(http: aiohttp.ClientSession):
    body = b'{"name": "' + bytes(UPLOAD_MB * 1_000_000 + 100_000)
    async with http.post("/koto-api/auth/guest", data=io.BytesIO(body), headers=BLIND) as answer:
        assert await error_of(answer) == (413, "body_too_large")
