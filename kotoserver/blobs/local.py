"""Blobs of a single machine: small recordings together in one file, all else in a file each."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from pathlib import Path

from kotoserver.blobs.filesystem import FilesystemBlobs
from kotoserver.blobs.keys import check_key
from kotoserver.blobs.links import Links
from kotoserver.blobs.small import SmallBlobs
from kotoserver.ports.blobs import PIECE_BYTES, BlobInfo, BlobStore, Linked, Put

SMALL_FILE = ".small.sqlite3"
"""Inside the root; no key can name it."""
SMALL_BYTES = PIECE_BYTES
"""The most that is kept among the small: half a minute of what a browser records."""


class LocalBlobs(BlobStore):
    """What is small counts before a file of the same key, which is what it has replaced.

    Keys under `together` are kept together where they are small; what an older version kept as a file stays one.
    """

    def __init__(self, root: Path, links: Links | None = None, *, together: str) -> None:
        self._root = root
        self._files = FilesystemBlobs(root, links)
        self._small = SmallBlobs(root / SMALL_FILE)
        self._together = together

    def path(self, key: str) -> Path:
        """Where a file of its own is, or would be."""
        return self._root / key

    async def open(self) -> None:
        await self._files.open()

    async def put(self, key: str, content: bytes, media_type: str) -> Put:
        check_key(key)
        if not self._may_be_small(key):
            return await self._files.put(key, content, media_type)
        if len(content) <= SMALL_BYTES:
            return await self._small.put(key, content)
        put = await self._files.put(key, content, media_type)
        await self._small.delete(key)
        return put

    async def put_stream(self, key: str, chunks: AsyncIterator[bytes], media_type: str) -> Put:
        put = await self._files.put_stream(key, chunks, media_type)
        if self._may_be_small(key):
            await self._small.delete(key)
        return put

    async def get(self, key: str) -> bytes | None:
        content = await self._of_small(key)
        return await self._files.get(key) if content is None else content

    async def stream(self, key: str, start: int = 0, stop: int | None = None) -> AsyncGenerator[bytes, None]:
        content = await self._of_small(key)
        if content is None:
            async with aclosing(self._files.stream(key, start, stop)) as pieces:
                async for piece in pieces:
                    yield piece
        elif piece := content[start:stop]:
            yield piece

    async def stat(self, key: str) -> BlobInfo | None:
        check_key(key)
        info = await self._small.stat(key) if self._may_be_small(key) else None
        return await self._files.stat(key) if info is None else info

    async def delete(self, key: str) -> None:
        check_key(key)
        if self._may_be_small(key):
            await self._small.delete(key)
            if not self.path(key).exists():
                return
        await self._files.delete(key)

    async def list(self, prefix: str) -> AsyncIterator[BlobInfo]:
        small = set[str]()
        async for info in self._small.list(prefix):
            small.add(info.key)
            yield info
        async for info in self._files.list(prefix):
            if info.key not in small:
                yield info

    async def presigned_url(self, key: str, seconds: int, media_type: str) -> str | None:
        return await self._files.presigned_url(key, seconds, media_type)

    def linked(self, link: str) -> Linked:
        return self._files.linked(link)

    async def check(self) -> None:
        await self._files.check()
        await self._small.check()

    async def close(self) -> None:
        await self._small.close()
        await self._files.close()

    def _may_be_small(self, key: str) -> bool:
        return key.startswith(self._together)

    async def _of_small(self, key: str) -> bytes | None:
        check_key(key)
        return await self._small.get(key) if self._may_be_small(key) else None
