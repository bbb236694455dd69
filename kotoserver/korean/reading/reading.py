"""Everything the judge knows about one utterance, read once: words, numbers, values, stance, level, features."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from kotoserver.korean.reading.clauses import background_ends
from kotoserver.korean.reading.features import GENERIC, features_of, is_content, noun_features
from kotoserver.korean.reading.level import LevelReading, read_level
from kotoserver.korean.reading.noise import noise_words
from kotoserver.korean.reading.predicates import Predicate, only_softens, predicates_of
from kotoserver.korean.reading.sentence import Sentence
from kotoserver.korean.reading.slots import Mention, SlotTable, find_mentions
from kotoserver.korean.reading.stance import StanceReading, read_stance
from kotoserver.korean.words.numbers import Number, read_numbers
from kotoserver.ports.morphology import Morpheme


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    sentence: Sentence
    noise: frozenset[int]
    """Starts of words that carry no meaning: fillers, openers, thanks at the end."""
    predicates: tuple[Predicate, ...]
    numbers: tuple[Number, ...]
    mentions: tuple[Mention, ...]
    stance: StanceReading
    level: LevelReading
    features: Mapping[str, float]
    """Content -> weight, for comparing utterances."""
    nouns: frozenset[str]
    """Those features that are things."""
    background: tuple[int, ...]
    """Ends of the clauses that only tell why or when, in order."""
    removes: bool = False
    """Whether less was offered, so that its stance is for or against that (`removal`)."""

    @property
    def text(self) -> str:
        return self.sentence.text

    @property
    def content(self) -> list[str]:
        """Those features that say something: words, question words and values."""
        return [feature for feature, weight in self.features.items() if weight > GENERIC and is_content(feature)]

    def strange_to(self, expected: frozenset[str]) -> list[str]:
        """Content that belongs to nothing that is expected."""
        return [feature for feature in self.content if feature not in expected]

    @property
    def closing(self) -> Predicate | None:
        """The predicate that the utterance ends with, if it has one."""
        closing = [p for p in self.predicates if p.closes and p.start not in self.noise]
        if not closing:
            return self._bare_closing()
        asked = next((p for p in self.predicates if only_softens(p, closing[-1]) and _gives(p)), None)
        return replace(asked, closes=True) if asked is not None else closing[-1]

    def _bare_closing(self) -> Predicate | None:
        """A casual ending that the analyser took for one that joins: 도서관에서 공부해."""
        last = self.predicates[-1] if self.predicates else None
        if last is None or last.ending not in ("어", "아") or not self.sentence.ends_sentence(last.end):
            return None
        return replace(last, closes=True)


def _gives(predicate: Predicate) -> bool:
    """데워 주시면 of 데워 주시면 돼요, which asks for what 데워 주세요 asks for."""
    return predicate.root == "주" or "주" in predicate.auxiliaries


_NO_NUMBERS = frozenset({"세대", "세월", "네모", "한판", "한몫"})
"""Nouns with the letters of a number and its counter."""


def _really_counting(sentence: Sentence, numbers: tuple[Number, ...]) -> tuple[Number, ...]:
    """Without those that the analyser finds within a noun: 세월이 빨라요."""
    nouns = {m.start for m in sentence.morphemes if m.form in _NO_NUMBERS}
    return tuple(number for number in numbers if number.start not in nouns)


def read(sentence: Sentence, table: SlotTable, synonyms: Mapping[str, str]) -> Reading:
    """`synonyms` gives each word the one that stands for its group."""
    noise = noise_words(sentence)
    numbers = _last_said(sentence, _really_counting(sentence, read_numbers(sentence.text)))
    counted = {place for number in numbers for place in range(number.start, number.end)}
    # 하나요 is a number with 요, whatever verb the analyser sees in it.
    predicates = tuple(p for p in predicates_of(sentence) if p.start not in counted)
    mentions = _meant(find_mentions(sentence, table, numbers), predicates, sentence.morphemes)
    stance = read_stance(sentence, predicates, noise)
    features = features_of(sentence, noise, predicates, numbers, mentions, stance, synonyms)
    background = background_ends(sentence, predicates)
    return Reading(
        sentence=sentence,
        noise=noise,
        predicates=predicates,
        numbers=numbers,
        mentions=_in_the_foreground(_last_mentioned(sentence, mentions), background),
        stance=stance,
        level=read_level(sentence, noise),
        features=features,
        nouns=noun_features(sentence, features, synonyms),
        background=background,
    )


def _meant(
    mentions: tuple[Mention, ...], predicates: tuple[Predicate, ...], morphemes: tuple[Morpheme, ...]
) -> tuple[Mention, ...]:
    """Values less those that are a verb which is negated or only wished: 안 먹을게요, 마시고 싶어요.

    여기서 먹고 싶어요 and 앉아서 마시고 싶어요 tell where, so that the verb is meant.
    """
    stays = any(predicate.root == "앉" for predicate in predicates) or any(m.form == "여기" for m in morphemes)
    wished = {
        p.root_start
        for p in predicates
        if not stays
        and "싶" in p.auxiliaries
        and not p.root.endswith("하")
        and not p.ending.endswith(("어서", "아서"))
    }
    void = wished | {p.root_start for p in predicates if p.short_negation or "않" in p.auxiliaries}
    return tuple(mention for mention in mentions if mention.start not in void)


def self_repair(sentence: Sentence) -> int | None:
    """Where the speaker takes back what came before: `두 잔, 아니 한 잔`; None when nothing is."""
    words = sentence.words
    for place, word in enumerate(words):
        if 0 < place < len(words) - 1 and word.text in ("아니", "아니요", "아니다", "아니면요"):
            return word.start
    return None


def _last_said(sentence: Sentence, numbers: tuple[Number, ...]) -> tuple[Number, ...]:
    repaired = self_repair(sentence)
    if repaired is None or not any(number.start > repaired for number in numbers):
        return numbers
    return tuple(number for number in numbers if number.start > repaired)


def _last_mentioned(sentence: Sentence, mentions: tuple[Mention, ...]) -> tuple[Mention, ...]:
    repaired = self_repair(sentence)
    if repaired is None:
        return mentions
    later = {mention.slot for mention in mentions if mention.start > repaired}
    return tuple(m for m in mentions if m.start > repaired or m.slot not in later)


def _in_the_foreground(mentions: tuple[Mention, ...], background: tuple[int, ...]) -> tuple[Mention, ...]:
    """Less those that a reason named before another was chosen: 유자차는 달아서 녹차로 할게요."""
    if not background:
        return mentions
    chosen = {mention.slot for mention in mentions if mention.start >= background[-1]}
    return tuple(m for m in mentions if m.start >= background[-1] or m.slot not in chosen)
