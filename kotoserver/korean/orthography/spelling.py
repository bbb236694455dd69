"""Misspellings that show on the surface, whatever the sentence: the analyser passes most of them silently."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from kotoserver.korean.findings.codes import Code
from kotoserver.korean.findings.findings import Finding
from kotoserver.korean.sounds.hangul import is_syllable, split_syllable, with_final
from kotoserver.korean.words.lexicon import QUESTION_WORDS

_BIEUP, _SSANG_SIOT, _MIEUM, _RIEUL, _SIOT = 17, 20, 16, 8, 19
_BRIGHT = frozenset({0, 8})
"""ㅏ and ㅗ, after which an ending begins with 아."""
_VOWEL_PLACES = frozenset({"여기", "거기", "저기", "학교", "카페", "회사", "버스", "가게"})
"""After these 에요 may be the particle 에 with 요: `어디 가요?` `학교에요.`"""


@dataclass(frozen=True, slots=True)
class _SurfaceRule:
    name: str
    code: Code
    pattern: re.Pattern[str]
    repair: Callable[[re.Match[str]], str]
    """The text that should stand where the pattern matched; the same text when all is well."""


def _fixed(text: str) -> Callable[[re.Match[str]], str]:
    return lambda match: match.expand(text)


def _last_final(final: int, tail: str) -> Callable[[re.Match[str]], str]:
    """Gives the first syllable of the match another final consonant and appends `tail`."""
    return lambda match: with_final(match[0][0], final) + tail + match[0][1 + len(tail) :]


def _promise(match: re.Match[str]) -> str:
    syllable = match["before"]
    if split_syllable(syllable)[2] != _RIEUL:
        return match[0]
    return syllable + match["ending"].replace("꺼에", "거예").replace("께", "게").replace("꺼", "거").replace(
        "껄", "걸"
    )


_NO_PROMISE = frozenset("날물솔들별돌쓸말일칠팔열")
"""What makes a noun or a number of 개: 날개, 열개."""


def _promise_in_ae(match: re.Match[str]) -> str:
    """할개요, 마실깨 → 할게요, 마실게."""
    before, alone = match["before"], not is_syllable(match.string[: match.start()][-1:] or " ")
    if split_syllable(before)[2] != _RIEUL or (alone and before in _NO_PROMISE):
        return match[0]
    return before + "게" + match["ending"][1:]


_OPEN_VOWELS = frozenset({0, 1, 4, 5, 6, 9, 10, 14})
"""Those that a verb before 요 ends in: 가요, 해요, 세요, 켜요, 와요, 돼요, 줘요."""


def _polite_yeo(match: re.Match[str]) -> str:
    """타여 → 타요, but 참여 and 기여 are nouns."""
    _, vowel, final = split_syllable(match[0][0])
    return match[0] if final or vowel not in _OPEN_VOWELS or match[0] in ("대여", "하여") else match[0][0] + "요"


def _formal(match: re.Match[str]) -> str:
    syllable = match[0][0]
    before = match.string[match.start() - 1 : match.start()]
    if syllable == "음" and before and is_syllable(before) and split_syllable(before)[2]:
        return "습" + match[0][1:]  # 있음니다
    return with_final(syllable, _BIEUP) + match[0][1:] if split_syllable(syllable)[2] == _MIEUM else match[0]


def _after_consonant(match: re.Match[str]) -> str:
    """괜찮읍니다 → 괜찮습니다, 있오요 → 있어요, 좋오요 → 좋아요."""
    _, vowel, final = split_syllable(match["before"])
    if not final:
        return match[0]
    match match["ending"]:
        case "읍니" | "숩니":
            return match["before"] + "습니"
        case "울게":
            return match["before"] + "을게"
        case _:
            return match["before"] + ("아요" if vowel in _BRIGHT and final != _SSANG_SIOT else "어요")


def _copula(match: re.Match[str]) -> str:
    noun, form = match["noun"], match["form"]
    ends_in_vowel = split_syllable(noun[-1])[2] == 0
    if noun.endswith("아니"):
        return noun + "에요"
    if not ends_in_vowel:
        return match[0] if form in ("이에요", "에요") else noun + "이에요"
    if form == "에요" and (noun in _VOWEL_PLACES or noun.endswith("이")):
        return match[0]
    return noun + "예요"


_PAST = "햇왓갓앗엇겟엿렷졋됫줫삿랏켯놧봣랐"
_LOANWORDS = {
    "케익|케잌": "케이크",
    "쥬스": "주스",
    "케찹|캐찹|케챱": "케첩",
    "까페": "카페",
    "초콜렛|쵸콜릿|쵸콜렛": "초콜릿",
    "메세지": "메시지",
    "소세지": "소시지",
    "샌드위찌": "샌드위치",
    "테이크아욷|태이크아웃": "테이크아웃",
    "싸이즈": "사이즈",
}
"""Loanwords as they are often written; the national spelling is given by 외래어 표기법."""
_SURFACE_RULES = (
    _SurfaceRule("spelling.dwaet", Code.SPELL_DOE_DWAE, re.compile("됬|됫"), _fixed("됐")),
    _SurfaceRule(
        "spelling.doeyo", Code.SPELL_DOE_DWAE, re.compile(r"되(?=요|서(?![가-힣])|$|[.!?])"), _fixed("돼")
    ),
    _SurfaceRule(
        "spelling.dwae", Code.SPELL_DOE_DWAE, re.compile(r"돼(?=는|면|고(?!기)|지만|지 |니까|나요)"), _fixed("되")
    ),
    _SurfaceRule(
        "spelling.geyo",
        Code.SPELL_GEYO,
        re.compile(
            r"(?P<before>[가-힣])(?P<ending>\s?(?:께요|께|꺼에요|꺼예요|꺼야|꺼"
            r"(?!\s+(?:주|줘|드|놓|두|버|봐|보|달|둘|줄))|껄요))(?![가-힣])"
        ),
        _promise,
    ),
    _SurfaceRule("spelling.seumnida", Code.SPELL_SEUMNIDA, re.compile(r"[가-힣]니[다까](?![가-힣])"), _formal),
    _SurfaceRule(
        "spelling.hanida",
        Code.SPELL_SEUMNIDA,
        re.compile(r"(?<=[가-힣])[하리이주](?=니다(?![가-힣]))"),
        lambda match: with_final(match[0], _BIEUP),
    ),
    _SurfaceRule(
        "spelling.isseumnida",
        Code.SPELL_LIAISON,
        re.compile(r"(?<![가-힣])(?P<verb>[이업])[씁씀]니(?=[다까])"),
        lambda match: ("있" if match["verb"] == "이" else "없") + "습니",
    ),
    _SurfaceRule(
        "spelling.mida",
        Code.SPELL_SEUMNIDA,
        re.compile(r"(?<=[함합임입슴습])미[다까](?![가-힣])"),
        lambda m: "니" + m[0][1],
    ),
    _SurfaceRule(
        "spelling.eupnida",
        Code.SPELL_SEUMNIDA,
        re.compile(r"(?P<before>[가-힣])(?P<ending>읍니|숩니)(?=[다까])"),
        _after_consonant,
    ),
    _SurfaceRule(
        "spelling.oyo",
        Code.SPELL_ENDING,
        re.compile(r"(?P<before>(?![일삼육칠팔십백천만억])[가-힣])(?P<ending>오요)(?![가-힣])"),
        _after_consonant,
    ),
    _SurfaceRule(
        "spelling.saeyo",
        Code.SPELL_ENDING,
        re.compile(r"(?<=[가-힣])(?<![글냄참느요])(?:새|셰|쎄|세)(?:요|여|오|유)(?![가-힣])"),
        _fixed("세요"),
    ),
    _SurfaceRule(
        "spelling.juseyo",
        Code.SPELL_ENDING,
        re.compile(r"(?<![가-힣])(?:(?:쥬|즈|주)(?:세|새|셰|쎄)(?:요|여|오|유)|주시요)(?![가-힣])"),
        _fixed("주세요"),
    ),
    _SurfaceRule(
        "spelling.jwo", Code.SPELL_WORD, re.compile(r"(?<= )(?:조|죠|저|줘라)(?=[.!?~]*$)"), _fixed("줘")
    ),
    _SurfaceRule(
        "spelling.seoyo", Code.SPELL_LIAISON, re.compile(r"(?<=[있없했왔갔었았됐겠샀났])서요"), _fixed("어요")
    ),
    _SurfaceRule(
        "spelling.neunde",
        Code.SPELL_ENDING,
        re.compile(r"(?<=[싶좋많찮싫높낮넓좁짧깊])는(?=데(?:요|[\s.?!,~]|$))"),
        _fixed("은"),
    ),
    _SurfaceRule(
        "spelling.sseoyo",
        Code.SPELL_LIAISON,
        re.compile(r"(?<=[가-힣])(?P<before>[해와봐줘돼셔워려쳐져켜아어])(?<!받아)써(?=요)"),
        lambda m: with_final(m["before"], _SSANG_SIOT) + "어",
    ),
    _SurfaceRule(
        "spelling.eopsi", Code.SPELL_LIAISON, re.compile(r"(?<![가-힣])업[시씨](?![가-힣])"), _fixed("없이")
    ),
    _SurfaceRule(
        "spelling.seo",
        Code.SPELL_LIAISON,
        re.compile(r"(?<=[있없했왔갔었았됐겠샀났])서(?=\s*[.!?~]*$)"),
        _fixed("어"),
    ),
    _SurfaceRule(
        "spelling.sseumnida",
        Code.SPELL_SEUMNIDA,
        re.compile(r"(?<=[있없했왔갔었았됐겠샀났괜찮])씁(?=니[다까])"),
        _fixed("습"),
    ),
    _SurfaceRule(
        "particle.jeoga", Code.PARTICLE_PRONOUN_FORM, re.compile(r"(?<![가-힣])저가(?= )"), _fixed("제가")
    ),
    _SurfaceRule(
        "particle.nuguga", Code.PARTICLE_PRONOUN_FORM, re.compile(r"(?<![가-힣])누구가(?= )"), _fixed("누가")
    ),
    _SurfaceRule(
        "spelling.eulge",
        Code.SPELL_ENDING,
        re.compile(r"(?P<before>[가-힣])(?P<ending>울게)(?=요?(?![가-힣]))"),
        _after_consonant,
    ),
    _SurfaceRule(
        "spelling.gaeyo",
        Code.SPELL_GEYO,
        re.compile(r"(?P<before>[가-힣])(?P<ending>[개깨](?:요|(?=\s*[.!?~]*$)))(?![가-힣])"),
        _promise_in_ae,
    ),
    _SurfaceRule("spelling.get", Code.SPELL_ENDING, re.compile(r"(?<=[가-힣])갰(?=어요|습니|네요)"), _fixed("겠")),
    _SurfaceRule(
        "spelling.gess", Code.SPELL_SSANG_SIOT, re.compile(r"(?<=[가-힣])[게겟](?=습니[다까])"), _fixed("겠")
    ),
    _SurfaceRule("spelling.butak", Code.SPELL_WORD, re.compile(r"(?<=부탁)\s?두(?=려요|립니|릴게)"), _fixed("드")),
    *(
        _SurfaceRule("spelling.loanword", Code.SPELL_WORD, re.compile(wrong), _fixed(right))
        for wrong, right in _LOANWORDS.items()
    ),
    _SurfaceRule("spelling.sipsio", Code.SPELL_ENDING, re.compile("십시요"), _fixed("십시오")),
    _SurfaceRule("spelling.anh", Code.SPELL_AN_ANH, re.compile(r"(?<![가-힣])않(?=\s+[가-힣])"), _fixed("안")),
    _SurfaceRule(
        "spelling.anh_glued",
        Code.SPELL_AN_ANH,
        re.compile(r"(?<![가-힣])않(?=[되돼먹가오마사좋필해하])"),
        _fixed("안 "),
    ),
    _SurfaceRule(
        "spelling.an",
        Code.SPELL_AN_ANH,
        re.compile(r"(?<=지)(\s?)안(?=아요|아|았|습|는|으|고|게(?!요)|네|나요|을|겠|도록)"),
        _fixed(r"\1않"),
    ),
    _SurfaceRule(
        "spelling.past",
        Code.SPELL_SSANG_SIOT,
        re.compile(rf"(?<!무)[{_PAST}](?=어|습니|슴니|는데|던|을|네요|다(?![가-힣])|거든)"),
        _last_final(_SSANG_SIOT, ""),
    ),
    _SurfaceRule(
        "spelling.iss",
        Code.SPELL_SSANG_SIOT,
        re.compile(r"잇(?=어|습|슴|는|을|으|나|다(?![가-힣])|네|죠|지)"),
        _fixed("있"),
    ),
    _SurfaceRule(
        "spelling.masiss",
        Code.SPELL_SSANG_SIOT,
        re.compile(r"(?<=[맛멋])잇"),
        _fixed("있"),
    ),
    _SurfaceRule(
        "spelling.eopseo", Code.SPELL_LIAISON, re.compile(r"[업없][서써](?=요(?![가-힣]))"), _fixed("없어")
    ),
    _SurfaceRule(
        "spelling.piece",
        Code.SPELL_WORD,
        re.compile(r"(?<![가-힣])(?P<number>[두세]) 게(?=\s|요|이요|만|[.!?]|$)"),
        _fixed(r"\g<number> 개"),
    ),
    _SurfaceRule(
        "spelling.sip", Code.SPELL_BATCHIM, re.compile(r"(?<=고)(\s?)십(?=[어은는네지]|습니)"), _fixed(r"\1싶")
    ),
    _SurfaceRule(
        "spelling.masisseo", Code.SPELL_LIAISON, re.compile(r"마시써(?=요|\s*[.!?~]*$)"), _fixed("맛있어")
    ),
    _SurfaceRule(
        "spelling.matsiss",
        Code.SPELL_LIAISON,
        re.compile(r"(?:(?:마|맛)(?:싯|싰)|마씻)(?=[어는네습었다])"),
        _fixed("맛있"),
    ),
    _SurfaceRule("spelling.yeo", Code.SPELL_ENDING, re.compile(r"[가-힣]여(?=\s*[.!?~]*$)"), _polite_yeo),
    _SurfaceRule(
        "spelling.eps",
        Code.SPELL_BATCHIM,
        re.compile(r"(?:(?<![가-힣])|(?<=필요)|(?<=맛)|(?<=재미))업(?=어요|습니|나요|다|네)"),
        _fixed("없"),
    ),
    _SurfaceRule(
        "spelling.gwaenchanh",
        Code.SPELL_BATCHIM,
        re.compile(r"괜[찬찮찬](?=아|습|나|을|은|지|네)|괞찮"),
        _fixed("괜찮"),
    ),
    _SurfaceRule("spelling.gwaen", Code.SPELL_WORD, re.compile(r"괸찮|갠찮|괜챦|갠찬"), _fixed("괜찮")),
    _SurfaceRule(
        "spelling.manh", Code.SPELL_BATCHIM, re.compile(r"(?<![가-힣])만(?=아요|습니다|았)"), _fixed("많")
    ),
    _SurfaceRule("spelling.mani", Code.SPELL_BATCHIM, re.compile(r"(?<![가-힣])만이(?= )"), _fixed("많이")),
    _SurfaceRule("spelling.mani", Code.SPELL_LIAISON, re.compile(r"(?<![가-힣])마니(?= )"), _fixed("많이")),
    _SurfaceRule(
        "spelling.eotteohke",
        Code.SPELL_WORD,
        re.compile(r"어떡게|어떻개|어떠케|어떡해(?=\s)|어떻해(?=\s)"),
        _fixed("어떻게"),
    ),
    _SurfaceRule("spelling.myeochil", Code.SPELL_WORD, re.compile("몇일"), _fixed("며칠")),
    _SurfaceRule("spelling.oraenman", Code.SPELL_WORD, re.compile("오랫만"), _fixed("오랜만")),
    _SurfaceRule("spelling.waenji", Code.SPELL_WORD, re.compile("웬지"), _fixed("왠지")),
    _SurfaceRule(
        "spelling.aniyo", Code.SPELL_WORD, re.compile(r"^(?:아니오|안이요|아니여)(?=[\s,.!?]|$)"), _fixed("아니요")
    ),
)

_COPULA = re.compile(
    r"(?P<noun>[가-힣]+?)(?P<gap>\s?)(?P<form>이에요|이예요|에요|예요|이애요|이여요|얘요|애요)(?![가-힣])"
)


def find_surface(text: str, known: frozenset[str]) -> Iterator[Finding]:
    """`known` holds words that authored sentences write so, and that are never touched."""
    for rule in _SURFACE_RULES:
        for match in rule.pattern.finditer(text):
            repaired = rule.repair(match)
            if repaired != match[0] and _word_around(text, max(match.start(), match.end() - 1)) not in known:
                yield _spelling(text, match.start(), match.end(), repaired, rule)
    yield from _find_copula(text, known)


def _find_copula(text: str, known: frozenset[str]) -> Iterator[Finding]:
    for match in _COPULA.finditer(text):
        noun, form = match["noun"], match["form"]
        if noun + form in known or not is_syllable(noun[-1]) or (match["gap"] and form in ("에요", "애요")):
            continue
        if form == "에요" and noun + "에" in known and noun not in QUESTION_WORDS:
            continue  # 지난주에 with 요, in a turn that asks when
        repaired = _copula(match) if form in ("이에요", "이예요", "에요", "예요") else _copula_of(noun)
        if repaired == match[0]:
            continue
        eyo = (form in ("에요", "이예요", "애요", "얘요") or noun.endswith("아니")) and not match["gap"]
        if eyo:
            code, params = Code.SPELL_EYO_YEYO, {"got": noun + form, "want": repaired}
        else:
            rule = "after_vowel" if split_syllable(noun[-1])[2] == 0 else "after_consonant"
            code, params = Code.COPULA_FORM, {"got": match[0], "want": repaired, "rule": rule}
        yield Finding(
            code=code,
            rule="spelling.copula",
            start=match.start(),
            end=match.end(),
            params=params,
            replacement=repaired,
        )


def _copula_of(noun: str) -> str:
    return noun + ("예요" if split_syllable(noun[-1])[2] == 0 else "이에요")


def _spelling(text: str, start: int, end: int, repaired: str, rule: _SurfaceRule) -> Finding:
    first, last = _word_bounds(text, start, end)
    return Finding(
        code=rule.code,
        rule=rule.name,
        start=start,
        end=end,
        params={"got": text[first:last], "want": text[first:start] + repaired + text[end:last]},
        replacement=repaired,
    )


def _word_around(text: str, place: int) -> str:
    first, last = _word_bounds(text, place, place + 1)
    return text[first:last]


def _word_bounds(text: str, start: int, end: int) -> tuple[int, int]:
    first, last = start, end
    while first > 0 and is_syllable(text[first - 1]):
        first -= 1
    while last < len(text) and is_syllable(text[last]):
        last += 1
    return first, last
