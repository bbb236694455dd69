"""Spaces: only those whose lack or excess the morphemes prove; optional ones are left alone."""

from collections.abc import Iterator
from itertools import pairwise

from kotoserver.korean.findings.codes import Code
from kotoserver.korean.findings.findings import Finding
from kotoserver.korean.reading.sentence import Sentence
from kotoserver.korean.words.numbers import Number
from kotoserver.ports.morphology import Morpheme

_NOUNS = frozenset({"NNG", "NNP"})
_SPACED_NOUNS = frozenset({"수", "거", "것", "걸", "때", "줄", "만큼", "뿐", "적"})
_LINKS = frozenset({"고", "고서", "어서", "아서", "러", "으러", "지만", "면", "으면", "은데", "는데"})
_LIGHT = frozenset({"하", "되", "드리", "시키", "받", "당하", "나", "있", "없", "지", "가", "오", "이"})
"""Verbs that form one word with many nouns."""


def find_spacing(sentence: Sentence, numbers: tuple[Number, ...], known: frozenset[str]) -> Iterator[Finding]:
    """`known` words are written so by an author."""
    yield from _counters(sentence, numbers, known)
    counters = {number.end - len(number.counter) for number in numbers if number.counter}
    for word in sentence.words:
        if word.text in known:
            continue
        for before, after in pairwise(sentence.inside(word.start, word.end)):
            touching = before.end == after.start and after.length > 0 and after.start not in counters
            if after.form == "요" or not touching or (not before.length and before.tag != "ETM"):
                continue
            code = _missing(before, after, word.start)
            if code is not None:
                params = {
                    "before": sentence.text[word.start : after.start],
                    "after": sentence.text[after.start : word.end],
                }
                yield _insert(code, after.start, params)
    yield from _extra(sentence, known, frozenset(number.start for number in numbers))


def _counters(sentence: Sentence, numbers: tuple[Number, ...], known: frozenset[str]) -> Iterator[Finding]:
    """한잔 → 한 잔; digits may stand close."""
    for number in numbers:
        if number.counter is None or number.gap or number.written not in ("native", "short"):
            continue
        if number.counter == "월":
            continue  # a month is one word: 삼월
        word = sentence.word_at(number.start)
        if word is None or word.text not in known:
            params = {"number": number.word, "counter": number.counter}
            yield _insert(Code.SPACE_COUNTER, number.end - len(number.counter), params)


def _missing(before: Morpheme, after: Morpheme, start: int) -> Code | None:
    if (
        before.tag == "MAG"
        and after.tag in ("VV", "VA")
        and before.form in ("안", "못")
        and after.form != "되"
        and (before.form, after.form) != ("못", "하")  # 못하다 is a word, and stands behind -지 too
        and not (after.form == "하" and before.start > start)  # 전화안해요 has two spaces too few
    ):
        return Code.SPACE_NEGATION
    thing = after.tag == "NNB" or (after.form, after.tag) == ("걸", "NNG")
    if before.tag == "ETM" and thing and after.form in _SPACED_NOUNS:
        return Code.SPACE_DEPENDENT_NOUN
    if before.tag == "ETM" and after.tag in _NOUNS and len(after.form) > 1 and _long_modifier(before, start):
        return Code.SPACE_MISSING
    if before.tag == "NNB" and before.form == "수" and after.tag in ("VA", "VV"):
        return Code.SPACE_DEPENDENT_NOUN
    if before.tag in _NOUNS and after.tag == "MM":
        return Code.SPACE_MISSING
    if before.tag in _NOUNS | {"NNB", "NR", "NP"} and after.tag in ("VV", "VX", "VA") and after.form not in _LIGHT:
        return Code.SPACE_MISSING
    if before.tag in ("JKO", "JKB", "JX", "JKS", "JC") and after.tag in (
        "VV",
        "VA",
        "NNG",
        "NNP",
        "MAG",
        "MM",
        "NR",
    ):
        return Code.SPACE_MISSING
    if (
        before.tag == "MAG"
        and after.tag in ("VV", "VA")
        and before.form in ("좀", "다시", "빨리", "천천히", "많이", "더", "또")
    ):
        return Code.SPACE_MISSING
    if before.tag == "EC" and before.form in _LINKS and after.tag == "MAG" and after.form in ("안", "못"):
        return Code.SPACE_NEGATION
    if before.tag == "EC" and before.form in _LINKS and after.tag in ("VV", "VA") and before.length:
        return Code.SPACE_MISSING
    return None


def _long_modifier(modifier: Morpheme, start: int) -> bool:
    """Modifiers of one syllable often form one word with their noun: 큰방, 긴바지."""
    return modifier.end - start > 1


def _insert(code: Code, place: int, params: dict[str, str]) -> Finding:
    return Finding(code=code, rule="spacing.missing", start=place, end=place, params=params, replacement=" ")


def _extra(sentence: Sentence, known: frozenset[str], numbers: frozenset[int]) -> Iterator[Finding]:
    for before, after in pairwise(sentence.words):
        gap = sentence.text[before.end : after.start]
        inside = sentence.inside(after.start, after.end)
        if gap.strip() or not inside or after.start in numbers or after.text in known:
            continue
        first = inside[0]
        left = sentence.inside(before.start, before.end)
        if not left:
            continue
        particle = first.tag in ("JKO", "JKS", "JKB", "JKG") or (
            first.tag == "JX" and first.form in ("은", "는", "도", "만", "요")
        )
        ending = (
            first.tag in ("EF", "EP") and first.length > 0 and left[-1].tag in ("VV", "VA", "VX", "XSV", "XSA")
        )
        copula = first.tag == "VCP" and left[-1].tag[0] == "N" and first.length >= 0
        if particle or ending or copula:
            yield Finding(
                code=Code.SPACE_EXTRA,
                rule="spacing.extra",
                start=before.end,
                end=after.start,
                params={"before": before.text, "after": after.text},
                replacement="",
            )
