"""An analysed utterance: its words, and the morphemes in each of them."""

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise, zip_longest

from kotoserver.korean.sounds.hangul import is_syllable, split_syllable
from kotoserver.ports.morphology import Morpheme, MorphemeAnalyzer

_WORD = re.compile(r"[^\s.,!?~…·;:\"'“”‘’()\[\]。、？！]+")
_SENTENCE_END = ".!?。？！…"

_HONORIFIC = {("계세", "NNG"): "계시", ("드세", "VA"): "드시"}
"""What the analyser finds in 여기 계세요 and 더 드세요."""
_IN_YO = frozenset({"필요", "수요", "중요", "담요", "동요", "민요", "가요", "소요", "강요", "주요", "안녕하세요"})
"""Nouns that end so themselves."""
_RAISED = re.compile(r"(?<![가-힣])(?P<verb>여|만드)(?P<ending>세요|실게요|십시오)(?![가-힣])")
_FULL_STEMS = {"여": "열", "만드": "만들"}
_RAISED_ENDINGS = {
    "세요": (("세요", "EF"),),
    "실게요": (("시", "EP"), ("ᆯ게요", "EF")),
    "십시오": (("시", "EP"), ("ᆸ시오", "EF")),
}
_STAYS = [("계", "NNG"), ("이", "VCP")]
"""What it finds in 님 계세요."""
_TIMES = frozenset(["나중", "다음", "이따", "이번", "오후", "저녁", "아침", "주", "달", "내일", "모레", "오늘"])
_SOON = frozenset({"곧", "이따가", "금방", "아직"})
_BACKGROUND = ("는데", "ᆫ데", "은데")
NOUN_TAGS = frozenset({"NNG", "NNP", "NNB", "NP", "NR", "XR", "XSN", "SL", "SN", "XPN"})
VERB_TAGS = frozenset({"VV", "VA", "VX", "VCP", "VCN", "XSV", "XSA"})


