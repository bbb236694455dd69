"""The studio: scenes and packs that are worked on, and each of them with its text, findings and versions."""

import secrets
from collections.abc import Sequence

from aiohttp import web

from kotoserver.content.coverage import Coverage
from kotoserver.domain.errors import NotFound
from kotoserver.services.content import DraftFolder
from kotoserver.transport.console.answering import page, shell
from kotoserver.transport.console.pages import (
    CoverageLine,
    DraftCard,
    DraftPage,
    LinesPage,
    SentencesPage,
    StudioPage,
    VoiceChoice,
)
from kotoserver.transport.console.visitors import Visitor
from kotoserver.transport.keys import SERVICES


@page
async def studio(request: web.Request, guest: Visitor) -> StudioPage:
    content = request.app[SERVICES].content
    drafts = await content.drafts(guest.caller)
    covered = await content.coverage(guest.caller, None)
    return StudioPage(
        shell=shell("Studio", guest, place="studio"),
        scenes=tuple(_card(each, covered) for each in drafts if each.kind == "scene"),
        packs=tuple(_card(each, covered) for each in drafts if each.kind == "pack"),
    )


def _card(draft: DraftFolder, covered: Sequence[Coverage]) -> DraftCard:
    lines = tuple(
        CoverageLine(
            other=each.pack if draft.kind == "scene" else each.scene, percent=each.percent, stale=len(each.stale)
        )
        for each in covered
        if draft.id == (each.scene if draft.kind == "scene" else each.pack)
    )
    return DraftCard(id=draft.id, live=draft.live, coverage=lines)


@page
async def draft(request: web.Request, guest: Visitor) -> DraftPage:
    kind, draft_id = request.match_info["kind"], request.match_info["draft_id"]
    drafts = await request.app[SERVICES].content.drafts(guest.caller)
    found = _named(drafts, kind, draft_id)
    return DraftPage(
        shell=shell(f"{draft_id} · Studio", guest, place="studio"),
        kind=found.kind,
        id=found.id,
        files=(*found.files, *(_translations(drafts, draft_id) if kind == "scene" else ())),
        live=found.live,
        style_nonce=secrets.token_urlsafe(18),
    )


def _translations(drafts: tuple[DraftFolder, ...], scene_id: str) -> tuple[str, ...]:
    """What the packs say of a scene, which is worked on beside it."""
    return tuple(
        file
        for each in drafts
        if each.kind == "pack"
        for file in each.files
        if file.endswith(f"/scenes/{scene_id}.yaml")
    )


@page
async def lines(request: web.Request, guest: Visitor) -> LinesPage:
    services, scene_id = request.app[SERVICES], request.match_info["scene_id"]
    found = _named(await services.content.drafts(guest.caller), "scene", scene_id)
    return LinesPage(
        shell=shell(f"Lines of {scene_id} · Studio", guest, place="studio"),
        scene_id=found.id,
        voices=tuple(VoiceChoice(id=each, about=about) for each, about in services.previews.voices.items()),
        engines=services.previews.engines,
    )


@page
async def sentences(request: web.Request, guest: Visitor) -> SentencesPage:
    services, scene_id = request.app[SERVICES], request.match_info["scene_id"]
    found = _named(await services.content.drafts(guest.caller), "scene", scene_id)
    return SentencesPage(
        shell=shell(f"Sentences of {scene_id} · Studio", guest, place="studio"),
        scene_id=found.id,
        fewest=services.sentences.fewest_for(guest.caller),
    )


def _named(drafts: tuple[DraftFolder, ...], kind: str, draft_id: str) -> DraftFolder:
    """NotFound code `no_such_draft`."""
    for each in drafts:
        if (each.kind, each.id) == (kind, draft_id):
            return each
    raise NotFound(f"Nobody works on a {kind} called {draft_id}.", code="no_such_draft")
