"""The edge and the replicas over the stack, read as data: what must hold before anybody starts them."""

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from kotoserver.cli.serve import SHUTDOWN_SECONDS
from kotoserver.transport.live import GOODBYE_SECONDS
from tests.architecture.compose_files import ROOT, stack
from tests.servers import CADDYFILE, caddy_program

ONE = stack("compose.yaml", "ops/compose/edge.yaml")
TWO = stack("compose.yaml", "ops/compose/edge.yaml", "ops/compose/replicas.yaml")
IMAGE = "koto/kotoserver"
_REFERENCE = re.compile(r"(?<!\$)\$\{([A-Z_]+)(:\?|:-)?([^}]*)\}")
_READS = re.compile(r"\{\$([A-Z_]+)(?::([^}]*))?\}")


def processes(whole: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The services that run the server."""
    return {
        name: service
        for name, service in whole["services"].items()
        if service.get("image") == IMAGE and service["restart"] != "no"
    }


def filled(value: object, **given: str) -> str:
    """What a container gets where only `given` is set."""

    def fill(reference: re.Match[str]) -> str:
        return given.get(reference[1]) or (reference[3] if reference[2] == ":-" else "a" * 40)

    return _REFERENCE.sub(fill, str(value))


def seconds(duration: str) -> float:
    number, unit = re.fullmatch(r"([\d.]+)(ms|s|m)", duration).groups()  # type: ignore[union-attr]
    return float(number) * {"ms": 0.001, "s": 1, "m": 60}[unit]


@pytest.mark.parametrize("whole", [ONE, TWO], ids=["one", "two"])
def test_the_edge_alone_is_open_to_the_world(whole: dict[str, Any]):
    ports = {name: service.get("ports", []) for name, service in whole["services"].items()}
    assert ports.pop("edge") == ["80:80", "443:443", "443:443/udp"]
    assert all(port.startswith("127.0.0.1:") for published in ports.values() for port in published)
    assert all("ports" not in service for service in processes(whole).values())


@pytest.mark.parametrize("whole", [ONE, TWO], ids=["one", "two"])
def test_the_edge_knows_every_process_and_waits_for_it(whole: dict[str, Any]):
    edge = whole["services"]["edge"]
    assert edge["environment"]["EDGE_UPSTREAMS"].split() == [f"{name}:5000" for name in processes(whole)]
    waits = {name: how["condition"] for name, how in edge["depends_on"].items()}
    assert waits == dict.fromkeys(processes(whole), "service_healthy")


def test_all_processes_are_set_alike():
    first, *others = [
        {**process, "environment": {name: filled(value) for name, value in process["environment"].items()}}
        for process in processes(TWO).values()
    ]
    assert others == [first]


def test_a_process_that_stops_has_the_time_that_it_asks_for():
    interval = seconds(dict(_READS.findall(CADDYFILE.read_text()))["EDGE_HEALTH_INTERVAL"])
    for process in processes(TWO).values():
        drain = process["environment"]["KOTO_DRAIN_SECONDS"]
        assert drain >= 2 * interval
        assert seconds(process["stop_grace_period"]) > drain + GOODBYE_SECONDS + SHUTDOWN_SECONDS


def test_the_edge_is_given_what_its_configuration_reads_and_takes_the_defaults(tmp_path: Path):
    given = TWO["services"]["edge"]["environment"]
    read = {name for name, _ in _READS.findall(CADDYFILE.read_text())}
    assert set(given) <= read
    environ = {name: filled(value, EDGE_DOMAIN="koto.example") for name, value in given.items()}
    assert all(environ.values())
    checked = subprocess.run(
        [caddy_program(), "validate", "--config", CADDYFILE, "--adapter", "caddyfile"],
        env={**os.environ, **environ, "XDG_DATA_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr


def test_the_edge_is_as_confined_as_the_app_and_keeps_its_certificates():
    edge, app = TWO["services"]["edge"], TWO["services"]["app"]
    for name in ("restart", "read_only", "cap_drop", "security_opt"):
        assert edge[name] == app[name]
    assert edge["cap_add"] == ["NET_BIND_SERVICE"]
    mounts = [mount.split(":") for mount in edge["volumes"]]
    assert ["edge-data", "/data"] in mounts
    assert "edge-data" in TWO["volumes"]
    assert (ROOT / next(source for source, *_ in mounts if source.startswith("."))).resolve() == CADDYFILE
    assert "healthcheck" in edge


def test_the_edges_image_is_one_version_for_ever():
    assert re.fullmatch(r"caddy:\d+\.\d+\.\d+-alpine", TWO["services"]["edge"]["image"])
