"""Published versions of one scene or pack: immutable numbered files and an append-only history.

    versions/0001.yaml  the whole content of version 1; never changed, its hash is checked on every read
    history.yaml        one entry per publish or revert; the last entry names the live version

A version is written completely and under its final name before the history mentions it, so a crash in
between leaves a file that nobody serves and whose number is not used again.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from kotoserver.content.authored import Authored, OneOrMany, Text, read_as
from kotoserver.content.diagnostics import Report
from kotoserver.content.source import read_document
from kotoserver.content.writing import one_writer, write_new, write_whole
from kotoserver.domain.errors import Conflict, ContentBroken, NotFound

_HEAD = "# Append-only: the version of the last entry is live.\nschema: history/1\nentries:\n"


class Action(StrEnum):
    PUBLISH = "publish"
    REVERT = "revert"


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One entry of a history."""

    version: int
    action: Action
    at: datetime
    by: str
    """Who did it: an account or a login name."""
    name: str
    """A few words for the list."""
    note: str
    sha256: str
    """Of the version's file."""


class RevisionSource(Authored):
    version: Annotated[int, Field(ge=1)]
    action: Literal["publish", "revert"]
    at: Text
    by: str
    name: str
    note: str
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class HistorySource(Authored):
    schema_: Literal["history/1"] = Field(alias="schema")
    entries: OneOrMany[RevisionSource]


def read_history(folder: Path) -> tuple[Revision, ...]:
    """Oldest first, empty for something never published. ContentBroken names a history that cannot be read."""
    path = folder / "history.yaml"
    try:
        content = _read(path)
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise ContentBroken(f"{_name(path)} cannot be read: {error.strerror}.") from error
    return _read_entries(content, _name(path))


@lru_cache(maxsize=1024)
def _read_entries(content: bytes, name: str) -> tuple[Revision, ...]:
    """Kept by what the file holds, since every look at a draft asks for its history."""
    report = Report()
    document = read_document(content, name, report)
    source = read_as(HistorySource, document, report) if document else None
    if source is None:
        found = [str(each) for each in report.diagnostics]
        raise ContentBroken(f"{name} cannot be read.", details={"diagnostics": found})
    try:
        return tuple(_revision(entry) for entry in source.entries)
    except ValueError as error:
        raise ContentBroken(f"{name} holds a time that is not RFC 3339.") from error


def reason(error: ContentBroken) -> str:
    """The sentence, and the first finding where there is one."""
    found = (error.details or {}).get("diagnostics")
    return f"{error.message} {found[0]}" if isinstance(found, list) and found else error.message


def live_version(history: Sequence[Revision]) -> int | None:
    return history[-1].version if history else None


def read_version(folder: Path, history: Sequence[Revision], version: int) -> bytes:
    """The file of a published version. NotFound for a number never published, ContentBroken for a changed file."""
    entry = next((entry for entry in history if entry.version == version), None)
    if entry is None:
        raise NotFound(f"{folder.name} has no version {version}.", code="no_such_version")
    path = version_file(folder, version)
    try:
        content = _read(path)
    except OSError as error:
        raise ContentBroken(f"{_name(path)} cannot be read: {error.strerror}.") from error
    if hashlib.sha256(content).hexdigest() != entry.sha256:
        raise ContentBroken(f"{_name(path)} was changed after it was published; restore it from a backup.")
    return content


def _read(path: Path) -> bytes:
    """OSError as usual, ContentBroken for a link: what was published lies where it was published."""
    if path.is_symlink():
        raise ContentBroken(f"{_name(path)} is a link; put the file itself there.")
    return path.read_bytes()


def next_version(folder: Path, history: Sequence[Revision]) -> int:
    """The number after every number that was ever used, also by a publish that was cut short."""
    used = {entry.version for entry in history}
    used |= {int(path.stem) for path in (folder / "versions").glob("*.yaml") if path.stem.isdigit()}
    return max(used, default=0) + 1


def publish(
    folder: Path, version: int, content: bytes, *, at: datetime, by: str, name: str, note: str
) -> Revision:
    """Writes the version and makes it live. Conflict when somebody else published that number first."""
    _write_new(version_file(folder, version), content)
    revision = Revision(
        version=version,
        action=Action.PUBLISH,
        at=at.replace(microsecond=0),
        by=by,
        name=name,
        note=note,
        sha256=hashlib.sha256(content).hexdigest(),
    )
    _append(folder, revision)
    return revision


def revert(folder: Path, version: int, *, at: datetime, by: str, note: str) -> Revision:
    """Makes an older version live again by adding an entry; nothing is taken away."""
    content = read_version(folder, read_history(folder), version)
    revision = Revision(
        version=version,
        action=Action.REVERT,
        at=at.replace(microsecond=0),
        by=by,
        name=f"back to version {version}",
        note=note,
        sha256=hashlib.sha256(content).hexdigest(),
    )
    _append(folder, revision)
    return revision


def version_file(folder: Path, version: int) -> Path:
    return folder / "versions" / f"{version:04d}.yaml"


def _name(path: Path) -> str:
    """A file inside the folder of a scene or pack, as people know it: `cafe/versions/0001.yaml`."""
    return "/".join(path.parts[-3:] if path.parent.name == "versions" else path.parts[-2:])


def _revision(entry: RevisionSource) -> Revision:
    return Revision(
        version=entry.version,
        action=Action(entry.action),
        at=datetime.fromisoformat(entry.at),
        by=entry.by,
        name=entry.name,
        note=entry.note,
        sha256=entry.sha256,
    )


def _write_new(path: Path, content: bytes) -> None:
    """Never over a file that is there."""
    try:
        write_new(path, content)
    except FileExistsError as error:
        raise Conflict(f"Version {path.stem} has just been published by somebody else.") from error


def _append(folder: Path, revision: Revision) -> None:
    """Everything that stood there, and one entry more; two publishers at once both get theirs."""
    path = folder / "history.yaml"
    at = revision.at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    entry = (
        f"  - version: {revision.version}\n"
        f"    action: {revision.action.value}\n"
        f"    at: {_quoted(at)}\n"
        f"    by: {_quoted(revision.by)}\n"
        f"    name: {_quoted(revision.name)}\n"
        f"    note: {_quoted(revision.note)}\n"
        f"    sha256: {_quoted(revision.sha256)}\n"
    )
    with one_writer(folder):
        before = path.read_bytes() if path.exists() else _HEAD.encode()
        write_whole(path, before + entry.encode())


def _quoted(text: str) -> str:
    """A double-quoted scalar: JSON's strings are YAML's, once what nobody can see is gone."""
    return json.dumps("".join(each for each in text if each.isprintable()), ensure_ascii=False)
