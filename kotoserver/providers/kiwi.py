"""Morphology by Kiwi (kiwipiepy, Apache-2.0; its language model ships as kiwipiepy_model)."""

import ctypes
import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache, partial
from importlib.metadata import version

from kiwipiepy import Kiwi

from kotoserver.ports.morphology import Analysis, Morpheme, MorphemeAnalyzer

_NOUN_TAGS = frozenset({"NNG", "NNP", "NNB", "NR", "XSN", "XPN", "SL", "SN"})
_HANGUL = re.compile("[가-힣]+")
MOST_KEPT = 512
"""Sentences whose analysis is kept in memory, some 2 MB: a judgement asks six times on the average, a check of a
whole scene nine times for each sentence. Each is kept for the words that it was read with."""
MOST_WORDS = 4096
"""Words of scenes of which is kept whether Kiwi takes them apart; a scene has some fifty."""
_PREDICATIVE = frozenset({"XSV", "XSA", "VCP"})


def kiwi_version() -> str:
    return f"kiwipiepy {version('kiwipiepy')}, model {version('kiwipiepy_model')}"


class KiwiAnalyzer(MorphemeAnalyzer):
    """One loaded Kiwi (about 290 MB, most of a second to load); not to be shared between threads at once.

    Words of the scenes are not added to Kiwi's own dictionary: it would know those of all scenes in each, so that
    a judgement would hang on what else is published, and building it anew takes half a second. What Kiwi takes
    apart is put together again instead, after it has read, for the one who asked for it.
    """

    def __init__(self) -> None:
        self.version = kiwi_version()
        self._kiwi = Kiwi(model_type="cong", load_multi_dict=False)
        self._kiwi.analyze("안녕하세요")
        # Of functions, not of methods of this object: nobody would let go of it in a circle of references.
        self._kept = lru_cache(maxsize=MOST_KEPT)(partial(_analyze, self._kiwi))
        self._apart = lru_cache(maxsize=MOST_WORDS)(partial(_takes_apart, self._kiwi))
        _return_freed_memory()

    def knowing(self, words: Iterable[str]) -> MorphemeAnalyzer:
        """`words` are what a scene names, such as what is on a menu; those of them that are nouns Kiwi takes apart
        are put together again. What is no noun (큰, 먹고) is left as Kiwi reads it.
        """
        apart = set(filter(self._apart, map(_composed, words)))
        if not apart:
            return self
        longest_first = sorted(apart, key=lambda word: (-len(word), word))
        return _Knowing(self, re.compile("|".join(longest_first)))

    def analyze(self, text: str) -> Analysis:
        return self.analyze_putting_together(text, None)

    def analyze_putting_together(self, text: str, whole: re.Pattern[str] | None) -> Analysis:
        return self._kept(text, whole)

    def forget(self) -> None:
        """Keeps no sentence any more; for one who reads what learners said."""
        self._kept.cache_clear()

    def join(self, morphemes: Sequence[tuple[str, str]]) -> str:
        return str(self._kiwi.join(list(morphemes)))


class _Knowing(MorphemeAnalyzer):
    """The one loaded Kiwi as an expectation sees it, with the words of its scene and of no other."""

    def __init__(self, kiwi: KiwiAnalyzer, whole: re.Pattern[str]) -> None:
        self.version = kiwi.version
        self._kiwi = kiwi
        self._whole = whole

    def analyze(self, text: str) -> Analysis:
        return self._kiwi.analyze_putting_together(text, self._whole)

    def knowing(self, words: Iterable[str]) -> MorphemeAnalyzer:
        return self._kiwi.knowing(words)

    def join(self, morphemes: Sequence[tuple[str, str]]) -> str:
        return self._kiwi.join(morphemes)


def _analyze(kiwi: Kiwi, text: str, whole: re.Pattern[str] | None) -> Analysis:
    tokens, score = kiwi.analyze(text)[0]
    morphemes = [Morpheme(token.form, token.tag.split("-")[0], token.start, token.len) for token in tokens]
    for match in whole.finditer(text) if whole is not None else ():
        morphemes = _put_together(morphemes, match)
    return Analysis(morphemes=tuple(morphemes), score=score)


def _takes_apart(kiwi: Kiwi, word: str) -> bool:
    if len(word) < 2 or not _HANGUL.fullmatch(word):
        return False
    tags = [token.tag for token in kiwi.analyze(word)[0][0]]
    if len(tags) == 1 or _PREDICATIVE & set(tags):
        return False
    # 라떼 in a name is read as a verb and its last ending (떼어), so an ending does not rule a noun out.
    return tags[-1] in _NOUN_TAGS or (tags[-1] == "EF" and bool(_NOUN_TAGS & set(tags)))


def _put_together(morphemes: list[Morpheme], match: re.Match[str]) -> list[Morpheme]:
    """The morphemes with those of one word as one noun, unless they reach beyond it or it is only a part."""
    first, last = match.span()
    inside = [m for m in morphemes if first <= m.start and m.end <= last]
    torn = any(m.start < first < m.end or m.start < last < m.end for m in morphemes)
    if len(inside) < 2 or torn or not any(m.tag in _NOUN_TAGS for m in inside):
        return morphemes
    at = morphemes.index(inside[0])
    whole = Morpheme(match[0], "NNG", first, last - first)
    return [*morphemes[:at], whole, *morphemes[at + len(inside) :]]


def _return_freed_memory() -> None:
    """Gives the system back what building the dictionary left free, about 24 MB; only glibc can."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def _composed(word: str) -> str:
    return unicodedata.normalize("NFC", word)
