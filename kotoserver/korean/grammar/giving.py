"""Who does what for whom: 주다 and 드리다, 오다 and 가다, and the verbs that help others."""

import re
from collections.abc import Iterator
from itertools import pairwise

from kotoserver.korean.answering.context import Context
from kotoserver.korean.findings.codes import Code
from kotoserver.korean.findings.findings import Finding, of_predicate
from kotoserver.korean.reading.conjugation import conjugate, tagged
from kotoserver.korean.reading.predicates import Predicate, is_demand
from kotoserver.korean.reading.sentence import Word
from kotoserver.korean.words.lexicon import PROMISING, REMOVING

_THERE_AND_HERE = frozenset(
    way + end
    for way in ("가져", "데려", "나", "들어", "올라", "내려", "돌아", "다녀", "걸어", "들고")
    for end in "가오"
)
_AS_FAR_AS_THE_VERB = (("주",), ("거이",), ("싶",))
"""Helping verbs that leave the way as it is: 와 주세요, 올 거예요, 오고 싶어요."""
_PROPOSALS = ("ᆯ까요", "을까요")
_TAKEN = frozenset({"빌리", "사", "받", "배우"})
"""What one does for oneself; 빌려 드릴게요 turns the borrower into the lender."""
_NOT_BEFORE_GIVING = frozenset({"어요", "아요", "세요", "으세요", "고", "ᆸ니다", "습니다"})
_PAID = frozenset({"현금", "카드", "돈", "지폐", "동전"})
"""What the one who buys hands over."""
_SAID = frozenset({"전화", "연락", "말씀", "인사", "감사", "사과", "문의", "답장", "문자", "메일", "부탁"})
"""What one does by words."""
_ALLOWED = ("돼", "되", "될", "괜찮")
_HELPING = re.compile(r"주|줄|드리|드릴|드려|보|볼")
_HELPER_OF = {"주": "주", "줄": "주", "드리": "드리", "드릴": "드리", "드려": "드리", "보": "보", "볼": "보"}


def given_twice(context: Context, closing: Predicate) -> Iterator[Finding]:
    """줘 주세요 → 주세요: what is given is not given once more."""
    if closing.root != "주" or closing.auxiliaries[:1] != ("주",):
        return
    rest = tagged(context.sentence, closing.first + 2, closing.last)
    yield of_predicate(
        context.sentence, Code.ENDING_AUX, "ending.twice", closing, conjugate(rest, context.analyzer)
    )


def bare_before_giving(context: Context) -> Iterator[Finding]:
    """찍 드릴게요 → 찍어 드릴게요, where the examples have that verb before that one."""
    joined = {
        (p.root, helper)
        for example in context.examples
        for p in example.reading.predicates
        for helper in p.auxiliaries[:1]
        if helper in ("주", "드리", "보")
    }
    for stem, following in pairwise(context.sentence.words):
        yield from _bare_before_allowing(context, stem, following)
        helper = _HELPING.match(following.text)
        tags = {m.tag for m in context.sentence.inside(stem.start, stem.end)}
        if helper is None or (stem.text, _HELPER_OF[helper[0]]) not in joined or tags & {"EC", "EF"}:
            continue
        want = conjugate([(stem.text, "VV"), ("어", "EC")], context.analyzer)
        if want == stem.text:
            continue  # 사 주세요
        yield _bare("ending.bare", stem, following, want)


def _bare_before_allowing(context: Context, stem: Word, following: Word) -> Iterator[Finding]:
    """앉도 돼요 → 앉아도 돼요, where the examples have the verb."""
    root = stem.text.removesuffix("도")
    shown = {p.root for e in (*context.examples,) for p in e.reading.predicates}
    shown |= {p.root for p in context.prepared.npc.predicates}
    if root == stem.text or root not in shown or not following.text.startswith(_ALLOWED):
        return
    want = conjugate([(root, "VV"), ("어", "EC")], context.analyzer) + "도"
    if want == stem.text:
        return  # 타도 돼요
    yield _bare("ending.allowed", stem, following, want)


def _bare(rule: str, stem: Word, following: Word, want: str) -> Finding:
    return Finding(
        code=Code.ENDING_AUX,
        rule=rule,
        start=stem.start,
        end=stem.end,
        params={"got": f"{stem.text} {following.text}", "want": f"{want} {following.text}"},
        replacement=want,
    )


