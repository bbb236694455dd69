"""Tries a scene out with a judge: every sentence it teaches must pass (E24), every row of its tests hold (E25).

The judge comes as a function, so the same code serves the command line, the console and the tests.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path as FilePath
from types import MappingProxyType

from kotoserver.content.authored import read_as
from kotoserver.content.catalogs import name_of, read_file
from kotoserver.content.diagnostics import START_OF_FILE, Diagnostic, Report
from kotoserver.content.drafts import compile_drafts
from kotoserver.content.findings import Findings
from kotoserver.content.source import read_document
from kotoserver.content.tree import Path
from kotoserver.content.trial_schema import ExpectedSource, PlayRowSource, SayRowSource, TrialsSource
from kotoserver.domain.errors import NotFound
from kotoserver.domain.evaluation import Evaluation, Expectation, SlotState, expectation_of
from kotoserver.domain.scene import Scene, Turn
from kotoserver.domain.session import HeldSlot, Progress, SessionState, Step, advance, begin

Judge = Callable[[str, Expectation], Evaluation]

BranchId = tuple[str, int]
"""Turn and index of one of its rules."""


def run_trials(scenes_dir: FilePath, langpacks_dir: FilePath, scene_id: str, judge: Judge) -> list[Diagnostic]:
    """All findings about a scene's draft, its sentences and its `tests.yaml`.

    A draft with errors is not tried out. Raises NotFound (`no_such_scene`).
    """
    drafts = compile_drafts(scenes_dir, langpacks_dir)
    if drafts.catalogs is None:
        return list(drafts.diagnostics)
    result = drafts.scenes.get(scene_id)
    if result is None:
        raise NotFound(f"There is no scene {scene_id}.", code="no_such_scene")
    report = Report()
    report.extend(result.diagnostics)
    if result.scene is not None:
        folder = scenes_dir / scene_id
        findings = _findings(folder / "scene.yaml", scenes_dir, report)
        _try_sentences(result.scene, findings, judge)
        _try_repairs(result.scene, findings, judge)
        taken = _try_rows(result.scene, folder / "tests.yaml", scenes_dir, report, judge)
        _report_untried(result.scene, taken, findings)
    return list(report.diagnostics)


def sentence_faults(scene: Scene, turn: Turn, sentence: str, intent: str | None, judge: Judge) -> list[str]:
    """Why a sentence that the scene itself teaches would not pass; `intent` None accepts any of the turn's."""
    evaluation = judge(sentence, expectation_of(scene, turn.id))
    faults = []
    wanted = [intent] if intent else [each.id for each in turn.intents]
    if evaluation.intent not in wanted:
        faults.append(f"it is taken for the intent {evaluation.intent}")
    needs = next((each.needs for each in turn.intents if each.id == evaluation.intent), ())
    faults += [f"the slot {slot} stays empty" for slot in needs if slot not in evaluation.filled()]
    if evaluation.score < 100:
        faults.append(f"it scores {evaluation.score}")
    if evaluation.items:
        faults.append(f"it is given {', '.join(item.code for item in evaluation.items)}")
    return faults


def _findings(path: FilePath, top: FilePath, report: Report) -> Findings:
    """Findings about a file that is known to parse."""
    file = name_of(path, top)
    document = read_document(path.read_bytes(), file, report)
    if document is None:
        raise ValueError(f"{file} parsed a moment ago and does not any more")
    return Findings(document=document, report=report)


def _try_sentences(scene: Scene, findings: Findings, judge: Judge) -> None:
    for index, turn in enumerate(scene.turns):
        for path, sentence, intent in _sentences(index, turn):
            faults = sentence_faults(scene, turn, sentence, intent, judge)
            if faults:
                findings.at("E24", path, f"`{sentence}` fails its own turn: {'; '.join(faults)}.")


def _try_repairs(scene: Scene, findings: Findings, judge: Judge) -> None:
    """Whoever asks to hear it again must be understood in every turn, whatever the turn itself expects."""
    for index, turn in enumerate(scene.turns):
        expectation = expectation_of(scene, turn.id)
        own = {intent.id for intent in turn.intents}
        lost = [
            f"`{example}` ({heard})"
            for common in scene.common
            if common.id not in own
            for example in common.examples
            if (heard := judge(example, expectation).intent) != common.id
        ]
        if lost:
            sentence = f"Turn `{turn.id}` takes repair moves for something else: {', '.join(lost)}."
            findings.at("E24", ("turns", index, "id"), sentence)


def _sentences(index: int, turn: Turn) -> Iterator[tuple[Path, str, str | None]]:
    learner: Path = ("turns", index, "learner")
    for intent in turn.intents:
        for number, example in enumerate(intent.examples):
            yield (*learner, "expect", intent.id, "examples", number), example, intent.id
    yield (*learner, "model", "ko"), turn.model.ko, None


