from dataclasses import replace
from pathlib import Path

import pytest

from kotoserver.content.desk import run_trials
from kotoserver.content.diagnostics import Diagnostic
from kotoserver.domain.errors import NotFound
from kotoserver.domain.evaluation import Evaluation, Expectation, FeedbackItem, Severity, Verdict
from kotoserver.domain.levels import SpeechFit, SpeechLevel
from tests.content.conftest import Workshop
from tests.small_scene import said

HERE = Path(__file__).parent


def listen(text: str, expectation: Expectation) -> Evaluation:
    """A judge who knows two drinks and the repair moves, and takes everything else for nothing."""
    for common in expectation.common:
        if text in common.examples:
            return said(text, intent=common.id, score=0, verdict=Verdict.NOT_SCORED)
    drinks = [drink for word, drink in (("커피", "coffee"), ("녹차", "tea")) if word in text]
    slots = {"drink": drinks[0]} if drinks else {}
    if "줘" in text:
        casual = said(text, slots=slots, score=80, speech=SpeechFit.TOO_CASUAL)
        return replace(casual, level_found=SpeechLevel.BANMAL)
    if slots:
        return said(text, slots=slots)
    return said(text, intent=None, score=0, verdict=Verdict.RETRY)


@pytest.fixture
def tiny(workshop: Workshop) -> Workshop:
    """The smallest scene, with a place for its tests."""
    folder = workshop.scenes / "tiny"
    folder.mkdir()
    (folder / "scene.yaml").write_text((HERE / "tiny_scene.yaml").read_text("utf-8"), "utf-8")
    return workshop


def try_out(tiny: Workshop, rows: str, judge=listen) -> list[Diagnostic]:
    """Findings of the rows, apart from those about branches that no row takes."""
    text = f"schema: scene-tests/1\nscene: tiny\n{rows}"
    (tiny.scenes / "tiny" / "tests.yaml").write_text(text, "utf-8")
    found = run_trials(tiny.scenes, tiny.packs, "tiny", judge)
    return [each for each in found if each.code != "W24"]


def test_rows_that_hold_are_not_mentioned(tiny: Workshop):
    rows = """
say:
  - turn: order
    text: 커피 주세요
    expect: { intent: order_drink, slots: { drink: coffee }, speech: 해요체, verdict: accept, go: finish }
  - { turn: order, text: "커피 주세요", expect: { says: L013 } }
  - { turn: order, text: "커피 줘", expect: { speech: too_casual, says: L012, go: again } }
  - { turn: order, text: "커피 줘", tries: 1, expect: { speech: 반말, says: L013, go: finish } }
play:
  - { name: 한 번에, learner: "커피 주세요", visits: order, ends: good }
  - { name: 몰라서, learner: ["몰라요", "몰라요"], ends: practice }
"""
    assert try_out(tiny, rows) == []


@pytest.mark.parametrize(
    ("expected", "complaint"),
    [
        ("intent: ask_repeat", "wanted the intent ask_repeat, heard order_drink"),
        ("slots: { drink: tea }", "wanted drink = tea, heard coffee"),
        ("missing: drink", "wanted no drink, heard coffee"),
        ("speech: 반말", "wanted 반말, heard 해요체 (fits)"),
        ("verdict: retry", "wanted retry, judged accept"),
        ("codes: SLOT_MISSING", "wanted SLOT_MISSING among the feedback, got none"),
        ("says: L012", "wanted the line L012, heard L013, L020"),
        ("go: again", "wanted to go to again, went to finish (score 100)"),
    ],
)
def test_a_row_that_does_not_hold_is_told_with_its_line(tiny: Workshop, expected: str, complaint: str):
    rows = f'say:\n  - {{ turn: order, text: "커피 주세요", expect: {{ {expected} }} }}\n'

    found = try_out(tiny, rows)

    assert [(each.code, each.file, each.line, each.column) for each in found] == [
        ("E25", "scenes/tiny/tests.yaml", 4, 5)
    ]
    assert complaint in found[0].sentence


