"""Endings and auxiliaries: how the sentence is closed, and whether it says what the turn wants said."""

import re
from collections.abc import Iterator
from itertools import pairwise

from kotoserver.domain.levels import SpeechLevel
from kotoserver.korean.answering.context import Context
from kotoserver.korean.answering.intents import Example
from kotoserver.korean.findings.codes import Code
from kotoserver.korean.findings.findings import Finding, of_predicate
from kotoserver.korean.grammar.giving import bare_before_giving, direction, favour, given_twice, giving
from kotoserver.korean.reading.conjugation import conjugate, tagged
from kotoserver.korean.reading.predicates import Predicate, is_demand, only_softens
from kotoserver.korean.sounds.hangul import split_syllable
from kotoserver.korean.words.lexicon import PROMISING, QUESTION_WORDS, REQUEST_ROOTS, TAKING_ROOTS
from kotoserver.ports.morphology import Morpheme

_DICTIONARY = frozenset({"다"})
_WRITTEN = frozenset({"ᆫ다", "는다"})
"""What writing has for it behind a verb: 먹는다 음식."""
_THING = re.compile(r"(?:거|것|걸|건)(?![가-힣]{2})")
_TELLING = frozenset({"어요", "아요", "에요", "예요"})
"""Endings that tell or ask by the voice alone."""
_UNTENSED = frozenset({"알", "모르", "되"})
"""알았어요 and 알겠어요 say the same, and 됐어요 what 이거면 돼요 says."""


_STATING = frozenset({"어요", "아요", "여요", "ᆸ니다", "습니다", "어", "아", "여"})


def find_endings(context: Context) -> Iterator[Finding]:
    for predicate in context.reading.predicates:
        yield from _dictionary_form(context, predicate)
    closing = context.reading.closing
    if closing is not None:
        yield from _request(context, closing)
        yield from favour(context, closing)
        yield from giving(context, closing)
        yield from direction(context, closing)
        yield from _tense(context, closing)
        yield from _taken_before(context, closing)
        yield from _statement_as_question(context, closing)
        yield from _question_as_statement(context, closing)
        yield from _asked_of_oneself(context, closing)
        yield from given_twice(context, closing)
        yield from _planned(context, closing)
        yield from _there_is_for_is(context, closing)
    yield from _promise(context)
    yield from bare_before_giving(context)


def find_told_as_question(context: Context) -> Iterator[Finding]:
    """두 장 주세요?: an example in every letter, but for the question mark."""
    closing = context.reading.closing
    text = context.sentence.text.rstrip()
    if closing is None or not text.endswith(("?", "？")):
        return
    letters = [letter for letter in text if letter.isalnum()]
    same = [e.text for e in context.examples if [letter for letter in e.text if letter.isalnum()] == letters]
    if same and not any(example.rstrip().endswith(("?", "？")) for example in same):
        yield _told_as_question(context)


def _asked_of_oneself(context: Context, closing: Predicate) -> Iterator[Finding]:
    """저는 학생이에요?, where the examples tell it."""
    opening = context.sentence.morphemes[:2]
    of_oneself = [(m.form, m.tag) for m in opening] in (
        [("저", "NP"), ("는", "JX")],
        [("제", "NP"), ("가", "JKS")],
    )
    asks = context.sentence.text.rstrip().endswith(("?", "？"))
    if not (of_oneself and asks and closing.ending in _TELLING) or closing.honorific:
        return
    if any(m.form in QUESTION_WORDS for m in context.sentence.morphemes) or closing.auxiliaries:
        return
    same = [
        example.reading.sentence.asks(p.end)
        for example in context.examples
        for p in example.reading.predicates
        if p.closes and p.root == closing.root
    ]
    if same and not any(same):
        yield _told_as_question(context)


def _told_as_question(context: Context) -> Finding:
    end = len(context.sentence.text.rstrip())
    return Finding(
        code=Code.SENTENCE_TYPE,
        rule="ending.told_as_question",
        start=end - 1,
        end=end,
        params={"got": "question", "want": "statement"},
        replacement=".",
    )


