"""Particles in the wrong form for the sound before them (커피을, 현금로), which hide them from the analyser."""

import re
from collections.abc import Iterator

from kotoserver.domain.particles import choose_particle
from kotoserver.korean.findings.codes import Code
from kotoserver.korean.findings.findings import Finding
from kotoserver.korean.reading.sentence import NOUN_TAGS, Word, words_of
from kotoserver.korean.sounds.hangul import is_syllable, split_syllable
from kotoserver.korean.words.lexicon import PLACE_NOUNS
from kotoserver.korean.words.numbers import read_numbers
from kotoserver.ports.morphology import MorphemeAnalyzer

_PAIRS = {
    "을": "을/를",
    "를": "을/를",
    "은": "은/는",
    "는": "은/는",
    "이": "이/가",
    "가": "이/가",
    "와": "과/와",
    "과": "과/와",
    "으로": "으로/로",
    "로": "으로/로",
    "이랑": "이랑/랑",
    "랑": "이랑/랑",
    "이나": "이나/나",
    "으로요": "으로요/로요",
    "가요": "이요/가요",
}
_GAIN = 1.0
_SHORT_GAIN = 3.0
"""For a noun of one syllable, since 길가 is a word and no wrong 길이."""
_PRONOUNS = frozenset({"뭐", "이거", "그거", "저거", "누구", "여기", "거기", "저기"})
_SHORT_PRONOUNS = {"저": "은", "너": "은", "나": "은", "제": "이", "내": "이", "네": "이"}
"""Of one syllable, with the form that learners give them."""
_BEFORE_A_TOPIC = ("에", "에서", "에게", "한테")
"""Particles that take 는 behind them; no word ends in one of them and 은."""
_BETTER_ONE = re.compile(r"\s?(?:거|것|걸|건|게|쪽|방법)")
_THING_FORMS = frozenset({"거을", "거은", "거으로"})
"""작은 거을: the noun is certain, though it is no noun of the turn's."""
_CONTRACTED = frozenset({"걸", "이걸", "그걸", "저걸", "요걸"})
"""것을 made short, which takes 로 as well: 걸로."""


def find_allomorphs(
    text: str, nouns: frozenset[str], known: frozenset[str], analyzer: MorphemeAnalyzer
) -> Iterator[Finding]:
    """`nouns` are certainly nouns; of other words the analyser is asked. `known` words are right."""
    for word in words_of(text):
        if word.text in known or not all(is_syllable(character) for character in word.text):
            continue
        for said in sorted(_PAIRS, key=len, reverse=True):
            noun = word.text.removesuffix(said)
            if noun == word.text or not noun:
                continue
            wanted = _wanted(noun, said)
            if wanted != said and _is_meant(noun, wanted, word, text, nouns, analyzer):
                yield Finding(
                    code=Code.PARTICLE_ALLOMORPH,
                    rule="particle.allomorph",
                    start=word.start,
                    end=word.end,
                    params={
                        "word": noun,
                        "got": said,
                        "want": wanted,
                        "rule": "after_consonant" if split_syllable(noun[-1])[2] else "after_vowel",
                    },
                    replacement=noun + wanted,
                )
            break


def _wanted(noun: str, said: str) -> str:
    if said in ("으로요", "가요"):
        return choose_particle(noun, _PAIRS[said.removesuffix("요")]) + "요"
    return choose_particle(noun, _PAIRS[said])


def _is_meant(
    noun: str, wanted: str, word: Word, text: str, nouns: frozenset[str], analyzer: MorphemeAnalyzer
) -> bool:
    if _is_noun(noun, word.text, wanted, nouns, analyzer):
        return True
    if any(
        n.counter == noun and n.end == word.start + len(noun) for n in read_numbers(text[: word.start + len(noun)])
    ):
        return True  # 두 개을
    if word.text == noun + "가요" and (noun not in nouns or _is_somewhere(noun, analyzer)):
        return False  # 명동가요 lacks a particle and a space
    if noun == "나" and word.text == "나은" and word.start == 0 and not _BETTER_ONE.match(text, word.end):
        mended = noun + wanted + text[word.end :]
        return analyzer.analyze(mended).score - analyzer.analyze(text).score > _SHORT_GAIN
    if len(noun) > 1 or noun not in nouns or noun in _SHORT_PRONOUNS:
        return False
    # 물가 is a word, and only the sentence tells 물가 있어요? from 물이 있어요?
    mended = text[: word.start] + noun + wanted + text[word.end :]
    return analyzer.analyze(mended).score - analyzer.analyze(text).score > _SHORT_GAIN


def _is_somewhere(noun: str, analyzer: MorphemeAnalyzer) -> bool:
    return noun in PLACE_NOUNS or any(m.tag == "NNP" for m in analyzer.analyze(noun).morphemes)


def _is_noun(noun: str, word: str, wanted: str, nouns: frozenset[str], analyzer: MorphemeAnalyzer) -> bool:
    if noun == "거" and word in _THING_FORMS:
        return True
    if noun in _PRONOUNS or (noun in _CONTRACTED and word.startswith(noun + "으로")):
        return True
    if noun[1:].endswith(_BEFORE_A_TOPIC) and word == noun + "은":
        return True
    if noun == "나":
        return False  # 나은 is a word (better) as well, and only the sentence tells
    if noun in _SHORT_PRONOUNS and word == noun + _SHORT_PRONOUNS[noun]:
        return analyzer.analyze(noun + wanted).score - analyzer.analyze(word).score > _GAIN
    if (noun in nouns or noun.removesuffix("님") in nouns) and len(noun) > 1:
        return True
    if noun in nouns:
        return analyzer.analyze(noun + wanted).score - analyzer.analyze(word).score > _SHORT_GAIN
    whole = analyzer.analyze(word)
    said = [m for m in whole.morphemes if m.tag[0] in "VE"]
    unheard = [(m.form, m.length) for m in said] == [("이", 0), ("은", 1)]  # 표은, read as 표이은
    unheard = unheard or (wanted == "과" and [m.form for m in said] == ["오", "어"])  # 선생님와, read as coming
    if len(whole.morphemes) == 1 or (said and not unheard):
        return False
    if len(noun) < 2 or not all(m.tag in NOUN_TAGS for m in analyzer.analyze(noun).morphemes):
        return False
    return analyzer.analyze(noun + wanted).score - whole.score > _GAIN
