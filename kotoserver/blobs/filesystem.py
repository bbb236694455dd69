"""Blobs as files in a folder: what a single machine needs.

A blob is written to a file in `.incoming` and then renamed to its place, which is one step on any local
file system; `.incoming` is inside the root so that it is on the same one. Both the content and the rename
are flushed to the disk (fsync). A recording that was acknowledged has to outlive a power cut, and cached
speech gains from it too: without it, a power cut can leave a whole-looking name over an empty file, which
would then be served as speech for ever.
"""

import asyncio
import hashlib
import os
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from io import BufferedReader
from pathlib import Path
from stat import S_ISREG
from tempfile import NamedTemporaryFile, _TemporaryFileWrapper
from time import time
from typing import TypeVar

from kotoserver.blobs.damage import absent, damaged
from kotoserver.blobs.keys import check_key
from kotoserver.blobs.links import Links
from kotoserver.blobs.pieces import pieces_of
from kotoserver.domain.errors import StorageFailed
from kotoserver.ports.blobs import PIECE_BYTES, BlobInfo, BlobStore, Linked, Put

T = TypeVar("T")

_MARK = b"\0kotosum"
FILE_END_BYTES = len(_MARK) + hashlib.sha256().digest_size
"""What a file has more than its content."""

THREADS = 4
TOUCH_AFTER_SECONDS = 60.0
"""A read is noted when the last note is older than this: exact enough to tell old from new."""
ABANDONED_AFTER_SECONDS = 3600.0
"""Age at which a file in `.incoming` belongs to a process that died."""


class FilesystemBlobs(BlobStore):
    """The time of a file's last use is kept as its modification time."""

    def __init__(self, root: Path, links: Links | None = None) -> None:
        """`links` None: no addresses are handed out."""
        self._root = root
        self._links = links
        self._incoming = root / ".incoming"
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="blobs")
        self._swept = False

    async def open(self) -> None:
        await self.check()

    async def put(self, key: str, content: bytes, media_type: str) -> Put:
        path = self.path(key)
        return await self._in_thread(lambda: self._write(path, content))

    async def put_stream(self, key: str, chunks: AsyncIterator[bytes], media_type: str) -> Put:
        path = self.path(key)
        file = await self._in_thread(self._open_incoming)
        incoming = Path(file.name)
        size = 0
        digest = hashlib.sha256()

        def write(chunk: bytes) -> None:
            digest.update(chunk)
            file.write(chunk)

        try:
            async for chunk in chunks:
                size += len(chunk)
                await self._in_thread(partial(write, chunk))
            await self._in_thread(lambda: _finish(file, path, digest.digest()))
        except BaseException:
            await asyncio.shield(self._in_thread(lambda: _abandon(file, incoming)))
            raise
        return Put(size=size, sha256=digest.hexdigest())

    async def get(self, key: str) -> bytes | None:
        path = self.path(key)
        return await self._in_thread(lambda: _read(key, path))

    async def stream(self, key: str, start: int = 0, stop: int | None = None) -> AsyncGenerator[bytes, None]:
        path = self.path(key)
        async with aclosing(pieces_of(_pieces(key, path, start, stop), self._in_thread)) as pieces:
            async for piece in pieces:
                yield piece

    async def stat(self, key: str) -> BlobInfo | None:
        path = self.path(key)
        return await self._in_thread(lambda: _describe_in_full(key, path))

    async def delete(self, key: str) -> None:
        path = self.path(key)
        await self._in_thread(lambda: _remove(path))

    async def list(self, prefix: str) -> AsyncIterator[BlobInfo]:
        folders = [self._root]
        while folders:
            folder = folders.pop()
            found, inner = await self._in_thread(partial(_scan, self._root, folder, prefix))
            folders += inner
            for info in found:
                yield info

    async def presigned_url(self, key: str, seconds: int, media_type: str) -> str | None:
        check_key(key)
        return self._links.url(key, seconds, media_type) if self._links else None

    def linked(self, link: str) -> Linked:
        return self._links.linked(link) if self._links else super().linked(link)

    async def check(self) -> None:
        await self._in_thread(self._try_out)

    async def close(self) -> None:
        await asyncio.to_thread(self._threads.shutdown)

    def path(self, key: str) -> Path:
        """Where the key's file is, or would be."""
        check_key(key)
        return self._root / key

    async def _in_thread(self, function: Callable[[], T]) -> T:
        with _plain_errors():
            return await asyncio.get_running_loop().run_in_executor(self._threads, function)

    def _try_out(self) -> None:
        tried = self._incoming / f"check-{os.getpid()}"
        self._write(tried, b"")
        tried.unlink(missing_ok=True)

    def _write(self, path: Path, content: bytes) -> Put:
        self._sweep_once()
        path.parent.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256(content)
        _flushed(self._incoming, content, digest.digest()).replace(path)
        _flush_folder(path.parent)
        return Put(size=len(content), sha256=digest.hexdigest())

    def _open_incoming(self) -> "_TemporaryFileWrapper[bytes]":
        self._sweep_once()
        return NamedTemporaryFile(dir=self._incoming, delete=False)

    def _sweep_once(self) -> None:
        """Removes what writers that died have left; once, before the first write."""
        self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._incoming.mkdir(parents=True, exist_ok=True)
        if self._swept:
            return
        self._swept = True
        for left in self._incoming.iterdir():
            with suppress(FileNotFoundError):  # another process has put it in its place meanwhile
                if left.stat().st_mtime < time() - ABANDONED_AFTER_SECONDS:
                    left.unlink()


