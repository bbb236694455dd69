"""Clauses that only tell why, when or where one stands, before what is really said."""

from collections.abc import Iterable, Iterator
from itertools import pairwise

from kotoserver.korean.reading.predicates import Predicate
from kotoserver.korean.reading.sentence import Sentence
from kotoserver.korean.words.lexicon import STEP_ROOTS
from kotoserver.ports.morphology import Morpheme

_WHY = ("니까", "으니까", "라서", "는데", "은데", "ᆫ데", "인데", "지만", "느라", "길래", "거든")
"""Endings that give the reason or the background, whatever verb they stand on."""
_SO = ("어서", "아서", "여서", "라서")
_TIMES = ("전에", "후에", "뒤에", "때", "다음에")
"""What puts a clause before or after something: 한국에 오기 전에."""


def background_ends(sentence: Sentence, predicates: Iterable[Predicate]) -> tuple[int, ...]:
    """Where each such clause ends, in order."""
    return tuple(sorted(_ends(sentence, predicates)))


def _ends(sentence: Sentence, predicates: Iterable[Predicate]) -> Iterator[int]:
    yield from (m.end for m, particle in pairwise(sentence.morphemes) if _chooses_among(m, particle))
    for predicate in predicates:
        following = next((word for word in sentence.words if word.start >= predicate.end), None)
        if following is None:
            continue
        if predicate.ending == "기" or predicate.modifies:
            if following.text.startswith(_TIMES) and sentence.text[predicate.end] == " ":
                yield following.end
        elif not predicate.closes and _gives_reason(predicate):
            yield predicate.end


def _chooses_among(noun: Morpheme, particle: Morpheme) -> bool:
    """라떼하고 녹차 중에, before the one that is chosen."""
    return (noun.form, noun.tag) == ("중", "NNB") and particle.form in ("에", "에서")


def _gives_reason(predicate: Predicate) -> bool:
    if predicate.root in ("있", "없") and predicate.ending == "으면":
        return True  # 유자차 있으면 유자차로 할게요
    if predicate.ending in _SO:
        return predicate.root not in STEP_ROOTS or predicate.negated or bool(predicate.auxiliaries)
    return predicate.ending in _WHY
