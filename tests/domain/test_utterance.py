import pytest
from hypothesis import given
from hypothesis import strategies as st

from kotoserver.domain.errors import BadInput
from kotoserver.domain.utterance import MAX_CHARACTERS, read_utterance


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty_text"),
        (" \n\t ", "empty_text"),
        ("가" * (MAX_CHARACTERS + 1), "text_too_long"),
        ("가" * 10_000, "text_too_long"),
        ("주세요\x00", "control_characters"),
        ("\x1b[31m빨강", "control_characters"),
        ("\ud800", "control_characters"),
    ],
)
def test_text_that_cannot_be_said_has_a_code(text: str, code: str):
    with pytest.raises(BadInput) as refused:
        read_utterance("t1", text)
    assert refused.value.code == code


@pytest.mark.parametrize("turn_id", ["", "a b", "x" * 65, "한글", "a/b"])
def test_a_turn_id_is_short_and_plain(turn_id: str):
    with pytest.raises(BadInput) as refused:
        read_utterance(turn_id, "네")
    assert refused.value.code == "bad_turn_id"


def test_a_sign_newer_than_our_tables_is_kept():
    assert read_utterance("t1", "네 \U0001fae9").text == "네 \U0001fae9"  # Unicode 16


def test_line_breaks_become_spaces_and_the_rest_is_kept():
    assert read_utterance("t1", " 라떼\n한 잔 👍 ").text == "라떼 한 잔 👍"


@given(st.text())
def test_any_text_is_taken_or_refused_with_a_code(text: str):
    try:
        assert 0 < len(read_utterance("t1", text).text) <= MAX_CHARACTERS
    except BadInput as refused:
        assert refused.code in {"empty_text", "text_too_long", "control_characters"}
