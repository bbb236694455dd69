"""What an utterance is about, as weighted features that two ways of saying the same share."""

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise

from kotoserver.korean.reading.predicates import Predicate, only_softens
from kotoserver.korean.reading.sentence import Sentence
from kotoserver.korean.reading.slots import Mention
from kotoserver.korean.reading.stance import Stance, StanceReading
from kotoserver.korean.words.lexicon import (
    ADDRESSED,
    ANTONYMS,
    ASKED_ABOUT,
    DECLINING,
    DEICTIC,
    GENERIC_ROOTS,
    INQUIRING_ROOTS,
    LEAVING_OPEN,
    LIGHT_NOUNS,
    QUESTION_WORDS,
    REMOVING,
    SET_PHRASES,
    SOFTENERS,
)
from kotoserver.korean.words.numbers import Number
from kotoserver.ports.morphology import Morpheme

DECLINES = "declines"
"""Feature that all ways of wanting something not share: 괜찮아요, 필요 없어요, 빼 주세요."""
HALF = 0.5
CONTENT, QUESTION, GENERIC, SMALL, ADVERB = 1.0, 1.2, 0.25, 0.3, 0.6
_TIME_UNITS = frozenset({"시", "월", "일", "년", "분", "요일"})
_WHERE = frozenset({"출구", "층", "승강장", "게이트", "플랫폼"})
_DIGITS = re.compile(r"(?<![가-힣])[일이삼사오육륙칠팔구공영]{3,}?(?=이?[에예세]요|이?[요야고]|입니|[^가-힣]|$)")
"""Figures read one by one, as those of a telephone number."""
_FOR_NOTHING = frozenset({"무료", "공짜", "돈", "유료"})
_COSTS = frozenset({"비싸", "싸"})
"""Asking whether it is so asks for the price."""
_PREFERRED = frozenset({"좋", "낫", "괜찮"})
_OF_SEVERAL = frozenset({"거", "것", "걸", "게", "쪽", "편"})
_WAYS = frozenset({"타", "갈아타"})
_ANY = frozenset({"든", "든지", "이든", "이든지"})
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
    covered |= {p for start, end in _set_aside(sentence) for p in range(start, end)}
    skipped = {
        place
        for word in sentence.words
        if word.start in noise or (stance.answer_word is not None and word == stance.answer_word)
        for place in range(word.start, word.end)
    }
    aside = frozenset(covered | skipped)
    found: dict[str, float] = {f"slot:{mention.slot}": CONTENT for mention in mentions}
    for before, predicate in zip((None, *predicates), predicates, strict=False):
        if predicate.root_start not in aside and not only_softens(before, predicate):
            prefers = _prefers(sentence, predicate, mentions)
            told = _of_predicate(predicate, sentence, stance, synonyms)
            found.update(dict.fromkeys(told, GENERIC) if prefers else told)
    for first, second in pairwise(predicates):
        if (first.root, first.ending, second.root) == ("들", "고", "가"):
            found.pop(word_feature("들", synonyms), None)  # 들고 갈게요 is 가져갈게요
            found.pop(word_feature("가", synonyms), None)
            found[word_feature("가져가", synonyms)] = CONTENT
        if (first.root, first.ending) == ("가지", "고") and second.root in ("가", "오", "있"):
            for root in ("가지", second.root):
                found.pop(word_feature(root, synonyms), None)
            carried = second.root if second.root == "있" else "가져" + second.root
            found[word_feature(carried, synonyms)] = GENERIC if carried == "있" else CONTENT
    found.update(_of_other_words(sentence, aside, predicates, stance.stance, synonyms))
    found.update({f"digits:{run[0]}": CONTENT for run in _DIGITS.finditer(sentence.text)})
    if "q:어떻게" not in found and _asks_the_way(found, predicates):
        found |= {word_feature("어떻", synonyms): CONTENT, "about:어떻게": SMALL}
        found |= {f: HALF for f in ("q:뭐", "q:어디", "q:몇", "w:타") if f in found}
    if any(p.root in _COSTS and sentence.asks(p.end) for p in predicates):
        found["about:얼마"] = ADVERB
    if _FOR_NOTHING & {m.form for m in sentence.morphemes} and sentence.asks(len(sentence.text) - 1):
        found["about:얼마"] = ADVERB  # 공짜예요?, 돈 내요?
    if numbers:
        found["number"] = SMALL
    if stance.answer is not Stance.OPEN:
        found[f"answer:{stance.answer.name}"] = SMALL
    if stance.stance is not Stance.OPEN:
        found[f"stance:{stance.stance.name}"] = SMALL
    return found


