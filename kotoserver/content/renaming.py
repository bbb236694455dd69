"""Renames a turn, line, hint, slot, intent, NPC or ending together with everything that names it.

The scene, its tests, its layout, every pack's file of it and the packs' locks are changed by spans, so comments
and order stay. A recording that carries a line's id is named anew too.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from kotoserver.content.diagnostics import Edit, Mark, Report
from kotoserver.content.drafts import Folders, pack_draft_ids, used_ids
from kotoserver.content.edits import apply_edits
from kotoserver.content.locks import read_lock, write_lock
from kotoserver.content.source import read_document
from kotoserver.content.tree import Block, Document, Items
from kotoserver.content.writing import write_whole
from kotoserver.domain.errors import BadInput, NotFound


class Kind(StrEnum):
    TURN = "turn"
    LINE = "line"
    HINT = "hint"
    SLOT = "slot"
    INTENT = "intent"
    NPC = "npc"
    ENDING = "ending"


_PATTERNS = {Kind.LINE: r"L[0-9]{3,5}", Kind.HINT: r"H[0-9]{3,5}"}
_USUAL = r"[a-z][a-z0-9_]{0,39}"

Way = tuple[str, ...]
"""Keys from the root on, list positions left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Renamed:
    files: dict[str, bytes]
    """File -> its new content."""
    places: int
    """Where the name stood."""


def rename(folders: Folders, scene_id: str, kind: Kind, old: str, new: str) -> Renamed:
    """What the files would hold; nothing is written yet.

    NotFound code `no_such_scene` or `no_such_name`; BadInput code `bad_new_name` for a name that is taken,
    retired or no name, `unreadable_draft` when one of the files does not parse and would be left behind.
    """
    documents = _documents(folders, scene_id)
    scene = documents.get(f"{folders.scenes.name}/{scene_id}/scene.yaml")
    if scene is None:
        raise NotFound(f"There is no scene {scene_id} that can be read.", code="no_such_scene")
    _check_names(folders, scene_id, scene, kind, old, new)
    files: dict[str, bytes] = {}
    places = 0
    for file, document in documents.items():
        edits = list(_edits(document, kind, old, new))
        if edits:
            places += len(edits)
            files[file] = apply_edits("\n".join(document.lines), edits).encode()
    if kind is Kind.TURN:
        files |= _layout(folders, scene_id, old, new)
    return Renamed(files=files, places=places)


def write_renamed(folders: Folders, scene_id: str, renamed: Renamed, kind: Kind, old: str, new: str) -> None:
    """Writes the files, and what hangs on the name beside them: locks and recordings."""
    for file, content in renamed.files.items():
        write_whole(folders.path_of(file), content)
    for pack_id in pack_draft_ids(folders.langpacks):
        _rename_in_lock(folders, pack_id, scene_id, kind, old, new)
    if kind is Kind.LINE:
        for recording in sorted((folders.scenes / scene_id / "audio").glob(f"{old}.*")):
            recording.rename(recording.with_stem(new))


def _documents(folders: Folders, scene_id: str) -> dict[str, Document]:
    scene, tests = (f"{folders.scenes.name}/{scene_id}/{name}.yaml" for name in ("scene", "tests"))
    packs = pack_draft_ids(folders.langpacks)
    files = [scene, tests, *(f"{folders.langpacks.name}/{pack}/scenes/{scene_id}.yaml" for pack in packs)]
    found: dict[str, Document] = {}
    for file in files:
        path = folders.path_of(file)
        if not path.is_file():
            continue
        report = Report()
        document = read_document(path.read_bytes(), file, report)
        if document is None:
            raise BadInput(f"{file} cannot be read: {report.diagnostics[0]}", code="unreadable_draft")
        found[file] = document
    return found


def _check_names(folders: Folders, scene_id: str, scene: Document, kind: Kind, old: str, new: str) -> None:
    names = set(_defined(scene.root, kind))
    if old not in names:
        raise NotFound(f"The scene {scene_id} has no {kind.value} {old}.", code="no_such_name")
    if not re.fullmatch(_PATTERNS.get(kind, _USUAL), new):
        raise BadInput(f"`{new}` cannot be the id of a {kind.value}.", code="bad_new_name")
    retired = used_ids(folders.scenes / scene_id) if kind in _PATTERNS else frozenset()
    if new in names | retired or new in ("again", "finish", "shortcuts"):
        raise BadInput(f"`{new}` is taken, or was used before.", code="bad_new_name")


def _defined(root: Block, kind: Kind) -> Iterator[str]:
    by_key = kind in (Kind.SLOT, Kind.INTENT, Kind.NPC)
    return (text for way, _, text, is_key in _places(root) if is_key == by_key and _defines(kind, way))


def _defines(kind: Kind, way: Way) -> bool:
    match kind:
        case Kind.TURN:
            return way == ("turns", "id")
        case Kind.ENDING:
            return way == ("endings", "id")
        case Kind.LINE:
            return way[-1] == "id" and way[-2:-1] in (("npc",), ("say",), ("model",))
        case Kind.HINT:
            return way[-2:] == ("hints", "id")
        case Kind.SLOT:
            return len(way) == 2 and way[0] == "slots" and way[1] != "shortcuts"
        case Kind.INTENT:
            return len(way) == 4 and way[:3] == ("turns", "learner", "expect")
        case Kind.NPC:
            return len(way) == 2 and way[0] == "npcs"


