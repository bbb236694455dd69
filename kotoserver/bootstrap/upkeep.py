"""Joining what keeps an installation well: migrations and backups."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import BinaryIO

from kotoserver.blobs import open_blobs
from kotoserver.bootstrap.parts import make_data_folder, opened_storage, revealed
from kotoserver.ports.clock import SystemClock
from kotoserver.services.backups import BackupService
from kotoserver.settings import Settings
from kotoserver.storage import open_dumps
from kotoserver.storage.dumps import GivenDump


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
async def open_backups(settings: Settings, given: BinaryIO | None = None) -> AsyncIterator[BackupService]:
    """Making backups and restoring them, beside a server that runs or without one.

    `given`: a dump of Postgres that was made elsewhere, with `WHOLE` behind it, in place of one of our own.
    """
    make_data_folder(settings.data_dir)
    dumps = open_dumps(revealed(settings.database_url), data_dir=settings.data_dir)
    if given is not None:
        dumps = GivenDump(given, await _migrations_of(settings))
    blobs = open_blobs(settings.data_dir / "blobs", s3=settings.s3)
    try:
        yield BackupService(
            settings.backups.folder,
            dumps=dumps,
            blobs=blobs,
            blobs_inside=settings.s3 is None,
            trees={"scenes": settings.scenes_dir, "langpacks": settings.langpacks_dir},
            clock=SystemClock(),
        )
    finally:
        await blobs.close()


async def _migrations_of(settings: Settings) -> Sequence[str]:
    async with opened_storage(settings) as storage:
        return (await storage.schema()).applied
