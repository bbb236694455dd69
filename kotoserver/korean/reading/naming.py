"""Names: whoever is asked for one may have any, not only those of the examples."""

import re
from collections.abc import Iterable
from itertools import pairwise

from kotoserver.korean.reading.sentence import Sentence
from kotoserver.ports.morphology import Morpheme

_ASKED = frozenset({"이름", "성함"})
_TOLD = re.compile(
    r"(?:^|[,.…!?~]\s*|(?:저는|전|저|나는|난|이름은|이름이|이름|성함은)\s)(?P<name>[가-힣]{1,5}?)"
    r"(?:이에요|예요|입니다|이라고|라고|이야|야|이요|요|이고|고)(?![가-힣])"
)
"""저는 리나예요, 제 이름은 리나예요, 리나라고 해요."""
_CALLS = re.compile(r"라고\s?(?:해|합니|하는|불러|부르)")
_NO_NAMES = frozenset(
    {
        "이름",
        "성함",
        "이거",
        "그거",
        "저",
        "네",
        "아니",
        "뭐",
        "누구",
        "학생",
        "사람",
        "저기",
        "여기",
        "거기",
        "여보세",
    }
)


def asks_name(line: Sentence) -> bool:
    """이름이 뭐예요?, 누구세요?"""
    who = any(
        (one.form, other.tag) == ("누구", "VCP") and line.asks(one.start)
        for one, other in pairwise(line.morphemes)
    )
    return who or bool(_ASKED & {m.form for m in line.morphemes})


def told_names(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(match["name"] for text in texts if (match := _told(text)) is not None)


def called_as_taught(sentence: Sentence, taught: frozenset[str]) -> Sentence:
    """The sentence with the name that it tells read as one of those that the examples tell."""
    match = _told(sentence.text)
    if match is None or not taught:
        return sentence
    start, end = match.span("name")
    known = match["name"] if match["name"] in taught else min(taught)
    before = tuple(m for m in sentence.morphemes if m.end <= start)
    if sentence.text[:start].rstrip().endswith("전") and before and before[-1].form == "전":
        at = before[-1].start
        before = (*before[:-1], Morpheme("저", "NP", at, 1), Morpheme("는", "JX", at + 1, 0))
    behind = tuple(m for m in sentence.morphemes if m.start >= end)
    name = Morpheme(known, "NNP", start, end - start)
    return Sentence(text=sentence.text, morphemes=(*before, name, *behind), score=sentence.score)


def calls_oneself(text: str) -> bool:
    """리나라고 해요, 부디라고 합니다: a name, whatever the examples call themselves by."""
    return _told(text) is not None and _CALLS.search(text) is not None


def _told(text: str) -> re.Match[str] | None:
    told = [match for match in _TOLD.finditer(text) if match["name"] not in _NO_NAMES]
    return told[-1] if told else None
