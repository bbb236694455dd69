"""Whatever the evaluator can say, every published pack has a whole sentence for it."""

import re
from pathlib import Path

import pytest

from kotoserver.content.library import open_library
from kotoserver.domain.langpack import LanguagePack
from kotoserver.korean.findings.codes import CODES, ENUM_KEYS, Code

ROOT = Path(__file__).parents[2]
LIBRARY = open_library(ROOT / "scenes", ROOT / "langpacks")
PACKS = [LIBRARY.pack(pack_id) for pack_id in LIBRARY.pack_ids()]

KEYS = {
    "language": "latin_script",
    "role": "object",
    "rule": "after_vowel",
    "system": "native",
}
"""A key for each parameter that is one in every code."""
LEVELS = {"want": "haeyo", "got": "banmal"}
KEYS_OF = {
    Code.TENSE_MISMATCH: {"got": "past", "want": "present"},
    Code.SENTENCE_TYPE: {"got": "question", "want": "statement"},
    Code.LEVEL_TOO_LOW: LEVELS,
    Code.LEVEL_TOO_HIGH: LEVELS,
    Code.LEVEL_ARCHAIC: {"want": "haeyo", "got": "archaic"},
    Code.SPELL_CONJUGATION: {"rule": "irregular_b"},
}


def sentence(pack: LanguagePack, code: Code, **params: str) -> str:
    """The sentence for the code, its parameters being Korean words unless told."""
    some = {name: KEYS.get(name, "라떼") for name in CODES[code].params}
    beside = {"goal": "주문하세요.", "question": "무슨 음료예요?"}
    return pack.feedback_sentence(code.value, {**beside, **some, **KEYS_OF.get(code, {}), **params})


def test_three_packs_are_published():
    assert [pack.id for pack in PACKS] == ["ko-en", "ko-id", "ko-ko"]


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.id)
@pytest.mark.parametrize("code", list(Code))
def test_every_code_becomes_a_whole_sentence(pack: LanguagePack, code: Code):
    said = sentence(pack, code)
    assert len(said) > 5
    assert not re.search(r"[{}|]", said)
    assert not ENUM_KEYS & set(re.findall(r"[a-z]+_[a-z]+|\b(?:haeyo|hapsyo|banmal|archaic|sino)\b", said))


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.id)
def test_a_pack_greets_in_its_own_language(pack: LanguagePack):
    letters = r"[가-힣]" if pack.native == "ko" else r"[a-z]"
    for text in (pack.name, *pack.ui.values(), *pack.feedback_summary.values()):
        assert re.search(letters, text), text


def korean() -> LanguagePack:
    return LIBRARY.pack("ko-ko")


@pytest.mark.parametrize("code", list(Code))
def test_the_korean_pack_explains_in_korean_only(code: Code):
    assert not re.search(r"[A-Za-z]", sentence(korean(), code))


@pytest.mark.parametrize(
    ("code", "params", "said"),
    [
        (
            Code.PARTICLE_ALLOMORPH,
            {"word": "라떼", "got": "을", "want": "를", "rule": "after_vowel"},
            "라떼는 받침이 없어요. 그래서 ‘라떼을’ 말고 ‘라떼를’",
        ),
        (
            Code.PARTICLE_ALLOMORPH,
            {"word": "물", "got": "를", "want": "을", "rule": "after_consonant"},
            "물은 받침이 있어요. 그래서 ‘물를’ 말고 ‘물을’",
        ),
        (
            Code.LEVEL_TOO_LOW,
            {"want": "haeyo", "fix": "라떼 주세요"},
            "여기서는 너무 편한 말이에요. 해요체로 말해 보세요: ‘라떼 주세요’",
        ),
        (Code.SLOT_MISSING, {"slot": "크기"}, "크기가 빠졌어요. 무슨 음료예요?"),
        (Code.SLOT_MISSING, {"slot": "계산 방법"}, "계산 방법이 빠졌어요. 무슨 음료예요?"),
        (Code.TENSE_MISMATCH, {"fix": "마셔요"}, "지난 일 말고 지금 일을 말해야 해요: ‘마셔요’"),
        (Code.SENTENCE_TYPE, {}, "여기서는 묻는 문장 말고 그냥 말하는 문장이 필요해요."),
        (
            Code.COUNTER_SYSTEM,
            {"got": "일", "want": "한", "counter": "잔"},
            "‘잔’ 앞에는 하나, 둘, 셋 같은 숫자를 써요: ‘한 잔’",
        ),
        (Code.NOT_KOREAN, {"language": "other_script"}, "다른 나라 말은 쓰지 말고 한국어로 말해 보세요."),
    ],
)
def test_particles_fit_the_word_before_them(code: Code, params: dict[str, str], said: str):
    assert sentence(korean(), code, **params) == said
