"""What the product is made of: the bill of materials, and the audit, by a service that speaks OSV's protocol."""

import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from configparser import ConfigParser
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import distributions, version
from typing import Any

import pytest
from packaging.requirements import Requirement

from kotoserver.settings import ROOT

WEAK = "aiohttp"


def run(script: str, *options: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, str(ROOT / "ops/supply" / script), *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.fixture(scope="module")
def bill() -> dict[str, Any]:
    made = run("sbom.py", "cloud")
    assert made.returncode == 0, made.stderr
    content = json.loads(made.stdout)
    assert isinstance(content, dict)
    return content


def test_the_bill_names_every_package_that_the_image_asks_for_with_its_version(bill: dict[str, Any]):
    setup = ConfigParser()
    setup.read(ROOT / "setup.cfg")
    asked = setup["options"]["install_requires"] + setup["options.extras_require"]["cloud"]
    listed = {canonical(each["name"]): each["version"] for each in bill["components"]}
    for line in filter(None, asked.splitlines()):
        name = Requirement(line).name
        assert listed[canonical(name)] == version(name)


def test_the_bill_is_closed_and_holds_nothing_that_only_tests_need(bill: dict[str, Any]):
    listed = {canonical(each["name"]) for each in bill["components"]}
    for found in distributions():
        if canonical(found.metadata["Name"]) in listed:
            for line in found.requires or []:
                requirement = Requirement(line)
                if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                    assert canonical(requirement.name) in listed, line
    assert not listed & {"pytest", "mypy", "ruff", "playwright", "faster-whisper", "piper-tts", "pip-audit"}
    references = {each["bom-ref"] for each in bill["components"]}
    assert {on for each in bill["dependencies"] for on in each.get("dependsOn", [])} <= references


def test_the_bill_says_where_each_package_comes_from_and_under_which_licence(bill: dict[str, Any]):
    assert bill["bomFormat"] == "CycloneDX"
    for each in bill["components"]:
        assert each["name"] == "kotoserver" or each["purl"].startswith("pkg:pypi/")
    without = [each["name"] for each in bill["components"] if not each.get("licenses")]
    assert len(without) <= 5, without


def test_an_extra_that_there_is_not_is_one_sentence():
    refused = run("sbom.py", "cloud,cheese")
    assert (refused.returncode, refused.stderr) == (1, "sbom: setup.cfg has no extra called cheese\n")


class Advisories(BaseHTTPRequestHandler):
    """Knows one weakness, of one package."""

    weak = ""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        name = asked["package"]["name"]
        fixed = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "99.1"}]}]
        affected = [{"package": asked["package"], "ranges": fixed}]
        weakness = {"id": "KOTO-2026-1", "summary": "for tests", "affected": affected}
        body = json.dumps({"vulns": [weakness]} if name == self.weak else {}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""


@contextmanager
def advisories(weak: str) -> Iterator[str]:
    knowing = type("Knowing", (Advisories,), {"weak": weak})
    with ThreadingHTTPServer(("127.0.0.1", 0), knowing) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}/v1/query"
        server.shutdown()


def test_the_audit_names_a_weakness_and_what_mends_it():
    with advisories(WEAK) as url:
        told = run("audit.py", "--service", url)
    assert told.returncode == 1, told.stderr
    assert told.stdout == f"{WEAK} {version(WEAK)}: KOTO-2026-1, mended in 99.1\n"


def test_an_audit_that_finds_nothing_says_how_many_it_looked_at():
    with advisories("nothing-at-all") as url:
        told = run("audit.py", "--service", url)
    assert told.returncode == 0, told.stderr
    assert re.fullmatch(r"[1-9][0-9]+ packages, no known weakness\n", told.stdout)


def test_a_service_out_of_reach_is_one_sentence_and_never_a_good_audit():
    told = run("audit.py", "--service", "http://127.0.0.1:1/v1/query")
    assert told.returncode == 2
    assert told.stderr.startswith("audit: the advisory service did not answer, so nothing was audited")
    assert told.stderr.count("\n") == 1
