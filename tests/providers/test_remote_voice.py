import pytest
from hypothesis import given
from hypothesis import strategies as st

from kotoserver.domain.errors import BadInput
from kotoserver.providers.remote_voice import MAX_CHARACTERS, digest, pieces, speakable

KOREAN = st.text(alphabet=st.sampled_from("가나다라마 .!?…\na1"), max_size=200)


@given(text=KOREAN, most_bytes=st.integers(min_value=4, max_value=80))
def test_pieces_fit_and_hold_the_whole_text_in_order(text: str, most_bytes: int):
    cut = list(pieces(text, most_bytes))
    assert all(0 < len(piece.encode()) <= most_bytes for piece in cut)
    assert "".join("".join(cut).split()) == "".join(text.split())


def test_a_text_that_fits_is_one_piece():
    assert list(pieces("어서 오세요! 주문하시겠어요?", 200)) == ["어서 오세요! 주문하시겠어요?"]


def test_a_text_is_cut_between_its_sentences():
    assert list(pieces("어서 오세요! 주문하시겠어요? 네.", 30)) == ["어서 오세요!", "주문하시겠어요? 네."]


def test_a_sentence_that_is_too_long_is_cut_between_its_words():
    assert list(pieces("라떼 한 잔 주세요.", 15)) == ["라떼 한 잔", "주세요."]


@pytest.mark.parametrize("text", ["", " \n", "…", "?!", "\0\x07"])
def test_a_text_without_words_is_refused(text: str):
    with pytest.raises(BadInput) as refused:
        speakable(text)
    assert refused.value.code == "nothing_to_say"


def test_a_text_that_is_too_long_is_refused():
    assert len(speakable("가" * MAX_CHARACTERS)) == MAX_CHARACTERS
    with pytest.raises(BadInput) as refused:
        speakable("가" * (MAX_CHARACTERS + 1))
    assert refused.value.code == "text_too_long"


def test_control_characters_are_taken_out_and_space_is_made_one():
    assert speakable("라떼\0  한\x07\n잔\x1b") == "라떼 한 잔"


def test_voices_in_another_order_are_the_same_voices():
    assert digest({"a": "1", "b": "2"}) == digest({"b": "2", "a": "1"}) != digest({"a": "2", "b": "1"})
