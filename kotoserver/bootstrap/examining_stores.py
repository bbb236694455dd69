"""The stores in a check-up: whether each answers, takes writes, has our schema and keeps our time."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from typing import TypeVar

from kotoserver.blobs import open_blobs
from kotoserver.bootstrap.examined import WELL, examined
from kotoserver.bootstrap.parts import revealed
from kotoserver.bus import open_bus
from kotoserver.domain.checkup import Finding, State, difference_of_clocks
from kotoserver.domain.errors import BadSettings
from kotoserver.ports.blobs import BlobStore
from kotoserver.ports.bus import Bus
from kotoserver.ports.clock import SystemClock
from kotoserver.ports.storage import SchemaState, Storage
from kotoserver.settings import Settings
from kotoserver.storage import open_storage

_PROBE = "probe/what-time-is-it"

S = TypeVar("S", Storage, Bus, BlobStore)
Told = str | Finding | None


async def examine_database(settings: Settings) -> AsyncIterator[Finding]:
    url = revealed(settings.database_url)
    async for found in _store(
        "database",
        lambda: open_storage(url, data_dir=settings.data_dir, pool=settings.pool),
        _checked_database,
        lambda storage: storage.clock(),
    ):
        yield found


async def _checked_database(storage: Storage) -> Told:
    schema = await storage.schema()
    if schema.applied:
        await storage.check()
        await storage.check_writing()
    return _of_schema(schema)


def _of_schema(schema: SchemaState) -> Told:
    if not schema.applied:
        told = "It is empty; the first start makes its tables. Should it hold something? Then see DATABASE_URL."
    elif schema.missing:
        told = (
            f"It is older than this version, and lacks {', '.join(schema.missing)}: the next start, or "
            "`kotoserver migrate`, brings it up to date; make a backup first."
        )
    elif schema.newer:
        told = f"A newer version has migrated it ({', '.join(schema.newer)}); this version goes on with it."
    else:
        return "It answers, takes writes, and its schema is that of this version."
    return Finding(about="database", state=State.DOUBTFUL, sentence=told)


async def examine_redis(settings: Settings) -> AsyncIterator[Finding]:
    url = revealed(settings.redis_url)
    if not url:
        return
    async for found in _store("redis", lambda: open_bus(url), _checked_bus, lambda bus: bus.clock()):
        yield found


async def _checked_bus(bus: Bus) -> Told:
    await bus.check()
    return "It answers and takes writes."


async def examine_blobs(settings: Settings) -> AsyncIterator[Finding]:
    """Files on disk are looked at where the folder is there: nothing is made."""
    if settings.s3 is None and not await asyncio.to_thread(os.path.isdir, settings.data_dir):
        return

    async def check(blobs: BlobStore) -> Told:
        await blobs.check()
        if settings.s3 is not None:
            await _written_at(blobs)
        return "They can be read and written."

    async def clock(blobs: BlobStore) -> datetime | None:
        return await _written_at(blobs) if settings.s3 is not None else None

    async for found in _store(
        "blobs", lambda: open_blobs(settings.data_dir / "blobs", s3=settings.s3), check, clock
    ):
        yield found


async def _written_at(blobs: BlobStore) -> datetime | None:
    """When an S3 server says that an object was written now; the object is removed again."""
    await blobs.put(_PROBE, b"", "text/plain")
    try:
        written = await blobs.stat(_PROBE)
        return written.used_at if written else None
    finally:
        await blobs.delete(_PROBE)


async def _store(
    about: str,
    open_it: Callable[[], S],
    check: Callable[[S], Awaitable[Told]],
    clock: Callable[[S], Awaitable[datetime | None]],
) -> AsyncIterator[Finding]:
    """What is to be said of it; and whether its clock says what ours does, where it has one of its own."""
    try:
        store = open_it()
    except BadSettings as error:
        yield Finding(about=about, state=State.BROKEN, sentence=error.told_in_full)
        return

    async def compared() -> Told:
        asked_at = SystemClock().now()
        theirs = await clock(store)
        if theirs is None:
            return WELL
        return difference_of_clocks(about, _nearest(theirs, asked_at, SystemClock().now()), theirs)

    broken = False
    try:
        async for found in examined(about, lambda: check(store)):
            yield found
            broken = found.state is State.BROKEN
        if not broken:
            async for found in examined(f"clock and {about}", compared):
                if found.sentence != WELL:
                    yield found
    finally:
        await store.close()


def _nearest(theirs: datetime, asked_at: datetime, answered_at: datetime) -> datetime:
    """What our clock may have said when theirs was read; some tell whole seconds alone."""
    return min(max(theirs, asked_at - timedelta(seconds=1)), answered_at)
