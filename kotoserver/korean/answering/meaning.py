"""Whether the message came across: values, numbers, yes and no, and saying something else altogether."""

import re
from collections.abc import Iterator

from kotoserver.domain.evaluation import Expectation, SlotReading, SlotState
from kotoserver.domain.scene import Slot, SlotKind
from kotoserver.korean.answering.context import Context
from kotoserver.korean.answering.opposing import opposes
from kotoserver.korean.answering.opposites import find_opposites
from kotoserver.korean.answering.slot_readings import filled_by
from kotoserver.korean.findings.codes import Code
from kotoserver.korean.findings.findings import Finding
from kotoserver.korean.reading.predicates import Predicate, is_demand
from kotoserver.korean.reading.reading import Reading
from kotoserver.korean.reading.sentence import Word
from kotoserver.korean.reading.stance import Stance
from kotoserver.korean.sounds.number_words import native_form
from kotoserver.korean.words.lexicon import GENERIC_ROOTS, REMOVING, REQUEST_ROOTS
from kotoserver.korean.words.numbers import COUNT_UNITS

_GREETINGS = ("안녕", "감사", "고맙", "수고", "반갑")
"""Courtesies that are rightly given back in the same words."""
_PUNCTUATION = re.compile(r"[\W_]+")


def compact(text: str) -> str:
    """Without spaces, punctuation and pictures."""
    return _PUNCTUATION.sub("", text)


def find_meaning(context: Context, slots: tuple[SlotReading, ...]) -> Iterator[Finding]:
    """Faults of meaning, given that the utterance belongs to `context.intent`."""
    for slot in slots:
        finding = _slot_fault(context, slot)
        if finding is not None:
            yield finding
    yield from _number_fault(context)
    yield from _stance_fault(context)
    yield from _denied_fault(context)
    yield from find_opposites(context)
    yield from _answer_fault(context)
    yield from _said_yes_for_no(context)
    yield from _asked_after_all(context)
    yield from _request_given_back(context)


def _slot_fault(context: Context, reading: SlotReading) -> Finding | None:
    start, end = _place(context, reading.heard)
    slot = context.prepared.expectation.slots[reading.slot]
    match reading.state:
        case SlotState.FILLED:
            return None
        case SlotState.AMBIGUOUS:
            return Finding(
                code=Code.SLOT_AMBIGUOUS,
                rule=f"slot.{reading.state.value}",
                start=start,
                end=end,
                params={"slot": reading.slot, "got": reading.heard or ""},
                blocks=True,
            )
        case SlotState.WRONG:
            params = {"slot": reading.slot, "got": reading.heard or "", "want": _wanted_values(slot)}
            return Finding(
                code=Code.SLOT_WRONG,
                rule=f"slot.{reading.state.value}",
                start=start,
                end=end,
                params=params,
                blocks=True,
            )
        case SlotState.MISSING:
            return Finding(
                code=Code.SLOT_MISSING,
                rule=f"slot.{reading.state.value}",
                start=start,
                end=end,
                params={"slot": reading.slot},
                blocks=True,
            )


def _wanted_values(slot: Slot) -> str:
    if slot.kind is SlotKind.NATIVE_NUMBER:
        return f"{native_form(1)}~{native_form(slot.maximum or 10)}"
    return ", ".join(ways[0] for ways in list(slot.values.values())[:3])


def _place(context: Context, heard: str | None) -> tuple[int, int]:
    at = context.sentence.text.find(heard) if heard else -1
    return (at, at + len(heard)) if heard and at >= 0 else (0, len(context.sentence.text))


