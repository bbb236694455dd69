"""What editors do with drafts from the console and over REST: read, check, save, publish, compare, translate.

All of it is done at the one `Desk`.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeVar, assert_never

from kotoserver.content.authoring import give_scene_ids, import_meanings
from kotoserver.content.coverage import Coverage, coverage_of
from kotoserver.content.desk import lint_folders
from kotoserver.content.diagnostics import Diagnostic
from kotoserver.content.drafts import compile_folders, draft_ids, pack_draft_ids, pack_scene_files
from kotoserver.content.lines import accept_lines, read_lines, write_lines
from kotoserver.content.publishing import Publication, publish_pack, publish_scene
from kotoserver.content.revisions import Revision, live_version
from kotoserver.content.saving import OpenedDraft, open_draft, save_draft
from kotoserver.content.starting import Beginning, start_scene
from kotoserver.content.tables import Imported, as_csv, as_workbook, rows_of
from kotoserver.content.text_table import CellEdit, TextTable
from kotoserver.content.versions import Difference, compare_packs, compare_scenes, history_of, revert
from kotoserver.content.vocabulary import Vocabulary, vocabulary_of
from kotoserver.domain.audit import Action
from kotoserver.domain.errors import NotFound
from kotoserver.domain.learner import Caller
from kotoserver.ports.clock import Clock
from kotoserver.services.audit import AuditService
from kotoserver.services.desk import Desk
from kotoserver.services.reloading import ReloadingService
from kotoserver.services.workbench import refuse_all_but_editors

Kind = Literal["scene", "pack"]
Answer = TypeVar("Answer")

NOTHING_UNSAVED: Mapping[str, bytes] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftFolder:
    """A scene or pack that is being worked on."""

    kind: Kind
    id: str
    files: tuple[str, ...]
    live: int | None
    """Its live version; None when it was never published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """A scene's texts with what lint has to say about the files that they stand in."""

    table: TextTable
    findings: tuple[Diagnostic, ...]


