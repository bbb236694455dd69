"""Tries a scene out with a judge: every sentence it teaches must pass (E24), every row of its tests hold (E25).

The judge comes as a function, so the same code serves the command line, the console and the tests.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from kotoserver.content.diagnostics import START_OF_FILE, Report
from kotoserver.content.findings import Findings
from kotoserver.content.memory import Memory
from kotoserver.content.sentences import Phrase, phrase
from kotoserver.content.tree import Document, Path
from kotoserver.content.trial_schema import (
    TRIALS_SCHEMA,
    ExpectedSource,
    PlayRowSource,
    SayRowSource,
    TrialsSource,
)
from kotoserver.domain.evaluation import Evaluation, Expectation, SlotState, expectation_of
from kotoserver.domain.scene import Scene, Turn
from kotoserver.domain.session import HeldSlot, Progress, SessionState, Step, advance, begin

Judge = Callable[[str, Expectation], Evaluation]

Asked = Mapping[str, Expectation]
"""What each turn asks of a learner."""

BranchId = tuple[str, int]
"""Turn and index of one of its rules."""


def try_out(
    scene: Scene, document: Document, tests: bytes | None, file: str, judge: Judge, report: Report, memory: Memory
) -> None:
    """Adds what the judge finds about a scene's sentences, and about the rows of its tests, named `file`.

    `tests` is None where the scene has none.
    """
    findings = Findings(document=document, report=report)
    asked = {turn.id: expectation_of(scene, turn.id) for turn in scene.turns}
    _try_sentences(scene, asked, findings, judge)
    _try_repairs(scene, asked, findings, judge)
    if tests is None:
        report.add("W24.no_tests", file, START_OF_FILE)
        return
    trial = _try_rows(scene, asked, tests, file, report, judge, memory)
    if trial is not None:
        _report_untried(scene, trial.taken, findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What the rows of a scene's tests go through."""

    rules: frozenset[BranchId]
    endings: frozenset[str]


def tried_by_rows(scene: Scene, tests: bytes, file: str, judge: Judge, memory: Memory) -> Tried | None:
    """None when the tests cannot be read; whether the rows hold is another question."""
    asked = {turn.id: expectation_of(scene, turn.id) for turn in scene.turns}
    trial = _try_rows(scene, asked, tests, file, Report(), judge, memory)
    return Tried(rules=frozenset(trial.taken), endings=frozenset(trial.ended)) if trial else None


def _sentence_faults(turn: Turn, evaluation: Evaluation, intent: str | None) -> list[Phrase]:
    """Why a sentence that the scene itself teaches would not pass; `intent` None accepts any of the turn's."""
    faults: list[Phrase] = []
    wanted = [intent] if intent else [each.id for each in turn.intents]
    if evaluation.intent not in wanted:
        faults.append(phrase("fault.intent", intent=str(evaluation.intent)))
    needs = next((each.needs for each in turn.intents if each.id == evaluation.intent), ())
    faults += [phrase("fault.slot", slot=slot) for slot in needs if slot not in evaluation.filled()]
    if evaluation.score < 100:
        faults.append(phrase("fault.score", score=evaluation.score))
    if evaluation.items:
        faults.append(phrase("fault.items", items=tuple(item.code for item in evaluation.items)))
    return faults


def _try_sentences(scene: Scene, asked: Asked, findings: Findings, judge: Judge) -> None:
    for index, turn in enumerate(scene.turns):
        for path, sentence, intent in _sentences(index, turn):
            faults = _sentence_faults(turn, judge(sentence, asked[turn.id]), intent)
            if faults:
                findings.at("E24.fails", path, sentence=sentence, faults=tuple(faults))


def _try_repairs(scene: Scene, asked: Asked, findings: Findings, judge: Judge) -> None:
    """Whoever asks to hear it again must be understood in every turn, whatever the turn itself expects."""
    for index, turn in enumerate(scene.turns):
        expectation = asked[turn.id]
        own = {intent.id for intent in turn.intents}
        lost = [
            f"`{example}` ({heard})"
            for common in scene.common
            if common.id not in own
            for example in common.examples
            if (heard := judge(example, expectation).intent) != common.id
        ]
        if lost:
            findings.at("E24.repairs", ("turns", index, "id"), turn=turn.id, lost=tuple(lost))


def _sentences(index: int, turn: Turn) -> Iterator[tuple[Path, str, str | None]]:
    learner: Path = ("turns", index, "learner")
    for intent in turn.intents:
        for number, example in enumerate(intent.examples):
            yield (*learner, "expect", intent.id, "examples", number), example, intent.id
    yield (*learner, "model", "ko"), turn.model.ko, None