def _number_fault(context: Context) -> Iterator[Finding]:
    """A number that no example has, where the task is set and the examples agree on one."""
    if context.intent is None or context.prepared.table.leaves_choice:
        return
    for number in context.reading.numbers:
        value, unit = number.quantity
        counting = [example for example in context.examples if example.reading.numbers]
        if 2 * len(counting) < len(context.examples):
            continue  # 가방 두 개 있어요 among 네, 있어요 and the like sets no number
        shown = [n for example in counting for n in example.reading.numbers]
        if unit is None or unit in COUNT_UNITS:
            comparable = [n for n in shown if n.counter is None or n.counter in COUNT_UNITS]
        else:
            comparable = [n for n in shown if n.quantity[1] == unit]
        values = {n.quantity[0] for n in comparable}
        if values and len(values) == 1 and value not in values:
            want = comparable[0]
            yield Finding(
                code=Code.MEANING_NUMBER,
                rule="meaning.number",
                start=number.start,
                end=number.end,
                params={
                    "got": context.sentence.text[number.start : number.end],
                    "want": want.word + (" " + want.counter if want.counter else ""),
                },
                blocks=True,
            )


def _stance_fault(context: Context) -> Iterator[Finding]:
    intent, reading = context.intent, context.reading
    if intent is None or not opposes(reading, intent) or _tells_what_is_taught(context):
        return
    example = next((e for e in intent.examples if e.reading.stance.decided_by is not None), None)
    decided = reading.stance.decided_by
    start, end = (decided.start, decided.end) if decided is not None else (0, len(reading.text))
    if decided is not None and decided.short_negation:
        start = max(reading.text.rfind(word, 0, start) for word in ("안", "못"))
    shown = example.reading.stance.decided_by if example is not None else None
    want = example.text[shown.start : shown.end] if example is not None and shown is not None else ""
    yield Finding(
        code=Code.NEGATION_MISMATCH,
        rule="meaning.stance",
        start=start,
        end=end,
        params={"got": reading.text[start:end], "want": want or intent.examples[0].text},
        blocks=True,
    )


def _tells_what_is_taught(context: Context) -> bool:
    """네, 그냥 먹을게요, where 아니요, 그냥 먹을게요 is taught: what is told is what was wanted."""
    decided, intent = context.reading.stance.decided_by, context.intent
    if intent is None or decided is None or context.reading.stance.mild:
        return False
    negated = decided.negated or context.reading.text.rstrip(" .").endswith((" 못", " 안"))  # 갔어요 못
    said = (context.reading.text[decided.start : decided.end], negated)
    shown = (
        (e.text[told.start : told.end], told.negated)
        for e in intent.examples
        if (told := e.reading.stance.decided_by) is not None
    )
    return said == next(shown, None) and "주" not in (decided.root, *decided.auxiliaries)


def _denied_fault(context: Context) -> Iterator[Finding]:
    """안 커요 for 커요, where the examples leave open what they ask for otherwise."""
    closing = context.reading.closing
    if closing is None or context.intent is None or opposes(context.reading, context.intent):
        return
    if not context.intent.takes_sides:
        return
    same = [
        (e, p)
        for e in context.examples
        for p in e.reading.predicates
        if p.closes and _said_of(p) == _said_of(closing) and not (closing.future and p.past and p.negated)
    ]  # 보고 고를게요, where 아직 못 골랐어요 is taught
    refuses = (
        closing.root == "주" and is_demand(closing) and context.intent.leaning is Stance.FOR
    )  # 두통약 안 주세요
    if (
        not same
        or context.sentence.asks(closing.end)
        or (closing.root in GENERIC_ROOTS | REMOVING and not refuses)
    ):
        return
    if context.reading.stance.stance is Stance.AGAINST and not closing.negated:
        return  # 다음에 먹을게요
    if any(p.negated == closing.negated or e.reading.sentence.asks(p.end) for e, p in same):
        return
    if closing.future and all(p.past for _, p in same):
        return  # 이제 고를게요, where 아직 안 골랐어요 is taught
    example, shown = same[0]
    yield Finding(
        code=Code.NEGATION_MISMATCH,
        rule="meaning.denied",
        start=closing.start,
        end=closing.end,
        params={
            "got": context.sentence.text[closing.start : closing.end],
            "want": example.text[shown.start : shown.end],
        },
        blocks=True,
    )


def _said_of(predicate: Predicate) -> tuple[str, tuple[str, ...]]:
    """Root and helping verbs; 살게요 and 살 거예요 plan the same."""
    return predicate.root, tuple(helper for helper in predicate.auxiliaries if helper != "거이")


