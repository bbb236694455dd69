"""The compose stack and the image, read as data: what must hold before anybody starts them."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from kotoserver.settings import VARIABLES, Settings

ROOT = Path(__file__).resolve().parents[2]
STACK: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, Any] = STACK["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
_REFERENCE = re.compile(r"(?<!\$)\$\{([A-Z_]+)(:\?|:-)?[^}]*\}")


def test_the_four_services_are_there_on_the_agreed_ports():
    ports = {name: sorted(service["ports"]) for name, service in SERVICES.items()}
    assert ports == {
        "app": ["127.0.0.1:5000:5000"],
        "postgres": ["127.0.0.1:5433:5432"],
        "redis": ["127.0.0.1:6380:6379"],
        "minio": ["127.0.0.1:9002:9000", "127.0.0.1:9003:9001"],
    }


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_comes_back_after_a_crash(name: str):
    assert SERVICES[name]["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_tells_its_health(name: str):
    in_image = "HEALTHCHECK" in DOCKERFILE
    assert "healthcheck" in SERVICES[name] or (name == "app" and in_image)


@pytest.mark.parametrize("name", SERVICES)
def test_what_a_service_keeps_is_on_a_named_volume(name: str):
    named = [mount.split(":")[0] for mount in SERVICES[name]["volumes"] if not mount.startswith(".")]
    assert named
    assert set(named) <= set(STACK["volumes"])


def test_the_app_waits_until_what_it_needs_is_healthy():
    waits = {name: how["condition"] for name, how in SERVICES["app"]["depends_on"].items()}
    assert waits == dict.fromkeys(("postgres", "redis", "minio"), "service_healthy")


def test_every_setting_of_the_app_is_one_that_the_server_knows():
    known = {variable.name for variable in VARIABLES}
    in_image = set(re.findall(r"\b(KOTO_[A-Z_]+)=", DOCKERFILE))
    assert set(SERVICES["app"]["environment"]) <= known
    assert in_image <= known


def test_every_secret_has_its_line_in_the_example():
    listed = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    text = (ROOT / "compose.yaml").read_text()
    required = {found[1] for found in _REFERENCE.finditer(text) if found[2] != ":-"}
    optional = {found[1] for found in _REFERENCE.finditer(text) if found[2] == ":-"}
    assert required <= listed
    over_it = "".join((ROOT / "ops/compose" / name).read_text() for name in ("edge.yaml", "replicas.yaml"))
    assert listed <= required | optional | {found[1] for found in _REFERENCE.finditer(over_it)}


def test_no_secret_stands_in_the_files():
    for service in SERVICES.values():
        for name, value in service["environment"].items():
            if name.endswith(("PASSWORD", "SECRET", "_KEY")):
                assert value.startswith("${"), name


def test_the_server_accepts_what_the_stack_gives_it(tmp_path: Path):
    """What must be given is, what may be left out is."""

    def fill(reference: re.Match[str]) -> str:
        return "" if reference[2] == ":-" else "a" * 40

    given = {name: _REFERENCE.sub(fill, str(value)) for name, value in SERVICES["app"]["environment"].items()}
    given |= dict(re.findall(r"\b(KOTO_[A-Z_]+)=(\S+)", DOCKERFILE))
    settings = Settings.from_environ(given)
    assert settings.s3 is not None
    assert settings.s3.bucket == "koto-audio-private"
    assert settings.database_url is not None


def test_the_image_runs_as_nobody_special():
    user = DOCKERFILE.rindex("\nUSER koto\n")
    assert user > DOCKERFILE.rindex("\nFROM ")
    assert user < DOCKERFILE.index("\nENTRYPOINT ")
