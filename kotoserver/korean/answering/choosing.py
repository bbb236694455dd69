"""Which intent an utterance fulfils, when likeness alone does not say: repair moves, yes and no, unmet needs."""

from collections.abc import Iterator
from dataclasses import replace

from kotoserver.korean.answering.context import Prepared
from kotoserver.korean.answering.elsewhere import is_about_something_else
from kotoserver.korean.answering.filling import asks_about_it, fills_in
from kotoserver.korean.answering.fitting import fits_the_question
from kotoserver.korean.answering.intents import Match, PreparedIntent
from kotoserver.korean.answering.meaning import compact
from kotoserver.korean.answering.opposing import opposes
from kotoserver.korean.answering.ranking import ENOUGH, ENOUGH_FOR_REPAIR, NEAR, OWN_FIRST, rank_intents
from kotoserver.korean.answering.slot_readings import filled_by, in_its_place, unlisted_amount
from kotoserver.korean.answering.yes_and_no import (
    answers_alike,
    as_answered,
    by_the_answer,
    does_without,
    first_that_agrees,
    nearest_that_agrees,
    plain_consent,
    plain_refusal,
    says_the_opposite,
)
from kotoserver.korean.reading.features import GENERIC, is_content
from kotoserver.korean.reading.naming import calls_oneself
from kotoserver.korean.reading.reading import Reading
from kotoserver.korean.reading.stance import Stance
from kotoserver.korean.words.lexicon import (
    GENERIC_ROOTS,
    OPPOSITES,
    REQUEST_ROOTS,
    TAKING_ROOTS,
)

_COURTESIES = ("안녕", "감사", "고맙", "수고", "저기요", "여기요")
_FEW = 6
_LEAD = 0.1
_FAR = 0.25
_NEXT = frozenset({"w:다음", "w:이번", "w:마지막", "w:막차", "w:첫", "w:먼저"})
_AGAIN = frozenset({"w:다시"})
"""또, which asks for one more."""
_ASKS_A_NUMBER = frozenset({"q:몇", "q:얼마", "q:얼마나", "q:언제", "about:얼마"})
_MEETING = frozenset({"보", "어떻", "좋", "괜찮"})
"""What else is said of an amount or an hour: 세 시 어때요?"""


def best_intent(reading: Reading, prepared: Prepared) -> Match | None:
    """An intent of the turn, a common one, or None when the words belong to neither."""
    found = _nearest(reading, prepared)
    if found is None or found.intent.common is not None or compact(reading.text) in prepared.compact_examples:
        return found
    return None if is_about_something_else(found, reading, prepared) else found


def _nearest(reading: Reading, prepared: Prepared) -> Match | None:
    if _asks_back(reading):
        return _move("ask_repeat", prepared)
    word_for_word = (
        _as_taught(reading, prepared)
        or _taught_among_courtesies(reading, prepared)
        or _word_for_word(reading, prepared)
        or _begun(reading, prepared)
        or _without_the_answer(reading, prepared)
    )
    return word_for_word or _by_likeness(reading, prepared)


def _by_likeness(reading: Reading, prepared: Prepared) -> Match | None:
    filled = filled_by(reading.mentions, reading, prepared.table)
    own = rank_intents(reading, prepared.intents, prepared.topic, filled)
    if _only_counts(reading):
        own = tuple(replace(m, score=0.0) if _is_of_things(m.intent, prepared) else m for m in own)
    about = prepared.topic | {f"slot:{mention.slot}" for mention in reading.mentions}
    moves = rank_intents(reading, prepared.common, about, filled)
    best = first_that_agrees([match for match in own if match.score >= ENOUGH], reading)
    move = max(moves, key=lambda match: match.score, default=None)
    rival = best.score + OWN_FIRST if best is not None else 0.0
    answered = None
    if best is None and reading.stance.answer is not Stance.OPEN:
        answered = next((m for m in own if answers_alike(m, own, reading, prepared)), None)
    if answered is not None:
        return answered
    if best is not None and reading.stance.answer is not Stance.OPEN:
        best = as_answered(best, own, reading, prepared)
    if best is not None and _names_another(reading, best, own, prepared):
        return _unfulfilled(reading, own)
    if move is not None and best is not None and _does_what_is_taught(reading, best, move, prepared):
        return best
    if move is not None and move.score >= max(ENOUGH_FOR_REPAIR, rival):
        return move
    if best is not None:
        return best
    return _unlike(own, reading, prepared, filled)


