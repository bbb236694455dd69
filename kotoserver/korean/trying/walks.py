"""Synthetic learners play a scene to its end, some hundreds of times: where is it, and where are they, at fault?

Six kinds of learners say what the scene itself teaches, each in its own way: as it is written, in other good
words, with mistakes that learners make, too casually, not at all until a hint helps, or not even then. They are
drawn from a seed, so the same draft gives the same report.
"""

import random
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from kotoserver.domain.evaluation import Evaluation, Expectation, Verdict, expectation_of
from kotoserver.domain.scene import AGAIN, Hint, HintKind, Scene, Turn
from kotoserver.domain.session import Progress, SessionState, Step, advance, begin
from kotoserver.korean.trying.mistakes import Family, mistakes_for
from kotoserver.korean.trying.variants import variants
from kotoserver.ports.morphology import MorphemeAnalyzer

Judge = Callable[[str, Expectation], Evaluation]


class Kind(StrEnum):
    FLUENT = "fluent"
    """Says the examples as they are written."""
    INVENTIVE = "inventive"
    """Says them in other good words."""
    SLIPPING = "slipping"
    """Puts a mistake into every second answer."""
    CASUAL = "casual"
    """Forgets to be polite."""
    LOST = "lost"
    """Finds no words at first, asks for help, and does what the hints say."""
    STUBBORN = "stubborn"
    """Talks about something else, whatever happens."""


_LOST_WORDS = ("네", "음…", "몰라요", "그거요", "…", "좋아요")
"""What people say who understood nothing."""
_OFF_TOPIC = ("오늘 날씨가 추워요", "어제 학교에 갔어요", "저는 학생이에요", "영화를 봤어요")
_EARNEST = (Kind.FLUENT, Kind.INVENTIVE)
"""Learners who mean what the scene teaches and say it well: the scene itself is at fault when they get stuck."""


@dataclass(slots=True)
class Tally:
    """How something went."""

    good: int = 0
    of: int = 0

    @property
    def share(self) -> float:
        return self.good / self.of if self.of else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    kind: Kind
    answers: int
    ending: str
    by_limit: bool
    """Ended by a limit of the scene and not by a rule."""
    path: tuple[str, ...]
    """Turns in the order in which they were entered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stuck:
    """An answer that the scene teaches and that brought an earnest learner nowhere."""

    turn: str
    text: str
    intent: str | None
    """What it was taken for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkReport:
    walks: tuple[Walk, ...]
    taken: Mapping[tuple[str, int], int]
    """Turn and index of a rule -> how often a walk took it."""
    never_taken: tuple[tuple[str, int], ...]
    """Turn and index of each rule that no walk took."""
    never_entered: tuple[str, ...]
    given_up: Mapping[str, Tally]
    """Turn -> how many earnest learners left it of their own accord, of all who did."""
    stuck: tuple[Stuck, ...]
    hints: Mapping[str, Tally]
    """Hint -> how often whoever had just been given it got on with the next answer."""
    endings_never_reached: tuple[str, ...]