def _planned(context: Context, closing: Predicate) -> Iterator[Finding]:
    """산에 가는 거예요 for 갈 거예요, where the examples tell what is planned."""
    if "거이" not in closing.auxiliaries and closing.noun not in ("거", "것"):
        return
    morphemes = context.sentence.morphemes
    at = next((i for i in range(len(morphemes) - 3) if _is_thing_that_is(morphemes[i : i + 4])), None)
    if at is None or context.sentence.asks(closing.end):
        return
    verb, modifier = morphemes[at], morphemes[at + 1]
    shown = [p for e in context.examples for p in e.reading.predicates if p.root.endswith(verb.form) and p.closes]
    if not shown or any(not p.future for p in shown):
        return
    want = conjugate([(verb.form, verb.tag), ("을", "ETM")], context.analyzer)
    yield Finding(
        code=Code.ENDING_MODIFIER,
        rule="ending.planned",
        start=verb.start,
        end=modifier.end,
        params={"got": context.sentence.text[verb.start : modifier.end], "want": want},
        replacement=want,
    )


def _there_is_for_is(context: Context, closing: Predicate) -> Iterator[Finding]:
    """저는 학생 있어요 → 저는 학생이에요, where the examples say what one is."""
    opening = context.sentence.morphemes[:2]
    of_oneself = [m.form for m in opening] in (["저", "는"], ["나", "는"], ["제", "가"])
    at = closing.first - 1
    if not of_oneself or closing.root != "있" or closing.auxiliaries or closing.negated or at < 2:
        return
    noun = context.sentence.morphemes[at]
    if noun.tag not in ("NNG", "NNP") or context.sentence.asks(closing.end):
        return
    shown = [p for e in context.examples for p in e.reading.predicates if p.closes]
    if any(p.root == "있" for p in shown) or not any(p.root == "이" and p.noun == noun.form for p in shown):
        return
    told = tagged(context.sentence, closing.first + 1, closing.last)
    rest = [("에요" if form == "어요" else form, tag) for form, tag in told]
    want = conjugate([(noun.form, noun.tag), ("이", "VCP"), *rest], context.analyzer)
    yield Finding(
        code=Code.COPULA_FORM,
        rule="ending.there_is",
        start=noun.start,
        end=closing.end,
        params={
            "got": context.sentence.text[noun.start : closing.end],
            "want": want,
            "rule": "after_consonant" if split_syllable(noun.form[-1])[2] else "after_vowel",
        },
        replacement=want,
    )


def _is_thing_that_is(four: tuple[Morpheme, ...]) -> bool:
    verb, modifier, thing, copula = four
    return (
        verb.tag in ("VV", "XSV")
        and (modifier.form, modifier.tag) == ("는", "ETM")
        and (thing.form in ("거", "것"), copula.tag) == (True, "VCP")
    )


