"""What the tools of authors ask about Korean: how a sentence is judged, its level, and what looks wrong in it."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass

from kotoserver.domain.evaluation import Evaluation, Expectation
from kotoserver.domain.levels import SpeechLevel
from kotoserver.ports.morphology import MorphemeAnalyzer


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenLevels:
    """The speech level of each sentence that a text closes, in order; none for a lone noun or an interjection."""

    closes: tuple[SpeechLevel, ...]
    mixed: bool
    """Whether casual and polite endings stand beside each other."""
    unreadable: bool
    """Whether a predicate stands last whose ending shows no level."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """Something that is probably not spelt or spaced as it should be."""

    got: str
    want: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentWord:
    """A noun, verb, adjective or adverb where it stands."""

    start: int
    """First code point of the run of letters between spaces that it is part of."""
    end: int
    """One past the last of them."""
    lemma: str
    """A noun as it is, a verb as dictionaries have it: 드리다."""


class Proofreader(ABC):
    """Deterministic and synchronous; whoever calls it keeps it off the event loop."""

    version: str
    analyzer: MorphemeAnalyzer
    """What it reads with, not to be shared either."""

    @abstractmethod
    def know(self, words: Iterable[str]) -> None:
        """Reads these nouns whole from now on, in place of those before: what drafts fill their slots with.

        A judgement does not hang on it: it knows the words of its turn's scene.
        """

    @abstractmethod
    def judge(self, text: str, expectation: Expectation) -> Evaluation:
        """What a learner who says this would be told."""

    @abstractmethod
    def levels(self, text: str) -> SpokenLevels:
        """In which level a text speaks."""

    @abstractmethod
    def doubts(self, text: str) -> tuple[Doubt, ...]:
        """Spelling and spacing that no author should publish unseen."""

    @abstractmethod
    def content_words(self, text: str) -> tuple[ContentWord, ...]:
        """The words that carry a meaning of their own; names and numbers are left out."""
