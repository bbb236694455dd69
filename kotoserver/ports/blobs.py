"""Where bytes are kept by name: synthesised speech and, later, recordings."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BlobInfo:
    key: str
    size: int
    """Bytes."""
    used_at: datetime
    """Last read where the store knows it, else last written."""


class BlobStore(ABC):
    """Keys are relative paths of letters, digits, `.`, `_`, `-` and `/`; anything else is BadInput.

    No part of a key begins with a dot, and no key is the folder of another (`a` beside `a/b`).
    Every method raises StorageFailed when the store does not answer.
    """

    @abstractmethod
    async def put(self, key: str, content: bytes, media_type: str) -> None:
        """Stores the whole content or nothing; an existing key is replaced in one step."""

    @abstractmethod
    async def put_stream(self, key: str, chunks: AsyncIterator[bytes], media_type: str) -> int:
        """Stores what comes, without holding it in memory; the number of bytes.

        Whatever `chunks` raises, or being cancelled, leaves nothing behind.
        """

    @abstractmethod
    async def get(self, key: str) -> bytes | None:
        """The content, None when there is none."""

    @abstractmethod
    async def stat(self, key: str) -> BlobInfo | None: ...

    @abstractmethod
    async def delete(self, key: str) -> None:
        """Removes it; a key that is not there is fine."""

    @abstractmethod
    def list(self, prefix: str) -> AsyncIterator[BlobInfo]:
        """Everything whose key begins with `prefix`, in no order."""

    async def presigned_url(self, key: str, seconds: int) -> str | None:
        """An address at which anyone may read the blob for so long; None where the store has none of its own."""
        return None

    @abstractmethod
    async def check(self) -> None:
        """Raises StorageFailed when the store cannot be used."""

    @abstractmethod
    async def close(self) -> None: ...
