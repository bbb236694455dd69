"""Waiting for Redis: within a limit, and with its exceptions turned into ours."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from redis.exceptions import AuthenticationError, NoPermissionError, RedisError, ResponseError

from kotoserver.domain.errors import StorageFailed

ANSWER_SECONDS = 2.0


@asynccontextmanager
async def answer() -> AsyncIterator[None]:
    """Limits the time for one answer. Redis' exceptions become ours; none of them holds the password."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            yield
    except (AuthenticationError, NoPermissionError) as error:
        advice = "Check REDIS_URL and REDIS_PASSWORD."
        raise StorageFailed("Redis does not let us in.", advice=advice) from error
    except ResponseError as error:
        advice = "It may be a replica, or its disk may be full; its own log says more."
        raise StorageFailed(f"Redis refuses ({_reason(error)}).", advice=advice) from error
    except (RedisError, OSError) as error:
        advice = "See whether it runs, and check REDIS_URL."
        raise StorageFailed(f"Redis does not answer ({type(error).__name__}).", advice=advice) from error


def _reason(error: ResponseError) -> str:
    """The word that Redis puts before its sentence, such as `MISCONF`; the rest may quote what was sent."""
    first = str(error).split(" ", 1)[0]
    return first if first.isalpha() and first.isupper() else type(error).__name__
