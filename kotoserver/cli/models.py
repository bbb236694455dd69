"""`kotoserver models …`: which recognition models and voices there are, and bringing them to this machine."""

import argparse
import asyncio
import sys
from collections.abc import Container
from pathlib import Path
from typing import TextIO

from kotoserver.providers.known_models import KNOWN_MODELS, KnownModel
from kotoserver.providers.model_downloads import Downloads
from kotoserver.providers.model_store import ModelStore
from kotoserver.settings import Settings

DESCRIPTION = """\
Recognition models for the `whisper` ears and voices for the `piper` voice, kept in the
folder of KOTO_MODELS_DIR.
"""

EXAMPLES = """\
examples:
  kotoserver models list                       what there is, and what is here
  kotoserver models pull base                  fetch a model; the same command goes on after a break
  kotoserver models verify                     read every byte of everything that is here
  kotoserver models import /mnt/usb/base       bring in a folder or a voice without the network
  KOTO_MODELS_MIRROR=https://mirror.example kotoserver models pull base
"""

_TRUST = """\
sha256 known: the download is held to a digest that is known beforehand.
first use: nobody told us the digest; the first download is believed, written down, and every
later one is held to it.
import only: nobody publishes it as piper reads it. Make or fetch an .onnx with its .onnx.json, and bring
it in with `kotoserver models import`. No Korean voice of piper can be pulled.
"""


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser(
        "models",
        help="list, fetch and check recognition models and voices",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(parser=parser)
    actions = parser.add_subparsers(title="commands", metavar="COMMAND")
    actions.add_parser("list", help="what there is, and what is here").set_defaults(run=_list)
    pulled = actions.add_parser("pull", help="fetch a model from its publisher, or from KOTO_MODELS_MIRROR")
    pulled.add_argument("name", help="a name of `kotoserver models list`")
    pulled.set_defaults(run=_pull)
    verified = actions.add_parser(
        "verify",
        help="read every byte of the models that are here",
        description="Holds every file to its digest; the exit status is 1 when one does not fit.",
    )
    verified.add_argument("name", nargs="?", help="only this model")
    verified.set_defaults(run=_verify)
    imported = actions.add_parser("import", help="bring in a model from a folder, without the network")
    imported.add_argument(
        "source",
        type=Path,
        help="the folder of a recognition model, or a voice's .onnx with its .onnx.json beside",
    )
    imported.add_argument("--name", help="what to call it (default: the name of the folder or file)")
    imported.set_defaults(run=_import)


def _list(chosen: argparse.Namespace) -> int:
    store = _store()
    here = {model.name: model for model in store.models()}
    for known in KNOWN_MODELS.values():
        print(f"{known.name:22} {known.engine:8} {known.megabytes:>6,} MB  {_state(store, known.name, here)}")
        print(f"    {known.note}")
        print(f"    licence: {known.licence}; {_trust(known)}")
        print(f"    {known.source}")
    for name, model in here.items():
        if name not in KNOWN_MODELS:
            print(f"{name:22} {model.engine:8} {model.bytes // 1_000_000:>6,} MB  {_state(store, name, here)}")
            print("    brought in by hand")
    print(f"\n{_TRUST}models are kept in {store.folder}")
    return 0


def _state(store: ModelStore, name: str, here: Container[str]) -> str:
    if name not in here:
        return "–"
    return "not whole" if store.damage(name, thoroughly=False) else "here"


def _trust(known: KnownModel) -> str:
    if not known.files:
        return "import only"
    return "sha256 known" if any(file.sha256 for file in known.files) else "first use"


def _pull(chosen: argparse.Namespace) -> int:
    settings = Settings.from_environ()
    store = ModelStore(settings.speech.models_dir)
    meter = Meter(sys.stderr)
    try:
        model = asyncio.run(Downloads(store, settings.speech.models_mirror, meter.show).pull(chosen.name))
    finally:
        meter.end()
    print(f"{model.name} is here: {store.path_of(model.engine, model.name)}")
    print(f"licence: {model.licence}")
    return 0


def _verify(chosen: argparse.Namespace) -> int:
    store = _store()
    names = [chosen.name] if chosen.name else [model.name for model in store.models()]
    wrong = 0
    for name in names:
        damage = store.damage(name, thoroughly=True)
        wrong += bool(damage)
        print(f"{name}: {'; '.join(damage) or 'whole'}")
    if not names:
        print(f"there is no model in {store.folder}")
    return 1 if wrong else 0


def _import(chosen: argparse.Namespace) -> int:
    stored = _store().bring_in(chosen.source.expanduser().absolute(), chosen.name)
    print(f"{stored.name} is here, for {stored.engine}")
    return 0


def _store() -> ModelStore:
    return ModelStore(Settings.from_environ().speech.models_dir)


class Meter:
    """How far a download is: a bar on a terminal, a line a file anywhere else."""

    _WIDTH = 30

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._bar = out.isatty()
        self._file = ""
        self._said = -1

    def show(self, file: str, here: int, whole: int | None) -> None:
        """Takes each step of a download; prints when there is something new to see."""
        if file != self._file:
            self.end()
            self._file, self._said = file, -1
        hundredths = 100 * here // whole if whole else 0
        if not self._bar:
            if here == whole:
                print(f"{file}: {here:,} bytes", file=self._out)
            return
        if hundredths == self._said and here != whole:
            return
        self._said = hundredths
        filled = self._WIDTH * hundredths // 100
        bar = "█" * filled + "·" * (self._WIDTH - filled)
        print(f"\r{file:24} {bar} {hundredths:3}% {here / 1e6:,.1f} MB", end="", file=self._out, flush=True)

    def end(self) -> None:
        """Leaves the line of the bar."""
        if self._bar and self._said >= 0:
            print(file=self._out)
        self._said = -1
