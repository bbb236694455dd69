"""Stems that change before an ending, written as if they did not: 어렵어요, 듣어요, 아프어요, 먹아요."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kotoserver.korean.findings.codes import Code
from kotoserver.korean.findings.findings import Finding
from kotoserver.korean.reading.conjugation import conjugate
from kotoserver.korean.sounds.hangul import build_syllable, split_syllable, with_final
from kotoserver.ports.morphology import MorphemeAnalyzer

_VOWEL = r"(?P<vowel>[어아])(?P<rest>요|서요|서|도|야|야요|)"


_WITH_SIOT = re.compile(
    r"(?P<head>[가-힣]*)(?P<syllable>[가-힣])(?P<tail>어요|어|습니다|습니까|는데요|네요)(?![가-힣])"
)
_SIOT, _SSANG_SIOT, _RIEUL, _IEUNG = 19, 20, 8, 11
_ONE_RIEUL = re.compile(
    r"(?<![가-힣])(?P<stem>모|다|빠|부|고|흐|오|누|자|머무|서두|기|바)"
    r"(?P<ending>[라러](?:요|서)|[랐렀](?:어요|어|습니다|습니까|는데요))(?![가-힣])"
)
"""Stems in 르, which 르 was taken from."""
_PAST_GAIN = 3.0


@dataclass(frozen=True, slots=True)
class _Class:
    rule: str
    """Enum key for the pack."""
    stems: tuple[str, ...]
    tag: str


def _class(rule: str, stems: str, tag: str) -> _Class:
    return _Class(rule, tuple(sorted(stems.split(), key=len, reverse=True)), tag)


_CLASSES = (
    _class(
        "irregular_b",
        "어렵 쉽 맵 춥 덥 가깝 뜨겁 차갑 무겁 가볍 고맙 반갑 즐겁 아름답 귀엽 무섭 시끄럽 싱겁 돕 눕",
        "VA-I",
    ),
    _class("irregular_d", "듣 깨닫 싣", "VV-I"),
    _class("irregular_s", "낫 짓 붓 잇", "VV-I"),
    _class("irregular_eu", "아프 바쁘 예쁘 나쁘 기쁘 고프 배고프 슬프 크 쓰 끄 모으 따르 들르", "VA"),
    _class("irregular_reu", "모르 다르 빠르 부르 고르 흐르 오르", "VV"),
    _class("contraction", "하 가 사 오 타 만나 자 비싸 싸 포장하 주문하 계산하 결제하 필요하 좋아하 공부하", "VV"),
)
_HARMONY = (
    ("어", "아", "먹|있|없|읽|배우|기다리|입|찍|넣|맛있|재미있|멋있|만들|열|웃|보내|쉬|내리"),
    ("아", "어", "찾|살|받|많|좋|괜찮|앉|작|놀|알|얇|짧|높|닫|담|볶"),
)
"""Ending that the vowel of the stem asks for, the other one, and stems."""


_BARE_STEM = re.compile(
    r"(?<![가-힣])(?P<before>[가-힣]*?)(?P<stem>하|(?<![가-힣])(?:먹|있|없|좋|많|읽|입|앉|받|찾|괜찮))요(?![가-힣])"
)
_OPEN_STEM = re.compile(
    r"(?<![가-힣])(?P<stem>가|오|보|사|자|타|주|쓰|하|[가-힣]{1,3}하|만나|마시|배우|기다리|내리|보내)을"
    r"(?P<rest>\s?(?:거예요|거에요|거야|겁니다|게요|래요|까요|수 있|수 없))"
)
"""But 가을 거 may be of autumn."""
_HARD_STEMS = {
    with_final(stem[-1], 0).join((stem[:-1], "우")): stem
    for stem in next(group.stems for group in _CLASSES if group.rule == "irregular_b")
}
"""어려우 → 어렵."""
_SOFTENED = re.compile(
    rf"(?<![가-힣])(?P<stem>{'|'.join(sorted(_HARD_STEMS, key=len, reverse=True))})"
    r"(?P<rest>지만|고|지요|지 않|죠|네요|습니다|습니까|거든요)"
)


def find_conjugations(text: str, known: frozenset[str], analyzer: MorphemeAnalyzer) -> Iterator[Finding]:
    """Stem and ending side by side that should have melted into each other."""
    for group in _CLASSES:
        for match in re.finditer(rf"(?P<stem>{'|'.join(group.stems)}){_VOWEL}(?![가-힣])", text):
            if not _begins_word(text, match.start(), match["stem"]) or _is_known(text, match, known):
                continue
            want = conjugate([(match["stem"], group.tag), ("어" + match["rest"], "EF")], analyzer)
            past = match["stem"][:-1] + with_final(match["stem"][-1], _SSANG_SIOT) + match[0][len(match["stem"]) :]
            if group.rule == "irregular_s" and past in known:
                continue  # 고장 낫어요, where the turn has 고장 났어요
            if want != match[0]:
                yield _finding(match, want, group.rule)
        yield from _past_side_by_side(text, group, known, analyzer)
    yield from _without_vowel(text, known, analyzer)
    yield from _softened_too_early(text, known)
    yield from _planned_side_by_side(text, known)
    yield from _modifiers(text, known, analyzer)
    yield from _described(text, known)
    yield from _rieul_stems(text, known)
    yield from _past(text, known, analyzer)
    yield from _single_rieul(text, known, analyzer)
    for vowel, wrong, stems in _HARMONY:
        for match in re.finditer(rf"(?P<stem>{stems}){wrong}(?P<rest>요|서|도)(?![가-힣])", text):
            if _begins_word(text, match.start(), match["stem"]) and not _is_known(text, match, known):
                yield _finding(match, match["stem"] + vowel + match["rest"], "vowel_harmony")


def _past_side_by_side(
    text: str, group: _Class, known: frozenset[str], analyzer: MorphemeAnalyzer
) -> Iterator[Finding]:
    """사았어요 → 샀어요, 가았습니다 → 갔습니다, 아프었어요 → 아팠어요."""
    for match in re.finditer(
        rf"(?P<stem>{'|'.join(group.stems)})[았었](?P<rest>어요|습니다|습니까)(?![가-힣])", text
    ):
        if not _begins_word(text, match.start(), match["stem"]) or _is_known(text, match, known):
            continue
        want = conjugate([(match["stem"], group.tag), ("었", "EP"), (match["rest"], "EF")], analyzer)
        if want != match[0]:
            yield _finding(match, want, group.rule)


def _without_vowel(text: str, known: frozenset[str], analyzer: MorphemeAnalyzer) -> Iterator[Finding]:
    """좋아하요 → 좋아해요, 먹요 → 먹어요: 요 joins no bare stem."""
    for match in _BARE_STEM.finditer(text):
        if match["before"].endswith("안녕") or _is_known(text, match, known):
            continue
        want = match["before"] + conjugate([(match["stem"], "VV"), ("어요", "EF")], analyzer)
        yield _finding(match, want, "contraction" if match["stem"] == "하" else "vowel_harmony")


def _planned_side_by_side(text: str, known: frozenset[str]) -> Iterator[Finding]:
    """보을 거예요 → 볼 거예요: after a vowel only ㄹ is put to the stem."""
    for match in _OPEN_STEM.finditer(text):
        if not _is_known(text, match, known) and not (match["stem"] == "가" and match["rest"].startswith(" ")):
            want = match["stem"][:-1] + with_final(match["stem"][-1], _RIEUL) + match["rest"]
            yield _finding(match, want, "contraction")


def _softened_too_early(text: str, known: frozenset[str]) -> Iterator[Finding]:
    """어려우지만 → 어렵지만: ㅂ turns into 우 before a vowel only."""
    for match in _SOFTENED.finditer(text):
        if not _is_known(text, match, known):
            yield _finding(match, _HARD_STEMS[match["stem"]] + match["rest"], "irregular_b")


def _modifiers(text: str, known: frozenset[str], analyzer: MorphemeAnalyzer) -> Iterator[Finding]:
    """차갑은 걸로, 크은 거: the stem changes, or the vowel of -은 goes."""
    for group in _CLASSES:
        if group.tag == "VV-I" or group.rule == "irregular_reu":
            continue
        for match in re.finditer(rf"(?P<stem>{'|'.join(group.stems)})은(?= [가-힣])", text):
            if _begins_word(text, match.start(), match["stem"]) and not _is_known(text, match, known):
                yield _finding(match, conjugate([(match["stem"], group.tag), ("은", "ETM")], analyzer), group.rule)


def _described(text: str, known: frozenset[str]) -> Iterator[Finding]:
    """따뜻하은 걸로 → 따뜻한 걸로."""
    for match in re.finditer(r"(?<![가-힣])(?P<stem>[가-힣]{1,3})하은(?= [가-힣])", text):
        if not _is_known(text, match, known):
            yield _finding(match, match["stem"] + "한", "contraction")


def _rieul_stems(text: str, known: frozenset[str]) -> Iterator[Finding]:
    """살을 거예요 → 살 거예요: a stem in ㄹ takes no 으."""
    for match in re.finditer(
        r"(?<![가-힣])(?P<stem>살|놀|알|팔|열|만들)을(?=\s?(?:거예|거야|게요|래요|까요|겁니|수 있|수 없))", text
    ):
        if not _is_known(text, match, known):
            yield _finding(match, match["stem"], "contraction")


def _past(text: str, known: frozenset[str], analyzer: MorphemeAnalyzer) -> Iterator[Finding]:
    """쌋습니다 → 쌌습니다: a final ㅅ that the analyser only understands as the past."""
    for match in _WITH_SIOT.finditer(text):
        if split_syllable(match["syllable"])[2] != _SIOT or _is_known(text, match, known):
            continue
        want = match["head"] + with_final(match["syllable"], _SSANG_SIOT) + match["tail"]
        mended = analyzer.analyze(want)
        is_past = any(m.form == "었" for m in mended.morphemes)
        word = text[: match.start()].rpartition(" ")[2] + want
        gain = mended.score - analyzer.analyze(match[0]).score
        if is_past and (word in known or gain > _PAST_GAIN):
            yield Finding(
                code=Code.SPELL_SSANG_SIOT,
                rule="spelling.past",
                start=match.start(),
                end=match.end(),
                params={"got": match[0], "want": want},
                replacement=want,
            )


def _single_rieul(text: str, known: frozenset[str], analyzer: MorphemeAnalyzer) -> Iterator[Finding]:
    """머무렀습니다 → 머물렀습니다, 모라요 → 몰라요: the ㄹ of 르 is doubled."""
    for match in _ONE_RIEUL.finditer(text):
        want = match["stem"][:-1] + with_final(match["stem"][-1], _RIEUL) + match["ending"]
        if want[: -len(match["ending"])] + _as_written(match["ending"]) in known:
            continue  # 부러요, where the turn has 불어요
        mended = analyzer.analyze(text[: match.start()] + want + text[match.end() :])
        if not _is_known(text, match, known) and mended.score - analyzer.analyze(text).score > _PAST_GAIN:
            yield _finding(match, want, "irregular_reu")


def _as_written(ending: str) -> str:
    """러요 as 어요, 렀어요 as 었어요: the ㄹ that is heard belongs to the stem."""
    _, vowel, final = split_syllable(ending[0])
    return build_syllable(_IEUNG, vowel, final) + ending[1:]


def _begins_word(text: str, start: int, stem: str) -> bool:
    """A stem of one syllable must open its word, lest it be the tail of another."""
    return start == 0 or not ("가" <= text[start - 1] <= "힣") or len(stem) > 1


def _is_known(text: str, match: re.Match[str], known: frozenset[str]) -> bool:
    word = next((w for w in text.split() if match[0] in w), match[0]).strip(".,!?~…")
    return word in known


def _finding(match: re.Match[str], want: str, rule: str) -> Finding:
    return Finding(
        code=Code.SPELL_CONJUGATION,
        rule=f"spelling.{rule}",
        start=match.start(),
        end=match.end(),
        params={"got": match[0], "want": want, "rule": rule},
        replacement=want,
    )
