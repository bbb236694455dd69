"""Mistakes put into good sentences as learners make them, with what should be said of each.

Works on the sentences of any scene: editors run it on their own (`kotoserver scenes mistakes`), the quality
benchmark on all. Only what is a mistake wherever it stands is made; what some turn may want is not.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from kotoserver.domain.evaluation import Evaluation, Expectation
from kotoserver.domain.particles import choose_particle
from kotoserver.domain.scene import SlotKind
from kotoserver.korean.findings.codes import Code
from kotoserver.korean.orthography.slips import slips
from kotoserver.korean.reading.conjugation import conjugate, tagged
from kotoserver.korean.reading.predicates import Predicate, predicates_of
from kotoserver.korean.reading.sentence import Sentence, analyse
from kotoserver.korean.words.lexicon import ACTION_ROOTS, PLACE_NOUNS, STATE_ROOTS, TRANSITIVE_ROOTS
from kotoserver.ports.morphology import MorphemeAnalyzer


class Family(StrEnum):
    """Kinds of mistakes, as a teacher would name them."""

    PARTICLE = "particle"
    ALLOMORPH = "allomorph"
    SPELLING = "spelling"
    SLIP = "slip"
    ENDING = "ending"
    TENSE = "tense"
    ORDER = "order"
    LEVEL = "level"
    HONORIFIC = "honorific"
    SPACING = "spacing"
    COUNTER = "counter"
    NUMBER = "number"
    NEGATION = "negation"


UNRESTORED = frozenset({Family.ENDING, Family.TENSE, Family.ORDER, Family.NUMBER, Family.NEGATION})
"""Families whose correction may rightly differ from the sentence they came from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    family: Family
    text: str
    codes: frozenset[Code]
    """Any of these is right."""

    def told_by(self, evaluation: Evaluation) -> bool:
        return any(item.code in self.codes for item in evaluation.items)


_PARTICLE = frozenset({Code.PARTICLE_WRONG, Code.PARTICLE_EXTRA, Code.PARTICLE_PRONOUN_FORM})
_ALLOMORPH = frozenset({Code.PARTICLE_ALLOMORPH, Code.PARTICLE_WRONG, Code.COPULA_FORM})
_SPELLING = frozenset(code for code in Code if code.startswith("SPELL_")) | {Code.COPULA_FORM}
_NATIVE = {"한": "하나", "두": "둘", "세": "셋", "네": "넷"}
_SINO = {"한": "일", "두": "이", "세": "삼"}
_COUNTERS = "잔|개|병|명|장"
_ALLOMORPHS = {
    "을": "를",
    "를": "을",
    "이": "가",
    "가": "이",
    "은": "는",
    "는": "은",
    "과": "와",
    "와": "과",
    "으로": "로",
    "로": "으로",
}

