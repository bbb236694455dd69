"""`./koto`, the door to the project, where things are not as it needs them."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from kotoserver.settings import ROOT

TOOLS = ("sh", "cat", "cksum", "dirname", "id", "ls", "rm", "mktemp", "tail", "printf", "pwd", "env")


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A checkout without an environment, and a PATH with nothing but the plainest tools."""
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    for name in ("koto", "setup.cfg", "pyproject.toml"):
        shutil.copy(ROOT / name, checkout)
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in TOOLS:
        found = shutil.which(name)
        if found:
            (tools / name).symlink_to(found)
    return checkout


def koto(checkout: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["./koto", *arguments],
        cwd=checkout,
        env={"PATH": str(checkout.parent / "bin"), "HOME": os.environ.get("HOME", "/")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def python_that_says(checkout: Path, script: str) -> None:
    fake = checkout.parent / "bin" / "python3"
    fake.write_text(f"#!/bin/sh\n{script}\n")
    fake.chmod(0o755)


@pytest.mark.parametrize("command", ["dev", "test", "check"])
def test_without_python_there_is_one_plain_sentence(elsewhere: Path, command: str):
    refused = koto(elsewhere, command)
    assert refused.returncode == 1
    assert refused.stderr.splitlines() == [
        "koto: Python 3.11 is needed and was not found (on Debian 12: apt install python3.11 python3.11-venv)"
    ]


def test_another_python_is_no_python(elsewhere: Path):
    python_that_says(elsewhere, "exit 1")  # what a version other than 3.11 answers to the question
    assert "Python 3.11 is needed" in koto(elsewhere, "dev").stderr


def test_a_python_without_venv_is_told_what_it_lacks(elsewhere: Path):
    python_that_says(elsewhere, 'case "$*" in *version_info*) exit 0 ;; *) exit 1 ;; esac')
    refused = koto(elsewhere, "dev")
    assert refused.returncode == 1
    assert refused.stderr.splitlines() == [
        "koto: this Python cannot make virtual environments (on Debian 12: apt install python3.11-venv)"
    ]


def test_help_lists_the_commands(elsewhere: Path):
    told = koto(elsewhere)
    assert told.returncode == 0
    for command in ("dev", "test", "check", "run"):
        assert f"\n  {command} " in told.stdout


def test_an_unknown_command_is_refused(elsewhere: Path):
    refused = koto(elsewhere, "dance")
    assert refused.returncode == 1
    assert "unknown command: dance" in refused.stderr
