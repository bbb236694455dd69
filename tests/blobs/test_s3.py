"""What only an S3 server does: keep a bucket private, let a signed address in, be away."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from minio import Minio
from yarl import URL

from kotoserver.blobs import open_blobs
from kotoserver.blobs.s3 import S3Blobs
from kotoserver.domain.errors import BadSettings, StorageFailed
from kotoserver.settings import S3Settings, Secret
from tests.proxy import line_to
from tests.servers import free_port, s3_server


@pytest.fixture
async def blobs(s3_settings: S3Settings) -> AsyncIterator[S3Blobs]:
    blobs = S3Blobs(s3_settings)
    yield blobs
    async for info in blobs.list(""):
        await blobs.delete(info.key)
    await blobs.close()


@pytest.fixture
def client(s3_settings: S3Settings) -> Minio:
    """The server as its owner sees it."""
    return Minio(
        s3_settings.endpoint,
        access_key=s3_settings.access_key.reveal(),
        secret_key=s3_settings.secret_key.reveal(),
        secure=False,
    )


@pytest.fixture
def fresh(s3_settings: S3Settings) -> S3Settings:
    """The same server with a bucket that is not there yet."""
    return replace(s3_settings, bucket=f"koto-{uuid4().hex}")


async def test_a_missing_bucket_is_made(fresh: S3Settings, client: Minio):
    blobs = S3Blobs(fresh)
    await blobs.open()
    assert client.bucket_exists(fresh.bucket)
    await blobs.close()
    client.remove_bucket(fresh.bucket)


async def test_nobody_reads_a_blob_without_a_signature(blobs: S3Blobs, s3_settings: S3Settings):
    await blobs.put("a.mp3", b"sound", "audio/mpeg")
    async with aiohttp.ClientSession() as http:
        address = f"http://{s3_settings.endpoint}/{s3_settings.bucket}/a.mp3"
        async with http.get(address) as response:
            assert response.status == 403


async def test_a_signed_address_lets_anyone_in(s3_settings: S3Settings, blobs: S3Blobs):
    await blobs.put("a/b.mp3", b"sound", "application/octet-stream")
    reached = S3Blobs(replace(s3_settings, public_endpoint=f"http://{s3_settings.endpoint}"))
    address = await reached.presigned_url("a/b.mp3", 60, "audio/mpeg")
    assert address is not None
    await reached.close()
    async with aiohttp.ClientSession() as http:
        async with http.get(address) as response:
            assert (response.status, await response.read()) == (200, b"sound")
            assert response.content_type == "audio/mpeg"
        for other in (address.replace("b.mp3", "c.mp3"), address.replace("mpeg", "x-evil")):
            async with http.get(other) as response:
                assert response.status == 403


async def test_an_address_is_signed_for_the_public_host_and_the_region(s3_settings: S3Settings):
    blobs = S3Blobs(replace(s3_settings, public_endpoint="https://audio.koto.example", region="ap-southeast-3"))
    address = urlsplit(str(await blobs.presigned_url("a/b.mp3", 3600, "audio/mpeg")))
    assert (address.scheme, address.netloc) == ("https", "audio.koto.example")
    assert address.path == f"/{s3_settings.bucket}/a/b.mp3"
    assert "X-Amz-Expires=3600" in address.query
    assert "%2Fap-southeast-3%2F" in address.query
    await blobs.close()


async def test_where_clients_do_not_reach_the_server_no_address_is_handed_out(s3_settings: S3Settings):
    blobs = open_blobs(Path("unused"), s3=s3_settings)
    assert await blobs.presigned_url("a/b.mp3", 60, "audio/mpeg") is None
    await blobs.close()


async def test_a_bucket_that_anyone_may_read_is_refused(fresh: S3Settings, client: Minio):
    client.make_bucket(fresh.bucket)
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": ["*"]},
        "Action": ["s3:GetObject"],
        "Resource": [f"arn:aws:s3:::{fresh.bucket}/*"],
    }
    client.set_bucket_policy(fresh.bucket, json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    blobs = S3Blobs(fresh)
    with pytest.raises(BadSettings, match=fresh.bucket):
        await blobs.open()
    await blobs.close()
    client.remove_bucket(fresh.bucket)


async def test_a_server_that_lets_anybody_in_without_a_policy_is_refused():
    with s3_server(lets_anybody_in=True) as settings:
        blobs = S3Blobs(settings)
        with pytest.raises(BadSettings, match=settings.bucket):
            await blobs.open()
        await blobs.close()


async def test_opening_leaves_nothing_in_the_bucket(fresh: S3Settings, client: Minio):
    for _ in range(2):
        blobs = S3Blobs(fresh)
        await blobs.open()
        await blobs.close()
    assert list(client.list_objects(fresh.bucket, recursive=True)) == []
    client.remove_bucket(fresh.bucket)


async def test_what_an_older_version_has_put_without_a_digest_is_given(blobs: S3Blobs, client: Minio):
    client.put_object(blobs.bucket, "a", BytesIO(b"sound"), 5)
    assert await blobs.get("a") == b"sound"
    info = await blobs.stat("a")
    assert info is not None
    assert info.sha256 is None


async def test_an_answer_that_breaks_off_is_an_error_that_may_be_tried_again(
    blobs: S3Blobs, s3_settings: S3Settings
):
    await blobs.put("a", bytes(2_000_000), "audio/mpeg")
    async with line_to(s3_settings.endpoint) as line:
        far = S3Blobs(replace(s3_settings, endpoint=f"127.0.0.1:{line.port}"))
        await far.open()
        line.breaks_after = 700_000
        line.cut()
        for read in (far.get("a"), whole(far, "a")):
            with pytest.raises(StorageFailed) as caught:
                await read
            assert (caught.value.code, caught.value.retryable) == ("storage_failed", True)
        await far.close()


async def test_a_server_that_says_nothing_holds_nobody_up_twice(blobs: S3Blobs, s3_settings: S3Settings):
    await blobs.put("a", b"sound", "audio/mpeg")
    async with line_to(s3_settings.endpoint) as line:
        far = S3Blobs(replace(s3_settings, endpoint=f"127.0.0.1:{line.port}"), answer_seconds=0.4)
        await far.open()
        line.stall()
        with pytest.raises(StorageFailed):
            await far.get("a")
        async with asyncio.timeout(0.3):
            for call in (far.get("a"), far.check(), whole(far, "a"), far.put("b", b"x", "audio/mpeg")):
                with pytest.raises(StorageFailed):
                    await call
        line.flow()
        async with asyncio.timeout(10):
            while await got(far, "a") != b"sound":  # noqa: ASYNC110  # nothing tells when it is back
                await asyncio.sleep(0.01)
        assert await asyncio.gather(*(far.get("a") for _ in range(20))) == [b"sound"] * 20
        await far.close()


async def got(blobs: S3Blobs, key: str) -> bytes | None:
    try:
        return await blobs.get(key)
    except StorageFailed:
        return None


async def whole(blobs: S3Blobs, key: str) -> bytes:
    return b"".join([piece async for piece in blobs.stream(key)])


async def test_a_bucket_that_went_away_is_noticed_and_made_anew(fresh: S3Settings, client: Minio):
    blobs = S3Blobs(fresh)
    await blobs.check()
    client.remove_bucket(fresh.bucket)
    with pytest.raises(StorageFailed, match="is gone"):
        await blobs.check()
    await blobs.put("a", b"x", "audio/mpeg")
    assert await blobs.get("a") == b"x"
    await blobs.delete("a")
    await blobs.close()
    client.remove_bucket(fresh.bucket)


@asynccontextmanager
async def full_disk_before(s3: S3Settings) -> AsyncIterator[tuple[S3Settings, asyncio.Event]]:
    """The server, which takes no object while the event is set."""
    full = asyncio.Event()

    async def pass_on(request: web.Request) -> web.Response:
        if full.is_set() and request.method == "PUT":
            body = "<Error><Code>XMinioStorageFull</Code><Message>no room</Message></Error>"
            return web.Response(status=507, text=body, content_type="application/xml")
        address = f"http://{s3.endpoint}{request.raw_path}"
        asked = {"headers": request.headers, "data": await request.read(), "allow_redirects": False}
        async with aiohttp.request(request.method, URL(address, encoded=True), **asked) as answer:
            dropped = ("Transfer-Encoding", "Content-Encoding", "Content-Length")
            headers = {name: value for name, value in answer.headers.items() if name not in dropped}
            return web.Response(status=answer.status, headers=headers, body=await answer.read())

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", pass_on)
    async with TestServer(app) as server:
        yield replace(s3, endpoint=f"127.0.0.1:{server.port}"), full


async def test_a_server_that_takes_no_writes_is_told_until_it_does_again(fresh: S3Settings):
    """It answers, and what was kept is read."""
    async with full_disk_before(fresh) as (settings, full):
        blobs = S3Blobs(settings)
        await blobs.open()
        await blobs.put("recordings/a", b"sound", "audio/webm")
        full.set()
        await blobs.check()  # nobody knows yet
        with pytest.raises(StorageFailed, match="XMinioStorageFull"):
            await blobs.put("recordings/b", b"sound", "audio/webm")
        with pytest.raises(StorageFailed) as told:
            await blobs.check()
        assert told.value.advice == "Make room on its disk."
        assert await blobs.get("recordings/a") == b"sound"
        full.clear()
        await blobs.check()
        assert [each.key async for each in blobs.list("probe/")] == []
        await blobs.close()


async def test_wrong_keys_are_a_failure_that_does_not_tell_them(s3_settings: S3Settings):
    blobs = S3Blobs(replace(s3_settings, secret_key=Secret("hunter2-hunter2")))
    with pytest.raises(StorageFailed) as caught:
        await blobs.check()
    assert "hunter2" not in caught.value.message
    await blobs.close()


async def test_a_server_that_is_not_there_is_a_failure(s3_settings: S3Settings):
    blobs = S3Blobs(replace(s3_settings, endpoint=f"127.0.0.1:{free_port()}"))
    for call in (blobs.check(), blobs.get("a"), blobs.put("a", b"x", "audio/mpeg"), anext(blobs.list(""))):
        with pytest.raises(StorageFailed, match="does not answer"):
            await call
    await blobs.close()


@pytest.mark.parametrize(
    "endpoint",
    ["localhost:9000/path", "two words:9000", ":9000", "s3://koto", "localhost:port", "localhost:65536"],
)
def test_an_endpoint_that_is_not_one_is_a_wrong_setting(s3_settings: S3Settings, endpoint: str, tmp_path: Path):
    with pytest.raises(BadSettings, match="MINIO_ENDPOINT must"):
        open_blobs(tmp_path, s3=replace(s3_settings, endpoint=endpoint))


def test_s3_without_its_client_names_the_extra():
    program = (
        "import sys; sys.modules['minio'] = None; from pathlib import Path; "
        "from kotoserver.blobs import open_blobs; from kotoserver.settings import S3Settings, Secret; "
        "keys = {'access_key': Secret('a'), 'secret_key': Secret('b')}; "
        "open_blobs(Path(), s3=S3Settings(endpoint='a:1', bucket='c', **keys))"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "BadSettings" in ran.stderr
    assert "pip install 'kotoserver[s3]'" in ran.stderr
