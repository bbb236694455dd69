"""Spelling, spacing, scripts and foreign words."""

import pytest

from kotoserver.domain.evaluation import Verdict
from kotoserver.korean.sounds.romanize import romanize
from tests.korean.turns import ORDER, Judge, codes, expect

TURNS = {
    "order": ORDER,
    "card": expect("결제는요?", "카드로 할게요.", "여기 카드 있어요."),
    "here": expect("드시고 가세요?", "여기서 먹을 거예요.", "가져갈게요."),
    "fine": expect("영수증 드릴까요?", "아니요, 괜찮아요.", "아니요, 안 받을게요."),
    "give": expect("여권 보여 주세요.", "네, 여권 여기 있습니다.", "여기 있어요."),
    "came": expect("언제 왔어요?", "어제 왔어요."),
    "job": expect("직업이 뭐예요?", "저는 의사예요.", "학생이에요."),
    "where": expect("뭘 찾으세요?", "화장실이 어디예요?"),
    "hard": expect("한국어 어때요?", "조금 어려워요."),
    "heat": expect("데워 드릴까요?", "네, 데워 주세요."),
    "bag": expect("봉투 필요하세요?", "네, 봉투 하나 주세요."),
    "works": expect("카드 되나요?", "네, 카드 돼요."),
    "charge": expect("뭐 도와드릴까요?", "교통카드 충전할 수 있어요?"),
    "head": expect("어디가 아프세요?", "머리가 아파요."),
}


@pytest.mark.parametrize(
    ("turn", "text", "code", "corrected"),
    [
        ("order", "라떼 한 잔 주새요", "SPELL_ENDING", "라떼 한 잔 주세요"),
        ("order", "라때 한 잔 주세요", "SPELL_WORD", "라떼 한 잔 주세요"),
        ("order", "아이스 아메리가노 주세요", "SPELL_WORD", "아이스 아메리카노 주세요"),
        ("card", "카드로 할께요", "SPELL_GEYO", "카드로 할게요"),
        ("here", "여기서 먹을 거에요", "SPELL_EYO_YEYO", "여기서 먹을 거예요"),
        ("here", "가저갈게요", "SPELL_WORD", "가져갈게요"),
        ("fine", "아니요, 괜찬아요", "SPELL_BATCHIM", "아니요, 괜찮아요"),
        ("fine", "아니요, 않 받을게요", "SPELL_AN_ANH", "아니요, 안 받을게요"),
        ("give", "여기 이써요", "SPELL_LIAISON", "여기 있어요"),
        ("give", "여기 잇어요", "SPELL_SSANG_SIOT", "여기 있어요"),
        ("give", "네, 여권 여기 있슴니다", "SPELL_SEUMNIDA", "네, 여권 여기 있습니다"),
        ("give", "네, 여건 여기 있습니다", "SPELL_WORD", "네, 여권 여기 있습니다"),
        ("came", "어제 왓어요", "SPELL_SSANG_SIOT", "어제 왔어요"),
        ("job", "저는 의사이에요", "COPULA_FORM", "저는 의사예요"),
        ("where", "화장실이 어디에요?", "SPELL_EYO_YEYO", "화장실이 어디예요?"),
        ("hard", "조금 어렵어요", "SPELL_CONJUGATION", "조금 어려워요"),
        ("head", "머리가 아프어요", "SPELL_CONJUGATION", "머리가 아파요"),
        ("heat", "네, 더워 주세요", "SPELL_WORD", "네, 데워 주세요"),
        ("bag", "네, 봉토 하나 주세요", "SPELL_WORD", "네, 봉투 하나 주세요"),
        ("works", "네, 카드 되요", "SPELL_DOE_DWAE", "네, 카드 돼요"),
    ],
)
def test_a_misspelling_is_put_right(judge: Judge, turn: str, text: str, code: str, corrected: str):
    evaluation = judge(text, TURNS[turn])
    assert codes(evaluation) == [code]
    assert evaluation.corrected == corrected
    assert evaluation.verdict is Verdict.ACCEPT_WITH_FEEDBACK


