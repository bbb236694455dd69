"""What the documents for authors list is what the code does."""

import re
from pathlib import Path

from kotoserver.content.catalogs import read_catalogs
from kotoserver.content.compiler import compile_scene
from kotoserver.content.diagnostics import Report
from kotoserver.content.pack_schema import PackSource, ScenePackSource
from kotoserver.content.scene_schema import ConditionSource

ROOT = Path(__file__).parents[2]
SCENES = (ROOT / "docs" / "writing-scenes.md").read_text("utf-8")
PACKS = (ROOT / "docs" / "writing-language-packs.md").read_text("utf-8")


def test_every_code_that_the_checker_gives_is_explained():
    given = {
        code
        for path in (ROOT / "kotoserver" / "content").rglob("*.py")
        for code in re.findall(r'"([EW]\d\d)"', path.read_text("utf-8"))
    }
    explained = set(re.findall(r"^\| ([EW]\d\d) \|", SCENES, re.MULTILINE))

    assert explained == given


def test_every_kind_of_mistake_in_a_scene_has_a_file_that_makes_it():
    explained = set(re.findall(r"^\| ([EW]\d\d) \|", SCENES, re.MULTILINE))
    in_packs_and_trials = {"E18", "E24", "E25", "W12", "W13", "W24"}
    made = {path.name[:3] for path in (ROOT / "tests" / "content" / "bad").glob("*.yaml")}

    assert made == explained - in_packs_and_trials


def test_every_condition_of_a_rule_is_explained():
    for name in ConditionSource.model_fields:
        assert f"`{name}:" in SCENES, name


def test_every_table_of_a_pack_is_explained():
    for model in (PackSource, ScenePackSource):
        for name in model.model_fields.keys() - {"schema_", "id", "version", "target", "native", "name", "pinned"}:
            assert name in ("pack", "scene") or f"`{name}" in PACKS, name


def test_the_example_turn_compiles():
    turn = re.findall(r"```yaml\n(.*?)```", SCENES, re.DOTALL)[0].replace("go: size", "go: finish")
    tiny = (Path(__file__).parent / "tiny_scene.yaml").read_text("utf-8")
    head, rest = tiny.split("  - id: order\n")
    scene = head + turn + "endings:\n" + rest.split("endings:\n")[1]
    scene = scene.replace("drink:", "temp:").replace("coffee: 커피, tea: 녹차", "ice: 아이스, hot: 뜨거운")
    catalogs = read_catalogs(ROOT / "scenes", Report())
    assert catalogs is not None

    found = compile_scene(
        scene.replace("start: order", "start: temp").replace("max_tries: 2", "max_tries: 3"),
        "docs",
        catalogs,
        {"ko-en"},
    ).diagnostics

    assert [each.code for each in found] == ["W19"]
