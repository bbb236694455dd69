"""Verbs put together again with another ending, in the spelling that learners are taught."""

import re
from collections.abc import Sequence

from kotoserver.korean.reading.sentence import Sentence
from kotoserver.korean.sounds.hangul import is_syllable, split_syllable
from kotoserver.ports.morphology import MorphemeAnalyzer

_COPULA = re.compile(r"([가-힣])에요$")


def conjugate(morphemes: Sequence[tuple[str, str]], analyzer: MorphemeAnalyzer) -> str:
    """The morphemes joined; 거입니다 becomes 겁니다 and 의사에요 becomes 의사예요."""
    joined = analyzer.join(morphemes).replace("거입니다", "겁니다").replace("거입니까", "겁니까")
    match = _COPULA.search(joined)
    if match and is_syllable(match[1]) and split_syllable(match[1])[2] == 0 and match[1] not in "이니":
        joined = joined[:-2] + "예요"
    return joined


def tagged(sentence: Sentence, first: int, last: int) -> list[tuple[str, str]]:
    """Forms and tags of the morphemes from `first` up to `last`."""
    return [(morpheme.form, morpheme.tag) for morpheme in sentence.morphemes[first:last]]
