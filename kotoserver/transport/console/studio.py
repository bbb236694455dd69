"""The studio: scenes and packs that are worked on, and each of them with its text, findings and versions."""

from dataclasses import dataclass

from aiohttp import web

from kotoserver.content.coverage import Coverage
from kotoserver.domain.errors import NotFound
from kotoserver.services.content import DraftFolder
from kotoserver.transport.console.answering import page, shell
from kotoserver.transport.console.pages import DraftCard, DraftPage, StudioPage
from kotoserver.transport.console.visitors import Visitor
from kotoserver.transport.keys import SERVICES


@page
async def studio(request: web.Request, guest: Visitor) -> StudioPage:
    content = request.app[SERVICES].content
    drafts = await content.drafts(guest.caller)
    covered = _Covered.of(await content.coverage(guest.caller, None))
    return StudioPage(
        shell=shell("Studio", guest, place="studio"),
        scenes=tuple(
            DraftCard(id=each.id, live=each.live, coverage=covered.by_scene.get(each.id, ()))
            for each in drafts
            if each.kind == "scene"
        ),
        packs=tuple(
            DraftCard(id=each.id, live=each.live, coverage=covered.by_pack.get(each.id, ()))
            for each in drafts
            if each.kind == "pack"
        ),
    )


@page
async def draft(request: web.Request, guest: Visitor) -> DraftPage:
    kind, draft_id = request.match_info["kind"], request.match_info["draft_id"]
    found = _named(await request.app[SERVICES].content.drafts(guest.caller), kind, draft_id)
    return DraftPage(
        shell=shell(f"{draft_id} · Studio", guest, place="studio"),
        kind=found.kind,
        id=found.id,
        files=found.files,
        live=found.live,
    )


def _named(drafts: tuple[DraftFolder, ...], kind: str, draft_id: str) -> DraftFolder:
    """NotFound code `no_such_draft`."""
    for each in drafts:
        if (each.kind, each.id) == (kind, draft_id):
            return each
    raise NotFound(f"Nobody works on a {kind} called {draft_id}.", code="no_such_draft")


@dataclass(frozen=True, slots=True)
class _Covered:
    """How much of each scene every pack says: (the other's id, percent, stale texts)."""

    by_scene: dict[str, tuple[tuple[str, int, int], ...]]
    by_pack: dict[str, tuple[tuple[str, int, int], ...]]

    @classmethod
    def of(cls, covered: tuple[Coverage, ...]) -> "_Covered":
        by_scene: dict[str, tuple[tuple[str, int, int], ...]] = {}
        by_pack: dict[str, tuple[tuple[str, int, int], ...]] = {}
        for each in covered:
            stale = len(each.stale)
            by_scene[each.scene] = (*by_scene.get(each.scene, ()), (each.pack, each.percent, stale))
            by_pack[each.pack] = (*by_pack.get(each.pack, ()), (each.scene, each.percent, stale))
        return cls(by_scene, by_pack)
