"""Whether an utterance that is like no example answers all the same, by what it does and what it speaks of."""

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

from kotoserver.korean.acts import STATING, WANTING, Act, act_of, kindred
from kotoserver.korean.context import Prepared
from kotoserver.korean.features import DECLINES, word_feature
from kotoserver.korean.intents import Match, PreparedIntent
from kotoserver.korean.lexicon import GENERIC_ROOTS, TAKING_ROOTS
from kotoserver.korean.predicates import Predicate
from kotoserver.korean.reading import Reading
from kotoserver.korean.stance import Stance
from kotoserver.korean.themes import is_known, themes_of
from kotoserver.ports.morphology import Morpheme

_REASONS = ("어서", "아서", "여서", "니까", "으니까", "려고", "으려고")
_NUMBERS = frozenset({"q:몇", "q:얼마", "q:언제"})
_WHEN = frozenset({"q:언제", "q:몇", "q:얼마나", "about:언제"})
_GOING = frozenset({"가", "오", "나가", "나오", "출발하", "도착하"})
_PREFERRING = frozenset({"좋", "좋아하", "편하", "낫", "괜찮", "맞", "필요하", "어울리"})
_TELLING_LITTLE = frozenset({"있", "없", "되", "하", "나", "오", "가"})
"""Verbs that tell little themselves: what is there, is done or comes tells."""
_TIMES = frozenset(
    {"오늘", "내일", "어제", "지금", "이번", "다음", "주말", "아침", "점심", "저녁", "평소", "보통"}
)
_PARTS_OF_THE_DAY = frozenset({"때", "밤", "낮", "새벽", "오전", "오후", "매일", "항상", "가끔", "전", "후"})
_SORRY = ("죄송", "미안")
_WITH = frozenset((form, "JKB") for form in ("와", "과", "하고", "랑", "이랑"))
_MOST = 5
"""Words of content; who says more speaks of something else."""


def fits_the_question(
    own: tuple[Match, ...], reading: Reading, prepared: Prepared, filled: frozenset[str]
) -> Match | None:
    """The likest intent that does the same as its examples do, or answers what was asked, on the same matter."""
    if not prepared.npc.text.strip():
        return None  # what was not asked is not answered
    said = _Said(reading=reading, prepared=prepared)
    free = said.act in STATING and said.act is not Act.NAMES and said.is_what_was_wondered
    if (said.counts_something_else and not free) or len(reading.content) > _MOST:
        return None
    given = (match for match in own if set(match.intent.needs) <= filled and said.agrees_with(match.intent))
    found = next((match for match in given if said.fits(match.intent)), None)
    return replace(found, by_likeness=False) if found is not None else None


def is_about_something_else(match: Match, reading: Reading, prepared: Prepared) -> bool:
    """Whether it states what has nothing in common with the turn, for all that it is like an example by chance."""
    if not match.by_likeness or not prepared.npc.text.strip():
        return False
    said = _Said(reading=reading, prepared=prepared)
    return said.has_nothing_in_common or said.only_mentions_it(match.intent)


