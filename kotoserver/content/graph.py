"""A scene as a picture: turns, the rules that lead from one to the next, and endings, each with its place.

Drawn from the draft as its author wrote it, so a rule that leads nowhere yet is in it too.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kotoserver.content.checks.flow import reachable_turns
from kotoserver.content.checks.rules import never_taken
from kotoserver.content.condition_words import condition_words
from kotoserver.content.diagnostics import Mark
from kotoserver.content.scene_schema import EndingSource, SaySource, SceneSource, TurnSource
from kotoserver.content.scene_values import condition_of, said_in
from kotoserver.content.sentences import Phrase
from kotoserver.content.tree import Document
from kotoserver.content.trials import Tried
from kotoserver.domain.scene import FINISH
from kotoserver.domain.weighing import Asked, asked_by, asked_by_ending


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphRule:
    number: int
    """From 1, as the findings count."""
    go: str
    """A turn, `again` or `finish`; a turn that is not there when the draft has errors."""
    words: tuple[Phrase, ...]
    """Its condition, part by part."""
    says: str | None
    mark: Mark
    dead: bool
    """Never taken: its turn is never reached, or a rule above always wins."""
    tested: bool | None
    """Whether a row of the tests takes it; None when nobody can tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphTurn:
    id: str
    goal: str
    ko: str
    """The first thing that is said in it."""
    mark: Mark
    last_line: int
    """Of the file, counted from 1."""
    reachable: bool
    tested: bool | None
    rules: tuple[GraphRule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphEnding:
    id: str
    result: str
    words: tuple[Phrase, ...]
    ko: str
    mark: Mark
    last_line: int
    reachable: bool
    tested: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneGraph:
    file: str
    start: str
    turns: tuple[GraphTurn, ...]
    endings: tuple[GraphEnding, ...]


def draw_graph(source: SceneSource, document: Document, tried: Tried | None) -> SceneGraph:
    return _Drawing(source, document, tried).graph()


class _Drawing:
    def __init__(self, source: SceneSource, document: Document, tried: Tried | None) -> None:
        self._source = source
        self._document = document
        self._tried = tried
        self._reachable = reachable_turns(source)
        self._dead = never_taken(source)
        self._written: Mapping[str | None, str | None] = {say.id: say.ko for say in said_in(source)}

    def graph(self) -> SceneGraph:
        return SceneGraph(
            file=self._document.file,
            start=self._source.start,
            turns=tuple(self._turn(index, turn) for index, turn in enumerate(self._source.turns)),
            endings=tuple(self._ending(index, ending) for index, ending in enumerate(self._source.endings)),
        )

    def _turn(self, index: int, turn: TurnSource) -> GraphTurn:
        rules = self._rules(index, turn)
        return GraphTurn(
            id=turn.id,
            goal=turn.goal,
            ko=self._korean(turn.npc[0]) if turn.npc else "",
            mark=self._document.mark(("turns", index, "id")),
            last_line=self._last_line(("turns", index)),
            reachable=turn.id in self._reachable,
            tested=None if self._tried is None else any(rule.tested for rule in rules),
            rules=rules,
        )

    def _rules(self, index: int, turn: TurnSource) -> tuple[GraphRule, ...]:
        return tuple(
            GraphRule(
                number=number + 1,
                go=rule.go,
                words=condition_words(asked_by(condition_of(rule.when))),
                says=self._korean(rule.say) if rule.say else None,
                mark=self._document.mark(("turns", index, "then", number)),
                dead=turn.id not in self._reachable or (turn.id, number) in self._dead,
                tested=None if self._tried is None else (turn.id, number) in self._tried.rules,
            )
            for number, rule in enumerate(turn.then)
        )

    def _ending(self, index: int, ending: EndingSource) -> GraphEnding:
        by_limit = ending.id == self._source.limits.ending
        return GraphEnding(
            id=ending.id,
            result=ending.result,
            words=condition_words(_asked_by(ending)),
            ko=self._korean(ending.say),
            mark=self._document.mark(("endings", index, "id")),
            last_line=self._last_line(("endings", index)),
            reachable=by_limit or FINISH in self._reachable,
            tested=None if self._tried is None else ending.id in self._tried.endings,
        )

    def _korean(self, say: SaySource) -> str:
        return say.ko or self._written.get(say.use) or ""

    def _last_line(self, path: tuple[str | int, ...]) -> int:
        return self._document.end_of(self._document.mark(path), self._document.at(path)).line


def _asked_by(ending: EndingSource) -> Iterator[Asked]:
    when = ending.when
    return asked_by_ending(when.score_at_least, when.all_slots_by_learner) if when else iter(())
