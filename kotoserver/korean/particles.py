"""Particles: what the verb asks for, what the place or means asks for, and what the examples show."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from kotoserver.domain.particles import choose_particle
from kotoserver.korean.codes import Code
from kotoserver.korean.context import Context
from kotoserver.korean.findings import Finding
from kotoserver.korean.lexicon import (
    ACTION_ROOTS,
    DEICTIC,
    DESCRIBING_NOUNS,
    LANGUAGES,
    MEANS_NOUNS,
    PASSIVE_ROOTS,
    PERSON_NOUNS,
    PLACE_NOUNS,
    PURPOSES,
    QUESTION_WORDS,
    REQUEST_ROOTS,
    STATE_ROOTS,
    TIME_NOUNS,
    TRANSITIVE_ROOTS,
)
from kotoserver.korean.numbers import Number
from kotoserver.korean.predicates import Predicate
from kotoserver.korean.reading import Reading
from kotoserver.ports.morphology import Morpheme

_CASE = {
    "이": "이/가",
    "가": "이/가",
    "을": "을/를",
    "를": "을/를",
    "에": "에",
    "에서": "에서",
    "서": "에서",
    "로": "으로/로",
    "으로": "으로/로",
}
_ROLE = {"이/가": "subject", "을/를": "object", "에": "place", "에서": "place_of_action", "으로/로": "means"}
_OBLIQUE = frozenset({"에", "에서", "으로/로"})
_NOUN_TAGS = frozenset({"NNG", "NNP", "NNB", "NP", "NR", "XSN", "SL", "MAG"})
_PEOPLE = PERSON_NOUNS | {"저", "나", "제", "내", "누구", "누", "우리", "너", "너희", "자네"}
_BY_ITSELF = frozenset({"시작하", "멈추", "움직이", "그치", "끝나"})
"""What a thing does as well as one does it to the thing: 수업이 시작해요."""
_TIME_WITHOUT_E = frozenset({"오늘", "내일", "어제", "지금", "모레", "그저께", "매일", "언제"})
_OF_TIME = frozenset({"시", "분", "월", "일", "년", "시간", "주", "달"})
_NO_NOUNS = re.compile(
    r"(?<![가-힣])(?P<adverb>혼자|같이|함께|자주|빨리|매주|매달|매년)(?P<extra>에서|에|하고|로|를|을)(?=\s)"
)
"""What tells how or how often, and takes no particle of case."""
_NEVER_OBJECTS = frozenset({"하고", "한테", "에게", "에서", "에", "랑", "이랑", "으로", "로"})
_CASE_GAIN = 0.0
"""A fault of valence is proved by the verb; the language model may only not object."""
_PLACE_GAIN = -2.0
_REQUEST_GAIN = -5.0
"""A thing can hardly be the one who is asked: 카드가 충전해 주세요."""
_EXISTING = frozenset({"있", "없", "필요하"})
"""What is there or needed is never an object, however well 을 sounds before a number: 수건을 두 장 필요해요."""
_FELT = frozenset({"맛있", "맛없", "재미있", "비싸", "예쁘"})
"""What describes and is no other verb besides: 커피를 아주 맛있어요."""
_EXISTING_GAIN = -4.0
_HAPPENING_GAIN = -8.0
"""문을 안 닫혀요 sounds well to the language model, which knows 문을 안 닫아요."""
_EXAMPLE_GAIN = 0.5
_DIRECTION_GAIN = -4.0
"""From and to sound equally well; the examples tell which is meant."""
_EAR_GAIN = 5.0
"""Without other proof the language model has to be sure."""
_MEDIA = frozenset({"인터넷", "온라인", "앱", "어플", "홈페이지", "사이트", "휴대폰", "핸드폰", "컴퓨터"})
"""Where something is done and with what is one there."""
_CHOICE_NOUNS = frozenset({"쪽", "자리", "거", "것", "걸", "사이즈", "석"})
_DONE_WITH_MEANS = (TRANSITIVE_ROOTS - {"넣", "쓰", "타", "부치"}) | {"하", "가", "오"}
_TWO_CASES = re.compile(r"(?P<noun>[가-힣]{2,}?)(?P<extra>을|를|이|가)(?P<last>으로|로|에|에서|을|를|까지|부터)")
_RIDDEN = ("버스", "지하철", "택시", "기차", "전철", "공항철도", "자전거", "비행기")
"""What one rides: 버스로 가요, but 버스를 타요."""
_DONE_BY_MEANS = frozenset({"하", "가", "오", "계산하", "결제하"})
"""What takes no object where the means is named: 현금으로 계산할게요."""
_THING_ASKED_FOR = re.compile(r"(?<=[가-힣] )게(?= (?:하나 |한 개 )?(?:주세요|주시겠어요|주실래요|주십시오|부탁))")
_THING_LIKED = re.compile(r"(?<=[가-힣] )게(?= (?:[가-힣]{1,2} )?(?:좋아|싫어)[하해할합했])")
_NAMING = re.compile(r"[가-힣](?:인지|인가|인데|입니|이에요|예요|이냐|이니|인\s?거)")
_MOTION = frozenset({"가", "오", "출발하", "도착하", "올라가", "내려가", "나가", "나오", "들어가", "들어오"})
"""Verbs that take 에 as well as (으)로 for where they lead."""
_SENDING = frozenset({"보내", "부치", "옮기", "돌아가", "이사하"})
"""Verbs that do so too, and that never take the place itself as their object."""
_BECOMING = frozenset({"바꾸", "변경하", "교환하", "환전하", "갈아타", "갈아입"})
"""Verbs whose (으)로 tells what is got instead, and whose 를 what is given up: 두유로 바꿔 주세요."""
_BEING = frozenset({"있", "살", "묵", "머무르", "계시", "자"})
"""Verbs of being somewhere, which no direction goes with."""
_DURING = re.compile(r"\s동안(?![가-힣]{2})")
"""일주일을 동안 → 일주일 동안."""
_SPANS = frozenset({"일", "주일", "일주일", "주", "달", "개월", "년", "동안", "시간", "분", "박"})
"""How long something lasts, which 를 may stress: 석 달을 있을 거예요."""
_DWELLING = frozenset({"살", "묵", "머무르", "머물"})
_STOPPING = {"내리": "에서", "세우": "에", "지내": "에서", "머무르": "에", "머물": "에", "묵": "에서"}
"""What one does at a place, and where a taxi stops: the place is no object of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """A noun with its particle, and the predicate that it belongs to."""

    noun: str
    noun_start: int
    particle: str
    start: int
    end: int
    predicate: Predicate | None
    direct: bool
    """Whether no other verb stands between it and its predicate."""
    next_is_copula: bool
    """Whether no other verb stands between it and 이다."""
    place: bool
    """Whether the noun is somewhere: 인도네시아, 집, or another name."""
    chosen: bool
    """Whether the noun names one of several things to choose from."""
    lasts: bool
    """Whether the noun tells how long: 삼 개월, 동안."""
    named: bool
    """Whether a clause with 이다 follows, which a subject may belong to: 커피가 몇 잔인지 알려 주세요."""

    @property
    def case(self) -> str | None:
        return _CASE.get(self.particle)


