from kotoserver.content.diagnostics import Mark, Report
from kotoserver.content.source import read_document
from kotoserver.content.tree import Document


def read(text: str) -> Document:
    document = read_document(text, "some.yaml", Report())
    assert document is not None
    return document


def codes(text: str | bytes) -> list[str]:
    report = Report()
    read_document(text, "some.yaml", report)
    return [each.code for each in report.diagnostics]


def test_every_value_knows_its_place():
    document = read('schema: x\nturns:\n  - id: greet\n    npc: { id: L010, ko: "어서 오세요!" }\n')

    assert document.mark(("turns", 0, "id")) == Mark(3, 9)
    assert document.mark(("turns", 0, "npc", "ko")) == Mark(4, 26)
    assert document.key_mark(("turns", 0, "npc", "ko")) == Mark(4, 22)


def test_a_lone_item_is_the_first_of_its_list():
    document = read("needs: drink\n")

    assert document.mark(("needs", 0)) == Mark(1, 8)


def test_a_value_that_is_not_there_is_placed_at_what_is_around_it():
    document = read("level:\n  topik: 1\n")

    assert document.mark(("level", "cefr", "x")) == Mark(2, 3)


def test_columns_count_letters_and_not_bytes():
    assert read("가나다: { 라: 마 }\n").mark(("가나다", "라")) == Mark(1, 11)


def test_a_byte_order_mark_is_no_content():
    assert read_document(b"\xef\xbb\xbfa: b", "some.yaml", Report()) is not None


def test_plain_words_numbers_and_truth_are_read_as_they_look():
    root = read("a: 한 잔\nb: 12\nc: 0.95\nd: true\ne: -3\nf: '010'\ng: \"yes\"\nh:\n").root

    assert dict(root) == {"a": "한 잔", "b": 12, "c": 0.95, "d": True, "e": -3, "f": "010", "g": "yes", "h": None}


def test_numbers_that_yaml_reads_differently_from_people_are_findings():
    for text in ("10:30", "010", "0x1F", "1_000", "1.10", ".5", "+7", ".inf", "2026-01-01"):
        assert codes(f"a: {text}\n") == ["E06"], text


def test_words_that_yaml_reads_as_truth_are_findings():
    for word in ("yes", "no", "on", "off", "True", "FALSE"):
        assert codes(f"a: {word}\n") == ["E06"], word
        assert codes(f"{word}: a\n") == ["E02"], word


def test_a_comment_two_spaces_away_is_a_comment():
    assert codes("a: 어서 오세요!  # said at the door\n") == []
    assert codes("a: 어서 오세요! # said at the door\n") == ["E04"]
    assert codes('a: "어서 오세요!" # said at the door\n') == []
    assert codes("a: 어서 오세요! # ok: W08\n") == []


def test_tags_anchors_and_second_documents_are_refused():
    assert codes("a: !!python/object:os.system x\n") == ["E06"]
    assert codes("a: &x 1\n") == ["E01"]
    assert codes("a: 1\n---\nb: 2\n") == ["E01"]
    assert codes("? [a]\n: b\n") == ["E01"]


def test_what_is_no_block_of_keys_is_refused():
    for text in ("", "한국어", "- a\n- b\n", "7"):
        assert codes(text) == ["E06"], text


def test_what_is_no_text_is_refused():
    for content in (b"\xff\xfe\x00", b"a: \x80", b"a: \x00", b"a: \x07", "a: b\u2028c".encode(), b"a: \xc2\x85"):
        assert codes(content) == ["E01"], content


def test_line_endings_of_other_systems_change_nothing():
    document = read("a: 1\r\nb: 2\r\n")

    assert dict(document.root) == {"a": 1, "b": 2}
    assert document.mark(("b",)) == Mark(2, 4)