def _unlike(own: tuple[Match, ...], reading: Reading, prepared: Prepared, filled: frozenset[str]) -> Match | None:
    """What is like no example enough: what else may speak for an intent, the surest first."""
    same = next((m for m in own if _takes_the_same_amount(m, reading, prepared)), None)
    if same is not None:
        return same
    agreeing = next((m for m in own if answers_alike(m, own, reading, prepared)), None)
    agreeing = agreeing or plain_refusal(own, reading, prepared) or plain_consent(own, reading, prepared)
    agreeing = agreeing or nearest_that_agrees(own, reading) or does_without(own, reading, prepared)
    agreeing = agreeing or by_the_answer(own, reading)
    unfulfilled = _unfulfilled(reading, own)
    if agreeing is None and unfulfilled is None:
        agreeing = fits_the_question(own, reading, prepared, filled)
    against = next((m for m in own if says_the_opposite(m, reading, prepared)), None)
    return (
        agreeing
        or against
        or unfulfilled
        or _clearly_nearest(reading, own)
        or _asks_the_same(reading, own, prepared)
        or fills_in(own, reading, prepared)
        or asks_about_it(own, reading, prepared)
        or _only_that_is_asked(reading, own, prepared)
        or _told_of_another(reading, own)
        or _does_the_opposite(reading, own, prepared)
        or _goes_where_it_comes(reading, own, prepared)
        or _calls_oneself(reading, own, prepared)
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
        any(feature not in prepared.topic for feature in example.reading.content) for example in intent.examples
    )


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


def _taught_among_courtesies(reading: Reading, prepared: Prepared) -> Match | None:
    """안녕하세요. 감사합니다; 저기요, 여기요: an example that is a courtesy itself, with others around it."""
    words = reading.sentence.words
    if not 1 < len(words) <= _FEW:
        return None
    for start in range(len(words)):
        for end in range(len(words), start, -1):
            rest = (*words[:start], *words[end:])
            polite = all(w.start in reading.noise or w.text.startswith(_COURTESIES) for w in rest)
            said = compact("".join(w.text for w in words[start:end])) if rest and polite else ""
            shown = [(i, e) for i in prepared.intents for e in i.examples if e.compact == said]
            if len({intent.id for intent, _ in shown}) == 1:
                return Match(intent=shown[0][0], score=1.0, example=shown[0][1])
    return None


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


def _takes_the_same_amount(match: Match, reading: Reading, prepared: Prepared) -> bool:
    """일 킬로 살게요, where the examples ask for it: with the amount all is said."""
    said = {number.quantity for number in reading.numbers if number.counter}
    shown = {number.quantity for e in match.intent.examples for number in e.reading.numbers if number.counter}
    asked = any(e.reading.closing and e.reading.closing.root in REQUEST_ROOTS for e in match.intent.examples)
    asked = asked or "q:몇" in prepared.npc.features
    if not said or not said <= shown or not asked or opposes(reading, match.intent):
        return False
    taking = {f"w:{prepared.synonyms.get(word, word)}" for word in TAKING_ROOTS | _MEETING}
    return not reading.strange_to(match.intent.vocabulary | prepared.topic | taking)


def _clearly_nearest(reading: Reading, own: tuple[Match, ...]) -> Match | None:
    """Of several intents the one that is far nearer than the rest, when half of what is named belongs to it."""
    if len(own) < 2 or own[0].intent.needs:
        return None
    first, second = own[:2]
    if first.score < NEAR or first.standing - second.standing < _LEAD:
        return None
    content = reading.content
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
    known = [f for f in reading.features if is_content(f) and f not in asked]
    strange = {f for f in reading.strange_to(expected) if not f.startswith("slot:")}
    return asks[0] if known and not strange - asked - _NEXT else None


