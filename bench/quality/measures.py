"""The measurements: each judges its sentences and says how many were judged as they should be."""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

from bench.quality.cases import Case, Taught
from kotoserver.domain.evaluation import Evaluation, Expectation, Severity, Verdict
from kotoserver.domain.levels import SpeechLevel
from kotoserver.korean.findings.codes import CODES, Code, Rank
from kotoserver.korean.reading.level import read_level
from kotoserver.korean.reading.sentence import analyse
from kotoserver.korean.trying.mistakes import UNRESTORED, Family, Mistake, mistakes_for
from kotoserver.korean.trying.restyling import combined, restyled
from kotoserver.korean.trying.variants import passes, variants
from kotoserver.ports.morphology import MorphemeAnalyzer
from kotoserver.services.judging import LEVELS, Question, expectation_for

Judge = Callable[[str, Expectation], Evaluation]

_UNWEIGHED = frozenset(
    {Family.TENSE, Family.LEVEL, Family.HONORIFIC, Family.SPACING, Family.NUMBER, Family.NEGATION}
)
"""Families that a language model cannot weigh: both sentences are Korean, or only their spaces differ."""


@dataclass(slots=True, kw_only=True)
class Share:
    """How many of some sentences were judged right, with those that were not."""

    name: str
    target: float | None = None
    """Per cent."""
    at_most: bool = False
    """Whether less is better: the share counts what should not happen."""
    counted: int = 0
    asked: int = 0
    told: list[str] = field(default_factory=list)
    """What was misjudged, for reading."""
    _sentences: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    def count(self, holds: bool, sentence: str, told: str) -> None:
        self.asked += 1
        self.counted += holds
        self._sentences.update(sentence.encode())
        if holds is self.at_most:
            self.told.append(told)

    @property
    def percent(self) -> float:
        return 100 * self.counted / self.asked if self.asked else 0.0

    @property
    def sentences(self) -> str:
        """Digest of what was asked, in order: the same sentences give the same share, without noise."""
        return self._sentences.hexdigest()[:16]


def tricky_turns(cases: Iterable[Case], judge: Judge) -> list[Share]:
    verdict = Share(name="tricky turns: verdict", target=93)
    retry = Share(name="tricky turns: retry or not", target=98)
    codes = Share(name="tricky turns: required codes", target=92)
    for case in cases:
        evaluation = judge(case.learner, case.expectation)
        told = _told(case.learner, evaluation)
        found = {item.code for item in evaluation.items}
        if "SLOT_WRONG" in found:
            found.add("SLOT_MISSING")  # the cases know only that one
        verdict.count(evaluation.verdict == case.verdict, case.learner, told)
        retry.count((evaluation.verdict is Verdict.RETRY) == (case.verdict == "retry"), case.learner, told)
        codes.count(case.codes <= found, case.learner, told)
    return [verdict, retry, codes]


def speech_levels(path: Path, analyzer: MorphemeAnalyzer) -> list[Share]:
    """The data tell polite (해요체 and 합쇼체 together) from casual, no more; see `levels_by_letters`."""
    both = Share(name="speech level: polite or casual", target=99.0)
    split = {"yes": Share(name="speech level: of the polite", target=99.7)}
    split["no"] = Share(name="speech level: of the casual", target=98.5)
    for line in path.read_text("utf-8").splitlines()[1:]:
        polite, text = line.split("\t")
        level = read_level(analyse(text, analyzer)).level
        for share in (both, split[polite]):
            share.count((level.politeness > 0) == (polite == "yes"), text, f"{text} ({level.value})")
    return [both, *split.values()]


_ENDS_IN_B = "".join(chr(code) for code in range(0xAC00, 0xD7A4) if (code - 0xAC00) % 28 == 17)
"""Syllables closed by ㅂ, as before 니다."""
_FORMAL = re.compile(rf"[{_ENDS_IN_B}](니다|니까|시오|시다)$")
_POLITE = re.compile(r"(요|죠)$")
_PLAIN = re.compile(r"(?<!니)(었다|았다|했다|였다|ㄴ다|는다|한다|이다|있다|없다|어|해|야)$")


