"""How parts are joined: two actions, a description and its noun, a place and its action; and words said twice."""

import re
from collections.abc import Iterator
from itertools import pairwise

from kotoserver.korean.answering.context import Context
from kotoserver.korean.findings.codes import Code
from kotoserver.korean.findings.findings import Finding
from kotoserver.korean.reading.conjugation import conjugate, tagged
from kotoserver.korean.reading.predicates import Predicate
from kotoserver.korean.reading.sentence import Word
from kotoserver.korean.words.lexicon import DESCRIBING_NOUNS, PLACE_NOUNS, REQUEST_ROOTS

_SAME_ENDING = {"아서": "어서", "으러": "러", "으려고": "려고", "으면": "면", "으니까": "니까"}
_CONFUSED = frozenset({"고", "어서", "러", "려고"})
"""Ways to join two actions that learners take for each other."""
_WHY_GAIN = -8.0
"""여행하고 왔어요 sounds as well as 여행하러 왔어요, and says what came before instead of what for."""
_SEEMS = re.compile(r"\s*같")
_THING = re.compile(r"(?:거|것|걸|건)(?:요|로|로요|을|를|으로|은)?$")
"""The noun that stands for what was described: 큰 거, 차가운 걸로."""
_MODIFIERS = {"어": True, "아": True, "ᆯ": True, "을": True, "는": True, "고": True, "ᆫ": False, "은": False}
"""What is found before it, and whether that is wrong after an adjective; 있다 and 없다 take 는."""
_DONE_THERE = frozenset({"먹", "마시", "공부하", "일하", "놀", "자", "쉬", "운동하", "쇼핑하"})
_PLACES = PLACE_NOUNS - {"안", "밖", "층", "방"}
_DOUBLED = frozenset(
    {"잠깐", "잠시", "잠깐만", "잠시만", "잠깐만요", "잠시만요", "진짜", "정말", "미안", "아니", "좋아"}
)
"""Words that are rightly said twice."""


_SAID_ALONE = frozenset({"미안", "감사", "죄송"})
"""What describes and is said to somebody by itself: 미안, 차가 막혔어."""


def find_joining(context: Context) -> Iterator[Finding]:
    yield from _connective(context)
    for predicate in context.reading.predicates:
        yield from _described_as_a_thing(context, predicate)
        yield from _modifier(context, predicate)
        yield from _knowing_how(context, predicate)
        yield from _manner(context, predicate)
        yield from _bare_stem(context, predicate)
    for first, second in pairwise(context.sentence.words):
        if context.sentence.text[first.end : second.start].strip():
            continue
        yield from _place_of_action(context, first, second)
        yield from _bare_description(context, first, second)
        yield from _said_twice(context, first, second)


def _connective(context: Context) -> Iterator[Finding]:
    """먹어서 갈게요 → 먹고 갈게요, where the examples join these two verbs so."""
    for first, second in pairwise(context.reading.predicates):
        shown = {
            _plain(one.ending)
            for example in context.examples
            for one, other in pairwise(example.reading.predicates)
            if (one.root, other.root) == (first.root, second.root) and not one.auxiliaries
        }
        said = _plain(first.ending)
        if said == "고" and second.root == "보" and second.first == first.last and _is_tried(context, first):
            stem = tagged(context.sentence, first.first, first.last - 1)
            want = conjugate([*stem, ("어", "EC")], context.analyzer)
            yield _replaced(context, Code.ENDING_AUX, "ending.trying", first, want)
            continue
        if said == "려고" and shown == {"러"}:
            continue  # 여행하려고 왔어요 tells why as well as 여행하러
        if len(shown) != 1 or first.auxiliaries or said in shown or not {said, *shown} <= _CONFUSED:
            continue
        stem = tagged(context.sentence, first.first, first.last - 1)
        needed = _WHY_GAIN if (said, shown) == ("고", {"러"}) else 0.0
        want = conjugate([*stem, (shown.pop(), "EC")], context.analyzer)
        if context.gain(first.start, first.end, want) > needed:
            yield _replaced(context, Code.ENDING_CONNECTIVE, "ending.connective", first, want)


