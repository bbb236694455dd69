"""What was heard about each slot: filled, missing, wrong or ambiguous."""

from collections.abc import Iterable

from kotoserver.domain.evaluation import SlotReading, SlotState
from kotoserver.domain.scene import Slot
from kotoserver.korean.answering.intents import PreparedIntent
from kotoserver.korean.reading.predicates import Predicate
from kotoserver.korean.reading.reading import Reading
from kotoserver.korean.reading.slots import OTHER_VALUE, Mention, SlotTable, count_mention
from kotoserver.korean.words.lexicon import MEANS_NOUNS, PURPOSES, REQUEST_ROOTS, TAKING_ROOTS
from kotoserver.korean.words.numbers import read_numbers
from kotoserver.ports.morphology import Morpheme

_UMBRELLA = frozenset(
    [
        "커피",
        "음료",
        "음료수",
        "차",
        "빵",
        "케이크",
        "거",
        "것",
        "걸",
        "게",
        "건",
        "메뉴",
        "음식",
        "마실",
        "물건",
        "이거",
        "그거",
        "저거",
        "잔",
        "개",
        "사이즈",
        "자리",
    ]
)
"""Words for a whole class, which leave the choice open."""
_BESIDE = frozenset({"쪽", "편", "자리", "사람"})
_PARTICLES_ALIKE = ("하고 랑 이랑 와 과", "로 으로", "을 를", "이 가", "은 는", "에게 한테 께")
_ALIKE = {form: group.split()[0] for group in _PARTICLES_ALIKE for form in group.split()}


def read_slots(reading: Reading, intent: PreparedIntent, table: SlotTable) -> tuple[SlotReading, ...]:
    """What was heard about each slot of the intent, in its order."""
    found: list[SlotReading] = []
    for slot in intent.slots:
        choice = table.choices.get(slot)
        if choice is not None:
            found.append(_read_choice(reading, choice, intent))
        number = next((n for n in table.numbers if n.id == slot), None)
        if number is not None:
            found.append(_read_number(reading, number))
    return tuple(r for r in found if r.state is not SlotState.MISSING or r.slot in intent.needs)


def _read_choice(reading: Reading, slot: Slot, intent: PreparedIntent) -> SlotReading:
    needed = slot.id in intent.needs
    mentions = [m for m in reading.mentions if m.slot == slot.id and (needed or not m.by_verb)]
    values = list(dict.fromkeys(m.value for m in mentions if m.value != OTHER_VALUE))
    heard = reading.text[mentions[-1].start : mentions[-1].end] if mentions else None
    if len(values) == 1:
        good = next(m for m in mentions if m.value == values[0])
        return SlotReading(
            slot=slot.id, state=SlotState.FILLED, value=values[0], heard=reading.text[good.start : good.end]
        )
    together = _value_for_all(reading, mentions, slot) if len(values) > 1 else None
    if together is not None:
        heard = reading.text[mentions[0].start : mentions[-1].end]
        return SlotReading(slot=slot.id, state=SlotState.FILLED, value=together, heard=heard)
    if len(values) > 1:
        both = ", ".join(dict.fromkeys(reading.text[m.start : m.end] for m in mentions))
        return SlotReading(slot=slot.id, state=SlotState.AMBIGUOUS, heard=both)
    if mentions:
        return SlotReading(slot=slot.id, state=SlotState.WRONG, heard=heard)
    other = (unlisted_amount(reading, slot) or _unlisted_noun(reading, slot)) if needed else None
    if other is None and needed:
        other = in_its_place(reading, intent, slot.id)
    if other is not None:
        return SlotReading(slot=slot.id, state=SlotState.WRONG, heard=other)
    return SlotReading(slot=slot.id, state=SlotState.MISSING)


def _value_for_all(reading: Reading, mentions: list[Mention], slot: Slot) -> str | None:
    """The one value that means all of what was named: 쿠키와 치즈케이크, where 치즈케이크하고 쿠키 is one."""
    heard = {reading.text[m.start : m.end] for m in mentions}
    return next((v for v, ways in slot.values.items() for way in ways if all(each in way for each in heard)), None)


def unlisted_amount(reading: Reading, slot: Slot) -> str | None:
    """십 일 where the values are 삼 일, 일주일 and the like."""
    listed = [n for ways in slot.values.values() for way in ways for n in read_numbers(way) if n.counter]
    units = {number.quantity[1] for number in listed}
    said = next((n for n in reading.numbers if n.counter and n.quantity[1] in units), None)
    return reading.text[said.start : said.end] if said is not None else None