def _flushed(folder: Path, content: bytes, digest: bytes) -> Path:
    """A new file in `folder` that holds the content and is on the disk."""
    with NamedTemporaryFile(dir=folder, delete=False) as file:
        try:
            file.write(content)
            file.write(_MARK + digest)
            file.flush()
            os.fsync(file.fileno())
        except BaseException:
            Path(file.name).unlink()
            raise
    return Path(file.name)


def _finish(file: "_TemporaryFileWrapper[bytes]", path: Path, digest: bytes) -> None:
    """Puts a file that was written piece by piece in its place, on the disk."""
    file.write(_MARK + digest)
    file.flush()
    os.fsync(file.fileno())
    file.close()
    path.parent.mkdir(parents=True, exist_ok=True)
    Path(file.name).replace(path)
    _flush_folder(path.parent)


def _abandon(file: "_TemporaryFileWrapper[bytes]", incoming: Path) -> None:
    file.close()
    incoming.unlink(missing_ok=True)


def _scan(root: Path, folder: Path, prefix: str) -> tuple[list[BlobInfo], list[Path]]:
    """The blobs right in `folder` that begin with `prefix`, and the folders that may hold more."""
    found, inner = [], []
    for each in _entries(folder):
        path = Path(each.path)
        key = path.relative_to(root).as_posix()
        if each.is_dir():
            if f"{key}/".startswith(prefix) or prefix.startswith(f"{key}/"):
                inner.append(path)
        elif key.startswith(prefix) and (info := _describe(key, path)):
            found.append(info)
    return found, inner


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return [each for each in entries if not each.name.startswith(".")]
    except FileNotFoundError:
        return []


def _read(key: str, path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            _note_use(file.fileno())
            written = file.read()
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        return None
    content = written[:-FILE_END_BYTES]
    if written[-FILE_END_BYTES:] != _MARK + hashlib.sha256(content).digest():
        raise damaged(key)
    return content


def _pieces(key: str, path: Path, start: int, stop: int | None) -> Generator[bytes, None, None]:
    try:
        file = path.open("rb")
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        raise absent(key) from None
    with file:
        _note_use(file.fileno())
        size = os.fstat(file.fileno()).st_size - FILE_END_BYTES
        digest = _digest_at_the_end(key, file, size)
        stop = size if stop is None else min(stop, size)
        if size <= PIECE_BYTES:
            file.seek(0)
            content = file.read(size)
            if hashlib.sha256(content).digest() != digest:
                raise damaged(key)
            yield content[start:stop]
            return
        yield from _long_pieces(key, file, start, stop, digest if (start, stop) == (0, size) else None)


def _long_pieces(
    key: str, file: BufferedReader, start: int, stop: int, digest: bytes | None
) -> Generator[bytes, None, None]:
    """`digest` None: not all of the content is read, so it cannot be compared."""
    read = hashlib.sha256()
    file.seek(start)
    for begin in range(start, stop, PIECE_BYTES):
        piece = file.read(min(PIECE_BYTES, stop - begin))
        if not piece:
            raise damaged(key)
        if digest is not None:
            read.update(piece)
            if begin + len(piece) == stop and read.digest() != digest:
                raise damaged(key)
        yield piece


def _digest_at_the_end(key: str, file: BufferedReader, size: int) -> bytes:
    """The digest with which the file says that it was written to the end."""
    file.seek(max(0, size))
    mark, digest = file.read(len(_MARK)), file.read()
    if size < 0 or mark != _MARK:
        raise damaged(key)
    return digest


def _remove(path: Path) -> None:
    with suppress(FileNotFoundError, NotADirectoryError):
        path.unlink()


def _note_use(file: int) -> None:
    if os.fstat(file).st_mtime < time() - TOUCH_AFTER_SECONDS:
        os.utime(file)


def _describe_in_full(key: str, path: Path) -> BlobInfo | None:
    info = _describe(key, path)
    if info is None:
        return None
    with suppress(FileNotFoundError), path.open("rb") as file:
        return replace(info, sha256=_digest_at_the_end(key, file, info.size).hex())
    return None


def _describe(key: str, path: Path) -> BlobInfo | None:
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    if not S_ISREG(status.st_mode):
        return None
    return BlobInfo(
        key=key, size=status.st_size - FILE_END_BYTES, used_at=datetime.fromtimestamp(status.st_mtime, UTC)
    )


def _flush_folder(folder: Path) -> None:
    """Makes a rename inside it outlive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _plain_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageFailed(f"Files cannot be kept: {error.strerror or error}.") from error
