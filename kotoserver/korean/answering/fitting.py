"""Whether an utterance that is like no example answers all the same, by what it does and what it speaks of."""

from dataclasses import replace

from kotoserver.korean.answering.context import Prepared
from kotoserver.korean.answering.elsewhere import asks_for_what_is_not_offered, goes_elsewhere
from kotoserver.korean.answering.intents import Match, PreparedIntent
from kotoserver.korean.answering.saying import TELLING_LITTLE, Saying, opens_with_yes_or_no
from kotoserver.korean.answering.wondering import (
    PREFERRING,
    answers_it,
    asks_how_it_is,
    leaves_the_number_open,
    wondered,
)
from kotoserver.korean.reading.acts import STATING, WANTING, Act, act_of, kindred
from kotoserver.korean.reading.reading import Reading
from kotoserver.korean.reading.stance import Stance
from kotoserver.korean.words.lexicon import GENERIC_ROOTS

_WHEN = frozenset({"q:언제", "q:몇", "q:얼마나", "about:언제"})
_MOST = 5
"""Words of content; who says more speaks of something else."""


_PAID_WITH = ("카드", "신용카드", "체크카드", "교통카드", "현금", "휴대폰", "핸드폰", "카카오페이", "삼성페이")


def fits_the_question(
    own: tuple[Match, ...], reading: Reading, prepared: Prepared, filled: frozenset[str]
) -> Match | None:
    """The likest intent that does the same as its examples do, or answers what was asked, on the same matter."""
    said = Saying(reading=reading, prepared=prepared)
    if not prepared.npc.text.strip() or len(reading.content) > _MOST:
        return None  # what was not asked is not answered
    about = wondered(said)
    told = said.act in STATING - {Act.NAMES} and answers_it(said, about)
    if said.counts_something_else and not told:
        return None
    for match in own:
        given = set(match.intent.needs) <= filled
        if given and _takes_its_side(said, match.intent, about) and _fits(said, match.intent, about):
            return replace(match, by_likeness=False)
    return None


def _takes_its_side(said: Saying, intent: PreparedIntent, about: frozenset[str]) -> bool:
    """Whether its yes or no is not the other one."""
    if about and not opens_with_yes_or_no(said.reading):
        return True
    stance = said.reading.stance
    contrary = (stance.answer, stance.stance) == (Stance.FOR, Stance.AGAINST)
    if contrary and not (stance.mild or said.names_something or _is_another_quality(said, intent)):
        return False  # 네, 필요 없어요
    answer = stance.answer or (Stance.AGAINST if said.apologises else Stance.OPEN)
    if answer is not Stance.OPEN and intent.answers:
        return answer in intent.answers
    side = next(iter(intent.answers)) if len(intent.answers) == 1 else intent.leaning
    return side is Stance.OPEN or side is not (answer or stance.stance).opposite


def _is_another_quality(said: Saying, intent: PreparedIntent) -> bool:
    """네, 별로 안 뜨거워요, where 네, 식었어요 is taught."""
    closing = said.closing
    return said.act is Act.DESCRIBES and closing is not None and said.named(closing.root) not in intent.spoken_of


def _fits(said: Saying, intent: PreparedIntent, about: frozenset[str]) -> bool:
    if any(f.startswith("slot:") and f not in intent.vocabulary for f in said.reading.features):
        return False
    acts = frozenset(act_of(example.reading) for example in intent.examples)
    if about:
        return not opens_with_yes_or_no(said.reading) and _fills_in(said, intent, acts, about)
    if said.was_asked and said.answer in intent.answers:
        return _elaborates(said, intent, acts)
    if _tells_how_it_is(said):
        return True
    return _does_the_same(said, intent, acts) if said.was_asked else _follows(said, intent, acts)


def _fills_in(said: Saying, intent: PreparedIntent, acts: frozenset[Act], about: frozenset[str]) -> bool:
    """An answer to 뭐, 어디, 왜 and the like."""
    if _takes_the_place_of_what_is_taught(said, intent) or leaves_the_number_open(said, about):
        return False
    if answers_it(said, about) and acts != {Act.ASKS}:
        return True
    if said.act is Act.ASKS or said.speaks_of_another_matter:
        return False
    named = said.closing is not None and said.closing.root == "이"
    if said.states_something_else and (named or not said.is_of_the_matter):
        return False
    given = bool(intent.needs) and said.act in STATING and said.is_of_the_matter
    return given or (bool(acts & kindred(said.act, said.reading)) and said.shares_with(intent))


def _elaborates(said: Saying, intent: PreparedIntent, acts: frozenset[Act]) -> bool:
    """네 or 아니요, with what goes with it; why not may be anything."""
    if said.act is Act.ASKS:
        known = Act.ASKS in acts and not said.speaks_of_another_matter
        return known or _asks_on(said, intent)
    if said.gives_a_reason:
        return True
    if said.answer is Stance.FOR and (goes_elsewhere(said) or acts == {Act.ASKS}):
        return False
    if said.answer is Stance.FOR and asks_for_what_is_not_offered(said) and not said.is_of_the_matter:
        return False
    return said.act is not Act.PLANS or not _does_another_thing(said)


def _does_another_thing(said: Saying) -> bool:
    """네, 체크인할게요, to 체크아웃하시겠어요?"""
    if said.closing is None or said.asked is None or not said.was_offered:
        return False
    if {said.asked.root, said.closing.root} & GENERIC_ROOTS:
        return False
    return said.named(said.closing.root) not in said.known