def phrases_of(reading: Reading) -> tuple[Phrase, ...]:
    found: list[Phrase] = []
    morphemes = reading.sentence.morphemes
    for noun, particle in pairwise(morphemes):
        place = morphemes.index(noun)
        if particle.tag not in ("JKO", "JKS", "JKB", "JKC", "JX") or noun.tag not in _NOUN_TAGS:
            continue
        if noun.end != particle.start or particle.form != reading.text[particle.start : particle.end]:
            continue
        governor = _governor(reading, particle.end)
        found.append(
            Phrase(
                noun=_whole_noun(morphemes, place),
                noun_start=noun.start,
                particle=particle.form,
                start=particle.start,
                end=particle.end,
                predicate=governor,
                direct=governor is next((p for p in reading.predicates if p.start >= particle.end), None),
                next_is_copula=_copula_follows(reading, particle.end),
                place=noun.tag == "NNP" or noun.form in PLACE_NOUNS,
                chosen=_is_chosen(reading, noun),
                lasts=noun.form == "동안" or any(_measures(n, noun) for n in reading.numbers),
                named=_NAMING.search(reading.text, particle.end) is not None,
            )
        )
    return tuple(found)


def _measures(number: Number, noun: Morpheme) -> bool:
    """삼 개월; but 네 시간 that opens the answer may be a yes."""
    return number.end == noun.end and (number.start > 0 or number.word != "네")


def _is_chosen(reading: Reading, noun: Morpheme) -> bool:
    valued = any(mention.start <= noun.start < mention.end for mention in reading.mentions)
    return noun.form in _CHOICE_NOUNS | DEICTIC or (valued and noun.form not in PLACE_NOUNS)


