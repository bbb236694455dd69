"""Reading multipart forms piece by piece, so that no file is held whole before its size is known."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field

import aiohttp
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from multipart import MultipartSegment, PushMultipartParser, parse_options_header

from kotoserver.domain.errors import BadInput
from kotoserver.transport.keys import SETTINGS

FILE_TIMES = 6
"""A body with a file in it may take so many times as long to come as any other."""
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


@dataclass(slots=True)
class FormPart:
    """A field of a form, whose content is still coming."""

    name: str
    filename: str | None
    _coming: AsyncGenerator[MultipartSegment | bytes | None, None]
    _ended: bool = field(default=False)

    async def chunk(self) -> bytes:
        """What has come since the last call; empty at its end. BadInput code `bad_form` where it breaks off."""
        piece = None if self._ended else await _next(self._coming)
        self._ended = piece is None
        return piece or b""


async def form_parts(request: web.Request) -> AsyncIterator[FormPart]:
    """The fields as they come; each is to be read before the next. BadInput code `bad_form`."""
    coming = _parsed(request)
    while isinstance(head := await _next(coming), MultipartSegment):
        part = FormPart(head.name, head.filename, coming)
        yield part
        while await part.chunk():
            pass


async def file_chunks(part: FormPart) -> AsyncIterator[bytes]:
    """The bytes of a field that is a file. BadInput code `bad_form` where it breaks off."""
    while chunk := await part.chunk():
        yield chunk


async def field_text(part: FormPart) -> str:
    """A field that is no file. BadInput code `bad_form`."""
    content = b""
    while chunk := await part.chunk():
        content += chunk
        if len(content) > _FIELD_BYTES:
            raise BadInput(f"The field {part.name} is too long.", code="bad_form")
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise BadInput(f"The field {part.name} is not text.", code="bad_form") from error


def _parsed(request: web.Request) -> AsyncGenerator[MultipartSegment | bytes | None, None]:
    """The head of each field, what is in it as it comes, and None at its end."""
    kind, options = parse_options_header(request.headers.get("Content-Type", ""))
    if kind != "multipart/form-data":
        raise BadInput("Send the recording as multipart/form-data.", code="bad_form")

    async def what_has_come(_: int) -> bytes:
        return await request.content.readany()

    with _plain_errors():
        coming: AsyncGenerator[MultipartSegment | bytes | None, None]
        coming = PushMultipartParser(options.get("boundary", "")).parse_async(what_has_come)
    return coming


async def _next(
    coming: AsyncGenerator[MultipartSegment | bytes | None, None],
) -> MultipartSegment | bytes | None:
    with _plain_errors():
        return await anext(coming, None)


@contextmanager
def _plain_errors() -> Iterator[None]:
    try:
        yield
    except (ValueError, aiohttp.ClientError, HttpProcessingError) as broken:
        raise BadInput("The form breaks off or is no form; send it again.", code="bad_form") from broken
