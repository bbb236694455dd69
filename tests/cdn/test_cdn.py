"""A cache in front of the server: authored lines are fetched once in all, and nothing of a learner's is kept."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from tests import sounds
from tests.apps import Guest, Koto, serving
from tests.cdn.varnish import varnish
from tests.servers import free_port
from tests.transport.test_linked_audio import link_to, upload

SPEECH = "/koto-api/speech/{file}"
LINKED = "/koto-api/audio/linked/{link}"


@dataclass(frozen=True, slots=True)
class Site:
    koto: Koto
    cdn: str
    http: aiohttp.ClientSession
    """A browser somewhere."""

    async def requests(self, route: str) -> float:
        """How often the server itself was asked; the CDN is not in between."""
        answer = await self.koto.http.get("/metrics")
        lines = [
            line for line in (await answer.text()).splitlines() if line.startswith("koto_http_requests_total{")
        ]
        return sum(float(line.rpartition(" ")[2]) for line in lines if f'route="{route}"' in line)

    async def opening_line(self, guest: Guest) -> str:
        """The address of what the NPC says first."""
        session_id = await guest.open()
        events = (await guest.get(f"/sessions/{session_id}/events"))["events"]
        return next(event["tts_url"] for event in events if event.get("tts_url"))

    async def until_kept(self, url: str) -> bytes:
        """The sound once the CDN has it: a line that is still being made is kept by nobody."""
        async with asyncio.timeout(30):
            while True:
                async with self.http.get(url) as answer:
                    sound = await answer.read()
                    assert answer.status == 200
                    if answer.headers["X-Cache"] == "hit":
                        return sound


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    async with serving(tmp_path, KOTO_MEDIA_URL=address, KOTO_REGION="jakarta") as koto:
        with varnish(koto.http.port or 0, port=port) as cdn:
            async with aiohttp.ClientSession() as http:
                yield Site(koto, cdn, http)


async def test_a_second_learners_request_for_an_authored_line_never_reaches_the_server(site: Site):
    first = await site.opening_line(await site.koto.guest())
    assert first.startswith(f"{site.cdn}/koto-api/speech/")
    sound = await site.until_kept(first)
    asked = await site.requests(SPEECH)
    second = await site.opening_line(await site.koto.guest())
    assert second == first
    for headers in ({}, {"Authorization": "Bearer of-somebody-else", "Cookie": "koto=somebody"}):
        async with site.http.get(second, headers=headers) as answer:
            assert (answer.status, await answer.read()) == (200, sound)
            assert "immutable" in answer.headers["Cache-Control"]
            assert answer.headers["Access-Control-Allow-Origin"] == "*"
    async with site.http.get(second, headers={"Range": "bytes=0-99"}) as part:
        assert (part.status, await part.read()) == (206, sound[:100])
    assert await site.requests(SPEECH) == asked
    async with site.http.get(f"{site.koto.http.make_url('/')}{second.removeprefix(site.cdn + '/')}") as answer:
        assert await answer.read() == sound
    assert await site.requests(SPEECH) == asked + 1  # the counter does count


async def test_a_learners_recording_is_kept_by_nobody_but_the_learner(site: Site):
    guest = await site.koto.guest()
    link = await link_to(guest, await upload(guest, await sounds.webm()))
    before = await site.requests(LINKED)
    for number in range(1, 4):
        async with site.http.get(f"{site.cdn}{link}") as answer:
            assert (answer.status, answer.headers["X-Cache"]) == (200, "miss")
            assert answer.headers["Cache-Control"].startswith("private")
        async with asyncio.timeout(10):  # it is counted once its last byte is on the way
            while await site.requests(LINKED) != before + number:
                pass
    assert (await guest.call("DELETE", "/me")).status == 204
    async with site.http.get(f"{site.cdn}{link}") as answer:
        assert answer.status == 404


async def test_what_belongs_to_a_learner_passes_through_and_is_not_mixed_up(site: Site):
    one, two = await site.koto.guest(), await site.koto.guest()
    seen = []
    for guest in (one, two, one):
        headers = {"Authorization": f"Bearer {guest.token}"}
        async with site.http.get(f"{site.cdn}/koto-api/me", headers=headers) as answer:
            assert answer.headers["X-Cache"] == "miss"
            seen.append((await answer.json())["learner_id"])
    assert seen[0] == seen[2] != seen[1]


async def test_speech_that_is_not_there_is_asked_for_again(site: Site):
    url = f"{site.cdn}/koto-api/speech/{'0' * 32}.mp3"
    for _ in range(2):
        async with site.http.get(url) as answer:
            assert (answer.status, answer.headers["X-Cache"]) == (404, "miss")


async def test_a_static_file_is_fetched_once_under_the_digest_in_its_name(site: Site):
    page = await (await site.koto.http.get("/console/")).text()
    path = next(part for part in page.split('"') if part.startswith("/console/static/"))
    for cached in ("miss", "hit"):
        async with site.http.get(f"{site.cdn}{path}") as answer:
            assert (answer.status, answer.headers["X-Cache"]) == (200, cached)
            assert "immutable" in answer.headers["Cache-Control"]


async def test_a_socket_goes_through(site: Site):
    guest = await site.koto.guest()
    session_id = await guest.open()
    async with site.http.ws_connect(f"{site.cdn}/koto/ws/session/{session_id}") as live:
        await live.send_json({"type": "hello", "token": guest.token})
        assert (await live.receive_json(timeout=10))["type"] == "session_ready"


async def test_pages_may_hear_from_the_cdn_and_from_nowhere_else(site: Site):
    policy = (await site.koto.http.get("/console/")).headers["Content-Security-Policy"]
    assert f"media-src 'self' {site.cdn};" in policy
    assert f"connect-src 'self' {site.cdn};" in policy


async def test_a_server_tells_its_region(site: Site):
    assert (await (await site.koto.http.get("/health")).json())["region"] == "jakarta"
