"""Translation tables: out in the order of the scene, back in by id, and nothing lost on the way."""

import csv
import io
import random
import re
import unicodedata
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kotoserver.content.diagnostics import Report
from kotoserver.content.drafts import Folders, compile_folders
from kotoserver.content.memory import Memory
from kotoserver.content.pack_schema import SCENE_PACK_SCHEMA, ScenePackSource
from kotoserver.content.scalars import as_scalar
from kotoserver.content.scene_schema import SceneSource
from kotoserver.content.source import read_document
from kotoserver.content.tables import COLUMNS, Imported, as_csv, as_workbook, import_table, rows_of
from kotoserver.content.tree import Document

ROOT = Path(__file__).parents[2]
BAD = Path(__file__).parent / "bad" / "E28_row_of_an_unknown_line.csv"
DRAFTS = compile_folders(Folders(scenes=ROOT / "scenes", langpacks=ROOT / "langpacks"))


def cafe() -> tuple[SceneSource, ScenePackSource, Document]:
    source = DRAFTS.scenes["cafe"].source
    assert source is not None
    return source, *DRAFTS.packs["ko-id"].parts["cafe"]


def import_into_cafe(table: bytes) -> Imported:
    source, part, document = cafe()
    return import_table(table, "cafe.csv", source, part, document)


def read_again(imported: Imported) -> ScenePackSource:
    read = Memory().read(ScenePackSource, SCENE_PACK_SCHEMA, imported.text, "cafe.yaml", Report())
    assert read is not None
    return read[0]


def test_the_table_follows_the_scene():
    source, part, _ = cafe()

    ids = [row.id for row in rows_of(source, part)]

    assert ids[:6] == ["title", "brief", "goals/greet", "lines/L010", "lines/L011", "hints/H010"]
    assert ids.index("lines/L190") > ids.index("lines/L180") > ids.index("goals/receipt")
    assert len(ids) == len(set(ids))


def test_a_row_tells_who_speaks_and_what_the_stage_shows():
    source, part, _ = cafe()

    row = next(row for row in rows_of(source, part) if row.id == "lines/L017")

    assert (row.speaker, row.korean) == ("민지", "괜찮아요. 같이 골라 볼까요?")
    assert row.meaning == "Tidak apa-apa. Mau kita pilih bersama?"
    assert row.cue == "kind point_menu menu_highlight"


@pytest.mark.parametrize("write", [as_csv, lambda rows: as_workbook(rows, "cafe")], ids=["csv", "xlsx"])
def test_what_went_out_comes_back_without_a_change(write):
    source, part, document = cafe()

    imported = import_into_cafe(write(rows_of(source, part)))

    assert (imported.changed, imported.findings) == ((), ())
    assert imported.text == "\n".join(document.lines)


@pytest.mark.parametrize("write", [as_csv, lambda rows: as_workbook(rows, "cafe")], ids=["csv", "xlsx"])
def test_a_changed_meaning_is_written_where_the_old_one_stood(write):
    source, part, document = cafe()
    rows = rows_of(source, part)
    new = {
        "lines/L010": "Halo: apa kabar?",
        "slots/temp/ice": "dingin, segar",
        "brief": "=1+1",
        "words/커피/mean": "kopi #1",
    }
    changed = [
        row if row.id not in new else type(row)(id=row.id, meaning=new[row.id], korean=row.korean) for row in rows
    ]

    imported = import_into_cafe(write(reversed(changed)))

    assert set(imported.changed) == set(new)
    again = read_again(imported)
    assert again.lines["L010"] == "Halo: apa kabar?"
    assert (again.slots["temp"]["ice"], again.brief) == ("dingin, segar", "=1+1")
    assert again.words["커피"].mean == "kopi #1"
    before, after = "\n".join(document.lines).split("\n"), imported.text.split("\n")
    assert len(before) == len(after)
    assert sum(one != other for one, other in zip(before, after, strict=True)) == len(new)


def test_a_meaning_that_was_missing_is_added_to_its_table():
    source, part, document = cafe()
    text = "\n".join(document.lines).replace("  L030: Mau pesan apa?\n", "").replace(", hot: panas", "")
    without = Memory().read(ScenePackSource, SCENE_PACK_SCHEMA, text, "cafe.yaml", Report())
    assert without is not None

    imported = import_table(as_csv(rows_of(source, part)), "cafe.csv", source, *without)

    assert set(imported.changed) == {"lines/L030", "slots/temp/hot"}
    again = read_again(imported)
    assert again.lines == part.lines
    assert again.slots == part.slots


def test_an_empty_cell_takes_nothing_away():
    source, part, document = cafe()
    emptied = [type(row)(id=row.id, korean=row.korean) for row in rows_of(source, part)]

    assert import_into_cafe(as_csv(emptied)).text == "\n".join(document.lines)


