"""Which of the expected intents an utterance fulfils: the best example wins, look-alikes count against."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from kotoserver.domain.scene import CommonIntent, Intent
from kotoserver.korean.acts import STATING, Act, act_of
from kotoserver.korean.features import GENERIC
from kotoserver.korean.lexicon import GENERIC_ROOTS, OPPOSITES, PROMISING, REMOVING, REQUEST_ROOTS
from kotoserver.korean.predicates import Predicate
from kotoserver.korean.reading import Reading
from kotoserver.korean.stance import Stance
from kotoserver.korean.wording import Habit, Wording, habit_of, nearness, wording_of

ENOUGH = 0.45
"""Likeness from which an intent is taken as meant."""
NEAR = 0.4
"""Likeness that is enough where no other intent of the turn comes near."""
ENOUGH_FOR_REPAIR = 0.62
"""The same for the common intents, which are short and share words with much else."""
ENOUGH_FOR_PART = 0.75
"""The same for what only a part of the utterance says."""
OWN_FIRST = 0.1
"""By how much a common intent must be more like than an intent of the turn that fits as well."""
_VALUE_BONUS = 0.3
_MISSING_PENALTY = 0.15
STANCE_PENALTY = 0.35
_TOPIC = 0.4
"""What a word of the NPC's own line still tells."""
_SHARED = 0.5
"""How much less a feature tells that every intent of the turn has."""
_COMMON = 0.8
"""The same, where intents are told apart by their wording."""
_SUBSTITUTION = 0.6
"""What is left of the likeness when another thing is named than in any example (배가 아파요 for 머리가)."""


_PLAIN_QUESTION = frozenset({"어요", "아요", "어", "아", "나요", "은가요", "ᆫ가요", "습니까", "ᆸ니까", "니", "냐"})
_WHICH_TIME = frozenset({"w:이번", "w:다음", "w:지금"})
_QUALITIES = frozenset(word for pair in OPPOSITES for side in pair for word in side) | {"달", "맵", "쓴맛나", "좋"}


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


def _plans(reading: Reading) -> bool:
    """현금이 없어서 카드로 할게요, 저는 택시를 탔어요: no question, whatever else it shares with one."""
    closing = reading.closing
    if closing is None or reading.sentence.asks(closing.end):
        return False
    told = closing.past and closing.root not in GENERIC_ROOTS and not any(f[:2] == "q:" for f in reading.features)
    return closing.ending in PROMISING or told


def _decisive(examples: tuple[Example, ...]) -> list[Stance]:
    """Those of examples that can be meant in one way only; 네, 괜찮아요 goes with yes as well as with no."""
    told = [e.reading.stance for e in examples]
    plain = [t for t in told if not (t.mild and t.answer is Stance.FOR and t.stance is not Stance.FOR)]
    return [t.stance for t in plain or told]


def _leaning(said: list[Stance]) -> Stance:
    told = Counter(stance for stance in said if stance is not Stance.OPEN)
    most, count = next(iter(told.most_common(1)), (Stance.OPEN, 0))
    return most if count * 5 >= told.total() * 3 else Stance.OPEN


def rank_intents(
    reading: Reading, intents: Iterable[PreparedIntent], topic: frozenset[str], filled: frozenset[str]
) -> tuple[Match, ...]:
    """Best first, by content and wording.

    `topic` holds what the NPC spoke of, `filled` the slots that were given a good value.
    """
    choices = tuple(intents)
    weighing = _Weighing(topic=topic, shared=_shared_by_all(choices))
    wording = wording_of(reading)
    matches = [_standing(wording, _match(reading, intent, weighing, filled), weighing) for intent in choices]
    return tuple(sorted(matches, key=lambda match: -match.standing))


def _standing(said: Wording, match: Match, weighing: "_Weighing") -> Match:
    return replace(match, standing=match.score + nearness(said, match.intent.habit, weighing.telling))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Weighing:
    """What makes a feature tell less."""

    topic: frozenset[str]
    """The NPC spoke of it."""
    shared: Mapping[str, float]
    """Share of the intents that have it, where there are several."""

    def weight(self, feature: str, weight: float, vocabulary: frozenset[str]) -> float:
        if feature in self.topic and feature not in vocabulary:
            return weight * _TOPIC
        return weight * (1.0 - _SHARED * self.shared.get(feature, 0.0))

    def telling(self, feature: str) -> float:
        return 1.0 - _COMMON * self.shared.get(feature, 0.0)


def _shared_by_all(intents: tuple[PreparedIntent, ...]) -> dict[str, float]:
    if len(intents) < 2:
        return {}
    counts = Counter(feature for intent in intents for feature in intent.vocabulary)
    return {feature: (count - 1) / (len(intents) - 1) for feature, count in counts.items() if count > 1}


