"""What strangers send to break in: through every id and text, through headers, and through packed bodies."""

import asyncio
import gzip
import io
import time
import zlib
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from kotoserver.bootstrap.server import open_services
from kotoserver.domain.learner import Role
from kotoserver.transport.app import make_app, make_runner
from tests.apps import Frame, Guest, Koto, settings_for_tests

INJECTIONS = [
    "'; DROP TABLE turns; --",
    '" OR "1"="1',
    "../../../etc/passwd",
    "%2e%2e%2fsecret",
    "a\r\nSet-Cookie: koto_console=x",
    "\x00",
    "{drink}${7*7}<script>alert(1)</script>",
    "x" * 5_000,
]


async def test_in_the_fields_of_a_body_an_attack_is_only_text(koto: Koto, guest: Guest):
    teacher = await koto.member(Role.TEACHER)
    session_id = await guest.open()
    for text in INJECTIONS:
        for who, method, path, body in bodies_with(text, guest, teacher, session_id):
            answer = await who.call(method, path, json=body)
            assert 400 <= answer.status < 500, (path, body)
            assert (await answer.json())["error"]["code"] != "http_error"
            assert "Set-Cookie" not in answer.headers
        for fields in ({"session_id": text}, {"session_id": session_id, "turn_id": text}):
            form = aiohttp.FormData(fields)
            form.add_field("audio", io.BytesIO(b"OggS" + bytes(100)), filename="a")
            assert 400 <= (await guest.call("POST", "/audio/upload", data=form)).status < 500, fields
    assert await guest.say(session_id, "네", "t1"), "and everything is still there"


def bodies_with(text: str, guest: Guest, teacher: Guest, session_id: str) -> list[tuple[Guest, str, str, Any]]:
    lesson = {"title": text, "goal": text, "scenes": [text], "published": True}
    return [
        (guest, "POST", "/sessions", {"scene_id": text, "pack": "ko-id"}),
        (guest, "POST", "/sessions", {"scene_id": "cafe", "pack": text}),
        (guest, "POST", "/sessions", {"scene_id": "cafe", "pack": "ko-id", "lesson_id": text}),
        (guest, "POST", f"/sessions/{session_id}/turns", {"turn_id": text, "text": "네"}),
        (guest, "POST", "/classes/join", {"code": text}),
        (guest, "PUT", "/me/credentials", {"email": text, "password": "kopi susu gula aren"}),
        (teacher, "POST", "/lessons", lesson),
        (guest, "POST", "/auth/refresh", {"refresh_token": text}),
    ]


async def test_in_the_fields_of_a_frame_an_attack_is_only_text(guest: Guest):
    session_id = await guest.open()
    for text in INJECTIONS[:-1]:
        live = await guest.live(session_id)
        await live.settled()
        for frame in frames_with(text, session_id):
            await live.send(frame)
            assert (await live.until("error"))["code"] != "internal", frame
    assert await live.say("네", "t1"), "and the conversation goes on"


def frames_with(text: str, session_id: str) -> list[Frame]:
    return [
        {"type": "user_text", "turn_id": text, "text": "네"},
        {"type": "user_text", "turn_id": "t1", "text": "네", "audio_id": text},
        {"type": "audio_uploaded", "audio_id": text, "session_id": session_id},
        {"type": "audio_uploaded", "audio_id": "aud_1", "session_id": text},
        {"type": "retry", "turn_id": text},
        {"type": "playback_started", "turn_id": text, "perceived_ms": 1},
    ]


async def raw(koto: Koto, *lines: str, body: bytes = b"") -> bytes:
    """What the server answers to these bytes, up to the end of the first line."""
    address = koto.http.make_url("/")
    reader, writer = await asyncio.open_connection(address.host, address.port)
    writer.write("\r\n".join((*lines, "", "")).encode("latin-1") + body)
    await writer.drain()
    async with asyncio.timeout(5):
        first = await reader.readline()
    writer.close()
    return first


GUEST = "POST /koto-api/auth/guest HTTP/1.1"


AMBIGUOUS = [
    ("Content-Length: 2", "Content-Length: 3"),
    ("Content-Length: 2", "Transfer-Encoding: chunked"),
    ("Transfer-Encoding: xchunked",),
    ("Content-Length: -2",),
    ("Content-Length: +2",),
    ("Content-Length: 2", "Host: elsewhere.example"),
    ("Content-Length : 2",),
    ("Content-Length: 2", "X-Folded: a", " b"),
    ("Content-Length: 2", "X-Long: " + "x" * 20_000),
    ("Content-Length: 2", *(f"X-{number}: 1" for number in range(5_000))),
]


async def test_headers_that_two_programs_may_read_differently_are_refused(koto: Koto):
    for headers in AMBIGUOUS:
        assert b" 400 " in await raw(koto, GUEST, "Host: here.example", *headers, body=b"{}"), headers[:3]
    assert b" 201 " in await raw(koto, GUEST, "Host: here.example", "Content-Length: 2", body=b"{}")


IMPOSTORS = [
    "Authorization: Bearer \xff\xfe",
    "Authorization: Bearer",
    "Authorization: Basic eDp5",
    "Authorization: bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJscm5fMSJ9.",
    "Cookie: koto_console=made.up.token",
    "X-Original-URL: /koto-api/me",
    "X-Forwarded-For: 127.0.0.1",
    "X-HTTP-Method-Override: POST",
]


async def test_no_header_but_a_token_signs_anybody_in(koto: Koto):
    for header in IMPOSTORS:
        assert b" 401 " in await raw(koto, "GET /koto-api/me HTTP/1.1", "Host: here.example", header), header


async def test_a_packed_body_is_refused(guest: Guest):
    for path in ("/auth/guest", "/audio/upload"):
        answer = await guest.call("POST", path, data=gzip.compress(b"{}"), headers={"Content-Encoding": "gzip"})
        assert (answer.status, (await answer.json())["error"]["code"]) == (415, "packed_body")


async def test_what_unpacks_to_gigabytes_costs_the_others_no_time(tmp_path: Path):
    """Not even once it is refused, when the rest of it is still read: four gigabytes are seconds of the loop."""
    packer = zlib.compressobj(9)
    begun = packer.compress(b"{") + packer.flush(zlib.Z_FULL_FLUSH)
    packed = begun + (packer.compress(bytes(10_000_000)) + packer.flush(zlib.Z_FULL_FLUSH)) * 400
    head = "POST /koto-api/auth/guest HTTP/1.1\r\nHost: koto\r\nConnection: close\r\nContent-Encoding: deflate\r\n"
    settings = settings_for_tests(tmp_path)
    async with open_services(settings) as services:
        runner = make_runner(make_app(services, settings), shutdown_timeout=1.0)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        reader, writer = await asyncio.open_connection(*runner.addresses[0])
        began = time.thread_time()
        writer.write(f"{head}Content-Length: {len(packed)}\r\n\r\n".encode() + packed)
        answer = await reader.read()
        spent = time.thread_time() - began
        writer.close()
        await runner.cleanup()
    assert b" 415 " in answer
    assert spent < 1.0
