"""Morphology by Kiwi (kiwipiepy, Apache-2.0; its language model ships as kiwipiepy_model)."""

import ctypes
import unicodedata
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from importlib.resources import files

from kiwipiepy import Kiwi

from kotoserver.ports.morphology import Analysis, Morpheme, MorphemeAnalyzer

USER_WORD_SCORE = 0.0
"""Kiwi's neutral score for a word of our own: preferred over splitting it, not over a better reading."""
_COMPOUNDS = files("kiwipiepy_model") / "default.dict"
"""Names and compounds; Kiwi loads the same file by itself unless told not to."""
_NOUN_TAGS = frozenset({"NNG", "NNP", "NNB", "NR", "XSN", "XPN", "SL", "SN"})
_PREDICATIVE = frozenset({"XSV", "XSA", "VCP"})


def kiwi_version() -> str:
    return f"kiwipiepy {version('kiwipiepy')}, model {version('kiwipiepy_model')}"


class KiwiAnalyzer(MorphemeAnalyzer):
    """One loaded Kiwi (about 320 MB, one second to load); not to be shared between threads at once."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        """`words` are what scenes name, such as what is on a menu; those that are nouns Kiwi would take
        apart are made known whole. What is no noun (큰, 먹고) is left as Kiwi reads it.

        They are registered here once and for all: a later registration makes Kiwi rebuild for half a
        second. Kiwi builds itself at its first analysis too, so which words it would take apart is asked
        while it is small: its dictionary of names and compounds is loaded afterwards and, where a word
        is in that, nothing needs to be added.
        """
        self.version = kiwi_version()
        self._kiwi = Kiwi(model_type="cong", load_multi_dict=False, load_default_dict=False)
        apart = [word for word in sorted(map(_composed, words)) if self._takes_apart(word)]
        self._kiwi.load_user_dictionary(str(_COMPOUNDS))
        compounds = _COMPOUNDS.read_text("utf-8") if apart else ""
        for word in (word for word in apart if f"\n{word}\t" not in compounds):
            self._kiwi.add_user_word(word, "NNG", USER_WORD_SCORE)
        self._kiwi.analyze("안녕하세요")
        _return_freed_memory()

    def _takes_apart(self, word: str) -> bool:
        if " " in word or len(word) < 2:
            return False
        tags = [token.tag for token in self._kiwi.analyze(word)[0][0]]
        if len(tags) == 1 or _PREDICATIVE & set(tags):
            return False
        # 라떼 in a name is read as a verb and its last ending (떼어), so an ending does not rule a noun out.
        return tags[-1] in _NOUN_TAGS or (tags[-1] == "EF" and bool(_NOUN_TAGS & set(tags)))

    def analyze(self, text: str) -> Analysis:
        tokens, score = self._kiwi.analyze(text)[0]
        return Analysis(
            morphemes=tuple(
                Morpheme(token.form, token.tag.split("-")[0], token.start, token.len) for token in tokens
            ),
            score=score,
        )

    def join(self, morphemes: Sequence[tuple[str, str]]) -> str:
        return str(self._kiwi.join(list(morphemes)))


def _return_freed_memory() -> None:
    """Gives the system back what building the dictionary left free, about 24 MB; only glibc can."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def _composed(word: str) -> str:
    return unicodedata.normalize("NFC", word)
