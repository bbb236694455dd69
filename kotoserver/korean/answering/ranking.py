"""Which of the expected intents an utterance fulfils: the best example wins, look-alikes count against."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from kotoserver.korean.answering.intents import Example, Match, PreparedIntent
from kotoserver.korean.answering.opposing import opposes
from kotoserver.korean.answering.wording import Wording, nearness, wording_of
from kotoserver.korean.reading.features import GENERIC
from kotoserver.korean.reading.predicates import Predicate
from kotoserver.korean.reading.reading import Reading
from kotoserver.korean.words.lexicon import GENERIC_ROOTS, OPPOSITES, PROMISING, REQUEST_ROOTS

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


def _plans(reading: Reading) -> bool:
    """현금이 없어서 카드로 할게요, 저는 택시를 탔어요: no question, whatever else it shares with one."""
    closing = reading.closing
    if closing is None or reading.sentence.asks(closing.end):
        return False
    told = closing.past and closing.root not in GENERIC_ROOTS and not any(f[:2] == "q:" for f in reading.features)
    return closing.ending in PROMISING or told


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
