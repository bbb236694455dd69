"""The REST API under /koto-api."""

from collections.abc import Callable
from typing import Any

from aiohttp import web

from kotoserver.transport.live.documents import asyncapi_document, frames_document
from kotoserver.transport.rest.openapi import openapi_document
from kotoserver.transport.rest.table import OPERATIONS, PREFIX


def add_rest(app: web.Application) -> None:
    """Registers every operation of the table, and the documents made from it."""
    for operation in OPERATIONS:
        app.router.add_route(operation.method, PREFIX + operation.path, operation.serve)
    for name, make in _DOCUMENTS.items():
        app.router.add_get(f"{PREFIX}/{name}", _document(make))


_DOCUMENTS: dict[str, Callable[[], dict[str, Any]]] = {
    "openapi.json": openapi_document,
    "frames.json": frames_document,
    "asyncapi.json": asyncapi_document,
}


def _document(make: Callable[[], dict[str, Any]]) -> Callable[[web.Request], Any]:
    """Answers with the document, made once."""
    made = make()

    async def answer(request: web.Request) -> web.Response:
        return web.json_response(made)

    return answer