def _try_rows(scene: Scene, path: FilePath, top: FilePath, report: Report, judge: Judge) -> set[BranchId]:
    """The rules that some row took."""
    file = name_of(path, top)
    if not path.is_file():
        report.add("W24", file, START_OF_FILE, "The scene has no tests.yaml.")
        return set()
    content = read_file(path, file, report)
    document = read_document(content, file, report) if content is not None else None
    source = read_as(TrialsSource, document, report) if document else None
    if document is None or source is None:
        return set()
    trial = _Trial(scene=scene, judge=judge, findings=Findings(document=document, report=report), taken=set())
    if source.scene != scene.id:
        trial.findings.at("E25", ("scene",), f"These tests lie beside the scene `{scene.id}`.")
    for number, row in enumerate(source.say):
        trial.say(row, ("say", number))
    for number, play in enumerate(source.play):
        trial.play(play, ("play", number))
    return trial.taken


def _report_untried(scene: Scene, taken: set[BranchId], findings: Findings) -> None:
    for index, turn in enumerate(scene.turns):
        for number, _ in enumerate(turn.rules):
            if (turn.id, number) not in taken:
                path = ("turns", index, "then", number)
                findings.at("W24", path, f"No row of tests.yaml takes rule {number + 1} of turn `{turn.id}`.")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trial:
    scene: Scene
    judge: Judge
    findings: Findings
    taken: set[BranchId]

    def say(self, row: SayRowSource, path: Path) -> None:
        if row.turn not in {turn.id for turn in self.scene.turns}:
            self.findings.at("E25", (*path, "turn"), f"The scene has no turn `{row.turn}`.")
            return
        held = {slot: HeldSlot(value=value, by_learner=True) for slot, value in row.given.items()}
        progress = Progress(turn=row.turn, slots=MappingProxyType(held), tries=row.tries)
        evaluation, step = self._hear(progress, row.text)
        faults = list(_row_faults(row.expect, evaluation, step))
        if faults:
            self.findings.at("E25", path, f"`{row.text}`: {'; '.join(faults)}.")

    def play(self, row: PlayRowSource, path: Path) -> None:
        progress = begin(self.scene).progress
        visited = [progress.turn]
        for number, text in enumerate(row.learner):
            if progress.state is not SessionState.ACTIVE:
                self.findings.at("E25", path, f"`{row.name}`: the scene is over after {number} utterances.")
                return
            _, step = self._hear(progress, text)
            if step.progress.turn != progress.turn:
                visited.append(step.progress.turn)
            progress = step.progress
        if progress.ending != row.ends:
            ended = f"ends with {progress.ending}, score {progress.score}" if progress.ending else "does not end"
            self.findings.at("E25", path, f"`{row.name}`: wanted the ending {row.ends}, but it {ended}.")
        if row.visits and tuple(visited) != row.visits:
            self.findings.at("E25", path, f"`{row.name}`: it goes through {', '.join(visited)}.")

    def _hear(self, progress: Progress, text: str) -> tuple[Evaluation, Step]:
        evaluation = self.judge(text, expectation_of(self.scene, progress.turn))
        step = advance(progress, self.scene, evaluation)
        if step.rule is not None:
            self.taken.add((progress.turn, step.rule))
        return evaluation, step


def _row_faults(expected: ExpectedSource, evaluation: Evaluation, step: Step) -> Iterator[str]:
    if expected.intent and evaluation.intent != expected.intent:
        yield f"wanted the intent {expected.intent}, heard {evaluation.intent}"
    filled = evaluation.filled()
    for slot, value in expected.slots.items():
        if filled.get(slot) != value:
            yield f"wanted {slot} = {value}, heard {filled.get(slot)}"
    for reading in evaluation.slots:
        if reading.slot in expected.missing and reading.state is SlotState.FILLED:
            yield f"wanted no {reading.slot}, heard {reading.value}"
    if expected.speech and expected.speech not in (evaluation.speech, evaluation.level_found):
        yield f"wanted {expected.speech}, heard {evaluation.level_found.value} ({evaluation.speech.value})"
    if expected.verdict and evaluation.verdict != expected.verdict:
        yield f"wanted {expected.verdict}, judged {evaluation.verdict.value}"
    codes = [item.code for item in evaluation.items]
    for code in expected.codes:
        if code not in codes:
            yield f"wanted {code} among the feedback, got {', '.join(codes) or 'none'}"
    if expected.says and expected.says not in {said.line.id for said in step.said}:
        yield f"wanted the line {expected.says}, heard {', '.join(said.line.id for said in step.said) or 'none'}"
    if expected.go and step.go != expected.go:
        yield f"wanted to go to {expected.go}, went to {step.go} (score {evaluation.score})"
