"""Tries the sentences of a scene with mistakes in them, and in other good words: what surprises, it tells."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from kotoserver.domain.errors import NotFound
from kotoserver.domain.evaluation import Evaluation, Expectation, Verdict, expectation_of
from kotoserver.domain.scene import Scene, Turn
from kotoserver.korean.trying.mistakes import mistakes_for
from kotoserver.korean.trying.variants import passes, variants
from kotoserver.ports.morphology import MorphemeAnalyzer

Judge = Callable[[str, Expectation], Evaluation]


@dataclass(frozen=True, slots=True, kw_only=True)
class Surprise:
    """A sentence that was not judged as it should be."""

    turn: str
    kind: str
    """What was wrong or other in it."""
    text: str
    alarm: bool
    """Whether it is good and was found fault with; otherwise a mistake in it was missed."""
    verdict: Verdict
    codes: tuple[str, ...]
    """What was found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedOut:
    mistakes: int
    variants: int
    surprises: tuple[Surprise, ...]


def try_examples(scene: Scene, turn_id: str | None, judge: Judge, analyzer: MorphemeAnalyzer) -> TriedOut:
    """Every example of the scene, or of one turn. NotFound code `no_such_turn`."""
    turns = [turn for turn in scene.turns if turn_id in (None, turn.id)]
    if not turns:
        raise NotFound(f"The scene {scene.id} has no turn {turn_id}.", code="no_such_turn")
    tried = [each for turn in turns for each in _tried(scene, turn, judge, analyzer)]
    alarms = sum(each.alarm for each, _ in tried)
    return TriedOut(
        mistakes=len(tried) - alarms,
        variants=alarms,
        surprises=tuple(each for each, surprising in tried if surprising),
    )


def _tried(scene: Scene, turn: Turn, judge: Judge, analyzer: MorphemeAnalyzer) -> Iterator[tuple[Surprise, bool]]:
    """Each sentence as it was judged, and whether that is a surprise."""
    expectation = expectation_of(scene, turn.id)
    for intent in turn.intents:
        for sentence in intent.examples:
            for mistake in mistakes_for(sentence, expectation, analyzer):
                evaluation = judge(mistake.text, expectation)
                told = _surprise(turn, f"missed {mistake.family.value}", evaluation, alarm=False)
                yield told, not mistake.told_by(evaluation)
            for kind, text in variants(sentence):
                evaluation = judge(text, expectation)
                told = _surprise(turn, f"alarm at {kind}", evaluation, alarm=True)
                yield told, not passes(evaluation, intent.id)


def _surprise(turn: Turn, kind: str, evaluation: Evaluation, *, alarm: bool) -> Surprise:
    return Surprise(
        turn=turn.id,
        kind=kind,
        text=evaluation.text,
        alarm=alarm,
        verdict=evaluation.verdict,
        codes=tuple(item.code for item in evaluation.items),
    )
