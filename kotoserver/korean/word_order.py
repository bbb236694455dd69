"""Word order: the verb comes last, whatever the order of the rest."""

from collections.abc import Iterator

from kotoserver.korean.codes import Code
from kotoserver.korean.context import Context
from kotoserver.korean.findings import Finding
from kotoserver.korean.lexicon import QUESTION_WORDS
from kotoserver.korean.predicates import Predicate


def find_order(context: Context) -> Iterator[Finding]:
    closing = context.reading.closing
    if closing is not None:
        yield from _verb_final(context, closing)


def _verb_final(context: Context, closing: Predicate) -> Iterator[Finding]:
    """주세요 커피 → 커피 주세요; 주세요 포장해 → 포장해 주세요."""
    text = context.sentence.text
    opening = _torn_off(context)
    verb = opening or closing
    trailing = text[verb.end :].rstrip(" .!?~…")
    if not trailing.strip() or trailing.lstrip()[0] in ".!?~…,":
        return
    if opening is None and not _is_nominal(context, closing, trailing):
        return
    start = _phrase_start(context, verb)
    said = text[start : verb.end]
    mended = f"{trailing.strip()} {said}"
    yield Finding(
        code=Code.ORDER_VERB_FINAL,
        rule="order.verb_final",
        start=start,
        end=verb.end + len(trailing),
        params={"verb": said, "want": f"{text[:start]}{mended}".strip()},
        replacement=mended,
    )


def _torn_off(context: Context) -> Predicate | None:
    """주세요 at the head of a sentence that ends in the verb it belongs behind."""
    first = next((p for p in context.reading.predicates if p.start not in context.reading.noise), None)
    last = context.reading.predicates[-1]
    if first is None or first is last or first.root != "주" or first.auxiliaries or not first.closes:
        return None
    return first if last.ending in ("어", "아") and not last.auxiliaries else None


def _is_nominal(context: Context, closing: Predicate, trailing: str) -> bool:
    """Whether what follows the verb is a noun with its modifiers, and no answer of its own with 요."""
    words = [word for word in context.sentence.words if word.start >= closing.end]
    if any(word.start in context.reading.noise for word in words) or closing.root in ("이", "안녕하"):
        return False
    inside = context.sentence.inside(closing.end, closing.end + len(trailing))
    modifying = {place for p in context.reading.predicates if p.modifies for place in range(p.first, p.last)}
    loose = [
        m
        for place, m in enumerate(context.sentence.morphemes)
        if m in inside and place not in modifying and m.tag[0] not in "NMSX"
    ]
    if not inside or any(m.tag not in ("JKO", "JKB", "JX", "JKS") for m in loose):
        return False
    if not any(m.tag[0] == "N" for m in inside):
        return False
    return not (inside[-1].tag == "JX" and inside[-1].form in ("요", "이요"))


def _phrase_start(context: Context, verb: Predicate) -> int:
    """Where the verb begins, with the question word that belongs right before it: 버스 언제 와요?"""
    word = context.sentence.word_at(verb.start)
    start = word.start if word is not None else verb.start
    before = [w for w in context.sentence.words if w.end <= start]
    asks = bool(before) and before[-1].text.startswith(tuple(QUESTION_WORDS))
    return before[-1].start if asks else start