def likeness(said: Reading, example: Reading, vocabulary: frozenset[str], weighing: _Weighing) -> float:
    """How much of what was said belongs here, and how much of the example was said."""
    weights = {f: weighing.weight(f, weight, vocabulary) for f, weight in said.features.items()}
    total = sum(weights.values())
    if not total or all(feature.startswith("stance:") for feature in weights):
        return 0.0
    wanted = {f: weighing.weight(f, weight, vocabulary) for f, weight in example.features.items()}
    known = sum(weight for f, weight in weights.items() if f in vocabulary or f in weighing.topic)
    shared = sum(min(weight, wanted[f]) for f, weight in weights.items() if f in wanted)
    return 0.55 * known / total + 0.45 * 2 * shared / (total + sum(wanted.values()) or 1.0)


def _match(reading: Reading, intent: PreparedIntent, weighing: _Weighing, filled: frozenset[str]) -> Match:
    scored = [(likeness(reading, e.reading, intent.vocabulary, weighing), e) for e in intent.examples]
    best, example = max(scored, key=lambda pair: pair[0], default=(0.0, None))
    negative = max(
        (likeness(reading, e.reading, frozenset(e.reading.features), weighing) for e in intent.not_this),
        default=0.0,
    )
    if negative > best:
        return Match(intent=intent, score=0.0, example=example)
    if intent.common is not None and not _shares_content(reading, example):
        return Match(intent=intent, score=0.0, example=example)
    score = best
    if (
        example is not None
        and not intent.needs
        and _substitutes(reading, example, intent.vocabulary, weighing.topic)
    ):
        score *= _SUBSTITUTION
    if intent.needs:
        missing = sum(slot not in filled for slot in intent.needs)
        score += _VALUE_BONUS if not missing else -_MISSING_PENALTY * missing
    if intent.needs and _wonders(reading, intent):
        score *= _SUBSTITUTION
        score -= _VALUE_BONUS
    if opposes(reading, intent):
        score -= STANCE_PENALTY
    if intent.asks and _plans(reading):
        score *= _SUBSTITUTION
    return Match(intent=intent, score=max(score, 0.0), example=example)


def _substitutes(said: Reading, example: Example, vocabulary: frozenset[str], topic: frozenset[str]) -> bool:
    """Whether a noun that belongs to no example stands where the example has its own."""
    shown = example.reading.nouns
    known = [feature.removeprefix("w:") for feature in (*vocabulary, *topic)]
    strange = {
        noun
        for noun in said.nouns - _WHICH_TIME
        if not any(noun[2:] in word or word in noun[2:] for word in known)
    }
    return bool(strange) and bool(shown - said.nouns) and not shown & said.nouns


def _wonders(reading: Reading, intent: PreparedIntent) -> bool:
    """Whether it asks with a question word that no example has, which chooses nothing: 얼마나 커요?"""
    closing = reading.closing
    if closing is not None and (closing.root in REQUEST_ROOTS or "주" in closing.auxiliaries):
        return False
    if closing is not None and _asks_how_it_is(reading, closing, intent):
        return True
    if any(f.startswith("about:") and f in intent.vocabulary for f in reading.features):
        return False  # 가는 방법이 뭐예요? asks 어떻게 가요?
    return any(f.startswith("q:") and f not in intent.vocabulary for f in reading.features)


def _asks_how_it_is(reading: Reading, closing: Predicate, intent: PreparedIntent) -> bool:
    """공항철도는 비싸요?, where every example chooses one and none asks."""
    if not reading.sentence.asks(closing.end) or closing.auxiliaries or closing.ending not in _PLAIN_QUESTION:
        return False
    if closing.root in GENERIC_ROOTS | REQUEST_ROOTS or closing.root not in _QUALITIES:
        return False
    return not any(e.reading.sentence.asks(len(e.text) - 1) for e in intent.examples)


def _shares_content(reading: Reading, example: Example | None) -> bool:
    """A repair move is told by what it says (다시, 천천히, 뜻), not by being a polite request."""
    if example is None:
        return False
    shared = reading.features.keys() & example.reading.features.keys()
    return any(feature.startswith(("w:", "q:")) and reading.features[feature] > GENERIC for feature in shared)


_PAIRS = ({"있", "없"}, {"이", "아니"})
"""A fact, and that it is none."""


def opposes(reading: Reading, intent: PreparedIntent) -> bool:
    """Whether it declines what every example asks for, or the other way round."""
    said = reading.stance.stance
    if Stance.OPEN in (said, intent.stance) or said is intent.stance:
        return False
    told = reading.stance
    agreed = any(e.reading.stance.mild and e.reading.stance.answer is Stance.FOR for e in intent.examples)
    if told.mild and told.answer is not Stance.AGAINST and agreed:
        return False  # 괜찮아요, where 네, 괜찮아요 is taught
    if reading.stance.mild and intent.answers == {reading.stance.answer}:
        return False  # 아니요, 다 괜찮아요
    if intent.answers == {Stance.AGAINST} and reading.text.startswith(("죄송", "미안")):
        return False  # 죄송해요, 숙제를 잊어버렸어요
    if said is Stance.AGAINST and _declines_by_telling(intent) and reading.stance.answer is not said.opposite:
        return False  # 내일은 안 될 것 같아, where 아니, 내일 약속 있어 is taught
    if said is Stance.FOR and _tells_what_fails(intent) and not _told_roots(intent) & _roots_of(reading):
        return False  # 카드가 이상해요, where 카드가 안 돼요 is taught
    if _denies_the_same(reading, intent):
        return False
    return not (_says_part(reading, intent) or _adds_to_its_answer(reading, intent))


