"""What whoever opens a review link reads is in a language that their browser asks for."""

import pytest

from kotoserver.transport.console.review_words import LANGUAGES, language_of, words_in


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("id-ID,id;q=0.9,en;q=0.8", "id"),
        ("ko", "ko"),
        ("fr-FR, ko;q=0.4, id;q=0.7", "id"),
        ("de, en-US;q=0.2, ko;q=0", "en"),
        ("in-ID", "id"),
        ("EN-us, id", "en"),
        ("", "en"),
        ("*", "en"),
        ("ko;q=much, id;q=0.1", "id"),
        (",;;q=,", "en"),
    ],
)
def test_the_most_wanted_of_the_languages_that_there_are_is_spoken(accepted: str, language: str):
    assert language_of(accepted) == language


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_is_missing_in_a_language(language: str):
    assert all(words_in(language).values())
