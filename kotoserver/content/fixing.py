"""Mends what can be mended without asking: the edits that findings bring, each tried out before it is kept."""

import codecs
import unicodedata
from dataclasses import dataclass, replace

from kotoserver.content.desk import lint_folders
from kotoserver.content.diagnostics import Diagnostic
from kotoserver.content.drafts import Folders
from kotoserver.content.edits import apply_edits
from kotoserver.content.writing import write_whole

_UNREADABLE = ("E01", "E02", "E03", "E04")
MOST_ROUNDS = 20
"""A mended file may parse further than before and show what it hid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixed:
    findings: tuple[Diagnostic, ...]
    """What was mended, in the order in which it was."""
    files: dict[str, bytes]
    """File -> its new content."""


def fix_drafts(folders: Folders, scene_id: str | None = None) -> Fixed:
    """The safe fixes of every finding that files show by themselves; nothing is written yet."""
    mended: list[Diagnostic] = []
    files: dict[str, bytes] = {}
    hopeless: set[Diagnostic] = set()
    for _ in range(MOST_ROUNDS):
        before = replace(folders, unsaved={**folders.unsaved, **files})
        found = [each for each in lint_folders(before, scene_id) if each.fix and each not in hopeless]
        if not found:
            break
        by_file: dict[str, list[Diagnostic]] = {}
        for each in found:
            by_file.setdefault(each.file, []).append(each)
        for file, each_found in by_file.items():
            kept = _kept(before, file, each_found, scene_id)
            hopeless |= set(each_found) - set(kept)
            if kept:
                files[file] = with_fixes(_content(before, file), kept)
                mended += kept
    return Fixed(findings=tuple(mended), files=files)


def write_fixed(folders: Folders, fixed: Fixed) -> None:
    for file, content in fixed.files.items():
        write_whole(folders.path_of(file), content)


def with_fixes(content: bytes, findings: list[Diagnostic]) -> bytes:
    """The file with the edits of these findings, none of which overlap; a byte order mark stays."""
    text = unicodedata.normalize("NFC", content.decode("utf-8-sig"))
    edited = apply_edits(text, [edit for each in findings for edit in each.fix]).encode()
    return (codecs.BOM_UTF8 if content.startswith(codecs.BOM_UTF8) else b"") + edited


def _kept(folders: Folders, file: str, found: list[Diagnostic], scene_id: str | None) -> list[Diagnostic]:
    """Those whose edits mend what they should, as trying them out one by one shows."""
    content = _content(folders, file)
    kept: list[Diagnostic] = []
    for each in found:
        if any(_overlap(each, other) for other in kept):
            continue
        tried = replace(folders, unsaved={**folders.unsaved, file: with_fixes(content, [each])})
        if not any(_still_there(each, after) for after in lint_folders(tried, scene_id) if after.file == file):
            kept.append(each)
    return kept


def _still_there(finding: Diagnostic, after: Diagnostic) -> bool:
    return after.mark == finding.mark and (after.code == finding.code or after.code in _UNREADABLE)


def _overlap(one: Diagnostic, other: Diagnostic) -> bool:
    return any((a.start < b.end and b.start < a.end) or a == b for a in one.fix for b in other.fix)


def _content(folders: Folders, file: str) -> bytes:
    return folders.unsaved[file] if file in folders.unsaved else folders.path_of(file).read_bytes()