def is_content(feature: str) -> bool:
    return feature.startswith(("w:", "q:", "slot:"))


def _set_aside(sentence: Sentence) -> Iterator[tuple[int, int]]:
    """Words that are named only to say that they are not meant: 커피 말고 다른 거."""
    for word, following in pairwise(sentence.words):
        if following.text in ("말고", "말고는", "대신", "대신에", "빼고는"):
            yield word.start, following.end


def _prefers(sentence: Sentence, predicate: Predicate, mentions: tuple[Mention, ...]) -> bool:
    """쿠키가 좋을 것 같아, 큰 게 나아요: it chooses what it names, and says nothing of its own."""
    if predicate.root not in _PREFERRED or predicate.negated or predicate.first < 2:
        return False
    noun, particle = sentence.morphemes[predicate.first - 2 : predicate.first]
    chosen = any(m.start < noun.end and noun.start < m.end for m in mentions)
    described = noun.form in _OF_SEVERAL and bool(mentions)
    return particle.tag == "JKS" and (chosen or described) and not sentence.asks(predicate.end)


def _asks_the_way(found: Mapping[str, float], predicates: tuple[Predicate, ...]) -> bool:
    """서울역 가려면 뭐 타야 돼요?, 명동 가는 버스 어디서 타요?: what to ride is how to go."""
    rides = any(p.root in _WAYS and not p.modifies for p in predicates)
    goes = any(p.root == "가" and not p.closes for p in predicates)
    return rides and goes and bool({"q:뭐", "q:어디", "q:몇"} & found.keys())


def _of_predicate(
    predicate: Predicate, sentence: Sentence, stance: StanceReading, synonyms: Mapping[str, str]
) -> dict[str, float]:
    """What is done or is so: its root, or what a set phrase or a way of declining stands for."""
    root, against = predicate.root, stance.stance is Stance.AGAINST
    if (root, predicate.ending) == ("말", "고"):
        return {}  # 여권 말고
    if root == "이" and predicate.ending in _ANY:
        return {word_feature("아무", synonyms): CONTENT}
    if root == "이":
        # 뭐라고요? asks for the words, 뭐예요? for the thing
        return {"w:라고": CONTENT} if predicate.ending.startswith(("라고", "다고")) else {}
    if root in DECLINING | REMOVING and against:
        return {word_feature(root, synonyms): HALF, DECLINES: HALF}
    if predicate.negated and ANTONYMS.get(root) in DECLINING:
        return {word_feature(ANTONYMS[root], synonyms): HALF, DECLINES: HALF}  # 안 배고파요 is 배불러요
    if (root, predicate.ending) == ("싸", "게"):
        return {word_feature("깎", synonyms): CONTENT}  # 싸게 해 주세요
    if (root, predicate.ending) == ("어떻", "게"):
        return {word_feature(root, synonyms): CONTENT, "about:어떻게": SMALL}
    if (root, predicate.ending) == ("그렇", "게"):
        return {word_feature(root, synonyms): GENERIC}  # 네, 그렇게 할게요
    if _leaves_open(predicate, sentence):
        return {word_feature("아무", synonyms): CONTENT}
    before = _before(sentence, predicate)
    if (root == "되" and predicate.past and against) or (root, before) == ("없", "필요"):
        return {DECLINES: HALF}
    phrase = SET_PHRASES.get((before, root))
    if phrase is not None and predicate.negated:
        phrase = ANTONYMS.get(phrase, phrase)  # 입맛에 안 맞아요
    if phrase is not None:
        return {word_feature(phrase, synonyms): CONTENT}
    weight = GENERIC if root in GENERIC_ROOTS | INQUIRING_ROOTS | {"없"} else CONTENT
    # What is there and what is not are told apart by stance.
    return {word_feature("있" if root == "없" else root, synonyms): weight}


def _leaves_open(predicate: Predicate, sentence: Sentence) -> bool:
    """편하신 대로, 알아서, 뭐든지: as the other pleases."""
    behind = sentence.morphemes[predicate.last].form if predicate.last < len(sentence.morphemes) else ""
    if predicate.root == "알":
        return predicate.ending in ("어서", "아서") and not predicate.negated
    return (predicate.root, behind) in LEAVING_OPEN


