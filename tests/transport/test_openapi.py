"""The API against its own document: whatever schemathesis thinks of is answered as documented."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import CheckFunction
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from kotoserver.transport.rest.openapi import openapi_document
from tests.processes import running_server

CHECKS: list[CheckFunction] = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
    unsupported_method,
]
schema = schemathesis.openapi.from_dict(openapi_document())


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("openapi")
    with running_server(folder) as address:
        yield address


@schema.parametrize()
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
def test_every_call_answers_as_documented(case: schemathesis.Case, server: str):
    if case.operation.label == "DELETE /me":
        case.headers = {**(case.headers or {})}
    case.call_and_validate(base_url=f"{server}/koto-api", checks=CHECKS)
