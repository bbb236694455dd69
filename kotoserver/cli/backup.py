"""`kotoserver backup …` and `kotoserver restore …`."""

import argparse
import asyncio
import sys
from contextlib import nullcontext, redirect_stdout
from pathlib import Path

from kotoserver.bootstrap.upkeep import migrate_database, open_backups
from kotoserver.domain.errors import NotFound
from kotoserver.domain.events import timestamp
from kotoserver.services.backups import Backup, Progress
from kotoserver.settings import Settings

MAKE = """\
Writes the database, scenes, packs and recordings that learners agreed to keep into one file in
KOTO_BACKUP_DIR, while the server goes on. The file is read back and held against its digests before it
gets its name. Then backups older than 7 days are thrown away, never the newest.

Postgres is dumped by pg_dump, which must not be older than the server. Where recordings are in an object
store, the backup lists them, and the store wants a backup of its own.
"""
RESTORE = """\
Fills an empty database, and the recordings where they lie in files, from a backup. Everything is read
and held against its digests first, so a damaged backup changes nothing. The database is then brought up
to date for this version.
"""
EXAMPLES = """\
examples:
  kotoserver backup make
  kotoserver backup make --encrypt-to age1q7u5xvz…
  kotoserver backup list
  kotoserver backup verify koto-20261128T070000Z.tar.gz
  kotoserver restore koto-20261128T070000Z.tar.gz --content /srv/koto-restored
"""


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    backup = commands.add_parser(
        "backup",
        help="make and look after backups",
        description="Backups in KOTO_BACKUP_DIR.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    backup.set_defaults(parser=backup)
    jobs = backup.add_subparsers(title="commands", metavar="COMMAND")
    make = jobs.add_parser(
        "make", help="make one", description=MAKE, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    make.add_argument(
        "--encrypt-to",
        metavar="KEY",
        action="append",
        default=[],
        help="public key of age; only its holder can read the backup (else those of KOTO_BACKUP_KEYS)",
    )
    make.add_argument(
        "--dump",
        metavar="-",
        choices=["-"],
        help="take the dump of Postgres that comes by standard input, as ops/backup/compose-backup does",
    )
    make.add_argument("--quiet", action="store_true", help="say nothing unless something is wrong, as for cron")
    make.set_defaults(run=_make)
    listed = jobs.add_parser("list", help="those that there are, newest first")
    listed.set_defaults(run=_list)
    verify = jobs.add_parser("verify", help="read a whole backup and hold every file against its digest")
    _names_backup(verify)
    verify.set_defaults(run=_verify)

    dump = jobs.add_parser(
        "dump",
        help="write the database of a backup to standard output",
        description="Reads the whole backup first, and then writes its database to standard output, for a "
        "pg_restore elsewhere: ops/backup/compose-restore. With - the backup comes by standard input.",
    )
    _names_backup(dump)
    dump.set_defaults(run=_dump)

    restore = commands.add_parser(
        "restore",
        help="fill an empty database from a backup",
        description=RESTORE,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _names_backup(restore)
    restore.add_argument("--content", type=Path, metavar="FOLDER", help="put scenes and packs there, too")
    restore.set_defaults(run=_restore)


def _names_backup(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("backup", metavar="FILE", type=Path, help="a path, or a name in KOTO_BACKUP_DIR")
    parser.add_argument("--identity", type=Path, metavar="FILE", help="private key of age, for an encrypted one")


def _make(chosen: argparse.Namespace) -> int:
    settings = Settings.from_environ()
    keys = chosen.encrypt_to or list(settings.backups.keys)
    with redirect_stdout(None) if chosen.quiet else nullcontext():
        asyncio.run(_made(settings, keys, _say_nothing if chosen.quiet else _tell, given=bool(chosen.dump)))
    return 0


async def _made(settings: Settings, keys: list[str], tell: Progress, *, given: bool) -> None:
    async with open_backups(settings, sys.stdin.buffer if given else None) as backups:
        made = await backups.make(keys, tell)
        print(_line(made))
        for gone in backups.rotate():
            print(f"thrown away: {gone.name}")


def _list(chosen: argparse.Namespace) -> int:
    asyncio.run(_listed(Settings.from_environ()))
    return 0


async def _listed(settings: Settings) -> None:
    async with open_backups(settings) as backups:
        for each in backups.list():
            print(_line(each))


def _verify(chosen: argparse.Namespace) -> int:
    asyncio.run(_verified(Settings.from_environ(), chosen.backup, chosen.identity))
    return 0


async def _verified(settings: Settings, named: Path, identity: Path | None) -> None:
    async with open_backups(settings) as backups:
        manifest = await asyncio.to_thread(backups.verify, _found(settings, named), identity)
    print(f"good: made {timestamp(manifest.made_at)} by {manifest.version}, {len(manifest.files)} files")


def _dump(chosen: argparse.Namespace) -> int:
    asyncio.run(_dumped(Settings.from_environ(), chosen.backup, chosen.identity))
    return 0


async def _dumped(settings: Settings, named: Path, identity: Path | None) -> None:
    async with open_backups(settings) as backups:
        if str(named) == "-":
            await asyncio.to_thread(backups.write_dump_of, sys.stdin.buffer, sys.stdout.buffer)
        else:
            await asyncio.to_thread(backups.write_dump, _found(settings, named), sys.stdout.buffer, identity)


def _restore(chosen: argparse.Namespace) -> int:
    return asyncio.run(_restored(Settings.from_environ(), chosen.backup, chosen.identity, chosen.content))


async def _restored(settings: Settings, named: Path, identity: Path | None, content: Path | None) -> int:
    async with open_backups(settings) as backups:
        manifest = await backups.restore(_found(settings, named), identity=identity, content=content, tell=_tell)
        missing = [] if manifest.blobs_inside else await backups.missing_blobs(manifest)
    await migrate_database(settings)
    print(f"restored what was there at {timestamp(manifest.made_at)}")
    if missing:
        print(f"{len(missing)} recordings are not in the object store, such as {missing[0]}", file=sys.stderr)
        return 1
    return 0


def _found(settings: Settings, named: Path) -> Path:
    """The path as given, or below the folder of backups. NotFound code `no_such_backup`."""
    for candidate in (named, settings.backups.folder / named):
        if candidate.is_file():
            return candidate
    raise NotFound(f"There is no backup {named}; `kotoserver backup list` shows them.", code="no_such_backup")


def _tell(step: str) -> None:
    print(f"… {step}", file=sys.stderr)


def _say_nothing(step: str) -> None:
    """Nobody reads along."""


def _line(backup: Backup) -> str:
    megabytes = f"{backup.size / 1e6:.1f} MB"
    return f"{backup.path}  {timestamp(backup.made_at)}  {megabytes}{'  encrypted' if backup.encrypted else ''}"
