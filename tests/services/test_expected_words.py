"""What ears are told to expect."""

from dataclasses import replace

from kotoserver.domain.evaluation import expectation_of
from kotoserver.domain.hearing import MOST_PHRASES
from kotoserver.services.voice import likely_phrases, sentences_of
from tests.small_scene import scene

ORDERING = expectation_of(scene(), "order")


def test_sentences_come_first_and_then_the_words_of_slots_that_none_of_them_says():
    assert likely_phrases(ORDERING) == ("라떼 한 잔 주세요.", "네?", "녹차", "카페라떼")


def test_however_many_sentences_there_are_the_words_are_told():
    examples = tuple(f"{number}번 주세요." for number in range(MOST_PHRASES * 2))
    (ordering,) = ORDERING.intents
    many = replace(ORDERING, model=None, intents=(replace(ordering, examples=examples),))
    assert likely_phrases(many) == (*examples[:MOST_PHRASES], "녹차", "라떼", "카페라떼")


def test_a_word_of_one_syllable_is_heard_in_too_much_else_to_be_told():
    drink = replace(ORDERING.slots["drink"], values={"tea": ("차", "녹차")})
    assert likely_phrases(replace(ORDERING, slots={**ORDERING.slots, "drink": drink}))[-1] == "녹차"


def test_words_of_slots_that_the_turn_does_not_ask_for_are_not_told():
    paying = expectation_of(scene(), "pay")
    assert "녹차" not in likely_phrases(paying)


def test_a_word_alone_is_no_sentence_that_the_turn_hopes_for():
    assert "녹차" not in sentences_of(ORDERING)
