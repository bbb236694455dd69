"""Yes and no: which intent an utterance fulfils that consents, declines or answers what was asked."""

from itertools import pairwise

from kotoserver.korean.answering.context import Prepared
from kotoserver.korean.answering.intents import Match, PreparedIntent
from kotoserver.korean.answering.opposing import gives_a_quality_as_reason, opposes
from kotoserver.korean.answering.ranking import ENOUGH, NEAR, STANCE_PENALTY
from kotoserver.korean.reading.acts import STATING, act_of
from kotoserver.korean.reading.predicates import Predicate, offers
from kotoserver.korean.reading.reading import Reading
from kotoserver.korean.reading.stance import Stance
from kotoserver.korean.words.lexicon import (
    CARRYING_ROOTS,
    DECLINING,
    DEGREES,
    GENERIC_ROOTS,
    PUTTING_OFF,
    REMOVING,
    REQUEST_ROOTS,
    TAKING_ROOTS,
)

_ALIKE = 0.8
"""How near another intent has to come to the nearest, where the answer word speaks for it."""
_LITTLE = 2
"""Words of content beside 네 or 아니요 that may belong to nothing that is taught."""
_BY_NOW = frozenset({"아직", "벌써", "이미"})
_THEN = frozenset({"어제", "어젯밤", "아까", "오늘", "아침", "방금", "지금", "저녁"})
_AGREEING = frozenset({"좋", "되", "물론", "당연하", "그러", "상관없", "상관"})


def first_that_agrees(fitting: list[Match], reading: Reading) -> Match | None:
    """The nearest; 안 데울게요 is nearer to 안 데워도 돼요 than to 제가 데울게요, as alike as the words are."""
    first = fitting[0] if fitting else None
    said = reading.stance.stance
    if first is None or said is Stance.OPEN or first.intent.leaning is not said.opposite:
        return first
    if reading.stance.answer is first.intent.leaning:
        return first  # 아니요, 봉투 있어요
    if first.example is not None and first.example.reading.stance.stance is said:
        return first  # 음료만 마실래, which declines in other words
    return next((match for match in fitting if match.intent.leaning is said), first)


def as_answered(best: Match, own: tuple[Match, ...], reading: Reading, prepared: Prepared) -> Match:
    """아니요, 하나만 주세요: of two that fit, the one whose examples say 아니요 and not the one that says 네."""
    said, closing, asked = reading.stance.answer, reading.closing, prepared.npc.closing
    same = closing is not None and asked is not None and closing.root == asked.root
    if same and act_of(reading) not in STATING:
        return best  # 아니요, 데워 주세요, to 데워 드릴까요?
    if best.intent.answers != {said.opposite} or reading.stance.mild:
        return best
    others = (
        match
        for match in own
        if said in _answers_of(match.intent)
        and (match.score >= _ALIKE * best.score or _only_so_much(reading))
        and not match.intent.needs
        and not opposes(reading, match.intent)
    )
    return next(others, best)


def _only_so_much(reading: Reading) -> bool:
    """아니요, 영수증만 주세요; 아니요, 벌써 찍었어요: what is offered is not taken."""
    only = any((m.form, m.tag) == ("만", "JX") for m in reading.sentence.morphemes)
    return (
        only
        or gives_a_quality_as_reason(reading)
        or any(word.text in ("벌써", "이미") for word in reading.sentence.words)
    )


def _answers_of(intent: PreparedIntent) -> set[Stance]:
    return {example.reading.stance.answer for example in intent.examples} - {Stance.OPEN}


def by_the_answer(own: tuple[Match, ...], reading: Reading) -> Match | None:
    """네, 벌써 샀어요: the yes or no that is said decides, where yes is one intent and no another."""
    stance = reading.stance
    if stance.answer is Stance.OPEN or stance.stance is not stance.answer or stance.mild:
        return None
    leaning = [m for m in own if m.intent.leaning is stance.answer]
    apart = any(m.intent.leaning is stance.answer.opposite for m in own)
    closing = reading.closing
    shows = closing is None or closing.root in GENERIC_ROOTS or closing.auxiliaries[:1] == ("하",)
    plain = shows or _describes(reading, closing)  # 네, 체크인할게요 does something else
    alone = plain and len(own) == 1 and _answers_of(own[0].intent) == {stance.answer}
    if not (apart or alone) or len(leaning) != 1 or leaning[0].intent.needs:
        return None
    asks = any(feature.startswith("q:") for feature in reading.features)
    told = reading.content
    return leaning[0] if not asks and len(told) <= (_LITTLE if apart else 1) else None