def test_what_was_given_before_counts(tiny: Workshop):
    rows = 'say:\n  - { turn: order, text: "네", given: { drink: tea }, expect: { says: L013 } }\n'

    assert try_out(tiny, rows) == []


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        (
            "{ name: x, learner: [커피 주세요], ends: practice }",
            "wanted the ending practice, but it ends with good",
        ),
        ("{ name: x, learner: [몰라요], ends: good }", "but it does not end"),
        ("{ name: x, learner: [커피, 커피], ends: good }", "the scene is over after 1 utterances"),
        ("{ name: x, learner: 커피, visits: [order, pay], ends: good }", "it goes through order"),
    ],
)
def test_a_walk_that_ends_elsewhere_is_told(tiny: Workshop, row: str, complaint: str):
    found = try_out(tiny, f"play:\n  - {row.replace('커피 주세요', chr(34) + '커피 주세요' + chr(34))}\n")

    assert [each.code for each in found] == ["E25"]
    assert complaint in found[0].sentence


def test_an_example_that_fails_its_own_turn_is_told_at_its_place(tiny: Workshop):
    tiny.edit("scenes/tiny/scene.yaml", "커피로 할게요.", "물로 할게요.")

    found = try_out(tiny, "say: []\n")

    assert [(each.code, each.file, each.line, each.column) for each in found] == [
        ("E24", "scenes/tiny/scene.yaml", 28, 48)
    ]
    assert "it is taken for the intent None" in found[0].sentence
    assert "it scores 0" in found[0].sentence


def test_a_turn_that_swallows_a_repair_move_is_told(tiny: Workshop):
    def eager(text: str, expectation: Expectation) -> Evaluation:
        return said(text, slots={"drink": "tea"}) if "못 들었" in text else listen(text, expectation)

    found = try_out(tiny, "say: []\n", eager)

    assert [(each.code, each.line) for each in found] == [("E24", 21)]
    assert "`잘 못 들었어요.` (order_drink)" in found[0].sentence


def test_an_example_with_feedback_is_no_example(tiny: Workshop):
    item = FeedbackItem(code="SPELL_WORD", severity=Severity.WARN, span=None, params={}, rule="")

    def petty(text: str, expectation: Expectation) -> Evaluation:
        return replace(listen(text, expectation), items=(item,))

    found = try_out(tiny, "say: []\n", petty)

    assert {each.code for each in found} == {"E24"}
    assert len(found) == 4
    assert "it is given SPELL_WORD" in found[0].sentence


def test_a_branch_that_no_row_takes_is_a_warning(tiny: Workshop):
    (tiny.scenes / "tiny" / "tests.yaml").write_text("schema: scene-tests/1\nscene: tiny\n", "utf-8")

    found = run_trials(tiny.scenes, tiny.packs, "tiny", listen)

    assert [each.code for each in found] == ["W24"] * 4
    assert [each.line for each in found] == [35, 38, 41, 43]


def test_a_row_about_a_turn_that_is_gone_is_an_error(tiny: Workshop):
    found = try_out(tiny, "say:\n  - { turn: pay, text: 네, expect: {} }\n")

    assert [each.code for each in found] == ["E25"]


def test_tests_that_do_not_parse_are_findings_too(tiny: Workshop):
    assert [each.code for each in try_out(tiny, "say: [")] == ["E01"]
    assert [each.code for each in try_out(tiny, "sey: []\n")] == ["E05"]


def test_a_draft_with_errors_is_not_tried_out(tiny: Workshop):
    tiny.edit("scenes/tiny/scene.yaml", "start: order", "start: pay")

    assert [each.code for each in try_out(tiny, "")] == ["E09"]


def test_what_is_not_there_cannot_be_tried_out(workshop: Workshop):
    with pytest.raises(NotFound):
        run_trials(workshop.scenes, workshop.packs, "tiny", listen)
