"""Endings put to the wrong form of a stem, whatever the turn: 먹어 싶어요, 마셔고, 갈려고, 있어 거예요, 핼게요."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kotoserver.korean.findings.codes import Code
from kotoserver.korean.findings.findings import Finding
from kotoserver.korean.reading.conjugation import conjugate
from kotoserver.korean.reading.sentence import Sentence
from kotoserver.korean.words.lexicon import TRANSITIVE_ROOTS
from kotoserver.ports.morphology import Morpheme, MorphemeAnalyzer

_NOT_BEFORE_WANTING = frozenset({"어", "아", "어요", "아요", "기", "은", "ᆫ", "는", "ᆯ", "을", "다"})
_NOT_BEFORE_ABLE = frozenset({"어", "아", "고", "다", "는", "기", "어요", "아요"})
_NOT_BEFORE_A_PLAN = frozenset({"어", "아", "고"})
_TO_THE_STEM = {"고": Code.ENDING_CONNECTIVE, "러": Code.ENDING_PURPOSE, "지만": Code.ENDING_CONNECTIVE}
"""Endings that stand behind the bare stem, never behind -아/어."""
_PLAIN = {"ᆯ려고": "려고", "을려고": "으려고", "ᆯ려면": "려면", "을려면": "으려면"}
"""-(으)려고 with a ㄹ too many, as it is often said."""
_LASTING = frozenset({"쓰", "넣", "열", "닫", "켜", "끄", "타", "포장하"})
"""What a thing may be left in: 쓰여 있다, as learners shorten it."""


@dataclass(frozen=True, slots=True)
class _Clause:
    noun: re.Pattern[str]
    wrong: frozenset[str]
    """Endings that never stand before it."""
    ending: tuple[str, str]


_CLAUSES = (
    _Clause(re.compile("후에|다음에"), frozenset({"는", "기"}), ("은", "ETM")),
    _Clause(re.compile("후에"), frozenset({"어", "아", "고", "ᆯ", "을"}), ("은", "ETM")),
    _Clause(re.compile("전에"), frozenset({"는", "ᆫ", "은", "어", "아", "ᆯ", "을"}), ("기", "ETN")),
    _Clause(
        re.compile("때(?:는|도|마다|부터|까지)?(?![가-힣])"), frozenset({"어", "아", "고", "기"}), ("을", "ETM")
    ),
    _Clause(re.compile("적[이은도] [있없]"), frozenset({"ᆯ", "을", "어", "아", "고", "기", "다"}), ("은", "ETM")),
    _Clause(re.compile("적이 있"), frozenset({"는"}), ("은", "ETM")),
    _Clause(re.compile("줄 [알모몰]"), frozenset({"어", "아", "고", "기", "다"}), ("을", "ETM")),
    _Clause(re.compile("때문"), frozenset({"ᆫ", "은", "는", "어", "아"}), ("기", "ETN")),
    _Clause(re.compile("동안"), frozenset({"어", "아", "고"}), ("는", "ETM")),
)
_SEEMING = frozenset({"어", "아", "고", "기", "다"})
_WILL = ("ᆯ게", "ᆯ래", "ᆯ까")


_SEEMS = re.compile(r"[거것] 같")
_PURPOSE = re.compile(
    r"(?P<stem>[가-힣]+?)(?P<ending>으로|로|으려|려)(?P<gap>\s+)(?=왔|와|오|올|온|가|갔|갈|갑|옵)"
)


def find_misjoined(sentence: Sentence, analyzer: MorphemeAnalyzer) -> Iterator[Finding]:
    yield from _purpose(sentence, analyzer)
    for at in range(1, len(sentence.morphemes)):
        found = (
            _noun_for_purpose(sentence, at)
            or _before_wanting(sentence, at, analyzer)
            or _before_able(sentence, at, analyzer)
            or _before_a_clause_noun(sentence, at, analyzer)
            or _before_seeming(sentence, at, analyzer)
            or _intended(sentence, at, analyzer)
            or _before_a_plan(sentence, at, analyzer)
            or _before_going_on(sentence, at, analyzer)
            or _behind_the_infinitive(sentence, at, analyzer)
            or _one_rieul_too_many(sentence, at, analyzer)
            or _modified_twice(sentence, at)
            or _past_before_reason(sentence, at, analyzer)
            or _without(sentence, at)
        )
        if found is not None:
            yield found


def _purpose(sentence: Sentence, analyzer: MorphemeAnalyzer) -> Iterator[Finding]:
    """관광하로 왔습니다, 공부하려 왔어요 → 관광하러, 공부하러."""
    text = sentence.text
    for match in _PURPOSE.finditer(text):
        wanted = "으러" if match["ending"].startswith("으") else "러"
        start, end = match.start("ending"), match.end("ending")
        mended = analyzer.analyze(text[:start] + wanted + text[end:])
        before = next((m for m in reversed(mended.morphemes) if m.start < start), None)
        if before is None or before.tag not in ("VV", "XSV") or mended.score <= sentence.score:
            continue
        stem = match["stem"]
        yield Finding(
            code=Code.ENDING_PURPOSE,
            rule="ending.purpose",
            start=start,
            end=end,
            params={"got": stem + match["ending"], "want": stem + wanted},
            replacement=wanted,
        )


def _noun_for_purpose(sentence: Sentence, at: int) -> Finding | None:
    """여행으러 왔어요 → 여행하러 왔어요: the ending stands on a verb."""
    noun, ending = sentence.morphemes[at - 1 : at + 1]
    if (ending.tag, noun.tag) != ("EC", "NNG") or ending.form not in ("으러", "러") or noun.end != ending.start:
        return None
    if sentence.text[ending.end : ending.end + 1].isalnum():
        return None  # 우러낸 국물
    return Finding(
        code=Code.ENDING_PURPOSE,
        rule="ending.purpose_of_noun",
        start=noun.start,
        end=ending.end,
        params={"got": noun.form + ending.form, "want": noun.form + "하러"},
        replacement=noun.form + "하러",
    )


def _before_wanting(sentence: Sentence, at: int, analyzer: MorphemeAnalyzer) -> Finding | None:
    """먹어 싶어요 → 먹고 싶어요."""
    ending, wanting = sentence.morphemes[at - 1 : at + 1]
    if wanting.form != "싶" or wanting.tag not in ("VX", "VA") or not _apart(ending, wanting):
        return None
    bare = ending.tag == "VV"
    if not bare and (ending.tag[0] != "E" or ending.form not in _NOT_BEFORE_WANTING):
        return None
    stem = _stem(sentence, at if bare else at - 1)
    return _instead(sentence, stem, ending.end, ("고", "EC"), Code.ENDING_AUX, "ending.wanting", analyzer)


def _before_able(sentence: Sentence, at: int, analyzer: MorphemeAnalyzer) -> Finding | None:
    """계산해 수 있어요? → 계산할 수 있어요?"""
    ending, way = sentence.morphemes[at - 1 : at + 1]
    able = next((m for m in sentence.morphemes[at + 1 : at + 3] if m.form in ("있", "없")), None)
    if (way.form, way.tag) != ("수", "NNB") or able is None or not _apart(ending, way):
        return None
    if ending.tag[0] != "E" or ending.form not in _NOT_BEFORE_ABLE:
        return None
    if (ending.form, able.form) == ("는", "없"):
        return None  # 하는 수 없이 is an idiom
    stem = _stem(sentence, at - 1)
    return _instead(sentence, stem, ending.end, ("을", "ETM"), Code.ENDING_MODIFIER, "ending.able", analyzer)


def _before_a_plan(sentence: Sentence, at: int, analyzer: MorphemeAnalyzer) -> Finding | None:
    """있어 거예요 → 있을 거예요."""
    ending, thing = sentence.morphemes[at - 1 : at + 1]
    following = sentence.morphemes[at + 1 : at + 2]
    if (thing.form, thing.tag) != ("거", "NNB") or not following or following[0].tag != "VCP":
        return None
    if ending.tag not in ("EC", "EF") or ending.form not in _NOT_BEFORE_A_PLAN or not _apart(ending, thing):
        return None
    stem = _stem(sentence, at - 1)
    return _instead(sentence, stem, ending.end, ("을", "ETM"), Code.ENDING_MODIFIER, "ending.plan", analyzer)


def _before_a_clause_noun(sentence: Sentence, at: int, analyzer: MorphemeAnalyzer) -> Finding | None:
    """먹는 후에, 자는 전에, 가 볼 적이 있어요 → 먹은 후에, 자기 전에, 가 본 적이 있어요."""
    ending, noun = sentence.morphemes[at - 1 : at + 1]
    if ending.tag[0] != "E" or sentence.text[ending.end : noun.start] != " ":
        return None
    fitting = (c for c in _CLAUSES if c.noun.match(sentence.text, noun.start))
    clause = next((c for c in fitting if ending.form in c.wrong), None)
    if clause is None:
        return None
    code, rule = Code.ENDING_MODIFIER, "ending.clause"
    return _instead(sentence, _stem(sentence, at - 1), ending.end, clause.ending, code, rule, analyzer)


def _before_seeming(sentence: Sentence, at: int, analyzer: MorphemeAnalyzer) -> Finding | None:
    """비가 와 것 같아요 → 비가 오는 것 같아요."""
    ending, thing = sentence.morphemes[at - 1 : at + 1]
    if ending.form not in _SEEMING or ending.tag[0] != "E" or not _SEEMS.match(sentence.text, thing.start):
        return None
    stem = _stem(sentence, at - 1)
    if not stem or sentence.text[ending.end : thing.start] != " ":
        return None
    describes = stem[-1].tag in ("VA", "XSA") and stem[-1].form[-1] not in "있없"
    form = ("은" if describes else "는", "ETM")
    return _instead(sentence, stem, ending.end, form, Code.ENDING_MODIFIER, "ending.seeming", analyzer)


def _intended(sentence: Sentence, at: int, analyzer: MorphemeAnalyzer) -> Finding | None:
    """이사하러 해요 → 이사하려고 해요: -(으)러 goes with going and coming."""
    ending, doing = sentence.morphemes[at - 1 : at + 1]
    if ending.form not in ("러", "으러") or ending.tag != "EC" or (doing.form, doing.tag[0]) != ("하", "V"):
        return None
    if not _apart(ending, doing):
        return None
    plain = ("으려고", "EC")
    return _instead(
        sentence, _stem(sentence, at - 1), ending.end, plain, Code.ENDING_CONNECTIVE, "ending.intended", analyzer
    )


def _before_going_on(sentence: Sentence, at: int, analyzer: MorphemeAnalyzer) -> Finding | None:
    """찾아 있어요 → 찾고 있어요: what one does to a thing goes on with -고."""
    link, going = sentence.morphemes[at - 1 : at + 1]
    if (going.form, going.tag) != ("있", "VX") or link.tag != "EC" or link.form not in ("어", "아"):
        return None
    stem = _stem(sentence, at - 1)
    done = "".join(m.form for m in stem)
    to_something = done == "하" and at > 2 and sentence.morphemes[at - 3].tag == "JKO"  # 숙제를 해 있어요
    if not (to_something or done in TRANSITIVE_ROOTS - _LASTING) or not _apart(link, going):
        return None
    return _instead(sentence, stem, link.end, ("고", "EC"), Code.ENDING_AUX, "ending.going_on", analyzer)


def _behind_the_infinitive(sentence: Sentence, at: int, analyzer: MorphemeAnalyzer) -> Finding | None:
    """마셔고 → 마시고, 공부해러 → 공부하러, 핼게요 → 할게요."""
    infinitive, ending = sentence.morphemes[at - 1 : at + 1]
    if infinitive.tag != "EC" or infinitive.form not in ("어", "아") or infinitive.end < ending.start:
        return None
    if not ending.length or at < 2 or sentence.morphemes[at - 2].tag not in ("VV", "VA", "XSV", "XSA", "VX"):
        return None
    if ending.tag == "EC" and ending.form in _TO_THE_STEM:
        code, rule = _TO_THE_STEM[ending.form], "ending.infinitive"
    elif ending.tag == "EF" and ending.form.startswith(_WILL):
        code, rule = Code.SPELL_ENDING, "spelling.infinitive"
    else:
        return None
    stem = _stem(sentence, at - 1)
    return _instead(sentence, stem, ending.end, (ending.form, ending.tag), code, rule, analyzer)


def _one_rieul_too_many(sentence: Sentence, at: int, analyzer: MorphemeAnalyzer) -> Finding | None:
    """갈려고 → 가려고."""
    ending = sentence.morphemes[at]
    if ending.tag not in ("EC", "EF") or ending.form not in _PLAIN:
        return None
    stem = _stem(sentence, at)
    plain = (_PLAIN[ending.form], "EC")
    return _instead(sentence, stem, ending.end, plain, Code.SPELL_ENDING, "spelling.intention", analyzer)


def _modified_twice(sentence: Sentence, at: int) -> Finding | None:
    """큰은 걸로 → 큰 걸로."""
    modifier, again = sentence.morphemes[at - 1 : at + 1]
    if modifier.tag != "ETM" or modifier.form not in ("ᆫ", "은") or again.form not in ("은", "는"):
        return None
    word = sentence.word_at(again.start)
    if modifier.end != again.start or word is None or word.end != again.end or word.start == again.start:
        return None
    return Finding(
        code=Code.ENDING_MODIFIER,
        rule="ending.modified_twice",
        start=again.start,
        end=again.end,
        params={"got": word.text, "want": word.text[: again.start - word.start]},
        replacement="",
    )


def _past_before_reason(sentence: Sentence, at: int, analyzer: MorphemeAnalyzer) -> Finding | None:
    """놓쳤어서 → 놓쳐서: the tense is told by the verb that follows."""
    past, ending = sentence.morphemes[at - 1 : at + 1]
    if (past.form, past.tag) != ("었", "EP") or (ending.form, ending.tag) != ("어서", "EC"):
        return None
    code, rule = Code.ENDING_CONNECTIVE, "ending.past_reason"
    return _instead(sentence, _stem(sentence, at - 1), ending.end, ("어서", "EC"), code, rule, analyzer)


def _without(sentence: Sentence, at: int) -> Finding | None:
    """얼음 없어요 주세요 → 얼음 없이 주세요."""
    ending, giving = sentence.morphemes[at - 1 : at + 1]
    lacking = sentence.morphemes[at - 2] if at > 1 else None
    if lacking is None or lacking.form != "없" or ending.form not in ("어요", "어", "습니다", "고", "어서"):
        return None
    if (giving.form, giving.tag[0]) != ("주", "V") or sentence.text[ending.end : giving.start] != " ":
        return None
    word = sentence.word_at(lacking.start)
    if word is None or word.start != lacking.start or word.end != ending.end:
        return None
    return Finding(
        code=Code.ENDING_CONNECTIVE,
        rule="ending.without",
        start=word.start,
        end=word.end,
        params={"got": word.text, "want": "없이"},
        replacement="없이",
    )


def _apart(one: Morpheme, other: Morpheme) -> bool:
    return one.end < other.start


def _stem(sentence: Sentence, end: int) -> tuple[Morpheme, ...]:
    """The verb that ends before that morpheme, with the noun of a 하다 verb; empty when it is no plain stem."""
    last = sentence.morphemes[end - 1]
    if last.tag in ("XSV", "XSA"):
        return sentence.morphemes[max(0, end - 2) : end]
    return (last,) if last.tag in ("VV", "VA", "VX") else ()


def _instead(
    sentence: Sentence,
    stem: tuple[Morpheme, ...],
    end: int,
    ending: tuple[str, str],
    code: Code,
    rule: str,
    analyzer: MorphemeAnalyzer,
) -> Finding | None:
    """The stem with that ending, where something else stands up to `end`."""
    if not stem:
        return None
    start = stem[0].start
    got = sentence.text[start:end]
    want = conjugate([*((m.form, m.tag) for m in stem), ending], analyzer)
    if want == got:
        return None
    return Finding(code=code, rule=rule, start=start, end=end, params={"got": got, "want": want}, replacement=want)
