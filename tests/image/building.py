"""The real Dockerfile, built by buildah on a base that is made of Debian's packages: no registry is asked.

The base stands in for `python:3.11-slim-bookworm`: Debian 12 with its Python 3.11. What pip is told on this
machine (an index, a certificate) is mounted while the image is built, and is no part of it.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NoReturn

import pytest

from kotoserver.settings import ROOT
from tests.servers import find_program, require

BASE = "localhost/koto/base"
IMAGE = "localhost/koto/kotoserver"
STORES = "localhost/koto/stores"
STAND_INS = ROOT / "tests/image/stand_ins"
_LEFT_OUT = ("/usr/share/doc/*", "/usr/share/man/*", "/usr/share/locale/*")
"""As in the slim images."""
_ENTRY = re.compile(r"^(?:global|install|:env:)\.([a-z-]+)='(.*)'$", re.MULTILINE)


class BuildFailed(Exception):
    """With the last lines of the build."""


class NoMirror(BuildFailed):
    """Debian's packages could not be had."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    made_by: str
    size: int
    """Bytes, as they lie on a disk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    layers: Sequence[Layer]
    """The base first."""
    compressed: Mapping[str, int]
    """Bytes that are pulled, by what packs them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltImage:
    root: Path
    """Its files; nothing is to be written there."""
    config: dict[str, Any]
    store: "Store"


@contextmanager
def built_image(extras: str = "", *, layered: bool = False) -> Iterator[BuiltImage]:
    """The image of this checkout, its file system mounted until the block ends.

    With `layered` each instruction is a layer, as Docker has it; without, it is built faster.
    """
    _require_what_builds()
    # Where the layers lie must not itself be in memory or in a layer.
    with TemporaryDirectory(prefix="koto-image-", dir="/var/tmp") as name:
        store = Store(Path(name))
        try:
            store.import_base()
        except NoMirror as failure:
            _not_here(f"Debian's packages are out of reach, so there is no base to build the image on: {failure}")
        store.build(extras, layered=layered)
        with store.mounted() as root:
            yield BuiltImage(root=root, config=store.config(), store=store)


