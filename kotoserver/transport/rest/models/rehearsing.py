"""Bodies of the calls behind the studio's simulator: a draft played, and a way kept as a test."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from kotoserver.content.condition_words import asked_words, condition_words, found_words
from kotoserver.content.diagnostics import Mark
from kotoserver.content.keeping import KeptRows
from kotoserver.content.rehearsal import HINT_ASKED, MOST_STEPS, Beginning, Rehearsed, Way
from kotoserver.content.sentences import Language, told
from kotoserver.domain.evaluation import Evaluation
from kotoserver.domain.scene import Hint, Rule, SlotFill
from kotoserver.domain.session import Progress, SaidLine, SessionState, Step
from kotoserver.domain.utterance import MAX_CHARACTERS
from kotoserver.domain.weighing import Weighed, asked_by, asked_by_ending
from kotoserver.services.rehearsing import Played, Stage
from kotoserver.transport.rest.models.common import ContentId
from kotoserver.transport.rest.models.content import Digest, DraftAnswer, Few
from kotoserver.transport.rest.models.graphs import PlaceAnswer, WindowBody, all_told
from kotoserver.transport.rest.operations import Model

SlotValue = Annotated[str, StringConstraints(max_length=100)] | Annotated[int, Field(strict=True, ge=0, le=99)]
Said = Annotated[str, StringConstraints(max_length=MAX_CHARACTERS)]


class StartBody(Model):
    turn: ContentId | None = None
    """Null: where the scene begins."""
    slots: Annotated[dict[ContentId, SlotValue], Field(max_length=50)] = Field(default_factory=dict)
    """What the learner has said before."""
    tries: Annotated[int, Field(strict=True, ge=0, le=9)] = 0
    """Tries already used in this turn."""
    score: Annotated[int, Field(strict=True, ge=0, le=100)] | None = None
    """What every turn on the shortest way here was left with."""


class WayBody(WindowBody):
    beginning: StartBody = StartBody()
    acts: Annotated[list[Said | None], Field(max_length=MOST_STEPS)] = Field(default_factory=list)
    """What the learner says, one after the other; null asks for a hint."""

    @property
    def way(self) -> Way:
        begins = self.beginning
        beginning = Beginning(turn=begins.turn, slots=begins.slots, tries=begins.tries, score=begins.score)
        return Way(beginning=beginning, acts=[HINT_ASKED if act is None else act for act in self.acts])


class TryBody(WayBody):
    pack: ContentId = "ko-en"
    """Whose words a learner would read."""


class KeepBody(WayBody):
    name: Annotated[Few, StringConstraints(min_length=1)]
    """Who this is, in a few words; for a way that reaches an ending."""
    digest: Digest
    """Of `tests.yaml` as it was opened; empty for a new file."""


class KeptAnswer(Model):
    draft: DraftAnswer
    """`tests.yaml` as it is saved now."""
    added: int
    """Rows; 0 where all of them were there already."""

    @classmethod
    def of(cls, kept: KeptRows) -> "KeptAnswer":
        return cls(draft=DraftAnswer.of(kept.saved), added=kept.added)


class SaidAnswer(Model):
    line_id: str
    by: str
    name: str
    """Of the NPC who speaks."""
    ko: str
    meaning: str | None
    """Null where the pack does not say it yet."""
    cue: dict[str, str | None]
    slowly: bool

    @classmethod
    def of(cls, said: SaidLine, progress: Progress, stage: Stage) -> "SaidAnswer":
        npc = stage.scene.npcs.get(said.line.by)
        return cls(
            line_id=said.line.id,
            by=said.line.by,
            name=npc.name if npc else said.line.by,
            ko=said.ko,
            meaning=stage.meaning(said.line, progress),
            cue=asdict(said.line.cue) if said.line.cue else {},
            slowly=said.slowly,
        )


class StateAnswer(Model):
    """Where the learner stands."""

    turn: str
    goal: str
    tries: int
    score: int
    slots: dict[str, SlotFill]
    state: str
    ending: str | None
    result: str | None

    @classmethod
    def of(cls, progress: Progress, stage: Stage) -> "StateAnswer":
        return cls(
            turn=progress.turn,
            goal=stage.goal(progress.turn) or stage.scene.turn(progress.turn).goal,
            tries=progress.tries,
            score=progress.score,
            slots={slot: held.value for slot, held in progress.slots.items()},
            state=progress.state.value,
            ending=progress.ending,
            result=progress.result.value if progress.result else None,
        )


class HintAnswer(Model):
    kind: str
    ko: str | None
    text: str | None
    """In the learner's language; null where the pack does not say it yet."""

    @classmethod
    def of(cls, hint: Hint, turn_id: str, stage: Stage) -> "HintAnswer":
        model = stage.scene.turn(turn_id).model.ko if hint.kind.value == "answer" else None
        return cls(kind=hint.kind.value, ko=model or hint.ko, text=stage.hint(hint))