def test_a_row_that_fits_nothing_is_named_with_its_place_and_the_others_are_taken():
    source = DRAFTS.scenes["cafe"].source
    assert source is not None
    table = BAD.read_bytes().replace("뭐 드릴까요?".encode(), "어서 오세요! 주문 도와드릴까요?".encode())

    imported = import_into_cafe(table)

    unknown = next(each for each in imported.findings if each.key == "E28.unknown")
    assert (unknown.file, unknown.line, unknown.column) == ("cafe.csv", 3, 1)
    assert imported.changed == ("lines/L010",)
    assert read_again(imported).lines["L010"] == "What would you like?"


@pytest.mark.parametrize(
    ("table", "key", "line", "column"),
    [
        ("id,meaning\nlines/L010,a\nlines/L010,b\n", "E28.twice", 3, 1),
        ("id,meaning\n,lost\n", "E28.no_id", 2, 1),
        ("id,text\nlines/L010,a\n", "E28.no_column", 1, 1),
        ("id,korean,meaning\nlines/L010,다른 말,a\n", "E28.korean", 2, 2),
        ("id,meaning\nlines/L010,a\n", "E28.missing", 1, 1),
        ('id,meaning\nlines/L010,"a\n', "E28.not_text", 1, 1),
    ],
)
def test_a_table_that_does_not_fit_is_told_with_its_place(table: str, key: str, line: int, column: int):
    found = import_into_cafe(table.encode()).findings

    assert (key, line, column) in [(each.key, each.line, each.column) for each in found]


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04 no workbook", b"\xff\xfe\x00a", b"x" * 6_000_000], ids=["zip", "utf16", "large"]
)
def test_bytes_that_are_no_table_change_nothing(content: bytes):
    _, _, document = cafe()

    imported = import_into_cafe(content)

    assert [each.key for each in imported.findings] == ["E28.not_text"]
    assert imported.text == "\n".join(document.lines)


def repacked(book: bytes, spoilt: str, content: bytes) -> bytes:
    """The workbook with other content in one of its files."""
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, content if name == spoilt else old.read(name))
    return held.getvalue()


@pytest.mark.parametrize("spoilt", ["[Content_Types].xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml"])
@pytest.mark.parametrize(
    "content", [b"", b"<cut", b"no markup", b" " * 60_000_000], ids=["empty", "cut", "text", "bomb"]
)
def test_a_spoilt_workbook_changes_nothing(spoilt: str, content: bytes):
    book = as_workbook(rows_of(*cafe()[:2]), "cafe")

    imported = import_into_cafe(repacked(book, spoilt, content))

    assert [each.key for each in imported.findings] == ["E28.not_text"]
    assert imported.changed == ()


@pytest.mark.parametrize("seed", range(20))
def test_a_workbook_damaged_on_the_way_is_told_or_read(seed: int):
    accident = random.Random(seed)
    book = bytearray(as_workbook(rows_of(*cafe()[:2]), "cafe"))
    for _ in range(3):
        book[accident.randrange(len(book))] = accident.randrange(256)

    import_into_cafe(bytes(book))


def test_letters_written_apart_are_the_same_rows():
    table = as_csv(rows_of(*cafe()[:2])).decode("utf-8-sig")

    imported = import_into_cafe(unicodedata.normalize("NFD", table).encode())

    assert (imported.changed, imported.findings) == ((), ())


def test_a_workbook_never_holds_a_formula():
    from openpyxl import load_workbook

    rows = rows_of(*cafe()[:2])
    risky = [type(row)(id=row.id, meaning="=HYPERLINK(1)") for row in rows[:2]]

    sheet = load_workbook(io.BytesIO(as_workbook(risky, "cafe"))).worksheets[0]

    assert {cell.data_type for row in sheet.iter_rows(min_row=2) for cell in row if cell.value} == {"s"}


def test_semicolons_of_other_countries_spreadsheets_are_read():
    source, part, _ = cafe()
    written = io.StringIO()
    writer = csv.writer(written, delimiter=";")
    writer.writerow(COLUMNS)
    writer.writerows([getattr(row, column) for column in COLUMNS] for row in rows_of(source, part))

    assert import_into_cafe(written.getvalue().encode("utf-8-sig")).findings == ()


@settings(max_examples=300, deadline=None)
@given(
    st.text(st.characters(blacklist_categories=("Cs", "Cc", "Cf", "Co", "Cn", "Zl", "Zp")), min_size=1),
    st.booleans(),
)
def test_any_text_survives_being_written_as_yaml(text: str, flow: bool):
    meant = " ".join(unicodedata.normalize("NFC", text).split())
    if not meant:
        return
    written = as_scalar(meant, flow=flow)
    entry = f" {{ L010: {written}, L011: b }}" if flow else f"\n  L010: {written}"
    report = Report()

    document = read_document(f"schema: x\nlines:{entry}\n", "any.yaml", report)

    assert report.diagnostics == ()
    assert document is not None
    lines = document.root["lines"]
    assert isinstance(lines, dict)
    assert lines["L010"] == meant
    assert not re.search(r"\n", written)
