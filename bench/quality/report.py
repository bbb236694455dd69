"""The measurements: each judges its sentences and says how many were judged as they should be."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

from bench.quality.cases import Case, Taught
from bench.quality.mistakes import mistakes
from bench.quality.variants import variants
from kotoserver.domain.evaluation import Evaluation, Expectation, Severity, Verdict
from kotoserver.korean.level import read_level
from kotoserver.korean.sentence import analyse
from kotoserver.ports.morphology import MorphemeAnalyzer

Judge = Callable[[str, Expectation], Evaluation]


@dataclass(slots=True, kw_only=True)
class Share:
    """How many of some sentences were judged right, with those that were not."""

    name: str
    right: int = 0
    asked: int = 0
    wrong: list[str] = field(default_factory=list)

    def count(self, right: bool, told: str) -> None:
        self.asked += 1
        self.right += right
        if not right:
            self.wrong.append(told)

    @property
    def percent(self) -> float:
        return 100 * self.right / self.asked if self.asked else 0.0

    def line(self) -> str:
        return f"{self.name:46} {self.percent:6.1f} %  of {self.asked}"


def tricky_turns(cases: Iterable[Case], judge: Judge) -> list[Share]:
    verdict, retry, codes = Share(name="tricky turns: verdict"), Share(name="retry or not"), Share(name="codes")
    for case in cases:
        evaluation = judge(case.learner, case.expectation)
        told = _told(case.learner, evaluation)
        found = {item.code for item in evaluation.items}
        if "SLOT_WRONG" in found:
            found.add("SLOT_MISSING")  # the cases know only that one
        verdict.count(evaluation.verdict == case.verdict, told)
        retry.count((evaluation.verdict is Verdict.RETRY) == (case.verdict == "retry"), told)
        codes.count(case.codes <= found, told)
    return [verdict, retry, codes]


def speech_levels(path: Path, analyzer: MorphemeAnalyzer) -> Share:
    share = Share(name="speech level: polite or not")
    for line in path.read_text("utf-8").splitlines()[1:]:
        polite, text = line.split("\t")
        level = read_level(analyse(text, analyzer)).level
        share.count((level.politeness > 0) == (polite == "yes"), f"{text} ({level.value})")
    return share


def own_sentences(taught: Iterable[Taught], judge: Judge) -> Share:
    share = Share(name="example against itself: 100, no item")
    for one in taught:
        evaluation = judge(one.sentence, one.expectation)
        share.count(evaluation.score == 100 and not evaluation.items, _told(one.sentence, evaluation))
    return share


def false_alarms(taught: Iterable[Taught], judge: Judge) -> Share:
    share = Share(name="valid variants passed without a word")
    for one in taught:
        for kind, text in variants(one.sentence):
            evaluation = judge(text, one.expectation)
            faults = [item for item in evaluation.items if item.severity is not Severity.PRAISE]
            passed = evaluation.verdict is Verdict.ACCEPT and not faults and evaluation.intent == one.intent
            share.count(passed, f"[{kind}] {_told(text, evaluation)}")
    return share


def injected_mistakes(taught: Iterable[Taught], judge: Judge) -> list[Share]:
    """Per family: the right code appears, and the correction is the sentence it came from."""
    told: dict[str, Share] = {}
    mended = Share(name="correction restores the sentence")
    for one in taught:
        for mistake in mistakes(one.sentence):
            evaluation = judge(mistake.text, one.expectation)
            share = told.setdefault(mistake.family, Share(name=f"injected mistakes told: {mistake.family}"))
            found = {item.code for item in evaluation.items}
            share.count(bool(found & mistake.codes), f"{sorted(mistake.codes)} {_told(mistake.text, evaluation)}")
            if mistake.family not in ("ending", "order"):
                corrected = (evaluation.corrected or mistake.text).rstrip(".")
                mended.count(corrected == one.sentence.rstrip("."), f"{one.sentence} <- {corrected}")
    return [*(told[family] for family in sorted(told)), mended]


def seconds_a_turn(taught: Iterable[Taught], judge: Judge) -> list[float]:
    """Sorted, every expectation having been prepared by an earlier measurement."""
    found = []
    for one in taught:
        for text in (one.sentence, *(mistake.text for mistake in mistakes(one.sentence))):
            start = perf_counter()
            judge(text, one.expectation)
            found.append(perf_counter() - start)
    return sorted(found)


def _told(text: str, evaluation: Evaluation) -> str:
    items = ", ".join(f"{item.code} {dict(item.params)}" for item in evaluation.items)
    return f"{text} -> {evaluation.verdict.value} {evaluation.intent} {items}"
