"""Whom alerts are told to: the settings as they are written, in a real Alertmanager."""

import json
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from queue import Queue
from typing import Any

import pytest

from kotoserver.settings import ROOT
from tests.monitoring.world import program, running
from tests.servers import free_port

START = ROOT / "ops/alertmanager/start"
SECRET = "mail-password-'with-a-quote"
MAIL = {"ALERTS_BY": "email", "ALERTS_TO": "ops@example.org", "ALERTS_FROM": "koto@example.org"}


def written(folder: Path, **settings: str) -> "subprocess.CompletedProcess[str]":
    """What the script makes of the settings, checked by Alertmanager's own tool in its place."""
    environ = {
        "PATH": "/usr/bin:/bin",
        "ALERTMANAGER": str(_stand_in(folder)),
        "ALERTS_CONFIG": str(folder / "alertmanager.yaml"),
        **settings,
    }
    return subprocess.run([START], env=environ, capture_output=True, text=True, check=False, timeout=30)


def _stand_in(folder: Path) -> Path:
    script = folder / "amtool"
    script.write_text(f'#!/bin/sh\nexec {program("amtool")} check-config "${{1#--config.file=}}"\n')
    script.chmod(0o755)
    return script


def secret(folder: Path, content: str) -> str:
    path = folder / "secret"
    path.write_text(content)
    return str(path)


def test_without_a_word_nobody_is_told(tmp_path: Path):
    assert written(tmp_path).returncode == 0


def test_mail_goes_with_a_password_that_only_the_configuration_holds(tmp_path: Path):
    told = written(tmp_path, **MAIL, ALERTS_SMTP="mail:587", ALERTS_PASSWORD_FILE=secret(tmp_path, SECRET))
    assert told.returncode == 0, told.stderr
    assert SECRET not in told.stdout + told.stderr
    assert (tmp_path / "alertmanager.yaml").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"ALERTS_BY": "pigeon"}, "ALERTS_BY must be nobody, webhook or email, not pigeon"),
        ({"ALERTS_BY": "webhook", "ALERTS_WEBHOOK_FILE": "/dev/null"}, "the address to post to belongs in it"),
        (MAIL, "ALERTS_SMTP: is the mail server as host:port"),
        ({**MAIL, "ALERTS_SMTP": "m:25", "ALERTS_PASSWORD_FILE": "/dev/null"}, "the password belongs in it"),
    ],
)
def test_what_is_missing_is_said_in_a_sentence(settings: dict[str, str], sentence: str, tmp_path: Path):
    told = written(tmp_path, **settings)
    assert told.returncode != 0
    assert sentence in told.stderr


@contextmanager
def somebody_listening() -> Iterator[tuple[str, "Queue[dict[str, Any]]"]]:
    """An address, and what was posted to it."""
    posted: Queue[dict[str, Any]] = Queue()

    class Ear(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # the name is the library's
            posted.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *told: object) -> None:
            """Says nothing."""

    server = HTTPServer(("127.0.0.1", 0), Ear)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/alerts", posted
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_webhook_hears_of_the_worse_of_two_alerts_about_the_same(tmp_path: Path):
    port = free_port()
    with somebody_listening() as (address, posted):
        environ = {
            "PATH": "/usr/bin:/bin",
            "ALERTMANAGER": str(program("prometheus-alertmanager")),
            "ALERTS_CONFIG": str(tmp_path / "alertmanager.yaml"),
            "ALERTS_BY": "webhook",
            "ALERTS_WEBHOOK_FILE": secret(tmp_path, address),
            "ALERTS_WAIT": "1s",
        }
        command = ["env", "-i", *(f"{name}={value}" for name, value in environ.items()), str(START)]
        command += [f"--web.listen-address=127.0.0.1:{port}", f"--storage.path={tmp_path}"]
        with running([*command, "--cluster.listen-address="], f"http://127.0.0.1:{port}/-/ready"):
            for alert, severity in (("KotoDiskLow", "warning"), ("KotoDiskFull", "critical")):
                amtool = [program("amtool"), f"--alertmanager.url=http://127.0.0.1:{port}", "alert", "add", alert]
                labels = [f"severity={severity}", "disk=data", "--annotation=summary=Little is left."]
                subprocess.run([*amtool, *labels], check=True, timeout=30)
            told = posted.get(timeout=30)
    assert [alert["labels"]["alertname"] for alert in told["alerts"]] == ["KotoDiskFull"]
    assert told["alerts"][0]["annotations"]["summary"] == "Little is left."