def _of_other_words(
    sentence: Sentence,
    aside: frozenset[int],
    predicates: tuple[Predicate, ...],
    stance: Stance,
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
            found[f"q:{_question(morpheme.form, sentence.morphemes[place + 1 : place + 3])}"] = QUESTION
            about = _asked_by(morpheme.form, sentence.morphemes[place + 1 : place + 2])
            if morpheme.form == "몇" and _WHERE & {m.form for m in sentence.morphemes[place + 1 : place + 3]}:
                found["q:어디"] = QUESTION  # 몇 번 출구로 가야 돼요?
            if about in ASKED_ABOUT.values():
                found[f"about:{about}"] = ADVERB
        elif morpheme.form in ("안녕", "미안"):
            found[word_feature(morpheme.form, synonyms)] = CONTENT
        elif morpheme.form == "둘" and sentence.text[morpheme.end :].startswith((" 다", "다")):
            found[word_feature("아무", synonyms)] = CONTENT  # 둘 다 좋아요
        elif morpheme.form in ("아무것", "아무") and stance is Stance.AGAINST and _even(sentence, place):
            continue  # 아무것도 없어요
        elif morpheme.form.startswith("아무") or morpheme.form == "마음대로":
            found[word_feature("아무", synonyms)] = CONTENT
        elif morpheme.form == "생각" and _compares(sentence.morphemes[place + 1 : place + 2]):
            continue  # 생각보다
        elif morpheme.tag in _NOUNS and morpheme.form not in DEICTIC | ADDRESSED:
            generic = morpheme.form in LIGHT_NOUNS or morpheme.form + "하" in GENERIC_ROOTS | INQUIRING_ROOTS
            found[word_feature(morpheme.form, synonyms)] = GENERIC if generic else CONTENT
            if morpheme.form in ASKED_ABOUT:
                found[f"about:{ASKED_ABOUT[morpheme.form]}"] = ADVERB
        elif morpheme.tag == "MAG" and morpheme.form not in SOFTENERS | {"안", "못"}:
            found[word_feature(morpheme.form, synonyms)] = ADVERB
    return found


def noun_features(
    sentence: Sentence, features: Mapping[str, float], synonyms: Mapping[str, str]
) -> frozenset[str]:
    named = {word_feature(m.form, synonyms) for m in sentence.morphemes if m.tag in ("NNG", "NNP")}
    return frozenset(feature for feature in features if feature in named and features[feature] >= CONTENT)


def _even(sentence: Sentence, place: int) -> bool:
    return any((m.form, m.tag) == ("도", "JX") for m in sentence.morphemes[place + 1 : place + 3])


def word_feature(word: str, synonyms: Mapping[str, str]) -> str:
    """Nouns and the verbs they make with 하다 and 되다 are one: 주문 할게요, 주문할게요, 주문돼요?"""
    plain = word[:-1] if len(word) > 2 and word.endswith(("하", "되")) and word[-2] not in "아어" else word
    return f"w:{synonyms.get(word, synonyms.get(plain, plain))}"


def _question(word: str, following: tuple[Morpheme, ...]) -> str:
    """어느 게 더 싸요? asks what 뭐가 더 싸요? asks, 몇 번째 as well; 얼마나 해요? asks the price."""
    if word in ("뭐", "뭣", "무엇", "무슨", "뭘", "어느", "어떤"):
        return "뭐"
    if word == "몇" and [m.form for m in following] == ["번", "째"]:
        return "뭐"
    if word == "얼마나" and following and (following[0].form, following[0].tag) == ("하", "VV"):
        return "얼마"
    return word


def _compares(following: tuple[Morpheme, ...]) -> bool:
    return [(m.form, m.tag) for m in following] == [("보다", "JKB")]


def _asks_where(following: tuple[Morpheme, ...]) -> bool:
    """어느 쪽에, 어느 코너에 and 어느 나라에서 ask for the same as 어디; 어느 쪽이 asks which."""
    if [m.tag for m in following[1:]] != ["JKB"]:
        return False
    return following[0].form == "쪽" or (following[0].tag == "NNG" and following[1].form in ("에", "에서"))


def _asked_by(word: str, following: tuple[Morpheme, ...]) -> str:
    """몇 시 and 몇 월 ask for the same as 언제."""
    return "언제" if word == "몇" and following and following[0].form in _TIME_UNITS else word


def _before(sentence: Sentence, predicate: Predicate) -> str:
    """The noun before a predicate, particles left out."""
    nouns = [m.form for m in sentence.morphemes[: predicate.first] if m.tag[0] == "N"]
    return nouns[-1] if nouns else ""