class JudgedItemAnswer(Model):
    code: str
    severity: str
    span: tuple[int, int] | None
    """Code points of what was said."""
    message: str | None


class JudgedAnswer(Model):
    intent: str | None
    verdict: str
    score: int
    speech: str
    level: str
    slots: dict[str, SlotFill]
    """Read from this utterance."""
    items: list[JudgedItemAnswer]
    summary: str | None
    """What the learner reads where there is no item."""
    corrected: str | None
    matched_example: str | None

    @classmethod
    def of(cls, evaluation: Evaluation, turn_id: str, stage: Stage) -> "JudgedAnswer":
        return cls(
            intent=evaluation.intent,
            verdict=evaluation.verdict.value,
            score=evaluation.score,
            speech=evaluation.speech.value,
            level=evaluation.level_found.value,
            slots=evaluation.filled(),
            items=[
                JudgedItemAnswer(
                    code=item.code,
                    severity=item.severity.value,
                    span=(item.span.start, item.span.end) if item.span else None,
                    message=stage.message(item, turn_id),
                )
                for item in evaluation.items
            ],
            summary=stage.summary(evaluation.verdict.value),
            corrected=evaluation.corrected,
            matched_example=evaluation.matched_example,
        )


class PartAnswer(Model):
    words: str
    """What is asked for."""
    found: str
    """What was there."""
    holds: bool

    @classmethod
    def of(cls, weighed: Weighed, language: Language) -> "PartAnswer":
        return cls(
            words=told(asked_words(weighed.asked), language),
            found=told(found_words(weighed), language),
            holds=weighed.holds,
        )


class WeighedRuleAnswer(Model):
    number: int
    """From 1."""
    state: Literal["taken", "refused", "not_asked"]
    """`not_asked`: one above it was taken."""
    words: list[str]
    go: str
    says: str | None
    parts: list[PartAnswer]
    place: PlaceAnswer


class WeighedEndingAnswer(Model):
    id: str
    state: Literal["taken", "refused", "not_asked"]
    words: list[str]
    parts: list[PartAnswer]
    place: PlaceAnswer


class PlayedAnswer(Model):
    """One step as its learner meets it."""

    text: str | None
    """What the learner said; null when a hint was asked for."""
    turn: str
    """Where it was said."""
    judged: JudgedAnswer | None
    said: list[SaidAnswer]
    hint: HintAnswer | None
    after: StateAnswer

    @classmethod
    def plain(cls, step: Rehearsed, stage: Stage) -> "PlayedAnswer":
        turn, hint, evaluation = step.before.turn, step.step.hint, step.evaluation
        return PlayedAnswer(
            text=step.text,
            turn=turn,
            judged=JudgedAnswer.of(evaluation, turn, stage) if evaluation else None,
            said=said_of(step.step, stage),
            hint=HintAnswer.of(hint, turn, stage) if hint else None,
            after=StateAnswer.of(step.step.progress, stage),
        )


def said_of(step: Step, stage: Stage) -> list[SaidAnswer]:
    return [SaidAnswer.of(said, step.progress, stage) for said in step.said]


class StepAnswer(PlayedAnswer):
    """The same with the reasons for it."""

    tries: int
    """Used before."""
    cause: Literal["rule", "tries_used", "repair", "limit", "hint"]
    """What decided; `tries_used`: a rule said `again`, but that was the last try."""
    rule: int | None
    """The rule that was taken, from 1."""
    go: str
    rules: list[WeighedRuleAnswer]
    endings: list[WeighedEndingAnswer]


class ExampleAnswer(Model):
    intent: str
    text: str


class SlotChoiceAnswer(Model):
    id: str
    kind: str
    values: list[str]
    maximum: int | None


