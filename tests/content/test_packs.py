import re

import pytest

from kotoserver.content.desk import lint
from kotoserver.content.diagnostics import Diagnostic
from kotoserver.domain.errors import NotFound
from tests.content.conftest import Workshop


def found(workshop: Workshop) -> list[Diagnostic]:
    return lint(workshop.scenes, workshop.packs)


def place_of(workshop: Workshop, file: str, text: str) -> tuple[int, int]:
    before = (workshop.scenes.parent / file).read_text("utf-8").split(text)[0]
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def test_the_drafts_of_this_project_have_no_findings(workshop: Workshop):
    assert found(workshop) == []


@pytest.mark.parametrize(
    ("file", "key", "place"),
    [
        ("langpacks/ko-id/scenes/cafe.yaml", "  L030: Mau pesan apa?\n", "lines:"),
        ("langpacks/ko-id/scenes/cafe.yaml", "  greet: Sapa barista dan bilang kamu mau pesan.\n", "goals:"),
        ("langpacks/ko-id/scenes/cafe.yaml", "  H010: Jawab \"ya\", lalu bilang kamu mau pesan.\n", "hints:"),
        ("langpacks/ko-id/scenes/cafe.yaml", "  drink: minuman\n", "slot_names:"),
        ("langpacks/ko-id/scenes/cafe.yaml", "  drink: Mau minuman apa?\n", "slot_questions:"),
        ("langpacks/ko-id/scenes/cafe.yaml", ", togo: dibawa pulang", "place: { here"),
        ("langpacks/ko-id/pack.yaml", "  send: Kirim\n", "ui:"),
        ("langpacks/ko-id/pack.yaml", "  GOOD_NATURAL: Sangat alami!\n", "feedback:\n  #"),
        ("langpacks/ko-id/pack.yaml", "  retry: Belum pas. Coba sekali lagi, ya.\n", "feedback_summary:"),
        ("langpacks/ko-id/pack.yaml", "  native: angka asli Korea\n", "labels:"),
        ("langpacks/ko-id/pack.yaml", "  C010: Baik, saya ulangi.\n", "common:"),
    ],
)  # fmt: skip
def test_a_missing_meaning_is_an_error_at_its_table(workshop: Workshop, file: str, key: str, place: str):
    workshop.edit(file, key, "")

    findings = found(workshop)

    assert [(each.code, each.file) for each in findings] == [("E19", file)]
    assert (findings[0].line, findings[0].column) == place_of(workshop, file, place)


def test_a_grammar_point_without_an_explanation_is_an_error(workshop: Workshop):
    workshop.edit("langpacks/ko-en/pack.yaml", "  eseo:\n", "  esseo:\n")

    assert [each.code for each in found(workshop)] == ["E19"]


def test_a_scene_that_a_pack_does_not_translate_is_an_error(workshop: Workshop):
    (workshop.packs / "ko-en" / "scenes" / "cafe.yaml").unlink()

    findings = found(workshop)

    assert [(each.code, each.file) for each in findings] == [("E19", "langpacks/ko-en/pack.yaml")]


def test_a_meaning_must_hold_the_placeholders_of_the_korean(workshop: Workshop):
    file = "langpacks/ko-id/scenes/cafe.yaml"
    workshop.edit(file, "L012: Baik, {drink}, ya.", "L012: Baik, ya.")

    findings = found(workshop)

    assert [each.code for each in findings] == ["E18"]
    assert (findings[0].line, findings[0].column) == place_of(workshop, file, "Baik, ya.")


def test_a_feedback_sentence_uses_only_what_its_code_supplies(workshop: Workshop):
    workshop.edit("langpacks/ko-id/pack.yaml", "“{hangul}”", "“{korean}”")

    findings = found(workshop)

    assert [each.code for each in findings] == ["E18"]
    assert "hangul" in findings[0].sentence


def test_a_text_for_something_that_is_gone_is_a_warning(workshop: Workshop):
    workshop.edit("langpacks/ko-id/scenes/cafe.yaml", "lines:\n", "lines:\n  L999: Apa?\n")

    assert [each.code for each in found(workshop)] == ["W13"]


def test_every_table_that_is_missing_is_named(workshop: Workshop):
    text = (workshop.packs / "ko-en" / "scenes" / "cafe.yaml").read_text("utf-8")
    text = text.replace("slot_names:", "# slot_names:").replace("title: ", "# title: ")
    text = re.sub(r"(?ms)^# slot_names:.*?\n\n", "", text)
    (workshop.packs / "ko-en" / "scenes" / "cafe.yaml").write_text(text, "utf-8")

    sentences = [each.sentence for each in found(workshop) if each.file.endswith("ko-en/scenes/cafe.yaml")]

    assert sentences == ["The key `title` is missing here.", "The key `slot_names` is missing here."]


def test_korean_left_standing_as_its_own_meaning_is_a_warning(workshop: Workshop):
    workshop.edit("langpacks/ko-id/scenes/cafe.yaml", "L030: Mau pesan apa?", "L030: 뭐 드릴까요?")

    assert [each.code for each in found(workshop)] == ["W12"]


def test_a_pack_in_the_wrong_folder_is_an_error(workshop: Workshop):
    workshop.edit("langpacks/ko-en/pack.yaml", "id: ko-en", "id: ko-de")

    assert {each.code for each in found(workshop)} == {"E06"}


def test_broken_catalogs_are_the_first_thing_to_mend(workshop: Workshop):
    workshop.edit("scenes/catalog/cues.yaml", "emotions:", "emotion:")

    findings = found(workshop)

    assert [(each.code, each.file) for each in findings] == [("E05", "scenes/catalog/cues.yaml")]


def test_one_broken_scene_does_not_hide_another(workshop: Workshop):
    (workshop.scenes / "broken").mkdir()
    (workshop.scenes / "broken" / "scene.yaml").write_text("turns: [", "utf-8")

    assert lint(workshop.scenes, workshop.packs, "cafe") == []
    assert [each.code for each in lint(workshop.scenes, workshop.packs, "broken")] == ["E01"]


def test_a_scene_that_is_not_there_cannot_be_checked(workshop: Workshop):
    with pytest.raises(NotFound):
        lint(workshop.scenes, workshop.packs, "moon")
