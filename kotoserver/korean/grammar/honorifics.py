"""Whom a sentence raises: -시- about oneself, humble pronouns, how to address, who says which goodbye."""

import re
from collections.abc import Iterator
from itertools import pairwise

from kotoserver.domain.levels import SpeechLevel
from kotoserver.domain.particles import final_consonant
from kotoserver.korean.answering.context import Context
from kotoserver.korean.findings.codes import Code
from kotoserver.korean.findings.findings import Finding
from kotoserver.korean.reading.conjugation import conjugate, tagged
from kotoserver.korean.reading.predicates import Predicate
from kotoserver.korean.reading.sentence import Sentence
from kotoserver.korean.words.lexicon import HONORIFIC_ROOTS, RAISED_NOUNS, STATE_ROOTS, UNCOMMANDED_ROOTS
from kotoserver.ports.morphology import MorphemeAnalyzer

_OWN_WILL = ("ᆯ게요", "을게요", "ᆯ게", "을게", "ᆯ께요", "을께요")
_HUMBLE = re.compile(
    r"(?<![가-힣])(?P<got>(?:나는|난|나도|나를|날|나한테|나의|내가|내 거|나(?= (?!가|와|오))|내(?=\s[가-힣]))"
    r"(?![가-힣])|나(?=(?:예요|이에요|입니다)(?![가-힣])))"
)
_ARISING = re.compile(r"\s(?:것|거|게|데|건|편|중|지)(?![가-힣]{2})")
"""What stands behind 나는 only where it comes from 나다."""
_HUMBLE_FORMS = {
    "나는": "저는",
    "난": "전",
    "나도": "저도",
    "나를": "저를",
    "날": "저를",
    "나한테": "저한테",
    "나의": "저의",
    "내가": "제가",
    "내 거": "제 거",
    "내": "제",
    "나": "저",
}
_ADDRESS = re.compile(r"(?<![가-힣])(?P<got>당신|너|야|아줌마)(?P<tail>은|는|이|가|을|를|의|도)?(?=[\s,]|$)")
_GOODBYE = re.compile(r"안녕히\s?(?P<verb>가|계)(?P<ending>세요|십시오)")
_CALLED = re.compile(
    r"(?P<opening>저는|전|제 이름은) (?P<name>[가-힣]{1,5}?)(?P<raised>이?(?:세요|십니다))(?![가-힣]|\s?\?)"
)
_OWNERS = frozenset({"제", "저의", "내", "나의", "네", "예", "아니요", "저는"})
_ONESELF = frozenset({"저", "나", "제", "내"})
_JOINING = frozenset({"고", "는데", "은데", "ᆫ데", "어서", "아서", "지만"})
_FELT = frozenset({"아프", "춥", "덥", "배고프", "배부르", "피곤하", "바쁘", "힘들"})
"""What only the one who feels it tells."""
_LEAVE = re.compile(r"도\s?(?:돼|되|될|괜찮)")
"""여기 앉아도 돼요?, to which 네, 앉으세요 is the answer."""
_TELLING = ("어요", "아요", "ᆸ니다", "습니다", "ᆸ니까", "습니까")
_SHOTS = frozenset({"주사", "침", "백신", "예방접종", "접종", "링거"})
"""What one gets and can be told to get, where 맞다 otherwise says that something is right."""
_ALLOWING = ("어도", "아도")
_PLANS = frozenset({"예정", "계획", "생각"})
_WISHED = re.compile(r"(?<![가-힣])(?:안녕히|어서|조심히|맛있게)$")
"""안녕히 가세요, 어서 오세요; but 걸어서 오셨어요."""
_SET_PHRASES = ("안녕", "수고하", "어서", "실례하")


def _asks_leave(context: Context) -> Iterator[Finding]:
    """여기서 드셔도 돼요?, where 여기서 먹어도 돼요? is taught: the leave is for oneself."""
    closing = context.reading.closing
    if closing is None or closing.root not in ("되", "괜찮") or not context.sentence.asks(closing.end):
        return
    shown = {
        (p.root, p.honorific)
        for e in context.examples
        for p in e.reading.predicates
        if p.ending in _ALLOWING and e.reading.sentence.asks(p.end)
    }
    for predicate in context.reading.predicates:
        leave = predicate.ending in _ALLOWING and predicate.honorific and not predicate.auxiliaries
        if not leave or (predicate.root, False) not in shown or (predicate.root, True) in shown:
            continue
        want = without_honorific(context.sentence, predicate, context.analyzer)
        yield Finding(
            code=Code.HONORIFIC_SELF,
            rule="honorific.leave",
            start=predicate.start,
            end=predicate.end,
            params={"got": context.sentence.text[predicate.start : predicate.end], "want": want},
            replacement=want,
        )


