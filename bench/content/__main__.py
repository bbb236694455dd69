"""`python -m bench.content`: the content measures, each beside what it may be.

Lint of one scene with the evaluator, cold and after one changed sentence; compiling 200 scenes; the memory that
200 published scenes hold. The 200 are copies of the project's own scenes under other ids.
"""

import argparse
import gc
import hashlib
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from kotoserver.bootstrap.judging import open_proofreader
from kotoserver.content.desk import lint_folders
from kotoserver.content.drafts import Folders, compile_folders, draft_ids
from kotoserver.content.library import open_library
from kotoserver.settings import ROOT, Settings

SCENES = 200
T = TypeVar("T")

CHANGES = 12
"""Sentences that are changed, one after the other."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.content", description=__doc__)
    parser.add_argument("--scenes", type=int, default=SCENES)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        small = _copied(folder / "small")
        _tell("lint of one scene, a process of its own", _cold(folder / "small"), 2.0, "s")
        for name, times in _changes(small).items():
            _tell(f"lint after a changed {name}, median of {CHANGES}", times[CHANGES // 2], 0.3, "s")
            _tell(f"lint after a changed {name}, slowest of {CHANGES}", times[-1], 0.3, "s")
        large = _swelled(folder / "large", chosen.scenes)
        seconds, compiled = _timed(lambda: compile_folders(large))
        assert sum(result.scene is not None for result in compiled.scenes.values()) == chosen.scenes
        del compiled
        large.memory.forget()
        _tell(f"compile {chosen.scenes} drafts", seconds, 10.0, "s")
        seconds, megabytes = _held(large, chosen.scenes)
        _tell(f"open {chosen.scenes} published scenes", seconds, 10.0, "s")
        _tell(f"memory of {chosen.scenes} published scenes", megabytes, 100.0, "MB")
    return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    wall: float
    processor: float
    """Seconds of the processor alone: what it takes when nobody else works on the machine."""


def _tell(name: str, took: Took | float, limit: float, unit: str) -> None:
    measured, beside = (took.processor, f", {took.wall:.2f} on the wall") if isinstance(took, Took) else (took, "")
    verdict = "" if measured <= limit else "  ABOVE THE LIMIT"
    print(f"{name:48} {measured:8.2f} {unit:2}  (limit {limit:g} {unit}{beside}){verdict}", flush=True)


def _timed(work: Callable[[], T]) -> tuple[Took, T]:
    began, worked = time.perf_counter(), time.process_time()
    result = work()
    return Took(wall=time.perf_counter() - began, processor=time.process_time() - worked), result


def _copied(folder: Path) -> Folders:
    shutil.copytree(ROOT / "scenes", folder / "scenes")
    shutil.copytree(ROOT / "langpacks", folder / "langpacks")
    return Folders(scenes=folder / "scenes", langpacks=folder / "langpacks")


def _cold(folder: Path) -> Took:
    environ = {"KOTO_SCENES_DIR": str(folder / "scenes"), "KOTO_LANGPACKS_DIR": str(folder / "langpacks")}
    command = [sys.executable, "-m", "kotoserver", "scenes", "lint", "cafe"]
    began, before = time.perf_counter(), _of_children()
    subprocess.run(command, cwd=ROOT, env=environ, check=True, stdout=subprocess.DEVNULL)
    return Took(wall=time.perf_counter() - began, processor=_of_children() - before)


def _of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _changes(folders: Folders) -> dict[str, list[Took]]:
    """Lint as an editor types: a changed line, or a changed example, after which its whole turn is tried again."""
    settings = replace(Settings.from_environ({}), scenes_dir=folders.scenes, langpacks_dir=folders.langpacks)
    proofreader = open_proofreader(settings, folders)
    text = (folders.scenes / "cafe" / "scene.yaml").read_text("utf-8")
    lint_folders(folders, "cafe", proofreader)

    def took(old: str, new: str, number: int) -> Took:
        changed = text.replace(old, new.format(number=number), 1)
        opened = replace(folders, unsaved={"scenes/cafe/scene.yaml": changed.encode()})
        return _timed(lambda: lint_folders(opened, "cafe", proofreader))[0]

    def ranked(old: str, new: str) -> list[Took]:
        return sorted((took(old, new, number) for number in range(CHANGES)), key=lambda each: each.processor)

    return {
        "line": ranked("뭐 드릴까요?", "뭐 드릴까요, {number}번 손님?"),
        "example": ranked("라떼 두 잔 주세요.", "라떼 {number}잔 주세요."),
    }


def _swelled(folder: Path, scenes: int) -> Folders:
    """The project's scenes again and again, published each."""
    folders = _copied(folder)
    own = draft_ids(folders.scenes)
    for number in range(len(own), scenes):
        original = own[number % len(own)]
        copy = f"{original}_{number}"
        target = folders.scenes / copy
        shutil.copytree(folders.scenes / original, target)
        (target / "tests.yaml").unlink()
        for path in (target / "scene.yaml", *sorted((target / "versions").glob("*.yaml"))):
            text = path.read_text("utf-8").replace(f"\nid: {original}\n", f"\nid: {copy}\n", 1)
            path.write_text(text.replace("packs: [ko-id, ko-en, ko-ko]", "packs: ko-en", 1), "utf-8")
        _rehash(target)
        part = folders.langpacks / "ko-en" / "scenes" / f"{original}.yaml"
        translated = part.read_text("utf-8").replace(f"scene: {original}\n", f"scene: {copy}\n", 1)
        part.with_stem(copy).write_text(translated, "utf-8")
    return folders


def _rehash(folder: Path) -> None:
    history = (folder / "history.yaml").read_text("utf-8").split("\n")
    version = 0
    for at, line in enumerate(history):
        if "version:" in line:
            version = int(line.split(":")[1])
        if "sha256:" in line:
            digest = hashlib.sha256((folder / "versions" / f"{version:04d}.yaml").read_bytes()).hexdigest()
            history[at] = f'    sha256: "{digest}"'
    (folder / "history.yaml").write_text("\n".join(history), "utf-8")


def _held(folders: Folders, scenes: int) -> tuple[Took, float]:
    """Seconds to open the library without tracing, and megabytes that it holds."""
    seconds, library = _timed(lambda: open_library(folders.scenes, folders.langpacks))
    del library
    gc.collect()
    tracemalloc.start()
    library = open_library(folders.scenes, folders.langpacks)
    gc.collect()
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(library.scene_ids()) == scenes
    return seconds, held / 1_000_000


if __name__ == "__main__":
    sys.exit(main())