def _copula_follows(reading: Reading, place: int) -> bool:
    following = next((p for p in reading.predicates if p.start >= place), None)
    counted = any(number.start >= place for number in reading.numbers)
    told = following is not None and following.ending in ("에요", "예요", "ᆸ니다")  # not 커피를 두 잔이요
    return following is not None and following.root == "이" and (told or not counted)


def _governor(reading: Reading, place: int) -> Predicate | None:
    """The next predicate that is neither an adverb (적게) nor, unless it is close by, a modifier."""
    for predicate in reading.predicates:
        if predicate.start < place or predicate.ending == "게":
            continue
        near = not reading.text[place : predicate.start].strip()
        if near or not predicate.modifies:
            return predicate
    return None


def find_particles(context: Context) -> Iterator[Finding]:
    phrases = phrases_of(context.reading)
    given = {
        (p.noun, p.case)
        for p in phrases_of(context.prepared.npc)
        if p.predicate is None or p.predicate.root not in _EXISTING  # 위층에 자리 있습니다 tells nothing of 마시다
    }
    yield from _two_for_one(context)
    yield from _object_too(context)
    yield from _not_of_a_noun(context)
    yield from _thing_with_object(context)
    yield from _thing_as_subject(context)
    yield from _limits(context, phrases)
    for phrase in phrases:
        if phrase.case is None:
            continue
        alone = not context.sentence.text[phrase.end : phrase.end + 1].isalnum()
        if phrase.particle == "에" and phrase.noun in _TIME_WITHOUT_E and alone:
            yield _extra(phrase)
            continue
        if _is_when(phrase, context):
            yield _extra(phrase)
            continue
        since = _since(phrase, context)
        if since is not None:
            yield since
            continue
        if _lasts(phrase) or _DURING.match(context.sentence.text, phrase.end):
            yield _extra(phrase)
            continue
        pronoun = _pronoun_form(phrase, context.sentence.text)
        if pronoun is not None:
            yield pronoun
            continue
        if phrase.case == "에" and (phrase.noun, phrase.case) in given:
            continue  # 여기에 하면 됩니까?, where 여기에 서명해 주시겠습니까? was asked
        by_verb = (_by_valence(phrase, phrases), _needed_by_verb(phrase))
        by_example = (_by_example(phrase, context), _needed_by_example(phrase))
        shows_place = by_example[0] is not None and by_example[0][0] in _OBLIQUE
        differ = by_example[0] is not None and by_verb[0] is not None and by_example[0][0] != by_verb[0][0]
        proposals = (by_example, by_verb) if shows_place or differ else (by_verb, by_example)
        for proposed, needed in (*proposals, (_by_ear(phrase), _EAR_GAIN)):
            if proposed is not None and _gain(context, phrase, proposed[0]) > needed:
                yield _wrong(phrase, *proposed)
                break


def _lasts(phrase: Phrase) -> bool:
    """일주일에 있을 거예요 → 일주일 있을 거예요: how long one stays takes no 에; 일주일에 두 번 does."""
    predicate = phrase.predicate
    stays = predicate is not None and predicate.root in _BEING and predicate.future
    return phrase.particle == "에" and phrase.noun in _SPANS and phrase.direct and stays


def _two_for_one(context: Context) -> Iterator[Finding]:
    """검은색을로 → 검은색으로: of two particles of case the later one tells what is meant."""
    for word in context.sentence.words:
        match = _TWO_CASES.fullmatch(word.text)
        if match is None or match["noun"] not in context.prepared.vocabulary.nouns:
            continue
        middle = word.start + match.end("noun")
        if not any(m.start == middle for m in context.sentence.inside(word.start, word.end)):
            continue  # a longer word: 시장가를
        wanted = choose_particle(match["noun"], _CASE[match["last"]]) if match["last"] in _CASE else match["last"]
        yield Finding(
            code=Code.PARTICLE_EXTRA,
            rule="particle.two_for_one",
            start=middle,
            end=word.end,
            params={"word": match["noun"], "got": match["extra"]},
            replacement=wanted,
        )


