"""The REST calls: each reads a checked request, asks a service, and fills an answer."""

import json
import logging
from collections.abc import AsyncIterator

from aiohttp import web

from kotoserver import telemetry
from kotoserver.domain.errors import KotoError, NotFound, changed_meanwhile
from kotoserver.domain.session import Session
from kotoserver.domain.speech import AudioFormat
from kotoserver.domain.utterance import read_utterance
from kotoserver.ports.storage import TurnRecord
from kotoserver.services.limits import Use
from kotoserver.transport.addresses import socket_url
from kotoserver.transport.ranges import ranged_response
from kotoserver.transport.rest.models.common import Versioned
from kotoserver.transport.rest.models.evaluating import EvaluateBody, JudgementAnswer
from kotoserver.transport.rest.models.recap import RecapAnswer
from kotoserver.transport.rest.models.scenes import SceneAnswer, ScenesAnswer, SceneSummary
from kotoserver.transport.rest.models.sessions import (
    OpenBody,
    OpenedAnswer,
    SessionAnswer,
    SessionsAnswer,
    SessionsQuery,
)
from kotoserver.transport.rest.models.turns import EventsAnswer, FramesAnswer, TurnAnswer, TurnBody, TurnsAnswer
from kotoserver.transport.rest.operations import Call, Tagged
from kotoserver.transport.rest.versions import read_at_if_told

log = logging.getLogger(__name__)

_FOREVER = "public, max-age=31536000, immutable"
_NEVER = "no-store"
_FORMATS = {audio_format.value: audio_format for audio_format in AudioFormat}


async def list_scenes(call: Call) -> ScenesAnswer:
    playables = call.services.catalog.playables(call.query.pack)
    return ScenesAnswer(scenes=[SceneSummary.of(playable) for playable in playables])


async def show_scene(call: Call) -> SceneAnswer:
    playable = call.services.catalog.playable(
        call.path["scene_id"], call.query.pack, scene_version=call.query.version
    )
    return SceneAnswer.of(playable)


async def open_session(call: Call) -> OpenedAnswer:
    body: OpenBody = call.body
    if body.lesson_id is not None:
        await call.services.lessons.for_playing(call.caller, body.lesson_id, body.scene_id)
    session = await call.services.play.start(call.caller, body.scene_id, body.pack, lesson_id=body.lesson_id)
    return OpenedAnswer(
        session_id=session.id,
        scene=Versioned(id=session.scene_id, version=session.scene_version),
        pack=Versioned(id=session.pack_id, version=session.pack_version),
        state=session.progress.state.value,
        ws_url=socket_url(call.request, session.id),
    )


async def list_sessions(call: Call) -> SessionsAnswer:
    query: SessionsQuery = call.query
    history, asked = call.services.history, query.asked()
    if query.everyone:
        page = await history.everyones_sessions(call.caller, **asked)
    else:
        page = await history.sessions(call.caller, of=query.learner_id, **asked)
    return SessionsAnswer(
        sessions=[_listed(call, session) for session in page.sessions], next_before=page.next_before
    )


async def show_session(call: Call) -> Tagged:
    session = await call.services.play.readable(call.caller, call.path["session_id"])
    return Tagged(_session(call, session), session.revision)


async def patch_session(call: Call) -> Tagged:
    revision = read_at_if_told(call.request)
    if revision is not None:
        known = await call.services.play.session(call.caller, call.path["session_id"])
        if known.revision != revision:
            raise changed_meanwhile("session")
    session = await call.services.play.abandon(call.caller, call.path["session_id"])
    return Tagged(_session(call, session), session.revision)


async def erase_session(call: Call) -> None:
    await call.services.erasing.erase_session(call.caller, call.path["session_id"])


