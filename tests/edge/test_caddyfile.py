"""The edge's configuration, read as data: what must hold before anybody starts it."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from kotoserver.settings import VARIABLES, Settings
from kotoserver.transport.rest.forms import FILE_TIMES
from tests.servers import CADDYFILE, caddy_program

UPSTREAMS = {"a:5000", "b:5000"}


def caddy(*arguments: str, **environ: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [caddy_program(), *arguments], env={**os.environ, **environ}, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def configuration() -> Any:
    adapted = caddy("adapt", "--config", str(CADDYFILE), EDGE_UPSTREAMS=" ".join(UPSTREAMS))
    assert adapted.returncode == 0, adapted.stderr
    return json.loads(adapted.stdout)


def found(configuration: Any, key: str) -> list[Any]:
    """Every value under this key, however deep."""
    if isinstance(configuration, list):
        return [value for each in configuration for value in found(each, key)]
    if not isinstance(configuration, dict):
        return []
    deeper = [value for each in configuration.values() for value in found(each, key)]
    return [configuration[key], *deeper] if key in configuration else deeper


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"EDGE_DOMAIN": "koto.example", "EDGE_UPSTREAMS": "app:5000 app-2:5000 app-3:5000"},
        {"EDGE_CONSOLE_FROM": "203.0.113.0/24 2001:db8::/32", "KOTO_UPLOAD_MB": "100"},
        {"EDGE_ADMIN": "off", "EDGE_HEALTH_INTERVAL": "500ms"},
    ],
)
def test_caddy_takes_it_with_whatever_an_operator_sets(tmp_path: Path, environ: dict[str, str]):
    command = ("validate", "--config", str(CADDYFILE), "--adapter", "caddyfile")
    checked = caddy(*command, XDG_DATA_HOME=str(tmp_path), **environ)
    assert checked.returncode == 0, checked.stderr


def test_it_is_written_as_caddy_writes_it():
    compared = caddy("fmt", "--diff", str(CADDYFILE))
    assert compared.returncode == 0
    assert [line for line in compared.stdout.splitlines() if line.startswith(("-", "+"))] == []


def test_nothing_but_the_server_can_be_reached_through_it(configuration: Any):
    assert set(found(configuration, "dial")) == UPSTREAMS
    assert found(configuration, "handler").count("reverse_proxy") == 2
    assert "file_server" not in found(configuration, "handler")


def test_an_upload_may_take_as_long_as_the_server_allows_and_a_socket_for_ever(configuration: Any):
    (http,) = configuration["apps"]["http"]["servers"].values()
    assert http["read_timeout"] / 1e9 > Settings.from_environ({}).limits.body_seconds * FILE_TIMES
    assert "write_timeout" not in http
    assert "stream_timeout" not in json.dumps(configuration)


def test_every_variable_is_explained_at_its_head_and_our_own_are_those_of_the_server():
    text = CADDYFILE.read_text()
    used = set(re.findall(r"\{\$([A-Z_]+)[:}]", text))
    head = text[: text.index("\n{\n")]
    assert used == set(re.findall(r"\b((?:EDGE|KOTO)_[A-Z_]+)\b", head))
    assert {name for name in used if name.startswith("KOTO_")} <= {variable.name for variable in VARIABLES}


def test_the_upload_limit_is_the_servers_own_unless_both_are_changed():
    defaults = {variable.name: variable.default for variable in VARIABLES}
    assert set(re.findall(r"\{\$KOTO_UPLOAD_MB:(\d+)\}", CADDYFILE.read_text())) == {defaults["KOTO_UPLOAD_MB"]}