def giving(context: Context, closing: Predicate) -> Iterator[Finding]:
    """데워 드릴게요 and 데워 줄게요 offer what the turn asks for."""
    if _serves(closing):
        yield from _served(context, closing)
    if _hands_over(context, closing) or _speaks_humbly(context, closing):
        return
    if not _offers(closing) or (context.sentence.asks(closing.end) and not _asks_to_help(context, closing)):
        return
    predicates = [p for example in context.examples for p in example.reading.predicates if p.closes]
    asks = [p for p in predicates if "주" in p.auxiliaries or p.root == "주"]
    treats = any(p.root == closing.root and p.ending in PROMISING for p in context.prepared.npc.predicates)
    takes = [p for p in predicates if p.root == closing.root in _TAKEN and not treats]
    takes = takes or [p for p in predicates if p.root == closing.root and _asked_to_do(context, p)]
    if not (asks or takes) or any(_offers(p) for p in predicates):
        return
    parts = tagged(context.sentence, closing.first, closing.last)
    turned = [
        ("주" if form == "드리" else form, tag) for form, tag in parts[:-1] if form not in ("겠", "시", "었")
    ]
    want = conjugate([*turned, ("세요", "EF")], context.analyzer)
    if takes:
        want = next(e.text[p.start : p.end] for e in context.examples for p in e.reading.predicates if p in takes)
    got = context.sentence.text[closing.start : closing.end]
    yield Finding(
        code=Code.GIVE_DIRECTION,
        rule="ending.giving",
        start=closing.start,
        end=closing.end,
        params={"got": got, "want": want},
        replacement=want,
        blocks=True,
    )


def _asked_to_do(context: Context, predicate: Predicate) -> bool:
    """계산할게요, where 어떻게 계산하시겠어요? was asked: who is asked does it, and for nobody else."""
    asked = context.prepared.npc.closing
    if asked is None or not asked.honorific or asked.auxiliaries or asked.root != predicate.root:
        return False
    return predicate.ending in PROMISING and not predicate.auxiliaries


def favour(context: Context, closing: Predicate) -> Iterator[Finding]:
    """포장을 주세요, 충전해요 주세요, 찍고 주세요 → 포장해 주세요, where the examples ask for it so."""
    morphemes = context.sentence.morphemes
    at = next((i for i in range(closing.first, closing.last) if morphemes[i].form == "주"), 0)
    if not at or morphemes[at].tag not in ("VV", "VX"):
        return
    shown = [p for example in context.examples for p in example.reading.predicates]
    asked = {p.root for p in shown if "주" in p.auxiliaries}
    before = morphemes[at - 1]
    thing = morphemes[at - 2] if before.tag == "JKO" and at > 1 else before
    if thing.tag == "NNG" and thing.form + "하" in asked:
        parts = [(thing.form, "NNG"), ("하", "XSV")]
        start = thing.start
    elif before.tag in ("EF", "EC") and before.form in _NOT_BEFORE_GIVING:
        verb = _verb_before(context, at - 1)
        if verb is None or verb.root not in asked or verb.root in REMOVING:
            return  # 얼음 빼고 주세요
        parts = tagged(context.sentence, verb.first, at - 1)
        start = verb.start
    else:
        return
    if context.sentence.text[before.end : morphemes[at].start].strip():
        return
    got = context.sentence.text[start : before.end]
    want = conjugate([*parts, ("어", "EC")], context.analyzer)
    yield Finding(
        code=Code.ENDING_AUX,
        rule="ending.favour",
        start=start,
        end=before.end,
        params={"got": got, "want": want},
        replacement=want,
    )


def _hands_over(context: Context, closing: Predicate) -> bool:
    """현금으로 드릴게요, said by the one who pays."""
    before = context.sentence.morphemes[max(closing.first - 2, 0) : closing.first]
    return closing.root == "드리" and len(before) == 2 and before[0].form in _PAID and before[1].tag == "JKB"