def _dictionary_form(context: Context, predicate: Predicate) -> Iterator[Finding]:
    """크다 주세요 → 큰 거 주세요; 커피 주다 → 커피 주세요."""
    noun = _described(context, predicate)
    written = _DICTIONARY | _WRITTEN if noun is not None else _DICTIONARY
    if predicate.ending not in written or predicate.past or predicate.future:
        return
    if predicate.root in ("아니", "이"):
        return
    text = context.sentence.text
    rest = text[predicate.end :].strip(" .!?~,")
    if rest.startswith(("생각", "하", "고", "말", "싶", "느끼")):
        return  # 맛있다 생각해요: what is thought or said
    stem = tagged(context.sentence, predicate.first, predicate.last - 1)
    casual = context.wanted is SpeechLevel.BANMAL
    if casual and not _THING.match(rest):
        return
    last = context.sentence.morphemes[predicate.last - 2]
    if last.tag in ("XSA", "XSV") and not last.length:
        return  # 적았다, in which the analyser hears 하다
    describes = last.tag in ("VA", "XSA")
    before_noun = ("은" if describes and last.form[-1] not in "있없" else "는", "ETM")
    if _THING.match(rest) or noun is not None:
        want = conjugate([*stem, before_noun], context.analyzer)
    elif describes and _told_how(context, predicate):
        want = conjugate([*stem, ("게", "EC")], context.analyzer)
    elif rest and describes:
        want = conjugate([*stem, before_noun, ("거", "NNB")], context.analyzer)
    elif predicate.root == "주" or "주" in predicate.auxiliaries:
        want = conjugate([*stem, ("세요", "EF")], context.analyzer)
    elif rest:
        return
    elif _is_offered(context, predicate) and any("주" in p.auxiliaries for p in _shown(context, predicate)):
        want = conjugate([*stem, ("어", "EC"), ("주", "VX"), ("세요", "EF")], context.analyzer)
    else:
        want = _as_past_examples(context, predicate) or _politely(context, stem)
    yield of_predicate(context.sentence, Code.DICTIONARY_FORM, "ending.dictionary", predicate, want)


def _described(context: Context, predicate: Predicate) -> Morpheme | None:
    """The noun right behind what should describe it: 크다 사이즈."""
    following = context.sentence.morphemes[predicate.last : predicate.last + 1]
    beside = bool(following) and context.sentence.text[predicate.end : following[0].start] == " "
    return following[0] if beside and following[0].tag in ("NNG", "NNP") else None


def _told_how(context: Context, predicate: Predicate) -> bool:
    """늦다 일어났어요: a verb right behind it, which it tells the manner of."""
    following = next((p for p in context.reading.predicates if p.first == predicate.last), None)
    return following is not None and following.root not in REQUEST_ROOTS | {"하"} and not following.auxiliaries


def _as_past_examples(context: Context, predicate: Predicate) -> str | None:
    """영화를 보다 → 영화를 봤어요, where the examples tell what was done."""
    shown = [
        (example.text[p.start : p.end], p.past)
        for example in context.examples
        for p in example.reading.predicates
        if p.closes and p.root == predicate.root
    ]
    return shown[0][0] if shown and all(past for _, past in shown) else None


def _politely(context: Context, stem: list[tuple[str, str]]) -> str:
    polite = "에요" if stem[-1][1] == "VCP" else "어요"  # 좋은 것이다 → 좋은 것이에요
    ending = "ᆸ니다" if context.wanted is SpeechLevel.HAPSYO else polite
    return conjugate([*stem, (ending, "EF")], context.analyzer)


def _request(context: Context, closing: Predicate) -> Iterator[Finding]:
    """포장하세요 tells the other to do it for themselves; a favour is asked with -아/어 주세요."""
    left_to_the_other = is_demand(closing) or _is_done_for_the_learner(context, closing)
    if not left_to_the_other or closing.auxiliaries or closing.root in ("주", "부탁하", "부탁드리"):
        return
    if context.sentence.asks(closing.end):
        return
    same = _shown(context, closing)
    asked = [p for p in same if "주" in p.auxiliaries and p.root == closing.root]
    left = [p for p in same if not p.auxiliaries and (is_demand(p) or not is_demand(closing))]
    if not asked or left:
        return
    parts = tagged(context.sentence, closing.first, closing.last)
    plain = [part for part in parts[:-1] if part[0] not in ("시", "으시")]
    formal = [("시", "EP"), ("ᆸ시오", "EF")] if closing.ending == "ᆸ시오" else [("세요", "EF")]
    want = conjugate([*plain, ("어", "EC"), ("주", "VX"), *formal], context.analyzer)
    yield of_predicate(context.sentence, Code.ENDING_AUX, "ending.request", closing, want)


