"""The case that a verb asks for, whatever the examples show."""

from kotoserver.korean.reading.phrases import MOTION_ROOTS, Phrase
from kotoserver.korean.reading.predicates import Predicate
from kotoserver.korean.words.lexicon import (
    ACTION_ROOTS,
    DESCRIBING_NOUNS,
    LANGUAGES,
    MEANS_NOUNS,
    PASSIVE_ROOTS,
    PERSON_NOUNS,
    PLACE_NOUNS,
    QUESTION_WORDS,
    REQUEST_ROOTS,
    STATE_ROOTS,
    TRANSITIVE_ROOTS,
)

ROLES = {"이/가": "subject", "을/를": "object", "에": "place", "에서": "place_of_action", "으로/로": "means"}
_PEOPLE = PERSON_NOUNS | {"저", "나", "제", "내", "누구", "누", "우리", "너", "너희", "자네"}
_BY_ITSELF = frozenset({"시작하", "멈추", "움직이", "그치", "끝나"})
"""What a thing does as well as one does it to the thing: 수업이 시작해요."""
_DONE_WITH_MEANS = (TRANSITIVE_ROOTS - {"넣", "쓰", "타", "부치"}) | {"하", "가", "오"}
_RIDDEN = ("버스", "지하철", "택시", "기차", "전철", "공항철도", "자전거", "비행기")
"""What one rides: 버스로 가요, but 버스를 타요."""
_DONE_BY_MEANS = frozenset({"하", "가", "오", "계산하", "결제하"})
"""What takes no object where the means is named: 현금으로 계산할게요."""
_STOPPING = {"내리": "에서", "세우": "에", "지내": "에서", "머무르": "에", "머물": "에", "묵": "에서"}
"""What one does at a place, and where a taxi stops: the place is no object of it."""


def by_ear(phrase: Phrase) -> tuple[str, str] | None:
    """The other member of the pairs that learners confuse; whether it is better, only the ear can tell."""
    if phrase.predicate is None or phrase.noun in _PEOPLE or phrase.particle == "서":
        return None
    other = {"이/가": "을/를", "을/를": "이/가"}.get(phrase.case or "")
    root = phrase.predicate.root
    if other == "을/를" and root in STATE_ROOTS | _BY_ITSELF:
        return None
    does = root.endswith("하") and root[:-1] not in DESCRIBING_NOUNS
    if other == "이/가" and (root in TRANSITIVE_ROOTS or does):
        return None  # 무엇을 선호하나요?
    if phrase.case == "이/가" and (phrase.named or may_be_wanted(phrase)):
        return None
    if phrase.case == "을/를" and phrase.lasts:
        return None
    if other is None and phrase.noun in PLACE_NOUNS:
        other = {"에": "에서", "에서": "에"}.get(phrase.case or "")
    return (other, ROLES[other]) if other is not None else None


def by_valence(phrase: Phrase, phrases: tuple[Phrase, ...]) -> tuple[str, str] | None:
    """Case and role that the predicate asks for, where it leaves no choice."""
    predicate, case = phrase.predicate, phrase.case
    if predicate is None:
        return None
    match case:
        case "을/를" if phrase.noun in PLACE_NOUNS and predicate.root in _STOPPING:
            where = _STOPPING[predicate.root]
            return where, ROLES[where]
        case "을/를" if _names(phrase):
            return ("이/가" if predicate.noun in QUESTION_WORDS else "은/는"), "subject"
        case "을/를" if _is_state(predicate) and not phrase.lasts and phrase.direct:
            return "이/가", "subject"
        case "을/를" if phrase.direct and happens(predicate):
            return "이/가", "subject"
        case "이/가" if _lacks_object(phrase, phrases):
            return "을/를", "object"
        case "에" if phrase.noun in PLACE_NOUNS and _acts(predicate) and phrase.direct:
            return "에서", "place_of_action"
        case "에서" if (
            phrase.noun in PLACE_NOUNS and predicate.root == "있" and set(predicate.auxiliaries) <= {"거이"}
        ):
            return "에", "place"
        case "에" if phrase.noun in MEANS_NOUNS and predicate.root in _DONE_WITH_MEANS:
            return "으로/로", "means"
        case "을/를" if phrase.noun in MEANS_NOUNS - LANGUAGES and predicate.root in _DONE_BY_MEANS:
            return "으로/로", "means"
        case "으로/로" if predicate.root == "타" and phrase.direct and phrase.noun.endswith(_RIDDEN):
            return "을/를", "object"
        case "을/를" if phrase.noun.endswith("쪽") and predicate.root in MOTION_ROOTS | {"돌"}:
            return "으로/로", "place"
        case "을/를" if phrase.noun == "쪽" and predicate.root in REQUEST_ROOTS:
            return "으로/로", "choice"
        case "에" if phrase.chosen and predicate.root in REQUEST_ROOTS | {"하"}:
            return "으로/로", "choice"
    return None


def _names(phrase: Phrase) -> bool:
    """Whether the noun stands right before what it is: 제 이름을 리나입니다."""
    return phrase.predicate is not None and phrase.predicate.root == "이" and phrase.next_is_copula


def _is_state(predicate: Predicate) -> bool:
    plain = not predicate.auxiliaries or predicate.auxiliaries[0] not in ("있", "주", "드리")
    return predicate.root in STATE_ROOTS and plain


def happens(predicate: Predicate) -> bool:
    """문을 닫혀요, 불을 꺼졌어요: what happens to a thing has no object."""
    done_to = predicate.auxiliaries[:1] == ("지",) and predicate.root in TRANSITIVE_ROOTS  # not 알고 싶어져요
    return done_to or predicate.root in PASSIVE_ROOTS


def _acts(predicate: Predicate) -> bool:
    return predicate.root in ACTION_ROOTS and "있" not in predicate.auxiliaries


def _lacks_object(phrase: Phrase, phrases: tuple[Phrase, ...]) -> bool:
    """Whether a thing stands as the subject of a verb that has no object yet: 커피가 주세요."""
    predicate = phrase.predicate
    if (
        predicate is None
        or phrase.noun in _PEOPLE
        or phrase.named
        or not (_takes_object(predicate) or _is_done_to(phrase, predicate))
    ):
        return False
    if {"수있", "수없", "싶"} & set(predicate.auxiliaries):
        return False
    return not any(other.case == "을/를" and other.predicate is predicate for other in phrases)


def _is_done_to(phrase: Phrase, predicate: Predicate) -> bool:
    """옆머리가 다듬어 주세요: what is asked for is done to the thing, not by it."""
    asks = "주" in predicate.auxiliaries and predicate.ending.endswith("세요")
    return asks and phrase.direct and predicate.root not in MOTION_ROOTS and not predicate.modifies


def _takes_object(predicate: Predicate) -> bool:
    if "지" in predicate.auxiliaries or predicate.resulting:
        return False  # 에어컨이 안 켜져요, 이름이 쓰여 있어요
    if predicate.modifies or predicate.root in STATE_ROOTS or predicate.ending in ("러", "으러"):
        return False
    return predicate.root in TRANSITIVE_ROOTS


def may_be_wanted(phrase: Phrase) -> bool:
    """과자가 사고 싶어요 is as good as 과자를; 강남이 가고 싶어요 is not."""
    predicate = phrase.predicate
    if predicate is None or phrase.case != "이/가":
        return False
    return "싶" in predicate.auxiliaries and predicate.root not in MOTION_ROOTS
