"""Word order: the verb comes last, whatever the order of the rest, and what describes a noun before it."""

from collections.abc import Iterator

from kotoserver.korean.answering.context import Context
from kotoserver.korean.findings.codes import Code
from kotoserver.korean.findings.findings import Finding
from kotoserver.korean.reading.predicates import Predicate
from kotoserver.korean.reading.sentence import Word
from kotoserver.korean.words.lexicon import QUESTION_WORDS

_NOUNS = frozenset({"NNG", "NNP", "XSN", "XPN", "SL"})
_MARKS = frozenset({"JKO", "JKS"})
_ACTS = frozenset({"VV", "VX", "SF"})
_HOW = frozenset({"많이", "조금", "조금만", "더", "다시", "빨리", "천천히", "따로", "같이", "먼저"})
"""What says how a thing is done, and stands before the verb: 많이 올려 주세요."""
_WHEN = frozenset({"오늘", "내일", "어제", "모레", "지금", "아침", "점심", "저녁", "오전", "오후"})


_PERMITTING = frozenset({"면", "으면", "어도", "아도"})
"""What belongs right before 되다: 먹으면 안 돼요, 먹어도 돼요."""


def find_order(context: Context) -> Iterator[Finding]:
    closing = context.reading.closing
    if closing is not None:
        yield from _verb_final(context, closing)
    for predicate in context.reading.predicates:
        if predicate.modifies and not predicate.auxiliaries:
            yield from _described_before(context, predicate)


def _verb_final(context: Context, closing: Predicate) -> Iterator[Finding]:
    """주세요 커피 → 커피 주세요; 주세요 포장해 → 포장해 주세요."""
    text = context.sentence.text
    opening = _torn_off(context)
    verb = opening or closing
    trailing = text[verb.end :].rstrip(" .!?~…")
    if not trailing.strip() or trailing.lstrip()[0] in ".!?~…,":
        return
    afterthought = trailing.strip() in _HOW | _WHEN and closing.closes
    if opening is None and not afterthought and not _is_nominal(context, closing, trailing):
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
    condition = next((p for p in context.reading.predicates if p.last == verb.first - verb.short_negation), None)
    if condition is not None and condition.ending in _PERMITTING:
        start = condition.start
    before = [w for w in context.sentence.words if w.end <= start]
    asks = bool(before) and before[-1].text.startswith(tuple(QUESTION_WORDS))
    return before[-1].start if asks else start


def _described_before(context: Context, modifier: Predicate) -> Iterator[Finding]:
    """커피 뜨거운 주세요 → 뜨거운 커피 주세요, as a learner says it in whose language the noun comes first."""
    words = context.sentence.words
    at = next((at for at, word in enumerate(words) if (word.start, word.end) == (modifier.start, modifier.end)), 0)
    if at == 0 or not _is_quality(context, modifier) or not _lacks_its_noun(context, modifier):
        return
    text, last = context.sentence.text, words[at - 1]
    if text[last.end : modifier.start].strip() or not _names_a_thing(context, last):
        return
    first = at - 1
    while first and any(text[words[first - 1].start : last.end] in example.text for example in context.examples):
        first -= 1
    start = words[first].start
    mended = f"{words[at].text} {text[start : last.end]}"
    if any(text[start : modifier.end] in example.text for example in context.examples):
        return
    yield Finding(
        code=Code.ORDER_MODIFIER,
        rule="order.modifier",
        start=start,
        end=modifier.end,
        params={"want": mended},
        replacement=mended,
    )


def _is_quality(context: Context, modifier: Predicate) -> bool:
    """큰, 따뜻한; not 가는 or 있는, which often have their own noun before them."""
    inside = context.sentence.morphemes[modifier.first : modifier.last]
    return any(m.tag in ("VA", "XSA") and m.form not in ("있", "없") for m in inside) and not modifier.negated


def _lacks_its_noun(context: Context, modifier: Predicate) -> bool:
    """Whether a verb, a number or the end follows where the noun should."""
    following = context.sentence.morphemes[modifier.last : modifier.last + 1]
    if not following or following[0].tag in _ACTS or following[0].form in ("있", "없"):
        return True
    return any(number.start == following[0].start for number in context.reading.numbers)


def _names_a_thing(context: Context, word: Word) -> bool:
    """A noun of the turn, alone or with 을/를 or 이/가."""
    inside = context.sentence.inside(word.start, word.end)
    nouns = inside[:-1] if inside and inside[-1].tag in _MARKS else inside
    known = bool(nouns) and nouns[-1].form in context.prepared.vocabulary.nouns - _WHEN
    return known and all(m.tag in _NOUNS for m in nouns) and word.start not in context.reading.noise