def _is_tried(context: Context, predicate: Predicate) -> bool:
    """먹고 봤어요, where the examples say 먹어 봤어요."""
    same = [p for example in context.examples for p in example.reading.predicates if p.root == predicate.root]
    return any("보" in p.auxiliaries for p in same) and all(p.ending != "고" for p in same)


def _bare_stem(context: Context, predicate: Predicate) -> Iterator[Finding]:
    """세우 주세요 → 세워 주세요, 적립하 주세요 → 적립해 주세요: a stem that nothing joins to 주다."""
    morphemes = context.sentence.morphemes
    verb, helper = morphemes[predicate.last - 1], morphemes[predicate.last : predicate.last + 1]
    if verb.tag not in ("VV", "XSV") or not helper or (helper[0].tag, helper[0].form) != ("VX", "주"):
        return
    if predicate.ending:
        return
    parts = tagged(context.sentence, predicate.first, predicate.last)
    want = conjugate([*parts, ("어", "EC")], context.analyzer)
    said = context.sentence.text[predicate.start : predicate.end]
    if want != said and context.gain(predicate.start, predicate.end, want) > 0:
        yield _replaced(context, Code.ENDING_CONNECTIVE, "ending.bare_stem", predicate, want)


def _plain(ending: str) -> str:
    return _SAME_ENDING.get(ending, ending)


def _modifier(context: Context, predicate: Predicate) -> Iterator[Finding]:
    """차가워 걸로 → 차가운 걸로, 클 거 주세요 → 큰 거 주세요, 맛있은 거 → 맛있는 거."""
    sentence = context.sentence
    following = next((word for word in sentence.words if word.start >= predicate.end), None)
    if following is None or not _THING.match(following.text) or predicate.ending not in _MODIFIERS:
        return
    if sentence.text[predicate.end : following.start] != " " or predicate.auxiliaries:
        return
    if _SEEMS.match(sentence.text, following.end):
        return  # 편할 것 같아요
    ends = sentence.morphemes[predicate.last - 2].tag
    there_is = predicate.root.endswith(("있", "없"))
    wrong = predicate.ending in ("ᆫ", "은") if there_is else _MODIFIERS[predicate.ending]
    inside = sentence.word_at(predicate.start)
    if inside is None or inside.start != predicate.start:
        return  # 아시는, which the analyser may cut into 아 and 시는
    if ends not in ("VA", "XSA") or not wrong or predicate.past or predicate.future:
        return
    stem = tagged(sentence, predicate.first, predicate.last - 1)
    want = conjugate([*stem, ("는" if there_is else "은", "ETM")], context.analyzer)
    if context.gain(predicate.start, predicate.end, want) > 0:
        yield _replaced(context, Code.ENDING_MODIFIER, "ending.modifier", predicate, want)


def _described_as_a_thing(context: Context, predicate: Predicate) -> Iterator[Finding]:
    """유명이에요, 친절 있어요 → 유명해요, 친절해요, where the examples describe with that word."""
    at = predicate.first - 1
    if predicate.root not in ("이", "있") or predicate.auxiliaries or predicate.negated or at < 0:
        return
    noun = context.sentence.morphemes[at]
    if noun.form not in DESCRIBING_NOUNS or noun.form + "하" not in _roots_shown(context):
        return
    told = tagged(context.sentence, predicate.first + 1, predicate.last)
    rest = [("어요" if form in ("에요", "예요") else form, tag) for form, tag in told]
    want = noun.form + conjugate([("하", "XSA"), *rest], context.analyzer)
    yield Finding(
        code=Code.ENDING_WRONG,
        rule="ending.described",
        start=noun.start,
        end=predicate.end,
        params={"got": context.sentence.text[noun.start : predicate.end], "want": want},
        replacement=want,
    )


def _bare_description(context: Context, first: Word, second: Word) -> Iterator[Finding]:
    """친절 사람 → 친절한 사람, where the examples describe with that word."""
    following = context.sentence.inside(second.start, second.end)[:1]
    if not following or following[0].tag != "NNG" or first.text not in DESCRIBING_NOUNS - _SAID_ALONE:
        return
    if first.text + "하" not in _roots_shown(context):
        return
    yield Finding(
        code=Code.ENDING_MODIFIER,
        rule="ending.bare_description",
        start=first.start,
        end=first.end,
        params={"got": first.text, "want": first.text + "한"},
        replacement=first.text + "한",
    )