def _describes(reading: Reading, closing: Predicate | None) -> bool:
    """아니요, 회원이 아니에요; 응, 나도 배고파: how it is, which is a reason for the yes or no."""
    tags = {m.tag for m in reading.sentence.morphemes[closing.first : closing.first + 2]} if closing else set()
    return bool(tags & {"VA", "VCN", "XSA"})


def answers_alike(match: Match, own: tuple[Match, ...], reading: Reading, prepared: Prepared) -> bool:
    """Whether, of yes and no, it says what this intent says, in words of its own: 안 주셔도 돼요."""
    said = reading.stance.stance
    answer = reading.stance.answer
    by_word = answer is not Stance.OPEN and _is_the_only_one(match, own, answer)
    if said is Stance.OPEN or opposes(reading, match.intent) or not (match.intent.leaning is said or by_word):
        return False
    expected = prepared.topic.union(*(each.intent.vocabulary for each in own), _where_it_is(reading, prepared))
    if by_word:
        expected = expected.union(_placed(reading, prepared))
        plain = TAKING_ROOTS | CARRYING_ROOTS  # 아니요, 그냥 가져갈게요
        expected = expected.union(f"w:{prepared.synonyms.get(word, word)}" for word in plain)
    if said is Stance.AGAINST:
        expected = expected.union(f"w:{prepared.synonyms.get(w, w)}" for w in PUTTING_OFF | {"계산"})
    if said is Stance.FOR and _is_offer(prepared):
        expected = expected.union(f"w:{prepared.synonyms.get(word, word)}" for word in TAKING_ROOTS)
    alike = [other for other in own if other.intent.leaning is said]
    apart = any(other.intent.leaning is said.opposite for other in own) and len(alike) == 1
    alone = by_word or apart or any(opposes(reading, other.intent) for other in own)
    return alone and not reading.strange_to(expected)


def _is_offer(prepared: Prepared) -> bool:
    offer = prepared.npc.closing
    return offer is not None and (offer.ending.endswith("까요") or offer.root == "필요하")


def _is_the_only_one(match: Match, own: tuple[Match, ...], answer: Stance) -> bool:
    """Whether of all intents its examples alone open with this answer, and with no other."""
    opened = {m.intent.id: {e.reading.stance.answer for e in m.intent.examples} - {Stance.OPEN} for m in own}
    return [intent for intent, answers in opened.items() if answer in answers] == [match.intent.id] and opened[
        match.intent.id
    ] == {answer}


def _where_it_is(reading: Reading, prepared: Prepared) -> frozenset[str]:
    """The place, where it was asked whether there is something: 네, 가방에 있어요."""
    asked, told = prepared.npc.closing, reading.closing
    if asked is None or told is None or (asked.root, told.root) != ("있", "있"):
        return frozenset()
    return _placed(reading, prepared)


def _placed(reading: Reading, prepared: Prepared) -> frozenset[str]:
    """Nouns with 에: 가방에, 손에."""
    return frozenset(
        f"w:{prepared.synonyms.get(noun.form, noun.form)}"
        for noun, particle in pairwise(reading.sentence.morphemes)
        if noun.tag in ("NNG", "NNP") and (particle.form, particle.tag) == ("에", "JKB")
    )


def plain_refusal(own: tuple[Match, ...], reading: Reading, prepared: Prepared) -> Match | None:
    """아니요, 괜찮아요 where something was offered and all that is taught declines it in words of its own."""
    offer = prepared.npc.closing
    if len(own) != 1 or own[0].intent.stance is not Stance.AGAINST or offer is None:
        return None
    offered = offers(offer) or offer.root == "필요하"
    plain = DECLINING | {"되"}
    if any(p.negated for p in reading.predicates):
        plain |= {"주", "하", "필요하"}  # 안 주셔도 돼요
    said = {p.root for p in reading.predicates if p.start not in reading.noise}
    declines = reading.stance.stance is Stance.AGAINST and bool(said) and said <= plain
    return own[0] if offered and declines and reading.nouns <= prepared.topic else None


