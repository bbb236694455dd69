"""A publisher of files that misbehaves as publishers, mirrors and networks do."""

from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.test_utils import TestServer


@dataclass
class Publisher:
    files: dict[str, bytes]
    etag: str | None = '"v1"'
    answers: deque[str] = field(default_factory=deque)
    """What goes wrong with the next answers: `cut` (half of what was asked for), `promise more`, `503`, `hang`,
    `whole` (the range is ignored), `page`, `other range`."""
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    """(path, Range) of every request."""
    url: str = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        asked = request.headers.get("Range")
        self.asked.append((request.path, asked))
        wrong = self.answers.popleft() if self.answers else ""
        if request.path not in self.files:
            return web.Response(status=404)
        if wrong == "503":
            return web.Response(status=503)
        if wrong == "page":
            return web.Response(text="<p>Sign in to our guest network", content_type="text/html")
        content = self.files[request.path]
        start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked else 0
        if start > len(content):
            return web.Response(status=416)
        if wrong == "whole" or (asked and request.headers.get("If-Range") != self.etag):
            start = 0
        return await self._send(request, content, start, wrong)

    async def _send(self, request: web.Request, content: bytes, start: int, wrong: str) -> web.StreamResponse:
        rest = content[start:]
        response = web.StreamResponse(status=206 if start else 200)
        if start:
            shown = start - 1 if wrong == "other range" else start
            response.headers["Content-Range"] = f"bytes {shown}-{len(content) - 1}/{len(content)}"
        if self.etag:
            response.headers["ETag"] = self.etag
        response.content_length = len(rest) + (10 if wrong == "promise more" else 0)
        await response.prepare(request)
        if wrong in ("cut", "hang"):
            await response.write(rest[: len(rest) // 2])
        if wrong == "hang":
            await request.protocol.wait_closed() if hasattr(request.protocol, "wait_closed") else None
            return response
        if wrong != "cut":
            await response.write(rest)
        if wrong and request.transport is not None:
            request.transport.abort() if wrong == "cut" else request.transport.close()
        return response


@asynccontextmanager
async def publishing(files: dict[str, bytes], **how: object) -> AsyncIterator[Publisher]:
    publisher = Publisher(files, **how)  # type: ignore[arg-type]
    app = web.Application()
    app.router.add_get("/{path:.*}", publisher.answer)
    async with TestServer(app) as server:
        publisher.url = str(server.make_url("")).rstrip("/")
        yield publisher
