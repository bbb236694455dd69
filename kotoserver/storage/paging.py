"""Pages of a list that is ordered by time, newest first."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TypeVar

T = TypeVar("T")

END_OF_TIME = datetime(9999, 12, 31, tzinfo=UTC)


async def page_of(
    read: Callable[[datetime, int], Awaitable[list[T]]],
    at: Callable[[T], datetime],
    *,
    before: datetime | None,
    limit: int,
) -> tuple[tuple[T, ...], datetime | None]:
    """What `read(before, how_many)` gives, and the `before` of the next page; None on the last.

    Nothing is skipped: a page is longer than `limit` when its last entries are of the same microsecond.
    """
    asked = limit + 1
    while True:
        found = await read(before or END_OF_TIME, asked)
        if len(found) <= limit:
            return tuple(found), None
        oldest = at(found[limit - 1])
        if len(found) < asked or at(found[-1]) != oldest:
            break
        asked *= 2
    page = tuple(each for each in found if at(each) >= oldest)
    return page, oldest if len(page) < len(found) else None
