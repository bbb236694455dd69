"""Every combination of compose files that an operator may start, read as data."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from kotoserver.cli.serve import SHUTDOWN_SECONDS
from kotoserver.settings import VARIABLES, PoolSettings, Settings
from kotoserver.transport.live import GOODBYE_SECONDS
from tests.architecture.compose_files import ROOT, every_stack, filled, read, references, stack

STACKS = [pytest.param(names, id="+".join(Path(name).stem for name in names)) for names in every_stack()]
SCHEMA = jsonschema.Draft7Validator(
    json.loads((ROOT / "tests/architecture/compose_spec/compose-spec.json").read_text("utf-8"))
)
EXAMPLE = (ROOT / ".env.example").read_text("utf-8")
LISTED = dict(re.findall(r"^([A-Z_]+)=(.*)$", EXAMPLE, re.MULTILINE))
GIVEN = {**LISTED, "EDGE_DOMAIN": "koto.example"}
"""What an operator has who filled in what must be filled in."""
OURS = ("koto/kotoserver", "koto/speech-gpu")
BY_DOCKER = {"COMPOSE_FILE"}
"""Read by Compose itself."""
NOT_IN_THE_STACK = {
    "KOTO_DEVELOPMENT",  # refused where others can connect
    "KOTO_SCENES_DIR",  # mounted in their place
    "KOTO_LANGPACKS_DIR",
    "KOTO_MODELS_DIR",  # in the data folder
    "KOTO_BACKUP_DIR",  # in the data folder; ops/backup/compose-backup makes them
    "KOTO_BACKUP_KEYS",
    "KOTO_SPEECH_KEY",  # of the speech role, in gpu.yaml
    "GOOGLE_ENDPOINT",  # for tests
}

stacks = pytest.mark.parametrize("names", STACKS)


def services(names: tuple[str, ...], **given: str) -> dict[str, dict[str, Any]]:
    found = filled(stack(*names), {**GIVEN, **given})["services"]
    assert isinstance(found, dict)
    return found


def is_job(service: dict[str, Any]) -> bool:
    """Whether it runs once and ends."""
    return service["restart"] == "no"


def seconds(duration: str) -> float:
    number, unit = re.fullmatch(r"([\d.]+)(ms|s|m)", duration).groups()  # type: ignore[union-attr]
    return float(number) * {"ms": 0.001, "s": 1, "m": 60}[unit]


@stacks
@pytest.mark.parametrize("given", [{}, {"DATA_PREFIX": "/data/db/koto-"}], ids=["volumes", "folders"])
def test_it_is_what_the_compose_specification_asks_for(names: tuple[str, ...], given: dict[str, str]):
    SCHEMA.validate(filled(stack(*names), {**GIVEN, **given}))


def test_the_schema_does_find_a_mistake():
    whole = stack("compose.yaml")
    whole["services"]["app"]["prots"] = ["5000:5000"]
    with pytest.raises(jsonschema.ValidationError, match="prots"):
        SCHEMA.validate(whole)


@stacks
def test_every_setting_is_in_the_example(names: tuple[str, ...]):
    asked = {found["name"] for name in names for found in references((ROOT / name).read_text("utf-8"))}
    assert asked <= set(LISTED)


def test_every_line_of_the_example_is_asked_for():
    asked = {
        found["name"]
        for names in every_stack()
        for name in names
        for found in references((ROOT / name).read_text("utf-8"))
    }
    assert set(LISTED) <= asked | BY_DOCKER


def test_every_setting_of_the_server_can_be_set():
    in_image = set(re.findall(r"\b(KOTO_[A-Z_]+)=", (ROOT / "Dockerfile").read_text("utf-8")))
    given = set(services(("compose.yaml",))["app"]["environment"])
    of_secrets = {name.removesuffix("_FILE") for name in given if name.endswith("_FILE")}
    assert {variable.name for variable in VARIABLES} == given - {
        f"{name}_FILE" for name in of_secrets
    } | of_secrets | in_image | NOT_IN_THE_STACK


@stacks
def test_the_server_accepts_what_it_is_given(names: tuple[str, ...], tmp_path: Path):
    for name in ("koto_secret", "database_password", "redis_password", "minio_access_key", "minio_secret_key"):
        (tmp_path / name).write_text("a" * 48)
    for service in services(names).values():
        if service["image"] not in OURS:
            continue
        given = {
            name: str(value).replace("/run/secrets", str(tmp_path))
            for name, value in service["environment"].items()
        }
        for secret in service["secrets"]:
            (tmp_path / secret).touch()
        settings = Settings.from_environ({**given, "KOTO_HOST": "0.0.0.0"})
        if service["image"] == "koto/kotoserver":
            assert settings.s3 is not None
            assert settings.database_url is not None
            behind_the_edge = not is_job(service) and any("edge" in name for name in names)
            assert bool(settings.public_url and settings.trusted_proxies) == behind_the_edge
            assert settings.database_url.reveal() == f"postgresql://koto:{'a' * 48}@postgres:5432/koto"


@stacks
def test_only_the_edge_is_open_to_the_world(names: tuple[str, ...]):
    for name, service in services(names).items():
        open_to_all = [port for port in service.get("ports", []) if not str(port).startswith("127.0.0.1:")]
        assert not open_to_all or name == "edge", name


@stacks
def test_no_port_is_taken_twice(names: tuple[str, ...]):
    ports = [str(port) for service in services(names).values() for port in service.get("ports", [])]
    assert len(ports) == len({port.rpartition(":")[0] + port.partition("/")[2] for port in ports})


@stacks
def test_every_image_is_a_version(names: tuple[str, ...]):
    for service in services(names).values():
        if service["image"] not in OURS:
            assert re.search(r":(v?\d[\w.-]*|RELEASE\.[\w-]+)$", service["image"]), service["image"]


@stacks
def test_no_secret_stands_in_an_environment(names: tuple[str, ...]):
    for service in services(names).values():
        for name, value in service.get("environment", {}).items():
            if re.search(r"PASSWORD|SECRET|KEY", name):
                assert name.endswith("_FILE"), name
                assert str(value).startswith("/run/secrets/")


@stacks
def test_every_secret_that_is_named_is_there_and_used(names: tuple[str, ...]):
    whole = filled(stack(*names), GIVEN)
    for service in whole["services"].values():
        mounted = {f"/run/secrets/{name}" for name in service.get("secrets", [])}
        assert {path.removeprefix("/run/secrets/") for path in mounted} <= set(whole["secrets"])
        told = json.dumps(service)
        assert mounted == set(re.findall(r"/run/secrets/\w+", told))


@stacks
def test_what_runs_on_tells_its_health_and_comes_back(names: tuple[str, ...]):
    for name, service in services(names).items():
        if not is_job(service):
            assert service["restart"] == "unless-stopped", name
            assert "healthcheck" in service or service["image"] in OURS, name
    for dockerfile in ("Dockerfile", "ops/gpu/Dockerfile"):
        assert "\nHEALTHCHECK " in (ROOT / dockerfile).read_text("utf-8")


@stacks
def test_jobs_end_before_what_needs_them_begins(names: tuple[str, ...]):
    found = services(names)
    for name, service in found.items():
        for needed, how in service.get("depends_on", {}).items():
            wanted = "service_completed_successfully" if is_job(found[needed]) else "service_healthy"
            assert how["condition"] == wanted, (name, needed)
    if "app" in found:
        assert {name for name, service in found.items() if is_job(service)} <= set(found["app"]["depends_on"])


@stacks
def test_every_service_is_confined_and_bounded(names: tuple[str, ...]):
    for name, service in services(names).items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["pids_limit"] > 0, name
        assert re.fullmatch(r"\d+[mg]", service["mem_limit"]), name
        assert {"max-size", "max-file"} <= set(service["logging"]["options"]), name
        assert not service.get("privileged"), name
        assert not any("docker.sock" in str(mount) for mount in service.get("volumes", [])), name


@stacks
def test_what_is_kept_lies_on_a_volume_or_where_the_prefix_says(names: tuple[str, ...]):
    whole = filled(stack(*names), GIVEN)
    for service in whole["services"].values():
        sources = [str(mount).split(":")[0] for mount in service.get("volumes", [])]
        named = [source for source in sources if not source.startswith((".", "/"))]
        assert set(named) <= set(whole.get("volumes", {}))
    if "compose.yaml" in names:
        elsewhere = services(names, DATA_PREFIX="/data/db/koto-")
        assert elsewhere["postgres"]["volumes"][0] == "/data/db/koto-postgres-data:/var/lib/postgresql/data"


@stacks
def test_the_server_has_the_time_to_stop_that_it_may_need(names: tuple[str, ...]):
    pool = PoolSettings()
    for service in services(names).values():
        if service["image"] == "koto/kotoserver" and not is_job(service):
            drain = int(service["environment"]["KOTO_DRAIN_SECONDS"] or 0)
            silent_database = pool.queue_seconds + pool.command_seconds
            longest = drain + GOODBYE_SECONDS + SHUTDOWN_SECONDS + silent_database
            assert seconds(service["stop_grace_period"]) > longest


def prepare(folder: Path, **environ: str) -> str:
    """Runs the script in a folder of its own; what it says."""
    (folder / "compose.yaml").write_text((ROOT / "compose.yaml").read_text())
    script = ["sh", str(ROOT / "ops/compose/prepare")]
    path = "/usr/bin:/bin"
    ran = subprocess.run(
        script, cwd=folder, env={"PATH": path, **environ}, capture_output=True, text=True, check=True
    )
    return ran.stdout


def test_prepare_makes_every_secret_of_every_stack_and_no_two_alike(tmp_path: Path):
    prepare(tmp_path)
    made = {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}
    assert set(made) == {
        secret for names in every_stack() for name in names for secret in read(name).get("secrets", {})
    }
    generated = [value for value in made.values() if len(value) > 8]
    assert len(generated) == len(set(generated)) == 6
    assert all(re.fullmatch(r"[0-9a-f]{48}", value) for value in generated)
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "secrets").iterdir()} == {0o444}


def test_prepare_leaves_what_is_there(tmp_path: Path):
    prepare(tmp_path)
    before = {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}
    assert prepare(tmp_path) == ""
    assert {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()} == before


def test_prepare_makes_the_folders_where_the_settings_say(tmp_path: Path):
    (tmp_path / ".env").write_text(f"SECRETS_DIR={tmp_path}/hidden\nDATA_PREFIX={tmp_path}/db/koto-\n")
    prepare(tmp_path)
    assert (tmp_path / "hidden/koto_secret").is_file()
    assert (tmp_path / "db/koto-app-data").stat().st_uid == 10001
    assert sorted(path.name for path in (tmp_path / "db").iterdir()) == [
        "koto-app-data",
        "koto-minio-data",
        "koto-postgres-data",
        "koto-redis-data",
    ]
