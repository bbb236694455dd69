"""The contrary word in the place of the one that is taught: 작은 for 큰, 팔다 for 사다, 조금 for 많이."""

from collections.abc import Iterator

from kotoserver.korean.answering.context import Context
from kotoserver.korean.findings.codes import Code
from kotoserver.korean.findings.findings import Finding
from kotoserver.korean.reading.sentence import Sentence
from kotoserver.korean.words.lexicon import AMOUNTS, CONTRASTS, OPPOSITES


def find_opposites(context: Context) -> Iterator[Finding]:
    yield from _opposite_fault(context)
    yield from _told_opposite(context)
    yield from _amount_fault(context)


def _opposite_fault(context: Context) -> Iterator[Finding]:
    """작은 사이즈, where the task is set and every example says 큰 사이즈."""
    if context.prepared.table.leaves_choice:
        return
    said = context.sentence.stems
    for groups in (*CONTRASTS, *OPPOSITES):
        heard = [group for group in groups if said & set(group)]
        shown = [
            {index for index, group in enumerate(groups) if example.reading.sentence.stems & set(group)}
            for example in context.examples
        ]
        named = [indices for indices in shown if indices]
        if len(heard) != 1 or not named or len(set.union(*named)) != 1:
            continue
        if len(named) < len(shown):
            continue
        wanted = groups[next(iter(named[0]))]
        if heard[0] is wanted:
            continue
        morpheme = next(m for m in context.sentence.morphemes if m.form in heard[0])
        if any(mention.start <= morpheme.start < mention.end for mention in context.reading.mentions):
            continue
        yield Finding(
            code=Code.MEANING_OPPOSITE,
            rule="meaning.opposite",
            start=morpheme.start,
            end=max(morpheme.end, morpheme.start + 1),
            params={"got": heard[0][0], "want": wanted[0]},
            blocks=True,
        )


def _told_opposite(context: Context) -> Iterator[Finding]:
    """팔고 싶어요 for 사고 싶어요, 작아요 for 커요: what is told or done, where no example tells it."""
    if context.prepared.table.leaves_choice:
        return
    shown = {p.root for e in context.examples for p in e.reading.predicates if p.closes and not p.negated}
    for predicate in context.reading.predicates:
        if not predicate.closes or predicate.negated or context.sentence.asks(predicate.end):
            continue
        for pair in OPPOSITES:
            heard = next((side for side in pair if predicate.root in side), None)
            other = next((side for side in pair if heard is not None and side is not heard), None)
            if heard is None or other is None or shown & set(heard) or not shown & set(other):
                continue
            yield Finding(
                code=Code.MEANING_OPPOSITE,
                rule="meaning.told_opposite",
                start=predicate.start,
                end=predicate.end,
                params={"got": heard[0], "want": other[0]},
                blocks=True,
            )


def _amount_fault(context: Context) -> Iterator[Finding]:
    """조금 써요 for 많이 써요, where 얼마나 was asked, or where one of the two was offered: 적게 드릴까요?"""
    offered = {word for words in AMOUNTS for word in words} | {"얼마나"}
    if not offered & _said_in(context.prepared.npc.sentence):
        return
    shown = frozenset[str]().union(*(_said_in(example.reading.sentence) for example in context.examples))
    said_here = _said_in(context.sentence)
    for said, other in (AMOUNTS, AMOUNTS[::-1]):
        heard = next((word for word in said if word in said_here), None)
        wanted = next((word for word in other if word in shown), None)
        if heard is None or wanted is None or shown & set(said) or said_here & set(other):
            continue
        start = context.sentence.text.find(heard)
        yield Finding(
            code=Code.MEANING_OPPOSITE,
            rule="meaning.amount",
            start=start,
            end=start + len(heard),
            params={"got": heard, "want": wanted},
            blocks=True,
        )


def _said_in(sentence: Sentence) -> frozenset[str]:
    """Its morphemes and its words: 적게 is an adverb, whatever it is cut into."""
    return frozenset(m.form for m in sentence.morphemes) | {word.text for word in sentence.words}
