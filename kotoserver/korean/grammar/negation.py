"""Forms of negation: what 안 cannot stand before, and what is said instead."""

import re
from collections.abc import Iterator

from kotoserver.korean.answering.context import Context
from kotoserver.korean.findings.codes import Code
from kotoserver.korean.findings.findings import Finding
from kotoserver.korean.reading.conjugation import conjugate, tagged
from kotoserver.korean.reading.predicates import Predicate, is_demand

_BEHIND = re.compile(r"(?P<verb>[가-힣]+(?:요|니다))\s+(?P<no>안|못)(?=\s*[.!?~]*$)")


def find_negation(context: Context) -> Iterator[Finding]:
    yield from _behind_the_verb(context)
    for predicate in context.reading.predicates:
        yield from _negation(context, predicate)


def _negation(context: Context, predicate: Predicate) -> Iterator[Finding]:
    """안 있어요 → 없어요, 안 필요해요 → 필요 없어요, 안 주세요 → 주지 마세요."""
    if not predicate.short_negation:
        return
    adverb = context.sentence.morphemes[predicate.first - 1]
    if adverb.form != "안":
        return
    text = context.sentence.text
    parts = tagged(context.sentence, predicate.first, predicate.last)
    if predicate.root in ("있", "계시") and predicate.root == predicate.said_root and not predicate.auxiliaries:
        want = conjugate([("없", "VA"), *parts[1:]], context.analyzer)
    elif predicate.root == "필요하":
        want = "필요 " + conjugate([("없", "VA"), *parts[2:]], context.analyzer)
    elif predicate.root == "알":
        want = conjugate([("모르", "VV"), *parts[1:]], context.analyzer)
    elif context.sentence.morphemes[predicate.first].end < predicate.end and _is_noun_verb(context, predicate):
        want = f"{parts[0][0]} 안 {conjugate(parts[1:], context.analyzer)}"
    elif _is_given_back(context, predicate):
        return
    elif is_demand(predicate) and not context.sentence.asks(predicate.end):
        plain = [part for part in parts[:-1] if part[0] not in ("시", "으시")]
        formal = [("시", "EP")] if predicate.ending == "ᆸ시오" else []
        want = conjugate([*plain, ("지", "EC"), ("말", "VX"), *formal, parts[-1]], context.analyzer)
    else:
        return
    got = text[adverb.start : predicate.end]
    yield Finding(
        code=Code.NEGATION_FORM,
        rule="ending.negation",
        start=adverb.start,
        end=predicate.end,
        params={"got": got, "want": want},
        replacement=want,
    )


def _is_given_back(context: Context, predicate: Predicate) -> bool:
    """아니요, 안 하세요, as an answer to 술 하세요?: it tells of oneself, and forbids nothing."""
    asked = context.prepared.npc.closing
    if asked is None or (asked.root, asked.auxiliaries) != (predicate.root, ()) or predicate.auxiliaries:
        return False
    forbids = any("말" in p.auxiliaries for e in context.examples for p in e.reading.predicates)
    return asked.honorific and predicate.root != "주" and not forbids


def _behind_the_verb(context: Context) -> Iterator[Finding]:
    """갔어요 못 → 못 갔어요."""
    for match in _BEHIND.finditer(context.sentence.text):
        want = f"{match['no']} {match['verb']}"
        yield Finding(
            code=Code.NEGATION_FORM,
            rule="ending.negation_behind",
            start=match.start(),
            end=match.end(),
            params={"got": match[0], "want": want},
            replacement=want,
        )


def _is_noun_verb(context: Context, predicate: Predicate) -> bool:
    """A noun with 하다, which 안 goes between: 예약 안 했어요."""
    noun, verb = context.sentence.morphemes[predicate.first : predicate.first + 2]
    return noun.tag == "NNG" and len(noun.form) > 1 and verb.tag in ("XSV", "VV") and verb.form == "하"
