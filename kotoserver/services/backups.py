"""Backups: the database, scenes, packs and kept recordings in one file that is whole or is not there.

    koto-20261128T070000Z.tar.gz[.age]
        manifest.json           what follows, each with its SHA-256
        database.sqlite3 | database.pgdump
        scenes/… langpacks/…    as they lie in their folders
        blobs/…                 recordings that learners agreed to keep, where they lie in files

Speech that was synthesised is not in it: it is made again. A backup is written under another name, read back and
held against its digests, and only then gets its own.
"""

import asyncio
import fcntl
import hashlib
import os
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import IO, Any, BinaryIO

from pydantic import TypeAdapter

from kotoserver import __version__
from kotoserver.domain.backup import FORMAT, Manifest, to_throw_away
from kotoserver.domain.errors import BadSettings, Conflict, NotFound, StorageFailed
from kotoserver.domain.recording import ALL_RECORDINGS
from kotoserver.ports.blobs import BlobStore
from kotoserver.ports.clock import Clock
from kotoserver.ports.dumps import DatabaseDumps

MANIFEST = "manifest.json"
BLOBS = "blobs"
_PREFIX = "koto-"
_ENDINGS = (".tar.gz", ".tar.gz.age")
_STAMP = "%Y%m%dT%H%M%SZ"
_WORKPLACE = ".working-"
_OTHER_KEY = "No matching keys"
"""In what age says of a backup that was made for somebody else; anything else is damage."""
_PIECE = 1 << 20
_AHEAD = timedelta(hours=1)
"""A backup that is younger than this much before its time was made by a clock that was wrong."""
_MANIFEST = TypeAdapter(Manifest)

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    path: Path
    made_at: datetime
    size: int
    """Bytes."""

    @property
    def encrypted(self) -> bool:
        return self.path.name.endswith(".age")


