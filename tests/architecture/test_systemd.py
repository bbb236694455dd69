"""The units of systemd: they are understood, and leave little open."""

import re
import subprocess
from pathlib import Path

import pytest

from kotoserver.cli.serve import SHUTDOWN_SECONDS
from kotoserver.settings import ROOT, VARIABLES, PoolSettings
from kotoserver.transport.live import GOODBYE_SECONDS
from tests.servers import find_program, require

SERVICES = (ROOT / "ops/systemd/kotoserver.service", ROOT / "ops/backup/koto-backup.service")
MOST_EXPOSED = 2.0
"""Of 10; above 9 is unsafe, a service without any sandbox has 9.6."""


def analyze(*options: str | Path) -> "subprocess.CompletedProcess[str]":
    program = find_program("systemd-analyze")
    if program is None:
        require("systemd", "apt-get install systemd")
    return subprocess.run([str(program), *map(str, options)], capture_output=True, text=True, check=False)


def settings_of(unit: Path, name: str) -> list[str]:
    return re.findall(rf"^{name}=(.*)$", unit.read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize("unit", SERVICES, ids=lambda path: path.stem)
def test_systemd_understands_every_line(unit: Path, tmp_path: Path):
    """With a program in its place, which is not installed where the tests are."""
    installed = tmp_path / unit.name
    program = tmp_path / "kotoserver"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    installed.write_text(unit.read_text("utf-8").replace("/opt/koto/bin/kotoserver", str(program)))
    checked = analyze("verify", "--recursive-errors=no", "--man=no", installed)
    assert (checked.returncode, checked.stderr) == (0, "")


def test_a_server_that_found_no_database_is_started_again_and_not_given_up():
    server = SERVICES[0]
    assert settings_of(server, "Restart") == ["on-failure"]
    assert settings_of(server, "StartLimitIntervalSec") == ["0"]
    assert 1 <= int(settings_of(server, "RestartSec")[0]) <= 30


def test_systemd_does_notice_a_wrong_line(tmp_path: Path):
    broken = tmp_path / "broken.service"
    broken.write_text("[Service]\nExecStart=/bin/true\nProtectSystme=strict\n")
    assert "'ProtectSystme'" in analyze("verify", "--man=no", broken).stderr


@pytest.mark.parametrize("unit", SERVICES, ids=lambda path: path.stem)
def test_little_is_left_open(unit: Path):
    told = analyze("security", "--offline=true", "--no-pager", unit).stdout
    (exposed,) = re.findall(r"Overall exposure level for .*: ([0-9.]+)", told)
    assert float(exposed) <= MOST_EXPOSED, told


@pytest.mark.parametrize("unit", SERVICES, ids=lambda path: path.stem)
def test_the_environment_is_what_the_server_knows_and_holds_no_secret(unit: Path):
    known = {name for each in VARIABLES for name in (each.name, *([f"{each.name}_FILE"] if each.secret else []))}
    given = dict(line.split("=", 1) for line in settings_of(unit, "Environment"))
    assert set(given) <= known
    handed = {line.partition(":")[0] for line in settings_of(unit, "LoadCredential")}
    assert {value.removeprefix("%d/") for name, value in given.items() if name.endswith("_FILE")} == handed


def test_the_server_has_the_time_to_stop_that_it_may_need():
    pool = PoolSettings()
    longest = GOODBYE_SECONDS + SHUTDOWN_SECONDS + pool.queue_seconds + pool.command_seconds
    (given,) = settings_of(SERVICES[0], "TimeoutStopSec")
    assert float(given) > longest
