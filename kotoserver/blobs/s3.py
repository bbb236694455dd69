"""Blobs in a private bucket of an S3 server (MinIO, SeaweedFS, AWS …): what several processes share."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from io import BytesIO
from itertools import islice
from tempfile import TemporaryFile
from threading import Lock
from typing import Any, Final, TypeVar

import urllib3
from minio import Minio
from minio.error import MinioException, S3Error

from kotoserver.blobs.keys import check_key
from kotoserver.domain.errors import BadSettings, StorageFailed
from kotoserver.ports.blobs import BlobInfo, BlobStore
from kotoserver.settings import S3Settings

T = TypeVar("T")

THREADS = 8
CONNECT_SECONDS = 2.0
ANSWER_SECONDS = 10.0
LISTED_AT_ONCE = 1000
REGION = "us-east-1"
"""The name that servers of one's own go by; named here, it need not be asked for before the first request."""

_ENDPOINT: Final = re.compile(
    r"(?P<scheme>https?://)?(?P<host>(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(?::(?P<port>[0-9]+))?)/?"
)
_ABSENT: Final = {"NoSuchKey", "NoSuchObject"}
_NO_POLICY: Final = {"NoSuchBucketPolicy", "NotImplemented", "MethodNotAllowed", "AccessDenied"}
"""Answers to "who may read this bucket?" that show nobody let in; some servers know no policies."""


class S3Blobs(BlobStore):
    """The minio client is synchronous, so each call has one of THREADS threads; further calls queue.

    The store does not know when a blob was read: `used_at` is when it was written.
    """

    def __init__(self, settings: S3Settings, *, public_endpoint: str | None = None, region: str = REGION) -> None:
        """`public_endpoint` is the address that clients reach the server by; None when they do not."""
        self._bucket = settings.bucket
        self._client = _client(settings, settings.endpoint, region)
        self._signer = _client(settings, public_endpoint, region) if public_endpoint else None
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="s3")
        self._opening = Lock()
        self._opened = False

    async def put(self, key: str, content: bytes, media_type: str) -> None:
        check_key(key)
        await self._in_thread(
            lambda: self._client.put_object(
                self._bucket, key, BytesIO(content), len(content), content_type=media_type
            )
        )

    async def put_stream(self, key: str, chunks: AsyncIterator[bytes], media_type: str) -> int:
        """What comes waits in a file on disk: the client wants to know the size before it begins."""
        check_key(key)
        with await asyncio.to_thread(TemporaryFile) as file:
            async for chunk in chunks:
                await asyncio.to_thread(file.write, chunk)
            size = file.tell()
            file.seek(0)
            await self._in_thread(
                lambda: self._client.put_object(self._bucket, key, file, size, content_type=media_type)
            )
        return size

    async def get(self, key: str) -> bytes | None:
        check_key(key)
        return await self._in_thread(lambda: _unless_absent(lambda: self._read(key)))

    async def stat(self, key: str) -> BlobInfo | None:
        check_key(key)
        return await self._in_thread(
            lambda: _unless_absent(lambda: _info(self._client.stat_object(self._bucket, key)))
        )

    async def delete(self, key: str) -> None:
        check_key(key)
        await self._in_thread(lambda: self._client.remove_object(self._bucket, key))

    async def list(self, prefix: str) -> AsyncIterator[BlobInfo]:
        found = await self._in_thread(
            lambda: self._client.list_objects(self._bucket, prefix=prefix, recursive=True)
        )
        while batch := await self._in_thread(lambda: tuple(islice(found, LISTED_AT_ONCE))):
            for each in batch:
                yield _info(each)

    async def presigned_url(self, key: str, seconds: int) -> str | None:
        """An address that anyone may read the blob at for so long, whether or not there is one.

        Signed for the public host name, which is part of what is signed; no request is made. None where clients
        do not reach the server.
        """
        check_key(key)
        if self._signer is None:
            return None
        return self._signer.presigned_get_object(self._bucket, key, expires=timedelta(seconds=seconds))

    async def check(self) -> None:
        if not await self._in_thread(lambda: self._client.bucket_exists(self._bucket)):
            self._opened = False
            raise StorageFailed(f"The bucket {self._bucket} is gone; the next write makes it anew.")

    async def close(self) -> None:
        await asyncio.to_thread(self._threads.shutdown)

    async def _in_thread(self, function: Callable[[], T]) -> T:
        def in_open_bucket() -> T:
            self._open_once()
            return function()

        with _plain_errors():
            return await asyncio.get_running_loop().run_in_executor(self._threads, in_open_bucket)

    def _open_once(self) -> None:
        """Makes the bucket where it is missing (private, as new buckets are), once."""
        with self._opening:
            if self._opened:
                return
            if not self._client.bucket_exists(self._bucket):
                _make_bucket(self._client, self._bucket)
            elif _is_public(self._client, self._bucket):
                raise BadSettings(
                    f"Anyone may read the bucket {self._bucket}. Remove its policy or set another MINIO_BUCKET."
                )
            self._opened = True

    def _read(self, key: str) -> bytes:
        response = self._client.get_object(self._bucket, key)
        try:
            return bytes(response.read())
        finally:
            response.close()
            response.release_conn()


def _client(settings: S3Settings, endpoint: str, region: str) -> Minio:
    """`endpoint` is host and port, with `https://` before it where the server speaks TLS."""
    address = _ENDPOINT.fullmatch(endpoint)
    if address is None or int(address["port"] or 0) > 65535:
        raise BadSettings("MINIO_ENDPOINT must be a host and a port, such as `localhost:9002`.")
    pool = urllib3.PoolManager(
        maxsize=THREADS,
        timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=ANSWER_SECONDS),
        retries=urllib3.Retry(total=2, backoff_factor=0.1, status_forcelist=(500, 502, 503, 504)),
    )
    return Minio(
        address["host"],
        access_key=settings.access_key.reveal(),
        secret_key=settings.secret_key.reveal(),
        secure=address["scheme"] == "https://",
        region=region,
        http_client=pool,
    )


def _make_bucket(client: Minio, bucket: str) -> None:
    try:
        client.make_bucket(bucket)
    except S3Error as error:
        if error.code not in {"BucketAlreadyOwnedByYou", "BucketAlreadyExists"}:
            raise


def _is_public(client: Minio, bucket: str) -> bool:
    try:
        policy = json.loads(client.get_bucket_policy(bucket))
    except S3Error as error:
        if error.code in _NO_POLICY:
            return False
        raise
    return any(
        statement.get("Effect") == "Allow" and "*" in _principals(statement.get("Principal"))
        for statement in policy.get("Statement", ())
    )


def _principals(value: Any) -> list[str]:
    """`"*"`, `{"AWS": "*"}` and `{"AWS": ["*"]}` all name everyone."""
    if isinstance(value, dict):
        return [name for inner in value.values() for name in _principals(inner)]
    return list(value) if isinstance(value, list) else [str(value)]


def _info(found: Any) -> BlobInfo:
    return BlobInfo(key=found.object_name, size=found.size, used_at=found.last_modified)


def _unless_absent(read: Callable[[], T]) -> T | None:
    try:
        return read()
    except S3Error as error:
        if error.code in _ABSENT:
            return None
        raise


@contextmanager
def _plain_errors() -> Iterator[None]:
    """The client's exceptions as ours; none of them holds the keys."""
    try:
        yield
    except S3Error as error:
        raise StorageFailed(f"The S3 server refused: {error.code}.") from error
    except (MinioException, urllib3.exceptions.HTTPError, OSError) as error:
        raise StorageFailed(f"The S3 server does not answer ({type(error).__name__}).") from error
