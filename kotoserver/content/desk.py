"""The editor's desk: everything that can be said about drafts, in one pass and with one list of findings.

Without a proof-reader the files are checked by themselves. With one, the evaluator reads the Korean too: every
example and model answer must pass its own turn, every row of `tests.yaml` hold, every NPC keep to its level.
"""

import re
from itertools import combinations
from pathlib import Path

from kotoserver.content import revisions
from kotoserver.content.checks.korean import advise_on_korean, advise_on_words
from kotoserver.content.checks.neighbours import advise_on_grammar
from kotoserver.content.checks.texts import advise_on_twins
from kotoserver.content.compiler import CompilationResult
from kotoserver.content.diagnostics import Diagnostic, Report
from kotoserver.content.drafts import Drafts, Folders, compile_folders
from kotoserver.content.findings import Findings
from kotoserver.content.positions import check_layout
from kotoserver.content.trial_schema import TRIALS_SCHEMA, TrialsSource
from kotoserver.content.trials import Judge, try_out
from kotoserver.domain.errors import ContentBroken, NotFound
from kotoserver.ports.proofreading import Proofreader

_CREDITED = re.compile(r"[\s{,]grammar:\s*(\[[^\]]*\]|\w+|(?:\n\s+-\s+\w+)+)")
"""What a turn of a published file credits; the file was checked when it was published."""


def lint(
    scenes_dir: Path, langpacks_dir: Path, scene_id: str | None = None, proofreader: Proofreader | None = None
) -> list[Diagnostic]:
    """Every finding about the drafts; with `scene_id`, about that scene and the catalogs and packs it needs.

    Raises NotFound (`no_such_scene`).
    """
    return lint_folders(Folders(scenes=scenes_dir, langpacks=langpacks_dir), scene_id, proofreader)


def lint_folders(
    folders: Folders, scene_id: str | None = None, proofreader: Proofreader | None = None
) -> list[Diagnostic]:
    """The same for files of which some may not be saved yet."""
    drafts = compile_folders(folders, scene_id)
    if drafts.catalogs is None:
        return list(drafts.diagnostics)
    if scene_id is not None and scene_id not in drafts.scenes:
        raise NotFound(f"There is no scene {scene_id}.", code="no_such_scene")
    report = Report()
    report.extend(_of_interest(drafts, scene_id))
    for each in drafts.scenes:
        check_layout(folders, each, report)
        _read_closely(each, drafts, folders, proofreader, report)
    _compare_packs(drafts, report)
    return list(report.diagnostics)


def _of_interest(drafts: Drafts, scene_id: str | None) -> list[Diagnostic]:
    if scene_id is None:
        return list(drafts.diagnostics)
    result = drafts.scenes[scene_id]
    packs = result.scene.packs if result.scene else ()
    return [*result.diagnostics, *(each for pack_id in packs for each in drafts.packs[pack_id].diagnostics)]


def _read_closely(
    scene_id: str, drafts: Drafts, folders: Folders, proofreader: Proofreader | None, report: Report
) -> None:
    """What takes other scenes or the evaluator to know; only about a draft that can be played."""
    result, catalogs = drafts.scenes[scene_id], drafts.catalogs
    if result.scene is None or result.source is None or result.document is None or catalogs is None:
        return
    findings = Findings(document=result.document, report=report)
    advise_on_grammar(result.source, credited_elsewhere(folders.scenes, scene_id), findings)
    if proofreader is None:
        return
    advise_on_korean(result.source, findings, proofreader)
    parts = {
        pack_id: drafts.packs[pack_id].parts[scene_id][0]
        for pack_id in result.source.packs
        if pack_id in drafts.packs and scene_id in drafts.packs[pack_id].parts
    }
    known = catalogs.known_words.up_to(result.source.level.topik)
    advise_on_words(result.source, parts, known, findings, proofreader)
    _try(scene_id, result, folders, proofreader.judge, report)


def _try(scene_id: str, result: CompilationResult, folders: Folders, judge: Judge, report: Report) -> None:
    if result.scene is None or result.document is None:
        return
    tests = folders.tests(scene_id, report)
    file = f"{folders.scenes.name}/{scene_id}/tests.yaml"
    try_out(result.scene, result.document, tests, file, judge, report, folders.memory)


def run_trials(scenes_dir: Path, langpacks_dir: Path, scene_id: str, judge: Judge) -> list[Diagnostic]:
    """All findings about a scene's draft, its sentences and its `tests.yaml`.

    A draft with errors is not tried out. Raises NotFound (`no_such_scene`).
    """
    folders = Folders(scenes=scenes_dir, langpacks=langpacks_dir)
    drafts = compile_folders(folders, scene_id)
    if drafts.catalogs is None:
        return list(drafts.diagnostics)
    result = drafts.scenes.get(scene_id)
    if result is None:
        raise NotFound(f"There is no scene {scene_id}.", code="no_such_scene")
    report = Report()
    report.extend(result.diagnostics)
    _try(scene_id, result, folders, judge, report)
    return list(report.diagnostics)


def credited_elsewhere(scenes_dir: Path, scene_id: str) -> frozenset[str] | None:
    """Grammar that the live versions of other scenes credit; None when no other scene is published."""
    points: set[str] = set()
    others = 0
    for folder in sorted(scenes_dir.iterdir()):
        if folder.name == scene_id or not (folder / "history.yaml").is_file():
            continue
        try:
            history = revisions.read_history(folder)
            version = revisions.live_version(history)
            content = revisions.read_version(folder, history, version) if version is not None else b""
        except ContentBroken:
            continue  # told of where that scene is checked
        others += 1
        for credited in _CREDITED.findall(content.decode("utf-8", "replace")):
            points.update(re.findall(r"\w+", credited))
    return frozenset(points) if others else None


def _compare_packs(drafts: Drafts, report: Report) -> None:
    """W12 between packs of different languages."""
    for (other_id, other), (_, pack) in combinations(sorted(drafts.packs.items()), 2):
        if pack.source and other.source and pack.source.native != other.source.native:
            for scene_id in pack.parts.keys() & other.parts.keys():
                part, document = pack.parts[scene_id]
                findings = Findings(document=document, report=report)
                advise_on_twins(part, other_id, other.parts[scene_id][0], findings)


def said_in_tests(folders: Folders, scene_id: str) -> dict[str, list[str]]:
    """What the rows of a scene's `tests.yaml` say in each turn; nothing where there are none that can be read."""
    report = Report()
    tests = folders.tests(scene_id, report)
    read = folders.memory.read(TrialsSource, TRIALS_SCHEMA, tests, "tests.yaml", report) if tests else None
    said: dict[str, list[str]] = {}
    for row in read[0].say if read else ():
        said.setdefault(row.turn, []).append(row.text)
    return said
