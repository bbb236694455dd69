"""Morphology by Kiwi (kiwipiepy, LGPL; its language model ships as kiwipiepy_model)."""

import unicodedata
from collections.abc import Iterable, Sequence
from importlib.metadata import version

from kiwipiepy import Kiwi

from kotoserver.ports.morphology import Analysis, Morpheme, MorphemeAnalyzer

USER_WORD_SCORE = 0.0
"""Kiwi's neutral score for a word of our own: preferred over splitting it, not over a better reading."""


def kiwi_version() -> str:
    return f"kiwipiepy {version('kiwipiepy')}, model {version('kiwipiepy_model')}"


class KiwiAnalyzer(MorphemeAnalyzer):
    """One loaded Kiwi (about 320 MB, one second to load); not to be shared between threads at once."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        """`words` are single nouns to be known whole, such as what is on a menu.

        They are registered here once and for all: a later registration makes Kiwi rebuild for over a
        second.
        """
        self.version = kiwi_version()
        self._kiwi = Kiwi(model_type="cong", load_multi_dict=False)
        for word in sorted({unicodedata.normalize("NFC", word) for word in words}):
            if " " not in word and len(word) > 1:
                self._kiwi.add_user_word(word, "NNG", USER_WORD_SCORE)
        self._kiwi.analyze("안녕하세요")

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
