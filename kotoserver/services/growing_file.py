"""A file that can be read from its beginning while it is still being made."""

import asyncio
from collections.abc import AsyncIterator

from kotoserver.domain.errors import KotoError


class GrowingFile:
    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._changed = asyncio.Event()
        self._ended = False
        self._failure: KotoError | None = None
        self.begun = asyncio.Event()
        """Set with the first bytes; never for a file that comes in one piece."""

    def add(self, part: bytes) -> None:
        """Appends; an empty part changes nothing."""
        if part:
            self._parts.append(part)
            self.begun.set()
            self._wake()

    def end(self, failure: KotoError | None = None) -> None:
        """Nothing follows; with a `failure` the file is broken off."""
        self._ended, self._failure = True, failure
        self._wake()

    @property
    def content(self) -> bytes:
        return b"".join(self._parts)

    async def read(self) -> AsyncIterator[bytes]:
        """Every part in order, waiting for those to come. Raises what broke the file off."""
        place = 0
        while True:
            while place < len(self._parts):
                yield self._parts[place]
                place += 1
            if self._failure is not None:
                raise self._failure
            if self._ended:
                return
            await self._changed.wait()

    def _wake(self) -> None:
        """Wakes everyone who waits now; who comes later looks first."""
        self._changed.set()
        self._changed = asyncio.Event()