def levels_by_letters(name: str, texts: Iterable[str], analyzer: MorphemeAnalyzer) -> Iterator[Share]:
    """Formal, polite and casual, where the last letters of a sentence leave no doubt.

    Nobody has labelled formal against polite, so this holds the engine, which reads morphemes, to what the
    letters show; of sentences that end otherwise, such as inverted ones, it says nothing.
    """
    marks = {
        SpeechLevel.HAPSYO: (_FORMAL, 99.7),
        SpeechLevel.HAEYO: (_POLITE, 98.5),
        SpeechLevel.BANMAL: (_PLAIN, 99.4),
    }
    shares = {
        level: Share(name=f"{name}: {level.value} by its letters", target=target)
        for level, (_, target) in marks.items()
    }
    for text in texts:
        shown = next((level for level, (mark, _) in marks.items() if mark.search(text.rstrip(" .?!~"))), None)
        if shown is not None:
            level = read_level(analyse(text, analyzer)).level
            shares[shown].count(level is shown, text, f"{text} ({level.value})")
    return (share for share in shares.values() if share.asked)


def intents(name: str, turns: Iterable[Taught], judge: Judge) -> Share:
    share = Share(name=f"intents: {name}", target=98)
    for one in turns:
        evaluation = judge(one.sentence, one.expectation)
        told = f"{one.intent} {_told(one.sentence, evaluation)}"
        share.count(evaluation.intent == one.intent, one.intent + one.sentence, told)
    return share


