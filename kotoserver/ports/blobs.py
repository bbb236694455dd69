"""Where bytes are kept by name: synthesised speech and recordings."""

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from datetime import datetime

from kotoserver.domain.errors import NotFound

PIECE_BYTES = 262_144
"""The largest piece of a stream."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlobInfo:
    key: str
    size: int
    """Bytes."""
    used_at: datetime
    """Last read where the store knows it, else last written."""
    sha256: str | None = None
    """Of the content as it was put; None where that was not looked up, and for what an older version has put."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Put:
    """What was put."""

    size: int
    """Bytes."""
    sha256: str
    """In hexadecimal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """What an address of ours leads to."""

    key: str
    media_type: str


class BlobStore(ABC):
    """Keys are relative paths of letters, digits, `.`, `_`, `-` and `/`; anything else is BadInput.

    No part of a key begins with a dot, and no key is the folder of another (`a` beside `a/b`).
    Every method raises StorageFailed when the store does not answer, and with code `blob_damaged` when what
    it has is not what was put.
    """

    @abstractmethod
    async def open(self) -> None:
        """Makes sure that there is a place to keep bytes. BadSettings where anybody may read them."""

    @abstractmethod
    async def put(self, key: str, content: bytes, media_type: str) -> Put:
        """Stores the whole content or nothing; an existing key is replaced in one step."""

    @abstractmethod
    async def put_stream(self, key: str, chunks: AsyncIterator[bytes], media_type: str) -> Put:
        """Stores what comes, without holding it in memory.

        Whatever `chunks` raises, or being cancelled, leaves nothing behind.
        """

    @abstractmethod
    async def get(self, key: str) -> bytes | None:
        """The content, None when there is none."""

    @abstractmethod
    def stream(self, key: str, start: int = 0, stop: int | None = None) -> AsyncGenerator[bytes, None]:
        """The bytes from `start` to before `stop`, in pieces of at most PIECE_BYTES; NotFound when there are none.

        What fits into one piece is held against its digest before it is given, a longer content at its end, and
        a part of one only by its length.
        """

    @abstractmethod
    async def stat(self, key: str) -> BlobInfo | None: ...

    @abstractmethod
    async def delete(self, key: str) -> None:
        """Removes it; a key that is not there is fine."""

    @abstractmethod
    def list(self, prefix: str) -> AsyncIterator[BlobInfo]:
        """Everything whose key begins with `prefix`, in no order."""

    async def presigned_url(self, key: str, seconds: int, media_type: str) -> str | None:
        """An address at which anyone may read the blob for so long, whether or not there is one.

        None where the store hands out none.
        """
        return None

    def linked(self, link: str) -> Linked:
        """What the end of an address that this server itself answers leads to.

        NotAllowed codes `bad_link`, `link_expired`; NotFound where addresses lead elsewhere.
        """
        raise NotFound("There is nothing at this address.")

    @abstractmethod
    async def check(self) -> None:
        """Raises StorageFailed when the store cannot be used."""

    @abstractmethod
    async def close(self) -> None: ...
