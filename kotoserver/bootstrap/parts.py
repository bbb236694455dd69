"""What the server, the command line and the check-up open alike."""

import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from kotoserver.content.catalogs import read_catalogs
from kotoserver.content.diagnostics import Report
from kotoserver.domain.errors import BadSettings
from kotoserver.ports.storage import Storage
from kotoserver.providers.registry import Voices
from kotoserver.settings import Secret, Settings
from kotoserver.storage import open_storage

log = logging.getLogger(__name__)


def make_data_folder(folder: Path) -> None:
    """Makes sure that the data folder is there and can be written to; BadSettings when not."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # what learners said is nobody else's business
        probe = folder / f".writable-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        why = error.strerror or str(error)
        raise BadSettings(
            f"The data folder {folder} cannot be written to ({why}); set KOTO_DATA_DIR to one that can."
        ) from error


@asynccontextmanager
async def opened_storage(settings: Settings) -> AsyncIterator[Storage]:
    """The database that is configured, closed at the end."""
    storage = open_storage(revealed(settings.database_url), data_dir=settings.data_dir, pool=settings.pool)
    try:
        yield storage
    finally:
        await storage.close()


def read_voices(scenes_dir: Path) -> Voices:
    """The voice catalogue; empty when it is broken, which the linter reports in full."""
    report = Report()
    catalogs = read_catalogs(scenes_dir, report)
    if catalogs is None:
        for found in report.diagnostics:
            log.warning("content: %s", found)
        return {}
    return catalogs.voices.voices


def revealed(secret: Secret | None) -> str:
    return secret.reveal() if secret is not None else ""
