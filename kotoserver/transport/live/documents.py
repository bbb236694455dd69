"""The frames as JSON Schema, and the conversation as AsyncAPI, made from the classes themselves."""

from typing import Any, get_args

from pydantic import TypeAdapter
from pydantic.json_schema import models_json_schema

from kotoserver import __version__
from kotoserver.domain.events import FRAME_LIMIT, ServerFrame
from kotoserver.transport.live.frames import CLIENT_FRAME_LIMIT, AnyClientFrame

_REF = "#/$defs/{model}"


class Pong:
    """Answers `ping`; the one frame without a number."""


def frames_document() -> dict[str, Any]:
    """JSON Schema 2020-12: `$defs` holds every frame, `client` and `server` list their names."""
    client = [frame.__name__ for frame in get_args(AnyClientFrame)]
    _, clients = models_json_schema(
        [(frame, "validation") for frame in get_args(AnyClientFrame)], ref_template=_REF
    )
    definitions = dict(clients["$defs"])
    for frame in get_args(ServerFrame):
        definitions |= _server_schema(frame)
    definitions["Pong"] = {
        "description": Pong.__doc__,
        "type": "object",
        "properties": {"type": {"const": "pong", "type": "string"}},
        "required": ["type"],
    }
    server = [frame.__name__ for frame in get_args(ServerFrame)] + ["Pong"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Frames of the Korean Together socket",
        "limits": {"server_frame_bytes": FRAME_LIMIT, "client_frame_bytes": CLIENT_FRAME_LIMIT},
        "client": client,
        "server": server,
        "$defs": definitions,
    }


def _server_schema(frame: type) -> dict[str, Any]:
    """The frame as it goes over the wire: numbered, dated, fields that are not set left out."""
    schema = TypeAdapter(frame).json_schema(ref_template=_REF, mode="serialization")
    inner = schema.pop("$defs", {})
    schema["properties"] = {
        "type": {**schema["properties"].pop("type")},
        "seq": {"type": "integer", "minimum": 1, "description": "1, 2, 3 … within the session"},
        "at": {"type": "string", "format": "date-time"},
        **schema["properties"],
    }
    schema["required"] = ["type", "seq", "at", *(name for name in schema.get("required", ()) if name != "type")]
    return {**inner, frame.__name__: schema}


def asyncapi_document() -> dict[str, Any]:
    """AsyncAPI 3.0: one channel, what a client sends and what it receives."""
    frames = frames_document()
    messages = {
        name: {
            "name": frames["$defs"][name]["properties"]["type"].get("const", name),
            "payload": _inlined(frames, name),
        }
        for name in (*frames["client"], *frames["server"])
    }
    channel = "#/channels/session"
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Korean Together, live", "version": __version__},
        "channels": {
            "session": {
                "address": "/koto/ws/session/{session_id}",
                "parameters": {"session_id": {"description": "As answered by POST /koto-api/sessions"}},
                "messages": messages,
            }
        },
        "operations": {
            "send": _operation("receive", channel, frames["client"]),
            "receive": _operation("send", channel, frames["server"]),
        },
    }


def _inlined(frames: dict[str, Any], name: str) -> dict[str, Any]:
    return {"$defs": frames["$defs"], "$ref": _REF.format(model=name)}


def _operation(action: str, channel: str, names: list[str]) -> dict[str, Any]:
    return {
        "action": action,
        "channel": {"$ref": channel},
        "messages": [{"$ref": f"{channel}/messages/{name}"} for name in names],
    }
