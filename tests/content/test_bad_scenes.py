"""Every kind of mistake an author can make, each in a file of its own named after the rule it breaks."""

import re
import shutil
from pathlib import Path

import pytest

from kotoserver.content.catalogs import Catalogs, read_catalogs
from kotoserver.content.checks.scenes import Surroundings
from kotoserver.content.compiler import compile_scene
from kotoserver.content.desk import lint
from kotoserver.content.diagnostics import Report
from kotoserver.ports.proofreading import Proofreader
from tests.content.conftest import Workshop

HERE = Path(__file__).parent
SCENES = HERE.parents[1] / "scenes"
AROUND = Surroundings(pack_ids=("ko-en",))
BAD = sorted(path for path in (HERE / "bad").glob("*.yaml") if path.stem[:3] not in ("E26", "E28"))
"""All but those that are not about a file by itself; `test_saving` and `test_tables` have them."""
BAD_DESKS = sorted(path for path in (HERE / "bad").iterdir() if path.is_dir())
"""Mistakes that it takes several files or the evaluator to see: what differs from the smallest scene's files."""


@pytest.fixture(scope="module")
def catalogs() -> Catalogs:
    report = Report()
    catalogs = read_catalogs(SCENES, report)
    assert catalogs is not None, report.diagnostics
    return catalogs


def test_a_scene_without_mistakes_compiles_without_a_word(catalogs: Catalogs):
    result = compile_scene((HERE / "tiny_scene.yaml").read_bytes(), "tiny.yaml", catalogs, AROUND)

    assert result.diagnostics == ()
    assert result.scene is not None


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_mistake_is_named_with_its_code_and_place(path: Path, catalogs: Catalogs):
    text = path.read_text("utf-8")
    expected = re.findall(r"([EW]\d\d) (\d+):(\d+)", text.split("\n", 1)[0])

    found = compile_scene(text, path.name, catalogs, AROUND).diagnostics

    places = [(each.code, str(each.line), str(each.column)) for each in found]
    assert places == expected
    assert found[0].sentence.endswith(".") or found[0].sentence.endswith("?")


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_only_an_error_stops_a_scene(path: Path, catalogs: Catalogs):
    result = compile_scene(path.read_bytes(), path.name, catalogs, AROUND)

    assert (result.scene is None) == any(each.code.startswith("E") for each in result.diagnostics)


def test_the_smallest_scene_with_its_packs_has_no_findings(desk: Workshop, proofreader: Proofreader):
    assert lint(desk.scenes, desk.packs, proofreader=proofreader) == []


@pytest.mark.parametrize("path", BAD_DESKS, ids=lambda path: path.name)
def test_a_mistake_across_files_is_named_with_its_code_and_place(
    path: Path, desk: Workshop, proofreader: Proofreader
):
    shutil.copytree(path, desk.scenes.parent, dirs_exist_ok=True)
    expected = []
    for changed in sorted(each for each in path.rglob("*") if each.is_file()):
        first = changed.read_text("utf-8").split("\n", 1)[0]
        name = changed.relative_to(path).as_posix()
        expected += [(name, *place) for place in re.findall(r"([EW]\d\d) (\d+):(\d+)", first)]

    found = lint(desk.scenes, desk.packs, proofreader=proofreader)

    assert [(each.file, each.code, str(each.line), str(each.column)) for each in found] == expected


def test_all_mistakes_are_found_in_one_pass(catalogs: Catalogs):
    text = (HERE / "tiny_scene.yaml").read_text("utf-8")
    text = (
        text.replace("ko-f-02", "ko-f-99").replace("start: order", "start: greet").replace("task: 50", "task: 5")
    )

    found = compile_scene(text, "tiny.yaml", catalogs, AROUND).diagnostics

    assert [each.code for each in found] == ["E20", "E16", "E09"]


def test_a_warning_is_silenced_on_its_line(catalogs: Catalogs):
    text = (HERE / "bad" / "W07_fixed_particle.yaml").read_text("utf-8")
    line = next(line for line in text.split("\n") if "드릴게요" in line)
    for silence in ("# ok: W07", "# ok: W17, W07", "# ok: W17 W07 the drinks all end in a vowel"):
        silent = text.replace(line, f"{line}  {silence}")

        assert compile_scene(silent, "tiny.yaml", catalogs, AROUND).diagnostics == ()


def test_an_error_cannot_be_silenced(catalogs: Catalogs):
    text = (HERE / "tiny_scene.yaml").read_text("utf-8").replace("start: order", "start: greet  # ok: E09")

    found = compile_scene(text, "tiny.yaml", catalogs, AROUND).diagnostics

    assert [each.code for each in found] == ["E09", "W26"]


def test_a_mistyped_key_is_told_what_was_meant(catalogs: Catalogs):
    text = (HERE / "bad" / "E05_unknown_key.yaml").read_text("utf-8")

    found = compile_scene(text, "tiny.yaml", catalogs, AROUND).diagnostics

    assert "did you mean `goal`?" in found[0].sentence
