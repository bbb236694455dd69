"""The readable page beside the OpenAPI document: every call and every frame, made from the code itself."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from aiohttp import web

from kotoserver.transport.console.answering import render, shell
from kotoserver.transport.console.pages import Field, FrameCard, OperationCard, ReferencePage
from kotoserver.transport.live.documents import frames_document
from kotoserver.transport.rest.openapi import openapi_document
from kotoserver.transport.rest.table import PREFIX

Schema = Mapping[str, Any]


async def reference(request: web.Request) -> web.StreamResponse:
    """The page, for anybody: the guest's cookie does not reach this address, so nobody is signed in here."""
    return render(request, _page())


@cache
def _page() -> ReferencePage:
    document, frames = openapi_document(), frames_document()
    schemas = document["components"]["schemas"]
    definitions = frames["$defs"]
    return ReferencePage(
        shell=shell("API", None, place="reference"),
        operations=tuple(
            _operation(method, path, described, schemas)
            for path, methods in document["paths"].items()
            for method, described in methods.items()
        ),
        client_frames=tuple(_frame(definitions[name]) for name in frames["client"]),
        server_frames=tuple(_frame(definitions[name]) for name in frames["server"]),
        frame_limit=frames["limits"]["server_frame_bytes"],
    )


def _operation(method: str, path: str, described: Schema, schemas: Schema) -> OperationCard:
    taken = described.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    status, answer = next(iter(described["responses"].items()))
    contents: Schema = answer.get("content", {})
    media_type = next(iter(contents), "")
    content: Schema = contents.get(media_type, {})
    return OperationCard(
        method=method.upper(),
        path=PREFIX + path,
        summary=described["summary"],
        public="security" not in described,
        status=status,
        media_type=media_type,
        query=tuple(
            Field(
                name=each["name"],
                kind=_kind(each["schema"]),
                required=each["required"],
                about=each["schema"].get("description", ""),
            )
            for each in described["parameters"]
            if each["in"] == "query"
        ),
        takes=_fields(_resolved(taken, schemas)) if taken else (),
        answers=_fields(_resolved(content.get("schema", {}), schemas)),
    )


def _frame(schema: Schema) -> FrameCard:
    about = schema.get("description", "")
    return FrameCard(
        name=str(schema["properties"]["type"].get("const", "")),
        about="" if "(" in about else about,
        fields=tuple(field for field in _fields(schema) if field.name != "type"),
    )


def _fields(schema: Schema) -> tuple[Field, ...]:
    required = schema.get("required", ())
    return tuple(
        Field(name=name, kind=_kind(each), required=name in required, about=each.get("description", ""))
        for name, each in schema.get("properties", {}).items()
    )


def _resolved(schema: Schema, schemas: Schema) -> Schema:
    return schemas[schema["$ref"].rsplit("/", 1)[1]] if "$ref" in schema else schema


def _kind(schema: Schema) -> str:
    """A type in a few words: `string`, `list of TurnAnswer`, `integer or null`."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[1]
    if "const" in schema:
        return f"“{schema['const']}”"
    if "enum" in schema:
        return " · ".join(map(str, schema["enum"]))
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_kind(each) for each in schema["anyOf"]))
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'])}" if "items" in schema else "list"
    return str(schema.get("type", "anything"))