def _roots_shown(context: Context) -> set[str]:
    return {p.root for example in context.examples for p in example.reading.predicates}


def _knowing_how(context: Context, predicate: Predicate) -> Iterator[Finding]:
    """하는 줄 알아요 → 할 줄 알아요, where the examples say so; 자는 줄 알았어요 supposes it."""
    if predicate.ending != "는" or not context.sentence.text.startswith(" 줄 ", predicate.end):
        return
    shown = [
        p
        for example in context.examples
        for p in example.reading.predicates
        if p.root == predicate.root and example.text.startswith(" 줄 ", p.end)
    ]
    if not shown or any(p.ending == "는" for p in shown):
        return
    stem = tagged(context.sentence, predicate.first, predicate.last - 1)
    want = conjugate([*stem, ("을", "ETM")], context.analyzer)
    yield _replaced(context, Code.ENDING_MODIFIER, "ending.knowing_how", predicate, want)


def _manner(context: Context, predicate: Predicate) -> Iterator[Finding]:
    """짧은 잘라 주세요 → 짧게 잘라 주세요: what describes a verb right behind it."""
    sentence = context.sentence
    verb = next((p for p in context.reading.predicates if p.first == predicate.last), None)
    if verb is None or not predicate.modifies or predicate.ending not in ("ᆫ", "은") or predicate.auxiliaries:
        return
    if sentence.morphemes[predicate.last - 2].tag not in ("VA", "XSA") or verb.root in REQUEST_ROOTS:
        return
    if sentence.morphemes[verb.first].tag != "VV" or sentence.text[predicate.end : verb.start] != " ":
        return
    stem = tagged(sentence, predicate.first, predicate.last - 1)
    want = conjugate([*stem, ("게", "EC")], context.analyzer)
    if context.gain(predicate.start, predicate.end, want) > 0:
        yield _replaced(context, Code.ENDING_CONNECTIVE, "ending.manner", predicate, want)


def _place_of_action(context: Context, first: Word, second: Word) -> Iterator[Finding]:
    """카페 공부해요 → 카페에서 공부해요: the place of an action keeps its particle in speech too."""
    done = next((p for p in context.reading.predicates if p.start == second.start), None)
    if first.text not in _PLACES or done is None or done.root not in _DONE_THERE or not done.closes:
        return
    if max(context.gain(first.end, first.end, where) for where in ("에서", "서")) <= 0:
        return
    yield Finding(
        code=Code.PARTICLE_MISSING,
        rule="particle.place_of_action",
        start=first.end,
        end=first.end,
        params={"word": first.text, "want": "에서", "role": "place_of_action"},
        replacement="에서",
    )


def _said_twice(context: Context, first: Word, second: Word) -> Iterator[Finding]:
    """라떼 라떼 주세요; an answer or an adverb said twice is only lively (네 네, 빨리 빨리)."""
    if first.text != second.text or first.text in _DOUBLED or first.start in context.reading.noise:
        return
    inside = context.sentence.inside(first.start, first.end)
    asked = any(p.start == first.start and p.root in REQUEST_ROOTS for p in context.reading.predicates)
    if not asked and not (inside and inside[0].tag in ("NNG", "NNP") and len(inside[0].form) > 1):
        return
    if not asked and any(m.tag[0] not in "NJ" for m in inside):
        return
    yield Finding(
        code=Code.DUPLICATE_WORD,
        rule="order.said_twice",
        start=first.start,
        end=second.start,
        params={"word": first.text},
        replacement="",
    )


def _replaced(context: Context, code: Code, rule: str, predicate: Predicate, want: str) -> Finding:
    return Finding(
        code=code,
        rule=rule,
        start=predicate.start,
        end=predicate.end,
        params={"got": context.sentence.text[predicate.start : predicate.end], "want": want},
        replacement=want,
    )