def _object_too(context: Context) -> Iterator[Finding]:
    """친구하고를 → 친구하고: what another particle has told is no object besides; 공항에서까지 가 주세요."""
    for noun, particle, extra in zip(
        context.sentence.morphemes, context.sentence.morphemes[1:], context.sentence.morphemes[2:], strict=False
    ):
        if noun.tag not in _NOUN_TAGS or not noun.end == particle.start <= particle.end == extra.start:
            continue
        if particle.form in _NEVER_OBJECTS and extra.form in ("을", "를"):
            gone = extra
        elif particle.form == "에서" and extra.form == "까지" and _leads_there(context, extra):
            gone = particle
        else:
            continue
        yield Finding(
            code=Code.PARTICLE_EXTRA,
            rule="particle.object_too",
            start=gone.start,
            end=gone.end,
            params={"word": context.sentence.text[noun.start : gone.start], "got": gone.form},
            replacement="",
        )


def _leads_there(context: Context, particle: Morpheme) -> bool:
    following = next((p for p in context.reading.predicates if p.start >= particle.end), None)
    return following is not None and following.root in _MOTION


def _not_of_a_noun(context: Context) -> Iterator[Finding]:
    """혼자에서 살아요 → 혼자 살아요."""
    for match in _NO_NOUNS.finditer(context.sentence.text):
        yield Finding(
            code=Code.PARTICLE_EXTRA,
            rule="particle.adverb",
            start=match.start("extra"),
            end=match.end("extra"),
            params={"word": match["adverb"], "got": match["extra"]},
            replacement="",
        )


def _is_when(phrase: Phrase, context: Context) -> bool:
    """내일을 아침에 가요 → 내일 아침에; but 내일을 기다려요."""
    if phrase.noun not in _TIME_WITHOUT_E or phrase.case != "을/를" or phrase.predicate is None:
        return False
    following = context.sentence.text[phrase.end :].lstrip()
    return phrase.predicate.root in _MOTION or following.startswith(tuple(TIME_NOUNS - _TIME_WITHOUT_E))


def _since(phrase: Phrase, context: Context) -> Finding | None:
    """어제에서 아팠어요 → 어제부터: 에서 is of places; 아침에서 밤까지 may be said."""
    at = phrase.noun_start
    timed = phrase.noun in TIME_NOUNS or any(
        n.end == phrase.start and n.counter in _OF_TIME and n.start <= at for n in context.reading.numbers
    )
    if phrase.particle != "에서" or not timed or "까지" in context.sentence.text[phrase.end :]:
        return None
    shown = {p.particle for example in context.examples for p in phrases_of(example.reading)}
    if "부터" in shown:
        return _wrong(phrase, "부터", "beginning")
    return _extra(phrase) if phrase.noun in _TIME_WITHOUT_E else _wrong(phrase, "에", "place")


def _limits(context: Context, phrases: tuple[Phrase, ...]) -> Iterator[Finding]:
    """어제까지 열이 났어요 for 어제부터: when it began is not when it ended."""
    shown = {(p.noun, p.particle) for example in context.examples for p in phrases_of(example.reading)}
    for phrase in phrases:
        other = {"부터": "까지", "까지": "부터"}.get(phrase.particle)
        if other is None or (phrase.noun, phrase.particle) in shown or (phrase.noun, other) not in shown:
            continue
        yield Finding(
            code=Code.MEANING_OPPOSITE,
            rule="meaning.limit",
            start=phrase.start,
            end=phrase.end,
            params={"got": phrase.noun + phrase.particle, "want": phrase.noun + other},
            replacement=other,
            blocks=True,
        )


def _thing_with_object(context: Context) -> Iterator[Finding]:
    """작은 걸을 주세요: 걸 is 것을 already."""
    for before, thing, particle in zip(
        context.sentence.morphemes,
        context.sentence.morphemes[1:],
        context.sentence.morphemes[2:],
        strict=False,
    ):
        if before.tag not in ("ETM", "MM") or thing.form != "걸" or particle.tag != "JKO":
            continue
        yield Finding(
            code=Code.PARTICLE_EXTRA,
            rule="particle.thing",
            start=particle.start,
            end=particle.end,
            params={"word": thing.form, "got": particle.form},
            replacement="",
        )


