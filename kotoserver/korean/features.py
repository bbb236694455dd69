"""What an utterance is about, as weighted features that two ways of saying the same share."""

import re
from collections.abc import Mapping

from kotoserver.korean.lexicon import (
    ADDRESSED,
    ANTONYMS,
    ASKED_ABOUT,
    DECLINING,
    DEICTIC,
    GENERIC_ROOTS,
    INQUIRING_ROOTS,
    LIGHT_NOUNS,
    QUESTION_WORDS,
    REMOVING,
    SET_PHRASES,
    SOFTENERS,
)
from kotoserver.korean.numbers import Number
from kotoserver.korean.predicates import Predicate
from kotoserver.korean.sentence import Sentence
from kotoserver.korean.slots import Mention
from kotoserver.korean.stance import Stance, StanceReading
from kotoserver.ports.morphology import Morpheme

DECLINES = "declines"
"""Feature that all ways of wanting something not share: 괜찮아요, 필요 없어요, 빼 주세요."""
HALF = 0.5
CONTENT, QUESTION, GENERIC, SMALL, ADVERB = 1.0, 1.2, 0.25, 0.3, 0.6
_TIME_UNITS = frozenset({"시", "월", "일", "년", "분", "요일"})
_WHERE = frozenset({"출구", "층", "승강장", "게이트", "플랫폼"})
_DIGITS = re.compile(r"(?<![가-힣])[일이삼사오육륙칠팔구공영]{3,}?(?=이?[에예세]요|이?[요야고]|입니|[^가-힣]|$)")
"""Figures read one by one, as those of a telephone number."""
_NOUNS = frozenset({"NNG", "NNP", "XR", "NP", "SL"})


def features_of(
    sentence: Sentence,
    noise: frozenset[int],
    predicates: tuple[Predicate, ...],
    numbers: tuple[Number, ...],
    mentions: tuple[Mention, ...],
    stance: StanceReading,
    synonyms: Mapping[str, str],
) -> dict[str, float]:
    """Feature -> weight. Words are `w:…`, question words `q:…`, what they ask about `about:…`, values `slot:…`."""
    covered = {p for m in mentions for p in range(m.start, m.end)}
    covered |= {p for n in numbers for p in range(n.start, n.end)}
    skipped = {
        place
        for word in sentence.words
        if word.start in noise or (stance.answer_word is not None and word == stance.answer_word)
        for place in range(word.start, word.end)
    }
    aside = frozenset(covered | skipped)
    found: dict[str, float] = {f"slot:{mention.slot}": CONTENT for mention in mentions}
    for predicate in predicates:
        if predicate.root_start not in aside:
            found.update(_of_predicate(predicate, sentence, stance, synonyms))
    found.update(_of_other_words(sentence, aside, predicates, synonyms))
    found.update({f"digits:{run[0]}": CONTENT for run in _DIGITS.finditer(sentence.text)})
    if numbers:
        found["number"] = SMALL
    if stance.answer is not Stance.OPEN:
        found[f"answer:{stance.answer.name}"] = SMALL
    if stance.stance is not Stance.OPEN:
        found[f"stance:{stance.stance.name}"] = SMALL
    return found


def _of_predicate(
    predicate: Predicate, sentence: Sentence, stance: StanceReading, synonyms: Mapping[str, str]
) -> dict[str, float]:
    """What is done or is so: its root, or what a set phrase or a way of declining stands for."""
    root, against = predicate.root, stance.stance is Stance.AGAINST
    if (root, predicate.ending) == ("말", "고"):
        return {}  # 여권 말고
    if root == "이":
        # 뭐라고요? asks for the words, 뭐예요? for the thing
        return {"w:라고": CONTENT} if predicate.ending.startswith(("라고", "다고")) else {}
    if root in DECLINING | REMOVING and against:
        return {_named(root, synonyms): HALF, DECLINES: HALF}
    if predicate.negated and ANTONYMS.get(root) in DECLINING:
        return {_named(ANTONYMS[root], synonyms): HALF, DECLINES: HALF}  # 안 배고파요 is 배불러요
    before = _before(sentence, predicate)
    if (root == "되" and predicate.past and against) or (root, before) == ("없", "필요"):
        return {DECLINES: HALF}
    phrase = SET_PHRASES.get((before, root))
    if phrase is not None:
        return {_named(phrase, synonyms): CONTENT}
    weight = GENERIC if root in GENERIC_ROOTS | INQUIRING_ROOTS | {"없"} else CONTENT
    # What is there and what is not are told apart by stance.
    return {_named("있" if root == "없" else root, synonyms): weight}