def _answer_fault(context: Context) -> Iterator[Finding]:
    """네, 얼음 빼 주세요, where every example that answers says 아니요."""
    intent, stance = context.intent, context.reading.stance
    word = stance.answer_word
    if intent is None or word is None or stance.mild:
        return
    if opposes(context.reading, intent) and not _tells_what_is_taught(context):
        return
    shown = {
        (e.reading.stance.answer, e.reading.stance.stance)
        for e in intent.examples
        if e.reading.stance.answer is not Stance.OPEN
    }
    answers = {answer for answer, _ in shown}
    rest = compact(context.sentence.text[word.end :])
    taught = {
        e.reading.stance.answer
        for e in intent.examples
        if e.reading.stance.answer_word and compact(e.text[e.reading.stance.answer_word.end :]) == rest
    }
    offer = context.prepared.npc.closing
    contrary = taught == {stance.answer.opposite} and answers == taught
    if contrary and _asks_yes_or_no(context.prepared.npc) and not _invites(context):
        yield _wrong_answer(context, word)  # 주사 맞으시겠어요? 네, 약만 주세요.
        return
    if len(answers) != 1 or stance.answer in answers:
        return
    # 네, 지금 주세요 says 지금 주세요 as well as 아니요, 지금 주세요 does
    offered = bool(intent.needs) or (offer is not None and offer.ending.endswith("까요"))
    if stance.stance not in answers and not (offered and shown == {(stance.answer.opposite, stance.stance)}):
        return
    if _tells_otherwise(context) or _takes_what_is_offered(context):
        yield Finding(
            code=Code.NEGATION_MISMATCH,
            rule="meaning.told_otherwise",
            start=word.start,
            end=len(context.sentence.text),
            params={"got": context.sentence.text.strip(" ."), "want": intent.examples[0].text},
            blocks=True,
        )
    elif context.sentence.text[word.end :].strip(" ,."):
        yield _wrong_answer(context, word)


def _asks_yes_or_no(line: Reading) -> bool:
    """Whether yes and no mean one thing each; 없으세요? is answered either way."""
    asked = line.closing
    if asked is None or asked.root == "없" or asked.negated:
        return False
    return asked.ending.endswith("까요") or line.sentence.asks(asked.end)


def _invites(context: Context) -> bool:
    """네, 앉으세요, to 여기 사람 있어요?: it answers what was meant by the question."""
    closing = context.reading.closing
    return closing is not None and is_demand(closing) and "주" not in (closing.root, *closing.auxiliaries)


def _tells_otherwise(context: Context) -> bool:
    """아니요, 친구가 쌌어요, where 네, 제가 쌌어요 is taught: another fact, to which the no belongs."""
    intent, reading, closing = context.intent, context.reading, context.reading.closing
    if intent is None or closing is None or reading.stance.answer is not Stance.AGAINST:
        return False
    if is_demand(closing) or context.sentence.asks(closing.end) or intent.needs:
        return False
    return bool(reading.strange_to(intent.vocabulary | context.prepared.topic))


def _takes_what_is_offered(context: Context) -> bool:
    """네, 주세요, to 따뜻한 거 드릴까요?, where all that is taught wants it cold: it takes the other value."""
    intent, reading, closing = context.intent, context.reading, context.reading.closing
    if intent is None or not intent.needs or reading.stance.answer is not Stance.FOR or closing is None:
        return False
    filled = filled_by(reading.mentions, reading, context.prepared.table)
    asks = is_demand(closing) or closing.root in REQUEST_ROOTS
    return asks and not filled & set(intent.needs)


def _wrong_answer(context: Context, word: Word) -> Finding:
    want = "네" if context.reading.stance.answer is Stance.AGAINST else "아니요"
    return Finding(
        code=Code.ANSWER_POLARITY,
        rule="meaning.answer",
        start=word.start,
        end=word.end,
        params={"got": word.text, "want": want, "rest": context.sentence.text[word.end :].strip(" ,.")},
        replacement=want,
    )


