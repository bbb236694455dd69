"""Nouns with their particles, and the verbs that they belong to."""

import re
from dataclasses import dataclass
from itertools import pairwise

from kotoserver.korean.reading.predicates import Predicate
from kotoserver.korean.reading.reading import Reading
from kotoserver.korean.words.lexicon import DEICTIC, PLACE_NOUNS
from kotoserver.korean.words.numbers import Number
from kotoserver.ports.morphology import Morpheme

CASES = {
    "이": "이/가",
    "가": "이/가",
    "을": "을/를",
    "를": "을/를",
    "에": "에",
    "에서": "에서",
    "서": "에서",
    "로": "으로/로",
    "으로": "으로/로",
}
NOUN_TAGS = frozenset({"NNG", "NNP", "NNB", "NP", "NR", "XSN", "SL", "MAG"})
_CHOICE_NOUNS = frozenset({"쪽", "자리", "거", "것", "걸", "사이즈", "석"})
_NAMING = re.compile(r"[가-힣](?:인지|인가|인데|입니|이에요|예요|이냐|이니|인\s?거)")
MOTION_ROOTS = frozenset({"가", "오", "출발하", "도착하", "올라가", "내려가", "나가", "나오", "들어가", "들어오"})
"""Verbs that take 에 as well as (으)로 for where they lead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """A noun with its particle, and the predicate that it belongs to."""

    noun: str
    noun_start: int
    particle: str
    start: int
    end: int
    predicate: Predicate | None
    direct: bool
    """Whether no other verb stands between it and its predicate."""
    next_is_copula: bool
    """Whether no other verb stands between it and 이다."""
    place: bool
    """Whether the noun is somewhere: 인도네시아, 집, or another name."""
    chosen: bool
    """Whether the noun names one of several things to choose from."""
    lasts: bool
    """Whether the noun tells how long: 삼 개월, 동안."""
    named: bool
    """Whether a clause with 이다 follows, which a subject may belong to: 커피가 몇 잔인지 알려 주세요."""

    @property
    def case(self) -> str | None:
        return CASES.get(self.particle)


def phrases_of(reading: Reading) -> tuple[Phrase, ...]:
    found: list[Phrase] = []
    morphemes = reading.sentence.morphemes
    for noun, particle in pairwise(morphemes):
        place = morphemes.index(noun)
        if particle.tag not in ("JKO", "JKS", "JKB", "JKC", "JX") or noun.tag not in NOUN_TAGS:
            continue
        if noun.end != particle.start or particle.form != reading.text[particle.start : particle.end]:
            continue
        governor = _governor(reading, particle.end)
        found.append(
            Phrase(
                noun=_whole_noun(morphemes, place),
                noun_start=noun.start,
                particle=particle.form,
                start=particle.start,
                end=particle.end,
                predicate=governor,
                direct=governor is next((p for p in reading.predicates if p.start >= particle.end), None),
                next_is_copula=_copula_follows(reading, particle.end),
                place=noun.tag == "NNP" or noun.form in PLACE_NOUNS,
                chosen=_is_chosen(reading, noun),
                lasts=noun.form == "동안" or any(_measures(n, noun) for n in reading.numbers),
                named=_NAMING.search(reading.text, particle.end) is not None,
            )
        )
    return tuple(found)


def _measures(number: Number, noun: Morpheme) -> bool:
    """삼 개월; but 네 시간 that opens the answer may be a yes."""
    return number.end == noun.end and (number.start > 0 or number.word != "네")


def _is_chosen(reading: Reading, noun: Morpheme) -> bool:
    valued = any(mention.start <= noun.start < mention.end for mention in reading.mentions)
    return noun.form in _CHOICE_NOUNS | DEICTIC or (valued and noun.form not in PLACE_NOUNS)


def _copula_follows(reading: Reading, place: int) -> bool:
    following = next((p for p in reading.predicates if p.start >= place), None)
    counted = any(number.start >= place for number in reading.numbers)
    told = following is not None and following.ending in ("에요", "예요", "ᆸ니다")  # not 커피를 두 잔이요
    return following is not None and following.root == "이" and (told or not counted)


def _governor(reading: Reading, place: int) -> Predicate | None:
    """The next predicate that is neither an adverb (적게) nor, unless it is close by, a modifier."""
    for predicate in reading.predicates:
        if predicate.start < place or predicate.ending == "게":
            continue
        near = not reading.text[place : predicate.start].strip()
        if near or not predicate.modifies:
            return predicate
    return None


def _whole_noun(morphemes: tuple[Morpheme, ...], at: int) -> str:
    """The noun with what it is compounded with, written without a space."""
    noun = morphemes[at].form
    place = at - 1
    while place >= 0 and morphemes[place].tag in NOUN_TAGS and morphemes[place].end == morphemes[place + 1].start:
        noun = morphemes[place].form + noun
        place -= 1
    return noun