class BackupService:
    def __init__(
        self,
        folder: Path,
        *,
        dumps: DatabaseDumps,
        blobs: BlobStore,
        blobs_inside: bool,
        trees: Mapping[str, Path],
        clock: Clock,
    ) -> None:
        """`trees`: name in the backup -> folder of authored files. `blobs_inside`: recordings are copied, too."""
        self._folder = folder
        self._dumps = dumps
        self._blobs = blobs
        self._blobs_inside = blobs_inside
        self._trees = trees
        self._clock = clock

    # ── making ───────────────────────────────────────────────────────────────────────────────

    async def make(self, recipients: Sequence[str] = (), tell: Progress = lambda step: None) -> Backup:
        """A new backup, readable only by the holders of the `recipients`' keys (age) where any are named.

        Raises StorageFailed, and BadSettings when it cannot be written or encrypted; then nothing is left.
        """
        _check_recipients(recipients)
        now = self._clock.now().astimezone(UTC).replace(microsecond=0)
        ending = _ENDINGS[bool(recipients)]
        with _workplace(self._folder) as work:
            stage, packed = work / "stage", work / f"packed{_ENDINGS[0]}"
            stage.mkdir()
            tell("the database")
            await asyncio.to_thread(self._dumps.dump, stage / self._dumps.name)
            migrations = await asyncio.to_thread(self._dumps.migrations)
            tell("recordings")
            blobs = {info.key: info.size async for info in self._blobs.list(ALL_RECORDINGS)}
            if self._blobs_inside:
                await self._copy_blobs(blobs, stage)
            tell("the archive")
            await asyncio.to_thread(self._copy_authored, stage)
            await asyncio.to_thread(self._pack, packed, stage, blobs, migrations, now)
            tell("reading it back")
            await asyncio.to_thread(_verify, packed)
            sealed = await asyncio.to_thread(_encrypt, packed, recipients) if recipients else packed
            path = self._folder / f"{_PREFIX}{now:{_STAMP}}{ending}"
            await asyncio.to_thread(_put, sealed, path)
        return Backup(path=path, made_at=now, size=path.stat().st_size)

    def check_keys(self, recipients: Sequence[str]) -> None:
        """BadSettings when no backup can be made for these keys."""
        _check_recipients(recipients)

    def check_programs(self) -> None:
        """BadSettings when a program is missing that makes backups."""
        self._dumps.check()

    async def _copy_blobs(self, keys: Iterable[str], stage: Path) -> None:
        for key in keys:
            content = await self._blobs.get(key)
            if content is not None:  # one that was forgotten meanwhile is no loss
                await asyncio.to_thread(_write, stage / BLOBS / key, content)

    def _copy_authored(self, stage: Path) -> None:
        """Copied first, since editors go on saving: the digest is to be that of what is packed."""
        for name, tree in self._trees.items():
            shutil.copytree(tree, stage / name, ignore=_passing, ignore_dangling_symlinks=True)

    def _pack(
        self, packed: Path, stage: Path, blobs: Mapping[str, int], migrations: Sequence[str], now: datetime
    ) -> None:
        members = {path.relative_to(stage).as_posix(): path for path in sorted(stage.rglob("*")) if path.is_file()}
        manifest = Manifest(
            format=FORMAT,
            version=__version__,
            made_at=now,
            database=self._dumps.name,
            migrations=tuple(migrations),
            files={name: _digest(path) for name, path in members.items()},
            blobs=blobs,
            blobs_inside=self._blobs_inside,
        )
        head = packed.with_name(MANIFEST)
        head.write_bytes(_MANIFEST.dump_json(manifest, indent=1))
        with tarfile.open(packed, "w:gz", compresslevel=6) as archive:
            for name, path in {MANIFEST: head, **members}.items():
                archive.add(path, name, recursive=False)

    # ── keeping ──────────────────────────────────────────────────────────────────────────────

    def list(self) -> Sequence[Backup]:
        """Those that were finished, newest first."""
        found = [_backup(path) for path in self._folder.glob(f"{_PREFIX}*")] if self._folder.is_dir() else []
        return sorted(filter(None, found), key=lambda each: each.made_at, reverse=True)

    def rotate(self) -> Sequence[Path]:
        """Throws away what is past its time; never the newest. What was thrown away."""
        by_name = {each.path.name: each for each in self.list()}
        gone = to_throw_away({name: each.made_at for name, each in by_name.items()}, self._clock.now())
        for name in gone:
            by_name[name].path.unlink(missing_ok=True)
        return [by_name[name].path for name in gone]

    # ── reading ──────────────────────────────────────────────────────────────────────────────

    def verify(self, path: Path, identity: Path | None = None) -> Manifest:
        """Reads the whole backup and holds every file against its digest. StorageFailed code `backup_damaged`."""
        with _opened(path, identity) as plain:
            return _verify(plain)

    async def restore(
        self,
        path: Path,
        *,
        identity: Path | None = None,
        content: Path | None = None,
        tell: Progress = lambda step: None,
    ) -> Manifest:
        """Fills the empty database and the blob store; authored files go below `content`, where one is given.

        Nothing is touched before the whole backup was read and found good. BadSettings code `other_database` for a
        dump of the other kind of database; Conflict code `not_empty`.
        """
        with _opened(path, identity) as plain, _workplace(_writable(self._folder)) as work:
            tell("reading the backup")
            manifest = await asyncio.to_thread(_verify, plain)
            if manifest.database != self._dumps.name:
                raise BadSettings(
                    f"The backup holds {manifest.database}, and DATABASE_URL names a database for "
                    f"{self._dumps.name}; name one of the same kind.",
                    code="other_database",
                )
            self._refuse_newer(manifest)
            if content is not None and await asyncio.to_thread(_has_something, content):
                raise Conflict(
                    f"There is something in {content} already; name an empty folder.",
                    code="not_empty",
                    retryable=False,
                )
            await asyncio.to_thread(_unpack, plain, work)
            tell("the database")
            await asyncio.to_thread(self._dumps.restore, work / manifest.database)
            tell("recordings")
            for key in manifest.blobs if manifest.blobs_inside else ():
                await self._put_blob(work / BLOBS / key, key)
            if content is not None:
                tell("scenes and packs")
                for name in self._trees:
                    if (work / name).is_dir():
                        await asyncio.to_thread(_move, work / name, content / name)
        return manifest

    async def _put_blob(self, place: Path, key: str) -> None:
        if await asyncio.to_thread(place.is_file):
            await self._blobs.put_stream(key, _pieces(place), "application/octet-stream")

    def write_dump(self, path: Path, target: BinaryIO, identity: Path | None = None) -> Manifest:
        """The database of a backup that was read and found good, for programs elsewhere. Raises as `restore`."""
        with _opened(path, identity) as plain:
            manifest = _verify(plain)
            self._refuse_newer(manifest)
            with tarfile.open(plain, "r:gz") as archive:
                shutil.copyfileobj(_member(archive, archive.getmember(manifest.database)), target, _PIECE)
        target.flush()
        return manifest

    def write_dump_of(self, source: BinaryIO, target: BinaryIO) -> Manifest:
        """As `write_dump`, of a backup that comes through a pipe."""
        with _workplace(_writable(self._folder)) as work:
            packed = work / f"given{_ENDINGS[0]}"
            with packed.open("wb") as file:
                shutil.copyfileobj(source, file, _PIECE)
            return self.write_dump(packed, target)

    def _refuse_newer(self, manifest: Manifest) -> None:
        unknown = self._dumps.too_new(manifest.migrations)
        if unknown is not None:
            raise BadSettings(
                f"This backup was made by a newer version ({manifest.version}), whose database has "
                f"{unknown}.sql; restore it with that version."
            )

    async def missing_blobs(self, manifest: Manifest) -> Sequence[str]:
        """Keys that the backup knew and the object store does not have."""
        return [key for key in manifest.blobs if await self._blobs.stat(key) is None]


