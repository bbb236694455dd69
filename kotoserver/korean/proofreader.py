"""The evaluator as proof-reader: reads what authors write with the same eyes that read learners."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from kotoserver.domain.evaluation import Evaluation, Expectation
from kotoserver.korean.answering.context import Prepared
from kotoserver.korean.engine import ENGINE_NAME, ENGINE_VERSION, judge, prepare
from kotoserver.korean.findings.findings import Finding
from kotoserver.korean.orthography.allomorphs import find_allomorphs
from kotoserver.korean.orthography.conjugations import find_conjugations
from kotoserver.korean.orthography.spacing import find_spacing
from kotoserver.korean.orthography.spelling import find_surface
from kotoserver.korean.reading.level import read_level
from kotoserver.korean.reading.sentence import Sentence, analyse
from kotoserver.korean.words.numbers import read_numbers
from kotoserver.ports.morphology import MorphemeAnalyzer
from kotoserver.ports.proofreading import ContentWord, Doubt, Proofreader, SpokenLevels

MOST_PREPARED = 1024
"""Turns kept ready, with what was judged in each."""
MOST_SENTENCES = 20_000
"""Sentences kept as they were read; a scene has some 300."""
_PREDICATES = frozenset({"VV", "VA", "VX", "XSV", "XSA", "VCP", "VCN"})
_BOTH_STAND = frozenset({"한번"})
"""다시 한번 is one word, 한 번에 is two; only the meaning tells."""
_NOTHING_KNOWN: frozenset[str] = frozenset()


class KoreanProofreader(Proofreader):
    """Not to be shared between threads at once, as the analyser is not."""

    def __init__(self, analyzer: MorphemeAnalyzer) -> None:
        self.analyzer = analyzer
        self._reader = analyzer
        self._words: frozenset[str] = frozenset()
        self._turns: dict[str, _Turn] = {}
        self._read: dict[str, _Read] = {}
        self.version = f"{ENGINE_NAME} {ENGINE_VERSION}, {analyzer.version}"

    def know(self, words: Iterable[str]) -> None:
        known = frozenset(words)
        if known != self._words:
            self._words, self._reader = known, self.analyzer.knowing(known)
            self._read.clear()

    def judge(self, text: str, expectation: Expectation) -> Evaluation:
        turn = self._turn(expectation)
        if text not in turn.judged:
            turn.judged[text] = judge(text, turn.prepared)
        return turn.judged[text]

    def _turn(self, expectation: Expectation) -> "_Turn":
        """What was prepared for a turn is kept while the turn stays as it is, the oldest being let go."""
        turn = self._turns.get(expectation.key)
        if turn is not None and turn.expectation is expectation:
            return turn
        if turn is None or turn.expectation != expectation:
            if len(self._turns) >= MOST_PREPARED:
                del self._turns[next(iter(self._turns))]
            prepared = prepare(expectation, self.analyzer)
            turn = self._turns[expectation.key] = _Turn(expectation=expectation, prepared=prepared)
        turn.expectation = expectation
        return turn

    def levels(self, text: str) -> SpokenLevels:
        return self._reading(text).levels

    def doubts(self, text: str) -> tuple[Doubt, ...]:
        return self._reading(text).doubts

    def content_words(self, text: str) -> tuple[ContentWord, ...]:
        return self._reading(text).words

    def _reading(self, text: str) -> "_Read":
        """A sentence is read once, whatever is asked about it and however often."""
        if text not in self._read:
            if len(self._read) >= MOST_SENTENCES:
                del self._read[next(iter(self._read))]
            sentence = analyse(text, self._reader)
            self._read[text] = _Read(
                levels=_levels(sentence),
                doubts=self._doubts(text, sentence),
                words=tuple(_content_words(sentence)),
            )
        return self._read[text]

    def _doubts(self, text: str, sentence: Sentence) -> tuple[Doubt, ...]:
        """One about each word: of two rules that doubt the same, the one that is asked first knows it better."""
        found: dict[str, Doubt] = {}
        for finding in self._findings(text, sentence):
            got = _around(text, finding)
            if finding.replacement is not None and got not in _BOTH_STAND:
                found.setdefault(got, Doubt(got=got, want=_around(text, finding, finding.replacement)))
        return tuple(found.values())

    def _findings(self, text: str, sentence: Sentence) -> Iterator[Finding]:
        yield from find_surface(text, _NOTHING_KNOWN)
        yield from find_conjugations(text, _NOTHING_KNOWN, self._reader)
        yield from find_allomorphs(text, _NOTHING_KNOWN, _NOTHING_KNOWN, self._reader)
        yield from find_spacing(sentence, read_numbers(text), _NOTHING_KNOWN)


@dataclass(slots=True, kw_only=True)
class _Turn:
    expectation: Expectation
    """As it was asked about last, so that the next question is answered without comparing it through."""
    prepared: Prepared
    judged: dict[str, Evaluation] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    levels: SpokenLevels
    doubts: tuple[Doubt, ...]
    words: tuple[ContentWord, ...]


def _levels(sentence: Sentence) -> SpokenLevels:
    reading = read_level(sentence)
    closes = tuple(close.level for close in reading.closes)
    return SpokenLevels(closes=closes, mixed=reading.mixed, unreadable=not closes and _ends_open(sentence))


def _content_words(sentence: Sentence) -> Iterator[ContentWord]:
    for morpheme in sentence.morphemes:
        word = sentence.word_at(morpheme.start)
        if word is not None and morpheme.tag in ("NNG", "XR", "MAG", "VV", "VA"):
            lemma = f"{morpheme.form}다" if morpheme.tag in ("VV", "VA") else morpheme.form
            yield ContentWord(start=word.start, end=word.end, lemma=lemma)


def _ends_open(sentence: Sentence) -> bool:
    """A verb or adjective in the last word that no ending closes."""
    if not sentence.words:
        return False
    last = sentence.words[-1]
    inside = sentence.inside(last.start, last.end)
    return any(m.tag in _PREDICATES for m in inside) and not any(
        m.tag in ("ETM", "ETN", "EC") for m in inside[-1:]
    )


def _around(text: str, finding: Finding, replacement: str | None = None) -> str:
    """The words that the finding touches, as they are or with its replacement."""
    start = text.rfind(" ", 0, finding.start) + 1
    end = text.find(" ", finding.end)
    end = len(text) if end < 0 else end
    if replacement is None:
        return text[start:end]
    return text[start : finding.start] + replacement + text[finding.end : end]
