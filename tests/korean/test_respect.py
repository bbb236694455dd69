"""Speech level, honorifics, pronouns and greetings."""

import pytest

from kotoserver.domain.evaluation import Verdict
from kotoserver.domain.levels import SpeechFit, SpeechLevel
from kotoserver.korean.reading.level import fit, read_level
from kotoserver.korean.reading.sentence import analyse
from kotoserver.ports.morphology import MorphemeAnalyzer
from tests.korean.turns import ORDER, Judge, codes, expect

HAEYO, HAPSYO, BANMAL, NONE = SpeechLevel.HAEYO, SpeechLevel.HAPSYO, SpeechLevel.BANMAL, SpeechLevel.NONE


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("라떼 주세요", HAEYO),
        ("라떼요", HAEYO),
        ("카드로요", HAEYO),
        ("주실래요?", HAEYO),
        ("그렇죠", HAEYO),
        ("토너인가요 로션인가요", HAEYO),
        ("정기 결제 좀 해주세요 유튜브 프리미엄", HAEYO),
        ("라떼 주십시오", HAPSYO),
        ("얼마입니까?", HAPSYO),
        ("같이 갑시다", HAPSYO),
        ("라떼 줘", BANMAL),
        ("밥 먹었니", BANMAL),
        ("카드로 할게", BANMAL),
        ("라떼 먹을래", BANMAL),
        ("티켓 좀 사줘 버스 탈 거니까", BANMAL),
        ("라떼 한 잔", NONE),
        ("네", NONE),
        ("응", BANMAL),
    ],
)
def test_the_level_is_read_from_what_closes_the_sentence(
    analyzer: MorphemeAnalyzer, text: str, level: SpeechLevel
):
    assert read_level(analyse(text, analyzer)).level is level


def test_more_polite_than_wanted_always_fits_but_not_among_friends():
    assert fit(HAPSYO, HAEYO, ()) is SpeechFit.FITS
    assert fit(HAEYO, HAPSYO, ()) is SpeechFit.TOO_CASUAL
    assert fit(HAEYO, HAPSYO, (HAEYO,)) is SpeechFit.FITS
    assert fit(BANMAL, HAEYO, ()) is SpeechFit.TOO_CASUAL
    assert fit(HAEYO, BANMAL, ()) is SpeechFit.TOO_FORMAL
    assert fit(NONE, HAEYO, ()) is SpeechFit.FITS


@pytest.mark.parametrize(
    ("text", "better"),
    [
        ("라떼 한 잔 줘", "라떼 한 잔 주세요"),
        ("라떼 마실래", "라떼 마실래요"),
        ("라떼 두 잔 줄래?", "라떼 두 잔 주실래요?"),
        ("라떼로 할게", "라떼로 할게요"),
        ("라떼 마시고 싶어", "라떼 마시고 싶어요"),
        ("라떼 한 잔이야", "라떼 한 잔이에요"),
    ],
)
def test_casual_speech_is_shown_in_the_level_that_is_wanted(judge: Judge, text: str, better: str):
    evaluation = judge(text, ORDER)
    assert evaluation.speech is SpeechFit.TOO_CASUAL
    (item,) = evaluation.items
    assert item.code == "LEVEL_TOO_LOW"
    assert item.params["fix"] == evaluation.corrected == better


FRIEND = expect("내일 시간 있어?", "응, 시간 있어.", "응, 있어.", target=BANMAL)
PURPOSE = expect("방문 목적이 무엇입니까?", "관광하러 왔습니다.", target=HAPSYO)


def test_formal_speech_to_a_friend_is_too_formal(judge: Judge):
    evaluation = judge("응, 있습니다", FRIEND)
    assert evaluation.speech is SpeechFit.TOO_FORMAL
    assert evaluation.corrected == "응, 있어"


def test_polite_is_not_formal(judge: Judge):
    evaluation = judge("관광하러 왔어요", PURPOSE)
    assert codes(evaluation) == ["LEVEL_TOO_LOW"]
    assert evaluation.corrected == "관광하러 왔습니다"


def test_two_levels_in_one_breath_are_told(judge: Judge):
    assert "LEVEL_MIXED" in codes(judge("라떼 한 잔 줘. 두 잔 주세요.", ORDER))


def test_the_speech_of_costume_dramas_is_told(judge: Judge):
    evaluation = judge("라떼 한 잔 주시오", ORDER)
    assert codes(evaluation) == ["LEVEL_ARCHAIC"]
    assert evaluation.corrected == "라떼 한 잔 주세요"


def test_a_bare_noun_wants_an_ending(judge: Judge):
    evaluation = judge("라떼 한 잔", ORDER)
    assert codes(evaluation) == ["LEVEL_BARE_FRAGMENT"]
    assert evaluation.corrected == "라떼 한 잔 주세요"
    assert evaluation.verdict is Verdict.ACCEPT_WITH_FEEDBACK


