"""`--fix`: what can be mended without asking is, and everything else is left alone."""

import random
import re
from pathlib import Path

import pytest

from kotoserver.content.diagnostics import Report
from kotoserver.content.drafts import Folders
from kotoserver.content.edits import apply_edits
from kotoserver.content.fixing import fix_drafts, write_fixed
from kotoserver.content.fresh_ids import FreshIds, written_ids
from kotoserver.content.giving_ids import give_ids
from kotoserver.content.source import read_document
from tests.content.conftest import Workshop
from tests.content.test_arbitrary_text import mutated

HERE = Path(__file__).parent
FILE = "scenes/tiny/scene.yaml"
MENDED = [
    "E02_key_read_as_false",
    "E02_key_read_as_true",
    "E04_colon_in_text",
    "E04_comma_cuts_text",
    "E04_hash_cuts_text",
    "E04_text_begins_with_brace",
    "E04_unquoted_sentence_in_list",
    "E05_unknown_key",
    "E05_unknown_key_in_rule",
    "E06_clock_time_is_a_number",
    "E06_decimal_loses_its_zero",
    "E06_number_where_text_belongs",
    "E06_yes_is_no_text",
    "E07_no_schema",
    "W07_fixed_particle",
    "W27_letters_typed_apart",
]


@pytest.mark.parametrize("name", MENDED)
def test_a_mistake_with_one_right_remedy_is_mended(name: str, desk: Workshop):
    bad = (HERE / "bad" / f"{name}.yaml").read_text("utf-8")
    (desk.scenes / "tiny" / "scene.yaml").write_text(bad, "utf-8")
    folders = Folders(scenes=desk.scenes, langpacks=desk.packs)

    fixed = fix_drafts(folders, "tiny")
    write_fixed(folders, fixed)

    assert name[:3] in {each.code for each in fixed.findings}
    assert [each for each in fix_drafts(folders, "tiny").findings if each.code == name[:3]] == []
    after = (desk.scenes / "tiny" / "scene.yaml").read_text("utf-8")
    assert after.split("\n", 1)[0] == bad.split("\n", 1)[0] or name.startswith("E07")
    assert abs(after.count("\n") - bad.count("\n")) <= 1


def test_an_id_used_twice_gets_a_new_one_of_its_block(desk: Workshop):
    bad = (HERE / "bad" / "E08_line_id_twice.yaml").read_text("utf-8")
    (desk.scenes / "tiny" / "scene.yaml").write_text(bad, "utf-8")

    fixed = fix_drafts(Folders(scenes=desk.scenes, langpacks=desk.packs), "tiny")

    ids = re.findall(r"\bid: (L\d+)", fixed.files[FILE].decode())
    assert len(ids) == len(set(ids))


def test_the_same_words_are_said_again_with_use(desk: Workshop):
    bad = (HERE / "bad" / "W17_same_words_under_two_ids.yaml").read_text("utf-8")
    (desk.scenes / "tiny" / "scene.yaml").write_text(bad, "utf-8")

    fixed = fix_drafts(Folders(scenes=desk.scenes, langpacks=desk.packs), "tiny")

    assert "say: { use: L020 }" in fixed.files[FILE].decode()


def test_several_mistakes_are_mended_together_and_comments_stay(desk: Workshop):
    desk.edit(FILE, "start: order", "start: order  # the only turn")
    desk.edit(FILE, "goal: 음료를 주문하세요.", "gaol: 음료를 주문하세요.")
    desk.edit(FILE, '"네, {drink|이요/요}."', '"네, {drink}를 드릴게요."')
    folders = Folders(scenes=desk.scenes, langpacks=desk.packs)

    write_fixed(folders, fix_drafts(folders, "tiny"))

    text = (desk.scenes / "tiny" / "scene.yaml").read_text("utf-8")
    assert "start: order  # the only turn" in text
    assert "goal: 음료를" in text
    assert "{drink|을/를} 드릴게요" in text


def test_windows_line_endings_and_a_byte_order_mark_stay(desk: Workshop):
    path = desk.scenes / "tiny" / "scene.yaml"
    text = path.read_text("utf-8").replace("goal:", "gaol:")
    path.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    folders = Folders(scenes=desk.scenes, langpacks=desk.packs)

    write_fixed(folders, fix_drafts(folders, "tiny"))

    assert path.read_bytes() == b"\xef\xbb\xbf" + text.replace("gaol:", "goal:").replace("\n", "\r\n").encode()


def test_what_needs_a_person_is_left_alone(desk: Workshop):
    path = desk.scenes / "tiny" / "scene.yaml"
    for name in ("E09_go_names_no_turn", "E10_no_otherwise", "E01_merge_conflict_left", "W04_examples_all_alike"):
        bad = (HERE / "bad" / f"{name}.yaml").read_text("utf-8")
        path.write_text(bad, "utf-8")

        assert fix_drafts(Folders(scenes=desk.scenes, langpacks=desk.packs), "tiny").files == {}


@pytest.mark.parametrize("seed", range(25))
def test_after_any_accident_fixes_can_be_made_and_ids_given(desk: Workshop, seed: int):
    whole = (desk.scenes / "tiny" / "scene.yaml").read_text("utf-8")
    text = mutated(whole, random.Random(seed))
    unsaved = {FILE: text.encode("utf-8", "surrogatepass")}

    fixed = fix_drafts(Folders(scenes=desk.scenes, langpacks=desk.packs, unsaved=unsaved), "tiny")

    for content in fixed.files.values():
        assert content.decode()
    document = read_document(text, FILE, Report())
    if document is not None:
        written = {each for each, _ in written_ids(document.root)}
        given = give_ids(document, FreshIds(written))
        again = read_document(apply_edits("\n".join(document.lines), given.edits), FILE, Report())
        assert again is not None
        assert not set(given.ids) & written
