"""Each code that the evaluator can give, with a learner's sentence that earns it; the others with the reason."""

from pathlib import Path

import pytest
import yaml

from kotoserver.content.library import open_library
from kotoserver.domain.levels import SpeechLevel
from kotoserver.korean.findings.codes import CODES, UNPROVED, Code
from tests.korean.turns import BAG, MOVES, ORDER, Judge, codes, expect, turn

ROOT = Path(__file__).parents[2]
LIBRARY = open_library(ROOT / "scenes", ROOT / "langpacks")
PACKS = [LIBRARY.pack(pack_id) for pack_id in LIBRARY.pack_ids()]

CARD = expect("결제는요?", "카드로 할게요.")
HEAT = expect("데워 드릴까요?", "네, 데워 주세요.")
ICE = expect("얼음 넣어 드릴까요?", "아니요, 얼음 빼 주세요.", "얼음 없이 주세요.")
JOB = expect("직업이 뭐예요?", "저는 의사예요.")
CAME = expect("한국에 왜 오셨습니까?", "관광하러 왔습니다.")
WHERE = expect("어디 가세요?", "정류장이 어디입니까?")
YESTERDAY = expect("어제 뭐 했어요?", "어제 커피를 마셨어요.")
HERE = expect("드시고 가세요?", "여기에서 먹을게요.")
LEAVING = expect("안녕히 가세요.", "안녕히 계세요.")
FRIEND = expect("뭐 마실래?", "라떼 마실래.", target=SpeechLevel.BANMAL)
STORE = expect("뭐 드릴까요?", "물 두 병 주세요.")

