import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from kotoserver.content.schemas import DRAFT_SCHEMAS, SCHEMAS, schema_of, schema_text

ROOT = Path(__file__).parents[2]
WRITTEN_BY = {
    "scene.1.json": ["scenes/cafe/scene.yaml", "scenes/cafe/versions/0001.yaml"],
    "scene-tests.1.json": ["scenes/cafe/tests.yaml"],
    "langpack.1.json": [
        "langpacks/ko-id/pack.yaml",
        "langpacks/ko-en/pack.yaml",
        "langpacks/ko-ko/pack.yaml",
        "langpacks/ko-id/versions/0001.yaml",
    ],
    "langpack-scene.1.json": [f"langpacks/{pack}/scenes/cafe.yaml" for pack in ("ko-id", "ko-en", "ko-ko")],
    "cues.1.json": ["scenes/catalog/cues.yaml"],
    "voices.1.json": ["scenes/catalog/voices.yaml"],
    "grammar.1.json": ["scenes/catalog/grammar.yaml"],
    "common-intents.1.json": ["scenes/catalog/common_intents.yaml"],
    "feedback-codes.1.json": ["scenes/catalog/feedback_codes.yaml"],
    "ui.1.json": ["scenes/catalog/ui.yaml"],
}


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_on_disk_is_the_models_own(name: str):
    assert (ROOT / "scenes" / "schema" / name).read_text("utf-8") == schema_text(SCHEMAS[name])


def test_there_are_no_other_schemas():
    assert {path.name for path in (ROOT / "scenes" / "schema").iterdir()} == set(SCHEMAS)


@pytest.mark.parametrize(("name", "file"), [(name, file) for name, files in WRITTEN_BY.items() for file in files])
def test_an_editor_accepts_what_the_loader_accepts(name: str, file: str):
    schema = json.loads((ROOT / "scenes" / "schema" / name).read_text("utf-8"))

    jsonschema.Draft202012Validator(schema).validate(yaml.safe_load((ROOT / file).read_text("utf-8")))


def test_an_editor_underlines_a_key_that_is_not_known():
    schema = json.loads((ROOT / "scenes" / "schema" / "scene.1.json").read_text("utf-8"))
    scene = yaml.safe_load((ROOT / "scenes" / "cafe" / "scene.yaml").read_text("utf-8"))
    scene["turns"][0]["gaol"] = scene["turns"][0]["goal"]

    assert not jsonschema.Draft202012Validator(schema).is_valid(scene)


def test_the_schema_of_a_draft_is_found_by_what_the_draft_says_of_itself():
    for name, model in DRAFT_SCHEMAS.items():
        properties = schema_of(model)["properties"]
        assert isinstance(properties, dict)
        assert properties["schema"]["const"] == name
