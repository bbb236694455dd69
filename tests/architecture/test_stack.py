"""The compose stack and the image, read as data: what must hold before anybody starts them."""

from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
STACK: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, Any] = STACK["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()


def test_the_four_services_are_there_on_the_agreed_ports():
    ports = {name: sorted(service["ports"]) for name, service in SERVICES.items() if "ports" in service}
    assert ports == {
        "app": ["127.0.0.1:5000:5000"],
        "postgres": ["127.0.0.1:5433:5432"],
        "redis": ["127.0.0.1:6380:6379"],
        "minio": ["127.0.0.1:9002:9000", "127.0.0.1:9003:9001"],
    }


def test_the_app_waits_until_what_it_needs_is_healthy():
    waits = {name: how["condition"] for name, how in SERVICES["app"]["depends_on"].items()}
    jobs = dict.fromkeys(("migrate", "bucket"), "service_completed_successfully")
    assert waits == dict.fromkeys(("postgres", "redis", "minio"), "service_healthy") | jobs


def test_the_image_runs_as_nobody_special():
    user = DOCKERFILE.rindex("\nUSER koto\n")
    assert user > DOCKERFILE.rindex("\nFROM ")
    assert user < DOCKERFILE.index("\nENTRYPOINT ")
