"""Who may read and write what on this machine, as far as it matters to the server."""

import os
from collections.abc import Iterator
from pathlib import Path

from kotoserver.domain.checkup import Finding, State
from kotoserver.services.keys import FILE as SECRET_FILE
from kotoserver.settings import Settings


def examine_permissions(settings: Settings) -> list[Finding]:
    """What is open to everybody and should not be, and what the console could not write to."""
    try:
        doubts = [*_another_user(settings), *_readable_by_all(settings), *_not_writable(settings)]
    except OSError as error:
        sentence = f"They cannot be looked at ({error.strerror}); be the user whom {settings.data_dir} belongs to."
        return [Finding(about="permissions", state=State.BROKEN, sentence=sentence)]
    if doubts:
        return doubts
    sentence = "Secrets are readable by their owner alone, and what is published in the console can be written."
    return [Finding(about="permissions", state=State.GOOD, sentence=sentence)]


def _another_user(settings: Settings) -> Iterator[Finding]:
    """What root makes here the server's own user could not write to later."""
    if os.geteuid() == 0 and settings.data_dir.is_dir() and settings.data_dir.stat().st_uid != 0:
        owner = _name_of_owner(settings.data_dir)
        yield Finding(
            about="permissions",
            state=State.DOUBTFUL,
            sentence=f"This is root, and {settings.data_dir} belongs to {owner}: look again as that user, "
            f"with its settings (`runuser -u {owner} -- …`).",
        )


def _name_of_owner(path: Path) -> str:
    try:
        return path.owner()
    except KeyError:  # a user of a container, whom this machine has no name for
        return str(path.stat().st_uid)


def _readable_by_all(settings: Settings) -> Iterator[Finding]:
    for path in (settings.data_dir / SECRET_FILE, settings.data_dir / "koto.sqlite3"):
        if path.is_file() and path.stat().st_mode & 0o004 and _reachable_by_all(path.parent):
            private = path.name == SECRET_FILE
            yield Finding(
                about="permissions",
                state=State.BROKEN if private else State.DOUBTFUL,
                sentence=f"Everybody on this machine may read {path}; mend it by `chmod 600 {path}`.",
            )


def _reachable_by_all(folder: Path) -> bool:
    """Whether everybody may pass through to what lies in it."""
    return all(each.stat().st_mode & 0o001 for each in (folder, *folder.parents))


def _not_writable(settings: Settings) -> Iterator[Finding]:
    for what, folder in (("scenes", settings.scenes_dir), ("packs", settings.langpacks_dir)):
        if not os.access(folder, os.W_OK):
            yield Finding(
                about="permissions",
                state=State.DOUBTFUL,
                sentence=f"The {what} in {folder} cannot be written by this user, so the console publishes none.",
            )
