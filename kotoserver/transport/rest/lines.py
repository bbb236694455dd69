"""The REST calls about a scene's texts, line by line, and about hearing them."""

from aiohttp import web

from kotoserver.transport.rest.models.lines import LinesAnswer, LinesBody, LinesQuery, SpeechBody, StillFitsBody
from kotoserver.transport.rest.operations import Call


async def show_lines(call: Call) -> LinesAnswer:
    query: LinesQuery = call.query
    lines = await call.services.content.lines(call.caller, call.path["scene_id"])
    return LinesAnswer.of(lines, query.language)


async def write_lines(call: Call) -> LinesAnswer:
    body: LinesBody = call.body
    edits = [cell.edit() for cell in body.cells]
    lines = await call.services.content.write_lines(call.caller, call.path["scene_id"], body.column, edits)
    return LinesAnswer.of(lines, body.language)


async def accept_lines(call: Call) -> LinesAnswer:
    body: StillFitsBody = call.body
    lines = await call.services.content.accept_lines(call.caller, call.path["scene_id"], body.pack, body.ids)
    return LinesAnswer.of(lines, body.language)


async def preview_speech(call: Call) -> web.Response:
    """The sound, with the address at which it stays: its mouth track lies beside it, as with every line."""
    body: SpeechBody = call.body
    services = call.services
    line = await services.previews.line(call.caller, body.text, body.voice, body.rate, body.provider)
    sound = await services.speech.sound(line.key, body.format)
    address = services.speech.url(line.key, body.format)
    return web.Response(
        body=sound,
        content_type=body.format.media_type,
        headers={"Content-Location": address, "Cache-Control": "no-store"},
    )