def latest(folder: Path, now: datetime) -> datetime | None:
    """When the newest finished backup in the folder was made; None when there is none.

    One from the future, which a wrong clock made, would pass for fresh until that day: it does not count.
    """
    return max((each for each in made_at_times(folder) if each <= now + _AHEAD), default=None)


def made_at_times(folder: Path) -> Sequence[datetime]:
    """When the finished backups in the folder were made, as their names say; a look at the names alone."""
    return [found.made_at for path in folder.glob(f"{_PREFIX}*") if (found := _backup(path))]


def _backup(path: Path) -> Backup | None:
    ending = next((each for each in _ENDINGS if path.name.endswith(each)), None)
    if ending is None:
        return None
    try:
        made_at = datetime.strptime(path.name[len(_PREFIX) : -len(ending)], _STAMP).replace(tzinfo=UTC)
        return Backup(path=path, made_at=made_at, size=path.stat().st_size)
    except (ValueError, FileNotFoundError):
        return None


@contextmanager
def _workplace(folder: Path) -> Iterator[Path]:
    """A folder beside the backups, on the same disk, which is gone afterwards. BadSettings when it cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _sweep(folder)
        place = tempfile.TemporaryDirectory(prefix=_WORKPLACE, dir=folder)
    except OSError as error:
        raise BadSettings(f"Backups cannot be kept in {folder}: {error.strerror or error}.") from error
    try:
        with place as work, _held(Path(work)):
            yield Path(work)
    except OSError as error:
        raise StorageFailed(f"The backup could not be written or read: {error.strerror or error}.") from error


def _writable(folder: Path) -> Path:
    """The folder, or the system's own for what is temporary: backups may lie on a disk that takes no writes."""
    there = next((each for each in (folder, *folder.parents) if each.is_dir()), folder)
    return folder if os.access(there, os.W_OK) else Path(tempfile.gettempdir()) / "koto-restore"


@contextmanager
def _held(work: Path) -> Iterator[bool]:
    """Whether the folder could be held; it is let go at the end, or when this process dies.

    Some network disks have no such locks: nothing is held there.
    """
    descriptor = os.open(work, os.O_RDONLY)
    try:
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield True
            return
        yield False
    finally:
        os.close(descriptor)


def _sweep(folder: Path) -> None:
    """Away with what killed programs left: a database in clear, and before long a full disk."""
    for left in folder.glob(f"{_WORKPLACE}*"):
        with suppress(OSError), _held(left) as ours:  # one that is at work right now holds its own
            if ours:
                shutil.rmtree(left)


def _passing(folder: str, names: list[str]) -> set[str]:
    """What is no part of the content: halves of files that are being saved, and links that lead elsewhere."""
    return {name for name in names if name.endswith(".part") or Path(folder, name).is_symlink()}


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _put(sealed: Path, path: Path) -> None:
    """The finished file under its own name, safe on the disk."""
    with sealed.open("rb") as file:
        os.fsync(file.fileno())
    sealed.chmod(0o600)
    sealed.replace(path)


def _verify(packed: Path) -> Manifest:
    """The manifest, once every file was read to its end. StorageFailed code `backup_damaged`."""
    try:
        with tarfile.open(packed, "r:gz") as archive:
            first = archive.next()
            if first is None or first.name != MANIFEST:
                raise _damaged(packed, "it does not begin with a manifest")
            manifest = _MANIFEST.validate_json(_member(archive, first).read())
            found = {
                member.name: _stream_digest(_member(archive, member)) for member in archive if member.isfile()
            }
    except (tarfile.TarError, zlib.error, EOFError, OSError, ValueError) as error:
        raise _damaged(packed, type(error).__name__) from error
    if manifest.format != FORMAT:
        raise BadSettings(f"This backup was made by a newer version ({manifest.version}); restore it with that.")
    found.pop(MANIFEST, None)
    wrong = sorted(
        name for name in manifest.files.keys() | found.keys() if manifest.files.get(name) != found.get(name)
    )
    if wrong:
        raise _damaged(packed, f"{wrong[0]} is missing or changed")
    return manifest