def _thing_as_subject(context: Context) -> Iterator[Finding]:
    """작은 게 주세요, 걷는 게 좋아해요: 게 is 것이, and what is asked for or liked is no subject."""
    text = context.sentence.text
    for match in (*_THING_ASKED_FOR.finditer(text), *_THING_LIKED.finditer(text)):
        before = context.sentence.inside(0, match.start())
        if not before or before[-1].tag not in ("ETM", "MM"):
            continue
        yield Finding(
            code=Code.PARTICLE_WRONG,
            rule="particle.thing_asked_for",
            start=match.start(),
            end=match.end(),
            params={"word": "거", "got": "게", "want": "걸", "role": "object"},
            replacement="걸",
        )


def _needed_by_verb(phrase: Phrase) -> float:
    means = phrase.noun in MEANS_NOUNS and phrase.case == "을/를"
    if means or phrase.case not in ("이/가", "을/를"):
        return _PLACE_GAIN
    predicate = phrase.predicate
    exists = predicate is not None and predicate.root in _EXISTING | _FELT and not predicate.modifies
    if predicate is not None and _happens(predicate) and phrase.case == "을/를":
        return _HAPPENING_GAIN
    if exists and phrase.case == "을/를":
        return _EXISTING_GAIN
    asks = predicate is not None and predicate.ending.endswith("세요")
    return _REQUEST_GAIN if asks and phrase.case == "이/가" else _CASE_GAIN


def _needed_by_example(phrase: Phrase) -> float:
    is_there = phrase.case == "에서" and phrase.predicate is not None and phrase.predicate.root == "있"
    if is_there:
        return _PLACE_GAIN  # 가방에서 옷이 있어요
    return _DIRECTION_GAIN if _leads(phrase) else _EXAMPLE_GAIN


def _leads(phrase: Phrase) -> bool:
    if phrase.predicate is None:
        return False
    sent = phrase.place and phrase.predicate.root in _SENDING and phrase.case == "을/를"
    carried = phrase.case == "을/를" and "주" in phrase.predicate.auxiliaries  # 시청을 가 주세요
    if phrase.case == "을/를" and phrase.predicate.root in _BECOMING:
        return True
    return sent or (phrase.predicate.root in _MOTION and (carried or phrase.case in ("에", "에서")))


def _gain(context: Context, phrase: Phrase, case: str) -> float:
    return context.gain(phrase.start, phrase.end, choose_particle(phrase.noun, case))


def _by_ear(phrase: Phrase) -> tuple[str, str] | None:
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
    if phrase.case == "이/가" and (phrase.named or _may_be_wanted(phrase)):
        return None
    if phrase.case == "을/를" and phrase.lasts:
        return None
    if other is None and phrase.noun in PLACE_NOUNS:
        other = {"에": "에서", "에서": "에"}.get(phrase.case or "")
    return (other, _ROLE[other]) if other is not None else None


def _by_valence(phrase: Phrase, phrases: tuple[Phrase, ...]) -> tuple[str, str] | None:
    """Case and role that the predicate asks for, where it leaves no choice."""
    predicate, case = phrase.predicate, phrase.case
    if predicate is None:
        return None
    match case:
        case "을/를" if phrase.noun in PLACE_NOUNS and predicate.root in _STOPPING:
            where = _STOPPING[predicate.root]
            return where, _ROLE[where]
        case "을/를" if _names(phrase):
            return ("이/가" if predicate.noun in QUESTION_WORDS else "은/는"), "subject"
        case "을/를" if _is_state(predicate) and not phrase.lasts and phrase.direct:
            return "이/가", "subject"
        case "을/를" if phrase.direct and _happens(predicate):
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
        case "을/를" if phrase.noun.endswith("쪽") and predicate.root in _MOTION | {"돌"}:
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


def _happens(predicate: Predicate) -> bool:
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
    return asks and phrase.direct and predicate.root not in _MOTION and not predicate.modifies


def _takes_object(predicate: Predicate) -> bool:
    if "지" in predicate.auxiliaries or predicate.resulting:
        return False  # 에어컨이 안 켜져요, 이름이 쓰여 있어요
    if predicate.modifies or predicate.root in STATE_ROOTS or predicate.ending in ("러", "으러"):
        return False
    return predicate.root in TRANSITIVE_ROOTS


