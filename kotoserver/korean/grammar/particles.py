"""Particles: what the verb asks for, what the place or means asks for, and what the examples show."""

import re
from collections.abc import Iterator

from kotoserver.domain.particles import choose_particle
from kotoserver.korean.answering.context import Context
from kotoserver.korean.findings.codes import Code
from kotoserver.korean.findings.findings import Finding
from kotoserver.korean.grammar.superfluous import find_superfluous
from kotoserver.korean.grammar.valence import ROLES, by_ear, by_valence, happens, may_be_wanted
from kotoserver.korean.reading.phrases import MOTION_ROOTS, Phrase, phrases_of
from kotoserver.korean.words.lexicon import MEANS_NOUNS, PURPOSES, TIME_NOUNS

_OBLIQUE = frozenset({"에", "에서", "으로/로"})
_TIME_WITHOUT_E = frozenset({"오늘", "내일", "어제", "지금", "모레", "그저께", "매일", "언제"})
_OF_TIME = frozenset({"시", "분", "월", "일", "년", "시간", "주", "달"})
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


def find_particles(context: Context) -> Iterator[Finding]:
    phrases = phrases_of(context.reading)
    given = {
        (p.noun, p.case)
        for p in phrases_of(context.prepared.npc)
        if p.predicate is None or p.predicate.root not in _EXISTING  # 위층에 자리 있습니다 tells nothing of 마시다
    }
    yield from find_superfluous(context)
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
        by_verb = (by_valence(phrase, phrases), _needed_by_verb(phrase))
        by_example = (_by_example(phrase, context), _needed_by_example(phrase))
        shows_place = by_example[0] is not None and by_example[0][0] in _OBLIQUE
        differ = by_example[0] is not None and by_verb[0] is not None and by_example[0][0] != by_verb[0][0]
        proposals = (by_example, by_verb) if shows_place or differ else (by_verb, by_example)
        for proposed, needed in (*proposals, (by_ear(phrase), _EAR_GAIN)):
            if proposed is not None and _gain(context, phrase, proposed[0]) > needed:
                yield _wrong(phrase, *proposed)
                break


def _lasts(phrase: Phrase) -> bool:
    """일주일에 있을 거예요 → 일주일 있을 거예요: how long one stays takes no 에; 일주일에 두 번 does."""
    predicate = phrase.predicate
    stays = predicate is not None and predicate.root in _BEING and predicate.future
    return phrase.particle == "에" and phrase.noun in _SPANS and phrase.direct and stays


def _is_when(phrase: Phrase, context: Context) -> bool:
    """내일을 아침에 가요 → 내일 아침에; but 내일을 기다려요."""
    if phrase.noun not in _TIME_WITHOUT_E or phrase.case != "을/를" or phrase.predicate is None:
        return False
    following = context.sentence.text[phrase.end :].lstrip()
    return phrase.predicate.root in MOTION_ROOTS or following.startswith(tuple(TIME_NOUNS - _TIME_WITHOUT_E))


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


def _needed_by_verb(phrase: Phrase) -> float:
    means = phrase.noun in MEANS_NOUNS and phrase.case == "을/를"
    if means or phrase.case not in ("이/가", "을/를"):
        return _PLACE_GAIN
    predicate = phrase.predicate
    exists = predicate is not None and predicate.root in _EXISTING | _FELT and not predicate.modifies
    if predicate is not None and happens(predicate) and phrase.case == "을/를":
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
    return sent or (phrase.predicate.root in MOTION_ROOTS and (carried or phrase.case in ("에", "에서")))


def _gain(context: Context, phrase: Phrase, case: str) -> float:
    return context.gain(phrase.start, phrase.end, choose_particle(phrase.noun, case))


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
    if phrase.case == "에서" and phrase.predicate.root in MOTION_ROOTS and shown == {"에", "으로/로"}:
        shown = {"에"}  # 서울역에서 어떻게 가요?, where both say where to
    if len(shown) != 1 or phrase.case in shown or may_be_wanted(phrase):
        return None
    if {phrase.case, *shown} == {"에서", "으로/로"} and phrase.noun in _MEDIA:
        return None  # 인터넷에서 예약했어요, 인터넷으로 예약했어요
    places = {"에", "에서"}
    if {phrase.case, *shown} == places and phrase.case in _cases_of(phrase.noun, context):
        return None  # 은행 앞에 세워 주세요, 은행 앞에서 내려 주세요: the turn takes both
    if {phrase.case, *shown} == places and phrase.predicate.root in _DWELLING:
        return None  # 기숙사에 살 거예요, 기숙사에서 살 거예요
    sent = phrase.place and phrase.predicate.root in _SENDING
    leads = sent or phrase.predicate.root in MOTION_ROOTS
    going = phrase.predicate.root in MOTION_ROOTS | _BECOMING or (leads and phrase.place)
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
    return (case, ROLES[case]) if case is not None else None


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