@pytest.mark.parametrize(
    ("turn", "text", "code", "corrected"),
    [
        ("order", "라떼 한잔 주세요", "SPACE_COUNTER", "라떼 한 잔 주세요"),
        ("order", "라떼주세요", "SPACE_MISSING", "라떼 주세요"),
        ("order", "라떼 를 주세요", "SPACE_EXTRA", "라떼를 주세요"),
        ("order", "라떼 한 잔 주 세요", "SPACE_EXTRA", "라떼 한 잔 주세요"),
        ("charge", "교통카드 충전할수 있어요?", "SPACE_DEPENDENT_NOUN", "교통카드 충전할 수 있어요?"),
        ("fine", "아니요, 안받을게요", "SPACE_NEGATION", "아니요, 안 받을게요"),
    ],
)
def test_a_space_is_put_right(judge: Judge, turn: str, text: str, code: str, corrected: str):
    evaluation = judge(text, TURNS[turn])
    assert codes(evaluation) == [code]
    assert evaluation.corrected == corrected


@pytest.mark.parametrize(
    "text", ["아이스아메리카노 한 잔 주세요", "아이스아메리카노한잔주세요", "따뜻한라떼두잔주세요"]
)
def test_values_are_heard_without_spaces(judge: Judge, text: str):
    assert judge(text, ORDER).filled()["temp"] in ("ice", "hot")


@pytest.mark.parametrize(
    ("turn", "text"),
    [
        ("order", "따듯한 라떼 주세요"),
        ("card", "카드로 할게요"),
        ("where", "화장실 어딨어요?"),
        ("here", "여기서 먹을게요"),
    ],
)
def test_accepted_spellings_are_left_alone(judge: Judge, turn: str, text: str):
    assert codes(judge(text, TURNS[turn])) == []


def test_korean_in_latin_letters_is_shown_in_hangul(judge: Judge):
    evaluation = judge("latte han jan juseyo", ORDER)
    assert codes(evaluation) == ["ROMANIZED"]
    assert evaluation.items[0].params["hangul"].endswith("주세요")
    assert evaluation.verdict is Verdict.RETRY


@pytest.mark.parametrize("text", ["I would like a latte", "mau kopi satu", "コーヒーをください", "咖啡"])
def test_another_language_is_a_repair_move_not_a_fault(judge: Judge, text: str):
    evaluation = judge(text, ORDER)
    assert evaluation.intent == "native_language"
    assert evaluation.verdict is Verdict.NOT_SCORED
    assert codes(evaluation) == ["NOT_KOREAN"]


def test_a_foreign_word_gets_its_korean(judge: Judge):
    evaluation = judge("라떼 two 주세요", ORDER)
    assert codes(evaluation) == ["MIXED_LANGUAGE"]
    assert evaluation.filled() == {"drink": "latte", "count": 2}


def test_chat_letters_are_told(judge: Judge):
    assert codes(judge("ㅋㅋ 라떼 주세요", ORDER)) == ["CHAT_STYLE"]


@pytest.mark.parametrize(
    ("korean", "latin"),
    [
        ("아메리카노 한 잔 주세요.", "amerikano han jan juseyo."),
        ("독립문 신라 국물", "dongnimmun silla gungmul"),
        ("네, 좋아요!", "ne, joayo!"),
    ],
)
def test_romanisation_follows_the_pronunciation_and_keeps_punctuation(korean: str, latin: str):
    assert romanize(korean) == latin


@pytest.mark.parametrize("opening", ["saya mau", "I want"])
def test_words_of_another_language_leave_the_noun_behind_them_whole(judge: Judge, opening: str):
    assert judge(f"{opening} 라떼", ORDER).corrected == f"{opening} 라떼 주세요"


@pytest.mark.parametrize("text", ["불을 꺼 주세요", "불 꺼 줄 수 있어요?", "들어가지 못해요", "세월이 빨라요"])
def test_what_only_looks_like_a_slip_is_right(judge: Judge, text: str):
    turn = expect("무엇을 도와드릴까요?", "불을 켜 주세요.", "시간이 없어요.")
    assert {code for code in codes(judge(text, turn)) if code.startswith(("SPELL", "SPACE", "COUNTER"))} == set()
