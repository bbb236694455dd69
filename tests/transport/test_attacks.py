"""What strangers send to break in: through every id and text, through headers, and through packed bodies."""

import asyncio
import gzip
import io
from typing import Any

import aiohttp

from kotoserver.domain.learner import Role
from tests.apps import Frame, Guest, Koto

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


async def test_a_packed_body_counts_as_large_as_it_is_unpacked(guest: Guest):
    field = b'--b\r\nContent-Disposition: form-data; name="audio"; filename="a"\r\n\r\nOggS'
    packed = gzip.compress(field + bytes(100_000_000) + b"\r\n--b--")
    headers = {"Content-Encoding": "gzip", "Content-Type": "multipart/form-data; boundary=b"}
    for path, code in (("/auth/guest", "body_too_large"), ("/audio/upload", "audio_too_large")):
        answer = await guest.call("POST", path, data=packed, headers=headers)
        assert (answer.status, (await answer.json())["error"]["code"]) == (413, code)
