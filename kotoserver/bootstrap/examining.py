"""The check-up of an installation: everything that the server would stand on."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryFile

from kotoserver.bootstrap.examined import examined
from kotoserver.bootstrap.examining_engines import examine_engines
from kotoserver.bootstrap.examining_stores import examine_blobs, examine_database, examine_redis
from kotoserver.bootstrap.parts import make_data_folder
from kotoserver.bootstrap.permissions import examine_permissions
from kotoserver.bootstrap.upkeep import open_backups
from kotoserver.content.library import open_library
from kotoserver.domain.checkup import Finding, State, age_of_backup, refuse_impossible_clock, room_on_disk
from kotoserver.domain.errors import BadSettings, ContentBroken
from kotoserver.ports.clock import SystemClock
from kotoserver.providers.model_store import ModelStore
from kotoserver.services.backups import latest, made_at_times
from kotoserver.services.keys import FILE as SECRET_FILE
from kotoserver.services.keys import open_keys
from kotoserver.settings import Settings
from kotoserver.storage.dumps import ProgramMissing


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """Looks at one thing after the other, and changes nothing.

    What breaks is a finding; one thing that is broken keeps no other from being looked at.
    """
    for about, check in (
        ("data folder", lambda: _checked_folder(settings.data_dir)),
        ("disk of the data folder", lambda: _checked_disk("disk of the data folder", settings.data_dir)),
        ("disk of backups", lambda: _checked_disk("disk of backups", settings.backups.folder)),
        ("secret", lambda: _checked_keys(settings)),
        ("clock", lambda: _checked_clock(settings)),
    ):
        async for found in examined(about, check):
            yield found
    for found in await asyncio.to_thread(examine_permissions, settings):
        yield found
    for part in (examine_database, examine_redis, examine_blobs):
        async for found in part(settings):
            yield found
    async for found in examined("scenes and packs", lambda: _checked_content(settings)):
        yield found
    async for found in examined("models", lambda: _checked_models(settings)):
        yield found
    async for found in examine_engines(settings):
        yield found
    async for found in examined("backups", lambda: _checked_backups(settings)):
        yield found


async def _checked_folder(folder: Path) -> str | Finding:
    there = await asyncio.to_thread(_first_that_is_there, folder)
    if there != folder and os.access(there, os.W_OK) and there.is_dir():
        sentence = f"{folder} is not there yet; the first start makes it. Is that where it should be?"
        return Finding(about="data folder", state=State.DOUBTFUL, sentence=sentence)
    await asyncio.to_thread(make_data_folder, folder)
    return f"{folder} can be written to."


async def _checked_disk(about: str, folder: Path) -> Finding:
    usage = await asyncio.to_thread(shutil.disk_usage, _first_that_is_there(folder))
    return room_on_disk(about, usage.free)


def _first_that_is_there(folder: Path) -> Path:
    """The folder, or the one that it would be made in; or the file that stands in its way."""
    return next((each for each in (folder, *folder.parents) if each.exists()), Path("/"))


async def _checked_clock(settings: Settings) -> str | Finding:
    """Also against what was made here before: time does not go back."""
    now = SystemClock().now()
    refuse_impossible_clock(now)
    made_at = max(made_at_times(settings.backups.folder), default=now)
    if made_at > now:
        sentence = (
            f"It is {now:%Y-%m-%d %H:%M} UTC, and a backup says that it was made at {made_at:%Y-%m-%d %H:%M}: "
            "this clock is wrong, or was; let a time service keep it, and take that backup away once it is right."
        )
        return Finding(about="clock", state=State.DOUBTFUL, sentence=sentence)
    return f"It is {now:%Y-%m-%d %H:%M} UTC."


async def _checked_keys(settings: Settings) -> str | Finding:
    kept = settings.data_dir / SECRET_FILE
    if settings.accounts.secret is None and settings.on_loopback and not kept.exists():
        return "There is none yet; the first start makes one in the data folder."
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


async def _checked_backups(settings: Settings) -> Finding:
    """Whether the next one could be made; then how old the newest is."""
    folder = settings.backups.folder
    await asyncio.to_thread(_refuse_unwritable, folder)
    now = SystemClock().now()
    made_at = latest(folder, now)
    found = age_of_backup((now - made_at).total_seconds() / 3600 if made_at else None)
    if not settings.data_dir.is_dir():
        return found
    async with open_backups(settings) as backups:
        await asyncio.to_thread(backups.check_keys, settings.backups.keys)
        try:
            if found.state is not State.GOOD:
                await asyncio.to_thread(backups.check_programs)
        except ProgramMissing as error:  # no fault by itself: in the compose stack others make them
            return replace(found, sentence=f"{found.sentence} {error.message}")
    return found


def _refuse_unwritable(folder: Path) -> None:
    """By a file without a name, which is gone at once."""
    try:
        TemporaryFile(dir=_first_that_is_there(folder)).close()
    except OSError as error:
        raise BadSettings(
            f"They cannot be kept in {folder} ({error.strerror or error}); set KOTO_BACKUP_DIR to where they can."
        ) from error