def off_topic(turns: Iterable[Taught], judge: Judge) -> Share:
    """Sentences that belong to another turn, half the file away: the price of recognising more."""
    share = Share(name="another topic taken for an intent", at_most=True, target=5)
    asked = list(turns)
    for place, one in enumerate(asked):
        other = asked[(place + len(asked) // 2) % len(asked)].sentence
        evaluation = judge(other, one.expectation)
        share.count(evaluation.intent is not None, one.intent + other, _told(other, evaluation))
    return share


def native_alarms(path: Path, judge: Judge) -> Share:
    """Native speakers' polite sentences, about anything: a fault of grammar found in one is hardly there.

    Word order is left out, since the data invert it on purpose.
    """
    share = Share(name="grammar alarms on natives' sentences", target=1.5, at_most=True)
    nothing_expected = expectation_for(Question(learner="", examples=("네.",)), {})
    for line in path.read_text("utf-8").splitlines()[1:]:
        polite, text = line.split("\t")
        if polite == "yes":
            codes = {Code(item.code) for item in judge(text, nothing_expected).items}
            faults = {code for code in codes - {Code.ORDER_VERB_FINAL} if CODES[code].rank is Rank.GRAMMAR}
            share.count(bool(faults), text, f"{sorted(faults)} {text}")
    return share


def own_sentences(taught: Iterable[Taught], judge: Judge) -> Share:
    share = Share(name="example against itself: 100, no item", target=100)
    for one in taught:
        evaluation = judge(one.sentence, one.expectation)
        holds = evaluation.score == 100 and not evaluation.items
        share.count(holds, one.sentence, _told(one.sentence, evaluation))
    return share


def false_alarms(taught: Iterable[Taught], judge: Judge) -> Share:
    share = Share(name="false alarms on valid variants", target=1.5, at_most=True)
    for one in taught:
        for kind, text in variants(one.sentence):
            evaluation = judge(text, one.expectation)
            share.count(not passes(evaluation, one.intent), text, f"[{kind}] {_told(text, evaluation)}")
    return share


_TWICE = 6
"""Pairs of changes that each sentence is tried with."""
_FORMAL_END = ("니다", "니까", "십시오")


def restyled_alarms(taught: Iterable[Taught], judge: Judge, analyzer: MorphemeAnalyzer) -> Share:
    """Other endings, particles, order and what goes unsaid, alone and two at once.

    Casual turns are left out, since what is made is polite, and so is what is too casual for a formal turn.
    """
    share = Share(name="false alarms on restyled examples", target=1.5, at_most=True)
    for one in taught:
        level = one.expectation.target
        if level is SpeechLevel.BANMAL:
            continue
        made = (*restyled(one.sentence, analyzer), *combined(one.sentence, analyzer, most=_TWICE))
        for text, kind in {text: kind for kind, text in made}.items():
            formal = text.rstrip(" .?!").endswith(_FORMAL_END)
            if level is SpeechLevel.HAPSYO and SpeechLevel.HAEYO not in one.expectation.also_ok and not formal:
                continue
            evaluation = judge(text, one.expectation)
            faults = [item for item in evaluation.items if item.severity is not Severity.PRAISE]
            holds = evaluation.verdict is Verdict.ACCEPT and not faults
            share.count(not holds, text, f"[{kind}] {_told(text, evaluation)}")
    return share


_SAME = 0.05
"""Scores so near are one reading, so that there is nothing to weigh."""
_TARGETS = {Family.SPELLING: 90, Family.SLIP: 90, Family.PARTICLE: 88, Family.ALLOMORPH: 88, Family.ENDING: 80}


def injected_mistakes(taught: Iterable[Taught], judge: Judge, analyzer: MorphemeAnalyzer) -> list[Share]:
    """Per family the right code, and the right correction; and whether the correction reads better."""
    told = {family: Share(name=f"mistake told: {family.value}", target=_TARGETS.get(family)) for family in Family}
    mended = {
        family: Share(name=f"mistake put right: {family.value}") for family in Family if family not in UNRESTORED
    }
    better = Share(name="corrected reads better: injected mistakes", target=96)
    for one, mistake in injected(taught, analyzer):
        evaluation = judge(mistake.text, one.expectation)
        words = f"{mistake.text} <- {one.sentence}: {_told(mistake.text, evaluation)}"
        told[mistake.family].count(mistake.told_by(evaluation), mistake.text, words)
        corrected = evaluation.corrected or mistake.text
        if mistake.family in mended:
            restored = _plain(corrected, mistake.family) == _plain(one.sentence, mistake.family)
            mended[mistake.family].count(
                restored, mistake.text, f"{one.sentence} <- {corrected} <- {mistake.text}"
            )
        if mistake.family not in _UNWEIGHED and corrected != mistake.text:
            _weigh(better, mistake.text, corrected, analyzer)
    return [share for share in (*told.values(), *mended.values(), better) if share.asked]


def injected(taught: Iterable[Taught], analyzer: MorphemeAnalyzer) -> Iterable[tuple[Taught, Mistake]]:
    return ((one, mistake) for one in taught for mistake in mistakes_for(one.sentence, one.expectation, analyzer))


def learners_own(path: Path, judge: Judge, analyzer: MorphemeAnalyzer) -> list[Share]:
    """Real learners' sentences, of which only what was changed can be weighed: nobody corrected them.

    The level wanted is the one that they are in, and what only moves a space says nothing. Courtesy is held
    apart, as it is for injected mistakes: 나는 is the commoner word and 저는 the right one before a stranger,
    so a language model, which knows what is common, cannot tell that it is better.
    """
    language = Share(name="corrected reads better: learners' own", target=95)
    everything = Share(name="the same with courtesy")
    for line in path.read_text("utf-8").splitlines():
        level = read_level(analyse(line, analyzer)).level
        target = level.value if level.value in LEVELS else "haeyo"
        question = Question(learner=line, examples=("네.",), target_level=target)
        evaluation = judge(line, expectation_for(question, {}))
        corrected = evaluation.corrected
        if corrected is not None and corrected.replace(" ", "") != line.replace(" ", ""):
            _weigh(everything, line, corrected, analyzer)
            if all(CODES[Code(item.code)].rank is not Rank.LEVEL for item in evaluation.items):
                _weigh(language, line, corrected, analyzer)
    return [language, everything]


def _plain(text: str, family: Family) -> str:
    """What has to be restored: spaces only where they were the mistake; 여기서 and 여기에서 are one."""
    words = text.rstrip(".").replace("기에서", "기서")
    return words if family is Family.SPACING else words.replace(" ", "")


def _weigh(share: Share, text: str, corrected: str, analyzer: MorphemeAnalyzer) -> None:
    """The language model's word on the two, closing punctuation left out; it reads some misspellings as meant."""
    said, mended = (analyzer.analyze(each.rstrip(" .!?")).score for each in (text, corrected))
    if abs(mended - said) > _SAME:
        share.count(mended > said, text, f"{text} -> {corrected} ({said:.1f} -> {mended:.1f})")


def seconds_a_turn(taught: Iterable[Taught], judge: Judge, analyzer: MorphemeAnalyzer) -> list[float]:
    """Sorted, every expectation having been prepared by an earlier measurement."""
    found = []
    for one, mistake in injected(taught, analyzer):
        start = perf_counter()
        judge(mistake.text, one.expectation)
        found.append(perf_counter() - start)
    return sorted(found)


def _told(text: str, evaluation: Evaluation) -> str:
    items = ", ".join(f"{item.code} {dict(item.params)}" for item in evaluation.items)
    return f"{text} -> {evaluation.verdict.value} {evaluation.intent} {items}"
