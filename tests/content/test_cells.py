"""Writing single texts into an authored file: all else stays as it was, to the last comment."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kotoserver.content.cells import NoSuchCell, added_to_list, cell_text, write_cells
from kotoserver.content.diagnostics import Report
from kotoserver.content.edits import apply_edits
from kotoserver.content.source import read_document
from kotoserver.content.tree import Document, Path

FILE = """\
# A file as people write it.
schema: x
title: Café   # the name

lines:
  L010: Hello!   # greets
  L020: >-
    Two lines
    of text.

  L030: 'It''s done.'
slots:
  drink: { tea: "tea, hot", milk: milk }
empty: {}
none:
words:
  차: { mean: tea }
"""


def document_of(text: str = FILE) -> Document:
    report = Report()
    document = read_document(text, "any.yaml", report)
    assert document is not None, report.diagnostics
    return document


def written(cells: dict[Path, str], text: str = FILE) -> str:
    after = write_cells(document_of(text), cells)
    again = document_of(after)
    for path, meant in cells.items():
        assert cell_text(again, path) == meant, after
    return after


def lines_that_differ(after: str) -> list[str]:
    before = FILE.split("\n")
    return [line for line in after.split("\n") if line not in before]


def test_a_text_is_replaced_where_it_stands_and_its_comment_stays():
    after = written({("lines", "L010"): "Hi: you", ("title",): "Tea"})
    assert lines_that_differ(after) == ["title: Tea   # the name", '  L010: "Hi: you"   # greets']


def test_a_text_of_several_lines_becomes_one_and_what_follows_stays():
    after = written({("lines", "L020"): "One line."})
    assert after == FILE.replace(">-\n    Two lines\n    of text.", "One line.")


def test_between_braces_a_comma_is_quoted():
    after = written({("slots", "drink", "milk"): "milk, cold"})
    assert lines_that_differ(after) == ['  drink: { tea: "tea, hot", milk: "milk, cold" }']


def test_a_new_text_stands_behind_the_last_of_its_table():
    after = written({("lines", "L040"): "New.", ("slots", "drink", "water"): "water"})
    assert after == FILE.replace("  L030: 'It''s done.'\n", "  L030: 'It''s done.'\n  L040: New.\n").replace(
        "milk: milk }", "milk: milk, water: water }"
    )


def test_a_table_that_is_missing_is_begun_once():
    after = written({("notes", "L010"): "One.", ("notes", "L020"): "Two.", ("slots", "size", "big"): "large"})
    assert after.count("notes:") == 1
    assert after.count("slots:") == 1
    assert "\n  size:\n    big: large\n" in after


def test_texts_for_the_last_table_and_for_a_new_one_do_not_mix():
    after = written({("later", "L010"): "One.", ("words", "물", "mean"): "water"})
    assert after.endswith("words:\n  차: { mean: tea }\n  물:\n    mean: water\nlater:\n  L010: One.\n")


@pytest.mark.parametrize("table", ["empty", "none"])
def test_a_table_that_is_there_and_empty_gets_its_first_text(table: str):
    after = written({(table, "L010"): "One."})
    assert after.count(f"{table}:") == 1


def test_an_empty_text_takes_the_entry_out_with_its_line():
    after = written({("lines", "L010"): "", ("slots", "drink", "milk"): ""})
    assert after == FILE.replace("  L010: Hello!   # greets\n", "").replace(", milk: milk", "")
    assert written({("lines", "L020"): ""}) == FILE.replace("  L020: >-\n    Two lines\n    of text.\n", "")
    assert written({("slots", "drink", "tea"): ""}) == FILE.replace('tea: "tea, hot", ', "")


def test_a_table_is_no_place_for_a_text():
    with pytest.raises(NoSuchCell):
        write_cells(document_of(), {("lines",): "x"})


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("examples: [one, two]  # fine", 'examples: [one, two, "three, four"]  # fine'),
        ("examples: one", 'examples: [one, "three, four"]'),
        (
            "examples:\n    - one\n    - two  # last\nmore: x",
            "examples:\n    - one\n    - two  # last\n    - three, four\nmore: x",
        ),
        ('examples: [\n  "one",\n  "two"\n]', 'examples: [\n  "one",\n  "two", "three, four"\n]'),
    ],
)
def test_a_list_grows_in_the_way_it_is_written(before: str, after: str):
    document = document_of(before + "\n")
    assert apply_edits(before + "\n", [added_to_list(document, ("examples",), "three, four")]) == after + "\n"


def test_new_lines_break_as_the_others_of_the_file_do():
    text = FILE.replace("\n", "\r\n")
    after = written({("lines", "L040"): "New.", ("notes", "L010"): "Why.", ("lines", "L010"): ""}, text)
    assert after.count("\n") == after.count("\r\n") == after.count("\r")


VISIBLE = st.characters(blacklist_categories=("Cs", "Cc", "Cf", "Co", "Cn", "Zl", "Zp"))
PATHS = st.sampled_from(
    [
        ("lines", "L010"),
        ("lines", "L020"),
        ("lines", "L099"),
        ("slots", "drink", "tea"),
        ("slots", "size", "x"),
        ("notes", "L010"),
        ("words", "차", "mean"),
        ("words", "새", "note"),
        ("title",),
        ("empty", "a"),
        ("none", "b"),
    ]
)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(PATHS, st.text(VISIBLE, min_size=1, max_size=12), min_size=1))
def test_whatever_is_written_is_read_again_and_nothing_else_changes(cells: dict[Path, str]):
    cells = {path: " ".join(unicodedata.normalize("NFC", text).split()) for path, text in cells.items()}
    cells = {path: text for path, text in cells.items() if text}
    again = document_of(write_cells(document_of(), cells))
    every = [("lines", "L010"), ("lines", "L020"), ("lines", "L030"), ("slots", "drink", "tea"), ("title",)]
    for path in {*every, *cells}:
        assert cell_text(again, path) == cells.get(path, cell_text(document_of(), path))