class TryAnswer(Model):
    opening: list[SaidAnswer]
    begins: StateAnswer
    steps: list[StepAnswer]
    left: int
    """Acts that came after the end."""
    basis: Literal["draft", "before", "saved"]
    file: str
    turns: list[str]
    start: str
    packs: list[str]
    slots: list[SlotChoiceAnswer]
    max_tries: int
    model: str
    """A good answer where the way ends now, and what else may be said there."""
    examples: list[ExampleAnswer]
    mistakes: list[str]

    @classmethod
    def of(cls, played: Played, language: Language) -> "TryAnswer":
        scene, rehearsal = played.rehearsal.scene, played.rehearsal
        telling = _Telling(played, language)
        turn = scene.turn(rehearsal.ends_at.turn)
        over = rehearsal.ends_at.state is not SessionState.ACTIVE
        return cls(
            basis=played.basis.value,
            file=played.document.file,
            opening=[
                SaidAnswer.of(said, rehearsal.opening.progress, played.stage) for said in rehearsal.opening.said
            ],
            begins=StateAnswer.of(rehearsal.opening.progress, played.stage),
            steps=[telling.step(step) for step in rehearsal.steps],
            left=rehearsal.left,
            turns=[each.id for each in scene.turns],
            start=scene.start,
            packs=list(scene.packs),
            slots=[
                SlotChoiceAnswer(id=slot.id, kind=slot.kind.value, values=list(slot.values), maximum=slot.maximum)
                for slot in scene.slots.values()
            ],
            max_tries=scene.retry.max_tries,
            model=turn.model.ko,
            examples=[]
            if over
            else [
                ExampleAnswer(intent=intent.id, text=text)
                for intent in turn.intents
                for text in intent.examples[:2]
            ],
            mistakes=[] if over else list(played.mistakes),
        )


class _Telling:
    """Tells the steps of one rehearsal, each rule with its place in the file."""

    def __init__(self, played: Played, language: Language) -> None:
        self._stage = played.stage
        self._scene = played.rehearsal.scene
        self._document = played.document
        self._language: Language = language

    def step(self, step: Rehearsed) -> StepAnswer:
        return StepAnswer(
            **dict(PlayedAnswer.plain(step, self._stage)),
            tries=step.before.tries,
            cause=step.cause.value,
            rule=None if step.rule is None else step.rule + 1,
            go=step.step.go,
            rules=self._rules(step) if step.evaluation else [],
            endings=self._endings(step),
        )

    def _rules(self, step: Rehearsed) -> list[WeighedRuleAnswer]:
        turns = [turn.id for turn in self._scene.turns]
        index = turns.index(step.before.turn)
        rules = self._scene.turns[index].rules
        asked_until = -1 if step.rule is None else step.rule
        return [
            self._rule(rule, number, parts, asked_until, self._document.mark(("turns", index, "then", number)))
            for number, (rule, parts) in enumerate(zip(rules, step.rules, strict=True))
        ]

    def _rule(
        self, rule: Rule, number: int, parts: Sequence[Weighed], asked_until: int, mark: Mark
    ) -> WeighedRuleAnswer:
        return WeighedRuleAnswer(
            number=number + 1,
            state=_state(number, asked_until),
            words=all_told(condition_words(asked_by(rule.when)), self._language),
            go=rule.go,
            says=rule.say.ko if rule.say else None,
            parts=[PartAnswer.of(part, self._language) for part in parts],
            place=PlaceAnswer.of(mark),
        )

    def _endings(self, step: Rehearsed) -> list[WeighedEndingAnswer]:
        ids = [ending.id for ending in self._scene.endings]
        reached = step.step.ending
        asked_until = ids.index(reached.id) if reached else -1
        return [
            WeighedEndingAnswer(
                id=ending.id,
                state=_state(number, asked_until),
                words=all_told(
                    condition_words(asked_by_ending(ending.score_at_least, ending.all_slots_by_learner)),
                    self._language,
                ),
                parts=[PartAnswer.of(part, self._language) for part in parts],
                place=PlaceAnswer.of(self._document.mark(("endings", number, "id"))),
            )
            for number, (ending, parts) in enumerate(zip(self._scene.endings, step.endings, strict=False))
        ]


def _state(number: int, asked_until: int) -> Literal["taken", "refused", "not_asked"]:
    if number == asked_until:
        return "taken"
    return "refused" if number < asked_until else "not_asked"
