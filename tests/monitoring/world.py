"""A real Prometheus and its exporters around a real server, with the project's own files."""

import json
import subprocess
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.error import URLError

import yaml

from kotoserver.settings import ROOT
from tests.servers import Edge, Restartable, find_program, free_port, require

PROMETHEUS = ROOT / "ops/prometheus"
ADVICE = "apt-get install {}"
SCRAPE_SECONDS = 1


def program(name: str) -> Path:
    """Where Debian puts it; skipped, or failed in CI, where it is missing."""
    found = find_program(name)
    if found is None:
        package = {"promtool": "prometheus", "amtool": "prometheus-alertmanager"}.get(name, name)
        require(name, ADVICE.format(package))
    return found


def promtool(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    command = [program("promtool"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prometheus:
    port: int

    def ask(self, query: str) -> list[dict[str, Any]]:
        """The series that the query gives now."""
        told = self._get("query", query=query)
        assert told["status"] == "success", told
        result: list[dict[str, Any]] = told["data"]["result"]
        return result

    def rules(self) -> list[dict[str, Any]]:
        return [rule for group in self._get("rules")["data"]["groups"] for rule in group["rules"]]

    def targets(self) -> dict[str, str]:
        """Job -> health of its last target."""
        active = self._get("targets")["data"]["activeTargets"]
        return {each["labels"]["job"]: each["health"] for each in active}

    def _get(self, what: str, **query: str) -> dict[str, Any]:
        address = f"http://127.0.0.1:{self.port}/api/v1/{what}?{urllib.parse.urlencode(query)}"
        with urllib.request.urlopen(address, timeout=10) as answer:
            found: dict[str, Any] = json.load(answer)
        return found


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=1) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


@contextmanager
def running(command: Sequence[str | Path], address: str) -> Iterator[Path]:
    """A program that answers at `address`; its folder."""
    with TemporaryDirectory(prefix="koto-watch-") as name:
        server = Restartable([*command], Path(name), lambda: answers(address))
        try:
            server.start()
            yield Path(name)
        finally:
            server.stop()


@contextmanager
def exporters(edge: Edge | None) -> Iterator[Mapping[str, str]]:
    """The machine's, and the one that asks the site from outside and believes the edge's own authority."""
    node, blackbox = free_port(), free_port()
    modules = yaml.safe_load((PROMETHEUS / "blackbox.yaml").read_text("utf-8"))
    if edge is not None:
        root = edge.log.parent / "caddy/pki/authorities/local/root.crt"
        modules["modules"]["https"]["http"]["tls_config"] = {"ca_file": str(root)}
    with TemporaryDirectory(prefix="koto-watch-") as folder, ExitStack() as stack:
        config = Path(folder) / "blackbox.yaml"
        config.write_text(yaml.safe_dump(modules), "utf-8")
        stack.enter_context(
            running(
                [program("prometheus-node-exporter"), f"--web.listen-address=127.0.0.1:{node}"],
                f"http://127.0.0.1:{node}/metrics",
            )
        )
        stack.enter_context(
            running(
                [
                    program("prometheus-blackbox-exporter"),
                    f"--config.file={config}",
                    f"--web.listen-address=127.0.0.1:{blackbox}",
                ],
                f"http://127.0.0.1:{blackbox}/-/healthy",
            )
        )
        yield {"node:9100": f"127.0.0.1:{node}", "blackbox:9115": f"127.0.0.1:{blackbox}"}


@contextmanager
def watching(
    targets: Mapping[str, Sequence[str]], places: Mapping[str, str], *, alertmanager: str = "127.0.0.1:1"
) -> Iterator[Prometheus]:
    """The project's Prometheus: `targets` by the file that names them, `places` of the stack as they are here."""
    port = free_port()
    places = {**places, "alertmanager:9093": alertmanager, "localhost:9090": f"127.0.0.1:{port}"}
    config = (PROMETHEUS / "prometheus.yaml").read_text("utf-8")
    config = config.replace("15s", f"{SCRAPE_SECONDS}s").replace("5s", f"{SCRAPE_SECONDS}s")
    for place, here in places.items():
        assert place in config, f"{place} is not in prometheus.yaml"
        config = config.replace(place, here)
    with TemporaryDirectory(prefix="koto-watch-") as name:
        folder = Path(name)
        (folder / "rules").symlink_to(PROMETHEUS / "rules")
        (folder / "targets").mkdir()
        for file, hosts in targets.items():
            told = [{"targets": [*hosts]}] if hosts else []
            (folder / "targets" / f"{file}.yaml").write_text(yaml.safe_dump(told), "utf-8")
        (folder / "prometheus.yaml").write_text(config, "utf-8")
        command: list[str | Path] = [
            program("prometheus"),
            f"--config.file={folder / 'prometheus.yaml'}",
            f"--storage.tsdb.path={folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}",
        ]
        with running(command, f"http://127.0.0.1:{port}/-/ready"):
            yield Prometheus(port=port)
