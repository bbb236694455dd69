"""Mistakes put into good sentences as learners make them, with what should be said of each."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_NATIVE = {"한": "하나", "두": "둘", "세": "셋", "네": "넷"}
_SINO = {"한": "일", "두": "이", "세": "삼"}
_PARTICLE_CODES = frozenset({"PARTICLE_WRONG", "PARTICLE_ALLOMORPH", "PARTICLE_EXTRA", "PARTICLE_PRONOUN_FORM"})
_SPELLING_CODES = frozenset(
    {
        "SPELL_WORD",
        "SPELL_ENDING",
        "SPELL_GEYO",
        "SPELL_LIAISON",
        "SPELL_BATCHIM",
        "SPELL_SSANG_SIOT",
        "SPELL_SEUMNIDA",
        "SPELL_EYO_YEYO",
        "SPELL_DOE_DWAE",
        "COPULA_FORM",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    family: str
    text: str
    codes: frozenset[str]
    """Any of these is right."""


_RULES: tuple[tuple[str, str, str, frozenset[str]], ...] = (
    ("particle", r"([가-힣]*[가-힣](?<!으))로 (할|계산|주)", r"\1에 \2", _PARTICLE_CODES),
    ("particle", r"([가-힣]{2})가 (?=필요|아파|있|어디)", r"\1를 ", _PARTICLE_CODES),
    ("particle", r"([가-힣])이 (?=필요|아파|있|어디)", r"\1을 ", _PARTICLE_CODES),
    ("particle", r"여기서 (먹|마)", r"여기에 \1", _PARTICLE_CODES),
    ("particle", r"([가-힣])에서 (타|왔|공부)", r"\1에 \2", _PARTICLE_CODES),
    ("particle", r"([카드])로 ", r"\1으로 ", _PARTICLE_CODES),
    ("particle", r"현금으로", "현금로", _PARTICLE_CODES),
    ("spelling", r"주세요", "주새요", _SPELLING_CODES),
    ("spelling", r"([가-힣])게요", r"\1께요", _SPELLING_CODES),
    ("spelling", r"있어요", "이써요", _SPELLING_CODES),
    ("spelling", r"있어요", "잇어요", _SPELLING_CODES),
    ("spelling", r"없어요", "업어요", _SPELLING_CODES),
    ("spelling", r"습니다", "슴니다", _SPELLING_CODES),
    ("spelling", r"괜찮", "괜찬", _SPELLING_CODES),
    ("spelling", r"예요", "에요", _SPELLING_CODES),
    ("spelling", r"왔", "왓", _SPELLING_CODES),
    ("spelling", r"했", "햇", _SPELLING_CODES),
    ("spelling", r"카페라떼|라떼", "라때", _SPELLING_CODES),
    ("spelling", r"포장", "포창", _SPELLING_CODES),
    ("spelling", r"계산", "게산", _SPELLING_CODES),
    ("spelling", r"카드", "까드", _SPELLING_CODES),
    ("spelling", r"영수증", "영수중", _SPELLING_CODES),
    ("ending", r"(?<![가-힣])([가-힣]+)해 주세요", r"\1하세요", frozenset({"ENDING_AUX"})),
    ("ending", r"하러 ", "하로 ", frozenset({"ENDING_PURPOSE"})),
    ("ending", r" 주세요\.?$", " 주다", frozenset({"DICTIONARY_FORM"})),
    ("ending", r"했어요", "해요", frozenset({"TENSE_MISMATCH"})),
    ("ending", r"필요 없어요", "안 필요해요", frozenset({"NEGATION_FORM"})),
    ("ending", r"([해워]) 주세요", r"\1 드릴게요", frozenset({"GIVE_DIRECTION"})),
    ("order", r"^([가-힣 ]+) (주세요)\.?$", r"\2 \1", frozenset({"ORDER_VERB_FINAL"})),
    ("level", r"주세요", "줘", frozenset({"LEVEL_TOO_LOW"})),
    ("level", r"게요\.?$", "게", frozenset({"LEVEL_TOO_LOW"})),
    ("level", r"([있없좋싶])어요\.?$", r"\1어", frozenset({"LEVEL_TOO_LOW"})),
    ("honorific", r"할게요", "하실게요", frozenset({"HONORIFIC_SELF"})),
    ("honorific", r"먹고 갈게요", "드시고 갈게요", frozenset({"HONORIFIC_SELF"})),
    ("honorific", r"필요해요\.?$", "필요하세요", frozenset({"HONORIFIC_SELF"})),
    ("spacing", r" (잔|개|병|장) ", r"\1 ", frozenset({"SPACE_COUNTER"})),
    ("spacing", r"([가-힣]{2}) 주세요", r"\1주세요", frozenset({"SPACE_MISSING"})),
    ("spacing", r"([할갈]) 수 ", r"\1수 ", frozenset({"SPACE_DEPENDENT_NOUN"})),
)


def mistakes(sentence: str) -> Iterator[Mistake]:
    for family, pattern, wrong, codes in _RULES:
        text = re.sub(pattern, wrong, sentence, count=1)
        if text != sentence and _is_a_mistake(family, sentence, text):
            yield Mistake(family=family, text=text, codes=codes)
    for short, full in _NATIVE.items():
        text = re.sub(rf"\b{short} (잔|개|병|명|장)\b", rf"{full} \1", sentence)
        if text != sentence:
            yield Mistake(family="counter", text=text, codes=frozenset({"COUNTER_FORM"}))
    for short, sino in _SINO.items():
        text = re.sub(rf"(?<=[가-힣] ){short} (잔|개|병|명|장)\b", rf"{sino} \1", sentence)
        if text != sentence:
            yield Mistake(family="counter", text=text, codes=frozenset({"COUNTER_SYSTEM"}))


def _is_a_mistake(family: str, sentence: str, text: str) -> bool:
    """Some changes leave a good sentence: 해주세요 may be written together, 아니에요 is right."""
    if family == "spacing":
        return not re.search(r"[해아어여와워가]주세요", text)
    return "아니에요" not in text and sentence.strip(".") not in text
