"""The API against its own document: whatever schemathesis thinks of is answered as documented."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
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

from kotoserver.domain.learner import Role
from kotoserver.settings import LIMITS, ROOT
from kotoserver.transport.rest.openapi import openapi_document
from kotoserver.transport.rest.table import OPERATIONS
from tests.processes import run, running_server

CHECKS: list[CheckFunction] = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
    unsupported_method,
]
ALL = frozenset(Role)
NO_LIMITS = ",".join(f"{name}=0" for name in LIMITS)
schema = schemathesis.openapi.from_dict(openapi_document())
schema.config.generation.update(with_security_parameters=False)  # every case is signed in


@pytest.fixture(scope="module")
def token(server: str) -> str:
    """One guest for most calls, not for the one that erases them: guests are limited per minute."""
    return sign_in(server)


def sign_in(server: str) -> str:
    answer = requests.post(f"{server}/koto-api/auth/guest", json={}, timeout=10)
    assert answer.ok, answer.text
    return str(answer.json()["token"])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("openapi")


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[str]:
    """Over copies of one scene and its packs, since editors' calls publish and save."""
    shutil.copytree(ROOT / "scenes" / "catalog", folder / "scenes" / "catalog")
    shutil.copytree(ROOT / "scenes" / "cafe", folder / "scenes" / "cafe")
    others = shutil.ignore_patterns("airport.yaml", "cafe_friend.yaml", "convenience_store.yaml")
    shutil.copytree(ROOT / "langpacks", folder / "langpacks", ignore=others)
    content = {"KOTO_SCENES_DIR": str(folder / "scenes"), "KOTO_LANGPACKS_DIR": str(folder / "langpacks")}
    with running_server(folder, KOTO_LIMITS=NO_LIMITS, **content) as address:
        yield address


@pytest.fixture(scope="module")
def admin(folder: Path, server: str) -> str:
    """The token of somebody who may make every call."""
    return run(folder, "token", "--role", "admin").stdout.strip()


@schema.parametrize()
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
def test_every_call_answers_as_documented(case: schemathesis.Case, server: str, token: str, admin: str):
    """Each case has a session of its own with a turn in it, so that calls reach past the doorman."""
    learner = Learner(server, token_for(case, server, token, admin))
    known = {"session_id": learner.session_id, "turn_id": "t1", "scene_id": "cafe", "pack_id": "ko-id"}
    for name in case.path_parameters or {}:
        case.path_parameters[name] = known.get(name, case.path_parameters[name])
    case.call_and_validate(base_url=f"{server}/koto-api", headers=learner.headers, checks=CHECKS, timeout=60)


def token_for(case: schemathesis.Case, server: str, token: str, admin: str) -> str:
    """Somebody of their own for calls after which nobody is signed in any more."""
    method, path = case.method, case.operation.path
    if (method, path) in {("DELETE", "/me"), ("DELETE", "/me/sign-ins"), ("PUT", "/me/credentials")}:
        return sign_in(server)
    restricted = any((each.method, each.path) == (method, path) and each.roles != ALL for each in OPERATIONS)
    return admin if restricted or path == "/evaluate" else token


class Learner:
    """A guest in the middle of a scene."""

    def __init__(self, server: str, token: str) -> None:
        self._server = server
        self.headers = {"Authorization": f"Bearer {token}"}
        self.session_id = self._post("/sessions", {"scene_id": "cafe", "pack": "ko-id"})["session_id"]
        self._post(f"/sessions/{self.session_id}/turns", {"turn_id": "t1", "text": "네"})

    def _post(self, path: str, body: dict[str, str]) -> dict[str, str]:
        answer = requests.post(f"{self._server}/koto-api{path}", json=body, headers=self.headers, timeout=10)
        assert answer.ok, answer.text
        return dict(answer.json())


def test_every_reference_leads_to_a_schema():
    """Two models of one name would each get another name, and neither the one that is referred to."""
    document = json.dumps(openapi_document())
    named = set(re.findall(r'"#/components/schemas/([^"]+)"', document))
    assert named <= set(openapi_document()["components"]["schemas"])