def plain_consent(own: tuple[Match, ...], reading: Reading, prepared: Prepared) -> Match | None:
    """부탁드려요, where something was offered; 다 했어요, where that was asked: yes, though no 네 is said."""
    asked, closing = prepared.npc.closing, reading.closing
    consenting = [match for match in own if match.intent.leaning is Stance.FOR]
    if asked is None or closing is None or len(consenting) != 1 or reading.stance.stance is not Stance.FOR:
        return None
    if reading.stance.answer is Stance.AGAINST or _answers_of(consenting[0].intent) == {Stance.AGAINST}:
        return None
    if reading.sentence.asks(closing.end) and closing.root not in REQUEST_ROOTS:
        return None
    wondered = any(feature.startswith("q:") for feature in prepared.npc.features)
    if wondered or not prepared.npc.sentence.asks(asked.end):
        return None
    same = closing.root == asked.root != "이" or (closing.root == "하" and asked.root.endswith("하"))
    confirms = same and (closing.past, closing.negated) == (asked.past, asked.negated)
    takes = (
        (_is_offer(prepared) or asked.future) and closing.root in REQUEST_ROOTS | {"하"} and not closing.negated
    )
    agrees = (reading.stance.answer is Stance.FOR or closing.root == "상관없") and closing.root in _AGREEING
    requested = "주" in asked.auxiliaries and asked.honorific
    takes = takes or (agrees and (requested or offers(asked) or asked.root == "괜찮"))
    known = {f"w:{prepared.synonyms.get(word, word)}" for word in _AGREEING}
    known |= (
        prepared.topic
        | consenting[0].intent.vocabulary
        | {f"w:{word}" for word in _BY_NOW | _THEN | {"그렇", "다"}}
    )
    return consenting[0] if (confirms or takes) and not reading.strange_to(frozenset(known)) else None


def does_without(own: tuple[Match, ...], reading: Reading, prepared: Prepared) -> Match | None:
    """그냥 가져갈게요, where something was offered: to take it as it is declines the offer."""
    closing = reading.closing
    if closing is None or not _is_offer(prepared):
        return None
    just = any(word.text == "그냥" for word in reading.sentence.words)
    takes = closing.root in CARRYING_ROOTS | TAKING_ROOTS and closing.future and not closing.negated
    takes = takes or closing.root in {"주", "두", "계산하", "결제하"}
    declining = [match for match in own if match.intent.leaning is Stance.AGAINST]
    return declining[0] if just and takes and len(declining) == 1 and not reading.nouns else None


def says_the_opposite(match: Match, reading: Reading, prepared: Prepared) -> bool:
    """Whether it answers what was asked, with yes for no or no for yes."""
    if not opposes(reading, match.intent) or (len(prepared.intents) > 1 and _only_answers(reading)):
        return False
    near = match.score + STANCE_PENALTY >= ENOUGH
    plain = {
        f"w:{prepared.synonyms.get(word, word)}"
        for word in TAKING_ROOTS | DECLINING | DEGREES | REMOVING | _BY_NOW
    }
    said = reading.stance
    told = reading.content
    if said.answer is said.stance is match.intent.leaning.opposite and len(told) <= _LITTLE:
        return True  # 아니요, 전에 왔어요
    return near or not reading.strange_to(match.intent.vocabulary | prepared.topic | plain)


def nearest_that_agrees(own: tuple[Match, ...], reading: Reading) -> Match | None:
    """포인트 카드 없어요: nearly what is taught, and yes or no as it is taught."""
    first = own[0] if own else None
    said = reading.stance.stance
    agrees = first is not None and first.intent.stance is said is not Stance.OPEN
    if first is None or not agrees or first.score < NEAR:
        return None
    return first if any(opposes(reading, other.intent) for other in own) else None


def _only_answers(reading: Reading) -> bool:
    """Whether 네 or 아니요 is all that is said, which of several intents tells none."""
    stance = reading.stance
    spoken = [word for word in reading.sentence.words if word.start not in reading.noise]
    return stance.answer_word is not None and len(spoken) == 1