def find_honorifics(context: Context) -> Iterator[Finding]:
    yield from _asks_leave(context)
    called = list(_own_name(context))
    yield from called or _self_honour(context)
    if context.wanted is not SpeechLevel.BANMAL:
        yield from _humble(context)
        yield from _address(context)
    yield from _goodbye(context)
    yield from _raised_noun(context)
    yield from _own_title(context)
    yield from _that_for_my(context)


def _raised_noun(context: Context) -> Iterator[Finding]:
    """제 성함은 리나예요: the name of the one who asks is 성함, one's own is 이름."""
    examples = {m.form for example in context.examples for m in example.reading.sentence.morphemes}
    asks = context.sentence.asks(0)
    for word in context.sentence.words:
        noun = next((m.form for m in context.sentence.inside(word.start, word.start + 1)), "")
        before = context.sentence.text[: word.start].rstrip(" ,").split()
        if noun not in RAISED_NOUNS or noun in examples or asks or (before and before[-1] not in _OWNERS):
            continue
        end = word.start + len(noun)
        yield Finding(
            code=Code.HONORIFIC_SELF,
            rule="honorific.noun",
            start=word.start,
            end=end,
            params={"got": noun, "want": RAISED_NOUNS[noun]},
            replacement=RAISED_NOUNS[noun],
        )


def _that_for_my(context: Context) -> Iterator[Finding]:
    """저 생일은 → 제 생일은, where the examples tell of one's own."""
    for this, noun in pairwise(context.sentence.words):
        thing = next((m.form for m in context.sentence.inside(noun.start, noun.start + 1)), "")
        mine = any(f"제 {thing}" in example.text for example in context.examples)
        if this.text != "저" or not thing or not mine or any(f"저 {thing}" in e.text for e in context.examples):
            continue
        yield Finding(
            code=Code.PARTICLE_PRONOUN_FORM,
            rule="particle.possessive",
            start=this.start,
            end=this.end,
            params={"got": "저", "want": "제"},
            replacement="제",
        )


def _own_title(context: Context) -> Iterator[Finding]:
    """저는 학생님이에요, where the examples tell it without 님."""
    taught = {m.form for example in context.examples for m in example.reading.sentence.morphemes}
    for noun, title, copula in zip(*(context.sentence.morphemes[skipped:] for skipped in range(3)), strict=False):
        if (
            (title.form, title.tag, copula.tag) != ("님", "XSN", "VCP")
            or noun.form not in taught
            or "님" in taught
        ):
            continue
        yield Finding(
            code=Code.HONORIFIC_SELF,
            rule="honorific.title",
            start=title.start,
            end=title.end,
            params={"got": noun.form + title.form, "want": noun.form},
            replacement="",
        )


def _own_name(context: Context) -> Iterator[Finding]:
    """제 이름은 리나세요: a name alone has no predicate that could be seen to raise it."""
    match = _CALLED.search(context.sentence.text)
    names = context.prepared.names
    if match is None or not names or not (match["name"] in names or match["opening"] == "제 이름은"):
        return
    formal = match["raised"].endswith("십니다")
    plain = "입니다" if formal else "이에요" if final_consonant(match["name"]) else "예요"
    yield Finding(
        code=Code.HONORIFIC_SELF,
        rule="honorific.name",
        start=match.start("name"),
        end=match.end(),
        params={"got": match["name"] + match["raised"], "want": match["name"] + plain},
        replacement=match["name"] + plain,
    )


def _self_honour(context: Context) -> Iterator[Finding]:
    reading = context.reading
    closing = reading.closing
    if closing is None or closing.interrogative or context.sentence.asks(closing.end):
        return
    closing_verdict = _closing_honours_self(context, closing) if closing.honorific else None
    for predicate in reading.predicates:
        if not predicate.honorific or predicate.start in reading.noise or _is_set_phrase(context, predicate):
            continue
        if (predicate.root == "주" or "주" in predicate.auxiliaries) and not _gives_oneself(context, predicate):
            continue
        if predicate is closing:
            verdict = closing_verdict
        elif predicate.closes and not context.sentence.asks(predicate.end):
            verdict = _closing_honours_self(context, predicate) or None
        else:
            planned = _is_plan(context, predicate, closing)
            verdict = planned if predicate.modifies else _wills(closing) or closing_verdict
            verdict = _own_state(context, predicate) if verdict is None else verdict
        if verdict is None:
            continue
        got = context.sentence.text[predicate.start : predicate.end]
        want = without_honorific(context.sentence, predicate, context.analyzer)
        blocks = predicate is closing and verdict is False
        if blocks:
            want = _example_for(context, predicate) or want
        yield Finding(
            code=Code.HONORIFIC_SELF,
            rule="honorific.self",
            start=predicate.start,
            end=predicate.end,
            params={"got": got, "want": want},
            replacement=want,
            blocks=blocks,
        )


