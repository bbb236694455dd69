"""One utterance in its turn: what it does, and how what it speaks of stands to what was asked and is taught."""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from kotoserver.korean.answering.context import Prepared
from kotoserver.korean.answering.intents import PreparedIntent
from kotoserver.korean.reading.acts import STATING, Act, act_of
from kotoserver.korean.reading.features import DECLINES, word_feature
from kotoserver.korean.reading.predicates import Predicate, offers
from kotoserver.korean.reading.reading import Reading
from kotoserver.korean.reading.stance import Stance
from kotoserver.korean.words.lexicon import GENERIC_ROOTS
from kotoserver.korean.words.numbers import counters_fit
from kotoserver.korean.words.themes import is_known, themes_of
from kotoserver.ports.morphology import Morpheme

TELLING_LITTLE = frozenset({"있", "없", "되", "하", "나", "오", "가"})
"""Verbs that tell little themselves: what is there, is done or comes tells."""
TIMES = frozenset({"오늘", "내일", "어제", "지금", "이번", "다음", "주말", "아침", "점심", "저녁", "평소", "보통"})
NEVER_SERVED = frozenset({"원", "시", "살", "층", "월"})
"""Counters of what nobody can hand over a number of: 만 원 부탁드립니다, to 상자 필요하세요?"""
_REASONS = ("어서", "아서", "여서", "니까", "으니까", "려고", "으려고")
_NOTHING = Morpheme("", "", 0, 0)


