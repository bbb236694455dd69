"""Numbers before counters: the form (하나 잔), the system (일 잔, 일곱 일), the counter itself (짐 두 명)."""

from collections.abc import Iterator

from kotoserver.domain.numbers import native_before_counter
from kotoserver.korean.answering.context import Context
from kotoserver.korean.findings.codes import Code
from kotoserver.korean.findings.findings import Finding
from kotoserver.korean.reading.predicates import Predicate
from kotoserver.korean.reading.reading import Reading
from kotoserver.korean.sounds.number_words import sino_form
from kotoserver.korean.words.lexicon import REQUEST_ROOTS
from kotoserver.korean.words.numbers import (
    NATIVE_COUNTERS,
    SINO_COUNTERS,
    Number,
    counters_fit,
)
from kotoserver.ports.morphology import Morpheme

_SINO_ACCEPTED_FROM = 20
"""From here on people count with Sino-Korean numbers too: 이십 명, 삼십 개."""
_NEVER_FOR_PIECES = frozenset({"잔", "장", "권", "대", "명", "마리", "켤레", "벌"})
"""Counters that tell what kind of thing it is, and never what is counted as a piece."""
_NUMBERED = ("게이트", "탑승구", "출구", "버스", "창구", "승강장", "플랫폼", "테이블", "방", "교실", "진료실")
"""What bears a number: 십이 번 게이트."""
_OF_PEOPLE = frozenset({"명", "사람"})
_HAD = REQUEST_ROOTS | {"있", "먹", "마시", "사"}
"""What one does with things, as far as nobody is asked for."""
_TRAVELLERS = frozenset({"어른", "성인", "아이", "어린이", "학생", "청소년"})
"""Who is counted where tickets are: 어른 두 명이요."""


def find_counting(context: Context) -> Iterator[Finding]:
    for number in context.reading.numbers:
        if not _points_at(context, number):
            yield from _form_and_system(number)
        yield from _shown_system(context, number)
        yield from _minutes(context, number)
        yield from _counter(context, number)
        yield from _counter_missing(context, number)


def _points_at(context: Context, number: Number) -> bool:
    """이 병 얼마예요?, where 이 is no two."""
    closing = context.reading.closing
    asks = closing is not None and context.sentence.asks(closing.end) and "주" not in closing.auxiliaries
    return (
        number.word == "이" and number.written == "sino" and asks and closing is not None and closing.root == "이"
    )


def _form_and_system(number: Number) -> Iterator[Finding]:
    counter = number.counter
    if counter is None or number.written in ("digits", "day") or number.value < 1:
        return
    end = number.start + len(number.word)
    if counter in SINO_COUNTERS and number.written in ("native", "short"):
        yield _finding(Code.COUNTER_SYSTEM, number, end, sino_form(number.value), system="sino")
    elif counter in NATIVE_COUNTERS and number.written == "sino" and number.value < _sino_from(counter):
        yield _finding(Code.COUNTER_SYSTEM, number, end, native_before_counter(number.value), system="native")
    elif number.value < 100 and counter in NATIVE_COUNTERS | {"분", "번"} and number.written == "native":
        wanted = native_before_counter(number.value)
        if wanted != number.word.replace(" ", ""):
            yield _finding(Code.COUNTER_FORM, number, end, wanted, system=None)


def _sino_from(counter: str) -> int:
    """이십 명; but 스무 살, since years of age in Sino-Korean are 세."""
    return 100 if counter == "살" else _SINO_ACCEPTED_FROM


def _minutes(context: Context, number: Number) -> Iterator[Finding]:
    """여섯 시 서른 분, 일곱 시 삼십 시: what is counted behind the hour are minutes, in Sino-Korean numbers."""
    hour = any(n.counter == "시" and n.end <= number.start for n in context.reading.numbers)
    beside = context.sentence.text[: number.start].rstrip().endswith("시")
    if not (hour and beside) or number.written == "digits":
        return
    if number.counter == "분" and number.written in ("native", "short"):
        end = number.start + len(number.word)
        yield _finding(Code.COUNTER_SYSTEM, number, end, sino_form(number.value), system="sino")
    elif number.counter == "시" and number.written == "sino":
        yield _other_counter(context, number, "분")


def _shown_system(context: Context, number: Number) -> Iterator[Finding]:
    """`삼 번 먹을게요`, `열 분 기다렸어요`: what 번 and 분 count here, the examples show."""
    if number.counter not in ("번", "분") or number.written == "digits" or number.value < 1:
        return
    end = number.start + len(number.word)
    rest = context.sentence.text[number.end :].lstrip()
    shown = [n for example in context.examples for n in example.reading.numbers if n.counter == number.counter]
    if number.written != "sino":
        minutes = number.counter == "분" and bool(shown) and all(n.written == "sino" for n in shown)
        if minutes or (number.counter == "번" and rest.startswith(_NUMBERED)):
            yield _finding(Code.COUNTER_SYSTEM, number, end, sino_form(number.value), system="sino")
        return
    if number.counter == "분" or number.value >= _SINO_ACCEPTED_FROM or rest.startswith(_NUMBERED):
        return
    if any(n.written in ("native", "short") for n in shown) and not any(n.written == "sino" for n in shown):
        yield _finding(Code.COUNTER_SYSTEM, number, end, native_before_counter(number.value), system="native")


def _finding(code: Code, number: Number, end: int, want: str, system: str | None) -> Finding:
    together = number.gap or number.counter == "월"  # 삼월 is one word
    replacement = want if together else want + " "
    params = {"got": number.word, "want": want, "counter": number.counter or ""}
    if system is not None:
        params["system"] = system
    return Finding(
        code=code, rule="counting.form", start=number.start, end=end, params=params, replacement=replacement
    )


