"""A text under repair knows where each of its characters came from."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from kotoserver.domain.evaluation import DiffKind, Span
from kotoserver.korean.findings.corrections import diff_texts
from kotoserver.korean.findings.draft import begin_draft


def test_a_span_survives_a_repair_before_it():
    draft = begin_draft("커피을 하나 잔")
    mended = draft.replace(2, 3, "를 꼭")
    start = mended.text.index("하나")
    assert mended.span(start, start + 2) == Span(start=4, end=6)


def test_what_was_inserted_stands_between_its_neighbours():
    draft = begin_draft("한잔").replace(1, 1, " ")
    assert draft.text == "한 잔"
    assert draft.span(1, 2) == Span(start=1, end=1)


def test_decomposed_syllables_point_at_all_their_letters():
    original = unicodedata.normalize("NFD", "한 잔")
    draft = begin_draft(original)
    assert draft.text == "한 잔"
    assert draft.span(0, 1) == Span(start=0, end=3)


def test_white_space_around_is_left_out():
    draft = begin_draft("  네\t")
    assert draft.text == "네"
    assert draft.span(0, 1) == Span(start=2, end=3)


@given(
    text=st.text(max_size=40), places=st.tuples(st.integers(0, 40), st.integers(0, 40)), new=st.text(max_size=5)
)
def test_spans_stay_inside_the_original_whatever_is_replaced(text: str, places: tuple[int, int], new: str):
    draft = begin_draft(text)
    start, end = sorted(min(place, len(draft.text)) for place in places)
    changed = draft.replace(start, end, new)
    assert changed.text == draft.text[:start] + new + draft.text[end:]
    for place in range(len(changed.text)):
        span = changed.span(place, place + 1)
        assert 0 <= span.start <= span.end <= len(text)


def test_a_diff_names_the_words_that_change():
    kinds = [(part.kind, part.learner, part.corrected) for part in diff_texts("커피 하나 잔", "커피 한 잔")]
    assert (DiffKind.REPLACE, "하나", "한") in kinds


@given(original=st.text(max_size=40), corrected=st.text(max_size=40))
def test_a_diff_spells_both_sentences(original: str, corrected: str):
    parts = diff_texts(original, corrected)
    assert "".join(part.learner for part in parts) == original
    assert "".join(part.corrected for part in parts) == corrected
    assert all(original[part.span.start : part.span.end] == part.learner for part in parts)
