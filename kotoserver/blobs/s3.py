"""Blobs in a private bucket of an S3 server (MinIO, SeaweedFS, AWS …): what several processes share."""

import asyncio
import hashlib
import json
import logging
import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, contextmanager, suppress
from datetime import timedelta
from io import BytesIO
from itertools import islice
from tempfile import TemporaryFile
from threading import Lock
from typing import Any, BinaryIO, Final, TypeVar

import urllib3
from minio import Minio
from minio.error import MinioException, S3Error

from kotoserver.blobs.damage import absent, damaged
from kotoserver.blobs.keys import check_key
from kotoserver.blobs.pieces import pieces_of
from kotoserver.domain.errors import BadSettings, StorageFailed
from kotoserver.ports.blobs import PIECE_BYTES, BlobInfo, BlobStore, Put
from kotoserver.settings import S3Settings

T = TypeVar("T")

# It warns of each second try; our own sentence says what became of it.
logging.getLogger("urllib3").setLevel(logging.ERROR)

THREADS = 8
CONNECT_SECONDS = 2.0
ANSWER_SECONDS = 5.0
ASK_AGAIN_SECONDS = 0.5
"""How often a server that is away is asked whether it is back."""
TRIES = 2
"""A connection that was kept may have been closed meanwhile, so the second try is usually the first real one."""
LISTED_AT_ONCE = 1000
_ENDPOINT: Final = re.compile(
    r"(?P<scheme>https?://)?(?P<host>(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(?::(?P<port>[0-9]+))?)/?"
)
_UNREACHED: Final = (MinioException, urllib3.exceptions.HTTPError, OSError)
"""Not S3Error, which is an answer."""
_ABSENT: Final = {"NoSuchKey", "NoSuchObject"}
_NO_POLICY: Final = {"NoSuchBucketPolicy", "NotImplemented", "MethodNotAllowed", "AccessDenied"}
"""Answers to "who may read this bucket?" that show nobody let in; some servers know no policies."""
_CLOSED: Final = {"AccessDenied", "Forbidden", "Unauthorized", "InvalidAccessKeyId"}
_PROBE: Final = "probe/may-anyone-read-this"
_UNREACHED_ADVICE: Final = "See whether it runs, and check MINIO_ENDPOINT."
_KEYS_ADVICE: Final = "Check MINIO_ACCESS_KEY and MINIO_SECRET_KEY."
_ADVICE: Final = {
    "InvalidAccessKeyId": _KEYS_ADVICE,
    "SignatureDoesNotMatch": _KEYS_ADVICE,
    "AccessDenied": "Its key must be one that may read, write and delete in MINIO_BUCKET.",
    "RequestTimeTooSkewed": "The clocks of the two machines differ; let a time service keep both.",
    "XMinioStorageFull": "Make room on its disk.",
}
"""What an operator is told beside the code of a refusal."""
_WRITE_PROBE: Final = "probe/are-writes-taken"
_SHA256: Final = "sha256"
"""What the digest is called among an object's metadata; HTTP puts `x-amz-meta-` before it."""


