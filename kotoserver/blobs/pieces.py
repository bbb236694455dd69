"""From a generator that reads in a thread to one that the loop can wait for."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from threading import Lock
from typing import Any


async def pieces_of(
    reading: Generator[bytes, None, None], in_thread: Callable[[Callable[[], Any]], Awaitable[Any]]
) -> AsyncGenerator[bytes, None]:
    """What `reading` yields, each piece read in a thread; closed with this one, also when that is cancelled."""
    turn = Lock()  # whoever is cancelled leaves a thread behind that may still read

    def read() -> bytes:
        with turn:
            return next(reading, b"")

    def close() -> None:
        with turn:
            reading.close()

    try:
        while piece := await in_thread(read):
            yield piece
    finally:
        await asyncio.shield(in_thread(close))