def _only_that_is_asked(reading: Reading, own: tuple[Match, ...], prepared: Prepared) -> Match | None:
    """여권 말고 또 필요한 거 있어요?: a question, where one thing only is asked in what is taught."""
    asking = [match for match in own if match.intent.asks]
    closing = reading.closing
    if len(asking) != 1 or closing is None or not reading.sentence.asks(closing.end):
        return None
    others = frozenset().union(*(m.intent.vocabulary for m in own if m is not asking[0]))
    named = {f for f in reading.features if is_content(f)}
    expected = prepared.topic | asking[0].intent.vocabulary | _AGAIN
    told = named & (asking[0].intent.vocabulary - others)
    return asking[0] if told and not reading.strange_to(expected) else None


def _unfulfilled(reading: Reading, own: tuple[Match, ...]) -> Match | None:
    """An intent whose need went unmet although the words around it fit: 콜라 주세요, 커피 주세요."""
    if any(feature.startswith("q:") for feature in reading.features):
        return None
    return next((m for m in own if m.intent.needs and _says_alike(m.intent, reading)), None)


def _does_the_opposite(reading: Reading, own: tuple[Match, ...], prepared: Prepared) -> Match | None:
    """닫을게요, where 열게요 is taught: what is asked for is understood, and turned round."""
    closing = reading.closing
    if closing is None or closing.negated or reading.sentence.asks(closing.end):
        return None
    others = {word for pair in OPPOSITES for side in pair if closing.root not in side for word in side}
    pairs = [pair for pair in OPPOSITES if any(closing.root in side for side in pair)]
    turned = others & {word for pair in pairs for side in pair for word in side}
    verb = f"w:{prepared.synonyms.get(closing.root, closing.root)}"
    strange = set(reading.strange_to(prepared.topic.union(*(m.intent.vocabulary for m in own)))) - {verb}
    return next(
        (
            m
            for m in own
            if not strange
            and any(p.closes and p.root in turned for e in m.intent.examples for p in e.reading.predicates)
        ),
        None,
    )


def _goes_where_it_comes(reading: Reading, own: tuple[Match, ...], prepared: Prepared) -> Match | None:
    """버스로 갔어요, where 버스로 왔어요 is taught: all but the direction is said."""
    closing = reading.closing
    turned = {"가": "오", "오": "가"}.get(closing.root) if closing is not None else None
    if closing is None or turned is None or closing.negated or reading.sentence.asks(closing.end):
        return None
    verb = f"w:{prepared.synonyms.get(closing.root, closing.root)}"
    for match in own:
        said = {feature for feature in reading.content if feature != verb}
        shown = [e for e in match.intent.examples if e.reading.closing and e.reading.closing.root == turned]
        numbers = {n.quantity for n in reading.numbers}
        known = any(said <= e.reading.features.keys() for e in shown) and bool(said)
        counted = bool(numbers) and any(numbers <= {n.quantity for n in e.reading.numbers} for e in shown)
        if (known or (counted and not said)) and not opposes(reading, match.intent):
            return match
    return None


def _calls_oneself(reading: Reading, own: tuple[Match, ...], prepared: Prepared) -> Match | None:
    """리나라고 해요, where 저는 리나예요 is taught."""
    names = bool(prepared.names) and calls_oneself(reading.text)
    return own[0] if names and len(own) == 1 and not own[0].intent.needs else None


def _told_of_another(reading: Reading, own: tuple[Match, ...]) -> Match | None:
    """의사입니다, where 대학생입니다 is taught: the question is answered, with what is not among the values."""
    closing = reading.closing
    if closing is None or closing.root != "이" or reading.stance.answer is Stance.AGAINST:
        return None
    if any(feature.startswith("q:") for feature in reading.features):
        return None
    return next(
        (m for m in own if any(in_its_place(reading, m.intent, slot) for slot in m.intent.needs)),
        None,
    )


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
