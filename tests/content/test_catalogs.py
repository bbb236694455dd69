"""The catalogs say the same as the code that they speak for."""

import re
from pathlib import Path

from kotoserver.content.catalogs import Catalogs, read_catalogs
from kotoserver.content.diagnostics import Report
from kotoserver.korean.findings.codes import CODES, ENUM_KEYS
from kotoserver.providers.espeak import BUILT_IN_VOICES

ROOT = Path(__file__).parents[2]


def catalogs() -> Catalogs:
    report = Report()
    read = read_catalogs(ROOT / "scenes", report)
    assert read is not None, report.diagnostics
    return read


def test_every_code_of_the_evaluator_is_in_the_catalog_with_its_parameters():
    listed = catalogs().feedback.codes

    for code, spec in CODES.items():
        assert set(listed[code.value]) == set(spec.params), code


def test_every_key_that_comes_as_a_parameter_has_a_label_to_translate():
    assert set(catalogs().feedback.labels) >= ENUM_KEYS


def test_the_built_in_voice_can_play_every_part():
    assert set(catalogs().voices.voices) <= set(BUILT_IN_VOICES)


def test_a_polite_repair_is_praised_with_a_code_that_exists():
    for intent in catalogs().common.intents.values():
        assert intent.praise is None or intent.praise in catalogs().feedback.codes


def test_the_consoles_stage_draws_every_cue():
    emotions = (ROOT / "web" / "static" / "stage" / "emotions.js").read_text("utf-8")
    gestures = (ROOT / "web" / "static" / "stage" / "gestures.js").read_text("utf-8")
    cues = catalogs().cues

    assert [name for name in cues.emotions if not re.search(rf"^  {name}\b", emotions, re.MULTILINE)] == []
    assert [name for name in cues.anims if not re.search(rf"^  {name}:", gestures, re.MULTILINE)] == []
    for background in cues.backgrounds:
        drawing = (ROOT / "web" / "static" / "art" / f"{background}.svg").read_text("utf-8")
        assert [name for name in cues.props if f'id="prop-{name}"' not in drawing] == []
