"""Waiting for Redis: within a limit, and with its exceptions turned into ours."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from redis.exceptions import RedisError

from kotoserver.domain.errors import StorageFailed

ANSWER_SECONDS = 2.0


@asynccontextmanager
async def answer() -> AsyncIterator[None]:
    """Limits the time for one answer. Redis' exceptions become ours; none of them holds the password."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            yield
    except (RedisError, OSError) as error:
        raise StorageFailed(f"Redis does not answer ({type(error).__name__}).") from error
