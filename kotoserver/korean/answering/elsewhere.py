"""What speaks against an answer: it states what belongs to another question, or only mentions what is taught."""

from kotoserver.korean.answering.context import Prepared
from kotoserver.korean.answering.intents import Match, PreparedIntent
from kotoserver.korean.answering.saying import NEVER_SERVED, TELLING_LITTLE, Saying
from kotoserver.korean.answering.wondering import PREFERRING, wondered
from kotoserver.korean.reading.acts import STATING, WANTING, Act, act_of
from kotoserver.korean.reading.reading import Reading
from kotoserver.korean.reading.stance import Stance
from kotoserver.korean.words.lexicon import GENERIC_ROOTS, TAKING_ROOTS


def is_about_something_else(match: Match, reading: Reading, prepared: Prepared) -> bool:
    """Whether it states what has nothing in common with the turn, for all that it is like an example by chance."""
    if not match.by_likeness or not prepared.npc.text.strip():
        return False
    said = Saying(reading=reading, prepared=prepared)
    return (
        _has_nothing_in_common(said)
        or _only_mentions_it(said, match.intent)
        or _orders_something_else(said, match)
    )


def goes_elsewhere(said: Saying) -> bool:
    """네, 누나가 있어요, to 텀블러 가져오셨어요?: behind yes comes what is of the matter, or a reason."""
    if said.repeats_the_verb or said.hands_over or said.act not in STATING:
        return False
    if said.speaks_of_another_matter or (said.states_something_else and not said.is_of_the_matter):
        return True
    related = said.is_of_the_matter or said.says_known_words or not said.new_words
    if said.was_offered and not related:
        return not said.gives_a_reason  # 네, 거의 매일 와요, to 라떼 드릴까요?
    little = said.closing is not None and said.closing.root in TELLING_LITTLE
    return not (little or said.names_nothing_new or said.is_of_the_matter)


def asks_for_what_is_not_offered(said: Saying) -> bool:
    """네, 봉투에 담아 주세요, to 처음 오셨어요?"""
    taught = (act_of(e.reading) for intent in said.prepared.intents for e in intent.examples)
    wants = said.act is Act.REQUESTS
    wants |= said.act is Act.PLANS and said.asked is not None and not said.asked.past
    return wants and not said.was_offered and not any(act in WANTING for act in taught)


def _has_nothing_in_common(said: Saying) -> bool:
    if said.repeats_the_verb or said.says_known_words:
        return False
    if said.answer is Stance.FOR and asks_for_what_is_not_offered(said) and not said.is_of_the_matter:
        return said.act is Act.REQUESTS and said.was_asked
    if said.closing is None:
        return said.counts_something_else and said.act is Act.NAMES
    if said.act is Act.REQUESTS and said.counts_something_else:
        return any(number.counter in NEVER_SERVED for number in said.reading.numbers)
    if said.act not in STATING:
        return False
    if said.answer is Stance.AGAINST and said.was_asked:
        return False  # 아니요, 회의가 있어요
    if said.answer is Stance.FOR and goes_elsewhere(said):
        return True
    if said.closing.root in ("있", "없", "되", "하"):
        return False
    return said.counts_something_else or said.speaks_of_another_matter


def _orders_something_else(said: Saying, match: Match) -> bool:
    """물 주세요, to 물은 셀프예요; 두 개 주세요, to 데워 드릴까요?"""
    closing = said.closing
    if said.act is not Act.REQUESTS or closing is None or closing.root != "주" or match.intent.needs:
        return False
    acts = {act_of(example.reading) for example in match.intent.examples}
    if acts == {Act.NOTES} and not said.was_asked:
        return True
    done_for_them = said.asked is not None and "드리" in said.asked.auxiliaries
    counted = any(example.reading.numbers for example in match.intent.examples)
    only_counts = bool(said.reading.numbers) and not (said.new_words or said.says_known_words)
    return done_for_them and only_counts and not counted


def _only_mentions_it(said: Saying, intent: PreparedIntent) -> bool:
    """부산은 바다가 예뻐요, where a ticket to 부산 is to be asked for."""
    closing = said.closing
    if closing is None or said.act not in (Act.DESCRIBES, Act.TELLS) or said.answer is not Stance.OPEN:
        return False
    if closing.honorific or said.named(closing.root) in said.known:
        return False
    if closing.root in GENERIC_ROOTS | TAKING_ROOTS | PREFERRING | TELLING_LITTLE:
        return False
    acts = {act_of(example.reading) for example in intent.examples}
    if acts <= WANTING:
        return bool(intent.needs) or wondered(said) <= {"q:뭐"}
    if not intent.needs or said.names_nothing_new:
        return False
    if said.act is Act.DESCRIBES and Act.TELLS in acts:
        return said.states_something_else and not said.is_of_the_matter
    return said.act not in acts
