"""Every kind of mistake an author can make, each in a file of its own named after the rule it breaks."""

import re
from pathlib import Path

import pytest

from kotoserver.content.catalogs import Catalogs, read_catalogs
from kotoserver.content.compiler import compile_scene
from kotoserver.content.diagnostics import Report

HERE = Path(__file__).parent
SCENES = HERE.parents[1] / "scenes"
BAD = sorted((HERE / "bad").glob("*.yaml"))


@pytest.fixture(scope="module")
def catalogs() -> Catalogs:
    report = Report()
    catalogs = read_catalogs(SCENES, report)
    assert catalogs is not None, report.diagnostics
    return catalogs


def test_a_scene_without_mistakes_compiles_without_a_word(catalogs: Catalogs):
    result = compile_scene((HERE / "tiny_scene.yaml").read_bytes(), "tiny.yaml", catalogs, {"ko-en"})

    assert result.diagnostics == ()
    assert result.scene is not None


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_mistake_is_named_with_its_code_and_place(path: Path, catalogs: Catalogs):
    text = path.read_text("utf-8")
    expected = re.findall(r"([EW]\d\d) (\d+):(\d+)", text.split("\n", 1)[0])

    found = compile_scene(text, path.name, catalogs, {"ko-en"}).diagnostics

    places = [(each.code, str(each.line), str(each.column)) for each in found]
    assert places == expected
    assert found[0].sentence.endswith(".") or found[0].sentence.endswith("?")


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_only_an_error_stops_a_scene(path: Path, catalogs: Catalogs):
    result = compile_scene(path.read_bytes(), path.name, catalogs, {"ko-en"})

    assert (result.scene is None) == any(each.code.startswith("E") for each in result.diagnostics)


def test_all_mistakes_are_found_in_one_pass(catalogs: Catalogs):
    text = (HERE / "tiny_scene.yaml").read_text("utf-8")
    text = (
        text.replace("ko-f-02", "ko-f-99").replace("start: order", "start: greet").replace("task: 50", "task: 5")
    )

    found = compile_scene(text, "tiny.yaml", catalogs, {"ko-en"}).diagnostics

    assert [each.code for each in found] == ["E20", "E16", "E09"]


def test_a_warning_is_silenced_on_its_line(catalogs: Catalogs):
    text = (HERE / "bad" / "W07_fixed_particle.yaml").read_text("utf-8")
    text = text.replace('드릴게요." }', '드릴게요." }  # ok: W07')

    assert compile_scene(text, "tiny.yaml", catalogs, {"ko-en"}).diagnostics == ()


def test_an_error_cannot_be_silenced(catalogs: Catalogs):
    text = (HERE / "tiny_scene.yaml").read_text("utf-8").replace("start: order", "start: greet  # ok: E09")

    assert [each.code for each in compile_scene(text, "tiny.yaml", catalogs, {"ko-en"}).diagnostics] == ["E09"]


def test_a_mistyped_key_is_told_what_was_meant(catalogs: Catalogs):
    text = (HERE / "bad" / "E05_unknown_key.yaml").read_text("utf-8")

    found = compile_scene(text, "tiny.yaml", catalogs, {"ko-en"}).diagnostics

    assert "did you mean `goal`?" in found[0].sentence
