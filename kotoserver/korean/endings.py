"""Endings and auxiliaries: how the sentence is closed, and whether it says what the turn wants said."""

import re
from collections.abc import Iterator
from itertools import pairwise

from kotoserver.domain.levels import SpeechLevel
from kotoserver.korean.codes import Code
from kotoserver.korean.conjugation import conjugate, tagged
from kotoserver.korean.context import Context
from kotoserver.korean.findings import Finding
from kotoserver.korean.intents import Example
from kotoserver.korean.lexicon import QUESTION_WORDS, REMOVING, TAKING_ROOTS
from kotoserver.korean.predicates import Predicate, only_softens
from kotoserver.korean.sentence import Word
from kotoserver.ports.morphology import Morpheme

_DEMANDS = ("세요", "으세요", "십시오", "으십시오", "셔요", "ᆸ시오")
_OFFERS = ("ᆯ게요", "을게요", "ᆯ게", "을게")
_THERE_AND_HERE = frozenset(
    way + end
    for way in ("가져", "데려", "나", "들어", "올라", "내려", "돌아", "다녀", "걸어", "들고")
    for end in "가오"
)
_PROPOSALS = ("ᆯ까요", "을까요")
_TAKEN = frozenset({"빌리", "사", "받", "배우"})
"""What one does for oneself; 빌려 드릴게요 turns the borrower into the lender."""
_DICTIONARY = frozenset({"다"})
_THING = re.compile(r"(?:거|것|걸|건)(?![가-힣]{2})")
_NOT_BEFORE_GIVING = frozenset({"어요", "아요", "세요", "으세요", "고", "ᆸ니다", "습니다"})
_PAID = frozenset({"현금", "카드", "돈", "지폐", "동전"})
"""What the one who buys hands over."""
_SAID = frozenset({"전화", "연락", "말씀", "인사", "감사", "사과", "문의", "답장", "문자", "메일", "부탁"})
"""What one does by words."""
_TELLING = frozenset({"어요", "아요", "에요", "예요"})
"""Endings that tell or ask by the voice alone."""
_ALLOWED = ("돼", "되", "될", "괜찮")
_HELPING = re.compile(r"주|줄|드리|드릴|드려|보|볼")
_HELPER_OF = {"주": "주", "줄": "주", "드리": "드리", "드릴": "드리", "드려": "드리", "보": "보", "볼": "보"}
_UNTENSED = frozenset({"알", "모르", "되"})
"""알았어요 and 알겠어요 say the same, and 됐어요 what 이거면 돼요 says."""


def find_endings(context: Context) -> Iterator[Finding]:
    for predicate in context.reading.predicates:
        yield from _dictionary_form(context, predicate)
    closing = context.reading.closing
    if closing is not None:
        yield from _request(context, closing)
        yield from _favour(context, closing)
        yield from _giving(context, closing)
        yield from _direction(context, closing)
        yield from _tense(context, closing)
        yield from _taken_before(context, closing)
        yield from _statement_as_question(context, closing)
        yield from _question_as_statement(context, closing)
        yield from _asked_of_oneself(context, closing)
        yield from _given_twice(context, closing)
        yield from _planned(context, closing)
    yield from _promise(context)
    yield from _bare_before_giving(context)


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


def _given_twice(context: Context, closing: Predicate) -> Iterator[Finding]:
    """줘 주세요 → 주세요: what is given is not given once more."""
    if closing.root != "주" or closing.auxiliaries[:1] != ("주",):
        return
    rest = tagged(context.sentence, closing.first + 2, closing.last)
    yield _ending(context, Code.ENDING_AUX, "ending.twice", closing, conjugate(rest, context.analyzer))


def _bare_before_giving(context: Context) -> Iterator[Finding]:
    """찍 드릴게요 → 찍어 드릴게요, where the examples have that verb before that one."""
    joined = {
        (p.root, helper)
        for example in context.examples
        for p in example.reading.predicates
        for helper in p.auxiliaries[:1]
        if helper in ("주", "드리", "보")
    }
    for stem, following in pairwise(context.sentence.words):
        yield from _bare_before_allowing(context, stem, following)
        helper = _HELPING.match(following.text)
        tags = {m.tag for m in context.sentence.inside(stem.start, stem.end)}
        if helper is None or (stem.text, _HELPER_OF[helper[0]]) not in joined or tags & {"EC", "EF"}:
            continue
        want = conjugate([(stem.text, "VV"), ("어", "EC")], context.analyzer)
        if want == stem.text:
            continue  # 사 주세요
        yield _bare("ending.bare", stem, following, want)


