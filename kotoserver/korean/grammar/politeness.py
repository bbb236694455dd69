"""The same sentence in the level that is wanted, and what to say when it was not in it."""

import re
from collections.abc import Iterator

from kotoserver.domain.levels import SpeechFit, SpeechLevel
from kotoserver.domain.particles import choose_particle, final_consonant
from kotoserver.korean.answering.context import Context
from kotoserver.korean.findings.codes import Code
from kotoserver.korean.findings.findings import Finding
from kotoserver.korean.grammar.lowering import lowered
from kotoserver.korean.reading.conjugation import conjugate, tagged
from kotoserver.korean.reading.level import Close, fit
from kotoserver.korean.reading.predicates import Predicate
from kotoserver.korean.reading.sentence import Word

LEVEL_KEYS = {SpeechLevel.HAEYO: "haeyo", SpeechLevel.HAPSYO: "hapsyo", SpeechLevel.BANMAL: "banmal"}
_TAKES_YO = (
    "어",
    "아",
    "지",
    "네",
    "ᆯ게",
    "을게",
    "ᆯ래",
    "을래",
    "ᆯ까",
    "을까",
    "거든",
    "는데",
    "은데",
    "ᆫ데",
    "나",
    "군",
    "구나",
    "잖아",
    "라고",
    "다고",
    "고",
    "게",
    "ᆫ가",
    "은가",
    "는가",
    "대",
    "래",
)
_POLITE_ANSWERS = {"응": "네", "어": "네", "아니": "아니요", "안녕": "안녕하세요", "미안": "미안해요"}
_SAYABLE = re.compile("[가-힣0-9A-Za-z]")
_ALONE = frozenset({"네", "예", "아니요", "아뇨", "감사합니다", "안녕하세요", "저기요", "여기요"})


def find_level(context: Context) -> Iterator[Finding]:
    expectation = context.prepared.expectation
    level = context.reading.level
    speech = fit(level.level, expectation.target, expectation.also_ok)
    if speech is SpeechFit.TOO_CASUAL:
        yield from _raise_level(context)
    elif speech is SpeechFit.TOO_FORMAL:
        yield from _lower_level(context)
    elif _half_polite(context):
        yield from _propose(context)
    elif level.mixed and expectation.target is not SpeechLevel.BANMAL:
        yield from _unmix(context)
    elif level.archaic and expectation.target is not SpeechLevel.BANMAL:
        yield from _modernise(context)
    elif level.level is SpeechLevel.NONE and expectation.target is not SpeechLevel.BANMAL:
        yield from _finish_fragment(context)


def _raise_level(context: Context) -> Iterator[Finding]:
    """Each casual close with its polite form, and a casual 응 before them; the item shows the last of them."""
    low = [
        close
        for close in context.reading.level.closes
        if close.level.politeness < context.wanted.politeness and _ends_word(context, close)
    ]
    steps = [_polite_form(context, close, _predicate_of(context, close), context.wanted) for close in low]
    if not steps:
        return
    last = steps[-1]
    opening = _casual_answer(context)
    if opening is not None and opening.end <= steps[0][0]:
        said = opening.text
        steps.insert(0, (opening.start, opening.end, said, _POLITE_ANSWERS[said]))
    fix = context.sentence.text
    for start, end, _, better in reversed(steps):
        fix = fix[:start] + better + fix[end:]
    for start, end, _, better in reversed(steps):
        yield Finding(
            code=Code.LEVEL_TOO_LOW,
            rule="level.too_low",
            start=start,
            end=end,
            params={
                "got": LEVEL_KEYS[context.reading.level.level],
                "want": LEVEL_KEYS[context.wanted],
                "fix": fix.strip() if last[2] else last[3],
            },
            replacement=better,
        )


def _ends_word(context: Context, close: Close) -> bool:
    """Not so where the analyser cut an ending out of a word that it does not know (하자만)."""
    return not context.sentence.text[close.end : close.end + 1].isalnum()


def _casual_answer(context: Context) -> Word | None:
    """응 and 아니 at the head, which are casual themselves: 응, 주문할게 → 네, 주문할게요."""
    word = context.reading.stance.answer_word
    return word if word is not None and word.text in _POLITE_ANSWERS else None


def _lower_level(context: Context) -> Iterator[Finding]:
    """Everything polite with what a friend says, as one item."""
    level = context.reading.level
    steps = list(lowered(context, level.closes))
    text = fix = context.sentence.text
    for start, end, better in sorted(steps, reverse=True):
        fix = fix[:start] + better + fix[end:]
    close = level.closes[-1]
    for start, end, better in steps or [(close.start, close.end, text[close.start : close.end])]:
        yield Finding(
            code=Code.LEVEL_TOO_HIGH,
            rule="level.too_high",
            start=start,
            end=end,
            params={"got": LEVEL_KEYS[level.level], "want": LEVEL_KEYS[context.wanted], "fix": fix},
            replacement=better,
        )


def _unmix(context: Context) -> Iterator[Finding]:
    casual = (c for c in context.reading.level.closes if c.level is SpeechLevel.BANMAL and _ends_word(context, c))
    close = next(casual, None)
    if close is None:
        return
    predicate = _predicate_of(context, close)
    start, end, _, better = _polite_form(context, close, predicate, SpeechLevel.HAEYO)
    text = context.sentence.text
    yield Finding(
        code=Code.LEVEL_MIXED,
        rule="level.mixed",
        start=start,
        end=end,
        params={"fix": text[:start] + better + text[end:]},
        replacement=better,
    )


def _half_polite(context: Context) -> bool:
    """먹자요: 요 put to an ending that is only casual."""
    return any(p.ending == "자요" for p in context.reading.predicates)