_RULES: tuple[tuple[Family, str, str, frozenset[Code]], ...] = (
    (Family.SPELLING, r"주세요", "주새요", _SPELLING),
    (Family.SPELLING, r"([가-힣])게요", r"\1께요", _SPELLING),
    (Family.SPELLING, r"있어요", "이써요", _SPELLING),
    (Family.SPELLING, r"있어요", "잇어요", _SPELLING),
    (Family.SPELLING, r"없어요", "업어요", _SPELLING),
    (Family.SPELLING, r"습니다", "슴니다", _SPELLING),
    (Family.SPELLING, r"습니다", "읍니다", _SPELLING),
    (Family.SPELLING, r"괜찮", "괜찬", _SPELLING),
    (Family.SPELLING, r"예요", "에요", _SPELLING),
    (Family.SPELLING, r"왔", "왓", _SPELLING),
    (Family.SPELLING, r"했", "햇", _SPELLING),
    (Family.ENDING, r"(?<![가-힣])([가-힣]+)해 주세요", r"\1하세요", frozenset({Code.ENDING_AUX})),
    (Family.ENDING, r"하러 ", "하로 ", frozenset({Code.ENDING_PURPOSE})),
    (Family.ENDING, r" 주세요\.?$", " 주다", frozenset({Code.DICTIONARY_FORM})),
    (Family.ENDING, r"필요 없어요", "안 필요해요", frozenset({Code.NEGATION_FORM})),
    (Family.ENDING, r"([해워]) 주세요", r"\1 드릴게요", frozenset({Code.GIVE_DIRECTION})),
    (Family.TENSE, r"했어요", "해요", frozenset({Code.TENSE_MISMATCH})),
    (Family.ORDER, r"^([가-힣 ]+) (주세요)\.?$", r"\2 \1", frozenset({Code.ORDER_VERB_FINAL})),
    (Family.LEVEL, r"주세요", "줘", frozenset({Code.LEVEL_TOO_LOW})),
    (Family.LEVEL, r"게요\.?$", "게", frozenset({Code.LEVEL_TOO_LOW})),
    (Family.LEVEL, r"([있없좋싶])어요\.?$", r"\1어", frozenset({Code.LEVEL_TOO_LOW})),
    (Family.HONORIFIC, r"할게요", "하실게요", frozenset({Code.HONORIFIC_SELF})),
    (Family.HONORIFIC, r"먹고 갈게요", "드시고 갈게요", frozenset({Code.HONORIFIC_SELF})),
    (Family.HONORIFIC, r"필요해요\.?$", "필요하세요", frozenset({Code.HONORIFIC_SELF})),
    (Family.SPACING, rf" ({_COUNTERS}) ", r"\1 ", frozenset({Code.SPACE_COUNTER})),
    (Family.SPACING, r"([할갈]) 수 ", r"\1수 ", frozenset({Code.SPACE_DEPENDENT_NOUN})),
    (
        Family.NEGATION,
        r"(?<![해아어여와워가]) 주세요\.?$",
        " 안 주세요",
        frozenset({Code.NEGATION_MISMATCH, Code.NEGATION_FORM}),
    ),
)


def mistakes_for(text: str, expectation: Expectation, analyzer: MorphemeAnalyzer) -> Iterator[Mistake]:
    """Those that no learner of this turn could mean: where it leaves a choice, another number is one."""
    slots = expectation.slots.values()
    free = any(slot.kind is SlotKind.NATIVE_NUMBER or len(slot.values) > 1 for slot in slots)
    found = mistakes(text, analyzer.knowing(expectation.slot_words))
    return (each for each in found if not free or each.family is not Family.NUMBER)


def mistakes(text: str, analyzer: MorphemeAnalyzer) -> Iterator[Mistake]:
    """Each differs from the sentence in one place."""
    for family, pattern, wrong, codes in _RULES:
        changed = re.sub(pattern, wrong, text, count=1)
        if changed != text and _is_a_mistake(family, text, changed):
            yield Mistake(family=family, text=changed, codes=codes)
    sentence = analyse(text, analyzer)
    predicates = predicates_of(sentence)
    yield from _wrong_allomorphs(sentence)
    yield from _wrong_particles(sentence, predicates)
    yield from _wrong_tense(sentence, predicates, analyzer)
    yield from _wrong_counting(text)
    yield from _joined_request(sentence)
    for slipped in slips(sentence):
        yield Mistake(family=Family.SLIP, text=slipped, codes=_SPELLING)


def _is_a_mistake(family: Family, text: str, changed: str) -> bool:
    """Some changes leave a good sentence: 아니에요 is right."""
    return family is Family.SPACING or ("아니에요" not in changed and text.strip(".") not in changed)


def _wrong_allomorphs(sentence: Sentence) -> Iterator[Mistake]:
    """커피을, 빵를, 카드으로."""
    text = sentence.text
    for morpheme in sentence.morphemes:
        other = _ALLOMORPHS.get(morpheme.form) if morpheme.tag.startswith("J") else None
        if other is None or text[morpheme.start : morpheme.end] != morpheme.form:
            continue
        if morpheme.start == 0 or not "가" <= text[morpheme.start - 1] <= "힣":
            continue
        changed = text[: morpheme.start] + other + text[morpheme.end :]
        yield Mistake(family=Family.ALLOMORPH, text=changed, codes=_ALLOMORPH)


