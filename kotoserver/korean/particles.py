"""Particles: what the verb asks for, what the place or means asks for, and what the examples show."""

from collections.abc import Iterator
from dataclasses import dataclass

from kotoserver.domain.particles import choose_particle
from kotoserver.korean.codes import Code
from kotoserver.korean.context import Context
from kotoserver.korean.findings import Finding
from kotoserver.korean.lexicon import ACTION_ROOTS, MEANS_NOUNS, PLACE_NOUNS, STATE_ROOTS, TRANSITIVE_ROOTS
from kotoserver.korean.predicates import Predicate
from kotoserver.korean.reading import Reading
from kotoserver.ports.morphology import Morpheme

_CASE = {
    "이": "이/가",
    "가": "이/가",
    "을": "을/를",
    "를": "을/를",
    "에": "에",
    "에서": "에서",
    "서": "에서",
    "로": "으로/로",
    "으로": "으로/로",
}
_ROLE = {"이/가": "subject", "을/를": "object", "에": "place", "에서": "place_of_action", "으로/로": "means"}
_NOUN_TAGS = frozenset({"NNG", "NNP", "NNB", "NP", "NR", "XSN", "SL", "MAG"})
_PEOPLE = frozenset({"저", "나", "제", "내", "누구", "누", "우리", "친구", "엄마", "아빠", "선생님", "사람"})
_TIME_WITHOUT_E = frozenset({"오늘", "내일", "어제", "지금", "모레", "그저께", "매일"})
_EXAMPLE_GAIN = 0.0
_VALENCE_GAIN = -2.0
"""A fault of valence is proved by the verb; the language model may only object strongly."""
_DONE_WITH_MEANS = (TRANSITIVE_ROOTS - {"넣", "쓰", "타", "부치"}) | {"하", "가", "오"}
_MOTION = frozenset({"가", "오", "출발하", "도착하", "올라가", "내려가"})
"""Verbs that take 에 as well as (으)로 for where they lead."""
_CHOICE_NOUNS = frozenset({"쪽", "자리", "거", "것", "걸", "사이즈", "석"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """A noun with its particle, and the predicate that it belongs to."""

    noun: str
    noun_start: int
    particle: str
    start: int
    end: int
    predicate: Predicate | None

    @property
    def case(self) -> str | None:
        return _CASE.get(self.particle)


def phrases_of(reading: Reading) -> tuple[Phrase, ...]:
    found: list[Phrase] = []
    morphemes = reading.sentence.morphemes
    for place in range(1, len(morphemes)):
        noun, particle = morphemes[place - 1], morphemes[place]
        if particle.tag not in ("JKO", "JKS", "JKB", "JKC", "JX") or noun.tag not in _NOUN_TAGS:
            continue
        if noun.end != particle.start:
            continue
        governing = next((p for p in reading.predicates if p.start >= particle.end), None)
        found.append(
            Phrase(
                noun=_whole_noun(morphemes, place - 1),
                noun_start=noun.start,
                particle=particle.form,
                start=particle.start,
                end=particle.end,
                predicate=governing,
            )
        )
    return tuple(found)


def find_particles(context: Context) -> Iterator[Finding]:
    phrases = phrases_of(context.reading)
    for phrase in phrases:
        if phrase.case is None:
            continue
        if phrase.particle == "에" and phrase.noun in _TIME_WITHOUT_E:
            yield _extra(phrase)
            continue
        pronoun = _pronoun_form(phrase)
        if pronoun is not None:
            yield pronoun
            continue
        wanted = _by_valence(phrase, phrases, context) or _by_example(phrase, context)
        if wanted is not None:
            yield _wrong(context, phrase, *wanted)


def _by_valence(phrase: Phrase, phrases: tuple[Phrase, ...], context: Context) -> tuple[str, str] | None:
    """Case and role that the predicate asks for, where it leaves no choice."""
    predicate, case = phrase.predicate, phrase.case
    if predicate is None:
        return None
    plain = not predicate.auxiliaries or predicate.auxiliaries[0] not in ("있", "주", "드리")
    if case == "을/를" and predicate.root in STATE_ROOTS and plain:
        return "이/가", "subject"
    if case == "이/가" and _takes_object(predicate) and phrase.noun not in _PEOPLE:
        has_object = any(p.case == "을/를" and p.predicate is predicate for p in phrases)
        if not has_object and "수있" not in predicate.auxiliaries and "싶" not in predicate.auxiliaries:
            return "을/를", "object"
    acts = predicate.root in ACTION_ROOTS and "있" not in predicate.auxiliaries
    if case == "에" and phrase.noun in PLACE_NOUNS and acts:
        return "에서", "place_of_action"
    if case == "에서" and phrase.noun in PLACE_NOUNS and predicate.root == "있" and not predicate.auxiliaries:
        return "에", "place"
    if case == "에" and phrase.noun in MEANS_NOUNS and predicate.root in _DONE_WITH_MEANS:
        return "으로/로", "means"
    if case == "에" and phrase.noun in _CHOICE_NOUNS and predicate.root in ("주", "하", "부탁하", "부탁드리"):
        return "으로/로", "choice"
    return None


def _takes_object(predicate: Predicate) -> bool:
    if predicate.modifies or predicate.root in STATE_ROOTS:
        return False
    return predicate.root in TRANSITIVE_ROOTS


def _by_example(phrase: Phrase, context: Context) -> tuple[str, str] | None:
    """Case that every example gives this noun before the same predicate."""
    if phrase.predicate is None:
        return None
    shown = {
        other.case
        for example in context.examples
        for other in phrases_of(example.reading)
        if other.noun == phrase.noun
        and other.case is not None
        and other.predicate is not None
        and other.predicate.root == phrase.predicate.root
    }
    if len(shown) != 1 or phrase.case in shown:
        return None
    if phrase.predicate.root in _MOTION and {phrase.case, *shown} == {"에", "으로/로"}:
        return None
    case = shown.pop()
    return (case, _ROLE[case]) if case is not None else None


def _wrong(context: Context, phrase: Phrase, case: str, role: str) -> Finding:
    wanted = choose_particle(phrase.noun, case)
    return Finding(
        code=Code.PARTICLE_WRONG,
        rule="particle.case",
        start=phrase.start,
        end=phrase.end,
        params={"word": phrase.noun, "got": phrase.particle, "want": wanted, "role": role},
        replacement=wanted,
    )


def _extra(phrase: Phrase) -> Finding:
    return Finding(
        code=Code.PARTICLE_EXTRA,
        rule="particle.time",
        start=phrase.start,
        end=phrase.end,
        params={"word": phrase.noun, "got": phrase.particle},
        replacement="",
    )


def _pronoun_form(phrase: Phrase) -> Finding | None:
    """저가 → 제가, 나가 → 내가, 누구가 → 누가."""
    wanted = {"저": "제가", "나": "내가", "누구": "누가"}.get(phrase.noun)
    if wanted is None or phrase.particle != "가":
        return None
    return Finding(
        code=Code.PARTICLE_PRONOUN_FORM,
        rule="particle.pronoun",
        start=phrase.noun_start,
        end=phrase.end,
        params={"got": phrase.noun + phrase.particle, "want": wanted},
        replacement=wanted,
    )


def _whole_noun(morphemes: tuple[Morpheme, ...], at: int) -> str:
    """The noun with what it is compounded with, written without a space."""
    noun = morphemes[at].form
    place = at - 1
    while place >= 0 and morphemes[place].tag in _NOUN_TAGS and morphemes[place].end == morphemes[place + 1].start:
        noun = morphemes[place].form + noun
        place -= 1
    return noun
