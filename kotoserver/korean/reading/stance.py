"""Yes or no: whether an utterance asks for something or declines it, whatever words it uses."""

import re
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise

from kotoserver.korean.reading.predicates import Predicate, only_softens
from kotoserver.korean.reading.sentence import Sentence, Word
from kotoserver.korean.words.lexicon import DECLINING, NO_WORDS, REMOVING, REQUEST_ROOTS, YES_WORDS
from kotoserver.korean.words.numbers import read_numbers

_LEAVING = frozenset({"두", "놔두", "내버려두"})
"""Asking for these, with 그냥, is asking for nothing to be done."""


_ASKED_FOR = frozenset({"주", "부탁하", "부탁드리", "도와주", "돌려주", "알려주", "보여주", "들려주"})
_GOING = frozenset({"가", "오", "내리", "타", "있", "돌아가", "만나"})
_CARRYING = frozenset({"가지", "들", "데리", "싣", "챙기"})
_LATER = frozenset({"다음에", "나중에", "이따가", "다음에는", "나중에는"})
"""Putting off what is offered declines it now."""


class Stance(IntEnum):
    AGAINST = -1
    OPEN = 0
    """A question, or nothing to go by."""
    FOR = 1

    @property
    def opposite(self) -> "Stance":
        return Stance(-self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class StanceReading:
    stance: Stance
    """Of what is said apart from the opening 네 or 아니요; of that word where nothing else is said."""
    answer: Stance
    """Of the opening 네 or 아니요."""
    answer_word: Word | None
    decided_by: Predicate | None
    mild: bool
    """괜찮아요 and 됐어요, which go with 네 as well as with 아니요."""


def read_stance(sentence: Sentence, predicates: tuple[Predicate, ...], noise: frozenset[int]) -> StanceReading:
    spoken = [word for word in sentence.words if word.start not in noise]
    answer, answer_word = Stance.OPEN, None
    if spoken and spoken[0].text in YES_WORDS | NO_WORDS:
        answer_word = spoken[0]
        answer = Stance.FOR if answer_word.text in YES_WORDS else Stance.AGAINST
    behind = answer_word.end if answer_word is not None else 0
    stance, decided_by = Stance.OPEN, None
    soft = {p for before, p in pairwise(predicates) if _adds_nothing(sentence, before, p)}
    meant = [
        p for p in predicates if p.start >= behind and not p.modifies and p.start not in noise and p not in soft
    ]
    if meant and all(map(_only_understands, meant)):
        return StanceReading(stance=answer, answer=answer, answer_word=answer_word, decided_by=None, mild=False)
    for predicate in meant:
        said = _stance_of(sentence, predicate)
        if predicate.closes or (predicate is meant[-1] and decided_by is None):
            if decided_by is not None and _still_declines(stance, decided_by, predicate):
                continue
            stance, decided_by = said, predicate
        elif said is Stance.AGAINST and (
            predicate.root in REMOVING | {"없"}
            or predicate.ending in ("게", "어도", "아도")
            or (predicate.root in _CARRYING and predicate.ending == "고")  # 안 가지고 왔어요
            or (
                predicate.root in DECLINING and not predicate.negated and not predicate.ending.endswith("면")
            )  # 괜찮으니까 그냥 계산해 주세요
        ):
            stance, decided_by = said, predicate
    if decided_by is None and len(spoken) > (answer_word is not None):
        stance = Stance.FOR if not _says_without(sentence, len(sentence.text)) else Stance.AGAINST
    if decided_by is None and len(spoken) == (answer_word is not None):
        stance = answer
    if any(word.text == "그냥" for word in spoken):
        left = any(predicate.root in _LEAVING for predicate in meant)  # 그냥 두세요
        plain = not _names_a_thing(sentence)
        if left or (answer is Stance.AGAINST and plain):  # 아니요, 그냥 주세요
            stance = Stance.AGAINST
        elif answer is Stance.OPEN and plain and stance is Stance.FOR:
            stance = Stance.OPEN  # 그냥 주세요 declines or asks, as it was asked
    if all(p.root == "이" for p in meant) and any(word.text.startswith("아직") for word in spoken):
        stance = Stance.AGAINST  # 아직이요
    if answer is Stance.AGAINST and any(word.text in _LATER for word in spoken):
        stance = Stance.AGAINST  # 아니요, 다음에 먹을게요
    if answer is Stance.OPEN and decided_by is not None and _puts_off(sentence, decided_by, spoken):
        stance = Stance.AGAINST  # 다음에 먹을게요, 나중에 사려고 해요
    mild = decided_by is not None and decided_by.root in ("괜찮", "되") and not decided_by.negated
    return StanceReading(stance=stance, answer=answer, answer_word=answer_word, decided_by=decided_by, mild=mild)


def _adds_nothing(sentence: Sentence, before: Predicate, predicate: Predicate) -> bool:
    """맵지 않게 해 주시면 돼요 asks as 맵지 않게 해 주세요 does; 여기에 대면 돼요? asks whether it is right."""
    gives = before.root in ("주", "드리") or "주" in before.auxiliaries
    return only_softens(before, predicate) and (gives or not sentence.asks(predicate.end))


def _puts_off(sentence: Sentence, decided_by: Predicate, spoken: list[Word]) -> bool:
    """Whether one will do it oneself, but later; who says 다음에는 내가 살게 speaks of whose turn it is."""
    plans = decided_by.future or decided_by.ending == "려고" or "하" in decided_by.auxiliaries
    if not plans or decided_by.negated or decided_by.honorific or sentence.asks(decided_by.end):
        return False
    if decided_by.root in _GOING or any(word.text in ("내가", "제가") for word in spoken):
        return False
    return any(word.text in _LATER | {"곧", "이따", "다음번에"} for word in spoken)


def _only_understands(predicate: Predicate) -> bool:
    """알겠어요, 알았어요: 아니요, 다 알겠어요 still says no."""
    return predicate.root == "알" and (predicate.past or predicate.future) and not predicate.negated


def _names_a_thing(sentence: Sentence) -> bool:
    """아니요, 그냥 보통 우편으로 할게요 wants something else instead; 아니요, 그냥 계산해 주세요 does not."""
    return any(
        noun.tag in ("NNG", "NNP") and following.tag not in ("XSV", "XSA")
        for noun, following in pairwise(sentence.morphemes)
    )


def _still_declines(stance: Stance, decided_by: Predicate, later: Predicate) -> bool:
    """A refusal holds against what only adds to it: 빼고 주세요; 괜찮아요, 가방 있어요."""
    if stance is not Stance.AGAINST:
        return False
    declines = decided_by.root in DECLINING or (decided_by.root == "되" and decided_by.past)  # 됐어, 너만 먹어
    return not decided_by.closes or (declines and later.root not in REQUEST_ROOTS)


def _stance_of(sentence: Sentence, predicate: Predicate) -> Stance:
    asks = sentence.asks(predicate.end)
    gives = "주" in predicate.auxiliaries or predicate.root in _ASKED_FOR
    if asks and predicate.closes and not gives:
        return Stance.OPEN
    against = _is_against(sentence, predicate)
    return Stance.AGAINST if against else Stance.FOR


def _is_against(sentence: Sentence, predicate: Predicate) -> bool:
    if predicate.root in REMOVING:
        return not predicate.negated
    if "상관" in (predicate.root[:2], sentence.text[: predicate.start].rstrip(" 이은도")[-2:]):
        return False  # 난 상관없어
    if predicate.root in ("없", "싫", "싫어하", "모르", "아니"):
        return not predicate.negated
    if predicate.root == "맞" and "입" in sentence.text[: predicate.start]:
        return False  # 내 입맛에는 안 맞아 tells how it tastes
    if "수없" in predicate.auxiliaries:
        return True
    if predicate.root == "되" and predicate.past and _is_counted(sentence, predicate):
        return predicate.negated  # 나흘 됐어요
    if predicate.root in DECLINING and _is_all_right(sentence, predicate):
        return predicate.negated
    if predicate.root in DECLINING or (predicate.root == "되" and predicate.past):
        return not predicate.negated
    return predicate.negated != _says_without(sentence, predicate.start)


def _is_counted(sentence: Sentence, predicate: Predicate) -> bool:
    return any(number.end <= predicate.start for number in read_numbers(sentence.text))


def _is_all_right(sentence: Sentence, predicate: Predicate) -> bool:
    """아무거나 괜찮아요, 둘 다 괜찮아요: it takes what is offered."""
    before = sentence.text[: predicate.start]
    return re.search(r"(?<![가-힣])(?:아무|둘 다|다 )|든지?(?![가-힣])", before) is not None


def _says_without(sentence: Sentence, before: int) -> bool:
    words = [word for word in sentence.words if word.start < before]
    chosen = any(  # 얼음 없는 걸로 주세요; 시간 없는 날이 언제예요? asks about it
        one.text in ("없는", "뺀") and other.text.startswith(("거", "걸", "것", "게"))
        for one, other in pairwise(words)
    )
    return chosen or any(word.text in ("없이", "빼고", "덜") for word in words)