def _wrong_particles(sentence: Sentence, predicates: tuple[Predicate, ...]) -> Iterator[Mistake]:
    """여기에 먹을게요, 봉투를 필요해요, 커피가 주세요, 카드에 계산할게요: another particle of the verb's noun."""
    text = sentence.text
    for at, morpheme in enumerate(sentence.morphemes):
        verb = next((p for p in predicates if p.first == at + 1), None)
        noun = sentence.word_at(morpheme.start)
        if verb is None or noun is None or not morpheme.tag.startswith("J") or noun.start == morpheme.start:
            continue
        before = text[noun.start : morpheme.start]
        wrong = _another_particle(before, morpheme.form, verb)
        if wrong is not None:
            changed = text[: morpheme.start] + wrong + text[morpheme.end :]
            yield Mistake(family=Family.PARTICLE, text=changed, codes=_PARTICLE)


def _another_particle(noun: str, particle: str, verb: Predicate) -> str | None:
    if particle in ("에서", "서") and noun in PLACE_NOUNS and verb.root in ACTION_ROOTS:
        return "에"
    if particle in ("이", "가") and verb.root in STATE_ROOTS:
        return choose_particle(noun, "을/를")
    if particle in ("을", "를") and verb.root in TRANSITIVE_ROOTS:
        return choose_particle(noun, "이/가")
    if particle in ("로", "으로") and verb.root in ("하", "계산하", "주", "결제하"):
        return "에"
    return None


def _wrong_tense(
    sentence: Sentence, predicates: tuple[Predicate, ...], analyzer: MorphemeAnalyzer
) -> Iterator[Mistake]:
    """주문했어요 for what is still to be done."""
    for predicate in predicates:
        if not predicate.closes or predicate.ending not in ("ᆯ게요", "을게요"):
            continue
        stem = tagged(sentence, predicate.first, predicate.last - 1)
        past = conjugate([*stem, ("었", "EP"), ("어요", "EF")], analyzer)
        changed = sentence.text[: predicate.start] + past + sentence.text[predicate.end :]
        yield Mistake(family=Family.TENSE, text=changed, codes=frozenset({Code.TENSE_MISMATCH}))


def _joined_request(sentence: Sentence) -> Iterator[Mistake]:
    """커피주세요; an auxiliary may be written close: 바꿔주세요."""
    for before, verb in pairwise(sentence.morphemes):
        gap = sentence.text[before.end : verb.start]
        if verb.form == "주" and gap == " " and before.tag in ("NNG", "NNP"):
            changed = sentence.text[: before.end] + sentence.text[verb.start :]
            yield Mistake(family=Family.SPACING, text=changed, codes=frozenset({Code.SPACE_MISSING}))


def _wrong_counting(text: str) -> Iterator[Mistake]:
    """하나 잔, 일 잔, 커피 한 명; and another number, a mistake only where the turn sets one."""
    for short, full in _NATIVE.items():
        changed = re.sub(rf"\b{short} ({_COUNTERS})\b", rf"{full} \1", text)
        if changed != text:
            yield Mistake(family=Family.COUNTER, text=changed, codes=frozenset({Code.COUNTER_FORM}))
    for short, sino in _SINO.items():
        changed = re.sub(rf"(?<=[가-힣] ){short} ({_COUNTERS})\b", rf"{sino} \1", text)
        if changed != text:
            yield Mistake(family=Family.COUNTER, text=changed, codes=frozenset({Code.COUNTER_SYSTEM}))
    thing = re.search(r"(?<=[가-힣] )(한|두|세|네) (잔|개|병|장)\b", text)
    if thing:
        counted = text[: thing.start(2)] + "명" + text[thing.end(2) :]
        yield Mistake(family=Family.COUNTER, text=counted, codes=frozenset({Code.COUNTER_WRONG}))
        number = "두" if thing[1] == "한" else "한"
        changed = text[: thing.start(1)] + number + text[thing.end(1) :]
        yield Mistake(family=Family.NUMBER, text=changed, codes=frozenset({Code.MEANING_NUMBER}))