@dataclass(frozen=True, slots=True)
class Word:
    """A run of text between spaces or punctuation (eojeol)."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Sentence:
    """What a learner said, analysed once."""

    text: str
    morphemes: tuple[Morpheme, ...]
    score: float

    @cached_property
    def words(self) -> tuple[Word, ...]:
        return words_of(self.text)

    @cached_property
    def stems(self) -> frozenset[str]:
        """Nouns, stems and adverbs, as the analyser names them."""
        return frozenset(m.form for m in self.morphemes if m.tag[0] in "NVX" or m.tag == "MAG")

    def word_at(self, place: int) -> Word | None:
        return next((word for word in self.words if word.start <= place < word.end), None)

    def inside(self, start: int, end: int) -> tuple[Morpheme, ...]:
        """Morphemes that begin in `text[start:end]`."""
        return tuple(morpheme for morpheme in self.morphemes if start <= morpheme.start < end)

    def ends_sentence(self, place: int) -> bool:
        """Whether nothing but closing punctuation follows before the next sentence."""
        rest = self.text[place:].lstrip(" ~")
        return not rest or rest[0] in _SENTENCE_END

    def asks(self, place: int) -> bool:
        """Whether the sentence that `text[place]` belongs to ends with a question mark."""
        match = re.search(r"[.!?？！。]", self.text[place:])
        return match is not None and match[0] in "?？"


def words_of(text: str) -> tuple[Word, ...]:
    return tuple(Word(match[0], match.start(), match.end()) for match in _WORD.finditer(text))


def analyse(text: str, analyzer: MorphemeAnalyzer) -> Sentence:
    analysis = analyzer.analyze(text)
    morphemes = _mend_verbs(_mend_closing(_mend_background(text, analysis.morphemes)))
    morphemes = _mend_proposal(text, _mend_subject(text, _mend_promise(text, morphemes)))
    morphemes = _mend_short_place(text, _mend_sweet(text, _mend_polite_promise(text, morphemes)))
    morphemes = _mend_raised(text, _mend_inside(_mend_one(text, _mend_polite_noun(text, morphemes))))
    morphemes = _mend_buying(_mend_looking(_mend_bringing(text, _mend_being(_mend_place(morphemes)))))
    return Sentence(text=text, morphemes=morphemes, score=analysis.score)


def unite_nouns(sentence: Sentence, nouns: frozenset[str]) -> Sentence:
    """체크 + 아웃 as one where the turn has it as one noun: the analyser cuts it as its neighbours please."""
    united: list[Morpheme] = []
    for m in sentence.morphemes:
        before = united[-1] if united else None
        if before is not None and before.end == m.start and before.tag == "NNG" and m.tag in ("NNG", "XSN"):
            whole = before.form + m.form
            if whole in nouns and not {before.form, m.form} <= nouns:
                united[-1] = Morpheme(whole, "NNG", before.start, before.length + m.length)
                continue
        united.append(m)
    mended = _unite_cut(sentence, united, nouns)
    if len(mended) == len(sentence.morphemes):
        return sentence
    return Sentence(text=sentence.text, morphemes=tuple(mended), score=sentence.score)


def _unite_cut(sentence: Sentence, morphemes: list[Morpheme], nouns: frozenset[str]) -> list[Morpheme]:
    """지나 + ᆫ + 주 as 지난주, where the turn has that noun; saya mau 라떼, where 라 follows as an ending would."""
    for word in sentence.words:
        inside = [m for m in morphemes if word.start <= m.start < word.end]
        if len(inside) < 2 or inside[0].tag[0] == "N":
            continue
        ends = {m.start - word.start for m in inside} | {len(word.text)}
        whole = word.text if len(word.text) > 1 and word.text in nouns else None
        noun = whole or next((n for n in nouns if len(n) > 2 and word.text.startswith(n) and len(n) in ends), None)
        if noun is None:
            continue
        cut = [m for m in inside if m.start < word.start + len(noun)]
        at = morphemes.index(cut[0])
        united = Morpheme(noun, "NNG", word.start, len(noun))
        morphemes = [*morphemes[:at], united, *morphemes[at + len(cut) :]]
    return morphemes


def _mend_background(text: str, morphemes: tuple[Morpheme, ...]) -> tuple[Morpheme, ...]:
    """카드가 없는데요, where the analyser finds the noun 데 behind a modifier; one that is meant stands apart."""
    mended: list[Morpheme] = []
    for m in morphemes:
        before = mended[-1] if mended else None
        if before is not None and before.tag == "ETM" and _goes_on(text, m):
            mended[-1] = Morpheme(before.form + "데", "EC", before.start, m.end - before.start)
        elif before is not None and (m.form, m.tag) == ("요", "JX") and before.form.endswith(_BACKGROUND):
            mended[-1] = Morpheme(before.form + "요", "EF", before.start, m.end - before.start)
        else:
            mended.append(m)
    return tuple(mended)


def _goes_on(text: str, noun: Morpheme) -> bool:
    """Whether 데 stands right behind its verb and nothing but 요 right behind it."""
    apart = text[noun.start - 1 : noun.start] == " "
    ends = not text[noun.end : noun.end + 1].isalnum() or text.startswith("요", noun.end)
    return (noun.form, noun.tag) == ("데", "NNB") and ends and not apart


def _mend_closing(morphemes: tuple[Morpheme, ...]) -> tuple[Morpheme, ...]:
    """괜찮습니다, 감사합니다; 됐어, 너 먹어: before a comma the analyser finds an ending that joins."""
    mended: list[Morpheme] = []
    for m in morphemes:
        tensed = bool(mended) and mended[-1].tag == "EP" and mended[-1].form in ("었", "았", "겠")
        closes = m.form.endswith("니다") or (tensed and m.form in ("어", "아"))
        mended.append(Morpheme(m.form, "EF", m.start, m.length) if m.tag == "EC" and closes else m)
    return tuple(mended)


def _mend_verbs(morphemes: tuple[Morpheme, ...]) -> tuple[Morpheme, ...]:
    """Polite requests that the analyser takes for nouns when they open a sentence, and 어딨- as one stem."""
    mended: list[Morpheme] = []
    for m in morphemes:
        if (m.form, m.tag) in _HONORIFIC:
            helps = bool(mended) and mended[-1].tag == "EC"
            mended.append(Morpheme(_HONORIFIC[m.form, m.tag], "VX" if helps else "VV", m.start, m.length))
        elif (m.form, m.tag) == ("가요", "NNG") and m is morphemes[-1]:
            mended += [Morpheme("가", "VV", m.start, 1), Morpheme("어요", "EF", m.start + 1, 1)]
        elif mended and m.form == "요" and mended[-1].form == "계시" and mended[-1].end == m.start:
            mended.append(Morpheme("어요", "EF", m.start, m.length))
        elif m.tag in ("NNG", "NNP") and m.form.endswith("세요") and len(m.form) > 2:
            mended.append(Morpheme(m.form[:-2], "VV", m.start, m.length - 2))
            mended.append(Morpheme("세요", "EF", m.end - 2, 2))
        elif (m.form, m.tag) == ("세요", "EF") and [(n.form, n.tag) for n in mended[-2:]] == _STAYS:
            start = mended[-2].start  # 김 과장님 계세요?
            helps = len(mended) > 2 and mended[-3].tag == "EC"
            mended[-2:] = [
                Morpheme("계시", "VX" if helps else "VV", start, 2),
                Morpheme("어요", "EF", start + 1, 2),
            ]
        elif (m.form, m.tag) == ("에", "JKG"):
            mended.append(Morpheme("에", "JKB", m.start, m.length))
        elif (m.form, m.tag) == ("시", "EP") and _drinks(mended):
            mended[-1] = Morpheme("마시", "VV", mended[-1].start, max(m.end - mended[-1].start, 1))
        elif m.form == "어딨":
            mended.append(Morpheme("어디", "NP", m.start, 2))
            mended.append(Morpheme("있", "VA", m.start + 1, 1))
        else:
            mended.append(m)
    return tuple(mended)


def _drinks(before: list[Morpheme]) -> bool:
    """여기서 마셔요, where the analyser finds 말다 made polite; that stands behind -지."""
    last = before[-1] if before else None
    stops = len(before) > 1 and before[-2].form == "지"
    return last is not None and (last.form, last.tag) in (("마", "VV"), ("말", "VX")) and not stops


def _mend_bringing(text: str, morphemes: tuple[Morpheme, ...]) -> tuple[Morpheme, ...]:
    """가져왔어요, which the analyser takes for one verb or for two as its neighbours please."""
    for at in range(len(morphemes) - 2):
        have, link, move = morphemes[at : at + 3]
        together = have.form == "가지" and link.tag == "EC" and move.form in ("오", "가")
        if together and text.startswith("가져", have.start) and " " not in text[have.start : move.start]:
            verb = Morpheme("가져" + move.form, "VV", have.start, move.end - have.start)
            return (*morphemes[:at], verb, *morphemes[at + 3 :])
    return morphemes


def _mend_looking(morphemes: tuple[Morpheme, ...]) -> tuple[Morpheme, ...]:
    """둘러볼게요, where the analyser finds 두르다, to put around."""
    for at in range(len(morphemes) - 2):
        wrap, link, see = morphemes[at : at + 3]
        if (wrap.form, link.tag, see.form) == ("두르", "EC", "보"):
            verb = Morpheme("둘러보", "VV", wrap.start, see.end - wrap.start)
            return (*morphemes[:at], verb, *morphemes[at + 3 :])
    return morphemes


def _mend_one(text: str, morphemes: tuple[Morpheme, ...]) -> tuple[Morpheme, ...]:
    """하나 주시면, where the analyser finds 하다 that 주다 helps."""
    for at in range(len(morphemes) - 2):
        one, link, giving = morphemes[at : at + 3]
        if [(one.form, one.tag), (link.form, link.tag)] != [("하", "VV"), ("나", "EC")] or giving.form != "주":
            continue
        if text[one.start : link.end + 1] == "하나 " and text[max(one.start - 1, 0) : one.start] in ("", " "):
            number = Morpheme("하나", "NR", one.start, 2)
            gives = Morpheme("주", "VV", giving.start, giving.length)
            return (*morphemes[:at], number, gives, *morphemes[at + 3 :])
    return morphemes


def _mend_polite_noun(text: str, morphemes: tuple[Morpheme, ...]) -> tuple[Morpheme, ...]:
    """여기 키요, where the analyser finds one noun at the end."""
    last = next((m for m in reversed(morphemes) if m.tag[0] != "S"), None)
    if last is None or last.tag not in ("NNG", "NNP") or not last.form.endswith("요") or last.form in _IN_YO:
        return morphemes
    if len(last.form) < 2 or text[last.start : last.end] != last.form:
        return morphemes
    at = morphemes.index(last)
    parts = (Morpheme(last.form[:-1], "NNG", last.start, last.length - 1), Morpheme("요", "JX", last.end - 1, 1))
    return (*morphemes[:at], *parts, *morphemes[at + 1 :])


def _mend_buying(morphemes: tuple[Morpheme, ...]) -> tuple[Morpheme, ...]:
    """나중에 살 거예요, which the analyser takes for living where no place is named."""
    mended = list(morphemes)
    for at, (verb, ending) in enumerate(pairwise(morphemes)):
        if (verb.form, verb.tag) != ("살", "VV") or not ending.form.startswith("ᆯ"):
            continue
        before = morphemes[at - 1] if at > 0 else None
        soon = before is not None and before.form in _SOON
        if before is None or soon or before.tag not in ("JKB", "MAG") or _is_time(morphemes[at - 2 : at - 1]):
            mended[at] = Morpheme("사", "VV", verb.start, verb.length)
    return tuple(mended)


def _is_time(noun: tuple[Morpheme, ...]) -> bool:
    return bool(noun) and noun[0].form in _TIMES


def _mend_subject(text: str, morphemes: tuple[Morpheme, ...]) -> tuple[Morpheme, ...]:
    """두 포기가 주세요, where the analyser takes the particle for going."""
    for at in range(len(morphemes) - 3):
        noun, go, link, give = morphemes[at : at + 4]
        forms = (go.form, go.tag, link.form, give.form, give.tag)
        if (
            forms != ("가", "VV", "어", "주", "VX")
            or noun.tag not in ("NNG", "NNP", "NNB")
            or noun.end != go.start
        ):
            continue
        if text[go.start : give.start] == "가 " and _ends_in_vowel(text[noun.end - 1]):
            particle, verb = Morpheme("가", "JKS", go.start, 1), Morpheme("주", "VV", give.start, give.length)
            return (*morphemes[: at + 1], particle, verb, *morphemes[at + 4 :])
    return morphemes


def _ends_in_vowel(letter: str) -> bool:
    return is_syllable(letter) and not split_syllable(letter)[2]


def _mend_sweet(text: str, morphemes: tuple[Morpheme, ...]) -> tuple[Morpheme, ...]:
    """조금 달아, where the analyser finds 닫다 (to close), which never becomes 달-."""
    return tuple(
        Morpheme("달", "VA", m.start, m.length)
        if (m.form, m.tag[:2]) == ("닫", "VV") and text.startswith("달", m.start)
        else m
        for m in morphemes
    )


def _mend_short_place(text: str, morphemes: tuple[Morpheme, ...]) -> tuple[Morpheme, ...]:
    """호텔서 지낼 거예요, where the analyser finds standing in what is short for 에서."""
    for at in range(len(morphemes) - 2):
        noun, verb, link = morphemes[at : at + 3]
        stands = (verb.form, verb.tag, link.form, link.tag) == ("서", "VV", "어", "EC")
        if (
            stands
            and noun.tag in ("NNG", "NNP")
            and noun.end == verb.start
            and text[verb.end : verb.end + 1] == " "
        ):
            place = Morpheme("서", "JKB", verb.start, verb.length)
            return (*morphemes[: at + 1], place, *morphemes[at + 3 :])
    return morphemes


def _mend_being(morphemes: tuple[Morpheme, ...]) -> tuple[Morpheme, ...]:
    """찾고 계세요, where the analyser finds the noun 계."""
    for at in range(len(morphemes) - 3):
        link, noun, copula, ending = morphemes[at : at + 4]
        forms = (link.tag, noun.form, copula.tag, ending.form)
        if forms == ("EC", "계", "VCP", "세요") and link.form in ("고", "어", "아"):
            being = Morpheme("계시", "VX", noun.start, noun.length)
            end = Morpheme("어요", "EF", ending.start, ending.length)
            return (*morphemes[: at + 1], being, end, *morphemes[at + 4 :])
    return morphemes


def _mend_promise(text: str, morphemes: tuple[Morpheme, ...]) -> tuple[Morpheme, ...]:
    """Casual -(으)ㄹ게 at the end, which the analyser takes for -(으)ㄹ 것이."""
    last = len(morphemes)
    while last and morphemes[last - 1].tag in ("SF", "SP", "SE", "SW", "SS", "SO"):
        last -= 1
    if last < 3:
        return morphemes
    modifier, noun, particle = morphemes[last - 3 : last]
    said = text[noun.start : particle.end]
    if (modifier.tag, noun.form, particle.tag) != ("ETM", "것", "JKS") or said not in ("게", "께"):
        return morphemes
    if modifier.form not in ("ᆯ", "을") or text[noun.start - 1 : noun.start] == " ":
        return morphemes
    promise = Morpheme(modifier.form + "게", "EF", modifier.start, particle.end - modifier.start)
    return (*morphemes[: last - 3], promise, *morphemes[last:])


def _mend_proposal(text: str, morphemes: tuple[Morpheme, ...]) -> tuple[Morpheme, ...]:
    """먹자요 and 나가자요 as one ending, which learners make of the casual one; 나가 자요 goes out and sleeps."""
    for at in range(1, len(morphemes)):
        let, polite = morphemes[at - 1 : at + 1]
        before = morphemes[at - 2] if at > 1 else None
        if text[let.start : let.start + 2] != "자요" or polite.form not in ("요", "어요"):
            continue
        if let.form == "자" and let.tag in ("EF", "EC") and polite.form == "요":
            return (*morphemes[: at - 1], Morpheme("자요", "EF", let.start, 2), *morphemes[at + 1 :])
        joined = before is not None and before.tag == "EC" and text[let.start - 1] != " "
        if joined and (let.form, let.tag) == ("자", "VV"):
            return (*morphemes[: at - 2], Morpheme("자요", "EF", let.start, 2), *morphemes[at + 1 :])
    return morphemes


def _mend_polite_promise(text: str, morphemes: tuple[Morpheme, ...]) -> tuple[Morpheme, ...]:
    """기본으로 할게요, where the analyser finds what is going to be done (할 것이요)."""
    for at in range(len(morphemes) - 3):
        modifier, noun, copula, end = morphemes[at : at + 4]
        forms = (modifier.tag, noun.form, copula.tag, end.form)
        if forms != ("ETM", "것", "VCP", "요") or modifier.form not in ("ᆯ", "을"):
            continue
        if text[noun.start : end.end] == "게요" and text[noun.start - 1] != " ":
            promise = Morpheme(modifier.form + "게요", "EF", modifier.start, end.end - modifier.start)
            return (*morphemes[:at], promise, *morphemes[at + 4 :])
    return morphemes


def _mend_raised(text: str, morphemes: tuple[Morpheme, ...]) -> tuple[Morpheme, ...]:
    """여세요 of 열다 and 만드세요 of 만들다, in which the analyser finds other words."""
    match = _RAISED.search(text)
    stem = _FULL_STEMS[match["verb"]] if match is not None else ""
    if match is None or any(m.start == match.start() and m.form == stem for m in morphemes):
        return morphemes
    start, behind, end = match.start(), match.end("verb"), match.end()
    verb = Morpheme(stem, "VV", start, behind - start)
    forms = _RAISED_ENDINGS[match["ending"]]
    endings = [Morpheme(form, tag, behind, end - behind) for form, tag in forms]
    before = tuple(m for m in morphemes if m.end <= start)
    return (*before, verb, *endings, *(m for m in morphemes if m.start >= end))


def _mend_inside(morphemes: tuple[Morpheme, ...]) -> tuple[Morpheme, ...]:
    """안에 앉을게요, where the analyser finds the 안 of 안 앉을게요."""
    return tuple(
        Morpheme("안", "NNG", m.start, m.length) if (m.form, m.tag) == ("안", "MAG") and _is_placed(m, n) else m
        for m, n in zip_longest(morphemes, morphemes[1:])
    )


def _is_placed(inside: Morpheme, following: Morpheme | None) -> bool:
    return following is not None and following.tag == "JKB" and following.start == inside.end


def _mend_place(morphemes: tuple[Morpheme, ...]) -> tuple[Morpheme, ...]:
    """`어디에서 있어요`, which the analyser takes for standing (에 + 서 있다)."""
    for at in range(len(morphemes) - 3):
        particle, verb, link, there = morphemes[at : at + 4]
        stands = (particle.form, verb.form, link.form, there.form) == ("에", "서", "어", "있")
        if stands and particle.end == verb.start:
            place = Morpheme("에서", "JKB", particle.start, verb.end - particle.start)
            return (*morphemes[:at], place, Morpheme("있", "VA", there.start, there.length), *morphemes[at + 4 :])
    return morphemes
