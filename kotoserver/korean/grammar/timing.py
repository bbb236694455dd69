"""When it happens against the tense that tells it: 내일 친구를 만났어요."""

import re
from collections.abc import Iterator

from kotoserver.korean.answering.context import Context
from kotoserver.korean.findings.codes import Code
from kotoserver.korean.findings.findings import Finding
from kotoserver.korean.reading.conjugation import conjugate, tagged
from kotoserver.korean.reading.predicates import Predicate

_NOT_SPANNING = r"(?![가-힣]*(?:까지|부터))"
_AFTERWARDS = re.compile(rf"(?<![가-힣])(?:내일|모레|글피|내년|다음\s?(?:주|달|해|주말)){_NOT_SPANNING}")
_BEFORE = re.compile(rf"(?<![가-힣])(?:어제|그저께|그제|엊그제|작년|지난\s?(?:주|달|해|주말|번)){_NOT_SPANNING}")
_DONE_THEN = frozenset(
    {"만나", "가", "오", "먹", "마시", "자", "쉬", "놀", "보", "도착하", "출발하", "떠나", "끝나"}
) | {noun + "하" for noun in ("시작", "일", "공부", "운동", "여행", "구경", "요리", "청소", "쇼핑")}
"""What is done at that time itself; 내일 표를 샀어요 may be a ticket for tomorrow."""


def find_timing(context: Context) -> Iterator[Finding]:
    closing = context.reading.closing
    if closing is None or closing.auxiliaries not in ((), ("거이",)) or closing.root not in _DONE_THEN:
        return
    clause = context.sentence.text[_clause_start(context, closing) : closing.start]
    stem = list(tagged(context.sentence, closing.first, _stem_end(context, closing)))
    if _AFTERWARDS.search(clause) and not _BEFORE.search(clause) and closing.past:
        yield _finding(context, closing, ("past", "future"), [*stem, ("을", "ETM")], " 거예요")
    elif _BEFORE.search(clause) and not _AFTERWARDS.search(clause) and closing.future and not closing.past:
        yield _finding(context, closing, ("future", "past"), [*stem, ("었", "EP"), ("어요", "EF")], "")


def _clause_start(context: Context, closing: Predicate) -> int:
    """A time word before another verb belongs to that one: 어제 산 옷을 입을 거예요."""
    return max((p.end for p in context.reading.predicates if p.end <= closing.start), default=0)


def _stem_end(context: Context, closing: Predicate) -> int:
    """일 + 하 are one stem."""
    following = context.sentence.morphemes[closing.first + 1].tag
    return closing.first + (2 if following in ("XSV", "XSA") else 1)


def _finding(
    context: Context, closing: Predicate, tenses: tuple[str, str], parts: list[tuple[str, str]], tail: str
) -> Finding:
    fix = conjugate(parts, context.analyzer) + tail
    shown = [p for e in context.examples for p in e.reading.predicates if p.closes and p.root == closing.root]
    settled = bool(shown) and all(p.past == closing.past for p in shown)  # then the time is what is wrong
    return Finding(
        code=Code.TENSE_MISMATCH,
        rule="ending.timing",
        start=closing.start,
        end=closing.end,
        params={
            "got": tenses[0],
            "want": tenses[1],
            "word": context.sentence.text[closing.start : closing.end],
            "fix": fix,
        },
        replacement=None if settled else fix,
    )