TOLD = {
    Code.EMPTY_INPUT: (BAG, ""),
    Code.NOT_KOREAN: (BAG, "one coffee please"),
    Code.ROMANIZED: (ORDER, "keopi juseyo"),
    Code.MIXED_LANGUAGE: (ORDER, "아메리카노 one 주세요"),
    Code.ECHO_PROMPT: (BAG, "봉투 필요하세요?"),
    Code.ENDING_WRONG: (expect("어떤 식당이에요?", "유명해요.", "아주 유명한 식당이에요."), "유명이에요"),
    Code.CHAT_STYLE: (ORDER, "ㅇㅇ 라떼 주세요"),
    Code.MEANING_OFF_TOPIC: (ORDER, "어제 학교에 갔어요"),
    Code.MEANING_OPPOSITE: (expect("어떤 걸로 드릴까요?", "큰 사이즈로 주세요."), "작은 사이즈로 주세요"),
    Code.MEANING_NUMBER: (STORE, "물 세 병 주세요"),
    Code.SLOT_MISSING: (ORDER, "한 잔 주세요"),
    Code.SLOT_WRONG: (ORDER, "콜라 한 잔 주세요"),
    Code.SLOT_AMBIGUOUS: (ORDER, "아메리카노랑 라떼 주세요"),
    Code.NEGATION_MISMATCH: (HERE, "여기에서 안 먹을게요"),
    Code.ANSWER_POLARITY: (ICE, "네, 얼음 빼 주세요"),
    Code.SENTENCE_TYPE: (WHERE, "정류장이 어디입니다"),
    Code.GIVE_DIRECTION: (HEAT, "네, 데워 드릴게요"),
    Code.VERB_DIRECTION: (CAME, "관광하러 갔습니다"),
    Code.PARTICLE_WRONG: (HERE, "여기에 먹을게요"),
    Code.PARTICLE_EXTRA: (expect("언제 가요?", "오늘 가요."), "오늘에 가요"),
    Code.PARTICLE_MISSING: (expect("뭐 해요?", "학교에서 공부해요."), "학교 공부해요"),
    Code.PARTICLE_ALLOMORPH: (ORDER, "라떼을 주세요"),
    Code.PARTICLE_PRONOUN_FORM: (expect("누가 할 거예요?", "제가 할게요."), "저가 할게요"),
    Code.ENDING_AUX: (expect("포장해 드릴까요?", "포장해 주세요."), "포장하세요"),
    Code.ENDING_PURPOSE: (CAME, "관광하로 왔습니다"),
    Code.ENDING_CONNECTIVE: (expect("드시고 가세요?", "먹고 갈게요."), "먹어서 갈게요"),
    Code.ENDING_MODIFIER: (expect("뭘로 드릴까요?", "차가운 거 주세요."), "차가워 거 주세요"),
    Code.DICTIONARY_FORM: (ORDER, "라떼 주다"),
    Code.TENSE_MISMATCH: (YESTERDAY, "어제 커피를 마셔요"),
    Code.COPULA_FORM: (JOB, "저는 의사이에요"),
    Code.NEGATION_FORM: (expect("봉투 있어요?", "아니요, 없어요."), "아니요, 안 있어요"),
    Code.ORDER_VERB_FINAL: (ORDER, "주세요 라떼 한 잔"),
    Code.ORDER_MODIFIER: (ORDER, "라떼 뜨거운 주세요"),
    Code.DUPLICATE_WORD: (ORDER, "라떼 라떼 주세요"),
    Code.COUNTER_FORM: (ORDER, "라떼 하나 잔 주세요"),
    Code.COUNTER_SYSTEM: (ORDER, "라떼 일 잔 주세요"),
    Code.COUNTER_WRONG: (STORE, "물 두 명 주세요"),
    Code.COUNTER_MISSING: (ORDER, "라떼 두 주세요"),
    Code.SPELL_CONJUGATION: (expect("한국어 어때요?", "조금 어려워요."), "조금 어렵어요"),
    Code.LEVEL_TOO_LOW: (ORDER, "라떼 한 잔 줘"),
    Code.LEVEL_TOO_HIGH: (FRIEND, "라떼 마실래요"),
    Code.LEVEL_MIXED: (ORDER, "라떼 한 잔 줘. 두 잔 주세요."),
    Code.LEVEL_ARCHAIC: (ORDER, "라떼 한 잔 주시오"),
    Code.LEVEL_BARE_FRAGMENT: (ORDER, "라떼 한 잔"),
    Code.HONORIFIC_THING: (expect("뭐 찾으세요?", "물 어디에 있어요?"), "물 어디에 있으세요?"),
    Code.HONORIFIC_SELF: (expect("봉투 필요하세요?", "네, 필요해요."), "네, 필요하세요"),
    Code.PRONOUN_HUMBLE: (JOB, "나는 의사예요"),
    Code.ADDRESS_TERM: (ORDER, "당신, 라떼 한 잔 주세요"),
    Code.GREETING_DIRECTION: (LEAVING, "안녕히 가세요"),
    Code.SPELL_WORD: (BAG, "네, 봉토 하나 주세요"),
    Code.SPELL_BATCHIM: (BAG, "아니요, 괜찬아요"),
    Code.SPELL_LIAISON: (expect("여권 있어요?", "네, 있어요."), "네, 이써요"),
    Code.SPELL_EYO_YEYO: (expect("어디서 드세요?", "여기서 먹을 거예요."), "여기서 먹을 거에요"),
    Code.SPELL_DOE_DWAE: (expect("카드 되나요?", "네, 카드 돼요."), "네, 카드 되요"),
    Code.SPELL_GEYO: (CARD, "카드로 할께요"),
    Code.SPELL_AN_ANH: (expect("영수증 드릴까요?", "아니요, 안 받을게요."), "아니요, 않 받을게요"),
    Code.SPELL_SSANG_SIOT: (YESTERDAY, "어제 커피를 마셧어요"),
    Code.SPELL_SEUMNIDA: (CAME, "관광하러 왔슴니다"),
    Code.SPELL_ENDING: (ORDER, "라떼 한 잔 주새요"),
    Code.SPACE_MISSING: (ORDER, "라떼한 잔 주세요"),
    Code.SPACE_EXTRA: (ORDER, "라떼 를 주세요"),
    Code.SPACE_DEPENDENT_NOUN: (expect("뭘 도와드릴까요?", "충전할 수 있어요?"), "충전할수 있어요?"),
    Code.SPACE_NEGATION: (expect("디저트도 드릴까요?", "아니요, 안 먹을게요."), "아니요, 안먹을게요"),
    Code.SPACE_COUNTER: (ORDER, "라떼 한잔 주세요"),
    Code.GOOD_REPAIR: (turn("뭐 드릴까요?", common=MOVES), "다시 한번 말해 주세요"),
}


def test_every_code_has_a_sentence_here():
    assert set(TOLD) == set(Code)


@pytest.mark.parametrize("code", list(TOLD))
def test_a_learners_sentence_proves_it(judge: Judge, code: Code):
    expectation, says = TOLD[code]
    evaluation = judge(says, expectation)
    (item,) = [item for item in evaluation.items if item.code == code]
    spec = CODES[code]
    assert (item.severity, set(item.params)) == (spec.severity, set(spec.params))
    for pack in PACKS:
        beside = {"goal": "주문하세요.", "question": "무슨 음료예요?"}
        assert len(pack.feedback_sentence(code.value, {**beside, **item.params})) > 5


@pytest.mark.parametrize(
    "expectation", {id(each): each for each, _ in TOLD.values()}.values(), ids=lambda e: e.npc_line
)
def test_the_examples_of_these_turns_are_told_nothing(judge: Judge, expectation):
    for intent in expectation.intents:
        for example in intent.examples:
            assert codes(judge(example, expectation)) == []


def test_a_code_that_packs_word_is_proved_or_left_out_for_a_reason():
    catalog = yaml.safe_load((ROOT / "scenes/catalog/feedback_codes.yaml").read_text("utf-8"))["codes"]
    assert set(catalog) == {code.value for code in Code} | set(UNPROVED)
    assert not {code.value for code in Code} & set(UNPROVED)
    assert all(reason.endswith(".") for reason in UNPROVED.values())
