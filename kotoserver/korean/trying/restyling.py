"""Other good ways to say a sentence that only an analysed one shows: endings, particles, order, what goes unsaid.

Each product is one that a teacher passes wherever the sentence itself passes. `variants` works on the letters
alone; this works on morphemes, and each may be applied to what the other made.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from zlib import crc32

from kotoserver.korean.reading.conjugation import conjugate, tagged
from kotoserver.korean.reading.predicates import Predicate, predicates_of
from kotoserver.korean.reading.sentence import Sentence, analyse
from kotoserver.korean.trying.variants import variants
from kotoserver.korean.words.lexicon import DEICTIC, NO_WORDS, YES_WORDS
from kotoserver.ports.morphology import MorphemeAnalyzer

_ASKED = re.compile(r"(?P<verb>주)세요[.!]?$")
_REQUESTS = (
    "시겠어요?",
    "시겠습니까?",
    "실래요?",
    "실 수 있어요?",
    "실 수 있나요?",
    "실 수 있을까요?",
    "시면 돼요",
    "시면 감사하겠습니다",
)
"""What stands for 세요 in 주세요."""
_PROMISES = frozenset({"ᆯ게요", "을게요"})
_WANTED = frozenset({"하", "먹", "마시", "사", "가", "타", "계산하", "결제하", "보내", "빌리", "찾", "예약하"})
"""What one chooses to do, which may be told as a wish or a plan."""
_STATED = frozenset({"어요", "아요"})
_BY_STATE = frozenset({"VA", "XSA", "VCN"})
"""Tags of what describes; 싶다 describes as well."""
_SUBJECT_OF = frozenset({"있", "없", "필요하", "아프", "많", "비싸", "크", "작", "좋"})
"""Predicates whose subject goes without its particle in speech."""
_GOING = frozenset({"가", "오", "있", "다니"})
_SWAPPED = (
    ("이것", "이거"),
    ("이거", "요거"),
    ("이걸로", "이거로"),
    ("그거", "그걸"),
    ("무엇", "뭐"),
    ("여기서", "여기에서"),
    ("여기에서", "여기서"),
    ("저는", "전"),
    ("조금", "좀"),
)
_FIRST = frozenset({"저", "제", "전", "나", "내", "난", "우리"})


def restyled(text: str, analyzer: MorphemeAnalyzer) -> Iterator[tuple[str, str]]:
    """Kind and sentence."""
    sentence = analyse(text, analyzer)
    predicates = predicates_of(sentence)
    closing = predicates[-1] if predicates and predicates[-1].closes else None
    yield from _asked_otherwise(text)
    if closing is not None and sentence.ends_sentence(closing.end):
        yield from _told_otherwise(sentence, closing, analyzer)
    yield from _without_particles(sentence, predicates)
    yield from _in_another_order(sentence, predicates)
    yield from _with_other_words(text)
    yield from _said_in_short(sentence)
    yield from _without_the_answer(sentence, closing)
    yield from _opened(sentence, closing)


def combined(text: str, analyzer: MorphemeAnalyzer, *, most: int) -> Iterator[tuple[str, str]]:
    """Two changes at once, at most `most` of them, the same ones each time."""
    once = {changed: kind for kind, changed in (*restyled(text, analyzer), *variants(text)) if changed != text}
    twice: dict[str, str] = {}
    for changed, kind in once.items():
        for other, again in (*restyled(changed, analyzer), *variants(changed)):
            if other != kind and again not in once and again != text:
                twice.setdefault(again, f"{kind} + {other}")
    chosen = sorted(twice, key=lambda each: crc32(each.encode()))[:most]
    yield from ((twice[each], each) for each in chosen)


def _asked_otherwise(text: str) -> Iterator[tuple[str, str]]:
    if _ASKED.search(text):
        for ending in _REQUESTS:
            yield "request", _ASKED.sub(rf"\g<verb>{ending}", text)
        thing = re.search(r"([가-힣]+) 주세요[.!]?$", text)
        if thing and not re.search(r"[해아어여와워켜려춰꿔로을를만도은는]$|없이|그냥|좀", thing[1]):
            yield "softened", text.replace(thing[0], f"{thing[1]} 좀 {thing[0].split()[-1]}")


def _told_otherwise(
    sentence: Sentence, closing: Predicate, analyzer: MorphemeAnalyzer
) -> Iterator[tuple[str, str]]:
    """할게요 as a plan or a wish, 있어요 as 있는데요 and the like, 어디예요? as 어디인가요?"""
    stem = tagged(sentence, closing.first, closing.last - 1)
    last = sentence.morphemes[closing.last - 2]
    state = last.tag in _BY_STATE or last.form == "싶" or closing.root == "이"
    asks = sentence.asks(closing.end)
    endings: list[tuple[str, list[tuple[str, str]], str]] = []
    if closing.ending in _PROMISES and not asks:
        endings += [("politer", [("겠", "EP"), ("습니다", "EF")], ".")]
        if closing.root in _WANTED and not closing.auxiliaries and not closing.negated:
            endings += [
                ("plan", [("려고요", "EF")], "."),
                ("plan", [("려고", "EC"), ("하", "VV"), ("는데요", "EF")], "."),
                ("wish", [("고", "EC"), ("싶", "VX"), ("어요", "EF")], "."),
                ("wish", [("고", "EC"), ("싶", "VX"), ("은데요", "EF")], "."),
                ("wish", [("을래요", "EF")], "."),
            ]
    elif closing.ending in _STATED and not asks and not closing.honorific and closing.root != "주":
        past = closing.past or closing.root in ("있", "없")
        endings += [
            ("formal", [("습니다", "EF")], "."),
            ("background", [("은데요" if state and not past else "는데요", "EF")], ""),
            ("reason", [("거든요", "EF")], ""),
            ("going on", [("고요", "EF")], ""),
        ]
    elif closing.ending in _STATED and asks and not closing.honorific:
        past = closing.past or closing.root in ("있", "없")
        endings += [
            ("question", [("은가요" if state and not past else "나요", "EF")], "?"),
            ("question", [("습니까", "EF")], "?"),
        ]
    for kind, ending, mark in endings:
        told = conjugate([*stem, *ending], analyzer)
        yield kind, sentence.text[: closing.start] + told + mark


def _without_particles(sentence: Sentence, predicates: tuple[Predicate, ...]) -> Iterator[tuple[str, str]]:
    """우산 있어요?, 학교 가요, 영수증 괜찮아요."""
    text = sentence.text
    for noun, particle in pairwise(sentence.morphemes):
        governor = next((p for p in predicates if p.start >= particle.end), None)
        beside = governor is not None and not text[particle.end : governor.start].strip()
        if noun.tag not in ("NNG", "NNP") or noun.end != particle.start or governor is None:
            continue
        dropped = text[: particle.start] + text[particle.end :]
        if text[particle.end : particle.end + 1] != " " or text[particle.start : particle.end] != particle.form:
            continue
        if particle.tag == "JKO" and len(noun.form) > 1:
            yield "no object particle", dropped
        elif particle.tag == "JKS" and beside and governor.root in _SUBJECT_OF:
            yield "no subject particle", dropped
        elif particle.form == "에" and beside and governor.root in _GOING and len(noun.form) > 1:
            yield "no place particle", dropped
        elif particle.form in ("은", "는") and len(noun.form) > 1:
            yield "no topic particle", dropped


def _in_another_order(sentence: Sentence, predicates: tuple[Predicate, ...]) -> Iterator[tuple[str, str]]:
    """인도네시아로 소포를 보내려고요 as 소포를 인도네시아로 보내려고요."""
    text = sentence.text
    for one, other in pairwise(sentence.words):
        following = next((p for p in predicates if p.start >= other.end), None)
        if following is None or text[one.end : other.start] != " ":
            continue
        if text[other.end : following.start].strip() or any(one.start <= p.start < other.end for p in predicates):
            continue
        if all(_is_complement(sentence, word.start, word.end) for word in (one, other)):
            before = text[: one.start].rstrip()
            if before and not before.endswith((",", ".", "!", "?")):
                continue  # what stands before may belong to the first of the two
            yield "other order", f"{text[: one.start]}{other.text} {one.text}{text[other.end :]}"


def _is_complement(sentence: Sentence, start: int, end: int) -> bool:
    inside = sentence.inside(start, end)
    return (
        len(inside) == 2
        and inside[0].tag in ("NNG", "NNP")
        and inside[1].tag in ("JKO", "JKB")
        and inside[1].form in ("을", "를", "에", "에서", "로", "으로", "까지")
    )


def _with_other_words(text: str) -> Iterator[tuple[str, str]]:
    for one, other in _SWAPPED:
        changed = re.sub(rf"(?<![가-힣]){one}(?![가-힣])", other, text)
        if changed != text:
            yield "other word", changed


def _said_in_short(sentence: Sentence) -> Iterator[tuple[str, str]]:
    """카드로요, 두 잔이요: the verb that all such turns have goes unsaid."""
    match = re.search(r"(?P<said>[가-힣]+) (?:주세요|할게요|해 주세요|부탁드려요)[.!]?$", sentence.text)
    if match is None:
        return
    last = [m for m in sentence.morphemes if m.start < match.end("said") <= m.end]
    if not last:
        return
    if last[0].tag == "JKB" and last[0].form in ("로", "으로", "까지"):
        yield "short", sentence.text[: match.end("said")] + "요"
    elif last[0].tag in ("NNG", "NNP") and match["said"] not in DEICTIC | {"부탁", "천천히"}:
        yield "short", sentence.text[: match.end("said")] + "이요"


def _without_the_answer(sentence: Sentence, closing: Predicate | None) -> Iterator[tuple[str, str]]:
    """필요 없어요 for 아니요, 필요 없어요."""
    first = sentence.words[0] if sentence.words else None
    if first is None or first.text not in YES_WORDS | NO_WORDS or closing is None or len(sentence.words) < 2:
        return
    if not sentence.text[first.end :].startswith(",") or sentence.asks(closing.end):
        return  # 네 개 주세요
    yield "no answer word", sentence.text[sentence.words[1].start :]


def _opened(sentence: Sentence, closing: Predicate | None) -> Iterator[tuple[str, str]]:
    text = sentence.text
    first = sentence.words[0].text if sentence.words else ""
    answers = first in YES_WORDS | NO_WORDS
    if not answers and not first.startswith("안녕"):
        yield "greeting", f"안녕하세요. {text}"
        yield "filler", f"어, {text}"
    asks = closing is not None and sentence.asks(closing.end)
    if asks and not answers and first != "혹시":
        yield "opener", f"혹시 {text}"
        yield "opener", f"실례지만 {text}"
    own = closing is not None and (closing.ending in _PROMISES or (closing.past and not asks))
    if own and not answers and first not in _FIRST and not any(m.form in _FIRST for m in sentence.morphemes):
        yield "speaker named", f"저는 {text}"
