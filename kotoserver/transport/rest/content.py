"""The REST calls about drafts and their versions."""

from aiohttp import web

from kotoserver.content.starting import Beginning
from kotoserver.content.tables import MOST_BYTES
from kotoserver.domain.errors import BadInput
from kotoserver.services.content import Kind
from kotoserver.transport.rest.forms import file_chunks, form_parts, in_time
from kotoserver.transport.rest.models.content import (
    BeginningAnswer,
    CoverageAnswer,
    CoverageQuery,
    DiffAnswer,
    DiffQuery,
    DraftAnswer,
    DraftBody,
    DraftQuery,
    DraftsAnswer,
    HistoryAnswer,
    IdsAnswer,
    ImportAnswer,
    ImportQuery,
    LintAnswer,
    LintBody,
    NewSceneBody,
    PublishBody,
    RevertBody,
    RevisionAnswer,
    VocabularyAnswer,
)
from kotoserver.transport.rest.operations import Call

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


async def list_drafts(call: Call) -> DraftsAnswer:
    return DraftsAnswer.of(await call.services.content.drafts(call.caller))


async def show_draft(call: Call) -> DraftAnswer:
    query: DraftQuery = call.query
    return DraftAnswer.of(await call.services.content.open(call.caller, query.file))


async def replace_draft(call: Call) -> DraftAnswer:
    body: DraftBody = call.body
    return DraftAnswer.of(await call.services.content.save(call.caller, body.file, body.text, body.digest))


async def lint_drafts(call: Call) -> LintAnswer:
    body: LintBody = call.body
    unsaved = {file: text.encode("utf-8", "surrogatepass") for file, text in body.unsaved.items()}
    found = await call.services.content.lint(call.caller, body.scene_id, unsaved)
    return LintAnswer.of(found, body.language)


async def show_vocabulary(call: Call) -> VocabularyAnswer:
    return VocabularyAnswer.of(await call.services.content.vocabulary(call.caller))


async def start_scene(call: Call) -> BeginningAnswer:
    body: NewSceneBody = call.body
    wanted = Beginning(
        scene_id=body.id,
        title=body.title,
        topik=body.topik,
        background=body.background,
        packs=tuple(dict.fromkeys(body.packs)),
    )
    return BeginningAnswer(files=list(await call.services.content.start(call.caller, wanted)))


async def give_ids(call: Call) -> IdsAnswer:
    return IdsAnswer(ids=list(await call.services.content.give_ids(call.caller, call.path["scene_id"])))


async def publish_scene(call: Call) -> RevisionAnswer:
    return await _publish(call, "scene", call.path["scene_id"])


async def publish_pack(call: Call) -> RevisionAnswer:
    return await _publish(call, "pack", call.path["pack_id"])


async def _publish(call: Call, kind: Kind, each: str) -> RevisionAnswer:
    body: PublishBody = call.body
    content = call.services.content
    return RevisionAnswer.of(await content.publish(call.caller, kind, each, name=body.name, note=body.note))


async def show_scene_history(call: Call) -> HistoryAnswer:
    return await _history(call, "scene", call.path["scene_id"])


async def show_pack_history(call: Call) -> HistoryAnswer:
    return await _history(call, "pack", call.path["pack_id"])


async def _history(call: Call, kind: Kind, each: str) -> HistoryAnswer:
    entries = await call.services.content.history(call.caller, kind, each)
    return HistoryAnswer(entries=[RevisionAnswer.of(entry) for entry in entries])


async def compare_scene(call: Call) -> DiffAnswer:
    return await _compare(call, "scene", call.path["scene_id"])


async def compare_pack(call: Call) -> DiffAnswer:
    return await _compare(call, "pack", call.path["pack_id"])


async def _compare(call: Call, kind: Kind, each: str) -> DiffAnswer:
    query: DiffQuery = call.query
    content = call.services.content
    return DiffAnswer.of(await content.compare(call.caller, kind, each, query.before, query.after))


async def revert_scene(call: Call) -> HistoryAnswer:
    return await _revert(call, "scene", call.path["scene_id"])


async def revert_pack(call: Call) -> HistoryAnswer:
    return await _revert(call, "pack", call.path["pack_id"])


async def _revert(call: Call, kind: Kind, each: str) -> HistoryAnswer:
    body: RevertBody = call.body
    await call.services.content.revert(call.caller, kind, each, body.version, body.note)
    return await _history(call, kind, each)


async def show_coverage(call: Call) -> CoverageAnswer:
    query: CoverageQuery = call.query
    return CoverageAnswer.of(await call.services.content.coverage(call.caller, query.scene_id))


async def export_table(call: Call) -> web.Response:
    return await _exported(call, workbook=False)


async def export_workbook(call: Call) -> web.Response:
    return await _exported(call, workbook=True)


async def _exported(call: Call, *, workbook: bool) -> web.Response:
    pack_id, scene_id = call.path["pack_id"], call.path["scene_id"]
    table = await call.services.content.export(call.caller, pack_id, scene_id, workbook=workbook)
    name = f"{scene_id}.{pack_id}.{'xlsx' if workbook else 'csv'}"
    return web.Response(
        body=table,
        content_type=WORKBOOK if workbook else "text/csv",
        charset=None if workbook else "utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


async def import_table(call: Call) -> ImportAnswer:
    """The form's one field is the table; a large one is refused while it is read."""
    query: ImportQuery = call.query
    pack_id, scene_id = call.path["pack_id"], call.path["scene_id"]
    content = call.services.content
    await content.history(call.caller, "pack", pack_id)  # refuses strangers before anything of theirs is read
    async with in_time(call.request):
        name, table = await _table_of(call.request)
    write = not query.dry_run
    imported = await content.import_table(call.caller, pack_id, scene_id, table, name, write=write)
    return ImportAnswer.of(imported, query.language, written=write and bool(imported.changed))


async def _table_of(request: web.Request) -> tuple[str, bytes]:
    found: tuple[str, bytes] | None = None
    async for part in form_parts(request):
        if part.name != "table" or found is not None:
            raise BadInput("A table comes in the one field `table`.", code="bad_form")
        content = bytearray()
        async for chunk in file_chunks(part):
            content += chunk
            if len(content) > MOST_BYTES:
                raise BadInput(f"A table has at most {MOST_BYTES:,} bytes.", code="body_too_large")
        found = (part.filename or "table", bytes(content))
    if found is None:
        raise BadInput("A table comes in the one field `table`.", code="bad_form")
    return found
