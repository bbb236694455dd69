"""Begins a scene: a small draft that can be played as it is, and its file in every pack that it names.

What stands in `starter/` greets and says goodbye; the author goes on from there. What only the author can know is
marked with TODO in the packs, which lint finds (W25).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template

from kotoserver.content.catalogs import Catalogs, read_catalogs
from kotoserver.content.diagnostics import Report
from kotoserver.content.drafts import Folders, pack_draft_ids
from kotoserver.content.scalars import as_scalar
from kotoserver.content.writing import sync_folder, write_new
from kotoserver.domain.errors import BadInput, Conflict, ContentBroken, NotFound

STARTER = Path(__file__).parent / "starter"
FALLBACK = "en"
"""The language of a starter's meanings where it is not there in the pack's own."""
CEFR = ("A1", "A2", "B1", "B2", "C1", "C2")
"""For teachers: of TOPIK 1 to 6."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """What an author says of a scene that is not there yet."""

    scene_id: str
    title: str
    topik: int
    background: str
    """Where it plays: a name of the cue catalog."""
    packs: tuple[str, ...]
    """Languages that it is written for."""


def start_scene(folders: Folders, wanted: Beginning) -> tuple[str, ...]:
    """Writes the draft and tells the names of its files, `scene.yaml` first.

    Conflict code `scene_exists`; BadInput code `not_in_catalog`; NotFound code `no_such_pack`.
    """
    catalogs = _catalogs(folders)
    if wanted.background not in catalogs.cues.backgrounds:
        raise BadInput(f"The catalog has no background {wanted.background}.", code="not_in_catalog")
    for pack_id in wanted.packs:
        if pack_id not in pack_draft_ids(folders.langpacks):
            raise NotFound(f"There is no pack {pack_id}.", code="no_such_pack")
    files = _texts(folders, wanted, catalogs)
    taken = [file for file in files if folders.path_of(file).exists()]
    if taken or (folders.scenes / wanted.scene_id).exists():
        raise _exists(wanted.scene_id)
    # The scene itself comes last: what a crash leaves without it is no scene yet.
    for file, text in reversed(files.items()):
        _write(folders.path_of(file), text, wanted.scene_id)
    return tuple(files)


def _write(path: Path, text: str, scene_id: str) -> None:
    try:
        write_new(path, text.encode())
        sync_folder(path.parent.parent)
    except FileExistsError as error:
        raise _exists(scene_id) from error


def _exists(scene_id: str) -> Conflict:
    return Conflict(f"There is already something called {scene_id}.", code="scene_exists", retryable=False)


def _catalogs(folders: Folders) -> Catalogs:
    report = Report()
    catalogs = read_catalogs(folders.scenes, report, folders.memory)
    if catalogs is None:
        raise ContentBroken(f"The catalogs cannot be read: {report.diagnostics[0]}")
    return catalogs


def _texts(folders: Folders, wanted: Beginning, catalogs: Catalogs) -> dict[str, str]:
    """File -> its text, in the order in which they are worked on."""
    words = {
        "id": wanted.scene_id,
        "title": as_scalar(wanted.title),
        "topik": str(wanted.topik),
        "cefr": CEFR[wanted.topik - 1],
        "packs": ", ".join(wanted.packs),
        "background": wanted.background,
        "camera": next(iter(catalogs.cues.cameras)),
        "voice": next(iter(catalogs.voices.voices)),
    }
    home = f"{folders.scenes.name}/{wanted.scene_id}"
    scene = {f"{home}/{name}": _filled(STARTER / name, words) for name in ("scene.yaml", "tests.yaml")}
    packs = {
        f"{folders.langpacks.name}/{pack_id}/scenes/{wanted.scene_id}.yaml": _filled(
            _meanings(pack_id), {**words, "pack": pack_id}
        )
        for pack_id in wanted.packs
    }
    return scene | packs


def _meanings(pack_id: str) -> Path:
    own = STARTER / f"pack.{pack_id.partition('-')[2]}.yaml"
    return own if own.is_file() else STARTER / f"pack.{FALLBACK}.yaml"


def _filled(template: Path, words: Mapping[str, str]) -> str:
    return Template(template.read_text("utf-8")).substitute(words)
