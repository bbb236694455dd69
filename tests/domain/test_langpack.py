from hypothesis import given
from hypothesis import strategies as st

from kotoserver.domain.langpack import fill_placeholders, placeholders


def test_a_placeholder_takes_its_value_and_the_fitting_particle():
    assert (
        fill_placeholders("{drink|을/를} {count} 잔이요.", {"drink": "녹차", "count": "두"}) == "녹차를 두 잔이요."
    )
    assert fill_placeholders("{drink|을/를} 주세요.", {"drink": "물"}) == "물을 주세요."


def test_a_value_that_looks_like_a_placeholder_is_not_filled_again():
    assert fill_placeholders("“{word}”", {"word": "{other}", "other": "x"}) == "“{other}”"


def test_placeholders_are_found_with_or_without_a_particle():
    assert placeholders("{drink|을/를} {count} 잔") == {"drink", "count"}


@given(st.text(), st.dictionaries(st.text(), st.text()))
def test_any_template_can_be_filled(template: str, values: dict[str, str]):
    assert isinstance(fill_placeholders(template, values), str)