def _by_example(phrase: Phrase, context: Context) -> tuple[str, str] | None:
    """Case that every example gives this noun before the same predicate."""
    if phrase.predicate is None:
        return None
    shown = {
        other.case
        for example in context.examples
        for other in phrases_of(example.reading)
        if other.noun == phrase.noun
        and other.case is not None
        and other.predicate is not None
        and other.predicate.root == phrase.predicate.root
    }
    if phrase.case == "에서" and phrase.predicate.root in _MOTION and shown == {"에", "으로/로"}:
        shown = {"에"}  # 서울역에서 어떻게 가요?, where both say where to
    if len(shown) != 1 or phrase.case in shown or _may_be_wanted(phrase):
        return None
    if {phrase.case, *shown} == {"에서", "으로/로"} and phrase.noun in _MEDIA:
        return None  # 인터넷에서 예약했어요, 인터넷으로 예약했어요
    places = {"에", "에서"}
    if {phrase.case, *shown} == places and phrase.case in _cases_of(phrase.noun, context):
        return None  # 은행 앞에 세워 주세요, 은행 앞에서 내려 주세요: the turn takes both
    if {phrase.case, *shown} == places and phrase.predicate.root in _DWELLING:
        return None  # 기숙사에 살 거예요, 기숙사에서 살 거예요
    sent = phrase.place and phrase.predicate.root in _SENDING
    leads = sent or phrase.predicate.root in _MOTION
    going = phrase.predicate.root in _MOTION | _BECOMING or (leads and phrase.place)
    chosen = phrase.case == "을/를" and phrase.predicate.root == "하" and "주" in phrase.predicate.auxiliaries
    if {phrase.case, *shown} == {"을/를", "으로/로"} and not (going or chosen):
        return None  # 유자차를 주세요, 유자차로 주세요
    carried = "주" in phrase.predicate.auxiliaries  # 시청을 가 주세요
    from_there = shown == {"에서"} and phrase.predicate.root == "오"  # 자카르타를 왔어요
    reached = phrase.place and phrase.predicate.root in ("가", "오", "다니") and not from_there
    if phrase.case == "을/를" and reached and not carried:
        return None  # 홍대를 가고 싶어요
    if leads and {phrase.case, *shown} == {"에", "으로/로"} and phrase.noun not in PURPOSES:
        return None
    if phrase.case == "으로/로" and shown == {"에"} and phrase.predicate.root not in _BEING:
        return None  # 내과에 접수할게요, 내과로 접수할게요
    case = shown.pop()
    return (case, _ROLE[case]) if case is not None else None


def _may_be_wanted(phrase: Phrase) -> bool:
    """과자가 사고 싶어요 is as good as 과자를; 강남이 가고 싶어요 is not."""
    predicate = phrase.predicate
    if predicate is None or phrase.case != "이/가":
        return False
    return "싶" in predicate.auxiliaries and predicate.root not in _MOTION


def _cases_of(noun: str, context: Context) -> set[str | None]:
    """Every case that the examples give a noun, before whatever predicate."""
    return {p.case for example in context.examples for p in phrases_of(example.reading) if p.noun == noun}


def _wrong(phrase: Phrase, case: str, role: str) -> Finding:
    wanted = choose_particle(phrase.noun, case)
    return Finding(
        code=Code.PARTICLE_WRONG,
        rule="particle.case",
        start=phrase.start,
        end=phrase.end,
        params={"word": phrase.noun, "got": phrase.particle, "want": wanted, "role": role},
        replacement=wanted,
    )


def _extra(phrase: Phrase) -> Finding:
    return Finding(
        code=Code.PARTICLE_EXTRA,
        rule="particle.time",
        start=phrase.start,
        end=phrase.end,
        params={"word": phrase.noun, "got": phrase.particle},
        replacement="",
    )


def _pronoun_form(phrase: Phrase, text: str) -> Finding | None:
    """저가 → 제가, 나가 → 내가, 누구가 → 누가."""
    wanted = {"저": "제가", "나": "내가", "누구": "누가"}.get(phrase.noun)
    if wanted is None or phrase.particle != "가" or text[phrase.noun_start : phrase.end] == wanted:
        return None
    return Finding(
        code=Code.PARTICLE_PRONOUN_FORM,
        rule="particle.pronoun",
        start=phrase.noun_start,
        end=phrase.end,
        params={"got": phrase.noun + phrase.particle, "want": wanted},
        replacement=wanted,
    )


def _whole_noun(morphemes: tuple[Morpheme, ...], at: int) -> str:
    """The noun with what it is compounded with, written without a space."""
    noun = morphemes[at].form
    place = at - 1
    while place >= 0 and morphemes[place].tag in _NOUN_TAGS and morphemes[place].end == morphemes[place + 1].start:
        noun = morphemes[place].form + noun
        place -= 1
    return noun
