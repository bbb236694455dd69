"""Parts of a file on demand: browsers ask for sound in ranges (RFC 9110, section 14)."""

import logging
import re
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass

from aiohttp import web

from kotoserver.domain.errors import KotoError

_ACCEPTS = {"Accept-Ranges": "bytes"}
_RANGE = re.compile(r"bytes=([0-9]{0,20})-([0-9]{0,20})")

log = logging.getLogger(__name__)


def ranged_response(request: web.Request, content: bytes, media_type: str) -> web.Response:
    """The whole content, or the one range that was asked for; 416 when it lies outside."""
    asked = _asked(request, len(content))
    if asked is None:
        return _unsatisfiable(len(content))
    return web.Response(
        status=asked.status,
        body=content[asked.start : asked.stop],
        content_type=media_type,
        headers=asked.headers,
    )


async def stream_range(
    request: web.Request,
    size: int,
    read: Callable[[int, int], AsyncGenerator[bytes, None]],
    headers: Mapping[str, str],
) -> web.StreamResponse:
    """As `ranged_response`, of a content that is read in pieces; `headers` name its media type.

    What breaks before the first piece is raised; what breaks later ends the connection, so that the client
    does not take half of it for the whole.
    """
    asked = _asked(request, size)
    if asked is None:
        return _unsatisfiable(size)
    async with aclosing(read(asked.start, asked.stop)) as pieces:
        first = await anext(pieces, b"")
        response = web.StreamResponse(status=asked.status, headers={**headers, **asked.headers})
        response.content_length = asked.stop - asked.start
        await response.prepare(request)
        try:
            await response.write(first)
            async for piece in pieces:
                await response.write(piece)
            await response.write_eof()
        except KotoError as failure:
            log.warning("a file broke off while it was being sent: %s", failure.code)
            if request.transport is not None:
                request.transport.abort()
    return response


@dataclass(frozen=True, slots=True)
class _Asked:
    """The part that a request asks for, and how it is answered."""

    start: int
    stop: int
    status: int
    headers: Mapping[str, str]


def _asked(request: web.Request, size: int) -> _Asked | None:
    """None for a range that lies outside."""
    match = _RANGE.fullmatch(request.headers.get("Range", ""))
    if match is None or match.group(1, 2) == ("", ""):
        return _Asked(0, size, 200, _ACCEPTS)
    start, stop = _bounds(match, size)
    if start >= stop:
        return None
    return _Asked(start, stop, 206, {**_ACCEPTS, "Content-Range": f"bytes {start}-{stop - 1}/{size}"})


def _unsatisfiable(size: int) -> web.Response:
    return web.Response(status=416, headers={**_ACCEPTS, "Content-Range": f"bytes */{size}"})


def _bounds(match: re.Match[str], size: int) -> tuple[int, int]:
    """First byte and the one after the last; `-N` is the last N bytes."""
    first, last = match.group(1, 2)
    if not first:
        return max(0, size - int(last)), size
    return int(first), min(size, int(last) + 1) if last else size
