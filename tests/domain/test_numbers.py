import pytest

from kotoserver.domain.numbers import native_before_counter


@pytest.mark.parametrize(
    ("number", "spoken"),
    [(1, "한"), (2, "두"), (4, "네"), (11, "열한"), (20, "스무"), (21, "스물한"), (99, "아흔아홉")],
)
def test_native_numbers_take_their_short_form_before_a_counter(number: int, spoken: str):
    assert native_before_counter(number) == spoken


@pytest.mark.parametrize("number", [0, -1, 100])
def test_native_numbers_end_at_99(number: int):
    with pytest.raises(ValueError):
        native_before_counter(number)