def _shown(context: Context, predicate: Predicate) -> list[Predicate]:
    """The same verb in the examples."""
    synonyms = context.prepared.synonyms
    wanted = synonyms.get(predicate.root, predicate.root)
    told = (p for example in context.examples for p in example.reading.predicates)
    return [p for p in told if synonyms.get(p.root, p.root) == wanted]


def _is_offered(context: Context, predicate: Predicate) -> bool:
    offer = context.prepared.npc.closing
    return offer is not None and offer.root == predicate.root and "드리" in offer.auxiliaries


def _is_done_for_the_learner(context: Context, closing: Predicate) -> bool:
    """네, 데워요, to 데워 드릴까요?: who is offered it does not do it; 제가 데워요 says that they do."""
    if not _is_offered(context, closing):
        return False
    plain = not (closing.negated or closing.past or closing.future or closing.honorific)
    plain &= not any(
        word.text in ("제가", "내가", "저도", "나도", "같이", "함께") for word in context.sentence.words
    )
    return plain and closing.ending in _STATING


def _tense(context: Context, closing: Predicate) -> Iterator[Finding]:
    same = [
        (example, p)
        for example in context.examples
        for p in example.reading.predicates
        if p.closes and p.root == closing.root
    ]
    if not same or context.sentence.asks(closing.end) or closing.root in _UNTENSED:
        return
    before = context.sentence.morphemes[closing.first - 1]
    bare = closing.root == "하" and (before.tag != "EC" or before.form == "게")
    if "것같" in closing.auxiliaries or (bare and closing.future):
        return  # 좀 쓴 것 같아요; 네, 지금 할게요, where 네, 했어요 is taught
    if closing.future and not closing.negated and all(p.negated and p.past for _, p in same):
        return  # 이제 고를게요, where 아직 안 골랐어요 is taught
    denied = [(e, p) for e, p in same if p.negated] if closing.negated and not closing.future else []
    same = denied or [(e, p) for e, p in same if not (closing.future and p.past and p.negated)]
    if not same:
        return  # 보고 고를게요, where 아직 못 골랐어요 is taught
    told = [p for p in context.reading.predicates if p.root == closing.root and p is not closing]
    if any(p.past == closing.past for _, p in same) or any(p.past == same[0][1].past for p in told if p.closes):
        return  # 아직 안 샀어요. 다음 주에 살 거예요.
    asked = context.prepared.npc.closing
    if asked is not None and (asked.root, asked.past) == (closing.root, closing.past) and not closing.future:
        return  # 아니요, 가끔만 와요, to 자주 오세요?, though 처음 왔어요 is taught
    if closing.past and any(word.text in ("벌써", "이미") for word in context.sentence.words):
        return
    if closing.past and "있" not in closing.auxiliaries and any(_is_result(e, p) for e, p in same):
        return  # 비었어요 and 비어 있어요 say the same
    example, shown = same[0]
    fix = example.text[shown.start : shown.end]
    got = context.sentence.text[closing.start : closing.end]
    yield Finding(
        code=Code.TENSE_MISMATCH,
        rule="ending.tense",
        start=closing.start,
        end=closing.end,
        params={"got": _tense_of(closing), "want": _tense_of(shown), "word": got, "fix": fix},
        replacement=fix,
    )


def _is_result(example: Example, predicate: Predicate) -> bool:
    """비어 있어요: what has come about, where -고 있다 tells what goes on."""
    inside = example.reading.sentence.morphemes[predicate.first : predicate.last]
    return any(
        one.form in ("어", "아") and (other.form, other.tag) == ("있", "VX") for one, other in pairwise(inside)
    )


