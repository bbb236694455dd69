"""A learner's recording on this server's own disk: downloaded by a link that works for an hour, for anyone."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import aiohttp
import pytest

from kotoserver.blobs.local import SMALL_FILE
from tests import sounds
from tests.apps import Guest, Koto, serving


@pytest.fixture
async def koto(tmp_path: Path) -> AsyncIterator[Koto]:
    """Without ears: a recording is kept, as nobody has heard it yet."""
    async with serving(tmp_path) as koto:
        yield koto


@pytest.fixture
async def guest(koto: Koto) -> Guest:
    return await koto.guest()


@pytest.fixture(scope="module")
def speech() -> bytes:
    return asyncio.run(sounds.webm())


async def upload(guest: Guest, speech: bytes) -> str:
    form = aiohttp.FormData({"session_id": await guest.open()})
    form.add_field("audio", speech, filename="speech.webm", content_type="audio/webm")
    answer = await guest.call("POST", "/audio/upload", data=form)
    assert answer.status == 202, await answer.text()
    return str((await answer.json())["audio_id"])


async def link_to(guest: Guest, audio_id: str) -> str:
    answer = await guest.call("GET", f"/audio/download/{audio_id}", allow_redirects=False)
    assert (answer.status, answer.headers["Cache-Control"]) == (302, "no-store")
    return answer.headers["Location"]


async def error_of(answer: aiohttp.ClientResponse) -> tuple[int, str]:
    return answer.status, (await answer.json())["error"]["code"]


async def test_the_link_lets_anyone_hear_it_in_whole_or_in_part(koto: Koto, guest: Guest, speech: bytes):
    link = await link_to(guest, await upload(guest, speech))
    answer = await koto.http.get(link)
    assert (answer.status, answer.content_type, await answer.read()) == (200, "audio/webm", speech)
    assert answer.headers["Content-Length"] == str(len(speech))
    assert (answer.headers["Accept-Ranges"], answer.headers["Cache-Control"]) == ("bytes", "private, max-age=3600")
    part = await koto.http.get(link, headers={"Range": "bytes=4-9"})
    assert (part.status, await part.read()) == (206, speech[4:10])
    assert part.headers["Content-Range"] == f"bytes 4-9/{len(speech)}"
    outside = await koto.http.get(link, headers={"Range": "bytes=99999999-"})
    assert (outside.status, outside.headers["Content-Range"]) == (416, f"bytes */{len(speech)}")


async def test_only_the_learner_is_given_the_link(koto: Koto, guest: Guest, speech: bytes):
    audio_id = await upload(guest, speech)
    other = await koto.guest()
    refused = await other.call("GET", f"/audio/download/{audio_id}", allow_redirects=False)
    assert await error_of(refused) == (403, "not_yours")


async def test_a_link_that_was_changed_leads_nowhere(koto: Koto, guest: Guest, speech: bytes):
    link = await link_to(guest, await upload(guest, speech))
    for changed in (link[:-1], link + "A", link.replace(".", "%2E."), "/koto-api/audio/linked/a.b"):
        assert await error_of(await koto.http.get(changed)) == (403, "bad_link")


async def test_what_was_erased_is_not_behind_its_link_any_more(koto: Koto, guest: Guest, speech: bytes):
    link = await link_to(guest, await upload(guest, speech))
    assert (await guest.call("DELETE", "/me")).status == 204
    assert await error_of(await koto.http.get(link)) == (404, "audio_not_kept")


async def test_a_recording_that_was_changed_on_the_disk_is_an_error(
    koto: Koto, guest: Guest, speech: bytes, tmp_path: Path
):
    link = await link_to(guest, await upload(guest, speech))
    with closing(sqlite3.connect(tmp_path / "blobs" / SMALL_FILE)) as file:
        for spoilt in (b"?" + speech[1:], speech[:-1]):
            file.execute("UPDATE blobs SET content = ?", (spoilt,))
            file.commit()
            assert await error_of(await koto.http.get(link)) == (503, "blob_damaged")