def _not_here(reason: str) -> NoReturn:
    """Skips, or fails in CI."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def _require_what_builds() -> None:
    if os.geteuid() != 0:
        _not_here("only root can build an image on a base of Debian's packages")
    for program in ("buildah", "mmdebstrap"):
        if find_program(program) is None:
            require(program, f"apt-get install {program}")


class Store:
    """Images in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        overlay = "overlay" in Path("/proc/filesystems").read_text()
        self._environ = {
            **os.environ,
            "BUILDAH_ISOLATION": "chroot",
            "STORAGE_DRIVER": "overlay" if overlay else "vfs",
        }

    def import_base(self) -> None:
        """Debian and Python, as one layer; a mirror out of reach fails with apt's own words."""
        archive = self._folder / "base.tar"
        # A system that is merged from the start needs nothing (and no Perl) that merges an old one.
        wanted = ["--variant=minbase", "--include=usr-is-merged,python3.11-venv,ca-certificates"]
        hooks = ["--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr"]
        # The official image calls it `python`.
        hooks += ['--customize-hook=ln -s /usr/bin/python3.11 "$1/usr/local/bin/python"']
        slim = [f"--dpkgopt=path-exclude={pattern}" for pattern in _LEFT_OUT]
        try:
            self._run(["mmdebstrap", "--quiet", *wanted, *slim, *hooks, "bookworm", archive])
        except BuildFailed as failure:
            raise NoMirror(failure) from failure
        recipe = self._folder / "Base"
        recipe.write_text("FROM scratch\nADD base.tar /\n")
        self._buildah("bud", "--tag", BASE, "--file", recipe, self._folder)
        archive.unlink()

    def build(self, extras: str, *, layered: bool) -> None:
        asked = [f"--build-arg=BASE={BASE}", *([f"--build-arg=EXTRAS={extras}"] if extras else [])]
        asked += ["--layers"] if layered else []
        mounts = [f"--volume={inside}" for inside in what_pip_is_told(self._folder)]
        self._buildah("bud", "--format=docker", *asked, *mounts, f"--tag={IMAGE}", ROOT)

    @contextmanager
    def mounted(self) -> Iterator[Path]:
        container = self._buildah("from", "--pull-never", IMAGE).strip()
        try:
            yield Path(self._buildah("mount", container).strip())
        finally:
            self._buildah("umount", container)

    def config(self) -> dict[str, Any]:
        told = json.loads(self._buildah("inspect", "--type=image", IMAGE))
        config = told["Docker"]["config"]
        assert isinstance(config, dict)
        return config

    def weigh(self) -> Weight:
        """Takes a minute: everything is compressed, twice."""
        config, files = self._pushed("gzip")
        makers = [each.get("created_by", "") for each in config["history"] if not each.get("empty_layer")]
        layers = [
            Layer(made_by=" ".join(maker.split()), size=_unpacked(file))
            for maker, file in zip(makers, files, strict=True)
        ]
        packed = {"gzip": files, "zstd": self._pushed("zstd")[1]}
        return Weight(layers=layers, compressed={how: sum(map(_size, each)) for how, each in packed.items()})

    def _pushed(self, compression: str) -> tuple[dict[str, Any], list[Path]]:
        """The image as a registry has it: its configuration, and a file for each layer."""
        folder = self._folder / compression
        packing = f"--compression-format={compression}"
        self._buildah("push", "--quiet", "--format=oci", packing, IMAGE, f"dir:{folder}")
        manifest = json.loads((folder / "manifest.json").read_text())
        config = json.loads((folder / manifest["config"]["digest"].removeprefix("sha256:")).read_text())
        return config, [folder / each["digest"].removeprefix("sha256:") for each in manifest["layers"]]

    def build_stores(self) -> None:
        """Debian with Postgres and Redis, on the same base."""
        recipe = STAND_INS / "Stores"
        self._buildah("bud", f"--build-arg=BASE={BASE}", f"--tag={STORES}", f"--file={recipe}", STAND_INS)

    def save(self, image: str, archive: Path, *, name: str) -> None:
        """For `docker load`, which will know it by the name."""
        self._buildah("push", "--quiet", "--format=v2s2", image, f"docker-archive:{archive}:{name}")

    def _buildah(self, *command: str | Path) -> str:
        where = ["--root", self._folder / "store", "--runroot", self._folder / "run"]
        return self._run(["buildah", *where, *command])

    def _run(self, command: Sequence[str | Path]) -> str:
        ran = subprocess.run([*map(str, command)], env=self._environ, capture_output=True, text=True, check=False)
        if ran.returncode != 0:
            said = "\n".join((ran.stdout + ran.stderr).splitlines()[-25:])
            raise BuildFailed(f"{' '.join(map(str, command[:8]))} ended with {ran.returncode}:\n{said}")
        return ran.stdout


def _size(file: Path) -> int:
    return file.stat().st_size


def _unpacked(layer: Path) -> int:
    """Bytes of a compressed layer, unpacked."""
    with subprocess.Popen(["gzip", "--decompress", "--stdout", layer], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        return sum(map(len, iter(lambda: process.stdout.read(1 << 20), b"")))  # type: ignore[union-attr]


def what_pip_is_told(folder: Path) -> list[str]:
    """Mounts that let pip inside find packages as pip outside does."""
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True
    )
    told = dict(_ENTRY.findall(listed.stdout))
    file = folder / "pip.conf"
    file.write_text("[global]\n" + "".join(f"{name} = {value}\n" for name, value in told.items()))
    # `file:///there/simple` lists what lies in a folder beside it.
    paths = {
        Path(path.removesuffix("/simple"))
        for path in re.findall(r"(?:file://|(?<!\S))(/\S+)", str("\n".join(told.values())))
    }
    return [f"{file}:/etc/pip.conf:ro", *(f"{path}:{path}:ro" for path in sorted(paths) if path.exists())]
