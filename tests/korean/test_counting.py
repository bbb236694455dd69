"""Numbers as they are said, and the counters they stand before."""

import pytest

from kotoserver.domain.evaluation import Verdict
from kotoserver.korean.sounds.number_words import native_form, sino_form, sino_value
from kotoserver.korean.words.numbers import read_numbers
from tests.korean.turns import ORDER, Judge, codes, expect


def heard(text: str) -> list[tuple[int, str | None]]:
    return [(number.value, number.counter) for number in read_numbers(text)]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("아메리카노 한 잔 주세요", [(1, "잔")]),
        ("두잔이요", [(2, "잔")]),
        ("2잔 주세요", [(2, "잔")]),
        ("3,500원이요", [(3500, "원")]),
        ("만 원 충전해 주세요", [(10_000, "원")]),
        ("십만 원이요", [(100_000, "원")]),
        ("삼만오천 원", [(35_000, "원")]),
        ("스물두 살이에요", [(22, "살")]),
        ("칠 일 동안", [(7, "일")]),
        ("사흘 있을 거예요", [(3, "일")]),
        ("라떼 하나랑 녹차 둘 주세요", [(1, None), (2, None)]),
        ("네, 주세요", []),
        ("이 잔 주세요", []),
        ("할 일이 많아요", []),
        ("하나도 없어요", []),
    ],
)
def test_numbers_are_read_with_their_counters(text: str, numbers: list[tuple[int, str | None]]):
    assert heard(text) == numbers


@pytest.mark.parametrize(("value", "word"), [(1, "하나"), (12, "열둘"), (20, "스물"), (35, "서른다섯")])
def test_native_numbers_stand_alone_in_their_full_form(value: int, word: str):
    assert native_form(value) == word


@pytest.mark.parametrize(
    ("value", "word"), [(0, "영"), (7, "칠"), (15, "십오"), (3200, "삼천이백"), (10_000, "만")]
)
def test_sino_numbers_go_both_ways(value: int, word: str):
    assert sino_form(value) == word
    assert sino_value(word) == value


@pytest.mark.parametrize(
    ("text", "code", "corrected"),
    [
        ("라떼 하나 잔 주세요", "COUNTER_FORM", "라떼 한 잔 주세요"),
        ("라떼 둘 잔 주세요", "COUNTER_FORM", "라떼 두 잔 주세요"),
        ("라떼 셋잔 주세요", "COUNTER_FORM", "라떼 세 잔 주세요"),
        ("라떼 일 잔 주세요", "COUNTER_SYSTEM", "라떼 한 잔 주세요"),
        ("라떼 삼 잔 주세요", "COUNTER_SYSTEM", "라떼 세 잔 주세요"),
        ("라떼 두 명 주세요", "COUNTER_WRONG", "라떼 두 잔 주세요"),
        ("라떼 두 주세요", "COUNTER_MISSING", "라떼 두 잔 주세요"),
    ],
)
def test_a_counter_asks_for_its_number(judge: Judge, text: str, code: str, corrected: str):
    evaluation = judge(text, ORDER)
    assert code in codes(evaluation)
    assert evaluation.corrected == corrected
    assert evaluation.verdict is Verdict.ACCEPT_WITH_FEEDBACK


STAY = expect("얼마나 계실 겁니까?", "칠 일 동안 있을 거예요.", "일주일 동안 있을 거예요.")


def test_days_take_sino_numbers(judge: Judge):
    assert codes(judge("일곱 일 동안 있을 거예요", STAY)) == ["COUNTER_SYSTEM"]


def test_a_week_is_seven_days(judge: Judge):
    assert judge("일주일 있을 거예요", STAY).verdict is Verdict.ACCEPT


def test_another_number_than_every_example_has_is_another_message(judge: Judge):
    evaluation = judge("삼 일 동안 있을 거예요", STAY)
    assert codes(evaluation) == ["MEANING_NUMBER"]
    assert evaluation.verdict is Verdict.RETRY


def test_large_amounts_in_mixed_systems_are_told(judge: Judge):
    price = expect("얼마예요?", "오천 원이에요.")
    assert judge("다섯천 원이에요", price).corrected == "오천 원이에요"


def test_one_counts_ones_own_party_without_honour(judge: Judge):
    guests = expect("몇 분이세요?", "두 명이에요.")
    assert judge("두 분이에요", guests).corrected == "두 명이에요"


@pytest.mark.parametrize("text", ["라떼 2잔 주세요", "라떼 두 개 주세요", "라떼 둘 주세요", "라떼 두 컵 주세요"])
def test_other_ways_to_count_are_fine(judge: Judge, text: str):
    assert codes(judge(text, ORDER)) == []


@pytest.mark.parametrize(
    ("said", "right", "code"),
    [
        ("여섯 시 서른 분에 일어나요.", "여섯 시 삼십 분에 일어나요.", "COUNTER_SYSTEM"),
        ("일곱 시 삼십 시에 일어나요.", "일곱 시 삼십 분에 일어나요.", "COUNTER_WRONG"),
    ],
)
def test_minutes_follow_the_hour_in_their_own_numbers(judge: Judge, said: str, right: str, code: str):
    turn = expect("몇 시에 일어나요?", "일곱 시에 일어나요.", "여섯 시에 일어나요.")
    evaluation = judge(said, turn)
    assert code in codes(evaluation)
    assert evaluation.corrected == right


@pytest.mark.parametrize(
    "text", ["일곱 시에 두 분이 오세요.", "여섯 시 반에 일어나요.", "세 시간 자요. 여섯 시에 일어나요."]
)
def test_what_is_counted_elsewhere_is_no_minute(judge: Judge, text: str):
    turn = expect("몇 시에 일어나요?", "일곱 시에 일어나요.", "여섯 시에 일어나요.")
    assert {"COUNTER_SYSTEM", "COUNTER_WRONG"} & set(codes(judge(text, turn))) == set()