@dataclass(frozen=True)
class _Said:
    """One utterance in its turn."""

    reading: Reading
    prepared: Prepared

    @cached_property
    def act(self) -> Act:
        return act_of(self.reading)

    @cached_property
    def known(self) -> frozenset[str]:
        """Features of the NPC's line and of all examples."""
        return self.prepared.topic.union(*(intent.vocabulary for intent in self.prepared.intents))

    @cached_property
    def new_words(self) -> list[str]:
        return [f.removeprefix("w:") for f in self.reading.strange_to(self.known) if f.startswith("w:")]

    @cached_property
    def asks_back(self) -> bool:
        closing = self.prepared.npc.closing
        at = closing.end if closing is not None else len(self.prepared.npc.text) - 1
        return self.prepared.npc.sentence.asks(at)

    @cached_property
    def wondered(self) -> frozenset[str]:
        """The question words of what was asked; none where it is answered by yes or no."""
        shown = (e.reading for intent in self.prepared.intents for e in intent.examples)
        if not self.asks_back or any(map(_opens_with_yes_or_no, shown)):
            return frozenset()
        npc = self.prepared.npc
        how = self._asks_how_it_is
        how |= any((m.form, m.tag) == ("어떤", "MM") for m in npc.sentence.morphemes)
        return frozenset({f for f in npc.features if f.startswith("q:")} | ({"q:어때"} if how else set()))

    @property
    def _asks_how_it_is(self) -> bool:
        """어때요?, which 어떻게 할까요? is not."""
        return any(p.root in ("어떻", "어떠") and p.ending != "게" for p in self.prepared.npc.predicates)

    @property
    def answer(self) -> Stance:
        return self.reading.stance.answer

    def agrees_with(self, intent: PreparedIntent) -> bool:
        """Whether its yes or no is not the other one."""
        if self.wondered and not _opens_with_yes_or_no(self.reading):
            return True
        stance = self.reading.stance
        contrary = (self.answer, stance.stance) == (Stance.FOR, Stance.AGAINST)
        if contrary and not (stance.mild or self._names_something or self._is_another_quality(intent)):
            return False  # 네, 필요 없어요
        answer = self.answer or (Stance.AGAINST if self.apologises else Stance.OPEN)
        if answer is not Stance.OPEN and intent.answers:
            return answer in intent.answers
        side = next(iter(intent.answers)) if len(intent.answers) == 1 else intent.leaning
        return side is Stance.OPEN or side is not (answer or self.reading.stance.stance).opposite

    def _is_another_quality(self, intent: PreparedIntent) -> bool:
        """네, 별로 안 뜨거워요, where 네, 식었어요 is taught."""
        closing = self.reading.closing
        return (
            self.act is Act.DESCRIBES and closing is not None and self._named(closing.root) not in intent.spoken_of
        )

    @property
    def apologises(self) -> bool:
        """죄송하지만 일행이 있어요: no."""
        words = self.reading.sentence.words
        return self.asks_back and bool(words) and words[0].text.startswith(_SORRY)

    def fits(self, intent: PreparedIntent) -> bool:
        acts = frozenset(act_of(example.reading) for example in intent.examples)
        if any(f.startswith("slot:") and f not in intent.vocabulary for f in self.reading.features):
            return False
        if self.wondered:
            return not _opens_with_yes_or_no(self.reading) and self._fills_in(intent, acts)
        if self.asks_back and self.answer in intent.answers:
            return self._elaborates(intent, acts)
        if self._tells_how_it_is or (self._takes_note and Act.NOTES in acts):
            return True
        freely = not self.asks_back and self.answer is Stance.FOR and self.is_of_the_matter
        if freely and self.act is not Act.ASKS:
            return True
        if self.speaks_of_another_matter or self.states_something_else:
            return False
        if self.act is Act.ASKS:
            follows = not self.asks_back and self.answer is Stance.FOR
            return self._asks_on(intent) if follows or Act.ASKS in acts else False
        if self.act is Act.NOTES:
            return Act.NOTES in acts and not self.asks_back
        if self._takes_the_place_of_what_is_taught(intent):
            return False
        return bool(acts & kindred(self.act, self.reading)) and self._is_related(intent)

    @property
    def _takes_note(self) -> bool:
        """고맙습니다. 잊어버렸네요; 네, 금방 나갈게요, to what the NPC only tells."""
        roots = {p.root for p in self.reading.predicates}
        if self.asks_back or self.act is Act.ASKS:
            return False
        if roots & {"고맙", "감사하"}:
            return True
        agrees = self.answer is Stance.FOR or bool(roots & {"괜찮", "알"})
        return agrees and self.act is Act.PLANS and self._names_nothing_new

    @property
    def _tells_how_it_is(self) -> bool:
        """색깔이 잘 어울려, to 이 가방 어때? 살까?"""
        closing = self.reading.closing
        if not self._asks_how_it_is or closing is None or self.speaks_of_another_matter:
            return False
        return self.act is Act.DESCRIBES or (closing.root in _PREFERRING and self.act in STATING)

    def _fills_in(self, intent: PreparedIntent, acts: frozenset[Act]) -> bool:
        """An answer to 뭐, 어디, 왜 and the like."""
        if self._takes_the_place_of_what_is_taught(intent) or self._leaves_the_number_open:
            return False
        if self.is_what_was_wondered and acts != {Act.ASKS}:
            return True
        if self.act is Act.ASKS or self.speaks_of_another_matter:
            return False
        named = self.reading.closing is not None and self.reading.closing.root == "이"
        if self.states_something_else and (named or not self.is_of_the_matter):
            return False
        given = bool(intent.needs) and self.act in STATING and self.is_of_the_matter
        return given or (bool(acts & kindred(self.act, self.reading)) and self._shares(intent))

    @property
    def _leaves_the_number_open(self) -> bool:
        """화장품이 있어요, to 얼마 보내시겠어요?"""
        told = bool(self.reading.numbers or self.reading.mentions) or "about:언제" in self.reading.features
        told |= any(m.form in _TIMES | _PARTS_OF_THE_DAY for m in self.reading.sentence.morphemes)
        return bool(self.wondered & _NUMBERS) and not told

    def _elaborates(self, intent: PreparedIntent, acts: frozenset[Act]) -> bool:
        """네 or 아니요, with what goes with it; why not may be anything."""
        asked, closing = self.prepared.npc.closing, self.reading.closing
        if self.act is Act.ASKS:
            known = Act.ASKS in acts and not self.speaks_of_another_matter
            return known or self._asks_on(intent)
        beside = self._asks_for_what_is_not_offered and not self.is_of_the_matter
        if self.answer is Stance.FOR and (self.goes_elsewhere or beside):
            return self.gives_a_reason
        if self.answer is Stance.FOR and acts == {Act.ASKS}:
            return self.gives_a_reason
        if self.act is not Act.PLANS or asked is None or self.gives_a_reason:
            return True
        return not self._does_another_thing(asked, closing)

    @cached_property
    def goes_elsewhere(self) -> bool:
        """네, 서울역에 가요; 네, 누나가 있어요, where neither is of the matter."""
        if self._repeats_the_verb or self._hands_over or self.act not in STATING:
            return False
        if self.speaks_of_another_matter or (self.states_something_else and not self.is_of_the_matter):
            return True
        closing, asked = self.reading.closing, self.prepared.npc.closing
        related = self.is_of_the_matter or self._says_known_words or not self.new_words
        if asked is not None and _offers(asked) and not related:
            return not self.gives_a_reason  # 네, 거의 매일 와요, to 라떼 드릴까요?
        little = closing is not None and closing.root in _TELLING_LITTLE
        return not little and any(noun in self.new_words for noun in self._roles) and not self.is_of_the_matter

    @property
    def _asks_for_what_is_not_offered(self) -> bool:
        """네, 봉투에 담아 주세요, to 처음 오셨어요?"""
        asked = self.prepared.npc.closing
        taught = (act_of(e.reading) for intent in self.prepared.intents for e in intent.examples)
        offered = asked is not None and _offers(asked)
        wants = self.act is Act.REQUESTS or (self.act is Act.PLANS and asked is not None and not asked.past)
        return wants and not offered and not any(act in WANTING for act in taught)

    @property
    def _hands_over(self) -> bool:
        """네, 번호 여기 있어요."""
        closing = self.reading.closing
        here = any(word.text.startswith(("여기", "이거", "이게", "이겁")) for word in self.reading.sentence.words)
        return here and closing is not None and closing.root in ("있", "이")

    @property
    def gives_a_reason(self) -> bool:
        return any(p.ending.startswith(_REASONS) for p in self.reading.predicates)

    @property
    def _repeats_the_verb(self) -> bool:
        closing, asked = self.reading.closing, self.prepared.npc.closing
        if closing is None or closing.root == "이":
            return False
        if asked is not None and closing.root == asked.root:
            return True
        return closing.root not in GENERIC_ROOTS and self._named(closing.root) in self.known

    def _does_another_thing(self, asked: Predicate, closing: Predicate | None) -> bool:
        """네, 체크인할게요, to 체크아웃하시겠어요?"""
        if closing is None or not _offers(asked) or {asked.root, closing.root} & GENERIC_ROOTS:
            return False
        return self._named(closing.root) not in self.known

    @cached_property
    def is_what_was_wondered(self) -> bool:
        asked, closing = self.prepared.npc.closing, self.reading.closing
        if asked is None or self.act not in STATING | WANTING:
            return False
        same_time = closing is not None and closing.past == asked.past
        if "q:왜" in self.wondered:
            shown = {p.past for i in self.prepared.intents for e in i.examples if (p := e.reading.closing)}
            told = closing is not None and closing.past and (closing.past == asked.past or shown == {True})
            return self.gives_a_reason or (told and self.act in STATING)
        if "q:뭐" in self.wondered and asked.root == "하":
            unsure = closing is not None and closing.root == "모르"
            return self.act is Act.PLANS or unsure if asked.future else same_time and self.act is Act.TELLS
        if "q:누구" in self.wondered:
            return any((m.form, m.tag) in _WITH for m in self.reading.sentence.morphemes)
        if "q:어디" in self.wondered and self._says_where(asked, closing):
            return True
        free = asked.root in ("이", "어떻", "어떠") or not self.speaks_of_another_matter
        return "q:어때" in self.wondered and self.act is Act.DESCRIBES and free

    def _says_where(self, asked: Predicate, closing: Predicate | None) -> bool:
        if asked.root not in ("있", "이"):
            return False
        here = self.act is Act.NAMES and not self.reading.numbers and bool(self.reading.nouns)
        going = closing is not None and closing.root in _GOING and self.act is Act.TELLS
        here = here and not self.speaks_of_another_matter
        placed = any(
            noun.tag in ("NNG", "NNP") and (particle.tag, particle.form) in (("JKB", "에"), ("JKB", "에서"))
            for noun, particle in pairwise(self.reading.sentence.morphemes)
        )
        return here or going or (placed and not self.states_something_else)

    @cached_property
    def speaks_of_another_matter(self) -> bool:
        """Whether all that is new in it belongs elsewhere, as far as it is known where it belongs."""
        known = [word for word in self.new_words if is_known(word)]
        named = bool(self.reading.nouns & self.known)
        return bool(known and self.prepared.matter) and not (named or self.is_of_the_matter)

    @cached_property
    def is_of_the_matter(self) -> bool:
        return any(themes_of([word]) & self.prepared.matter for word in self.new_words)

    @cached_property
    def states_something_else(self) -> bool:
        """라면이 매워요, 형은 서른 살이에요: a statement on what neither the NPC nor an example speaks of."""
        closing = self.reading.closing
        if closing is None or self.act not in STATING or closing.root in _TELLING_LITTLE:
            return False
        if DECLINES in self.reading.features:
            return False  # 지금은 배가 안 고파요
        if closing.root != "이" and self._named(closing.root) in self.known:
            return False
        return any(noun in self.new_words for noun in self._subjects)

    @cached_property
    def counts_something_else(self) -> bool:
        """스무 살이에요, where nobody speaks of anybody's age."""
        shown = [e.reading for intent in self.prepared.intents for e in intent.examples]
        units = {number.counter for each in (self.prepared.npc, *shown) for number in each.numbers}
        said = {number.counter for number in self.reading.numbers} - {None, "개"}
        return bool(said) and not said & units

    @property
    def _says_known_words(self) -> bool:
        return any(feature in self.known for feature in self.reading.content)

    @cached_property
    def has_nothing_in_common(self) -> bool:
        if self.act not in STATING or self._repeats_the_verb or self.reading.closing is None:
            return False
        if self._says_known_words:
            return False
        if self.answer is Stance.AGAINST and self.asks_back:
            return False  # 아니요, 회의가 있어요
        if self.answer is Stance.FOR and self.goes_elsewhere:
            return True
        if self.reading.closing.root in ("있", "없", "되", "하"):
            return False
        return self.counts_something_else or self.speaks_of_another_matter

    def only_mentions_it(self, intent: PreparedIntent) -> bool:
        """부산은 바다가 예뻐요, where a ticket to 부산 is to be asked for."""
        closing = self.reading.closing
        if closing is None or self.act not in (Act.DESCRIBES, Act.TELLS) or self.answer is not Stance.OPEN:
            return False
        if (
            closing.root in GENERIC_ROOTS | TAKING_ROOTS | _PREFERRING | _TELLING_LITTLE
            or self._named(closing.root) in self.known
        ):
            return False
        if closing.honorific:
            return False
        acts = {act_of(example.reading) for example in intent.examples}
        if acts <= WANTING:
            return not self.wondered - {"q:뭐"} or bool(intent.needs)
        if not intent.needs or self._names_nothing_new:
            return False
        if self.act is Act.DESCRIBES and Act.TELLS in acts:
            return self.states_something_else and not self.is_of_the_matter
        return self.act not in acts

    def _takes_the_place_of_what_is_taught(self, intent: PreparedIntent) -> bool:
        """배가 아파요, where every example says that it is the head, or 재미없어요, where it is to be fun."""
        shown, all_of_it = [e.reading for e in intent.examples], frozenset(intent.vocabulary)
        named = all_of_it.intersection(*(each.nouns for each in shown)) - self.prepared.topic
        if named and self.reading.nouns and not named & self.reading.nouns:
            return True
        every = all_of_it.intersection(*(each.content for each in shown)) - self.prepared.topic
        told = {f for f in every if not f.startswith("q:")} - {self._named(root) for root in _TELLING_LITTLE}
        return bool(told) and not told & self.reading.features.keys()

    def _asks_on(self, intent: PreparedIntent) -> bool:
        """몇 분 후에 와요?, where 언제 와요? is taught; 왜요?, which names nothing new."""
        asked = {f for f in self.reading.features if f.startswith("q:")}
        closing = self.reading.closing
        if closing is not None and closing.root == "되" and "q:어떻게" in asked:
            asked = asked | {"q:뭐"}  # 비밀번호가 어떻게 돼요?
        shown = {f for f in intent.vocabulary if f.startswith(("q:", "about:"))}
        alike = bool(asked) and bool(asked & shown or (asked & _WHEN and shown & _WHEN))
        if alike and not self.speaks_of_another_matter:
            return True
        return not self._takes_the_place_of_what_is_taught(intent) and self._is_related(intent)

    def _is_related(self, intent: PreparedIntent) -> bool:
        return self._shares(intent) or self.leaves_out_what_is_spoken_of

    def _shares(self, intent: PreparedIntent) -> bool:
        units = {number.counter for number in self.prepared.npc.numbers} - {None}
        counted = any(number.counter in units for number in self.reading.numbers)
        shared = self.prepared.topic | intent.vocabulary
        common = any(f in shared and not f.startswith("q:") for f in self.reading.content)
        return common or counted or self.is_of_the_matter

    @property
    def leaves_out_what_is_spoken_of(self) -> bool:
        """너무 어려웠어, 집에 두고 왔어요: it names nothing new and so is about what is spoken of."""
        asked, closing = self.prepared.npc.closing, self.reading.closing
        if closing is None or self.act in WANTING:
            return False
        if self.asks_back and self.act in STATING and asked is not None and asked.past != closing.past:
            return False
        return self._names_nothing_new

    @property
    def _names_something(self) -> bool:
        """네, 더 필요한 거 없어요, which 네, 필요 없어요 does not."""
        pairs = pairwise([*self.reading.sentence.morphemes, Morpheme("", "", 0, 0)])
        nouns = (n.form for n, after in pairs if n.tag in ("NNG", "NNP", "NNB") and after.tag[:2] != "XS")
        return any(form != "필요" for form in nouns)

    @property
    def _names_nothing_new(self) -> bool:
        return not any(noun in self.new_words for noun in self._roles)

    @cached_property
    def _subjects(self) -> list[str]:
        """Nouns with 이/가 or 은/는."""
        return [
            self._word(noun)
            for noun, particle in pairwise(self.reading.sentence.morphemes)
            if (particle.tag == "JKS" or (particle.tag == "JX" and particle.form in ("은", "는")))
            and _is_thing(noun)
        ]

    @cached_property
    def _roles(self) -> list[str]:
        """Nouns that are spoken of: all but those with 에, 에서, 로 and the like."""
        pairs = pairwise([*self.reading.sentence.morphemes, Morpheme("", "", 0, 0)])
        return [
            self._word(noun)
            for noun, particle in pairs
            if _is_thing(noun) and particle.tag not in ("JKB", "XSV", "XSA")
        ]

    def _word(self, noun: Morpheme) -> str:
        return self._named(noun.form).removeprefix("w:")

    def _named(self, word: str) -> str:
        return word_feature(word, self.prepared.synonyms)


def _opens_with_yes_or_no(reading: Reading) -> bool:
    """네 and 아니요; 좋아요 tells as well how something is."""
    word = reading.stance.answer_word
    return word is not None and not word.text.startswith(("좋", "맞", "물론", "당연"))


def _offers(asked: Predicate) -> bool:
    """드릴까요?, 하시겠어요?"""
    return asked.future or asked.ending.endswith("까요")


def _is_thing(noun: Morpheme) -> bool:
    return noun.tag in ("NNG", "NNP", "XSN") and noun.form not in _TIMES
