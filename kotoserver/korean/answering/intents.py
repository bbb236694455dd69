"""The expected intents, read once: what each asks for, whether it says yes or no, and which words are its own."""

from collections import Counter
from dataclasses import dataclass, replace

from kotoserver.domain.scene import CommonIntent, Intent
from kotoserver.korean.answering.wording import Habit, habit_of
from kotoserver.korean.reading.reading import Reading
from kotoserver.korean.reading.stance import Stance


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    text: str
    compact: str
    reading: Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedIntent:
    id: str
    needs: tuple[str, ...]
    may_have: tuple[str, ...]
    examples: tuple[Example, ...]
    not_this: tuple[Example, ...]
    vocabulary: frozenset[str]
    """Features of all its examples and slots."""
    stance: Stance
    """What all its examples agree on."""
    leaning: Stance
    """What most of them say, questions left out: 커피만 주세요 declines among 아니요, 괜찮아요 and the like."""
    habit: Habit
    asks: bool
    """Whether all its examples are questions."""
    common: CommonIntent | None = None
    takes_sides: bool = True
    """Whether it matters if something is said or denied: not to 주말에 뭐 했어?"""
    spoken_of: frozenset[str] = frozenset()
    """Features of the NPC's line and of its examples."""

    @property
    def answers(self) -> frozenset[Stance]:
        """What its examples open with: 네, 아니요 or either."""
        return frozenset(e.reading.stance.answer for e in self.examples) - {Stance.OPEN}

    @property
    def slots(self) -> tuple[str, ...]:
        return (*self.needs, *self.may_have)


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    intent: PreparedIntent
    score: float
    """0 to 1 and a little more."""
    example: Example | None
    by_likeness: bool = True
    """Whether it is like an example; else it only fits what was asked."""
    standing: float = 1.0
    """The score and how near the wording is, which decides between intents whose content fits as well."""


def prepare_intent(
    intent: Intent | CommonIntent, examples: tuple[Example, ...], not_this: tuple[Example, ...]
) -> PreparedIntent:
    needs = intent.needs if isinstance(intent, Intent) else ()
    may_have = intent.may_have if isinstance(intent, Intent) else ()
    vocabulary = {feature for example in examples for feature in example.reading.features}
    vocabulary |= {f"slot:{slot}" for slot in (*needs, *may_have)}
    said = _decisive(examples)
    stances = set(said)
    return PreparedIntent(
        id=intent.id,
        needs=needs,
        may_have=may_have,
        examples=examples,
        not_this=not_this,
        vocabulary=frozenset(vocabulary),
        stance=stances.pop() if len(stances) == 1 else Stance.OPEN,
        leaning=_leaning(said),
        asks=all(example.text.rstrip().endswith("?") for example in examples),
        habit=habit_of(example.reading for example in examples),
        common=intent if isinstance(intent, CommonIntent) else None,
    )


def taking_nothing(intent: PreparedIntent) -> PreparedIntent:
    """The intent where nothing was offered: 괜찮아요 declines nothing, said to 늦어서 죄송합니다."""
    mild = all(e.reading.stance.mild for e in intent.examples if e.reading.stance.stance is Stance.AGAINST)
    if intent.stance is not Stance.AGAINST or not mild:
        return intent
    return replace(intent, stance=Stance.OPEN, leaning=Stance.OPEN)


def taking_no_side(intent: PreparedIntent, topic: frozenset[str]) -> PreparedIntent:
    """The intent where nobody was asked to say yes or no: 아무것도 안 했어 is as good as 영화 봤어."""
    agreed = frozenset(intent.vocabulary).intersection(*(e.reading.content for e in intent.examples)) - topic
    if intent.stance is not Stance.FOR or intent.answers or agreed:
        return intent
    return replace(intent, stance=Stance.OPEN, leaning=Stance.OPEN, takes_sides=False)


def consenting(intent: PreparedIntent) -> PreparedIntent:
    """The intent where 괜찮으세요? was asked: 네, 괜찮아요 is a yes to it, though it declines an offer."""
    told = [e.reading.stance for e in intent.examples]
    if not any(stance.mild and stance.answer is Stance.FOR for stance in told):
        return intent
    side = Stance.FOR if intent.answers == {Stance.FOR} else Stance.OPEN
    return replace(intent, stance=side, leaning=side, takes_sides=side is not Stance.OPEN)


def _decisive(examples: tuple[Example, ...]) -> list[Stance]:
    """Those of examples that can be meant in one way only; 네, 괜찮아요 goes with yes as well as with no."""
    told = [e.reading.stance for e in examples]
    plain = [t for t in told if not (t.mild and t.answer is Stance.FOR and t.stance is not Stance.FOR)]
    return [t.stance for t in plain or told]


def _leaning(said: list[Stance]) -> Stance:
    told = Counter(stance for stance in said if stance is not Stance.OPEN)
    most, count = next(iter(told.most_common(1)), (Stance.OPEN, 0))
    return most if count * 5 >= told.total() * 3 else Stance.OPEN