def _of_other_words(
    sentence: Sentence,
    aside: frozenset[int],
    predicates: tuple[Predicate, ...],
    synonyms: Mapping[str, str],
) -> dict[str, float]:
    """Question words, nouns and adverbs outside the predicates."""
    in_predicate = {place for p in predicates for place in range(p.first, p.last)}
    found: dict[str, float] = {}
    for place, morpheme in enumerate(sentence.morphemes):
        if place in in_predicate or morpheme.start in aside:
            continue
        if morpheme.form == "어느" and _asks_where(sentence.morphemes[place + 1 : place + 3]):
            found["q:어디"] = QUESTION
            found["about:어디"] = ADVERB
        elif morpheme.form == "쪽" and "about:어디" in found:
            continue
        elif morpheme.form in QUESTION_WORDS:
            found[f"q:{_question(morpheme.form)}"] = QUESTION
            about = _asked_by(morpheme.form, sentence.morphemes[place + 1 : place + 2])
            if morpheme.form == "몇" and _WHERE & {m.form for m in sentence.morphemes[place + 1 : place + 3]}:
                found["q:어디"] = QUESTION  # 몇 번 출구로 가야 돼요?
            if about in ASKED_ABOUT.values():
                found[f"about:{about}"] = ADVERB
        elif morpheme.form in ("안녕", "미안"):
            found[_named(morpheme.form, synonyms)] = CONTENT
        elif morpheme.form.startswith("아무"):
            found[_named("아무", synonyms)] = CONTENT
        elif morpheme.tag in _NOUNS and morpheme.form not in DEICTIC | ADDRESSED:
            generic = morpheme.form in LIGHT_NOUNS or morpheme.form + "하" in GENERIC_ROOTS | INQUIRING_ROOTS
            found[_named(morpheme.form, synonyms)] = GENERIC if generic else CONTENT
            if morpheme.form in ASKED_ABOUT:
                found[f"about:{ASKED_ABOUT[morpheme.form]}"] = ADVERB
        elif morpheme.tag == "MAG" and morpheme.form not in SOFTENERS | {"안", "못"}:
            found[_named(morpheme.form, synonyms)] = ADVERB
    return found


def noun_features(
    sentence: Sentence, features: Mapping[str, float], synonyms: Mapping[str, str]
) -> frozenset[str]:
    named = {_named(m.form, synonyms) for m in sentence.morphemes if m.tag in ("NNG", "NNP")}
    return frozenset(feature for feature in features if feature in named and features[feature] >= CONTENT)


def _named(word: str, synonyms: Mapping[str, str]) -> str:
    """Nouns and the verbs they make with 하다 and 되다 are one: 주문 할게요, 주문할게요, 주문돼요?"""
    plain = word[:-1] if len(word) > 2 and word.endswith(("하", "되")) and word[-2] not in "아어" else word
    return f"w:{synonyms.get(word, synonyms.get(plain, plain))}"


def _question(word: str) -> str:
    return "뭐" if word in ("뭐", "뭣", "무엇", "무슨", "뭘") else word


def _asks_where(following: tuple[Morpheme, ...]) -> bool:
    """어느 쪽에 asks for the same as 어디에; 어느 쪽이 asks which."""
    return [m.form for m in following[:1]] == ["쪽"] and [m.tag for m in following[1:]] == ["JKB"]


def _asked_by(word: str, following: tuple[Morpheme, ...]) -> str:
    """몇 시 and 몇 월 ask for the same as 언제."""
    return "언제" if word == "몇" and following and following[0].form in _TIME_UNITS else word


def _before(sentence: Sentence, predicate: Predicate) -> str:
    """The noun before a predicate, particles left out."""
    nouns = [m.form for m in sentence.morphemes[: predicate.first] if m.tag[0] == "N"]
    return nouns[-1] if nouns else ""