def _has_something(folder: Path) -> bool:
    return any(folder.glob("*"))


def _unpack(packed: Path, work: Path) -> None:
    """Files alone, none of them outside the folder. `extractall` has no filter for that before Python 3.11.4, and
    Debian 12 has 3.11.2.
    """
    with tarfile.open(packed, "r:gz") as archive:
        for member in filter(tarfile.TarInfo.isfile, archive):
            path = work / member.name
            with _member(archive, member) as content:
                path.parent.mkdir(parents=True, exist_ok=True)
                with path.open("wb") as file:
                    shutil.copyfileobj(content, file)


def _member(archive: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    if PurePosixPath(member.name).is_absolute() or ".." in PurePosixPath(member.name).parts:
        raise tarfile.TarError("a name leads out of the backup")
    content = archive.extractfile(member)
    if content is None:
        raise tarfile.TarError("a member is no file")
    return content


def _damaged(path: Path, why: str) -> StorageFailed:
    return StorageFailed(
        f"The backup {path.name} is damaged: {why}. Take another one.", code="backup_damaged", retryable=False
    )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return _stream_digest(file)


def _stream_digest(file: IO[bytes] | BinaryIO) -> str:
    digest = hashlib.sha256()
    while piece := file.read(_PIECE):
        digest.update(piece)
    return digest.hexdigest()


def _move(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    source.replace(target)


async def _pieces(place: Path) -> AsyncIterator[bytes]:
    with await asyncio.to_thread(place.open, "rb") as file:
        while piece := await asyncio.to_thread(file.read, _PIECE):
            yield piece


# ── encryption ───────────────────────────────────────────────────────────────────────────────


def _check_recipients(recipients: Sequence[str]) -> None:
    if recipients:
        age = _age()
        for each in recipients:
            try:
                age.x25519.Recipient.from_str(each)
            except age.RecipientError as error:
                raise BadSettings(f"{each} is no public key of age; it begins with `age1`.") from error


def _encrypt(packed: Path, recipients: Sequence[str]) -> Path:
    age = _age()
    sealed = packed.with_name(f"{packed.name}.age")
    age.encrypt_file(str(packed), str(sealed), [age.x25519.Recipient.from_str(each) for each in recipients])
    return sealed


@contextmanager
def _opened(path: Path, identity: Path | None) -> Iterator[Path]:
    """The backup in clear. NotFound code `no_such_backup`; BadSettings when the key is missing or another."""
    if not path.is_file():
        raise NotFound(f"There is no backup at {path}.", code="no_such_backup")
    if not path.name.endswith(".age"):
        yield path
        return
    if identity is None:
        raise BadSettings(f"{path.name} is encrypted; name the file of the private key with --identity.")
    age = _age()
    with tempfile.TemporaryDirectory(prefix="koto-backup-") as work:
        plain = Path(work) / path.name.removesuffix(".age")
        own = _identities(identity)
        try:
            age.decrypt_file(str(path), str(plain), own)
        except age.DecryptError as error:
            if _OTHER_KEY not in str(error):
                raise _damaged(path, str(error).rstrip(".")) from error
            raise BadSettings(f"{path.name} was encrypted to another key than that in {identity}.") from error
        except OSError as error:
            if error.errno is None:  # age's own word for a file that ends too early
                raise _damaged(path, str(error).rstrip(".")) from error
            raise StorageFailed(f"{path.name} could not be decrypted: {error.strerror}.") from error
        yield plain


def _identities(file: Path) -> list[Any]:
    """The private keys in the file. BadSettings when there is none."""
    age = _age()
    try:
        lines = [line.strip() for line in file.read_text("utf-8").splitlines()]
        own = [age.x25519.Identity.from_str(each) for each in lines if each.startswith("AGE-SECRET-KEY-")]
    except OSError as error:
        raise BadSettings(f"The private key {file} cannot be read ({error.strerror}).") from error
    except (age.IdentityError, UnicodeDecodeError) as error:
        raise BadSettings(f"{file} is no file of a private key of age.") from error
    if not own:
        raise BadSettings(f"{file} holds no private key of age; its line begins with `AGE-SECRET-KEY-`.")
    return own


def _age() -> Any:
    """The module. BadSettings when it is not installed."""
    try:
        import pyrage  # an optional extra
    except ModuleNotFoundError as error:
        raise BadSettings("Encrypting backups needs a package: pip install 'kotoserver[backup]'.") from error
    return pyrage