def _tells_how_it_is(said: Saying) -> bool:
    """색깔이 잘 어울려, to 이 가방 어때? 살까?"""
    closing = said.closing
    if not asks_how_it_is(said) or closing is None or said.speaks_of_another_matter:
        return False
    return said.act is Act.DESCRIBES or (closing.root in PREFERRING and said.act in STATING)


def _follows(said: Saying, intent: PreparedIntent, acts: frozenset[Act]) -> bool:
    """What is said to something that the NPC only told or requested."""
    if (_takes_note(said) and Act.NOTES in acts) or _pays(said):
        return True
    if said.answer is Stance.FOR and said.is_of_the_matter and said.act is not Act.ASKS:
        return True
    if said.act is Act.NOTES or said.speaks_of_another_matter or said.states_something_else:
        return said.act is Act.NOTES and Act.NOTES in acts
    if said.act is Act.ASKS and (said.answer is Stance.FOR or said.names_nothing_new):
        return _asks_on(said, intent)
    return _does_the_same(said, intent, acts)


def _pays(said: Saying) -> bool:
    """카드로 할게요, to 삼천오백 원입니다."""
    told = any(number.counter == "원" for number in said.prepared.npc.numbers)
    means = any(said.named(noun) in said.reading.nouns for noun in _PAID_WITH)
    return told and means and said.act in WANTING and said.reading.stance.stance is Stance.FOR


def _takes_note(said: Saying) -> bool:
    """고맙습니다. 잊어버렸네요; 네, 금방 나갈게요."""
    if said.act is Act.ASKS:
        return False
    roots = {p.root for p in said.reading.predicates}
    if roots & {"고맙", "감사하"}:
        return True
    agrees = said.answer is Stance.FOR or bool(roots & {"괜찮", "알"})
    return agrees and said.act is Act.PLANS and said.names_nothing_new


def _does_the_same(said: Saying, intent: PreparedIntent, acts: frozenset[Act]) -> bool:
    """Asks where asking is taught, states where stating is, on the same matter."""
    if said.speaks_of_another_matter or said.states_something_else or said.act is Act.NOTES:
        return False
    if said.act is Act.ASKS:
        return Act.ASKS in acts and _asks_on(said, intent)
    if _takes_the_place_of_what_is_taught(said, intent) or _leaves_yes_and_no_open(said):
        return False
    return bool(acts & kindred(said.act, said.reading)) and _is_related(said, intent)


def _leaves_yes_and_no_open(said: Saying) -> bool:
    """어제 영화를 봤어요, to 비행기표는 있으십니까?: neither yes nor no, and not a word of what was asked."""
    told = said.says_known_words or said.repeats_the_verb or said.names_nothing_new or said.apologises
    wondered_about = any(feature.startswith(("q:", "about:")) for feature in said.prepared.npc.features)
    answers = any(intent.answers for intent in said.prepared.intents)
    yes_or_no = said.was_asked and answers and not wondered_about
    return yes_or_no and said.act in STATING and not told


def _asks_on(said: Saying, intent: PreparedIntent) -> bool:
    """몇 분 후에 와요?, where 언제 와요? is taught; 왜요?, which names nothing new."""
    asked = {f for f in said.reading.features if f.startswith("q:")}
    if said.closing is not None and said.closing.root == "되" and "q:어떻게" in asked:
        asked = asked | {"q:뭐"}  # 비밀번호가 어떻게 돼요?
    shown = {f for f in intent.vocabulary if f.startswith(("q:", "about:"))}
    alike = bool(asked) and bool(asked & shown or (asked & _WHEN and shown & _WHEN))
    if alike and not said.speaks_of_another_matter:
        return True
    if not said.was_asked and said.names_nothing_new and not said.speaks_of_another_matter:
        return True  # 언제 고쳐요?, to 지금 고장이에요
    return not _takes_the_place_of_what_is_taught(said, intent) and _is_related(said, intent)


def _takes_the_place_of_what_is_taught(said: Saying, intent: PreparedIntent) -> bool:
    """배가 아파요, where every example says that it is the head, or 재미없어요, where it is to be fun."""
    shown, all_of_it = [e.reading for e in intent.examples], frozenset(intent.vocabulary)
    named = all_of_it.intersection(*(each.nouns for each in shown)) - said.prepared.topic
    if named and said.reading.nouns and not named & said.reading.nouns:
        return True
    every = all_of_it.intersection(*(each.content for each in shown)) - said.prepared.topic
    told = {f for f in every if not f.startswith("q:")} - {said.named(root) for root in TELLING_LITTLE}
    return bool(told) and not told & said.reading.features.keys()


def _is_related(said: Saying, intent: PreparedIntent) -> bool:
    return said.shares_with(intent) or _leaves_out_what_is_spoken_of(said)


def _leaves_out_what_is_spoken_of(said: Saying) -> bool:
    """너무 어려웠어, 집에 두고 왔어요: it names nothing new and so is about what is spoken of."""
    asked, closing = said.asked, said.closing
    if closing is None or said.act in (Act.REQUESTS, Act.PLANS):
        return False
    if said.was_asked and said.act in STATING and asked is not None and asked.past != closing.past:
        return False
    return said.names_nothing_new