class ContentService:
    """Every method is for editors: NotAllowed code `editors_only` for anybody else.

    TooFast code `busy` when too much waits; StorageFailed when the folders cannot be written.
    """

    def __init__(
        self,
        desk: Desk,
        reloading: ReloadingService,
        audit: AuditService,
        clock: Clock,
    ) -> None:
        self._desk = desk
        self._folders = desk.folders
        self._reloading = reloading
        self._audit = audit
        self._clock = clock

    async def drafts(self, caller: Caller) -> tuple[DraftFolder, ...]:
        """Every scene and pack there is a draft of."""
        return await self._work(caller, self._drafts)

    async def open(self, caller: Caller, file: str) -> OpenedDraft:
        """A draft with the digest to save it against. NotFound code `no_such_draft`."""
        return await self._work(caller, lambda: open_draft(self._folders, file))

    async def save(self, caller: Caller, file: str, text: str, opened_digest: str) -> OpenedDraft:
        """Writes a draft. Conflict code `draft_changed` with both texts when somebody else saved meanwhile."""
        return await self._work(caller, lambda: save_draft(self._folders, file, text, opened_digest))

    async def vocabulary(self, caller: Caller) -> Vocabulary:
        """The formats of drafts, and the names of the catalogs."""
        return await self._work(caller, lambda: vocabulary_of(self._folders))

    async def start(self, caller: Caller, wanted: Beginning) -> tuple[str, ...]:
        """Begins a scene and tells its files. Conflict code `scene_exists`, BadInput code `not_in_catalog`."""
        return await self._work(caller, lambda: start_scene(self._folders, wanted))

    async def give_ids(self, caller: Caller, scene_id: str) -> tuple[str, ...]:
        """Fills in the ids that a saved draft lacks."""
        return await self._work(caller, lambda: give_scene_ids(self._folders, scene_id))

    async def lint(
        self, caller: Caller, scene_id: str | None, unsaved: Mapping[str, bytes] = NOTHING_UNSAVED
    ) -> list[Diagnostic]:
        """Every finding about a scene (or all), with files as they are in the editor's window.

        NotFound code `no_such_scene`. What did not change since the last question is not read again.
        """

        def findings() -> list[Diagnostic]:
            folders = replace(self._folders, unsaved=unsaved)
            return lint_folders(folders, scene_id, self._desk.proofreader(folders))

        return await self._work(caller, findings)

    async def publish(self, caller: Caller, kind: Kind, each: str, *, name: str, note: str) -> Revision:
        """Makes the draft the live version at once. BadInput code `draft_has_errors` with the findings."""
        publication = Publication(at=self._clock.now(), by=caller.learner_id, name=name, note=note)
        scenes, packs = self._folders.scenes, self._folders.langpacks

        def publish() -> Revision:
            match kind:
                case "scene":
                    proofreader = self._desk.proofreader(self._folders)
                    return publish_scene(scenes, packs, each, publication, proofreader)
                case "pack":
                    return publish_pack(scenes, packs, each, publication)
                case _:
                    assert_never(kind)

        revision = await self._work(caller, publish)
        await self._went_live(caller, Action.CONTENT_PUBLISHED, kind, each, revision.version)
        return revision

    async def history(self, caller: Caller, kind: Kind, each: str) -> tuple[Revision, ...]:
        """Oldest first. NotFound codes `no_such_scene`, `no_such_pack`."""
        return await self._work(caller, lambda: history_of(self._folders, kind, each))

    async def compare(self, caller: Caller, kind: Kind, each: str, before: str, after: str) -> Difference:
        """Two versions by meaning and as text; each is a number, `live` or `draft`."""
        compare = compare_scenes if kind == "scene" else compare_packs
        return await self._work(caller, lambda: compare(self._folders, each, before, after))

    async def revert(self, caller: Caller, kind: Kind, each: str, version: int, note: str) -> None:
        """Makes an older version live again. NotFound code `no_such_version`."""
        at, by = self._clock.now(), caller.learner_id
        await self._work(caller, lambda: revert(self._folders, kind, each, version, at=at, by=by, note=note))
        await self._went_live(caller, Action.CONTENT_REVERTED, kind, each, version)

    async def coverage(self, caller: Caller, scene_id: str | None) -> tuple[Coverage, ...]:
        return await self._work(caller, lambda: coverage_of(self._folders, scene_id))

    async def export(self, caller: Caller, pack_id: str, scene_id: str, *, workbook: bool) -> bytes:
        """A scene's texts as a table. NotFound codes `no_such_scene`, `no_such_pack`."""
        return await self._work(caller, lambda: self._table(pack_id, scene_id, workbook))

    async def import_table(
        self, caller: Caller, pack_id: str, scene_id: str, table: bytes, name: str, *, write: bool
    ) -> Imported:
        """Takes a translator's table back; without `write` only tells what it would change."""

        def take() -> Imported:
            return import_meanings(self._folders, pack_id, scene_id, table, name, write=write)

        return await self._work(caller, take)

    async def lines(self, caller: Caller, scene_id: str) -> Lines:
        """Every text of a scene beside its meanings. Raises as `read_lines`."""
        return await self._work(caller, lambda: self._lines(read_lines(self._folders, scene_id)))

    async def write_lines(self, caller: Caller, scene_id: str, column: str, edits: Sequence[CellEdit]) -> Lines:
        """Writes cells of one column, all or none. Raises as `write_lines` of the content."""
        return await self._work(caller, lambda: self._lines(write_lines(self._folders, scene_id, column, edits)))

    async def accept_lines(self, caller: Caller, scene_id: str, pack_id: str, ids: Collection[str]) -> Lines:
        """Notes that meanings fit the Korean as it is now. Raises as `accept_lines` of the content."""
        return await self._work(caller, lambda: self._lines(accept_lines(self._folders, scene_id, pack_id, ids)))

    def _lines(self, table: TextTable) -> Lines:
        """Only files are checked, so the answer does not wait for the evaluator; staleness is in the table."""
        files = {column.file for column in table.columns}
        found = lint_folders(self._folders, table.scene)
        return Lines(
            table=table,
            findings=tuple(each for each in found if each.file in files and each.code not in ("W11", "E19")),
        )

    async def _work(self, caller: Caller, job: Callable[[], Answer]) -> Answer:
        refuse_all_but_editors(caller)
        return await self._desk.work(job)

    async def _went_live(self, caller: Caller, action: Action, kind: Kind, each: str, version: int) -> None:
        await self._reloading.look()
        await self._audit.note(caller, action, each, kind=kind, version=str(version))

    def _drafts(self) -> tuple[DraftFolder, ...]:
        folders = self._folders
        scenes = [
            self._draft("scene", each, [folders.scenes / each / name for name in ("scene.yaml", "tests.yaml")])
            for each in draft_ids(folders.scenes)
        ]
        packs = [
            self._draft(
                "pack", each, [folders.langpacks / each / "pack.yaml", *pack_scene_files(folders.langpacks / each)]
            )
            for each in pack_draft_ids(folders.langpacks)
        ]
        return (*scenes, *packs)

    def _draft(self, kind: Kind, each: str, paths: list[Path]) -> DraftFolder:
        top = self._folders.scenes if kind == "scene" else self._folders.langpacks
        files = tuple(f"{top.name}/{path.relative_to(top).as_posix()}" for path in paths if path.is_file())
        live = live_version(history_of(self._folders, kind, each))
        return DraftFolder(kind=kind, id=each, files=files, live=live)

    def _table(self, pack_id: str, scene_id: str, workbook: bool) -> bytes:
        drafts = compile_folders(self._folders, scene_id)
        scene, pack = drafts.scenes.get(scene_id), drafts.packs.get(pack_id)
        if scene is None or scene.source is None:
            raise NotFound(f"There is no scene {scene_id} that can be read.", code="no_such_scene")
        if pack is None:
            raise NotFound(f"There is no pack {pack_id}.", code="no_such_pack")
        rows = rows_of(scene.source, pack.parts[scene_id][0] if scene_id in pack.parts else None)
        return as_workbook(rows, scene_id) if workbook else as_csv(rows)