def _counter(context: Context, number: Number) -> Iterator[Finding]:
    """A counter for people, animals and the like where every example counts with others."""
    counter = number.counter
    if counter is None:
        return
    if counter == "분":
        yield from _guests(context, number)
        return
    if counter == "번" and _tries(context, number):
        return
    if counter == "시간" and _at_that_hour(context, number):
        yield _other_counter(context, number, "시")
        return
    if counter == "명" and _is_travelling(context, number):
        return
    used = {n.counter for example in context.examples for n in example.reading.numbers if n.counter}
    if counter in _OF_PEOPLE and not used and _counts_a_thing(context, number):
        yield _other_counter(context, number, "개")
        return
    if counter in _NEVER_FOR_PIECES and _counters_of_the_same(context, number) == {"개"}:
        yield _other_counter(context, number, "개")
        return
    if not used or any(counters_fit(counter, other) for other in used if other):
        return
    same = [
        n.counter
        for example in context.examples
        for n in example.reading.numbers
        if n.counter and n.value == number.value
    ]
    if same:
        fitting = sorted(filter(None, _counters_of_the_same(context, number)))
        yield _other_counter(context, number, fitting[0] if fitting else same[0] or "")


def _counts_a_thing(context: Context, number: Number) -> bool:
    """콜라 한 명: a noun that the turn gives as a value, or that is there or is asked for in its examples."""
    thing = _thing_before(context.reading, number)
    values = {m.form for way in context.prepared.expectation.slot_words for m in _nouns(context, way)}
    handled = {
        _thing_before_predicate(example.reading, p)
        for example in context.examples
        for p in example.reading.predicates
        if p.root in _HAD
    }
    return thing is not None and thing not in _TRAVELLERS and thing in values | handled


def _nouns(context: Context, way: str) -> Iterator[Morpheme]:
    return (m for m in context.analyzer.analyze(way).morphemes if m.tag in ("NNG", "NNP"))


def _thing_before_predicate(reading: Reading, predicate: Predicate) -> str | None:
    nouns = [m for m in reading.sentence.inside(0, predicate.start) if m.tag in ("NNG", "NNP")]
    return nouns[-1].form if nouns else None


def _at_that_hour(context: Context, number: Number) -> bool:
    """일곱 시간에 일어나요 for 일곱 시에, where the examples tell the hour."""
    shown = {n.counter for example in context.examples for n in example.reading.numbers}
    rest = context.sentence.text[number.end :]
    return "시" in shown and "시간" not in shown and rest.startswith("에") and not rest.startswith("에서")


def _is_travelling(context: Context, number: Number) -> bool:
    """어른 두 명이요, where tickets are asked for; 두 명 주세요 asks for the people."""
    closing = context.reading.closing
    gives = closing is not None and closing.root in REQUEST_ROOTS
    return not gives and _thing_before(context.reading, number) in _TRAVELLERS


def _tries(context: Context, number: Number) -> bool:
    """라떼 한번 마셔 볼게요: once, not one of them."""
    return number.value == 1 and any(
        p.start >= number.end and "보" in p.auxiliaries for p in context.reading.predicates
    )


def _counters_of_the_same(context: Context, number: Number) -> set[str | None]:
    """What the examples count the same thing with: 개 for 쿠키."""
    thing = _thing_before(context.reading, number)
    return {
        n.counter
        for example in context.examples
        for n in example.reading.numbers
        if thing is not None and n.counter and _thing_before(example.reading, n) == thing
    }


def _thing_before(reading: Reading, number: Number) -> str | None:
    before = reading.sentence.inside(0, number.start)
    return before[-1].form if before and before[-1].tag in ("NNG", "NNP") else None


def _other_counter(context: Context, number: Number, want: str) -> Finding:
    counter = number.counter or ""
    before = [*context.prepared.npc.sentence.morphemes, *context.sentence.inside(0, number.start)]
    noun = next((m.form for m in reversed(before) if m.tag in ("NNG", "NNP")), number.word)
    return Finding(
        code=Code.COUNTER_WRONG,
        rule="counting.counter",
        start=number.end - len(counter),
        end=number.end,
        params={"noun": noun, "got": counter, "want": want},
        replacement=want,
    )


def _guests(context: Context, number: Number) -> Iterator[Finding]:
    """`두 분이에요` about one's own party: 분 raises those whom it counts."""
    used = {n.counter for example in context.examples for n in example.reading.numbers}
    if "분" in used or not used & {"명", "사람"}:
        return
    start = number.end - 1
    got = context.sentence.text[number.start : number.end]
    yield Finding(
        code=Code.HONORIFIC_SELF,
        rule="counting.guests",
        start=start,
        end=number.end,
        params={"got": got, "want": got[:-1] + "명"},
        replacement="명",
    )


def _counter_missing(context: Context, number: Number) -> Iterator[Finding]:
    """`커피 두 주세요`: the short form cannot stand alone."""
    if number.counter is not None or number.written != "short":
        return
    counters = [n.counter for example in context.examples for n in example.reading.numbers if n.counter]
    counter = counters[0] if counters else "개"
    before = context.sentence.inside(0, number.start)
    noun = next((m.form for m in reversed(before) if m.tag in ("NNG", "NNP")), number.word)
    yield Finding(
        code=Code.COUNTER_MISSING,
        rule="counting.missing",
        start=number.start,
        end=number.end,
        params={"noun": noun, "want": f"{number.word} {counter}"},
        replacement=f"{number.word} {counter}",
    )