def _speaks_humbly(context: Context, closing: Predicate) -> bool:
    """전화드릴게요, 말씀드릴게요: 드리다 humbles what is said, and gives nothing."""
    before = context.sentence.morphemes[max(closing.first - 1, 0) : closing.first]
    said = before[0].form if before else ""
    return (closing.root == "드리" and said in _SAID) or closing.root.removesuffix("드리") in _SAID


def _verb_before(context: Context, ending: int) -> Predicate | None:
    return next((p for p in context.reading.predicates if p.first < ending < p.last or p.last == ending + 1), None)


def _offers(predicate: Predicate) -> bool:
    verbs = {predicate.root, *predicate.auxiliaries}
    gives = predicate.ending in (*PROMISING, *_PROPOSALS) or _wills(predicate)
    asks = predicate.honorific and "수있" in predicate.auxiliaries  # 주실 수 있을까요?
    return "드리" in verbs or ("주" in verbs and gives and not asks)


def _wills(predicate: Predicate) -> bool:
    """주겠습니다, 줄 거예요."""
    plans = predicate.ending == "습니다" or "거이" in predicate.auxiliaries
    return predicate.future and plans and not predicate.honorific


def _serves(predicate: Predicate) -> bool:
    """물 드세요, as one says it who brings the water."""
    demands = is_demand(predicate) or (predicate.said_root == "드시" and predicate.ending == "어요")
    return demands and predicate.said_root in ("드시", "잡수시", "받") and not predicate.auxiliaries


def _served(context: Context, closing: Predicate) -> Iterator[Finding]:
    """물 드세요 for 물 주세요."""
    shown = [p for example in context.examples for p in example.reading.predicates if p.closes]
    asks = next((p for p in shown if p.root == "주" and not p.auxiliaries), None)
    if asks is None or any(p.root == closing.root for p in shown) or context.sentence.asks(closing.end):
        return
    want = next(e.text[p.start : p.end] for e in context.examples for p in e.reading.predicates if p is asks)
    yield Finding(
        code=Code.GIVE_DIRECTION,
        rule="ending.served",
        start=closing.start,
        end=closing.end,
        params={"got": context.sentence.text[closing.start : closing.end], "want": want},
        replacement=want,
        blocks=True,
    )


def _asks_to_help(context: Context, predicate: Predicate) -> bool:
    """잘라 드릴까요?, asked by the one whose hair is cut; 현금으로 드릴까요? may be asked by who pays."""
    given = predicate.root in ("주", "드리") and any(
        p.root == "주" and p.closes for example in context.examples for p in example.reading.predicates
    )
    helps = given or bool({"드리", "주"} & set(predicate.auxiliaries))
    return helps and predicate.ending in _PROPOSALS


def direction(context: Context, closing: Predicate) -> Iterator[Finding]:
    """관광하러 갔습니다, said where one has arrived."""
    turned = {"가": "오", "오": "가"}.get(closing.root[-1:])
    if turned is None or (len(closing.root) > 1 and closing.root not in _THERE_AND_HERE):
        return
    other = closing.root[:-1] + turned
    asked_so = any(
        (p.root, p.auxiliaries) == (other, closing.auxiliaries)
        for e in context.examples
        for p in e.reading.predicates
    )
    if context.sentence.morphemes[closing.first - 1].form == "다" and closing.first > 1:
        return  # 고향에 갔다 올 거예요
    if closing.auxiliaries and not (asked_so and closing.auxiliaries in _AS_FAR_AS_THE_VERB):
        return
    roots = {p.root for example in context.examples for p in example.reading.predicates if p.closes}
    if other not in roots or closing.root in roots:
        return
    if closing.root == "가져오" and closing.past:
        return  # 장바구니 가져왔어요, where 그냥 가져갈게요 is taught
    parts = tagged(context.sentence, closing.first, closing.last)
    asked = [
        p for e in context.examples for p in e.reading.predicates if p.root == other and "주" in p.auxiliaries
    ]
    if is_demand(closing) and asked and not closing.auxiliaries:
        parts[1:1] = [("어", "EC"), ("주", "VX")]  # 명동으로 오세요, where 명동으로 가 주세요 is taught
    want = conjugate([(other, parts[0][1]), *parts[1:]], context.analyzer)
    yield of_predicate(context.sentence, Code.VERB_DIRECTION, "ending.direction", closing, want)