def _try_rows(
    scene: Scene, asked: Asked, tests: bytes, file: str, report: Report, judge: Judge, memory: Memory
) -> "_Trial | None":
    """With the rules that some row took; None when the tests cannot be read."""
    read = memory.read(TrialsSource, TRIALS_SCHEMA, tests, file, report)
    if read is None:
        return None
    source, document = read
    trial = _Trial(scene=scene, asked=asked, judge=judge, findings=Findings(document=document, report=report))
    if source.scene != scene.id:
        trial.findings.at("E25.scene", ("scene",), scene=scene.id)
    for number, row in enumerate(source.say):
        trial.say(row, ("say", number))
    for number, play in enumerate(source.play):
        trial.play(play, ("play", number))
    return trial


def _report_untried(scene: Scene, taken: set[BranchId], findings: Findings) -> None:
    for index, turn in enumerate(scene.turns):
        for number, _ in enumerate(turn.rules):
            if (turn.id, number) not in taken:
                findings.at("W24.untried", ("turns", index, "then", number), turn=turn.id, rule=number + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trial:
    scene: Scene
    asked: Asked
    judge: Judge
    findings: Findings
    taken: set[BranchId] = field(default_factory=set)
    """Rules that some row took."""
    ended: set[str] = field(default_factory=set)
    """Endings that some row reached."""

    def say(self, row: SayRowSource, path: Path) -> None:
        if row.turn not in {turn.id for turn in self.scene.turns}:
            self.findings.at("E25.no_turn", (*path, "turn"), turn=row.turn)
            return
        held = {slot: HeldSlot(value=value, by_learner=True) for slot, value in row.given.items()}
        progress = Progress(turn=row.turn, slots=MappingProxyType(held), tries=row.tries)
        evaluation, step = self._hear(progress, row.text)
        faults = list(_row_faults(row.expect, evaluation, step))
        if faults:
            self.findings.at("E25.row", path, text=row.text, faults=tuple(faults))

    def play(self, row: PlayRowSource, path: Path) -> None:
        progress = begin(self.scene).progress
        visited = [progress.turn]
        for number, text in enumerate(row.learner):
            if progress.state is not SessionState.ACTIVE:
                self.findings.at("E25.over", path, name=row.name, after=number)
                return
            _, step = self._hear(progress, text)
            if step.progress.turn != progress.turn:
                visited.append(step.progress.turn)
            progress = step.progress
        if progress.ending != row.ends:
            ended = phrase("fault.no_end")
            if progress.ending:
                ended = phrase("fault.ends", ending=progress.ending, score=progress.score)
            self.findings.at("E25.ending", path, name=row.name, wanted=row.ends, ended=ended)
        if row.visits and tuple(visited) != row.visits:
            self.findings.at("E25.visits", path, name=row.name, visited=tuple(visited))

    def _hear(self, progress: Progress, text: str) -> tuple[Evaluation, Step]:
        evaluation = self.judge(text, self.asked[progress.turn])
        step = advance(progress, self.scene, evaluation)
        if step.rule is not None:
            self.taken.add((progress.turn, step.rule))
        if step.ending is not None:
            self.ended.add(step.ending.id)
        return evaluation, step


def _row_faults(expected: ExpectedSource, evaluation: Evaluation, step: Step) -> Iterator[Phrase]:
    if expected.intent and evaluation.intent != expected.intent:
        yield phrase("wanted.intent", wanted=expected.intent, heard=str(evaluation.intent))
    filled = evaluation.filled()
    for slot, value in expected.slots.items():
        if filled.get(slot) != value:
            yield phrase("wanted.slot", slot=slot, wanted=value, heard=str(filled.get(slot)))
    for reading in evaluation.slots:
        if reading.slot in expected.missing and reading.state is SlotState.FILLED:
            yield phrase("wanted.missing", slot=reading.slot, heard=str(reading.value))
    if expected.speech and expected.speech not in (evaluation.speech, evaluation.level_found):
        heard = f"{evaluation.level_found.value} ({evaluation.speech.value})"
        yield phrase("wanted.speech", wanted=expected.speech, heard=heard)
    if expected.verdict and evaluation.verdict != expected.verdict:
        yield phrase("wanted.verdict", wanted=expected.verdict, heard=evaluation.verdict.value)
    codes = [item.code for item in evaluation.items]
    for code in expected.codes:
        if code not in codes:
            yield phrase("wanted.code", wanted=code, heard=tuple(codes) or "none")
    if expected.says and expected.says not in {said.line.id for said in step.said}:
        said_ids = tuple(said.line.id for said in step.said)
        yield phrase("wanted.line", wanted=expected.says, heard=said_ids or "none")
    if expected.go and step.go != expected.go:
        yield phrase("wanted.go", wanted=expected.go, heard=step.go, score=evaluation.score)