def _gives_oneself(context: Context, predicate: Predicate) -> bool:
    """친구한테 주실 거예요, where 친구한테 줄 거예요 is taught; 데워 주실 거예요? asks the other."""
    told = any(
        (p.root, p.auxiliaries, p.honorific) == (predicate.root, predicate.auxiliaries, False)
        for example in context.examples
        for p in example.reading.predicates
        if p.closes and _wills(p)
    )
    return told and predicate.closes and _wills(predicate)


def _closing_honours_self(context: Context, closing: Predicate) -> bool | None:
    """True when it surely speaks of oneself, False when it has become an order, None when all is well."""
    if closing.ending in _OWN_WILL:
        return True
    denies = closing.short_negation or "않" in closing.auxiliaries  # 못 드세요
    orders = closing.ending.startswith(("세", "으세", "십시", "으십시", "ᆸ시")) and not denies
    shown = {
        (p.root, p.honorific)
        for example in context.examples
        for p in example.reading.predicates
        if p.closes and (orders or "주" not in p.auxiliaries)  # 염색해 주세요 raises who is to do it
    }
    wishes = "싶" in closing.auxiliaries and (closing.root, False) in shown  # 환불하고 싶으세요, told of oneself
    if (closing.root, True) in shown and not wishes:
        return None
    asked = {p.root for p in context.prepared.npc.predicates if p.honorific}
    if _wills(closing) and (closing.root in asked or (closing.root, False) in shown):
        return True
    if _is_state(context, closing):
        return True if closing.root in asked or (closing.root, False) in shown else None
    if orders and _tells_of_oneself(context, closing):
        return True
    if orders and not closing.auxiliaries and _gives_it_back(context, closing, shown):
        return _is_state(context, closing)
    if closing.root not in asked:
        stated = denies or closing.past or closing.future or closing.ending in ("ᆸ니다", "습니다")
        told = (closing.root, False) in shown and stated
        return True if told and not orders and not _speaks_of_another(context) else None
    return closing.past or closing.future or not orders


def _tells_of_oneself(context: Context, closing: Predicate) -> bool:
    """일곱 시에 일어나세요, as an answer to 몇 시에 일어나요?; 저는 혼자 사세요, whatever was asked."""
    told = any(
        p.root == closing.root and p.closes and not p.auxiliaries and not example.reading.sentence.asks(p.end)
        for example in context.examples
        for p in example.reading.predicates
        if p.ending in _TELLING
    )
    asked = context.prepared.npc.closing
    questioned = (
        asked is not None
        and context.prepared.npc.sentence.asks(asked.end)
        and (asked.root, asked.auxiliaries, asked.ending in _TELLING) == (closing.root, (), True)
    )
    of_oneself = any(m.form == "저" and m.tag == "NP" for m in context.sentence.morphemes[:1])
    return told and not closing.auxiliaries and (questioned or of_oneself)


def _gives_it_back(context: Context, closing: Predicate, shown: set[tuple[str, bool]]) -> bool:
    """네, 궁금하세요; 네, 주문하세요: what the learner was asked, or is to do, put to the other."""
    if _LEAVE.search(context.prepared.expectation.npc_line):
        return False
    told = {root for root, _ in shown}
    said = {p.root for p in context.prepared.npc.predicates} - {"있", "이", "하"}
    plans = {
        p.root
        for example in context.examples
        for p in example.reading.predicates
        if p.closes and not p.auxiliaries and p.ending in _OWN_WILL
    }
    return closing.root in (said - told) or closing.root in plans


def _speaks_of_another(context: Context) -> bool:
    """Whether someone else is named as who does it: 어머니께서 예약하셨습니다."""
    known = {m.form for example in context.examples for m in example.reading.sentence.morphemes}
    return any(
        particle.form == "께서" or (particle.tag in ("JKS", "JX") and noun.form not in _ONESELF | known)
        for noun, particle in pairwise(context.sentence.morphemes)
        if noun.tag in ("NNG", "NNP", "NP", "XSN") and particle.form in ("이", "가", "은", "는", "께서", "도")
    )


def _is_plan(context: Context, predicate: Predicate, closing: Predicate) -> bool | None:
    """True for one's own plan given back in the words it was asked with: 머무르실 예정입니다."""
    asked = any(p.root == predicate.root and p.honorific for p in context.prepared.npc.predicates)
    return True if asked and closing.noun in _PLANS and closing.start > predicate.start else None


