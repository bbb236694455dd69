"""An analysed utterance: its words, and the morphemes in each of them."""

import re
from dataclasses import dataclass
from functools import cached_property

from kotoserver.ports.morphology import Morpheme, MorphemeAnalyzer

_WORD = re.compile(r"[^\s.,!?~…·;:\"'“”‘’()\[\]。、？！]+")
_SENTENCE_END = ".!?。？！…"

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
    morphemes = _mend_place(_mend_promise(text, _mend_verbs(analysis.morphemes)))
    return Sentence(text=text, morphemes=morphemes, score=analysis.score)


def _mend_verbs(morphemes: tuple[Morpheme, ...]) -> tuple[Morpheme, ...]:
    """Polite requests that the analyser takes for nouns when they open a sentence, and 어딨- as one stem."""
    mended: list[Morpheme] = []
    for m in morphemes:
        if m.tag in ("NNG", "NNP") and m.form.endswith("세요") and len(m.form) > 2:
            mended.append(Morpheme(m.form[:-2], "VV", m.start, m.length - 2))
            mended.append(Morpheme("세요", "EF", m.end - 2, 2))
        elif m.form == "어딨":
            mended.append(Morpheme("어디", "NP", m.start, 2))
            mended.append(Morpheme("있", "VA", m.start + 1, 1))
        else:
            mended.append(m)
    return tuple(mended)


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


def _mend_place(morphemes: tuple[Morpheme, ...]) -> tuple[Morpheme, ...]:
    """`어디에서 있어요`, which the analyser takes for standing (에 + 서 있다)."""
    for at in range(len(morphemes) - 3):
        particle, verb, link, there = morphemes[at : at + 4]
        stands = (particle.form, verb.form, link.form, there.form) == ("에", "서", "어", "있")
        if stands and particle.end == verb.start:
            place = Morpheme("에서", "JKB", particle.start, verb.end - particle.start)
            return (*morphemes[:at], place, Morpheme("있", "VA", there.start, there.length), *morphemes[at + 4 :])
    return morphemes
