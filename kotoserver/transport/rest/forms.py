"""Reading multipart forms piece by piece, so that no file is held whole before its size is known."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import aiohttp
from aiohttp import BodyPartReader, MultipartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from kotoserver.domain.errors import BadInput
from kotoserver.transport.keys import SETTINGS

FILE_TIMES = 6
"""A body with a file in it may take so many times as long to come as any other."""
_CHUNK_BYTES = 262_144
"""What the connection has at most ready at once: fewer steps for a large file."""
_FIELD_BYTES = 256
"""Of a form field that is no file."""


@asynccontextmanager
async def in_time(request: web.Request) -> AsyncIterator[None]:
    """Within, the form is read. BadInput code `upload_too_slow` for one that comes in drops."""
    try:
        async with asyncio.timeout(request.app[SETTINGS].limits.body_seconds * FILE_TIMES):
            yield
    except TimeoutError:
        raise BadInput(
            "The upload took too long; send it again.", code="upload_too_slow", retryable=True
        ) from None


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