async def take_turn(call: Call) -> FramesAnswer:
    body: TurnBody = call.body
    utterance = read_utterance(body.turn_id, body.text)
    session_id = call.path["session_id"]
    with telemetry.turn(session_id, utterance.turn_id):
        played = await call.services.play.hear(call.caller, session_id, utterance)
    if not played.fresh:
        await call.services.play.tell_again(played.events)
    return FramesAnswer(turn_id=utterance.turn_id, frames=[json.loads(event.frame) for event in played.events])


async def list_turns(call: Call) -> TurnsAnswer:
    session, records = await call.services.history.turns(call.caller, call.path["session_id"])
    return TurnsAnswer(turns=[_turn(call, session, record) for record in records])


async def show_turn(call: Call) -> TurnAnswer:
    session, record = await call.services.history.turn(call.caller, call.path["session_id"], call.path["turn_id"])
    return _turn(call, session, record)


async def list_events(call: Call) -> EventsAnswer:
    session = await call.services.play.readable(call.caller, call.path["session_id"])
    events = await call.services.play.events(session.id, after=call.query.after)
    return EventsAnswer(events=[json.loads(event.frame) for event in events], last_seq=session.last_seq)


async def show_recap(call: Call) -> RecapAnswer:
    recap = await call.services.history.recap(call.caller, call.path["session_id"])
    return RecapAnswer.of(recap, call.services.play.narrator(recap.session))


async def evaluate(call: Call) -> JudgementAnswer:
    body: EvaluateBody = call.body
    await call.services.limits.count_caller(Use.EVALUATIONS, call.caller)
    return JudgementAnswer.model_validate(await call.services.workbench.evaluate(call.caller, body, body.pack))


async def play_speech(call: Call) -> web.StreamResponse:
    key, _, extension = call.path["file"].rpartition(".")
    if extension == "json":
        track = await call.services.speech.visemes(key)
        return _lasting(call, web.Response(text=track, content_type="application/json"))
    audio_format = _FORMATS.get(extension)
    if audio_format is None:
        raise NotFound("Speech comes as mp3, wav or ogg, and json for the mouth.", code="no_such_speech")
    if "Range" in call.request.headers:
        sound: bytes | AsyncIterator[bytes] = await call.services.speech.sound(key, audio_format)
    else:
        sound = await call.services.speech.opened(key, audio_format)
    if not isinstance(sound, bytes):
        return await _pass_on(call.request, sound, audio_format.media_type)
    return _lasting(call, ranged_response(call.request, sound, audio_format.media_type))


def _lasting(call: Call, response: web.Response) -> web.Response:
    """For clients to keep for ever; not what a lesser voice says, whose address is that of the usual one."""
    file = call.path["file"]
    if call.services.speech.keeps(file):
        response.headers.update({"Cache-Control": _FOREVER, "ETag": f'"{file}"'})
    else:
        response.headers["Cache-Control"] = _NEVER
    return response


async def _pass_on(request: web.Request, parts: AsyncIterator[bytes], media_type: str) -> web.StreamResponse:
    """The parts of a sound that is being made; one that breaks off ends the connection, not the file.

    It is not cached by the client: its length is not known, and a lesser voice may be speaking. Its head is sent
    before `allow_other_origins` sees it.
    """
    headers = {"Content-Type": media_type, "Cache-Control": _NEVER, "Access-Control-Allow-Origin": "*"}
    response = web.StreamResponse(headers=headers)
    await response.prepare(request)
    try:
        async for part in parts:
            await response.write(part)
        await response.write_eof()
    except KotoError as failure:
        log.warning("speech broke off while it was being sent: %s", failure.code)
        if request.transport is not None:
            request.transport.abort()
    return response


def _session(call: Call, session: Session) -> SessionAnswer:
    return SessionAnswer.of(session, call.services.play.narrator(session))


def _listed(call: Call, session: Session) -> SessionAnswer:
    """One that cannot be told in words any more does not hide the others."""
    try:
        return _session(call, session)
    except KotoError:
        return SessionAnswer.of(session, None)


def _turn(call: Call, session: Session, record: TurnRecord) -> TurnAnswer:
    return TurnAnswer.of(record, call.services.play.narrator(session))