def _denies_the_same(reading: Reading, intent: PreparedIntent) -> bool:
    """안 매운 걸로 주세요, where 안 맵게 해 주세요 is taught; 얼음 안 넣은 거 주세요, to 얼음 넣어 드릴까요?"""
    denied = _denied_qualities(reading)
    if denied & frozenset[str]().union(*(_denied_qualities(e.reading) for e in intent.examples)):
        return True
    return intent.stance is Stance.AGAINST and any(f"w:{root}" in intent.spoken_of for root in denied)


def _denied_qualities(reading: Reading) -> frozenset[str]:
    """How it is not to be: 맵 of 안 매운 거 and 맵지 않게."""
    return frozenset(p.root for p in reading.predicates if p.negated and (p.modifies or p.ending == "게"))


def _tells_what_fails(intent: PreparedIntent) -> bool:
    """Whether no example answers yes or no, and each denies a fact: 안 켜져요 and not 안 살래요."""
    decided = [e.reading.stance.decided_by for e in intent.examples if act_of(e.reading) in STATING]
    if intent.answers or len(decided) < len(intent.examples):
        return False
    return all(p is not None and p.negated and p.root not in GENERIC_ROOTS - {"되"} for p in decided)


def _told_roots(intent: PreparedIntent) -> frozenset[str]:
    return frozenset(_told(p)[0] for e in intent.examples for p in e.reading.predicates)


def _roots_of(reading: Reading) -> frozenset[str]:
    return frozenset(_told(p)[0] for p in reading.predicates)


def _declines_by_telling(intent: PreparedIntent) -> bool:
    refusing = [e.reading for e in intent.examples if e.reading.stance.answer is Stance.AGAINST]
    return intent.answers == {Stance.AGAINST} and all(act_of(reading) in STATING for reading in refusing)


def _adds_to_its_answer(reading: Reading, intent: PreparedIntent) -> bool:
    """네, 땅콩을 못 먹어요, where 네, 있어요 is taught; 아니요, 옷만 있어요, where 아니요, 없어요 is."""
    decided = reading.stance.decided_by
    if decided is None or intent.answers != {reading.stance.answer}:
        return False
    if gives_a_quality_as_reason(reading):
        return not _told_roots(intent) & {decided.root}  # 아니요, 너무 달아요
    if act_of(reading) is Act.DESCRIBES and decided.negated and f"w:{decided.root}" not in intent.spoken_of:
        return True  # 네, 이제 안 아파요
    refused = reading.stance.answer is Stance.AGAINST and decided.past
    if refused and decided.root not in GENERIC_ROOTS and not _told_roots(intent) & {decided.root}:
        return True  # 아니, 늦게까지 숙제했어
    if refused and any(word.text in ("벌써", "이미") for word in reading.sentence.words):
        return True
    before = reading.sentence.morphemes[: decided.first]
    if not any(m.tag in ("NNG", "NNP", "NNB") for m in before):
        return False
    if any((m.form, m.tag) == ("만", "JX") for m in before):
        return True
    plain = GENERIC_ROOTS - {"되", "있"} | REMOVING
    if decided.root in plain:
        return reading.stance.answer is Stance.AGAINST and bool(reading.nouns - intent.spoken_of)
    if act_of(reading) not in STATING and not reading.nouns - intent.spoken_of:
        return False
    same = next((pair for pair in _PAIRS if decided.root in pair), {decided.root})
    return not same & _told_roots(intent)


def gives_a_quality_as_reason(reading: Reading) -> bool:
    """아니요, 창가는 추워요; 아니요, 좋아요 gives none."""
    closing = reading.closing
    against = reading.stance.answer is Stance.AGAINST and act_of(reading) is Act.DESCRIBES
    return against and closing is not None and closing.root not in ("좋", "괜찮")


def _says_part(reading: Reading, intent: PreparedIntent) -> bool:
    """아니요, 없어요, where an example goes on: 아니요, 없어요. 앉으세요."""
    decided = reading.stance.decided_by
    if decided is None or decided.root in GENERIC_ROOTS - {"있"} or "주" in decided.auxiliaries:
        return False
    told = _told(decided)
    return any(
        _told(p) == told and p.closes and p is not example.reading.stance.decided_by
        for example in intent.examples
        if example.reading.stance.answer is reading.stance.answer
        for p in example.reading.predicates
    )


def _told(predicate: Predicate) -> tuple[str, bool]:
    """Root and negation; 안 있어요 is 없어요."""
    if predicate.root == "있" and predicate.negated:
        return "없", False
    return predicate.root, predicate.negated