class S3Blobs(BlobStore):
    """The minio client is synchronous, so each call has one of THREADS threads; further calls queue.

    Once the server did not answer, calls fail at once until it does again, so that nobody waits in a queue for it,
    speech above all, which can be made anew.

    The store does not know when a blob was read: `used_at` is when it was written.
    """

    def __init__(self, settings: S3Settings, *, answer_seconds: float = ANSWER_SECONDS) -> None:
        self.bucket = settings.bucket
        self.client = _client(settings, settings.endpoint, answer_seconds)
        self._anybody = _client(settings, settings.endpoint, answer_seconds, signing=False)
        public = settings.public_endpoint
        self._signer = _client(settings, public, answer_seconds) if public else None
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="s3")
        self._away = False
        self._watch: asyncio.Task[None] | None = None
        self._refused_last = False
        """Whether the last write was: reading goes on where a disk is full, or the key may not write."""
        self._opening = Lock()
        self._opened = False

    async def open(self) -> None:
        await self._in_thread(lambda: None)

    async def put(self, key: str, content: bytes, media_type: str) -> Put:
        check_key(key)
        return await self._in_thread(lambda: self._put_content(key, content, media_type))

    async def put_stream(self, key: str, chunks: AsyncIterator[bytes], media_type: str) -> Put:
        """What comes waits in a file on disk: the client wants to know the size before it begins."""
        check_key(key)
        digest = hashlib.sha256()
        with await asyncio.to_thread(TemporaryFile) as file:

            def write(chunk: bytes) -> None:
                digest.update(chunk)
                file.write(chunk)

            async for chunk in chunks:
                await asyncio.to_thread(write, chunk)
            size, sha256 = file.tell(), digest.hexdigest()
            file.seek(0)
            await self._in_thread(lambda: self._put(key, file, size, media_type, sha256))
        return Put(size=size, sha256=sha256)

    async def get(self, key: str) -> bytes | None:
        check_key(key)
        return await self._in_thread(lambda: _unless_absent(lambda: self._read(key)))

    async def stream(self, key: str, start: int = 0, stop: int | None = None) -> AsyncGenerator[bytes, None]:
        check_key(key)
        async with aclosing(pieces_of(self._pieces(key, start, stop), self._in_thread)) as pieces:
            async for piece in pieces:
                yield piece

    async def stat(self, key: str) -> BlobInfo | None:
        check_key(key)
        return await self._in_thread(
            lambda: _unless_absent(lambda: _info(self.client.stat_object(self.bucket, key)))
        )

    async def delete(self, key: str) -> None:
        check_key(key)
        await self._in_thread(lambda: self.client.remove_object(self.bucket, key))

    async def list(self, prefix: str) -> AsyncIterator[BlobInfo]:
        found = await self._in_thread(lambda: self.client.list_objects(self.bucket, prefix=prefix, recursive=True))
        while batch := await self._in_thread(lambda: tuple(islice(found, LISTED_AT_ONCE))):
            for each in batch:
                yield _info(each)

    async def presigned_url(self, key: str, seconds: int, media_type: str) -> str | None:
        """Signed for the public host name, which is part of what is signed; no request is made.

        None where clients do not reach the server.
        """
        check_key(key)
        if self._signer is None:
            return None
        return self._signer.presigned_get_object(
            self.bucket,
            key,
            expires=timedelta(seconds=seconds),
            response_headers={"response-content-type": media_type},
        )

    async def check(self) -> None:
        """Once a write was refused, an empty object tells whether it takes any again."""
        if not await self._in_thread(lambda: self.client.bucket_exists(self.bucket)):
            self._opened = False
            raise StorageFailed(f"The bucket {self.bucket} is gone; the next write makes it anew.")
        if self._refused_last:
            await self.put(_WRITE_PROBE, b"", "text/plain")
            await self.delete(_WRITE_PROBE)

    async def close(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        await asyncio.to_thread(self._threads.shutdown, cancel_futures=True)

    async def _in_thread(self, function: Callable[[], T]) -> T:
        def in_open_bucket() -> T:
            self._open_once()
            return function()

        with _plain_errors(), self._not_while_away():
            return await asyncio.get_running_loop().run_in_executor(self._threads, in_open_bucket)

    @contextmanager
    def _not_while_away(self) -> Iterator[None]:
        if self._away:
            raise StorageFailed("The S3 server does not answer.", advice=_UNREACHED_ADVICE)
        try:
            yield
        except S3Error:
            raise
        except _UNREACHED:
            if not self._away:
                self._away = True
                self._watch = asyncio.create_task(self._until_back())
            raise

    async def _until_back(self) -> None:
        loop = asyncio.get_running_loop()
        while self._away:
            await asyncio.sleep(ASK_AGAIN_SECONDS)
            with suppress(*_UNREACHED):
                await loop.run_in_executor(self._threads, self.client.bucket_exists, self.bucket)
                self._away = False

    def _open_once(self) -> None:
        """Makes the bucket where it is missing (private, as new buckets are), and tries whether it is closed."""
        with self._opening:
            if self._opened:
                return
            if not self.client.bucket_exists(self.bucket):
                _make_bucket(self.client, self.bucket)
            if _is_public(self.client, self.bucket) or self._anybody_reads():
                raise BadSettings(
                    f"Anyone may read the bucket {self.bucket}. Remove its policy or set another MINIO_BUCKET."
                )
            self._opened = True

    def _anybody_reads(self) -> bool:
        """Whether somebody without keys is let in, by whatever rule: policies are not the only ones."""
        self._put(_PROBE, BytesIO(), 0, "text/plain", hashlib.sha256().hexdigest())
        try:
            return any(
                not _refused(ask)
                for ask in (
                    lambda: self._anybody.stat_object(self.bucket, _PROBE),
                    lambda: list(islice(self._anybody.list_objects(self.bucket), 1)),
                )
            )
        finally:
            self.client.remove_object(self.bucket, _PROBE)

    def _put_content(self, key: str, content: bytes, media_type: str) -> Put:
        digest = hashlib.sha256(content).hexdigest()
        self._put(key, BytesIO(content), len(content), media_type, digest)
        return Put(size=len(content), sha256=digest)

    def _put(self, key: str, content: BinaryIO, size: int, media_type: str, digest: str) -> None:
        try:
            self.client.put_object(
                self.bucket, key, content, size, content_type=media_type, metadata={_SHA256: digest}
            )
        except S3Error:
            self._refused_last = True
            raise
        self._refused_last = False

    def _read(self, key: str) -> bytes:
        response = self.client.get_object(self.bucket, key)
        with _given_back(response):
            content = bytes(response.read())
            _check(key, response, hashlib.sha256(content), len(content))
        return content

    def _pieces(self, key: str, start: int, stop: int | None) -> Generator[bytes, None, None]:
        if stop is not None and stop <= start:
            return
        try:
            response = self.client.get_object(
                self.bucket, key, offset=start, length=0 if stop is None else stop - start
            )
        except S3Error as error:
            if error.code in _ABSENT:
                raise absent(key) from None
            if error.code == "InvalidRange":
                return
            raise
        with _given_back(response):
            yield from _checked(key, response)


def _checked(key: str, response: Any) -> Generator[bytes, None, None]:
    """The pieces of an answer, the last one only once it is certain that all of them are right."""
    read, size, held = hashlib.sha256(), 0, b""
    for piece in response.stream(PIECE_BYTES):
        if held:
            yield held
        held = piece
        read.update(piece)
        size += len(piece)
    _check(key, response, read, size)
    yield held


def _check(key: str, response: Any, read: Any, size: int) -> None:
    """StorageFailed for an answer that broke off, and with code `blob_damaged` for other bytes than were put."""
    if size != int(response.headers["Content-Length"]):
        raise StorageFailed("The S3 server broke off in the middle of an answer.")
    _, _, total = response.headers.get("Content-Range", "").partition("/")
    digest = response.headers.get(f"x-amz-meta-{_SHA256}")
    if digest is not None and total in ("", str(size)) and read.hexdigest() != digest:
        raise damaged(key)


@contextmanager
def _given_back(response: Any) -> Iterator[None]:
    """The connection may be used again afterwards; where the answer was not read to its end it is closed."""
    try:
        yield
    finally:
        response.close()
        response.release_conn()


def _refused(ask: Callable[[], object]) -> bool:
    try:
        ask()
    except S3Error as error:
        if error.code in _CLOSED:
            return True
        raise
    return False


def _client(settings: S3Settings, endpoint: str, answer_seconds: float, *, signing: bool = True) -> Minio:
    """`endpoint` is host and port, with `https://` before it where the server speaks TLS."""
    address = _ENDPOINT.fullmatch(endpoint)
    if address is None or int(address["port"] or 0) > 65535:
        raise BadSettings("MINIO_ENDPOINT must be a host and a port, such as `localhost:9002`.")
    pool = urllib3.PoolManager(
        maxsize=THREADS,
        timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=answer_seconds),
        retries=urllib3.Retry(total=TRIES - 1, backoff_factor=0.1, status_forcelist=(500, 502, 503, 504)),
    )
    return Minio(
        address["host"],
        access_key=settings.access_key.reveal() if signing else None,
        secret_key=settings.secret_key.reveal() if signing else None,
        secure=address["scheme"] == "https://",
        region=settings.region,
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
    sha256 = found.metadata.get(f"x-amz-meta-{_SHA256}") if found.metadata else None
    return BlobInfo(key=found.object_name, size=found.size, used_at=found.last_modified, sha256=sha256)


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
        raise StorageFailed(
            f"The S3 server refused: {error.code}.", advice=_ADVICE.get(str(error.code))
        ) from error
    except _UNREACHED as error:
        sentence = f"The S3 server does not answer ({type(error).__name__})."
        raise StorageFailed(sentence, advice=_UNREACHED_ADVICE) from error