def _bare_before_allowing(context: Context, stem: Word, following: Word) -> Iterator[Finding]:
    """앉도 돼요 → 앉아도 돼요, where the examples have the verb."""
    root = stem.text.removesuffix("도")
    shown = {p.root for e in (*context.examples,) for p in e.reading.predicates}
    shown |= {p.root for p in context.prepared.npc.predicates}
    if root == stem.text or root not in shown or not following.text.startswith(_ALLOWED):
        return
    want = conjugate([(root, "VV"), ("어", "EC")], context.analyzer) + "도"
    if want == stem.text:
        return  # 타도 돼요
    yield _bare("ending.allowed", stem, following, want)


def _bare(rule: str, stem: Word, following: Word, want: str) -> Finding:
    return Finding(
        code=Code.ENDING_AUX,
        rule=rule,
        start=stem.start,
        end=stem.end,
        params={"got": f"{stem.text} {following.text}", "want": f"{want} {following.text}"},
        replacement=want,
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


def _is_thing_that_is(four: tuple[Morpheme, ...]) -> bool:
    verb, modifier, thing, copula = four
    return (
        verb.tag in ("VV", "XSV")
        and (modifier.form, modifier.tag) == ("는", "ETM")
        and (thing.form in ("거", "것"), copula.tag) == (True, "VCP")
    )


def _dictionary_form(context: Context, predicate: Predicate) -> Iterator[Finding]:
    """크다 주세요 → 큰 거 주세요; 커피 주다 → 커피 주세요."""
    if predicate.ending not in _DICTIONARY or predicate.past or predicate.future:
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
    if _THING.match(rest):
        want = conjugate([*stem, ("은", "ETM")], context.analyzer)
    elif rest and context.sentence.morphemes[predicate.last - 2].tag in ("VA", "XSA"):
        want = conjugate([*stem, ("은", "ETM"), ("거", "NNB")], context.analyzer)
    elif predicate.root == "주" or "주" in predicate.auxiliaries:
        want = conjugate([*stem, ("세요", "EF")], context.analyzer)
    elif rest:
        return
    else:
        want = _as_past_examples(context, predicate) or _politely(context, stem)
    yield _ending(context, Code.DICTIONARY_FORM, "ending.dictionary", predicate, want)


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
    ending = "ᆸ니다" if context.wanted is SpeechLevel.HAPSYO else "어요"
    return conjugate([*stem, (ending, "EF")], context.analyzer)


def is_demand(predicate: Predicate) -> bool:
    """Whether it tells the other what to do: -(으)세요, -(으)십시오."""
    return predicate.ending.endswith(_DEMANDS)


def _request(context: Context, closing: Predicate) -> Iterator[Finding]:
    """포장하세요 tells the other to do it for themselves; a favour is asked with -아/어 주세요."""
    if not is_demand(closing) or closing.auxiliaries or closing.root in ("주", "부탁하", "부탁드리"):
        return
    if context.sentence.asks(closing.end):
        return
    same = [
        p
        for example in context.examples
        for p in example.reading.predicates
        if context.prepared.synonyms.get(p.root, p.root)
        == context.prepared.synonyms.get(closing.root, closing.root)
    ]
    asked = [p for p in same if "주" in p.auxiliaries and p.root == closing.root]
    demanded = [p for p in same if is_demand(p) and not p.auxiliaries]
    if not asked or demanded:
        return
    parts = tagged(context.sentence, closing.first, closing.last)
    plain = [part for part in parts[:-1] if part[0] not in ("시", "으시")]
    formal = [("시", "EP"), ("ᆸ시오", "EF")] if closing.ending == "ᆸ시오" else [("세요", "EF")]
    want = conjugate([*plain, ("어", "EC"), ("주", "VX"), *formal], context.analyzer)
    yield _ending(context, Code.ENDING_AUX, "ending.request", closing, want)


def _giving(context: Context, closing: Predicate) -> Iterator[Finding]:
    """데워 드릴게요 and 데워 줄게요 offer what the turn asks for."""
    if _serves(closing):
        yield from _served(context, closing)
    if _hands_over(context, closing) or _speaks_humbly(context, closing):
        return
    if not _offers(closing) or (context.sentence.asks(closing.end) and not _asks_to_help(context, closing)):
        return
    predicates = [p for example in context.examples for p in example.reading.predicates if p.closes]
    asks = [p for p in predicates if "주" in p.auxiliaries or p.root == "주"]
    treats = any(p.root == closing.root and p.ending in _OFFERS for p in context.prepared.npc.predicates)
    takes = [p for p in predicates if p.root == closing.root in _TAKEN and not treats]
    if not (asks or takes) or any(_offers(p) for p in predicates):
        return
    parts = tagged(context.sentence, closing.first, closing.last)
    turned = [("주" if form == "드리" else form, tag) for form, tag in parts[:-1] if form not in ("겠", "시")]
    want = conjugate([*turned, ("세요", "EF")], context.analyzer)
    if takes:
        want = next(e.text[p.start : p.end] for e in context.examples for p in e.reading.predicates if p in takes)
    got = context.sentence.text[closing.start : closing.end]
    yield Finding(
        code=Code.GIVE_DIRECTION,
        rule="ending.giving",
        start=closing.start,
        end=closing.end,
        params={"got": got, "want": want},
        replacement=want,
        blocks=True,
    )


def _favour(context: Context, closing: Predicate) -> Iterator[Finding]:
    """포장을 주세요, 충전해요 주세요, 찍고 주세요 → 포장해 주세요, where the examples ask for it so."""
    morphemes = context.sentence.morphemes
    at = next((i for i in range(closing.first, closing.last) if morphemes[i].form == "주"), 0)
    if not at or morphemes[at].tag not in ("VV", "VX"):
        return
    shown = [p for example in context.examples for p in example.reading.predicates]
    asked = {p.root for p in shown if "주" in p.auxiliaries}
    before = morphemes[at - 1]
    thing = morphemes[at - 2] if before.tag == "JKO" and at > 1 else before
    if thing.tag == "NNG" and thing.form + "하" in asked:
        parts = [(thing.form, "NNG"), ("하", "XSV")]
        start = thing.start
    elif before.tag in ("EF", "EC") and before.form in _NOT_BEFORE_GIVING:
        verb = _verb_before(context, at - 1)
        if verb is None or verb.root not in asked or verb.root in REMOVING:
            return  # 얼음 빼고 주세요
        parts = tagged(context.sentence, verb.first, at - 1)
        start = verb.start
    else:
        return
    if context.sentence.text[before.end : morphemes[at].start].strip():
        return
    got = context.sentence.text[start : before.end]
    want = conjugate([*parts, ("어", "EC")], context.analyzer)
    yield Finding(
        code=Code.ENDING_AUX,
        rule="ending.favour",
        start=start,
        end=before.end,
        params={"got": got, "want": want},
        replacement=want,
    )


def _hands_over(context: Context, closing: Predicate) -> bool:
    """현금으로 드릴게요, said by the one who pays."""
    before = context.sentence.morphemes[max(closing.first - 2, 0) : closing.first]
    return closing.root == "드리" and len(before) == 2 and before[0].form in _PAID and before[1].tag == "JKB"


def _speaks_humbly(context: Context, closing: Predicate) -> bool:
    """전화드릴게요, 말씀드릴게요: 드리다 humbles what is said, and gives nothing."""
    before = context.sentence.morphemes[max(closing.first - 1, 0) : closing.first]
    said = before[0].form if before else ""
    return (closing.root == "드리" and said in _SAID) or closing.root.removesuffix("드리") in _SAID


def _verb_before(context: Context, ending: int) -> Predicate | None:
    return next((p for p in context.reading.predicates if p.first < ending < p.last or p.last == ending + 1), None)


def _offers(predicate: Predicate) -> bool:
    verbs = {predicate.root, *predicate.auxiliaries}
    gives = predicate.ending in (*_OFFERS, *_PROPOSALS) or _wills(predicate)
    asks = predicate.honorific and "수있" in predicate.auxiliaries  # 주실 수 있을까요?
    return "드리" in verbs or ("주" in verbs and gives and not asks)


def _wills(predicate: Predicate) -> bool:
    """주겠습니다, 줄 거예요."""
    plans = predicate.ending == "습니다" or "거이" in predicate.auxiliaries
    return predicate.future and plans and not predicate.honorific


def _serves(predicate: Predicate) -> bool:
    """물 드세요, as one says it who brings the water."""
    demands = is_demand(predicate) or (predicate.said_root == "드시" and predicate.ending == "어요")
    return demands and predicate.said_root in ("드시", "잡수시", "받") and not predicate.auxiliaries


def _served(context: Context, closing: Predicate) -> Iterator[Finding]:
    """물 드세요 for 물 주세요."""
    shown = [p for example in context.examples for p in example.reading.predicates if p.closes]
    asks = next((p for p in shown if p.root == "주" and not p.auxiliaries), None)
    if asks is None or any(p.root == closing.root for p in shown) or context.sentence.asks(closing.end):
        return
    want = next(e.text[p.start : p.end] for e in context.examples for p in e.reading.predicates if p is asks)
    yield Finding(
        code=Code.GIVE_DIRECTION,
        rule="ending.served",
        start=closing.start,
        end=closing.end,
        params={"got": context.sentence.text[closing.start : closing.end], "want": want},
        replacement=want,
        blocks=True,
    )


def _asks_to_help(context: Context, predicate: Predicate) -> bool:
    """잘라 드릴까요?, asked by the one whose hair is cut; 현금으로 드릴까요? may be asked by who pays."""
    given = predicate.root in ("주", "드리") and any(
        p.root == "주" and p.closes for example in context.examples for p in example.reading.predicates
    )
    helps = given or bool({"드리", "주"} & set(predicate.auxiliaries))
    return helps and predicate.ending in _PROPOSALS


def _direction(context: Context, closing: Predicate) -> Iterator[Finding]:
    """관광하러 갔습니다, said where one has arrived."""
    turned = {"가": "오", "오": "가"}.get(closing.root[-1:])
    if turned is None or closing.auxiliaries or (len(closing.root) > 1 and closing.root not in _THERE_AND_HERE):
        return
    other = closing.root[:-1] + turned
    roots = {p.root for example in context.examples for p in example.reading.predicates if p.closes}
    if other not in roots or closing.root in roots:
        return
    if closing.root == "가져오" and closing.past:
        return  # 장바구니 가져왔어요, where 그냥 가져갈게요 is taught
    parts = tagged(context.sentence, closing.first, closing.last)
    asked = [
        p for e in context.examples for p in e.reading.predicates if p.root == other and "주" in p.auxiliaries
    ]
    if is_demand(closing) and asked:
        parts[1:1] = [("어", "EC"), ("주", "VX")]  # 명동으로 오세요, where 명동으로 가 주세요 is taught
    want = conjugate([(other, parts[0][1]), *parts[1:]], context.analyzer)
    yield _ending(context, Code.VERB_DIRECTION, "ending.direction", closing, want)


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
    denied = [(e, p) for e, p in same if p.negated] if closing.negated and not closing.future else []
    same = denied or same
    told = [p for p in context.reading.predicates if p.root == closing.root and p is not closing]
    if any(p.past == closing.past for _, p in same) or any(p.past == same[0][1].past for p in told if p.closes):
        return  # 아직 안 샀어요. 다음 주에 살 거예요.
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
        if not any(p.root == predicate.root and p.ending in _OFFERS for p in shown):
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
    asking = next((p for p in context.reading.predicates if only_softens(p, closing)), None)
    if not closing.ending.endswith("니다") or asking is not None:
        return  # 어디 있는지 알려 주시면 감사하겠습니다
    words = QUESTION_WORDS - {"몇", "왜"} | {"어떻"}
    asked = any(m.form in words for m in context.sentence.inside(0, closing.end))
    questions = [example for example in context.examples if example.text.rstrip().endswith("?")]
    most = len(questions) * 2 >= len(context.examples) or context.sentence.asks(closing.end)
    if not asked or not most or not questions:
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


def _ending(context: Context, code: Code, rule: str, predicate: Predicate, want: str) -> Finding:
    """The item shows whole words, also where the analyser found the verb inside one."""
    text = context.sentence.text
    word = context.sentence.word_at(predicate.start)
    head = text[word.start : predicate.start] if word is not None else ""
    return Finding(
        code=code,
        rule=rule,
        start=predicate.start,
        end=predicate.end,
        params={"got": head + text[predicate.start : predicate.end], "want": head + want},
        replacement=want,
    )
