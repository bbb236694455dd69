"""Joining what keeps an installation well: migrations, backups and the check-up."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

from kotoserver.blobs import open_blobs
from kotoserver.bootstrap.parts import make_data_folder, opened_storage, read_voices, revealed
from kotoserver.bootstrap.permissions import examine_permissions
from kotoserver.bus import open_bus
from kotoserver.content.library import open_library
from kotoserver.domain.checkup import (
    Finding,
    State,
    age_of_backup,
    difference_of_clocks,
    refuse_impossible_clock,
    room_on_disk,
)
from kotoserver.domain.errors import BadSettings, ContentBroken, KotoError
from kotoserver.ports.blobs import BlobStore
from kotoserver.ports.clock import SystemClock
from kotoserver.providers.model_store import ModelStore
from kotoserver.providers.registry import open_evaluator, open_recognizer, open_synthesizer
from kotoserver.services.backups import BackupService, latest
from kotoserver.services.keys import open_keys
from kotoserver.settings import Settings
from kotoserver.storage import open_dumps, open_storage

_PROBE = "probe/what-time-is-it"
EXAMINED_SECONDS = 30.0
"""How long one thing may take in a check-up: an engine loads its model."""


async def migrate_database(settings: Settings) -> Sequence[str]:
    """Brings the database up to date; the names of the migrations that were applied."""
    make_data_folder(settings.data_dir)
    async with opened_storage(settings) as storage:
        return await storage.migrate()


async def prepare_bucket(settings: Settings) -> None:
    """Makes the bucket of the S3 server where it is missing; BadSettings when anybody may read it."""
    blobs = open_blobs(settings.data_dir / "blobs", s3=settings.s3)
    try:
        await blobs.open()
    finally:
        await blobs.close()


@asynccontextmanager
async def open_backups(settings: Settings) -> AsyncIterator[BackupService]:
    """Making backups and restoring them, beside a server that runs or without one."""
    make_data_folder(settings.data_dir)
    blobs = open_blobs(settings.data_dir / "blobs", s3=settings.s3)
    try:
        yield BackupService(
            settings.backups.folder,
            dumps=open_dumps(revealed(settings.database_url), data_dir=settings.data_dir),
            blobs=blobs,
            blobs_inside=settings.s3 is None,
            trees={"scenes": settings.scenes_dir, "langpacks": settings.langpacks_dir},
            clock=SystemClock(),
        )
    finally:
        await blobs.close()


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """Looks at everything that the server would stand on, one after the other, and changes nothing.

    What breaks is a finding; one thing that is broken keeps no other from being looked at.
    """
    async for found in _examined("data folder", lambda: _checked_folder(settings.data_dir)):
        yield found
    disks = {"disk of the data folder": settings.data_dir, "disk of backups": settings.backups.folder}
    for about, folder in disks.items():
        if folder.is_dir():
            yield room_on_disk(about, (await asyncio.to_thread(shutil.disk_usage, folder)).free)
    async for found in _examined("secret", lambda: _checked_keys(settings)):
        yield found
    for found in await asyncio.to_thread(examine_permissions, settings):
        yield found
    async for found in _examined("clock", _checked_clock):
        yield found
    storage = open_storage(revealed(settings.database_url), data_dir=settings.data_dir, pool=settings.pool)
    async for found in _examined_store("database", storage.check, storage.clock, storage.close):
        yield found
    if settings.redis_url is not None:
        bus = open_bus(revealed(settings.redis_url))
        async for found in _examined_store("redis", bus.check, bus.clock, bus.close):
            yield found
    blobs = open_blobs(settings.data_dir / "blobs", s3=settings.s3)
    async for found in _examined_store("blobs", blobs.check, lambda: _clock_of(blobs, settings), blobs.close):
        yield found
    async for found in _examined("scenes and packs", lambda: _checked_content(settings)):
        yield found
    async for found in _examined("models", lambda: _checked_models(settings)):
        yield found
    for about, check in (("voice", _check_voice), ("ears", _check_ears), ("judge", _check_judge)):
        async for found in _examined(about, lambda check=check: check(settings)):  # type: ignore[misc]  # bound now
            yield found
    made_at = latest(settings.backups.folder, SystemClock().now())
    hours = (SystemClock().now() - made_at).total_seconds() / 3600 if made_at else None
    yield age_of_backup(hours)


async def _examined_store(
    about: str,
    check: Callable[[], Awaitable[None]],
    clock: Callable[[], Awaitable[datetime | None]],
    close: Callable[[], Awaitable[None]],
) -> AsyncIterator[Finding]:
    """Whether it answers; and whether its clock says what ours does, where it has one of its own."""
    try:
        async for found in _examined(about, check):
            yield found
            if found.state is State.GOOD:
                asked_at = SystemClock().now()
                theirs = await clock()
                if theirs is not None:
                    yield difference_of_clocks(about, _nearest(theirs, asked_at, SystemClock().now()), theirs)
    except KotoError:
        """It answered a moment ago; the next check-up tells."""
    finally:
        await close()


def _nearest(theirs: datetime, asked_at: datetime, answered_at: datetime) -> datetime:
    """What our clock may have said when theirs was read; some tell whole seconds alone."""
    return min(max(theirs, asked_at - timedelta(seconds=1)), answered_at)


async def _clock_of(blobs: BlobStore, settings: Settings) -> datetime | None:
    """When an S3 server says that an object was written now; the object is removed again."""
    if settings.s3 is None:
        return None
    await blobs.put(_PROBE, b"", "text/plain")
    try:
        written = await blobs.stat(_PROBE)
        return written.used_at if written else None
    finally:
        await blobs.delete(_PROBE)


async def _examined(
    about: str,
    check: Callable[[], Awaitable[str | None]],
    close: Callable[[], Awaitable[None]] | None = None,
) -> AsyncIterator[Finding]:
    """One finding; `check` gives a sentence or nothing, and raises what is wrong."""
    try:
        async with asyncio.timeout(EXAMINED_SECONDS):
            told = await check()
        yield Finding(about=about, state=State.GOOD, sentence=told or "It answers.")
    except KotoError as error:
        yield Finding(about=about, state=State.BROKEN, sentence=error.message)
    except TimeoutError:
        sentence = f"It gave no answer within {EXAMINED_SECONDS:g} s."
        yield Finding(about=about, state=State.BROKEN, sentence=sentence)
    finally:
        if close is not None:
            await close()


async def _checked_folder(folder: Path) -> str:
    await asyncio.to_thread(make_data_folder, folder)
    return f"{folder} can be written to."


async def _checked_clock() -> str:
    refuse_impossible_clock(SystemClock().now())
    return f"It is {SystemClock().now():%Y-%m-%d %H:%M} UTC."


async def _checked_keys(settings: Settings) -> str:
    await asyncio.to_thread(open_keys, settings)
    return "KOTO_SECRET is set." if settings.accounts.secret else "It is kept in the data folder."


async def _checked_content(settings: Settings) -> str:
    library = await asyncio.to_thread(open_library, settings.scenes_dir, settings.langpacks_dir)
    problems = [str(problem) for problem in library.problems()]
    if problems:
        raise ContentBroken(problems[0])
    return f"{len(library.scene_ids())} scenes and {len(library.pack_ids())} packs are published."


async def _checked_models(settings: Settings) -> str:
    store = ModelStore(settings.speech.models_dir)
    models = await asyncio.to_thread(lambda: list(store.models()))
    for model in models:
        damage = await asyncio.to_thread(store.damage, model.name, thoroughly=False)
        if damage:
            raise BadSettings(
                f"The model {model.name} is not whole ({damage[0]}); bring it in again by "
                "`kotoserver models pull` or `models import`."
            )
    return f"{len(models)} in {store.folder}, all of them whole." if models else "None is kept here."


async def _check_voice(settings: Settings) -> str:
    voice = open_synthesizer(settings.speech, read_voices(settings.scenes_dir))
    try:
        await voice.check()
    finally:
        await voice.close()
    return f"{voice.name} speaks."


async def _check_ears(settings: Settings) -> str:
    ears = open_recognizer(settings.speech)
    if ears is None:
        return "None are set; learners type, or their browser hears them."
    try:
        await ears.check()
    finally:
        await ears.close()
    return f"{ears.name} hears."


async def _check_judge(settings: Settings) -> str:
    judge = await asyncio.to_thread(open_evaluator, settings.evaluator, settings.models)
    try:
        await judge.check()
    finally:
        await judge.close()
    return f"{judge.name} judges."