def _propose(context: Context) -> Iterator[Finding]:
    """먹자요 → 먹어요, 먹읍시다 where the most formal level is wanted."""
    text = context.sentence.text
    for predicate in context.reading.predicates:
        if predicate.ending != "자요":
            continue
        stem = tagged(context.sentence, predicate.first, predicate.last - 1)
        ending = "읍시다" if context.wanted is SpeechLevel.HAPSYO else "어요"
        better = conjugate([*stem, (ending, "EF")], context.analyzer)
        yield Finding(
            code=Code.LEVEL_MIXED,
            rule="level.proposal",
            start=predicate.start,
            end=predicate.end,
            params={"fix": text[: predicate.start] + better + text[predicate.end :]},
            replacement=better,
        )


def _modernise(context: Context) -> Iterator[Finding]:
    close = next(c for c in context.reading.level.closes if c.archaic)
    predicate = _predicate_of(context, close)
    if predicate is None:
        return
    parts = [
        p for p in tagged(context.sentence, predicate.first, predicate.last)[:-1] if p[0] not in ("시", "으시")
    ]
    better = conjugate([*parts, ("세요", "EF")], context.analyzer)
    text = context.sentence.text
    yield Finding(
        code=Code.LEVEL_ARCHAIC,
        rule="level.archaic",
        start=predicate.start,
        end=predicate.end,
        params={
            "got": "archaic",
            "want": LEVEL_KEYS[context.wanted],
            "fix": text[: predicate.start] + better + text[predicate.end :],
        },
        replacement=better,
    )


def _finish_fragment(context: Context) -> Iterator[Finding]:
    """아메리카노 한 잔 → 아메리카노 한 잔 주세요: a bare noun is curt."""
    reading = context.reading
    words = [word for word in context.sentence.words if word.start not in reading.noise]
    if not words or all(word.text in _ALONE for word in words):
        return
    last = words[-1]
    if not _SAYABLE.search(last.text):
        return  # ㅋㅋㅋ, which has no syllable
    if any(n.counter and n.end == last.end - 1 and last.text.endswith("요") for n in reading.numbers):
        return  # 한 개요, which the analyser may take for 개요, an outline
    inside = context.sentence.inside(last.start, last.end)
    if not inside or inside[-1].tag[0] not in "NJSX":
        return
    asks = [e for e in context.examples if e.reading.closing is not None and e.reading.closing.root == "주"]
    if inside[-1].tag[0] == "J":
        tail = "요"
    elif asks:
        tail = " 주세요"
    else:
        tail = "이요" if final_consonant(last.text) else "요"
    text = context.sentence.text
    yield Finding(
        code=Code.LEVEL_BARE_FRAGMENT,
        rule="level.fragment",
        start=last.end,
        end=last.end,
        params={"fix": text[: last.end] + tail},
        replacement=tail,
    )


def _predicate_of(context: Context, close: Close) -> Predicate | None:
    return next((p for p in context.reading.predicates if p.start < close.end <= p.end + 1), None)


def _polite_form(
    context: Context, close: Close, predicate: Predicate | None, wanted: SpeechLevel
) -> tuple[int, int, str, str]:
    """Start, end, what stands there, and what should."""
    text = context.sentence.text
    if predicate is None:
        got = text[close.start : close.end]
        copula = choose_particle(text[: close.start], "이에요/예요") if got == "야" else None
        if got in ("요", "이요") and wanted is SpeechLevel.HAPSYO:
            copula = "입니다"
        better = copula or _POLITE_ANSWERS.get(got, got + "요")
        return close.start, close.end, got, better
    parts = tagged(context.sentence, predicate.first, predicate.last)
    ending, stem = parts[-1][0] if parts else "", parts[:-1]
    if wanted is SpeechLevel.HAPSYO:
        better = _formal(context, predicate, stem, ending)
    else:
        better = _polite(context, predicate, stem, ending, text[predicate.start : predicate.end])
    return predicate.start, predicate.end, text[predicate.start : predicate.end], better


def _polite(context: Context, predicate: Predicate, stem: list[tuple[str, str]], ending: str, surface: str) -> str:
    gives = predicate.root == "주" or (bool(predicate.auxiliaries) and predicate.auxiliaries[-1] == "주")
    if gives and ending in ("어", "라", "어라", "아", "아라") and not predicate.past:
        return conjugate([*stem, ("세요", "EF")], context.analyzer)
    if gives and ending in ("ᆯ래", "을래"):
        return conjugate([*stem, ("시", "EP"), ("ᆯ래요", "EF")], context.analyzer)
    if stem and stem[-1][1] == "VCP":
        return conjugate([*stem, ("에요", "EF")], context.analyzer)
    if ending in _TAKES_YO and not surface.endswith("야"):
        return surface + "요"
    return conjugate([*stem, ("어요", "EF")], context.analyzer)


def _formal(context: Context, predicate: Predicate, stem: list[tuple[str, str]], ending: str) -> str:
    gives = predicate.root == "주" or (bool(predicate.auxiliaries) and predicate.auxiliaries[-1] == "주")
    if ending.startswith(("세", "으세", "시")) or (gives and ending == "어"):
        return conjugate([*stem, ("시", "EP"), ("ᆸ시오", "EF")], context.analyzer)
    if ending.startswith(("ᆯ게", "을게")):
        return conjugate([*stem, ("겠", "EP"), ("습니다", "EF")], context.analyzer)
    if ending in ("자", "자요"):
        return conjugate([*stem, ("읍시다", "EF")], context.analyzer)
    asks = context.sentence.asks(predicate.end)
    return conjugate([*stem, ("ᆸ니까" if asks else "ᆸ니다", "EF")], context.analyzer)
