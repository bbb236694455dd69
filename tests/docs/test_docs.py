"""What the documents list is what the code has."""

import ast
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import get_args

import pytest

from kotoserver.domain import errors
from kotoserver.domain.errors import KotoError
from kotoserver.domain.events import ServerFrame
from kotoserver.settings import ROOT, VARIABLES
from kotoserver.transport.live.frames import AnyClientFrame
from kotoserver.transport.rest.openapi import openapi_document
from kotoserver.transport.rest.table import OPERATIONS

DOCS = ROOT / "docs"
ERROR_CLASSES = {
    name: each for name, each in vars(errors).items() if isinstance(each, type) and issubclass(each, KotoError)
}


def table_rows(path: Path) -> list[list[str]]:
    lines = [line for line in path.read_text("utf-8").splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


@pytest.mark.parametrize("name", ["docs/configuration.md", "README.md"])
def test_every_setting_is_listed_with_its_default_and_meaning(name: str):
    expected = [
        [f"`{variable.name}`", f"`{variable.default}`" if variable.default else "–", variable.meaning]
        for variable in VARIABLES
    ]
    rows = table_rows(ROOT / name)
    assert [row for row in rows if re.fullmatch(r"`[A-Z_]+`", row[0])] == expected


def test_every_secret_that_may_stand_in_a_file_is_named():
    _, _, section = (DOCS / "configuration.md").read_text("utf-8").partition("## Secrets")
    told = section.partition("\n\n")[2].partition("\n\n")[0]
    assert re.findall(r"`([A-Z_]+)`", told) == [variable.name for variable in VARIABLES if variable.secret]


def test_every_call_is_in_the_rest_reference_and_the_other_way_round():
    listed = set(re.findall(r"`(GET|POST|PATCH|PUT|DELETE) (/[^`?]*)", (DOCS / "rest.md").read_text("utf-8")))
    outside = {("GET", "/health"), ("GET", "/health/ready"), ("GET", "/metrics")}
    assert listed - outside == {(operation.method, operation.path) for operation in OPERATIONS}


@pytest.mark.parametrize("frame", [*get_args(ServerFrame), *get_args(AnyClientFrame)])
def test_every_frame_with_every_field_is_in_the_socket_reference(frame: type):
    declared = getattr(frame, "model_fields", None) or {each.name: each for each in fields(frame)}
    kind = f"`{declared['type'].default}`"
    wanted = [name for name in declared if name != "type"]
    rows = [row[1] for row in table_rows(DOCS / "websocket.md") if row[0] == kind]
    assert any(all(re.search(rf"`{name}\b", row) for name in wanted) for row in rows)


def test_every_error_code_is_explained_and_the_other_way_round():
    listed = {code for row in table_rows(DOCS / "errors.md") for code in re.findall(r"`([a-z_]+)`", row[0])}
    assert listed == set(codes_in_the_code())


def codes_in_the_code() -> Iterator[str]:
    """Codes of the error tree, and those that an error is made with anywhere."""
    yield from (each.code for each in ERROR_CLASSES.values())
    for path in (ROOT / "kotoserver").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ERROR_CLASSES:
                yield from _code_named(node)


def _code_named(call: ast.Call) -> Iterator[str]:
    for keyword in call.keywords:
        if keyword.arg != "code":
            continue
        if isinstance(keyword.value, ast.Constant):
            yield str(keyword.value.value)
        elif ast.unparse(keyword.value) == "recording.failure":
            continue  # a code that decoding gave before, where it is named
        else:  # `no_such_scene` and `no_such_pack` are put together in the library
            assert ast.unparse(keyword.value) == "f'no_such_{self.what}'"
            yield from ("no_such_scene", "no_such_pack")


def test_the_openapi_document_has_every_operation_once():
    paths = openapi_document()["paths"]
    described = {(method.upper(), path) for path, methods in paths.items() for method in methods}
    assert described == {(operation.method, operation.path) for operation in OPERATIONS}
    ids = [method["operationId"] for methods in paths.values() for method in methods.values()]
    assert len(ids) == len(set(ids))


def test_every_body_has_a_name_of_its_own():
    """Two of one name would be told apart by where they stand in the code, which says nothing to a reader."""
    document = openapi_document()
    assert [name for name in document["components"]["schemas"] if "__" in name] == []
    named = {
        content["schema"]["$ref"].rsplit("/", 1)[1]
        for methods in document["paths"].values()
        for method in methods.values()
        for part in (method.get("requestBody", {}), *method["responses"].values())
        for content in part.get("content", {}).values()
        if "$ref" in content.get("schema", {})
    }
    assert named <= document["components"]["schemas"].keys()


def test_the_documents_link_to_files_that_exist():
    for path in [*DOCS.glob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]:
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text("utf-8")):
            assert (path.parent / link).exists(), f"{path.name} links to {link}"
