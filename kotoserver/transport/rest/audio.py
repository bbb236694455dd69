"""The REST calls about recordings: uploading piece by piece, and giving back."""

from dataclasses import dataclass

from aiohttp import web

from kotoserver.domain.errors import BadInput
from kotoserver.services.limits import Use
from kotoserver.services.recordings import KeptSound
from kotoserver.services.uploads import Upload
from kotoserver.transport.ranges import stream_range
from kotoserver.transport.rest.forms import field_text, file_chunks, form_parts, in_time
from kotoserver.transport.rest.models.audio import DownloadQuery, RecordingAnswer, UploadedAnswer
from kotoserver.transport.rest.operations import Call

_PRIVATE = "private, max-age=3600"


async def upload_audio(call: Call) -> UploadedAnswer:
    await call.services.limits.count_caller(Use.UPLOADS, call.caller)
    async with in_time(call.request):
        form = await _read_form(call)
    recording = await call.services.voice.accept(call.caller, form.upload, form.session_id, form.turn_id)
    return UploadedAnswer(audio_id=recording.id, status=recording.state.value)


@dataclass(frozen=True, slots=True)
class _Form:
    """What came of a form whose file was read."""

    upload: Upload
    session_id: str
    turn_id: str | None


async def _read_form(call: Call) -> _Form:
    """The fields in whatever order they come. BadInput `bad_form`, and what the voice service refuses."""
    fields: dict[str, str] = {}
    upload: Upload | None = None
    try:
        async for part in form_parts(call.request):
            if part.name == "audio" and upload is None:
                key = call.request.headers.get("Idempotency-Key")
                upload = await call.services.uploads.receive(call.caller, file_chunks(part), idempotency_key=key)
            elif part.name in ("session_id", "turn_id") and part.name not in fields:
                fields[part.name] = await field_text(part)
            else:
                raise BadInput(
                    "An upload has the fields audio, session_id and, if you like, turn_id, each once.",
                    code="bad_form",
                )
        if upload is None or "session_id" not in fields:
            raise BadInput("An upload needs the fields audio and session_id.", code="bad_form")
    except BaseException:
        if upload is not None:
            await call.services.uploads.discard(upload)
        raise
    return _Form(upload, fields["session_id"], fields.get("turn_id"))


async def show_audio(call: Call) -> RecordingAnswer:
    return RecordingAnswer.of(await call.services.recordings.recording(call.caller, call.path["audio_id"]))


async def download_audio(call: Call) -> web.StreamResponse:
    audio_id = call.path["audio_id"]
    query: DownloadQuery = call.query
    link = None if query.here else await call.services.recordings.link(call.caller, audio_id)
    if link is not None:
        return web.Response(status=302, headers={"Location": link, "Cache-Control": "no-store"})
    return await _send(call, await call.services.recordings.sound(call.caller, audio_id))


async def open_link(call: Call) -> web.StreamResponse:
    return await _send(call, await call.services.recordings.linked_sound(call.path["link"]))


async def _send(call: Call, sound: KeptSound) -> web.StreamResponse:
    headers = {"Content-Type": sound.media_type, "Cache-Control": _PRIVATE}
    return await stream_range(call.request, sound.size, sound.read, headers)
