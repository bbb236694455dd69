"""The REST calls of the provider lab."""

from kotoserver.domain.engines import Fault
from kotoserver.domain.errors import BadInput
from kotoserver.services.limits import Use
from kotoserver.services.uploads import Upload
from kotoserver.transport.rest.forms import field_text, file_chunks, form_parts, in_time
from kotoserver.transport.rest.models.lab import (
    ChoiceBody,
    ChoicesAnswer,
    FaultBody,
    LabAnswer,
    LabHeardAnswer,
    LabSpeakBody,
    LabSpokenAnswer,
)
from kotoserver.transport.rest.operations import Call


async def show_lab(call: Call) -> LabAnswer:
    lab = call.services.lab
    return LabAnswer.made_of(lab.development, lab.engines(call.caller), lab.voices)


async def speak(call: Call) -> LabSpokenAnswer:
    body: LabSpeakBody = call.body
    await call.services.limits.count_caller(Use.EVALUATIONS, call.caller)
    tried = await call.services.lab.speak(call.caller, body.text, body.voice, body.rate, body.engine)
    return LabSpokenAnswer.of(tried)


async def hear(call: Call) -> LabHeardAnswer:
    """The clip is forgotten as soon as it was heard."""
    call.services.lab.engines(call.caller)  # refuses strangers before anything of theirs is read
    await call.services.limits.count_caller(Use.UPLOADS, call.caller)
    uploads = call.services.uploads
    async with in_time(call.request):
        upload, engine = await _read_clip(call)
    try:
        clip = await uploads.decoded(upload)
        tried = await call.services.lab.hear(call.caller, clip, engine)
    finally:
        await uploads.discard(upload)
    return LabHeardAnswer.of(tried, seconds=clip.seconds, voiced_seconds=clip.voiced_seconds)


async def _read_clip(call: Call) -> tuple[Upload, str | None]:
    """The clip, and the engine that is to hear it. BadInput code `bad_form`, and what an upload is refused for."""
    engine: str | None = None
    upload: Upload | None = None
    try:
        async for part in form_parts(call.request):
            if part.name == "audio" and upload is None:
                upload = await call.services.uploads.receive(call.caller, file_chunks(part))
            elif part.name == "engine" and engine is None:
                engine = await field_text(part)
            else:
                raise BadInput("A clip has the fields audio and, if you like, engine.", code="bad_form")
        if upload is None:
            raise BadInput("A clip needs the field audio.", code="bad_form")
    except BaseException:
        if upload is not None:
            await call.services.uploads.discard(upload)
        raise
    return upload, engine


async def break_engine(call: Call) -> LabAnswer:
    body: FaultBody = call.body
    fault = None if body.kind is None else Fault(kind=body.kind, questions=body.questions)
    call.services.lab.break_engine(call.caller, body.stage, body.engine, fault)
    return await show_lab(call)


async def show_choices(call: Call) -> ChoicesAnswer:
    return ChoicesAnswer.of(await call.services.lab.chosen(call.caller, call.path["session_id"]))


async def choose(call: Call) -> ChoicesAnswer:
    body: ChoiceBody = call.body
    await call.services.lab.choose(call.caller, call.path["session_id"], body.stage, body.engine)
    return await show_choices(call)
