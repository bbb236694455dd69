"""Other good ways to say a sentence: what an editor tries a scene with, and none may be found fault with."""

import re
from collections.abc import Iterator

from kotoserver.domain.evaluation import Evaluation, Severity, Verdict
from kotoserver.domain.particles import choose_particle

_COUNTERS = "잔|개|명|병|장|그릇"
_DIGITS = {"한": "1", "두": "2", "세": "3"}
_COURTESIES = ("네", "아니요", "안녕", "감사", "수고", "고맙")
_NO_THING = re.compile(r"[해아어여와워로을를만도은는]$|하나|없이|그냥|아무거나|같이|함께|따로|다시|빨리|천천히")
"""What stands before 주세요 and is not the thing asked for."""
_SWAPS = (
    ("politer", r"할게요", "하겠습니다"),
    ("plan", r"할게요", "할 거예요"),
    ("plan", r"갈게요", "갈 거예요"),
    ("formal", r"이에요(?!\?)", "입니다"),
    ("formal", r"괜찮아요", "괜찮습니다"),
    ("formal", r"([있없])어요(?!\?)", r"\1습니다"),
    ("softer", r"주세요\.?$", "주시겠어요?"),
    ("softer", r"주세요\.?$", "주실래요?"),
    ("politer", r"주세요", "주십시오"),
    ("joined", r"([해아어여와]) 주세요", r"\1주세요"),
    ("short", r"(잔|개|명|병|장) 주세요\.?$", r"\1이요"),
    ("other verb", r"(잔|개|병|하나) 주세요", r"\1 부탁드려요"),
    ("other noun", r"걸로", "거로"),
    ("other noun", r"걸로", "거"),
    ("full form", r"여기서", "여기에서"),
    (
        "no object particle",
        r"([가-힣])(?:를 |을 (?![거것겁수때게걸건줄만테]))",
        r"\1 ",
    ),  # not the 을 of 있을 거예요
    ("other answer", r"^네, ", "예, "),
    ("other answer", r"^아니요, ", "아뇨, "),
)


def passes(evaluation: Evaluation, intent: str) -> bool:
    """Whether nothing was found fault with."""
    faults = [item for item in evaluation.items if item.severity is not Severity.PRAISE]
    return evaluation.verdict is Verdict.ACCEPT and not faults and evaluation.intent == intent


def variants(sentence: str) -> Iterator[tuple[str, str]]:
    """Kind and sentence."""
    bare = sentence.rstrip(".")
    yield "no full stop", bare
    if "?" not in sentence:
        yield "opener", f"저기요, {sentence}"
    yield "filler", f"음… {sentence}"
    if not bare.endswith("감사합니다"):
        yield "thanks", f"{sentence} 감사합니다."
    for kind, pattern, better in _SWAPS:
        changed = re.sub(pattern, better, sentence)
        if changed != sentence:
            yield kind, changed
    for word, digit in _DIGITS.items():
        changed = re.sub(rf"\b{word} ({_COUNTERS})", rf"{digit}\1", sentence)
        if changed != sentence:
            yield "digits", changed
    yield from _with_object_particle(sentence)


def _with_object_particle(sentence: str) -> Iterator[tuple[str, str]]:
    match = re.search(r"([가-힣]{2,}) 주세요", sentence)
    if match and not _NO_THING.search(match[1]):
        noun = match[1] + choose_particle(match[1], "을/를")
        yield "object particle", sentence.replace(match[0], f"{noun} 주세요")
