"""Everyday stems and how they change, so that a wrong form can be traced back to the verb it was made from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from kotoserver.korean.sounds.hangul import build_syllable, is_syllable, split_syllable, with_final
from kotoserver.korean.words.lexicon import DESCRIBING_NOUNS

_PIEUP, _DIGEUT, _SIOT, _RIEUL, _HIEUH = 17, 7, 19, 8, 27
_IEUNG = 11
_A, _AE, _YA, _YAE, _EO, _E, _YEO, _O = 0, 1, 2, 3, 4, 5, 6, 8
_WA, _WAE, _OE, _U, _WO, _EU, _I = 9, 10, 11, 13, 14, 18, 20
_BRIGHT = frozenset({_A, _YA, _O})
_CONTRACTED = {_O: _WA, _U: _WO, _I: _YEO, _OE: _WAE}
_OPEN = frozenset({_A, _AE, _EO, _E, _YEO})
"""Vowels that swallow the 아 or 어 of an ending: 가요, 보내요, 켜요."""


class Kind(StrEnum):
    """What stands before an ending that learners put to a stem."""

    BARE = "bare"
    """찍-, 예쁘-."""
    INFINITIVE = "infinitive"
    """찍어-, 예뻐-, made for -요 and kept: 예뻐고."""
    LINKED = "linked"
    """찍으-, 만나으-: the 으 of another ending kept or put in."""
    SIDE_BY_SIDE = "side by side"
    """만나아-, 먹아-, 춥어-: another vowel than the stem takes, or one that should have melted into it."""
    CLIPPED = "clipped"
    """추-, 추어- of 춥다, whose ㅂ is gone and left nothing."""
    SOFTENED = "softened"
    """추우-, 들-: as the stem is before a vowel."""
    FUTURE = "future"
    """갈-, 먹을-."""


@dataclass(frozen=True, slots=True)
class Stem:
    form: str
    tag: str
    """For joining: VV, VA, and -I or -R where only that tells whether it changes."""

    @property
    def describes(self) -> bool:
        return self.tag.startswith("VA")

    @property
    def exists(self) -> bool:
        """있다, 맛없다: they describe and take the modifier of a verb."""
        return self.describes and self.form[-1] in "있없"

    @property
    def changes(self) -> str:
        """Enum key of what happens to it before a vowel."""
        _, vowel, final = split_syllable(self.form[-1])
        if self.tag.endswith("-I"):
            return _BY_FINAL[final]
        if final:
            return "vowel_harmony"
        if self.form[-1] == "르" and self.form not in _PLAIN_REU:
            return "irregular_reu"
        return "irregular_eu" if vowel == _EU else "contraction"


def _stems(tag: str, forms: str) -> dict[str, Stem]:
    return {form: Stem(form, tag) for form in forms.split()}


_STEMS = {
    **_stems(
        "VV",
        """
        가 오 보 먹 마시 사 팔 주 드리 만나 자 일어나 쉬 놀 살 앉 서 타 내리 갈아타 뛰 달리 읽 쓰 배우 가르치 알
        모르 찾 기다리 만들 열 켜 끄 입 벗 신 씻 닦 찍 보내 빌리 돌아가 돌아오 나가 나오 들어가 들어오 올라가
        내려가 가져가 가져오 가지 넣 빼 꺼내 바꾸 고르 부르 누르 오르 자르 끝나 막히 놓치 잃어버리 잊 잊어버리 다치
        싸우 웃 울 부치 맡기 남기 남 모으 모이 고치 버리 치우 지내 머무르 묵 들르 따르 잡 놓 느끼 태어나 떠나 건너
        지나 돌 돌리 세우 데우 끓이 볶 섞 썰 깎 마르 깨 잠그 걸 걸리 들리 보이 사귀 헤어지 맞추 틀리 풀 묶 붙이
        떨어지 넘어지 바뀌 생기 열리 닫히 팔리 외우 지우 적 그리 피우 키우 늦 잃 끊 찢 빠지 나누 춤추 던지
        다니 마치 지키 이기 건네 물어보 알아보 찾아가 찾아오 빌려주 알려주 보여주 도와주 데려가 데려오 돌보
        갈아입 끊기
        """,
    ),
    **_stems("VV-I", "듣 걷 싣 깨닫 알아듣 낫 짓 붓 젓 잇 돕 눕 줍 굽"),
    **_stems(
        "VA",
        """
        좋 나쁘 크 작 많 적 비싸 싸 예쁘 높 낮 길 짧 넓 멀 달 짜 아프 바쁘 슬프 기쁘 고프 배고프 느리 빠르 다르
        같 괜찮 싫 싶 젊 밝 맑 얇 굵 힘들 깊 얕 있 없 맛있 맛없 재미있 재미없 멋있 멋없
        """,
    ),
    **_stems("VV-R", "닫 받 믿 얻"),
    **_stems("VA-R", "좁"),
    **_stems(
        "VA-I",
        """
        춥 덥 맵 쉽 어렵 가깝 뜨겁 차갑 무겁 가볍 고맙 반갑 즐겁 아름답 귀엽 무섭 시끄럽 싱겁 두껍 어둡 가렵
        부드럽 더럽 까맣 하얗 빨갛 파랗 노랗 외롭 새롭 그립 쉽 아쉽 부럽 미끄럽
        """,
    ),
}
_BY_FINAL = {
    _PIEUP: "irregular_b",
    _DIGEUT: "irregular_d",
    _SIOT: "irregular_s",
    _HIEUH: "contraction",
}
"""Of 까맣다, which becomes 까매요, two vowels are left as one."""
_PLAIN_REU = frozenset({"들르", "따르"})
"""Stems in 르 that only lose their vowel."""
_BACK = frozenset({"돕"})
"""Stems in ㅂ that take 와: 도와요."""


def everyday_stems() -> Mapping[str, Stem]:
    return _STEMS


def traced(remainder: str) -> Iterator[tuple[Stem, Kind]]:
    """Stems that learners may have made this of, with what they did to them."""
    yield from _traces().get(remainder, ())
    yield from _traces_of_doing(remainder)


@lru_cache(maxsize=1)
def _traces() -> dict[str, tuple[tuple[Stem, Kind], ...]]:
    found: dict[str, dict[tuple[Stem, Kind], None]] = {}
    for stem in _STEMS.values():
        for remainder, kind in _shapes(stem):
            found.setdefault(remainder, {})[stem, kind] = None
    return {remainder: tuple(stems) for remainder, stems in found.items()}


def _traces_of_doing(remainder: str) -> Iterator[tuple[Stem, Kind]]:
    """체크인해-, 예약하으-: whatever noun stands before 하다."""
    for tail, kind in _SHAPES_OF_DOING.items():
        noun = remainder.removesuffix(tail)
        if noun != remainder and noun not in _STEMS and not noun.endswith("안녕"):
            yield Stem(noun + "하", "VA" if noun in DESCRIBING_NOUNS else "VV"), kind


def _shapes(stem: Stem) -> Iterator[tuple[str, Kind]]:
    form, last = stem.form, stem.form[-1]
    made = infinitive(stem)
    yield form, Kind.BARE
    yield made, Kind.INFINITIVE
    yield form + "으", Kind.LINKED
    for vowel in ("아", "어"):
        if form + vowel != made:
            yield form + vowel, Kind.SIDE_BY_SIDE
    final = split_syllable(last)[2]
    yield (form + "을" if final else form[:-1] + with_final(last, _RIEUL)), Kind.FUTURE
    match stem.changes:
        case "irregular_b":
            open_stem = form[:-1] + with_final(last, 0)
            yield from ((open_stem + vowel, Kind.CLIPPED) for vowel in ("", "어", "아"))
            yield open_stem + "우", Kind.SOFTENED
        case "irregular_d":
            yield form[:-1] + with_final(last, _RIEUL), Kind.SOFTENED


_SHAPES_OF_DOING = {
    "하": Kind.BARE,
    "해": Kind.INFINITIVE,
    "하으": Kind.LINKED,
    "하아": Kind.SIDE_BY_SIDE,
    "하어": Kind.SIDE_BY_SIDE,
    "해어": Kind.SIDE_BY_SIDE,
    "할": Kind.FUTURE,
}


def infinitive(stem: Stem) -> str:
    """The stem with -아/어, as the analyser joins it too; this asks nobody, and is done for all stems at once."""
    head, last = stem.form[:-1], stem.form[-1]
    initial, vowel, final = split_syllable(last)
    match stem.changes:
        case "irregular_b":
            return head + with_final(last, 0) + ("와" if stem.form in _BACK else "워")
        case "irregular_d":
            return head + with_final(last, _RIEUL) + _ending_vowel(vowel)
        case "irregular_s":
            return head + with_final(last, 0) + _ending_vowel(vowel)
        case "irregular_reu":
            return head[:-1] + with_final(head[-1], _RIEUL) + ("라" if _is_bright(head) else "러")
        case "irregular_eu":
            return head + build_syllable(initial, _A if _is_bright(head) else _EO, 0)
    if final == _HIEUH and stem.tag.endswith("-I"):
        return head + build_syllable(initial, _YAE if vowel == _YA else _AE, 0)
    if final:
        return stem.form + _ending_vowel(vowel)
    if vowel in _OPEN:
        return stem.form
    return head + build_syllable(initial, _CONTRACTED[vowel], 0) if vowel in _CONTRACTED else stem.form + "어"


def uncontracted(stem: Stem) -> str | None:
    """보아-, 주어-, 막히어-, which may be written so; but only 배워-, whose last syllable begins with no sound."""
    initial, vowel, final = split_syllable(stem.form[-1])
    if final or vowel not in _CONTRACTED or initial == _IEUNG:
        return None
    return stem.form + _ending_vowel(vowel)


def _ending_vowel(vowel: int) -> str:
    return "아" if vowel in _BRIGHT else "어"


def _is_bright(head: str) -> bool:
    return bool(head) and is_syllable(head[-1]) and split_syllable(head[-1])[1] in _BRIGHT
