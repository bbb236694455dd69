"""Slots: the values of a scene as people say them, found in what the learner said."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from kotoserver.domain.evaluation import Expectation
from kotoserver.domain.scene import Slot, SlotFill, SlotKind
from kotoserver.korean.reading.sentence import NOUN_TAGS, Sentence, analyse
from kotoserver.korean.words.lexicon import CONTRASTS, HONORIFIC_ROOTS, SHORT_FORMS
from kotoserver.korean.words.numbers import COUNT_UNITS, Number, read_numbers
from kotoserver.ports.morphology import MorphemeAnalyzer

_STEM_TAGS = frozenset({"VV", "VA", "XR"})
OTHER_VALUE = "?"
"""Id of a value that is known to be an alternative, but not one the expectation lists."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to say one value."""

    slot: str
    value: str
    compact: str
    """Without spaces."""
    stem: str | None
    """The verb or adjective stem it begins with, so that other endings are known too."""
    quantity: tuple[int, str | None] | None = None
    """Amount and unit, where that is all it says: 삼 일 may be said as 3일, and wrongly as 세 일."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A value that was said, and where."""

    slot: str
    value: SlotFill
    start: int
    end: int
    by_verb: bool = False
    """Whether only the stem of a verb tells it: 먹을게요 is also said where one simply orders."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotTable:
    """Everything needed to find values; longest variants first."""

    variants: tuple[Variant, ...]
    shortcuts: Mapping[str, tuple[tuple[str, SlotFill], ...]]
    numbers: tuple[Slot, ...]
    choices: Mapping[str, Slot]

    @property
    def leaves_choice(self) -> bool:
        """Whether the learner may choose; a turn whose slots pin every value is a set task."""
        return bool(self.numbers) or any(len(slot.values) > 1 for slot in self.choices.values())


def build_table(expectation: Expectation, analyzer: MorphemeAnalyzer) -> SlotTable:
    variants: list[Variant] = []
    choices = {slot.id: slot for slot in expectation.slots.values() if slot.kind is SlotKind.CHOICE}
    for slot in choices.values():
        for value, ways in slot.values.items():
            shorter = [re.sub(r"(?<=[가-힣])[을를] ", " ", way) for way in ways]
            shorter += [way.removesuffix("서") for way in ways if way.endswith("에서")]  # 밖에 마시자
            shorter += [way.replace("라떼", "라테") for way in ways if "라떼" in way]  # as dictionaries write it
            spoken = dict.fromkeys([*ways, *shorter, *_synonyms(ways, expectation), *_siblings(slot, value)])
            variants += [_variant(slot.id, value, way, analyzer) for way in spoken]
        variants += [_variant(slot.id, OTHER_VALUE, way, analyzer) for way in _contrasts(slot)]
    ordered = tuple(sorted(dict.fromkeys(variants), key=lambda v: (-len(v.compact), v.value == OTHER_VALUE)))
    table = SlotTable(variants=ordered, shortcuts={}, numbers=(), choices=choices)
    return SlotTable(
        variants=ordered,
        shortcuts=_shortcuts(expectation, table, analyzer),
        numbers=tuple(slot for slot in expectation.slots.values() if slot.kind is SlotKind.NATIVE_NUMBER),
        choices=choices,
    )


def find_mentions(sentence: Sentence, table: SlotTable, numbers: Iterable[Number]) -> tuple[Mention, ...]:
    """Values in order of saying; of two that overlap the longer stands, and `X 말고` takes X back."""
    found: list[Mention] = []
    for word in sentence.words:
        for short, fills in table.shortcuts.items():
            if word.text.startswith(short) and _is_tail(word.text[len(short) :]):
                found += [Mention(slot, value, word.start, word.start + len(short)) for slot, value in fills]
    compact, places = _compact(sentence.text)
    counted = {place for number in numbers for place in range(number.start, number.end)}
    counted_by = {number.start: number.end for number in numbers}
    spoken = [
        (variant, start, end, by_verb)
        for variant in table.variants
        if variant.stem is not None or variant.compact in compact
        for start, end, by_verb in _occurrences(variant, compact, places, sentence)
        if not _is_torn(sentence.text, start, end)
    ]
    # A value may begin right behind another (아이스아메리카노), so each one found may open the way for more.
    grown = True
    while grown:
        grown = False
        for variant, start, end, by_verb in spoken:
            clash = any(start < other.end and other.start < end for other in found)
            clash = clash or _is_part_of_amount(variant, start, counted_by)
            if not clash and _begins_well(start, sentence, found, counted):
                found.append(Mention(variant.slot, variant.value, start, end, by_verb))
                grown = True
    found += _by_quantity(table, numbers, found)
    kept = [mention for mention in found if not _taken_back(sentence, mention)]
    ordered = sorted(kept, key=lambda mention: mention.start)
    kinds = {mention for before, mention in pairwise(ordered) if _only_its_kind(sentence, before, mention, table)}
    return tuple(mention for mention in ordered if mention not in kinds)


def _is_torn(text: str, start: int, end: int) -> bool:
    """게하 (short for 게스트하우스) of 그렇게 하겠습니다: the end of one word and the beginning of another."""
    return start > 0 and text[start - 1].isalnum() and " " in text[start:end]


def _is_part_of_amount(variant: Variant, start: int, counted_by: Mapping[int, int]) -> bool:
    """만 원 of 백만 원."""
    return variant.quantity is not None and any(first < start < end for first, end in counted_by.items())


def _only_its_kind(sentence: Sentence, before: Mention, mention: Mention, table: SlotTable) -> bool:
    """카드 of 티머니 카드, where 교통카드 is another way to say 티머니: its kind, and no second value."""
    apart = sentence.text[before.end : mention.start].strip()
    if apart or mention.slot != before.slot or mention.value == before.value:
        return False
    kind = sentence.text[mention.start : mention.end]
    ways = table.choices[mention.slot].values.get(str(before.value), ())
    return any(way != kind and way.endswith(kind) for way in ways)


def _by_quantity(table: SlotTable, numbers: Iterable[Number], found: list[Mention]) -> list[Mention]:
    """Values that are amounts, in whatever words the amount was said."""
    values = {v.quantity: v for v in reversed(table.variants) if v.quantity is not None}
    return [
        Mention(values[number.quantity].slot, values[number.quantity].value, number.start, number.end)
        for number in numbers
        if number.quantity in values
        and not any(number.start < other.end and other.start < number.end for other in found)
    ]


def count_mention(slot: Slot, numbers: Iterable[Number]) -> Mention | None:
    """The last number that counts things."""
    fitting = [n for n in numbers if n.value > 0 and (n.counter is None or n.counter in COUNT_UNITS)]
    if not fitting:
        return None
    number = fitting[-1]
    return Mention(slot.id, number.value, number.start, number.end)


def _variant(slot: str, value: str, way: str, analyzer: MorphemeAnalyzer) -> Variant:
    morphemes = analyse(way, analyzer).morphemes
    stem = None
    if len(way) == 1 and not morphemes[0].tag.startswith("N"):
        stem = way
    verbs = [m for m in morphemes if m.tag in ("VV", "VA", "VX")]
    if morphemes and morphemes[0].tag in _STEM_TAGS and len(morphemes) > 1 and len(verbs) < 2:
        stem = morphemes[0].form
    if (
        len(morphemes) == 3
        and morphemes[0].tag == "NNG"
        and (morphemes[1].form, morphemes[2].form) == ("하", "러")
    ):
        stem = morphemes[0].form  # 일하러 왔어요, 일 때문에 왔어요
    numbers = read_numbers(way)
    whole = len(numbers) == 1 and numbers[0].counter is not None and numbers[0].end - numbers[0].start == len(way)
    return Variant(slot, value, way.replace(" ", ""), stem, numbers[0].quantity if whole else None)


def _synonyms(ways: Iterable[str], expectation: Expectation) -> list[str]:
    return [other for way in ways for other in expectation.synonyms.get(way, ())]


def _siblings(slot: Slot, value: str) -> list[str]:
    """Everyday words for the same value, where they can mean no other value of the slot (신용카드 for 카드)."""
    return [
        way
        for groups in CONTRASTS
        for group in groups
        if [v for v, ways in slot.values.items() if set(ways) & set(group)] == [value]
        for way in group
    ]


def _contrasts(slot: Slot) -> list[str]:
    """Everyday alternatives of a slot that pins one value."""
    if len(slot.values) != 1:
        return []
    known = {way for ways in slot.values.values() for way in ways}
    return [
        way
        for groups in CONTRASTS
        if any(known & set(group) for group in groups)
        for group in groups
        if not known & set(group)
        for way in group
    ]


def _shortcuts(
    expectation: Expectation, table: SlotTable, analyzer: MorphemeAnalyzer
) -> dict[str, tuple[tuple[str, SlotFill], ...]]:
    shortcuts = {word: tuple(fills.items()) for word, fills in expectation.shortcuts.items()}
    for word, meaning in SHORT_FORMS.items():
        if word not in shortcuts:
            mentions = find_mentions(analyse(meaning, analyzer), table, ())
            if any(mention.value != OTHER_VALUE for mention in mentions):
                shortcuts[word] = tuple((mention.slot, mention.value) for mention in mentions)
    return shortcuts


def _compact(text: str) -> tuple[str, list[int]]:
    places = [place for place, character in enumerate(text) if not character.isspace()]
    return "".join(text[place] for place in places), places


def _occurrences(
    variant: Variant, compact: str, places: list[int], sentence: Sentence
) -> Iterable[tuple[int, int, bool]]:
    at = compact.find(variant.compact) if len(variant.compact) > 1 or variant.stem is None else -1
    while at >= 0:
        yield places[at], places[at + len(variant.compact) - 1] + 1, False
        at = compact.find(variant.compact, at + 1)
    if variant.stem is not None:
        for morpheme in sentence.morphemes:
            tags = _STEM_TAGS | {"NNG"} if variant.compact.startswith(variant.stem + "하") else _STEM_TAGS
            if HONORIFIC_ROOTS.get(morpheme.form, morpheme.form) == variant.stem and morpheme.tag in tags:
                yield morpheme.start, max(morpheme.end, morpheme.start + 1), morpheme.tag == "VV"


def _begins_well(start: int, sentence: Sentence, found: list[Mention], counted: set[int]) -> bool:
    """A value begins a word, follows another value, or follows something that is no noun."""
    if start == 0 or sentence.text[start - 1] in " ,.!?" or not sentence.text[start - 1].isalnum():
        return True
    if start - 1 in counted or any(mention.end == start for mention in found):
        return True
    before = [m for m in sentence.morphemes if m.start < start <= m.end]
    return bool(before) and before[-1].end == start and before[-1].tag not in NOUN_TAGS


def _is_tail(rest: str) -> bool:
    return not rest or rest in ("요", "이요", "로", "로요", "를", "는", "가", "도", "랑", "만", "하나요", "한잔")


def _taken_back(sentence: Sentence, mention: Mention) -> bool:
    rest = sentence.text[mention.end :].lstrip()
    for thing in ("한 거", "거"):
        rest = rest.removeprefix(thing).lstrip()  # 차가운 거 말고 따뜻한 거 주세요
    return rest.startswith(("말고", "아니고", "는 말고", "은 말고", "가 아니", "이 아니", "대신"))