def _unlisted_noun(reading: Reading, slot: Slot) -> str | None:
    """콜라 of 콜라 주세요: the thing asked for, when it is no class word and no value."""
    closing = reading.closing
    if closing is not None and not _asks_for(reading, closing):
        return None
    taken = {place for m in reading.mentions for place in range(m.start, m.end)}
    taken |= {place for n in reading.numbers for place in range(n.start, n.end)}
    placed = {m.start for m in reading.sentence.morphemes if m.tag == "JKB" and m.form not in ("로", "으로")}
    for morpheme in reversed(
        reading.sentence.inside(0, closing.start if closing is not None else len(reading.text))
    ):
        if morpheme.tag in ("NNG", "NNP") and morpheme.start not in taken and morpheme.end not in placed:
            ways = [way for ways in slot.values.values() for way in ways]
            kind = _is_kind_of_any(_whole(reading, morpheme), ways)
            return None if morpheme.form in _UMBRELLA or kind else morpheme.form
    return None


def in_its_place(reading: Reading, intent: PreparedIntent, slot: str) -> str | None:
    """구석 of 구석에 앉을게요, where 창가에 앉을게요 is taught: it has the value's particle and its verb."""
    closing = reading.closing
    if closing is None or closing.negated:
        return None
    asks = reading.sentence.asks(closing.end)
    named = [(e.reading, m) for e in intent.examples for m in e.reading.mentions if m.slot == slot]
    shown = {
        (told.root, _behind(read, m.end))
        for read, m in named
        if (told := read.closing) is not None and read.sentence.asks(told.end) is asks
    }
    values = {read.text[m.start : m.end] for read, m in named}
    elsewhere = _BESIDE | {"한국"} - values
    if values & PURPOSES:
        elsewhere |= MEANS_NOUNS  # 비행기로 왔어요 tells no purpose
    taken = {place for m in reading.mentions for place in range(m.start, m.end)}
    taken |= {place for n in reading.numbers for place in range(n.start, n.end)}
    for noun in reversed(reading.sentence.morphemes):
        if noun.tag not in ("NNG", "NNP") or noun.form in elsewhere or noun.start in taken:
            continue
        behind = _behind(reading, noun.end)
        if behind is not None and (closing.root, behind) in shown:
            heard = _whole(reading, noun)
            return None if heard in _UMBRELLA or _is_kind_of_any(heard, values) else heard
    return None


def _whole(reading: Reading, noun: Morpheme) -> str:
    """감기약, which the analyser may cut into 감기 and 약, and 토마토 주스."""
    start = noun.start
    for before in reversed(reading.sentence.inside(0, noun.start)):
        if reading.text[before.end : start].strip() or before.tag not in ("NNG", "NNP", "XPN"):
            break
        start = before.start
    return reading.text[start : noun.end]


def _is_kind_of_any(noun: str, values: Iterable[str]) -> bool:
    """고기, where 닭고기 is wanted: it names the kind, and leaves open which."""
    return any(value.endswith(noun) and value != noun for value in values)


def _behind(reading: Reading, place: int) -> str | None:
    """The particle or noun behind a value, or 이 of 이다; 쪽 and 자리 add nothing: 창가 쪽으로, 창가로."""
    following = [m for m in reading.sentence.morphemes if m.start >= place]
    while following and (following[0].form in _BESIDE or following[0].tag == "XSN"):
        following = following[1:]
    if following and following[0].tag in ("VV", "VA"):
        return "를"  # 학생증 있어요: nothing stands between them
    known = following and (following[0].tag.startswith("J") or following[0].tag in ("VCP", "NNG"))
    return _ALIKE.get(following[0].form, following[0].form) if known else None


def _asks_for(reading: Reading, closing: Predicate) -> bool:
    """Whether it asks for a thing or chooses it: 도넛 주세요, 도넛 먹을래요, 도넛 어디 있어요?, 택시로 갈게요."""
    if closing.root in REQUEST_ROOTS | {"하"} or "주" in closing.auxiliaries:
        return True
    wants = closing.future or "싶" in closing.auxiliaries or closing.ending == "자"
    if closing.root in TAKING_ROOTS:
        return wants and not closing.negated
    if closing.root == "있":
        return "q:어디" in reading.features
    return wants and closing.root in ("가", "타", "오")


def _read_number(reading: Reading, slot: Slot) -> SlotReading:
    mention = count_mention(slot, reading.numbers)
    none = next((n for n in reading.numbers if n.value == 0 and n.counter), None)
    if mention is None and none is not None:
        return SlotReading(slot=slot.id, state=SlotState.WRONG, heard=reading.text[none.start : none.end])
    if mention is None:
        return SlotReading(slot=slot.id, state=SlotState.MISSING)
    heard = reading.text[mention.start : mention.end]
    if slot.maximum is not None and int(mention.value) > slot.maximum:
        return SlotReading(slot=slot.id, state=SlotState.WRONG, heard=heard)
    return SlotReading(slot=slot.id, state=SlotState.FILLED, value=mention.value, heard=heard)


def filled_by(mentions: tuple[Mention, ...], reading: Reading, table: SlotTable) -> frozenset[str]:
    """Slots that were given a value one can use."""
    choices = {m.slot for m in mentions if m.value != OTHER_VALUE}
    numbers = {slot.id for slot in table.numbers if count_mention(slot, reading.numbers) is not None}
    return frozenset(choices | numbers)