def _promise(context: Context) -> Iterator[Finding]:
    """누르게요 → 누를게요, where the examples promise it so; otherwise 잘 보이게요 may be meant."""
    for predicate in context.reading.predicates:
        rest = context.sentence.text[predicate.end :]
        if predicate.ending != "게" or not rest.startswith("요") or context.sentence.asks(predicate.end):
            continue
        shown = [p for example in context.examples for p in example.reading.predicates]
        if not any(p.root == predicate.root and p.ending in PROMISING for p in shown):
            continue
        stem = tagged(context.sentence, predicate.first, predicate.last - 1)
        want = conjugate([*stem, ("을게요", "EF")], context.analyzer)
        got = context.sentence.text[predicate.start : predicate.end + 1]
        yield Finding(
            code=Code.SPELL_GEYO,
            rule="spelling.promise",
            start=predicate.start,
            end=predicate.end + 1,
            params={"got": got, "want": want},
            replacement=want,
        )


def _taken_before(context: Context, closing: Predicate) -> Iterator[Finding]:
    """아메리카노 마셨어요, where something is to be asked for: what was had before is no order."""
    intent = context.intent
    if intent is None or not intent.needs or not closing.past or closing.negated or closing.auxiliaries:
        return
    shown = [p for example in context.examples for p in example.reading.predicates if p.closes]
    known = any(p.past or p.root == closing.root for p in shown)
    if closing.root not in TAKING_ROOTS or known or context.sentence.asks(closing.end):
        return
    stem = [p for p in tagged(context.sentence, closing.first, closing.last - 1) if p[1] != "EP"]
    fix = conjugate([*stem, ("을게요", "EF")], context.analyzer)
    yield Finding(
        code=Code.TENSE_MISMATCH,
        rule="ending.taken_before",
        start=closing.start,
        end=closing.end,
        params={
            "got": "past",
            "want": "future",
            "word": context.sentence.text[closing.start : closing.end],
            "fix": fix,
        },
        replacement=fix,
    )


def _tense_of(predicate: Predicate) -> str:
    if predicate.past:
        return "past"
    return "future" if predicate.future else "present"


def _statement_as_question(context: Context, closing: Predicate) -> Iterator[Finding]:
    """정류장이 어디입니다: a question word with the ending of a statement."""
    asking = next((p for p in context.reading.predicates if only_softens(p, closing) and _is_for_me(p)), None)
    if not closing.ending.endswith("니다") or asking is not None:
        return  # 어디 있는지 알려 주시면 감사하겠습니다
    words = QUESTION_WORDS - {"몇", "왜"} | {"어떻"}
    asked = any(m.form in words for m in context.sentence.inside(0, closing.end))
    questions = [example for example in context.examples if example.text.rstrip().endswith("?")]
    most = len(questions) * 2 >= len(context.examples) or context.sentence.asks(closing.end)
    marked = context.sentence.text[closing.end :].lstrip().startswith(("?", "？"))  # 몇 시에 출발합니다?
    if not (asked or marked) or not most or not questions:
        return
    got = context.sentence.text[closing.start : closing.end]
    yield Finding(
        code=Code.SENTENCE_TYPE,
        rule="ending.question",
        start=closing.end - 1,
        end=closing.end,
        params={"got": "statement", "want": "question"},
        replacement="까" if got.endswith("다") else None,
    )


def _is_for_me(predicate: Predicate) -> bool:
    """주시면 of 알려 주시면 감사하겠습니다; 어디로 나가면 됩니다 is a question without its ending."""
    return predicate.root == "주" or "주" in predicate.auxiliaries


def _question_as_statement(context: Context, closing: Predicate) -> Iterator[Finding]:
    """염색하고 싶습니까, where the learner is the one who tells it."""
    if not closing.ending.endswith("니까") or closing.honorific:
        return
    same = [
        example.reading.sentence.asks(p.end) or p.interrogative
        for example in context.examples
        for p in example.reading.predicates
        if p.closes and (p.root, p.auxiliaries) == (closing.root, closing.auxiliaries)
    ]
    if not same or any(same):
        return
    yield Finding(
        code=Code.SENTENCE_TYPE,
        rule="ending.statement",
        start=closing.end - 1,
        end=closing.end,
        params={"got": "question", "want": "statement"},
        replacement="다",
    )
