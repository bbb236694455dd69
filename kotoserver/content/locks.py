"""What a translation or a recording was made for: a digest of the Korean beside one of the meaning.

`langpacks/<id>/.lock.json` holds, for every text of a pack, the Korean and the meaning as they were last
accepted together. Korean that changed while the meaning did not is a stale meaning; a meaning that changed too
was seen by its translator. `scenes/<id>/audio/.lock.json` holds the words that each recording speaks.
"""

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kotoserver.content.writing import write_whole
from kotoserver.domain.errors import ContentBroken

LOCK_FILE = ".lock.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A text and its meaning as somebody found them to belong together, as digests."""

    korean: str
    meaning: str

    def is_stale(self, korean: str, meaning: str) -> bool:
        """Whether the Korean has changed since and the meaning has not."""
        return digest_of(korean) != self.korean and digest_of(meaning) == self.meaning


TextId = tuple[str, str, str]
"""Scene, table of the pack, and id: `("cafe", "lines", "L010")`."""


def digest_of(text: str) -> str:
    """Short, and the same for the same words however they were typed."""
    return hashlib.sha256(unicodedata.normalize("NFC", text.strip()).encode()).hexdigest()[:16]


def accepted_now(korean: str, meaning: str) -> Accepted:
    return Accepted(korean=digest_of(korean), meaning=digest_of(meaning))


def read_lock(folder: Path) -> dict[TextId, Accepted]:
    """Empty for a pack that has none. ContentBroken for one that cannot be read: whoever wrote over it would
    call every stale meaning right."""
    path = folder / LOCK_FILE
    try:
        read = json.loads(path.read_text("utf-8"))
        return {
            (scene, table, each): Accepted(korean=str(digests["ko"]), meaning=str(digests["meaning"]))
            for scene, tables in read.items()
            for table, entries in tables.items()
            for each, digests in entries.items()
        }
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, AttributeError, TypeError, KeyError, RecursionError) as error:
        raise ContentBroken(
            f"{folder.name}/{LOCK_FILE} cannot be read; restore it, or delete it and accept the meanings again."
        ) from error


def readable_lock(folder: Path) -> dict[TextId, Accepted]:
    """The same for those who only look: with one that cannot be read, nothing is known to be stale."""
    try:
        return read_lock(folder)
    except ContentBroken:
        return {}


def write_lock(folder: Path, accepted: Mapping[TextId, Accepted]) -> None:
    """One line for each text, in order, so that two people's changes merge."""
    scenes: dict[str, dict[str, dict[str, str]]] = {}
    for (scene, table, each), entry in sorted(accepted.items()):
        row = json.dumps({"ko": entry.korean, "meaning": entry.meaning})
        scenes.setdefault(scene, {}).setdefault(table, {})[each] = row
    text = "{\n" + ",\n".join(_scene_text(scene, tables) for scene, tables in scenes.items()) + "\n}\n"
    write_whole(folder / LOCK_FILE, text.encode())


def _scene_text(scene: str, tables: Mapping[str, Mapping[str, str]]) -> str:
    inner = ",\n".join(
        f"  {json.dumps(table)}: {{\n"
        + ",\n".join(f"   {json.dumps(each, ensure_ascii=False)}: {row}" for each, row in entries.items())
        + "\n  }"
        for table, entries in tables.items()
    )
    return f" {json.dumps(scene)}: {{\n{inner}\n }}"


def read_recordings(folder: Path) -> dict[str, str | None]:
    """Line -> digest of the words that its recording speaks; None when nobody has accepted it yet."""
    audio = folder / "audio"
    if not audio.is_dir():
        return {}
    spoken = _read(audio / LOCK_FILE)
    return {
        path.stem: spoken.get(path.stem)
        for path in sorted(audio.iterdir())
        if path.suffix in (".wav", ".flac", ".mp3", ".ogg", ".opus", ".m4a")
    }


def accept_recordings(folder: Path, korean: Mapping[str, str]) -> tuple[str, ...]:
    """Takes every recording in the folder to speak the words as they are now; the ids of those lines."""
    spoken = {line_id: digest_of(korean[line_id]) for line_id in read_recordings(folder) if line_id in korean}
    if spoken:
        write_whole(folder / "audio" / LOCK_FILE, (json.dumps(spoken, indent=1, sort_keys=True) + "\n").encode())
    return tuple(spoken)


def _read(path: Path) -> dict[str, Any]:
    try:
        read = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return read if isinstance(read, dict) else {}
