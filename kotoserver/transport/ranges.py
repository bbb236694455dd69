"""Parts of a file on demand: browsers ask for sound in ranges (RFC 9110, section 14)."""

import re

from aiohttp import web

_RANGE = re.compile(r"bytes=([0-9]{0,20})-([0-9]{0,20})")


def ranged_response(request: web.Request, content: bytes, media_type: str) -> web.Response:
    """The whole content, or the one range that was asked for; 416 when it lies outside."""
    headers = {"Accept-Ranges": "bytes"}
    match = _RANGE.fullmatch(request.headers.get("Range", ""))
    if match is None or match.group(1, 2) == ("", ""):
        return web.Response(body=content, content_type=media_type, headers=headers)
    start, stop = _bounds(match, len(content))
    if start >= stop:
        return web.Response(status=416, headers={**headers, "Content-Range": f"bytes */{len(content)}"})
    headers["Content-Range"] = f"bytes {start}-{stop - 1}/{len(content)}"
    return web.Response(status=206, body=content[start:stop], content_type=media_type, headers=headers)


def _bounds(match: re.Match[str], size: int) -> tuple[int, int]:
    """First byte and the one after the last; `-N` is the last N bytes."""
    first, last = match.group(1, 2)
    if not first:
        return max(0, size - int(last)), size
    return int(first), min(size, int(last) + 1) if last else size