def _said_yes_for_no(context: Context) -> Iterator[Finding]:
    """네, 있어요, where every example says 아니요 and then goes on to something else."""
    intent, stance = context.intent, context.reading.stance
    word, decided = stance.answer_word, stance.decided_by
    if intent is None or word is None or decided is None or stance.mild or opposes(context.reading, intent):
        return
    if stance.stance is not stance.answer or "주" in (decided.root, *decided.auxiliaries):
        return
    shown = {e.reading.stance.answer for e in intent.examples}
    told = {(p.root, p.noun, p.negated) for e in intent.examples for p in e.reading.predicates}
    of_another = decided.root == "이" and bool(context.reading.nouns - intent.vocabulary)  # 네, 한국 사람이에요
    alike = (decided.root, decided.noun, decided.negated) in told and not of_another
    if shown != {stance.answer.opposite} or alike:
        return
    yield Finding(
        code=Code.NEGATION_MISMATCH,
        rule="meaning.yes_for_no",
        start=word.start,
        end=decided.end,
        params={"got": context.sentence.text[word.start : decided.end], "want": intent.examples[0].text},
        blocks=True,
    )


def _asked_after_all(context: Context) -> Iterator[Finding]:
    """네, 담아 주세요, to 담아 드릴까요?, where all that is taught begins with 아니요."""
    intent, stance = context.intent, context.reading.stance
    closing, offer = context.reading.closing, context.prepared.npc.closing
    if intent is None or closing is None or offer is None or opposes(context.reading, intent):
        return
    taken = closing.root == offer.root and "주" in closing.auxiliaries and not closing.negated
    answers = {e.reading.stance.answer for e in intent.examples} - {Stance.OPEN}
    told = any(
        p.root == closing.root and not p.negated and ("주" in p.auxiliaries or p.root == "주")
        for e in intent.examples
        for p in e.reading.predicates
    )  # 아니요, 제가 열게요 does it alone
    if not taken or told or answers != {Stance.AGAINST} or stance.stance is not Stance.FOR:
        return
    yield Finding(
        code=Code.NEGATION_MISMATCH,
        rule="meaning.asked_after_all",
        start=closing.start,
        end=closing.end,
        params={"got": context.sentence.text[closing.start : closing.end], "want": intent.examples[0].text},
        blocks=True,
    )


def _request_given_back(context: Context) -> Iterator[Finding]:
    """여권을 보여 주세요, as an answer to 여권을 보여 주십시오."""
    closing = context.reading.closing
    asked = context.prepared.npc.closing
    if closing is None or asked is None or not is_demand(closing) or not (is_demand(asked) or _requests(asked)):
        return
    same = closing.root == asked.root and "주" in closing.auxiliaries and "주" in asked.auxiliaries
    if not same or closing.root in GENERIC_ROOTS or context.sentence.asks(closing.end):
        return
    if any(p.root == closing.root and is_demand(p) for e in context.examples for p in e.reading.predicates):
        return
    yield Finding(
        code=Code.ECHO_PROMPT,
        rule="meaning.given_back",
        start=0,
        end=len(context.sentence.text),
        params={"line": context.prepared.expectation.npc_line},
        blocks=True,
    )


def _requests(asked: Predicate) -> bool:
    """찍어 주시겠어요?, 찍어 주실래요?, 찍어 주실 수 있어요?"""
    wills = asked.future or asked.ending in ("ᆯ래요", "을래요") or "수있" in asked.auxiliaries
    return "주" in asked.auxiliaries and asked.honorific and wills


def echoes(text: str, expectation: Expectation, examples: frozenset[str]) -> bool:
    """Whether the learner only repeated what the NPC said."""
    said, line = compact(text), compact(expectation.npc_line)
    if len(said) < 4 or said in examples or said.startswith(_GREETINGS):
        return False
    sentences = {compact(part) for part in re.split(r"[.!?？！。]", expectation.npc_line)}
    asked = said.endswith(("까요", "세요", "니까"))
    halves = any(part.endswith(said) and 2 * len(said) >= len(part) for part in sentences)
    return said == line or said in sentences or (asked and halves)
