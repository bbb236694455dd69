"""Whether a model's restatement says what the learner said, told from the letters alone.

A model that was talked into something, or that is merely kind, turns any words into a good answer. So
whatever is in the restatement must have been in the learner's own words.
"""

import re

from kotoserver.domain.evaluation import Evaluation, Expectation
from kotoserver.domain.scene import Slot, SlotFill
from kotoserver.korean.sounds.number_words import NATIVE_FULL, NATIVE_SHORT, NATIVE_TENS, sino_value
from kotoserver.providers.model_answer import bare

_JUDGE = re.compile(
    r"점수|만점|채점|평가|정답|합격|통과|지시|명령|무시|프롬프트|시스템|규칙|심사|출력|제이슨|인공지능|모델|역할"
    r"|score|prompt|system|ignore|instruct|json|accept|verdict|intent|assistant|model|rule|output|perfect"
    r"|[{}<>\[\]\"`=:]",
    re.IGNORECASE,
)
_NEGATION = re.compile(r"안|못|말고|말아|마세요|아니|없|싫|빼|필요없|괜찮|됐")
_ENDING = re.compile(
    r"(부탁드려요|부탁합니다|주시겠어요|주실래요|주십시오|주세요|하세요|세요|습니다|합니다|입니다|니다|이에요|예요"
    r"|할게요|을게요|게요|네요|까요|나요|어요|아요|해요|에요|요)$"
)
_COUNTER = "잔|개|명|분|장|병|번|시|권|마리|그릇|인분|살|대|박|층|호|원"
_TENS = "|".join(sorted(NATIVE_TENS, reverse=True))
_NUMBER = re.compile(
    rf"(?P<digits>\d+)|(?P<full>(?:{_TENS})?(?:{'|'.join(NATIVE_FULL)}))|(?P<short>(?:{_TENS})?"
    rf"(?:{'|'.join(NATIVE_SHORT)}))(?=\s*(?:{_COUNTER}))|(?P<tens>{_TENS})(?=\s*(?:{_COUNTER}))"
    rf"|(?P<sino>[일이삼사오육칠팔구십백천만]+)(?=\s*(?:{_COUNTER}))"
)
_WORD = re.compile(r"[가-힣]+")
_SHARED = 2
"""Syllables that a word of the learner's must share with the turn's own words."""


def speaks_to_the_judge(text: str, expectation: Expectation) -> bool:
    """Words about scores, rules or formats, in a scene that does not itself have them."""
    scene = " ".join(
        [expectation.npc_line, *(example for intent in expectation.intents for example in intent.examples)]
    ).lower()
    return any(found[0].lower() not in scene for found in _JUDGE.finditer(text))


def says_the_same(text: str, restated: Evaluation, expectation: Expectation) -> bool:
    """The same choices, numbers and polarity, and at least one word of the turn's own."""
    filled = restated.filled()
    return (
        all(_choice_agrees(text, slot, filled.get(slot.id)) for slot in expectation.slots.values())
        and counts_and_denies_alike(text, restated.text)
        and _shares_a_word(text, restated, expectation)
    )


def counts_and_denies_alike(text: str, written: str) -> bool:
    """The same numbers, and a negation in both or in neither."""
    same_numbers = _numbers(text) == _numbers(written)
    return same_numbers and bool(_NEGATION.search(text)) == bool(_NEGATION.search(written))


def _choice_agrees(text: str, slot: Slot, filled: SlotFill | None) -> bool:
    """Whether the text names the value that the restatement has, and no other; numbers are compared elsewhere."""
    said = bare(text)
    named = {value for value, ways in slot.values.items() if any(bare(way) in said for way in ways)}
    return not slot.values or named == ({filled} if filled is not None else set())


def _numbers(text: str) -> list[int]:
    return sorted(_value(found) for found in _NUMBER.finditer(text))


def _value(found: re.Match[str]) -> int:
    word = found[0]
    if found["digits"]:
        return int(word)
    if found["sino"]:
        return sino_value(word)
    ten = next((tens for tens in NATIVE_TENS if word.startswith(tens)), "")
    unit = word.removeprefix(ten)
    return NATIVE_TENS.get(ten, 0) + (NATIVE_FULL.get(unit) or NATIVE_SHORT.get(unit, 0))


def _shares_a_word(text: str, restated: Evaluation, expectation: Expectation) -> bool:
    """Whether two syllables in a row, endings apart, are also in an example of the restatement's intent."""
    own = next((intent.examples for intent in expectation.intents if intent.id == restated.intent), ())
    known = {piece for example in own for piece in _pieces(example)}
    return not known.isdisjoint(_pieces(text))


def _pieces(text: str) -> set[str]:
    stems = [_ENDING.sub("", word) for word in _WORD.findall(text)]
    return {stem[at : at + _SHARED] for stem in stems for at in range(len(stem) - _SHARED + 1)}