def test_no_as_one_casual_word_becomes_polite(judge: Judge):
    receipt = expect("영수증 드릴까요?", "아니요, 괜찮아요.")
    assert judge("아니", receipt).corrected == "아니요"


TURNS = {
    "bag": expect("봉투 필요하세요?", "네, 필요해요."),
    "point": expect("포인트 카드 있으세요?", "아니요, 없어요."),
    "stay": expect("한국에 얼마나 계실 겁니까?", "일주일 동안 있을 겁니다.", target=HAPSYO),
    "here": expect("드시고 가세요, 가져가세요?", "먹고 갈게요."),
    "togo": expect("드시고 가세요, 가져가세요?", "가져갈게요."),
    "pay": expect("결제는 어떻게 하시겠어요?", "카드로 계산할게요."),
    "from": expect("어디에서 오셨어요?", "인도네시아에서 왔어요."),
    "bye": expect("감사합니다. 안녕히 가세요.", "안녕히 계세요."),
}


@pytest.mark.parametrize(
    ("turn", "text", "corrected"),
    [
        ("bag", "네, 필요하세요", "네, 필요해요"),
        ("point", "아니요, 없으세요", "아니요, 없어요"),
        ("stay", "일주일 동안 계실 겁니다", "일주일 동안 있을 겁니다"),
        ("here", "드시고 갈게요", "먹고 갈게요"),
        ("pay", "카드로 계산하실게요", "카드로 계산할게요"),
        ("from", "인도네시아에서 오셨어요", "인도네시아에서 왔어요"),
    ],
)
def test_one_does_not_honour_oneself(judge: Judge, turn: str, text: str, corrected: str):
    evaluation = judge(text, TURNS[turn])
    assert codes(evaluation) == ["HONORIFIC_SELF"]
    assert evaluation.corrected == corrected
    assert evaluation.verdict is Verdict.ACCEPT_WITH_FEEDBACK


def test_an_echoed_honorific_that_became_an_order_has_to_be_tried_again(judge: Judge):
    evaluation = judge("가져가세요", TURNS["togo"])
    assert codes(evaluation) == ["HONORIFIC_SELF"]
    assert evaluation.verdict is Verdict.RETRY


@pytest.mark.parametrize(
    "text", ["라떼 주시겠어요?", "라떼 주실래요?", "라떼 한 잔 주실 수 있어요?", "안녕하세요. 라떼 주세요"]
)
def test_honouring_the_other_is_fine(judge: Judge, text: str):
    assert codes(judge(text, ORDER)) == []


@pytest.mark.parametrize(
    ("text", "corrected"),
    [
        ("나는 라떼 주세요", "저는 라떼 주세요"),
        ("나도 라떼 주세요", "저도 라떼 주세요"),
        ("내 라떼 주세요", "제 라떼 주세요"),
    ],
)
def test_one_speaks_humbly_of_oneself(judge: Judge, text: str, corrected: str):
    evaluation = judge(text, ORDER)
    assert codes(evaluation) == ["PRONOUN_HUMBLE"]
    assert evaluation.corrected == corrected


def test_nobody_is_called_you(judge: Judge):
    assert "ADDRESS_TERM" in codes(judge("당신, 라떼 한 잔 주세요", ORDER))


def test_the_one_who_leaves_says_stay_well(judge: Judge):
    evaluation = judge("안녕히 가세요", TURNS["bye"])
    assert codes(evaluation) == ["GREETING_DIRECTION"]
    assert evaluation.corrected == "안녕히 계세요"


@pytest.mark.parametrize(
    "text",
    [
        "내일 오세요라는 말을 들었다",
        "뭐 도와줄래요?라고 물어봤다",
    ],
)
def test_quoted_words_have_no_say_in_the_level(analyzer: MorphemeAnalyzer, text: str):
    assert read_level(analyse(text, analyzer)).level is SpeechLevel.BANMAL


def test_an_ending_inside_a_word_is_not_made_polite(judge: Judge):
    evaluation = judge("환경이 좀 나쁘지고 사람이 많아요", expect("어때요?", "사람이 많아요."))
    assert evaluation.corrected is None or "요고" not in evaluation.corrected


@pytest.mark.parametrize(("text", "corrected"), [("대한항공이요", "대한항공입니다"), ("두 개요", "두 개입니다")])
def test_a_short_polite_answer_becomes_a_formal_one(judge: Judge, text: str, corrected: str):
    turn = expect("무엇입니까?", "대한항공입니다.", "두 개입니다.", target=HAPSYO)
    assert judge(text, turn).corrected == corrected
