"""Reading multipart forms piece by piece, so that no file is held whole before its size is known."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import aiohttp
from aiohttp import BodyPartReader, MultipartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from kotoserver.domain.errors import BadInput

_CHUNK_BYTES = 262_144
"""What the connection has at most ready at once: fewer steps for a large file."""
_FIELD_BYTES = 256
"""Of a form field that is no file."""


async def form_parts(request: web.Request) -> AsyncIterator[BodyPartReader]:
    """The fields as they come; each is to be read before the next. BadInput code `bad_form`."""
    # Of the header itself: aiohttp's own attribute has the whole of it parsed as of an e-mail, once more.
    if not request.headers.get("Content-Type", "").lower().startswith("multipart/form-data"):
        raise BadInput("Send the recording as multipart/form-data.", code="bad_form")
    with _plain_errors():
        reader = await request.multipart()
    while (part := await _next_part(reader)) is not None:
        yield part


async def _next_part(reader: MultipartReader) -> BodyPartReader | None:
    with _plain_errors():
        part = await reader.next()
    if part is None or isinstance(part, BodyPartReader):
        return part
    raise BadInput("A field of the form is itself a form.", code="bad_form")


async def file_chunks(part: BodyPartReader) -> AsyncIterator[bytes]:
    """The bytes of a field that is a file. BadInput code `bad_form` where it breaks off."""
    while chunk := await _chunk(part, _CHUNK_BYTES):
        yield chunk


async def field_text(part: BodyPartReader) -> str:
    """A field that is no file. BadInput code `bad_form`."""
    content = b""
    while chunk := await _chunk(part, _FIELD_BYTES):
        content += chunk
        if len(content) > _FIELD_BYTES:
            raise BadInput(f"The field {part.name} is too long.", code="bad_form")
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise BadInput(f"The field {part.name} is not text.", code="bad_form") from error


async def _chunk(part: BodyPartReader, size: int) -> bytes:
    with _plain_errors():
        return bytes(await part.read_chunk(size))


@contextmanager
def _plain_errors() -> Iterator[None]:
    try:
        yield
    except (ValueError, AssertionError, aiohttp.ClientError, HttpProcessingError) as broken:
        raise BadInput("The form breaks off or is no form; send it again.", code="bad_form") from broken
