"""The console's pages: each handler asks the services and fills one value."""

from urllib.parse import urlencode

from aiohttp import web

from kotoserver.domain.errors import NotFound
from kotoserver.domain.session import SessionState
from kotoserver.ports.storage import SessionFilter
from kotoserver.transport.console.answering import page, shell
from kotoserver.transport.console.pages import (
    Boot,
    HomePage,
    LabPage,
    MessagePage,
    PlayPage,
    SessionPage,
    SessionsPage,
    TurnCard,
)
from kotoserver.transport.console.views import (
    DEFAULT_PACK,
    DEFAULT_VOICE,
    moment,
    one_of,
    pack_choices,
    scene_cards,
    session_row,
    waterfall,
)
from kotoserver.transport.console.visitors import Visitor
from kotoserver.transport.keys import SERVICES, SETTINGS
from kotoserver.transport.rest.models.recap import RecapAnswer
from kotoserver.transport.rest.models.scenes import SceneSummary
from kotoserver.transport.rest.models.sessions import SessionAnswer
from kotoserver.transport.rest.models.turns import TurnAnswer

EVERYONE = "everyone"
_RECENT = 5
_PAGE = 25
_LONGEST_SEARCH = 100


async def to_home(request: web.Request) -> web.StreamResponse:
    raise web.HTTPFound("/console/")


@page
async def home(request: web.Request, guest: Visitor) -> HomePage:
    services = request.app[SERVICES]
    pack_id = request.query.get("pack", DEFAULT_PACK)
    packs = services.catalog.packs()
    recent = await services.history.sessions(guest.caller, limit=_RECENT)
    health = await services.health.report()
    return HomePage(
        shell=shell("Scenes", guest, place="home"),
        pack_id=pack_id,
        native=next((pack.native for pack in packs if pack.id == pack_id), "en"),
        packs=pack_choices(packs, pack_id),
        scenes=scene_cards(services.catalog, pack_id),
        sessions=tuple(session_row(each, services.play) for each in recent.sessions),
        ready=health.ok,
        checks=health.states,
    )


@page
async def play(request: web.Request, guest: Visitor) -> PlayPage:
    """The simulator; with `?session=` it continues that session, on the versions it is pinned to."""
    services = request.app[SERVICES]
    scene_id, session_id = request.match_info["scene_id"], request.query.get("session")
    if session_id is None:
        playable = services.catalog.playable(scene_id, request.query.get("pack", DEFAULT_PACK))
    else:
        session = await services.play.session(guest.caller, session_id)
        playable = services.play.playable(session)
        if session.scene_id != scene_id:
            raise NotFound("This session belongs to another scene.", code="no_such_session")
    return PlayPage(
        shell=shell(playable.words.title, guest),
        scene=SceneSummary.of(playable),
        native=playable.pack.native,
        packs=pack_choices(services.catalog.packs(), playable.pack.id),
        boot=Boot(
            scene_id=scene_id,
            scene_version=playable.scene.version,
            pack_id=playable.pack.id,
            session_id=session_id,
            hears=services.voice.hears,
            longest_seconds=request.app[SETTINGS].uploads.most_seconds,
            keeps=guest.learner.keep_recordings,
            development=services.lab.development,
        ),
    )


@page
async def sessions(request: web.Request, guest: Visitor) -> SessionsPage:
    """One's own; with `?of=everyone` those of all whom the visitor may look at, with `?of=lrn_…` one learner's."""
    services = request.app[SERVICES]
    words = request.query.get("q", "").strip()[:_LONGEST_SEARCH]
    of = request.query.get("of", "").strip()[:_LONGEST_SEARCH]
    state = one_of(SessionState, request.query.get("state", ""))
    before, only = moment(request.query.get("before")), SessionFilter(state=state)
    if of == EVERYONE:
        found = await services.history.everyones_sessions(
            guest.caller, words=words or None, only=only, before=before, limit=_PAGE
        )
    else:
        found = await services.history.sessions(
            guest.caller, of=of or None, words=words or None, only=only, before=before, limit=_PAGE
        )
    asked = {"q": words, "of": of, "state": state.value if state else ""}
    older = {**{name: value for name, value in asked.items() if value}, "before": str(found.next_before)}
    return SessionsPage(
        shell=shell("Sessions", guest, place="sessions"),
        words=words,
        of=of,
        state=asked["state"],
        states=tuple(each.value for each in SessionState),
        sessions=tuple(session_row(each, services.play) for each in found.sessions),
        older_url=f"/console/sessions?{urlencode(older)}" if found.next_before else None,
    )


@page
async def session(request: web.Request, guest: Visitor) -> SessionPage:
    services = request.app[SERVICES]
    found, records = await services.history.turns(guest.caller, request.match_info["session_id"])
    narrator = services.play.narrator(found)
    recap = await services.history.recap(guest.caller, found.id)
    kept = await services.recordings.kept_of(guest.caller, found)
    return SessionPage(
        shell=shell(narrator.playable.words.title, guest, place="sessions"),
        session=SessionAnswer.of(found, narrator),
        row=session_row(found, services.play),
        recap=RecapAnswer.of(recap, narrator),
        turns=tuple(
            TurnCard(
                turn=TurnAnswer.of(record, narrator),
                stages=waterfall(record.timings),
                can_be_heard=record.audio_id in kept,
            )
            for record in records
        ),
    )


@page
async def lab(request: web.Request, guest: Visitor) -> LabPage:
    services = request.app[SERVICES]
    services.lab.engines(guest.caller)  # refuses those whom it is not for
    voices = services.lab.voices
    return LabPage(
        shell=shell("Provider lab", guest, place="lab"),
        development=services.lab.development,
        hears=services.voice.hears,
        longest_seconds=request.app[SETTINGS].uploads.most_seconds,
        voices=voices,
        voice=DEFAULT_VOICE if DEFAULT_VOICE in voices else voices[0] if voices else DEFAULT_VOICE,
    )


@page
async def nowhere(request: web.Request, guest: Visitor) -> MessagePage:
    raise NotFound("There is no page at this address.")