@dataclass(frozen=True)
class Saying:
    reading: Reading
    prepared: Prepared

    @property
    def answer(self) -> Stance:
        return self.reading.stance.answer

    @property
    def closing(self) -> Predicate | None:
        return self.reading.closing

    @property
    def asked(self) -> Predicate | None:
        """What the NPC's line ends with."""
        return self.prepared.npc.closing

    @cached_property
    def act(self) -> Act:
        return act_of(self.reading)

    @cached_property
    def was_asked(self) -> bool:
        """Whether the NPC asked; else it told or requested something."""
        at = self.asked.end if self.asked is not None else len(self.prepared.npc.text) - 1
        return self.prepared.npc.sentence.asks(at)

    @cached_property
    def was_offered(self) -> bool:
        """드릴까요?, 하시겠어요?"""
        return self.asked is not None and offers(self.asked)

    @cached_property
    def known(self) -> frozenset[str]:
        """Features of the NPC's line and of all examples."""
        return self.prepared.topic.union(*(intent.vocabulary for intent in self.prepared.intents))

    @cached_property
    def new_words(self) -> list[str]:
        return [f.removeprefix("w:") for f in self.reading.strange_to(self.known) if f.startswith("w:")]

    @property
    def says_known_words(self) -> bool:
        return any(feature in self.known for feature in self.reading.content)

    @property
    def repeats_the_verb(self) -> bool:
        """That of the question, or one that is taught."""
        if self.closing is None or self.closing.root == "이":
            return False
        if self.asked is not None and self.closing.root == self.asked.root:
            return True
        return self.closing.root not in GENERIC_ROOTS and self.named(self.closing.root) in self.known

    @property
    def gives_a_reason(self) -> bool:
        return any(p.ending.startswith(_REASONS) for p in self.reading.predicates)

    @property
    def hands_over(self) -> bool:
        """네, 번호 여기 있어요."""
        here = any(word.text.startswith(("여기", "이거", "이게", "이겁")) for word in self.reading.sentence.words)
        return here and self.closing is not None and self.closing.root in ("있", "이")

    @property
    def apologises(self) -> bool:
        """죄송하지만 일행이 있어요: no."""
        words = self.reading.sentence.words
        return self.was_asked and bool(words) and words[0].text.startswith(("죄송", "미안"))

    @cached_property
    def is_of_the_matter(self) -> bool:
        return any(themes_of([word]) & self.prepared.matter for word in self.new_words)

    @cached_property
    def speaks_of_another_matter(self) -> bool:
        """Whether all that is new in it belongs elsewhere, as far as it is known where it belongs."""
        known = [word for word in self.new_words if is_known(word)]
        named = bool(self.reading.nouns & self.known)
        return bool(known and self.prepared.matter) and not (named or self.is_of_the_matter)

    @cached_property
    def states_something_else(self) -> bool:
        """라면이 매워요, 형은 서른 살이에요: a statement on what neither the NPC nor an example speaks of."""
        if self.closing is None or self.act not in STATING or self.closing.root in TELLING_LITTLE:
            return False
        if DECLINES in self.reading.features:
            return False  # 지금은 배가 안 고파요
        if self.closing.root != "이" and self.named(self.closing.root) in self.known:
            return False
        return any(noun in self.new_words for noun in self._subjects)

    @cached_property
    def counts_something_else(self) -> bool:
        """스무 살이에요, where no age is spoken of; 세 잔이에요 for 세 명이에요 only counts it wrongly."""
        shown = [e.reading for intent in self.prepared.intents for e in intent.examples]
        taught = [number for each in (self.prepared.npc, *shown) for number in each.numbers]
        units = {number.counter for number in taught} - {None}
        said = [
            number
            for number in self.reading.numbers
            if number.counter not in (None, "개")
            and not self.reading.text[number.end :].lstrip().startswith("거리")  # 십 분 거리예요 tells where it is
        ]
        same = {number.value for number in said} & {number.value for number in taught}
        if not said or (same and not any(number.counter in NEVER_SERVED for number in said)):
            return False
        fitting = ((n.counter or "", unit or "") for n in said for unit in units)
        return not any(counters_fit(*pair) for pair in fitting if "개" not in pair or pair[0] not in NEVER_SERVED)

    def shares_with(self, intent: PreparedIntent) -> bool:
        """A word of the NPC's line or of an example, what the NPC counted, or the matter."""
        units = {number.counter for number in self.prepared.npc.numbers} - {None}
        counted = any(number.counter in units for number in self.reading.numbers)
        shared = self.prepared.topic | intent.vocabulary
        common = any(f in shared and not f.startswith("q:") for f in self.reading.content)
        return common or counted or self.is_of_the_matter

    @property
    def names_something(self) -> bool:
        """네, 더 필요한 거 없어요, which 네, 필요 없어요 does not."""
        pairs = pairwise([*self.reading.sentence.morphemes, _NOTHING])
        nouns = (n.form for n, after in pairs if n.tag in ("NNG", "NNP", "NNB") and after.tag[:2] != "XS")
        return any(form != "필요" for form in nouns)

    @property
    def names_nothing_new(self) -> bool:
        """Nothing that is spoken of: what stands with 에, 에서, 로 and the like is not."""
        pairs = pairwise([*self.reading.sentence.morphemes, _NOTHING])
        beside = ("JKB", "XSV", "XSA")
        things = (noun for noun, after in pairs if _is_thing(noun) and after.tag not in beside)
        return not any(self._word(noun) in self.new_words for noun in things)

    @cached_property
    def _subjects(self) -> list[str]:
        """Nouns with 이/가 or 은/는."""
        return [
            self._word(noun)
            for noun, after in pairwise(self.reading.sentence.morphemes)
            if (after.tag == "JKS" or (after.tag == "JX" and after.form in ("은", "는"))) and _is_thing(noun)
        ]

    def _word(self, noun: Morpheme) -> str:
        return self.named(noun.form).removeprefix("w:")

    def named(self, word: str) -> str:
        """The feature of a word."""
        return word_feature(word, self.prepared.synonyms)


def opens_with_yes_or_no(reading: Reading) -> bool:
    """네 and 아니요; 좋아요 tells as well how something is."""
    word = reading.stance.answer_word
    return word is not None and not word.text.startswith(("좋", "맞", "물론", "당연"))


def _is_thing(noun: Morpheme) -> bool:
    return noun.tag in ("NNG", "NNP", "XSN") and noun.form not in TIMES