def walk_scene(
    scene: Scene,
    judge: Judge,
    analyzer: MorphemeAnalyzer,
    *,
    walks: int,
    seed: int = 0,
    said: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> WalkReport:
    """`walks` plays, the kinds of learners taking turns.

    `said` holds what else people say in a turn, such as the rows of its tests; inventive learners know it.
    """
    stage = _Stage(scene=scene, judge=judge, analyzer=analyzer, said=said, chance=random.Random(seed))
    kinds = list(Kind)
    played = tuple(stage.play(kinds[number % len(kinds)]) for number in range(walks))
    rules = [(turn.id, number) for turn in scene.turns for number in range(len(turn.rules))]
    entered = {turn for walk in played for turn in walk.path}
    return WalkReport(
        walks=played,
        taken=stage.taken,
        never_taken=tuple(rule for rule in rules if rule not in stage.taken),
        never_entered=tuple(turn.id for turn in scene.turns if turn.id not in entered),
        given_up=stage.left,
        stuck=tuple(stage.stuck),
        hints={
            hint.id: stage.hints[hint.id] for turn in scene.turns for hint in turn.hints if hint.id in stage.hints
        },
        endings_never_reached=tuple(
            ending.id for ending in scene.endings if ending.id not in {walk.ending for walk in played}
        ),
    )


@dataclass(slots=True, kw_only=True)
class _Stage:
    scene: Scene
    judge: Judge
    analyzer: MorphemeAnalyzer
    said: Mapping[str, Sequence[str]]
    chance: random.Random
    taken: Counter[tuple[str, int]] = field(default_factory=Counter)
    left: dict[str, Tally] = field(default_factory=dict)
    hints: dict[str, Tally] = field(default_factory=dict)
    stuck: dict[Stuck, None] = field(default_factory=dict)
    spoilt: dict[tuple[str, str], tuple[tuple[Family, str], ...]] = field(default_factory=dict)

    def play(self, kind: Kind) -> Walk:
        step = begin(self.scene)
        path = [step.progress.turn]
        hint: Hint | None = None
        answers = 0
        while step.progress.state is SessionState.ACTIVE:
            before = step.progress
            turn = self.scene.turn(before.turn)
            text = self._answer(kind, turn, before, hint)
            step = self._hear(turn, before, text, kind, hint)
            hint, answers = step.hint, answers + 1
            if step.progress.turn != before.turn:
                path.append(step.progress.turn)
        by_limit = step.rule is None or step.go == AGAIN
        ending = step.progress.ending or ""
        return Walk(kind=kind, answers=answers, ending=ending, by_limit=by_limit, path=tuple(path))

    def _hear(self, turn: Turn, before: Progress, text: str, kind: Kind, hint: Hint | None) -> Step:
        evaluation = self.judge(text, expectation_of(self.scene, turn.id))
        step = advance(before, self.scene, evaluation)
        if step.rule is not None:
            self.taken[turn.id, step.rule] += 1
        got_on = step.go != AGAIN
        if hint is not None:
            tally = self.hints.setdefault(hint.id, Tally())
            tally.of += 1
            tally.good += got_on or evaluation.verdict in (Verdict.ACCEPT, Verdict.ACCEPT_WITH_FEEDBACK)
        if kind in _EARNEST and step.rule is not None and text not in self.said.get(turn.id, ()):
            self._note_earnest(turn, step, evaluation, text)
        return step

    def _note_earnest(self, turn: Turn, step: Step, evaluation: Evaluation, text: str) -> None:
        rule = turn.rules[step.rule or 0]
        if step.go == AGAIN and not rule.no_penalty:
            self.stuck[Stuck(turn=turn.id, text=text, intent=evaluation.intent)] = None
        elif step.go != AGAIN:
            tally = self.left.setdefault(turn.id, Tally())
            tally.of += 1
            tally.good += rule.when.tries_at_least is None or rule.when.intent is not None

    def _answer(self, kind: Kind, turn: Turn, before: Progress, hint: Hint | None) -> str:
        if kind is Kind.LOST:
            return self._lost(turn, hint)
        if kind is Kind.STUBBORN:
            return self.chance.choice(_OFF_TOPIC)
        if kind is Kind.INVENTIVE and self.said.get(turn.id) and self.chance.random() < 0.4:
            return self.chance.choice(self.said[turn.id])
        intent = self.chance.choice(turn.intents)
        text = self.chance.choice(intent.examples)
        match kind:
            case Kind.FLUENT:
                return text
            case Kind.INVENTIVE:
                return self.chance.choice([text, *(other for _, other in variants(text))])
            case Kind.SLIPPING:
                return self._spoilt(turn, text, None) if self.chance.random() < 0.5 else text
            case Kind.CASUAL:
                return self._spoilt(turn, text, Family.LEVEL) if before.tries == 0 else text

    def _spoilt(self, turn: Turn, text: str, family: Family | None) -> str:
        """The sentence with one mistake, of the family when one is named; as it is when it cannot be spoilt so."""
        key = (turn.id, text)
        if key not in self.spoilt:
            found = mistakes_for(text, expectation_of(self.scene, turn.id), self.analyzer)
            self.spoilt[key] = tuple((each.family, each.text) for each in found)
        wrong = [spoilt for kind, spoilt in self.spoilt[key] if family in (None, kind)]
        return self.chance.choice(wrong) if wrong else text

    def _lost(self, turn: Turn, hint: Hint | None) -> str:
        """Does what the last hint says; without one, or after a mere thought, the wrong thing or a repair move."""
        if hint is not None and hint.kind is HintKind.ANSWER:
            return turn.model.ko
        if hint is not None and hint.ko and hint.kind is HintKind.START:
            return self._begun(turn, hint.ko) or turn.model.ko.rstrip(".?!").rsplit(" ", 1)[0]
        if hint is not None and hint.ko and hint.kind is HintKind.WORDS:
            return self._with_words(turn, hint.ko)
        moves = [example for move in self.scene.common for example in move.examples]
        return self.chance.choice([*_LOST_WORDS, *_OFF_TOPIC, *moves[:6]])

    def _begun(self, turn: Turn, start: str) -> str | None:
        """An answer of this turn that begins as the hint does."""
        begins = re.split(r"\s*(?:…|\.\.\.)", start, maxsplit=1)[0].strip()
        fitting = [each for each in _answers(turn) if begins and each.startswith(begins)]
        return self.chance.choice(fitting) if fitting else None

    def _with_words(self, turn: Turn, words: str) -> str:
        """The answer of this turn that holds most of the words that were shown."""
        shown = [part.strip(" -().?!…") for part in re.split(r"[/·]", words)]
        scored = [(sum(part in each for part in shown if part), each) for each in _answers(turn)]
        best = max(score for score, _ in scored)
        return self.chance.choice([each for score, each in scored if score == best])


def _answers(turn: Turn) -> Sequence[str]:
    return [turn.model.ko, *(example for intent in turn.intents for example in intent.examples)]
