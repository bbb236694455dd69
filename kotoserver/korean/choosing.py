"""Which intent an utterance fulfils, when likeness alone does not say: repair moves, yes and no, unmet needs."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from kotoserver.korean.context import Prepared
from kotoserver.korean.features import GENERIC
from kotoserver.korean.filling import asks_about_it, fills_in
from kotoserver.korean.intents import (
    ENOUGH,
    ENOUGH_FOR_REPAIR,
    OWN_FIRST,
    STANCE_PENALTY,
    Match,
    PreparedIntent,
    opposes,
    rank_intents,
)
from kotoserver.korean.lexicon import (
    CARRYING_ROOTS,
    DECLINING,
    DEGREES,
    GENERIC_ROOTS,
    PUTTING_OFF,
    REMOVING,
    REQUEST_ROOTS,
    TAKING_ROOTS,
)
from kotoserver.korean.meaning import compact
from kotoserver.korean.predicates import Predicate
from kotoserver.korean.reading import Reading
from kotoserver.korean.slot_readings import filled_by, unlisted_amount
from kotoserver.korean.stance import Stance

_NEAR = 0.4
"""Likeness that is enough where no other intent of the turn comes near."""
_LEAD = 0.1
_ALIKE = 0.8
"""How near another intent has to come to the nearest, where the answer word speaks for it."""
_LITTLE = 2
"""Words of content beside 네 or 아니요 that may belong to nothing that is taught."""
_FAR = 0.25
_NEXT = frozenset({"w:다음", "w:이번", "w:마지막", "w:막차", "w:첫", "w:먼저"})
_AGAIN = frozenset({"w:다시"})
"""또, which asks for one more."""
_ASKS_A_NUMBER = frozenset({"q:몇", "q:얼마", "q:얼마나", "q:언제", "about:얼마"})
_BY_NOW = frozenset({"아직", "벌써", "이미"})
_THEN = frozenset({"어제", "어젯밤", "아까", "오늘", "아침", "방금", "지금", "저녁"})
_AGREEING = frozenset({"좋", "되", "물론", "당연하"})
_MEETING = frozenset({"보", "어떻", "좋", "괜찮"})
"""What else is said of an amount or an hour: 세 시 어때요?"""


def best_intent(reading: Reading, prepared: Prepared) -> Match | None:
    """An intent of the turn, a common one, or None when the words belong to neither."""
    if _asks_back(reading):
        return _move("ask_repeat", prepared)
    taught = _as_taught(reading, prepared)
    if taught is not None:
        return taught
    word_for_word = _word_for_word(reading, prepared)
    if word_for_word is not None:
        return word_for_word
    begun = _begun(reading, prepared)
    if begun is not None:
        return begun
    unanswered = _without_the_answer(reading, prepared)
    if unanswered is not None:
        return unanswered
    filled = filled_by(reading.mentions, reading, prepared.table)
    own = rank_intents(reading, prepared.intents, prepared.topic, filled)
    if _only_counts(reading):
        own = tuple(replace(m, score=0.0) if _is_of_things(m.intent, prepared) else m for m in own)
    about = prepared.topic | {f"slot:{mention.slot}" for mention in reading.mentions}
    moves = rank_intents(reading, prepared.common, about, filled)
    best = _first_that_agrees([match for match in own if match.score >= ENOUGH], reading)
    move = max(moves, key=lambda match: match.score, default=None)
    rival = best.score + OWN_FIRST if best is not None else 0.0
    answered = None
    if best is None and reading.stance.answer is not Stance.OPEN:
        answered = next((m for m in own if _answers_alike(m, own, reading, prepared)), None)
    if answered is not None:
        return answered
    if best is not None and reading.stance.answer is not Stance.OPEN:
        best = _as_answered(best, own, reading, prepared)
    if best is not None and _names_another(reading, best, own, prepared):
        return _unfulfilled(reading, own)
    if move is not None and best is not None and _does_what_is_taught(reading, best, move, prepared):
        return best
    if move is not None and move.score >= max(ENOUGH_FOR_REPAIR, rival):
        return move
    if best is not None:
        return best
    same = next((m for m in own if _takes_the_same_amount(m, reading, prepared)), None)
    if same is not None:
        return same
    agreeing = next((m for m in own if _answers_alike(m, own, reading, prepared)), None)
    agreeing = agreeing or _plain_refusal(own, reading, prepared) or _plain_consent(own, reading, prepared)
    agreeing = agreeing or _nearest_that_agrees(own, reading) or _does_without(own, reading, prepared)
    agreeing = agreeing or _by_the_answer(own, reading)
    against = next((m for m in own if _says_the_opposite(m, reading, prepared)), None)
    return (
        agreeing
        or against
        or _unfulfilled(reading, own)
        or _clearly_nearest(reading, own)
        or _asks_the_same(reading, own, prepared)
        or fills_in(own, reading, prepared)
        or asks_about_it(own, reading, prepared)
        or _only_that_is_asked(reading, own, prepared)
    )


def _only_counts(reading: Reading) -> bool:
    """두 개 주세요: a number, and nothing that it is of."""
    told = any(w > GENERIC and f.startswith(("w:", "q:", "slot:", "about:")) for f, w in reading.features.items())
    return bool(reading.numbers) and not told and reading.stance.answer is Stance.OPEN


def _is_of_things(intent: PreparedIntent, prepared: Prepared) -> bool:
    """Whether nobody was asked for a number, most examples hold none, and each names what the NPC did not."""
    if _ASKS_A_NUMBER & prepared.npc.features.keys():
        return False
    counting = sum(bool(example.reading.numbers) for example in intent.examples)
    return 2 * counting < len(intent.examples) and all(
        any(w > GENERIC and _is_content(f) and f not in prepared.topic for f, w in e.reading.features.items())
        for e in intent.examples
    )


def _first_that_agrees(fitting: list[Match], reading: Reading) -> Match | None:
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


def _as_answered(best: Match, own: tuple[Match, ...], reading: Reading, prepared: Prepared) -> Match:
    """아니요, 하나만 주세요: of two that fit, the one whose examples say 아니요 and not the one that says 네."""
    said, closing, asked = reading.stance.answer, reading.closing, prepared.npc.closing
    if closing is not None and asked is not None and closing.root == asked.root:
        return best  # 아니요, 데워 주세요, to 데워 드릴까요?
    if _answers_of(best.intent) != {said.opposite} or reading.stance.mild:
        return best
    others = (
        match
        for match in own
        if said in _answers_of(match.intent)
        and match.score >= _ALIKE * best.score
        and not match.intent.needs
        and not opposes(reading, match.intent)
    )
    return next(others, best)


def _answers_of(intent: PreparedIntent) -> set[Stance]:
    return {example.reading.stance.answer for example in intent.examples} - {Stance.OPEN}


def _by_the_answer(own: tuple[Match, ...], reading: Reading) -> Match | None:
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
    told = [f for f, weight in reading.features.items() if weight > GENERIC and _is_content(f)]
    return leaning[0] if not asks and len(told) <= (_LITTLE if apart else 1) else None


def _describes(reading: Reading, closing: Predicate | None) -> bool:
    """아니요, 회원이 아니에요; 응, 나도 배고파: how it is, which is a reason for the yes or no."""
    tags = {m.tag for m in reading.sentence.morphemes[closing.first : closing.first + 2]} if closing else set()
    return bool(tags & {"VA", "VCN", "XSA"})


def _names_another(reading: Reading, best: Match, own: tuple[Match, ...], prepared: Prepared) -> bool:
    """빵 먹자, which is more than the 그래, 먹자 that it is like: it chooses what is not among the choices."""
    if best.intent.needs or any(feature.startswith(("q:", "slot:")) for feature in reading.features):
        return False
    if any(unlisted_amount(reading, prepared.table.choices[slot]) for slot in _needed_choices(own, prepared)):
        return _unfulfilled(reading, own) is not None  # 백만 원 충전해 주세요
    known = [f.removeprefix("w:") for f in prepared.topic.union(*(each.intent.vocabulary for each in own))]
    nouns = {f"w:{m.form}" for m in reading.sentence.morphemes if m.tag in ("NNG", "NNP")}
    strange = {n for n in reading.nouns & nouns if not any(n[2:] in word or word in n[2:] for word in known)}
    closing = reading.closing
    takes = closing is not None and closing.root in TAKING_ROOTS and not closing.negated
    return bool(strange) and takes and _unfulfilled(reading, own) is not None


def _needed_choices(own: tuple[Match, ...], prepared: Prepared) -> Iterator[str]:
    return (slot for match in own for slot in match.intent.needs if slot in prepared.table.choices)


def _does_what_is_taught(reading: Reading, own: Match, move: Match, prepared: Prepared) -> bool:
    """조금만 데워 주세요: what is asked for is of this turn, whatever else it shares with 조금만 기다려 주세요."""
    closing = reading.closing
    if closing is None or closing.root in GENERIC_ROOTS:
        return False
    done = f"w:{prepared.synonyms.get(closing.root, closing.root)}"
    return done in own.intent.vocabulary and done not in move.intent.vocabulary


def _as_taught(reading: Reading, prepared: Prepared) -> Match | None:
    """An example of the one intent that teaches it, whatever its content weighs."""
    said = compact(reading.text)
    shown = [(i, e) for i in prepared.intents for e in i.examples if e.compact == said]
    if len({intent.id for intent, _ in shown}) != 1:
        return None
    return Match(intent=shown[0][0], score=1.0, example=shown[0][1])


def _word_for_word(reading: Reading, prepared: Prepared) -> Match | None:
    """A common intent said as its example says it, unless the turn teaches the same words."""
    said = compact(reading.text)
    if said in prepared.compact_examples:
        return None
    for intent in prepared.common:
        for example in intent.examples:
            if example.compact == said:
                return Match(intent=intent, score=1.0, example=example)
    return None


def _without_the_answer(reading: Reading, prepared: Prepared) -> Match | None:
    """An example said without its 네 or 아니요: 감사합니다, where the turn teaches 네, 감사합니다."""
    said = compact(_opened(reading))
    for intent in prepared.intents:
        for example in intent.examples:
            answer = example.reading.stance.answer_word
            if said and answer is not None and compact(example.text[answer.end :]) == said:
                return Match(intent=intent, score=1.0, example=example)
    return None


def _opened(reading: Reading) -> str:
    """What is said behind what only opens it: 정말요? 감사합니다."""
    words = reading.sentence.words
    first = next((word for word in words if word.start not in reading.noise or word is words[-1]), None)
    return reading.text[first.start :] if first is not None else reading.text


def _begun(reading: Reading, prepared: Prepared) -> Match | None:
    """An example without its last verb, which goes without saying: 나도 그거, where 나도 그거 마실래 is taught."""
    said = compact(reading.text).removesuffix("요").removesuffix("이")
    if len(said) < 3 or reading.predicates:
        return None
    shown = [
        (intent, example)
        for intent in prepared.intents
        for example in intent.examples
        for verb in [example.reading.closing]
        if verb is not None and compact(example.text[: verb.start]) == said
    ]
    if len({intent.id for intent, _ in shown}) != 1:
        return None
    return Match(intent=shown[0][0], score=1.0, example=shown[0][1])


def _asks_back(reading: Reading) -> bool:
    """`네?` alone."""
    spoken = [word for word in reading.sentence.words if word.start not in reading.noise]
    return len(spoken) == 1 and spoken[0].text in ("네", "예") and reading.text.rstrip().endswith("?")


def _move(intent: str, prepared: Prepared) -> Match | None:
    return next((Match(intent=m, score=1.0, example=None) for m in prepared.common if m.id == intent), None)


def _answers_alike(match: Match, own: tuple[Match, ...], reading: Reading, prepared: Prepared) -> bool:
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
    return alone and not _strange(reading, expected)


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


def _takes_the_same_amount(match: Match, reading: Reading, prepared: Prepared) -> bool:
    """일 킬로 살게요, where the examples ask for it: with the amount all is said."""
    said = {number.quantity for number in reading.numbers if number.counter}
    shown = {number.quantity for e in match.intent.examples for number in e.reading.numbers if number.counter}
    asked = any(e.reading.closing and e.reading.closing.root in REQUEST_ROOTS for e in match.intent.examples)
    asked = asked or "q:몇" in prepared.npc.features
    if not said or not said <= shown or not asked or opposes(reading, match.intent):
        return False
    taking = {f"w:{prepared.synonyms.get(word, word)}" for word in TAKING_ROOTS | _MEETING}
    return not _strange(reading, match.intent.vocabulary | prepared.topic | taking)


def _plain_refusal(own: tuple[Match, ...], reading: Reading, prepared: Prepared) -> Match | None:
    """아니요, 괜찮아요 where something was offered and all that is taught declines it in words of its own."""
    offer = prepared.npc.closing
    if len(own) != 1 or own[0].intent.stance is not Stance.AGAINST or offer is None:
        return None
    offers = offer.ending.endswith("까요") or offer.future or offer.root == "필요하"
    plain = DECLINING | {"되"}
    if any(p.negated for p in reading.predicates):
        plain |= {"주", "하", "필요하"}  # 안 주셔도 돼요
    said = {p.root for p in reading.predicates if p.start not in reading.noise}
    declines = reading.stance.stance is Stance.AGAINST and bool(said) and said <= plain
    return own[0] if offers and declines and reading.nouns <= prepared.topic else None


def _plain_consent(own: tuple[Match, ...], reading: Reading, prepared: Prepared) -> Match | None:
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
    agrees = reading.stance.answer is Stance.FOR and closing.root in _AGREEING
    takes = takes or (agrees and (asked.future or asked.ending.endswith("까요")))
    known = {f"w:{prepared.synonyms.get(word, word)}" for word in _AGREEING}
    known |= (
        prepared.topic
        | consenting[0].intent.vocabulary
        | {f"w:{word}" for word in _BY_NOW | _THEN | {"그렇", "다"}}
    )
    return consenting[0] if (confirms or takes) and not _strange(reading, frozenset(known)) else None


def _does_without(own: tuple[Match, ...], reading: Reading, prepared: Prepared) -> Match | None:
    """그냥 가져갈게요, where something was offered: to take it as it is declines the offer."""
    closing = reading.closing
    if closing is None or not _is_offer(prepared):
        return None
    just = any(word.text == "그냥" for word in reading.sentence.words)
    takes = closing.root in CARRYING_ROOTS | TAKING_ROOTS and closing.future and not closing.negated
    takes = takes or closing.root in {"주", "두", "계산하", "결제하"}
    declining = [match for match in own if match.intent.leaning is Stance.AGAINST]
    return declining[0] if just and takes and len(declining) == 1 and not reading.nouns else None


def _says_the_opposite(match: Match, reading: Reading, prepared: Prepared) -> bool:
    """Whether it answers what was asked, with yes for no or no for yes."""
    if not opposes(reading, match.intent) or (len(prepared.intents) > 1 and _only_answers(reading)):
        return False
    near = match.score + STANCE_PENALTY >= ENOUGH
    plain = {
        f"w:{prepared.synonyms.get(word, word)}"
        for word in TAKING_ROOTS | DECLINING | DEGREES | REMOVING | _BY_NOW
    }
    said = reading.stance
    told = [f for f, weight in reading.features.items() if weight > GENERIC and _is_content(f)]
    if said.answer is said.stance is match.intent.leaning.opposite and len(told) <= _LITTLE:
        return True  # 아니요, 전에 왔어요
    return near or not _strange(reading, match.intent.vocabulary | prepared.topic | plain)


def _nearest_that_agrees(own: tuple[Match, ...], reading: Reading) -> Match | None:
    """포인트 카드 없어요: nearly what is taught, and yes or no as it is taught."""
    first = own[0] if own else None
    said = reading.stance.stance
    agrees = first is not None and first.intent.stance is said is not Stance.OPEN
    if first is None or not agrees or first.score < _NEAR:
        return None
    return first if any(opposes(reading, other.intent) for other in own) else None


def _only_answers(reading: Reading) -> bool:
    """Whether 네 or 아니요 is all that is said, which of several intents tells none."""
    stance = reading.stance
    spoken = [word for word in reading.sentence.words if word.start not in reading.noise]
    return stance.answer_word is not None and len(spoken) == 1


def _clearly_nearest(reading: Reading, own: tuple[Match, ...]) -> Match | None:
    """Of several intents the one that is far nearer than the rest, when half of what is named belongs to it."""
    if len(own) < 2 or own[0].intent.needs:
        return None
    first, second = own[:2]
    if first.score < _NEAR or first.standing - second.standing < _LEAD:
        return None
    content = [f for f, weight in reading.features.items() if weight > GENERIC and _is_content(f)]
    known = [f for f in content if f in first.intent.vocabulary]
    return first if len(known) > 1 and len(known) >= len(content) / 2 else None


def _asks_the_same(reading: Reading, own: tuple[Match, ...], prepared: Prepared) -> Match | None:
    """The one intent of several that asks with that question word, where nothing else is named than is known."""
    asked = {f for f in reading.features if f.startswith("q:")}
    asks = [
        m
        for m in own
        if not m.intent.needs and asked and any(asked <= e.reading.features.keys() for e in m.intent.examples)
    ]
    if len(own) < 2 or len(asks) != 1 or asks[0].score < _FAR:
        return None
    expected = prepared.topic.union(*(each.intent.vocabulary for each in own))
    known = [f for f in reading.features if _is_content(f) and f not in asked]
    strange = {f for f in _strange(reading, expected) if not f.startswith("slot:")}
    return asks[0] if known and not strange - asked - _NEXT else None


def _only_that_is_asked(reading: Reading, own: tuple[Match, ...], prepared: Prepared) -> Match | None:
    """여권 말고 또 필요한 거 있어요?: a question, where one thing only is asked in what is taught."""
    asking = [match for match in own if match.intent.asks]
    closing = reading.closing
    if len(asking) != 1 or closing is None or not reading.sentence.asks(closing.end):
        return None
    others = frozenset().union(*(m.intent.vocabulary for m in own if m is not asking[0]))
    named = {f for f in reading.features if _is_content(f)}
    expected = prepared.topic | asking[0].intent.vocabulary | _AGAIN
    told = named & (asking[0].intent.vocabulary - others)
    return asking[0] if told and not _strange(reading, expected) else None


def _strange(reading: Reading, expected: frozenset[str]) -> list[str]:
    """Content that belongs to nothing here."""
    heavy = [feature for feature, weight in reading.features.items() if weight > GENERIC and _is_content(feature)]
    return [feature for feature in heavy if feature not in expected]


def _is_content(feature: str) -> bool:
    return feature.startswith(("w:", "q:", "slot:"))


def _unfulfilled(reading: Reading, own: tuple[Match, ...]) -> Match | None:
    """An intent whose need went unmet although the words around it fit: 콜라 주세요, 커피 주세요."""
    if any(feature.startswith("q:") for feature in reading.features):
        return None
    return next((m for m in own if m.intent.needs and _says_alike(m.intent, reading)), None)


def _says_alike(intent: PreparedIntent, reading: Reading) -> bool:
    """Whether an example ends in the same request; a bare noun asks as well as any."""
    closing = reading.closing
    shown = [e.reading.closing for e in intent.examples if e.reading.closing is not None]
    if closing is None:
        return bool(reading.nouns) and not reading.predicates and any(p.root in REQUEST_ROOTS for p in shown)
    if closing.root in REQUEST_ROOTS:
        return any(p.root in REQUEST_ROOTS for p in shown)
    if closing.root not in GENERIC_ROOTS and any(p.root == closing.root for p in shown):
        return True
    if closing.root in ("있", "되") and reading.nouns and len(reading.predicates) == 1:
        asks = reading.sentence.asks(closing.end)  # 밴드 있어요?, where 마스크 있어요? is taught
        return any(
            (p.root, p.negated, e.reading.sentence.asks(p.end)) == (closing.root, closing.negated, asks)
            for e in intent.examples
            if (p := e.reading.closing) is not None
        )
    return bool(closing.auxiliaries) and any(
        (p.root, p.auxiliaries) == (closing.root, closing.auxiliaries) for p in shown
    )
