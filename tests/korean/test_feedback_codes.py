"""The registry of feedback codes, the catalog that authors see, and the packs that word them."""

from pathlib import Path

import pytest
import yaml

from kotoserver.domain.langpack import placeholders
from kotoserver.korean.findings.codes import CODES, ENUM_KEYS, Code

ROOT = Path(__file__).parents[2]
RENDERED_BESIDES = {"goal", "question"}
"""Placeholders that the pack itself fills."""


def test_every_code_has_its_entry():
    assert set(CODES) == set(Code)


def test_the_catalog_lists_every_code_with_its_params():
    catalog = yaml.safe_load((ROOT / "scenes/catalog/feedback_codes.yaml").read_text("utf-8"))["codes"]
    assert {code: set(spec.params) for code, spec in CODES.items()} == {
        code: set(catalog[code.value]) for code in CODES
    }


@pytest.mark.parametrize("pack", ["ko-id", "ko-en", "ko-ko"])
def test_every_pack_words_every_code_and_every_enum_key(pack: str):
    words = yaml.safe_load((ROOT / f"langpacks/{pack}/pack.yaml").read_text("utf-8"))
    for code, spec in CODES.items():
        assert placeholders(words["feedback"][code.value]) <= set(spec.params) | RENDERED_BESIDES
    assert set(words["labels"]) >= ENUM_KEYS
