"""Endings on a form of the verb that they do not stand on, whatever the verb: 아프서, 찍세요, 매우는, 만나으러.

Each ending knows which forms learners put it to; the word is traced back to its verb and made anew. A word that
some verb really has is never touched, and the sentence has to read better for it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kotoserver.korean.findings.codes import Code
from kotoserver.korean.findings.findings import Finding
from kotoserver.korean.reading.conjugation import conjugate
from kotoserver.korean.reading.sentence import Sentence, Word
from kotoserver.korean.sounds.hangul import is_syllable, split_syllable, with_final
from kotoserver.korean.words.stems import Kind, Stem, traced, uncontracted
from kotoserver.ports.morphology import MorphemeAnalyzer

_GAIN = -0.01
"""Of two spellings of one form (놓어, 놓아) the language model prefers neither."""
_MEANT_GAIN = 2.0
"""For what may be a form of another verb, where the turn has the form that was meant: 싸는 방 for 싼 방."""
_OF_TIME = frozenset({"때", "전", "후", "동안"})
"""What no adjective describes: 아파 때 is 아플 때."""
_ALONE_GAIN = 2.0
"""For a form that is right by itself and only stands before the wrong word: 따뜻해 녹차."""
_SSANG_SIOT = 20
_MADE = frozenset({Kind.INFINITIVE, Kind.LINKED, Kind.SIDE_BY_SIDE, Kind.SOFTENED, Kind.CLIPPED})
_ANY = _MADE | {Kind.BARE}
_VOWELLED = frozenset({Kind.SIDE_BY_SIDE, Kind.CLIPPED})
_BARE_OR_VOWELLED = _VOWELLED | {Kind.BARE}
_ASKING = r"\s+(?:주(?![가-힣]*어)|줘|드릴)"
_FORBIDDING = r"\s+(?:마|말|않|못)"
_TO_COME = r"\s+(?:거|것|겁|수\s?[있없]|줄|때)"
_PLANNING = r"\s+(?:거(?:예|에|야)|겁|수\s?[있없])"
_NOMINAL = r"\s+(?:전|때문|시작|위해|쉬|쉽|어려|힘들|좋|싫)"
_TRYING = r"\s+(?:봤|보세|볼|보고\s싶|보면)"
_NOUN = r"\s+[가-힣]"


@dataclass(frozen=True, slots=True)
class _Ending:
    said: str
    parts: tuple[tuple[str, str], ...]
    """As they are joined to the stem."""
    code: Code
    kinds: frozenset[Kind]
    before: str | None = None
    """What follows where the word is only then a mistake."""
    of: str = "any"
    """verb, adjective, or any."""


def _joining(said: str, plain: str, kinds: frozenset[Kind], code: Code = Code.ENDING_CONNECTIVE) -> _Ending:
    return _Ending(said, ((plain, "EC"),), code, kinds)


def _background(polite: str, plain: str, kinds: frozenset[Kind], of: str) -> _Ending:
    parts = ((plain + polite, "EF" if polite else "EC"),)
    return _Ending("는데" + polite, parts, Code.SPELL_ENDING, kinds, of=of)


def _allowing(said: str, kinds: frozenset[Kind], before: str) -> _Ending:
    return _Ending(said, (("어" + said, "EC"),), Code.ENDING_AUX, kinds, before)


def _telling(said: str, plain: str, code: Code, kinds: frozenset[Kind]) -> _Ending:
    return _Ending(said, ((plain, "EF"),), code, kinds)


def _becoming(said: str, *rest: tuple[str, str]) -> _Ending:
    """따뜻하졌어요 → 따뜻해졌어요."""
    kinds = frozenset({Kind.BARE, Kind.SOFTENED, Kind.CLIPPED})
    return _Ending(said, (("어", "EC"), ("지", "VX"), *rest), Code.SPELL_CONJUGATION, kinds, of="adjective")


def _past(vowel: str, rest: str, tag: str = "EF") -> _Ending:
    kinds = frozenset({Kind.BARE, Kind.CLIPPED, Kind.INFINITIVE})
    return _Ending(vowel + rest, (("었", "EP"), (rest, tag)), Code.SPELL_CONJUGATION, kinds)


_BECOMING = (
    ("졌어요", ("었", "EP"), ("어요", "EF")),
    ("졌습니다", ("었", "EP"), ("습니다", "EF")),
    ("져요", ("어요", "EF")),
    ("져서", ("어서", "EC")),
    ("집니다", ("ᆸ니다", "EF")),
)
_FUTURE_WANTED = _Ending("고", (("고", "EC"),), Code.ENDING_AUX, frozenset({Kind.FUTURE}), r"\s+싶")
"""갈고 싶어요: 갈다 is to grind, which hardly anybody wants."""
_ENDINGS = (
    _joining("고", "고", _MADE),
    _FUTURE_WANTED,
    _joining("지만", "지만", _MADE),
    *(_joining("습" + plain, plain, frozenset({Kind.BARE})) for plain in ("고", "지만")),
    _Ending("지", (("지", "EC"),), Code.ENDING_CONNECTIVE, _MADE, _FORBIDDING),
    _joining("서", "어서", _BARE_OR_VOWELLED | {Kind.LINKED}, Code.SPELL_CONJUGATION),
    _telling("서요", "어서요", Code.SPELL_CONJUGATION, _BARE_OR_VOWELLED | {Kind.LINKED}),
    *(_becoming(said, *rest) for said, *rest in _BECOMING),
    _joining("니까", "으니까", _ANY),
    _joining("면", "으면", _ANY),
    _joining("러", "으러", _ANY, Code.ENDING_PURPOSE),
    _joining("려고", "으려고", _ANY),
    _joining("려면", "으려면", _ANY),
    _joining("거나", "거나", _MADE),
    _Ending("기", (("기", "ETN"),), Code.ENDING_MODIFIER, _MADE, _NOMINAL),
    _joining("면서", "으면서", _ANY),
    *(
        _Ending(
            "는데" + polite,
            (("은데" + polite, "EF" if polite else "EC"),),
            Code.SPELL_ENDING,
            _ANY,
            of="adjective",
        )
        for polite in ("", "요")
    ),
    *(
        _Ending(
            "는데" + polite, (("는데" + polite, "EF" if polite else "EC"),), Code.SPELL_ENDING, _MADE, of="verb"
        )
        for polite in ("", "요")
    ),
    _allowing("도", _BARE_OR_VOWELLED, r"\s+(?:돼|되|괜찮)"),
    _Ending("야", (("어야", "EC"),), Code.ENDING_AUX, _BARE_OR_VOWELLED, r"\s+(?:돼|되|해|하|합)"),
    _telling("세요", "으세요", Code.SPELL_ENDING, _ANY),
    _telling("요", "어요", Code.SPELL_CONJUGATION, _BARE_OR_VOWELLED),
    *(_telling(said, "어요", Code.ENDING_WRONG, frozenset({Kind.BARE})) for said in ("는요", "은요")),
    _telling("네요", "네요", Code.SPELL_ENDING, _MADE),
    _telling("죠", "죠", Code.SPELL_ENDING, _MADE),
    *(_past(vowel, rest) for vowel in "았었" for rest in ("어요", "습니다", "습니까", "는데요", "네요", "어")),
    *(_past(vowel, rest, "EC") for vowel in "았었" for rest in ("는데", "지만", "고")),
    *(_telling("습니" + last, "습니" + last, Code.SPELL_SEUMNIDA, frozenset({Kind.BARE})) for last in "다까"),
    *(
        _telling(said, said, Code.SPELL_ENDING, _ANY)
        for said in ("을게요", "을래요", "을까요", "을게", "을래", "을까")
    ),
    _Ending("을", (("을", "ETM"),), Code.ENDING_MODIFIER, _ANY, _TO_COME),
    _Ending(
        "", (("을", "ETM"),), Code.ENDING_MODIFIER, frozenset({Kind.BARE}), r"\s+(?:거(?:예|에|야)|겁|수\s?[있없])"
    ),
    _Ending("는", (("은", "ETM"),), Code.ENDING_MODIFIER, _ANY, _NOUN, "adjective"),
    _Ending("는", (("는", "ETM"),), Code.ENDING_MODIFIER, _ANY, _NOUN, "verb"),
    _Ending("은", (("은", "ETM"),), Code.ENDING_MODIFIER, _ANY, _NOUN, "adjective"),
    *(
        _Ending(said, (("어", "EC"),), Code.ENDING_AUX, kinds, _ASKING)
        for said, kinds in (
            ("세", frozenset({Kind.BARE, Kind.LINKED, Kind.INFINITIVE})),
            ("", frozenset({Kind.LINKED, *_VOWELLED})),
        )
    ),
    _Ending(
        "", (("어", "EC"),), Code.ENDING_AUX, frozenset({Kind.BARE, Kind.LINKED, *_VOWELLED}), _TRYING, "verb"
    ),
    *(
        _telling(said, "어요", Code.DICTIONARY_FORM, frozenset({Kind.BARE, Kind.FUTURE}))
        for said in ("다요", "는다요")
    ),
)


def find_misshapen(
    sentence: Sentence, nouns: frozenset[str], known: frozenset[str], analyzer: MorphemeAnalyzer
) -> Iterator[Finding]:
    """`known` words are right; `nouns` are those of the turn, which an adjective may stand before."""
    for word in sentence.words:
        if word.text in known or word.text.startswith("입니"):
            continue  # 얼마 입니까, which is not of 입다
        found = (
            _past_and_polite(sentence, word)
            or _past_before_a_helper(sentence, word)
            or _mended(sentence, word, known, analyzer)
        )
        found = found or _before_a_noun(sentence, word, nouns, analyzer)
        if found is not None:
            yield found


def _mended(sentence: Sentence, word: Word, known: frozenset[str], analyzer: MorphemeAnalyzer) -> Finding | None:
    """The best of what the word may have been made of; None where it is a form of some verb."""
    proposed: dict[str, tuple[_Ending, Stem]] = {}
    of_another_verb = False
    ended = (ending for ending in _ENDINGS if word.text.endswith(ending.said))
    for ending in ended:
        if not _follows(sentence, word, ending):
            continue
        if ending is not _FUTURE_WANTED and _is_of_the_analyser(sentence, word, ending, analyzer):
            of_another_verb = True
            continue
        for stem, kind in traced(word.text.removesuffix(ending.said)):
            if not _suits(ending, stem):
                continue
            want = conjugate([(stem.form, stem.tag), *_parts(ending, stem)], analyzer)
            if want == word.text or _is_written_out(word.text, ending, stem):
                return None
            if kind in ending.kinds:
                proposed.setdefault(want, (ending, stem))
    if of_another_verb:
        proposed = {want: made for want, made in proposed.items() if want in known or made[0] is _FUTURE_WANTED}
    gains = {want: _gain(sentence, word, want, analyzer) for want in proposed}
    best = max(gains, key=lambda want: gains[want], default=None)
    if best is None or gains[best] <= (_MEANT_GAIN if of_another_verb else _GAIN):
        return None
    return _finding(word, best, *proposed[best])


def _is_written_out(said: str, ending: _Ending, stem: Stem) -> bool:
    """보았어요, 주어서: as good as 봤어요 and 줘서."""
    whole = uncontracted(stem)
    if whole is None:
        return False
    past = ending.said[:1] in ("았", "었")
    return (
        said
        == (stem.form + with_final(whole[-1], _SSANG_SIOT) if past else whole) + ending.said[1 if past else 0 :]
    )


def _suits(ending: _Ending, stem: Stem) -> bool:
    if ending.of == "any":
        return True
    return stem.describes == (ending.of == "adjective")


def _parts(ending: _Ending, stem: Stem) -> tuple[tuple[str, str], ...]:
    """있다 and 없다 take 는 before a noun and 는데 before what follows."""
    form, tag = ending.parts[0]
    if stem.exists and form.startswith("은") and ending.of == "adjective":
        return (("는" + form[1:], tag),)
    return ending.parts


def _follows(sentence: Sentence, word: Word, ending: _Ending) -> bool:
    return ending.before is None or re.match(ending.before, sentence.text[word.end :]) is not None


def _is_of_the_analyser(sentence: Sentence, word: Word, ending: _Ending, analyzer: MorphemeAnalyzer) -> bool:
    """Whether the analyser knows a verb that has this very form: 펴고, which is not made of 피다."""
    inside = [m for m in sentence.inside(word.start, word.end) if m.tag[0] != "S"]
    if not inside or inside[0].tag not in ("VV", "VA") or len(inside) > 1 + len(ending.parts):
        return False
    stem = Stem(inside[0].form, inside[0].tag)
    return (
        _suits(ending, stem) and conjugate([(stem.form, stem.tag), *_parts(ending, stem)], analyzer) == word.text
    )


def _past_and_polite(sentence: Sentence, word: Word) -> Finding | None:
    """추웠다요 → 추웠어요: 요 stands on the ending of speech, not on that of writing."""
    if (
        not word.text.endswith("다요")
        or len(word.text) < 3
        or not is_syllable(word.text[-3])
        or split_syllable(word.text[-3])[2] != _SSANG_SIOT
    ):
        return None
    return Finding(
        code=Code.DICTIONARY_FORM,
        rule="ending.written_and_polite",
        start=word.start,
        end=word.end,
        params={"got": word.text, "want": word.text[:-2] + "어요"},
        replacement=word.text[:-2] + "어요",
    )


def _past_before_a_helper(sentence: Sentence, word: Word) -> Finding | None:
    """먹었 봤어요 → 먹어 봤어요: the helper tells the tense."""
    helped = re.match(rf"{_ASKING}|{_TRYING}", sentence.text[word.end :])
    if (
        helped is None
        or not is_syllable(word.text[-1])
        or split_syllable(word.text[-1])[2] != _SSANG_SIOT
        or word.text[-1] in "있겠"
    ):
        return None
    want = word.text[:-1] + with_final(word.text[-1], 0)
    return Finding(
        code=Code.ENDING_AUX,
        rule="ending.past_helped",
        start=word.start,
        end=word.end,
        params={"got": word.text, "want": want},
        replacement=want,
    )


def _before_a_noun(
    sentence: Sentence, word: Word, nouns: frozenset[str], analyzer: MorphemeAnalyzer
) -> Finding | None:
    """따뜻해 녹차, 예쁘 가방 → 따뜻한 녹차, 예쁜 가방."""
    following = next((other for other in sentence.words if other.start > word.end), None)
    if following is None or sentence.text[word.end : following.start] != " ":
        return None
    first = sentence.inside(following.start, following.end)[:1]
    if not first or first[0].tag not in ("NNG", "NNP") or first[0].form not in nouns - _OF_TIME:
        return None
    for stem, kind in traced(word.text):
        if kind not in (Kind.INFINITIVE, Kind.BARE) or not stem.describes:
            continue
        want = conjugate([(stem.form, stem.tag), ("는" if stem.exists else "은", "ETM")], analyzer)
        if _gain(sentence, word, want, analyzer) > _ALONE_GAIN:
            ending = _Ending("", (("은", "ETM"),), Code.ENDING_MODIFIER, frozenset({kind}))
            return _finding(word, want, ending, stem)
    return None


def _gain(sentence: Sentence, word: Word, want: str, analyzer: MorphemeAnalyzer) -> float:
    replaced = sentence.text[: word.start] + want + sentence.text[word.end :]
    return analyzer.analyze(replaced).score - sentence.score


def _finding(word: Word, want: str, ending: _Ending, stem: Stem) -> Finding:
    params = {"got": word.text, "want": want}
    if ending.code is Code.SPELL_CONJUGATION:
        params["rule"] = stem.changes
    return Finding(
        code=ending.code,
        rule="ending.misshapen",
        start=word.start,
        end=word.end,
        params=params,
        replacement=want,
    )
