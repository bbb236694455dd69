"""How something is worded: which of several intents is nearer, where the content would fit more than one.

Content alone leaves 몇 번 탈 수 있어요? and 몇 번 탔어요? alike, and who gives to whom is in the particles.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt

from kotoserver.korean.reading.reading import Reading

LETTERS, HABIT = 0.5, 0.5
"""What the likeness of the letters counts, and that to what all examples have in common."""
_FORM = 0.25
"""Weight of a form, where a content word has 1."""
_HELPERS = frozenset({"수있", "수없", "싶", "주", "드리"})
_ROLES = {
    "이": "가",
    "가": "가",
    "께서": "가",
    "한테": "한테",
    "에게": "한테",
    "께": "한테",
    "까지": "까지",
    "부터": "부터",
    "에서": "에서",
}
"""Particles that tell who does it to whom, and from where to where; those that say the same are one."""
_TIMES = {"회": "번", "차례": "번", "건": "번"}
"""Counters of how often, and of how many engagements, that say the same."""
_SPEAKER = frozenset({"나", "저", "내", "제"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """One utterance, as it is compared."""

    letters: frozenset[str]
    """Each pair of letters that follow each other."""
    content: Mapping[str, float]
    forms: frozenset[str]
    """Tense, helping verbs, roles, counters and numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """How the examples of one intent are worded."""

    letters: tuple[frozenset[str], ...]
    """Of each example."""
    content: Mapping[str, float]
    """Feature -> mean weight, so that what every example has counts most."""
    forms: Mapping[str, float]


def wording_of(reading: Reading) -> Wording:
    return Wording(
        letters=_letter_pairs(reading.text),
        content=reading.features,
        forms=frozenset(_predicate_forms(reading)) | frozenset(_noun_forms(reading)),
    )


def habit_of(readings: Iterable[Reading]) -> Habit:
    wordings = [wording_of(reading) for reading in readings]
    content: defaultdict[str, float] = defaultdict(float)
    forms: defaultdict[str, float] = defaultdict(float)
    for each in wordings:
        for feature, weight in each.content.items():
            content[feature] += weight / len(wordings)
        for form in each.forms:
            forms[form] += _FORM / len(wordings)
    return Habit(letters=tuple(each.letters for each in wordings), content=content, forms=forms)


def nearness(said: Wording, habit: Habit, telling: Callable[[str], float]) -> float:
    """0 to 1. `telling` gives each content feature what it tells between the intents of the turn, 0 to 1."""
    letters = max((_overlap(said.letters, shown) for shown in habit.letters), default=0.0)
    ours = {f: weight * telling(f) ** 2 for f, weight in said.content.items()} | dict.fromkeys(said.forms, _FORM)
    theirs = {f: weight * telling(f) for f, weight in habit.content.items()} | dict(habit.forms)
    return LETTERS * letters + HABIT * _cosine(ours, theirs)


def _letter_pairs(text: str) -> frozenset[str]:
    return frozenset(one + two for one, two in pairwise(filter(str.isalnum, text)))


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    return 2 * len(one & other) / (len(one) + len(other)) if one or other else 0.0


def _cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    size = sqrt(sum(w * w for w in one.values()) * sum(w * w for w in other.values()))
    return sum(weight * other.get(f, 0.0) for f, weight in one.items()) / size if size else 0.0


def _predicate_forms(reading: Reading) -> Iterable[str]:
    for predicate in reading.predicates:
        yield from (f"helper:{helper}" for helper in predicate.auxiliaries if helper in _HELPERS)
        if predicate.past:
            yield "past"
        if predicate.future:
            yield "future"
        if predicate.negated:
            yield "not"


def _noun_forms(reading: Reading) -> Iterable[str]:
    yield from (f"number:{number.value}{number.counter or ''}" for number in reading.numbers)
    for word, following in pairwise(reading.sentence.morphemes):
        if word.form == "몇":
            yield f"how_many:{_TIMES.get(following.form, following.form)}"
        role = _ROLES.get(following.form) if following.tag in ("JKS", "JKB", "JX") else None
        if role is not None and word.tag[0] in "NX":
            yield f"role:{'나' if word.form in _SPEAKER else word.form}+{role}"
            if role != "가":
                yield f"role:{role}"
