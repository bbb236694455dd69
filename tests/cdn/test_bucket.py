"""A CDN in front of the object store: recordings come from the bucket by its host name, and stay in no cache."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from kotoserver.settings import S3Settings
from tests import sounds
from tests.apps import Koto, serving
from tests.cdn.varnish import varnish
from tests.servers import free_port
from tests.transport.test_audio import on_s3
from tests.transport.test_linked_audio import link_to, upload


@dataclass(frozen=True, slots=True)
class Site:
    koto: Koto
    media: str
    """In front of the server."""
    store: str
    """In front of the bucket."""
    http: aiohttp.ClientSession
    """A browser somewhere."""


@pytest.fixture
async def site(tmp_path: Path, s3_settings: S3Settings) -> AsyncIterator[Site]:
    media, store = free_port(), free_port()
    environ = {
        **on_s3(s3_settings),
        "MINIO_PUBLIC_ENDPOINT": f"http://127.0.0.1:{store}",
        "KOTO_MEDIA_URL": f"http://127.0.0.1:{media}",
    }
    bucket = int(s3_settings.endpoint.rpartition(":")[2])
    async with serving(tmp_path, **environ) as koto, aiohttp.ClientSession() as http:
        with varnish(koto.http.port or 0, port=media) as before_koto, varnish(bucket, port=store) as before_bucket:
            yield Site(koto, before_koto, before_bucket, http)


async def test_a_recording_passes_from_the_bucket_and_is_kept_by_nobody(site: Site):
    speech = await sounds.webm()
    guest = await site.koto.guest()
    link = await link_to(guest, await upload(guest, speech))
    assert link.startswith(f"{site.store}/")
    for _ in range(2):
        async with site.http.get(link) as answer:
            assert (answer.status, answer.headers["X-Cache"]) == (200, "miss")
            assert (answer.content_type, await answer.read()) == ("audio/webm", speech)
    async with site.http.get(link, headers={"Range": "bytes=4-9"}) as part:
        assert (part.status, await part.read()) == (206, speech[4:10])
    assert (await guest.call("DELETE", "/me")).status == 204
    async with site.http.get(link) as answer:
        assert answer.status == 404


async def test_the_cdn_lets_nobody_in_without_the_signature(site: Site):
    guest = await site.koto.guest()
    link = await link_to(guest, await upload(guest, await sounds.webm()))
    address, _, signed = link.partition("?")
    changed = signed[:-1] + ("0" if signed[-1] != "0" else "1")
    bucket = address.removeprefix(f"{site.store}/").partition("/")[0]
    for closed in (address, f"{address}?{changed}", f"{site.store}/{bucket}/", f"{site.store}/"):
        async with site.http.get(closed) as answer:
            assert answer.status == 403, closed


async def test_spoken_lines_that_lie_in_the_bucket_come_from_the_cdn(site: Site):
    """Whoever asks the store for them is the server; clients ask the CDN in front of that."""
    guest = await site.koto.guest()
    events = (await guest.get(f"/sessions/{await guest.open()}/events"))["events"]
    url = next(event["tts_url"] for event in events if event.get("tts_url"))
    assert url.startswith(f"{site.media}/koto-api/speech/")
    seen = set()
    while "hit" not in seen:
        async with site.http.get(url) as answer:
            assert answer.status == 200
            assert len(await answer.read()) > 1000
            seen.add(answer.headers["X-Cache"])
    assert seen == {"miss", "hit"}
