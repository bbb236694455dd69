"""The morphological analyser that the Korean evaluator reads with."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Morpheme:
    """One morpheme with its tag of the Sejong set (NNG, VV, JKO, EF …) and its place in the text."""

    form: str
    tag: str
    start: int
    """First code point in the analysed text."""
    length: int
    """Code points; 0 for a morpheme that is contracted away."""

    @property
    def end(self) -> int:
        return self.start + self.length


@dataclass(frozen=True, slots=True)
class Analysis:
    morphemes: tuple[Morpheme, ...]
    score: float
    """Log-likelihood of the whole text under the analyser's language model; comparable only
    between texts of equal length in words."""


class MorphemeAnalyzer(ABC):
    """Deterministic and synchronous; whoever calls it keeps it off the event loop."""

    version: str

    @abstractmethod
    def analyze(self, text: str) -> Analysis:
        """The best analysis of NFC text."""

    @abstractmethod
    def knowing(self, words: Iterable[str]) -> "MorphemeAnalyzer":
        """This analyser as one that takes these nouns whole and no others, whatever is asked of it elsewhere."""

    @abstractmethod
    def join(self, morphemes: Sequence[tuple[str, str]]) -> str:
        """Morphemes `(form, tag)` put together into Korean, conjugated."""
