"""What a rule may look at: the utterance, the intent it matched, and all that was expected."""

from collections.abc import Mapping
from dataclasses import dataclass

from kotoserver.domain.evaluation import Expectation
from kotoserver.domain.levels import SpeechLevel
from kotoserver.korean.answering.intents import Example, PreparedIntent
from kotoserver.korean.orthography.vocabulary import Vocabulary
from kotoserver.korean.reading.reading import Reading
from kotoserver.korean.reading.sentence import Sentence
from kotoserver.korean.reading.slots import SlotTable
from kotoserver.ports.morphology import MorphemeAnalyzer


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """An expectation with everything read that does not depend on the learner."""

    expectation: Expectation
    analyzer: MorphemeAnalyzer
    """It knows the words of this scene and of no other, so that nothing else that is published matters."""
    intents: tuple[PreparedIntent, ...]
    common: tuple[PreparedIntent, ...]
    table: SlotTable
    vocabulary: Vocabulary
    synonyms: Mapping[str, str]
    topic: frozenset[str]
    """Features of the NPC's line."""
    matter: frozenset[str]
    """What its words are about, as `themes` has it."""
    npc: Reading
    names: frozenset[str]
    """Those that its examples tell, where a name is asked for."""
    latin: frozenset[str]
    """Words in Latin letters that stand in the turn itself."""
    compact_examples: frozenset[str]
    """Every good answer without spaces and punctuation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """One utterance against one expectation."""

    prepared: Prepared
    reading: Reading
    intent: PreparedIntent | None

    @property
    def analyzer(self) -> MorphemeAnalyzer:
        return self.prepared.analyzer

    @property
    def sentence(self) -> Sentence:
        return self.reading.sentence

    @property
    def examples(self) -> tuple[Example, ...]:
        return self.intent.examples if self.intent else ()

    @property
    def wanted(self) -> SpeechLevel:
        return self.prepared.expectation.target

    def gain(self, start: int, end: int, new: str) -> float:
        """How much better the sentence reads with `text[start:end]` replaced, in the language model's eyes."""
        text = self.sentence.text
        return self.analyzer.analyze(text[:start] + new + text[end:]).score - self.sentence.score
