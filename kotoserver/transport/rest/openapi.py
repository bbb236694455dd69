"""The OpenAPI 3.1 document, made from the table of operations and the models themselves."""

import re
from typing import Any

from pydantic.json_schema import models_json_schema

from kotoserver import __version__
from kotoserver.transport.rest.models.common import ErrorAnswer
from kotoserver.transport.rest.operations import Model, NoQuery, Operation
from kotoserver.transport.rest.table import OPERATIONS, PREFIX

_REF = "#/components/schemas/{model}"
_PATH_PARAMETER = re.compile(r"\{(\w+)\}")


def openapi_document() -> dict[str, Any]:
    """The whole document as JSON-ready values."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Korean Together",
            "version": __version__,
            "description": "Role-play scenes in Korean. Errors are always `{error: {code, message, details?}}`.",
        },
        "servers": [{"url": PREFIX}],
        "paths": _paths(),
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "responses": {
                "Error": {
                    "description": "What went wrong, with a stable code",
                    "content": {"application/json": {"schema": {"$ref": _REF.format(model="ErrorAnswer")}}},
                }
            },
        },
    }


def _paths() -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _describe(operation)
    return paths


def _describe(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "summary": operation.summary,
        "operationId": operation.handler.__name__,
        "parameters": [
            *_path_parameters(operation.path),
            *_query_parameters(operation.asks),
            *_header_parameters(operation),
        ],
        "responses": {
            str(operation.status): _answer(operation),
            "4XX": {"$ref": "#/components/responses/Error"},
            "5XX": {"$ref": "#/components/responses/Error"},
        },
    }
    if operation.takes is not None:
        schema = {"$ref": _REF.format(model=operation.takes.__name__)}
        required = any(field.is_required() for field in operation.takes.model_fields.values())
        media_type = "multipart/form-data" if operation.takes_form else "application/json"
        described["requestBody"] = {"required": required, "content": {media_type: {"schema": schema}}}
    if not operation.public:
        described["security"] = [{"token": []}]
    return described


def _answer(operation: Operation) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": operation.summary}
    if operation.answers is not None:
        schema = {"$ref": _REF.format(model=operation.answers.__name__)}
        answer["content"] = {operation.media_type: {"schema": schema}}
    elif operation.media_type != "application/json":
        answer["content"] = {operation.media_type: {"schema": {"type": "string", "format": "binary"}}}
    return answer


def _path_parameters(path: str) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in _PATH_PARAMETER.findall(path)
    ]


def _query_parameters(query: type[Model]) -> list[dict[str, Any]]:
    if query is NoQuery:
        return []
    schema = query.model_json_schema(ref_template=_REF)
    return [
        {"name": name, "in": "query", "required": name in schema.get("required", ()), "schema": field}
        for name, field in schema["properties"].items()
    ]


def _header_parameters(operation: Operation) -> list[dict[str, Any]]:
    """Uploads may be sent again safely; changes may name the revision that they read."""
    parameters: list[dict[str, Any]] = []
    if operation.is_repeatable:
        schema: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 200}
        parameters.append({"name": "Idempotency-Key", "in": "header", "required": False, "schema": schema})
    if operation.guards_revision:
        schema = {"type": "string", "pattern": '^("[0-9]{1,18}"|[*])$'}
        parameters.append({"name": "If-Match", "in": "header", "required": False, "schema": schema})
    return parameters


def _schemas() -> dict[str, Any]:
    taken = [(operation.takes, "validation") for operation in OPERATIONS if operation.takes]
    answered = [(operation.answers, "serialization") for operation in OPERATIONS if operation.answers]
    models = dict.fromkeys([*taken, *answered, (ErrorAnswer, "serialization")])
    _, document = models_json_schema(list(models), ref_template=_REF)  # type: ignore[arg-type]  # modes are literals
    asked = (operation.asks.model_json_schema(ref_template=_REF).get("$defs", {}) for operation in OPERATIONS)
    return {name: schema for schemas in (*asked, document["$defs"]) for name, schema in schemas.items()}