def _edits(document: Document, kind: Kind, old: str, new: str) -> Iterator[Edit]:
    tests = document.root.get("schema") == "scene-tests/1"
    pack = document.root.get("schema") == "langpack-scene/1"
    names = _pack_way if pack else _tests_way if tests else _scene_way
    for way, mark, text, is_key in _places(document.root):
        if text == old and names(kind, way, is_key):
            yield from document.rewritten(mark, new)
        elif (
            kind is Kind.SLOT and not is_key and (way[-1] == "ko" or way[:1] == ("lines",)) and f"{{{old}" in text
        ):
            end = document.ends.get(mark)
            if end is not None:
                raw = document.text_between(mark, end)
                changed = re.sub(rf"\{{{old}(?=[|}}])", f"{{{new}", raw)
                if changed != raw:
                    yield Edit(mark, end, changed)


def _places(value: object, way: Way = ()) -> Iterator[tuple[Way, Mark, str, bool]]:
    """Every key and every text with its place."""
    match value:
        case Block():
            for key, inner in value.items():
                yield (*way, key), value.key_marks[key], key, True
                if isinstance(inner, str):
                    yield (*way, key), value.value_marks[key], inner, False
                yield from _places(inner, (*way, key))
        case Items():
            for mark, inner in zip(value.marks, value, strict=True):
                if isinstance(inner, str):
                    yield way, mark, inner, False
                yield from _places(inner, way)


def _scene_way(kind: Kind, way: Way, is_key: bool) -> bool:
    """Whether what stands there in a scene is the name of such a thing."""
    if is_key:
        match kind:
            case Kind.SLOT:
                own = way[0] == "slots" and (len(way) == 2 or (len(way) == 4 and way[1] == "shortcuts"))
                return own or (len(way) > 2 and way[-2] in ("slot", "set") and way[0] == "turns")
            case Kind.INTENT | Kind.NPC:
                return _defines(kind, way)
            case _:
                return False
    match kind:
        case Kind.TURN:
            return _defines(kind, way) or way == ("start",) or way[-2:] == ("then", "go")
        case Kind.LINE:
            return _defines(kind, way) or way[-1] == "use"
        case Kind.HINT:
            return _defines(kind, way)
        case Kind.SLOT:
            return way[-1] in ("needs", "may_have", "has", "missing")
        case Kind.INTENT:
            return way[-2:] == ("when", "intent")
        case Kind.NPC:
            return way[-1] == "by"
        case Kind.ENDING:
            return _defines(kind, way) or way == ("limits", "ending")


def _tests_way(kind: Kind, way: Way, is_key: bool) -> bool:
    if is_key:
        return kind is Kind.SLOT and way[-2:-1] in (("given",), ("slots",))
    match kind:
        case Kind.TURN:
            return way in (("say", "turn"), ("say", "expect", "go"), ("play", "visits"))
        case Kind.LINE:
            return way == ("say", "expect", "says")
        case Kind.SLOT:
            return way == ("say", "expect", "missing")
        case Kind.INTENT:
            return way == ("say", "expect", "intent")
        case Kind.ENDING:
            return way == ("play", "ends")
        case _:
            return False


def _pack_way(kind: Kind, way: Way, is_key: bool) -> bool:
    tables = {
        Kind.TURN: ("goals",),
        Kind.LINE: ("lines", "notes"),
        Kind.HINT: ("hints",),
        Kind.SLOT: ("slots", "slot_names", "slot_questions"),
    }
    return is_key and len(way) == 2 and way[0] in tables.get(kind, ())


def _layout(folders: Folders, scene_id: str, old: str, new: str) -> dict[str, bytes]:
    """`layout.json` holds positions by turn; it belongs to the console alone, so its order does not matter."""
    path = folders.scenes / scene_id / "layout.json"
    try:
        layout = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    turns = layout.get("turns") if isinstance(layout, dict) else None
    if not isinstance(turns, dict) or old not in turns:
        return {}
    layout["turns"] = {new if turn == old else turn: place for turn, place in turns.items()}
    file = f"{folders.scenes.name}/{scene_id}/layout.json"
    return {file: (json.dumps(layout, ensure_ascii=False, indent=1) + "\n").encode()}


def _rename_in_lock(folders: Folders, pack_id: str, scene_id: str, kind: Kind, old: str, new: str) -> None:
    folder = folders.langpacks / pack_id
    lock = read_lock(folder)

    def key(scene: str, table: str, each: str) -> str:
        if scene != scene_id or not _pack_way(kind, (table, each), True):
            return each
        if table == "slots":
            slot, _, value = each.partition(".")
            return f"{new}.{value}" if slot == old else each
        return new if each == old else each

    renamed = {(scene, table, key(scene, table, each)): entry for (scene, table, each), entry in lock.items()}
    if renamed.keys() != lock.keys():
        write_lock(folder, renamed)
