"""What the documents for authors list is what the code does."""

import re
from pathlib import Path

from kotoserver.content.catalogs import read_catalogs
from kotoserver.content.checks.scenes import Surroundings
from kotoserver.content.compiler import compile_scene
from kotoserver.content.diagnostics import Report
from kotoserver.content.pack_schema import PackSource, ScenePackSource
from kotoserver.content.reference import reference_text
from kotoserver.content.scene_schema import ConditionSource
from kotoserver.content.sentences import LANGUAGES, catalogue
from kotoserver.domain.langpack import placeholders

ROOT = Path(__file__).parents[2]
SCENES = (ROOT / "docs" / "writing-scenes.md").read_text("utf-8")
PACKS = (ROOT / "docs" / "writing-language-packs.md").read_text("utf-8")


def codes_of_the_checker() -> set[str]:
    return {key[:3] for key in catalogue() if re.match(r"[EW]\d\d", key)}


def sentences_in_the_code() -> set[str]:
    """Keys that the code can give; those of W02 and of the placeholders are put together from parts."""
    keys = {
        key
        for path in (ROOT / "kotoserver" / "content").rglob("*.py")
        for key in re.findall(r'"([EW]\d\d(?:\.[a-z_0-9]+)?)"', path.read_text("utf-8"))
    }
    rules = (ROOT / "kotoserver" / "content" / "checks" / "rules.py").read_text("utf-8")
    return keys | {f"W02.{why}" for why in re.findall(r'yield "([a-z_]+)"', rules)}


def test_every_code_that_the_checker_gives_is_explained():
    listed = set(re.findall(r"^\| \[([EW]\d\d)\]\(lint/", SCENES, re.MULTILINE))

    assert listed == codes_of_the_checker()


def test_every_code_has_a_section_with_a_reason_a_bad_and_a_good_example_and_a_fix():
    explained = []
    for page in sorted((ROOT / "docs" / "lint").glob("*.md")):
        for section in re.split(r"^## (?=[EW]\d\d$)", page.read_text("utf-8"), flags=re.MULTILINE)[1:]:
            explained.append(section[:3])
            for part in ("**Why.**", "# bad", "# good", "**Fix.**"):
                assert part in section, (section[:3], part)

    assert len(explained) == len(set(explained))
    assert set(explained) == codes_of_the_checker()


def test_the_index_links_each_code_to_its_section():
    for code, page, anchor in re.findall(r"^\| \[([EW]\d\d)\]\(lint/(\w+\.md)#(\w+)\)", SCENES, re.MULTILINE):
        assert anchor == code.lower()
        assert f"\n## {code}\n" in (ROOT / "docs" / "lint" / page).read_text("utf-8")


def test_every_sentence_that_the_code_can_say_is_in_the_catalogue_and_the_other_way_round():
    worded = {key for key in catalogue() if re.match(r"[EW]\d\d", key)}
    bare = {key for key in sentences_in_the_code() if "." not in key and key not in worded}

    assert worded == sentences_in_the_code() - bare
    assert bare <= {key[:3] for key in worded}, "a code that is only compared with"


def test_every_sentence_is_there_in_every_language_with_the_same_parameters():
    for key, told in catalogue().items():
        assert set(told) == set(LANGUAGES), key
        assert len({placeholders(each) for each in told.values()}) == 1, key


def test_every_kind_of_mistake_has_a_file_that_makes_it():
    made = {path.name[:3] for path in (ROOT / "tests" / "content" / "bad").iterdir()}

    assert made == codes_of_the_checker()


def test_the_format_reference_is_what_the_models_say():
    assert (ROOT / "docs" / "scene-format.md").read_text("utf-8") == reference_text()


def test_every_key_of_a_scene_and_a_pack_says_what_it_is():
    assert re.findall(r"^\| .*\| +\|$", reference_text(), re.MULTILINE) == []


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
        Surroundings(pack_ids=("ko-en",)),
    ).diagnostics

    assert [each.code for each in found] == ["W19"]
