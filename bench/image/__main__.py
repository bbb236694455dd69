"""Builds the image and measures it: `python -m bench.image [EXTRAS]`, as root.

Prints each layer as it lies on a disk, what is pulled in all, the time from a container's command to its service,
and that of a redeploy: the old one told to stop, the new one ready.
"""

import statistics
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.image.building import BuiltImage, built_image
from tests.image.container import Runner

STARTS = 5
SECRET = {"KOTO_SECRET": "a secret for measurements, long enough"}


def main() -> None:
    extras = sys.argv[1] if len(sys.argv) > 1 else ""
    with built_image(extras, layered=True) as image:
        _print_layers(image)
        with TemporaryDirectory(prefix="koto-bench-") as name:
            _print_starts(image, Path(name))


def _print_layers(image: BuiltImage) -> None:
    weight = image.store.weigh()
    print("| layer | MB |\n|---|---|")
    for layer in weight.layers:
        made_by = layer.made_by.removeprefix("/bin/sh -c #(nop) ").removeprefix("/bin/sh -c ")
        print(f"| {made_by[:70]} | {layer.size / 1e6:.1f} |")
    print(f"| together, on a disk | {sum(layer.size for layer in weight.layers) / 1e6:.0f} |")
    for packing, size in weight.compressed.items():
        print(f"| together, as it is pulled, {packing} | {size / 1e6:.0f} |")
    print()


def _print_starts(image: BuiltImage, folder: Path) -> None:
    runner = Runner(image=image, folder=folder, data=folder / "data", mounts={})
    container = runner.start(**SECRET)
    print(f"first start, with an empty data folder: {container.seconds_to_ready:.1f} s")
    redeploys, starts, computed = [], [], []
    for _ in range(STARTS):
        begun = time.monotonic()
        container.stop(image.config)
        container = runner.start(**SECRET)
        redeploys.append(time.monotonic() - begun)
        starts.append(container.seconds_to_ready)
        computed.append(container.cpu_seconds)
    container.stop(image.config)
    print(f"start, median of {STARTS}: {statistics.median(starts):.1f} s, longest {max(starts):.1f} s")
    print(f"of which computing, median: {statistics.median(computed):.1f} s of one core")
    print(f"stop, start and ready, median: {statistics.median(redeploys):.1f} s, longest {max(redeploys):.1f} s")


if __name__ == "__main__":
    main()