def _own_state(context: Context, predicate: Predicate) -> bool | None:
    """목이 아프시고 기침이 나요, where the examples tell it of oneself."""
    told = any(
        p.root == predicate.root and not p.honorific
        for example in context.examples
        for p in example.reading.predicates
    )
    joins = not predicate.closes and not predicate.modifies and predicate.ending in _JOINING
    return True if told and joins and predicate.root in _FELT and not _speaks_of_another(context) else None


def _is_state(context: Context, closing: Predicate) -> bool:
    """Whether it describes, so that its polite form cannot be an order."""
    tags = {m.tag for m in context.sentence.morphemes[closing.first : closing.first + 2]}
    return (
        closing.root in STATE_ROOTS | UNCOMMANDED_ROOTS
        or (closing.root == "맞" and not _SHOTS & (context.prepared.npc.sentence.stems | context.sentence.stems))
        or bool(tags & {"VA", "XSA", "VCP", "VCN"})
        or bool({"수있", "싶", "계시"} & set(closing.auxiliaries))
    )


def _wills(predicate: Predicate) -> bool:
    """Whether it states one's own plan: -(으)ㄹ게요, -(으)ㄹ 거예요, -겠습니다; -시겠어요 asks the other."""
    if predicate.ending in _OWN_WILL:
        return True
    return (
        predicate.future and predicate.closes and ("거이" in predicate.auxiliaries or predicate.ending == "습니다")
    )


def without_honorific(sentence: Sentence, predicate: Predicate, analyzer: MorphemeAnalyzer) -> str:
    parts: list[tuple[str, str]] = []
    for form, tag in tagged(sentence, predicate.first, predicate.last):
        if form in ("시", "으시") and tag == "EP":
            continue
        plain = HONORIFIC_ROOTS.get(form)
        if plain is not None and tag in ("VV", "VX", "VA"):
            parts.append((plain, "VV"))
        elif tag == "EF" and form in ("세요", "으세요", "시어요", "으시어요"):
            parts.append(("에요" if parts and parts[-1] == ("아니", "VCN") else "어요", "EF"))
        else:
            parts.append((form, tag))
    return conjugate(parts, analyzer)


def _example_for(context: Context, predicate: Predicate) -> str | None:
    """How an example says it with the same verb."""
    for example in context.examples:
        for shown in example.reading.predicates:
            if shown.root == predicate.root and shown.closes:
                return example.text[shown.start : shown.end]
    return None


def _is_set_phrase(context: Context, predicate: Predicate) -> bool:
    before = context.sentence.text[: predicate.start].rstrip()
    return predicate.root.startswith(_SET_PHRASES) or _WISHED.search(before) is not None


def _humble(context: Context) -> Iterator[Finding]:
    for match in _HUMBLE.finditer(context.sentence.text):
        if match["got"] in ("날", "난", "내", "나") and not _is_pronoun(context, match.start()):
            continue
        if match["got"] in ("나는", "난") and _ARISING.match(context.sentence.text, match.end()):
            continue  # 열이 나는 것 같아요
        want = _HUMBLE_FORMS[match["got"]]
        yield Finding(
            code=Code.PRONOUN_HUMBLE,
            rule="honorific.humble",
            start=match.start(),
            end=match.end(),
            params={"got": match["got"], "want": want},
            replacement=want,
        )


def _is_pronoun(context: Context, place: int) -> bool:
    return any(m.start == place and m.tag in ("NP", "MM") for m in context.sentence.morphemes)


def _address(context: Context) -> Iterator[Finding]:
    text = context.sentence.text
    for match in _ADDRESS.finditer(text):
        opens = match["got"] == "야" and match.start() == 0
        if match["got"] == "야" and not opens:
            continue
        if any(match["got"] in example.text for example in context.examples):
            continue
        yield Finding(
            code=Code.ADDRESS_TERM,
            rule="honorific.address",
            start=match.start("got"),
            end=match.end("got"),
            params={"got": match["got"], "want": "저기요"},
            replacement="저기요" if match["tail"] is None else None,
        )


def _goodbye(context: Context) -> Iterator[Finding]:
    """The one who leaves says 안녕히 계세요; which one that is, the examples tell."""
    shown = {m["verb"] for example in context.examples for m in _GOODBYE.finditer(example.text)}
    for match in _GOODBYE.finditer(context.sentence.text):
        if len(shown) != 1 or match["verb"] in shown:
            continue
        verb = next(iter(shown))
        want = f"안녕히 {verb}{match['ending']}"
        yield Finding(
            code=Code.GREETING_DIRECTION,
            rule="honorific.goodbye",
            start=match.start(),
            end=match.end(),
            params={"got": match[0], "want": want},
            replacement=want,
        )
