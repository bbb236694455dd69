"""Names: whoever is asked for one may have any, not only those of the examples."""

import re
from collections.abc import Iterable

from kotoserver.korean.sentence import Sentence
from kotoserver.ports.morphology import Morpheme

_ASKED = frozenset({"이름", "성함"})
_TOLD = re.compile(
    r"(?:^|(?:저는|전|나는|난|이름은|이름이|성함은)\s)(?P<name>[가-힣]{1,5}?)"
    r"(?:이에요|예요|입니다|이라고|라고|이야|야|이요|요|이고|고)(?![가-힣])"
)
"""저는 리나예요, 제 이름은 리나예요, 리나라고 해요."""
_NO_NAMES = frozenset({"이름", "성함", "이거", "그거", "저", "네", "아니", "뭐", "누구", "학생", "사람"})


def asks_name(line: Sentence) -> bool:
    return bool(_ASKED & {m.form for m in line.morphemes})


def told_names(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(match["name"] for text in texts if (match := _told(text)) is not None)


def called_as_taught(sentence: Sentence, taught: frozenset[str]) -> Sentence:
    """The sentence with the name that it tells read as one of those that the examples tell."""
    match = _told(sentence.text)
    if match is None or not taught or match["name"] in taught:
        return sentence
    start, end = match.span("name")
    before = tuple(m for m in sentence.morphemes if m.end <= start)
    behind = tuple(m for m in sentence.morphemes if m.start >= end)
    name = Morpheme(min(taught), "NNP", start, end - start)
    return Sentence(text=sentence.text, morphemes=(*before, name, *behind), score=sentence.score)


def _told(text: str) -> re.Match[str] | None:
    match = _TOLD.search(text)
    return match if match is not None and match["name"] not in _NO_NAMES else None
