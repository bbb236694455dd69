"""With whom, to whom and from whom: particles of people, which learners take from the verbs they grew up with."""

from collections.abc import Iterator

from kotoserver.domain.particles import choose_particle
from kotoserver.korean.answering.context import Context
from kotoserver.korean.findings.codes import Code
from kotoserver.korean.findings.findings import Finding
from kotoserver.korean.reading.phrases import Phrase, phrases_of
from kotoserver.korean.words.lexicon import PERSON_NOUNS, PLACE_NOUNS

_TITLES = ("님", "씨", "친구")
_TOGETHER = frozenset({"살", "놀", "이야기하", "얘기하", "결혼하", "싸우", "헤어지", "대화하", "통화하", "약속하"})
"""What one does with somebody, never to them."""
_GOING = frozenset({"가", "오", "다니", "여행하", "먹", "마시", "공부하", "일하", "쇼핑하", "운동하", "산책하"})
"""What one does with somebody where 같이 stands before it."""
_ADDRESSED = frozenset({"전화하", "연락하", "인사하", "묻", "물어보", "대답하"})
"""What one does to somebody who is spoken to: 에게 or 한테, never 를."""
_GIVEN = frozenset({"주", "드리", "보내", "가르치", "빌려주", "보여주", "알려주", "부치", "말하", "설명하"})
"""What somebody gets who stands beside the thing that is given."""
_GOT = frozenset({"받", "배우", "듣", "빌리"})
_OBJECTS = frozenset(
    {"만나", "기다리", "좋아하", "싫어하", "사랑하", "찾", "도와주", "돕", "데려가", "데려오", "초대하"}
)
"""Verbs whose person is their object: 친구를 만나요."""
_TO_PEOPLE = frozenset({"에게", "한테", "께"})
_WITH = frozenset({"하고", "와", "과", "랑", "이랑"})
_BESIDE = ("같이", "함께")


def find_people(context: Context) -> Iterator[Finding]:
    phrases = phrases_of(context.reading)
    for phrase in phrases:
        if phrase.predicate is None:
            continue
        wanted = _wanted(context, phrase, phrases)
        if wanted is not None:
            particle, role = wanted
            yield Finding(
                code=Code.PARTICLE_WRONG,
                rule="particle.people",
                start=phrase.start,
                end=phrase.end,
                params={"word": phrase.noun, "got": phrase.particle, "want": particle, "role": role},
                replacement=particle,
            )


def _wanted(context: Context, phrase: Phrase, phrases: tuple[Phrase, ...]) -> tuple[str, str] | None:
    """The particle that the verb asks for, with what the person does in the sentence."""
    verb = phrase.predicate
    if verb is None:
        return None
    if not _is_person(phrase.noun):
        leads = phrase.particle in _TO_PEOPLE and phrase.noun in PLACE_NOUNS and verb.root in ("가", "오")
        return ("에", "place") if leads else None
    if phrase.particle in _TO_PEOPLE | {"에"} and verb.root in _OBJECTS and not verb.modifies:
        return (choose_particle(phrase.noun, "을/를"), "object") if _is_only(phrase, phrases) else None
    if phrase.particle in ("에", "에서") and verb.root in _GOT:
        return "에게서", "source"
    shown = _shown(context, phrase)
    if phrase.case is not None and shown in _TO_PEOPLE and phrase.particle not in ("이", "가"):
        return shown, "receiver"
    if shown in _WITH and phrase.case == "을/를" and not _is_only(phrase, phrases):
        return _companion(context, phrase.noun), "companion"
    gives = verb.root in _GIVEN or "주" in verb.auxiliaries or "드리" in verb.auxiliaries
    if phrase.particle == "에" and (gives or verb.root in _ADDRESSED):
        return "에게", "receiver"
    if phrase.particle not in ("을", "를", "에"):
        return None
    if verb.root in _GOING and _is_shown_as_companion(context, phrase):
        return _companion(context, phrase.noun), "companion"  # 친구를 왔어요, where 친구하고 왔어요 is taught
    if phrase.particle == "에":
        return None
    beside = _is_beside(context, phrase) and (verb.root in _GOING or not _is_only(phrase, phrases))
    if verb.root in _TOGETHER or beside:
        return _companion(context, phrase.noun), "companion"
    if verb.root in _ADDRESSED or (gives and not _is_only(phrase, phrases)):
        return "한테", "receiver"
    return None


def _shown(context: Context, phrase: Phrase) -> str | None:
    """How the examples tell to whom it is done: 친구한테 보낼 거예요."""
    told = [p for example in context.examples for p in phrases_of(example.reading) if p.noun == phrase.noun]
    told = [p for p in told if p.predicate and phrase.predicate and p.predicate.root == phrase.predicate.root]
    if any(p.particle == phrase.particle for p in told):
        return None
    return next((p.particle for p in told if p.particle in _TO_PEOPLE | _WITH), None)


def _is_shown_as_companion(context: Context, phrase: Phrase) -> bool:
    told = [p for example in context.examples for p in phrases_of(example.reading) if p.noun == phrase.noun]
    return any(p.particle in _WITH for p in told) and all(p.particle != phrase.particle for p in told)


def _is_person(noun: str) -> bool:
    return noun.removesuffix("들") in PERSON_NOUNS or noun.endswith(_TITLES)


def _is_only(phrase: Phrase, phrases: tuple[Phrase, ...]) -> bool:
    """Whether the verb has no other object."""
    return not any(
        other is not phrase and other.case == "을/를" and other.predicate is phrase.predicate for other in phrases
    )


def _is_beside(context: Context, phrase: Phrase) -> bool:
    return context.sentence.text[phrase.end :].lstrip().startswith(_BESIDE)


def _companion(context: Context, noun: str) -> str:
    """The particle by which the examples tell with whom."""
    shown = [
        p.particle for example in context.examples for p in phrases_of(example.reading) if p.particle in _WITH
    ]
    if shown and shown[0] in ("와", "과"):
        return choose_particle(noun, "과/와")
    return choose_particle(noun, "이랑/랑") if shown and shown[0] in ("랑", "이랑") else "하고"
