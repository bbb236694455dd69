"""What one does by saying something: ask, want, state, or take note."""

from enum import StrEnum
from itertools import pairwise

from kotoserver.korean.reading.predicates import Predicate, is_demand
from kotoserver.korean.reading.reading import Reading
from kotoserver.korean.words.lexicon import REQUEST_ROOTS, STATE_ROOTS, UNCOMMANDED_ROOTS

_NOTING = frozenset({"알", "고맙", "감사하", "그렇", "되", "괜찮", "좋"})
_PLANNING = frozenset({"려고", "으려고", "려고요", "으려고요", "자"})
_UNCOMMANDED = STATE_ROOTS | UNCOMMANDED_ROOTS | {"이"}
_QUALITIES = frozenset({"VA", "XSA"})
_WONDERING = frozenset({"얼마", "어디", "뭐", "언제", "누구"})
"""라떼가 얼마야, without its question mark."""
_TASTES = frozenset({"달", "쓴맛나"})
"""Where the analyser may find a verb: 조금 달아요."""


class Act(StrEnum):
    ASKS = "asks"
    REQUESTS = "requests"
    PLANS = "plans"
    NAMES = "names"
    """A thing, with 이다 or alone."""
    DESCRIBES = "describes"
    TELLS = "tells"
    NOTES = "notes"
    """알겠습니다, 고마워요, 괜찮아요: it takes up what was said and adds nothing."""


STATING = frozenset({Act.NAMES, Act.DESCRIBES, Act.TELLS})
WANTING = frozenset({Act.REQUESTS, Act.PLANS})


def act_of(reading: Reading) -> Act:
    closing = reading.closing
    if closing is None:
        wonders = any(feature.startswith("q:") for feature in reading.features)
        if wonders and not reading.predicates and reading.text.rstrip().endswith(("?", "？")):
            return Act.ASKS  # 왜요?
        last = reading.predicates[-1] if reading.predicates else None
        if last is not None and last.root in ("고맙", "감사하") and not reading.nouns:
            return Act.NOTES
        return Act.PLANS if last is not None and last.ending in _PLANNING else Act.NAMES
    if _requests(closing, reading):
        return Act.REQUESTS
    if reading.sentence.asks(closing.end) or closing.noun in _WONDERING:
        return Act.ASKS
    meant = [p for p in reading.predicates if p.start not in reading.noise]
    if not (closing.negated or closing.past or reading.nouns) and all(p.root in _NOTING for p in meant):
        return Act.NOTES
    if closing.future or "싶" in closing.auxiliaries or closing.ending in _PLANNING or _has_decided(reading):
        return Act.PLANS
    if closing.root == "이":
        return Act.NAMES
    return Act.DESCRIBES if describes(reading, closing) else Act.TELLS


def _has_decided(reading: Reading) -> bool:
    """바다에 가기로 했어."""
    return any(
        (one.form, one.tag, other.form) == ("기", "ETN", "로")
        for one, other in pairwise(reading.sentence.morphemes)
    )


def kindred(act: Act, reading: Reading) -> frozenset[Act]:
    """What it may stand for: 파마하고 싶어요 for 파마해 주세요, 바퀴가 있어요 for 검은 가방이에요."""
    closing = reading.closing
    if act in WANTING:
        return WANTING
    if closing is not None and closing.root in ("좋", "좋아하"):
        return frozenset({Act.DESCRIBES, Act.TELLS})
    plain = closing is None or closing.root in ("이", "있", "없", "되", "하")
    return frozenset({Act.NAMES, Act.TELLS}) if plain and act in (Act.NAMES, Act.TELLS) else frozenset({act})


def describes(reading: Reading, predicate: Predicate) -> bool:
    """매워요, 조용해요, 맛있어요; what is there is told."""
    tags = {m.tag for m in reading.sentence.morphemes[predicate.first : predicate.first + 2]}
    return (bool(tags & _QUALITIES) and predicate.root not in ("있", "없")) or predicate.root in _TASTES


def _requests(closing: Predicate, reading: Reading) -> bool:
    if is_demand(closing):
        return not reading.sentence.asks(closing.end) and closing.root not in _UNCOMMANDED
    asked = [p for p in reading.predicates if p.root == "주" or "주" in p.auxiliaries]
    softened = closing.root in ("되", "괜찮", "좋") and any(p.ending in ("면", "으면") for p in asked)
    return softened or ((closing.root in REQUEST_ROOTS or "주" in closing.auxiliaries) and not closing.past)
