"""Bodies of the calls behind the studio's graph: a draft drawn, and where learners go in it."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from kotoserver.content.diagnostics import Mark
from kotoserver.content.graph import GraphEnding, GraphRule, GraphTurn
from kotoserver.content.sentences import Language, Phrase, told
from kotoserver.services.rehearsing import DrawnScene, Heat, Window
from kotoserver.transport.rest.models.content import MOST_OPEN, FileName
from kotoserver.transport.rest.operations import Model


class WindowBody(Model):
    unsaved: Annotated[dict[FileName, str], Field(max_length=MOST_OPEN)] = Field(default_factory=dict)
    """Files as they are in the editor's window."""
    before: str | None = None
    """The scene's text when it could last be used: stands for one that has errors."""
    language: Language = "en"
    """Of the words for conditions."""

    @property
    def window(self) -> Window:
        unsaved = {file: text.encode("utf-8", "surrogatepass") for file, text in self.unsaved.items()}
        before = None if self.before is None else self.before.encode("utf-8", "surrogatepass")
        return Window(unsaved=unsaved, before=before)


class PlaceAnswer(Model):
    line: int
    column: int

    @classmethod
    def of(cls, mark: Mark) -> "PlaceAnswer":
        return cls(line=mark.line, column=mark.column)


class GraphRuleAnswer(Model):
    number: int
    """From 1."""
    go: str
    """A turn, `again` or `finish`; while the draft has errors perhaps a turn that is not there."""
    words: list[str]
    """Its condition, part by part."""
    says: str | None
    place: PlaceAnswer
    dead: bool
    """Can never be taken."""
    tested: bool | None
    """Whether a row of the tests takes it; null while the draft has errors."""

    @classmethod
    def of(cls, rule: GraphRule, language: Language) -> "GraphRuleAnswer":
        return cls(
            number=rule.number,
            go=rule.go,
            words=all_told(rule.words, language),
            says=rule.says,
            place=PlaceAnswer.of(rule.mark),
            dead=rule.dead,
            tested=rule.tested,
        )


class GraphTurnAnswer(Model):
    id: str
    goal: str
    ko: str
    """The first thing that is said in it."""
    place: PlaceAnswer
    last_line: int
    reachable: bool
    tested: bool | None
    rules: list[GraphRuleAnswer]

    @classmethod
    def of(cls, turn: GraphTurn, language: Language) -> "GraphTurnAnswer":
        return cls(
            id=turn.id,
            goal=turn.goal,
            ko=turn.ko,
            place=PlaceAnswer.of(turn.mark),
            last_line=turn.last_line,
            reachable=turn.reachable,
            tested=turn.tested,
            rules=[GraphRuleAnswer.of(rule, language) for rule in turn.rules],
        )


class GraphEndingAnswer(Model):
    id: str
    result: str
    words: list[str]
    ko: str
    place: PlaceAnswer
    last_line: int
    reachable: bool
    tested: bool | None

    @classmethod
    def of(cls, ending: GraphEnding, language: Language) -> "GraphEndingAnswer":
        return cls(
            id=ending.id,
            result=ending.result,
            words=all_told(ending.words, language),
            ko=ending.ko,
            place=PlaceAnswer.of(ending.mark),
            last_line=ending.last_line,
            reachable=ending.reachable,
            tested=ending.tested,
        )


class LayoutAnswer(Model):
    digest: str
    """To save `layout.json` against."""
    places: dict[str, tuple[float, float]]
    """Turn or ending -> left and top."""


class GraphAnswer(Model):
    basis: Literal["draft", "before", "saved"]
    """What is drawn: the draft in the window or, where that cannot be read, what stands for it."""
    file: str
    start: str
    turns: list[GraphTurnAnswer]
    endings: list[GraphEndingAnswer]
    layout: LayoutAnswer

    @classmethod
    def of(cls, drawn: DrawnScene, language: Language) -> "GraphAnswer":
        graph = drawn.graph
        return cls(
            basis=drawn.basis.value,
            file=graph.file,
            start=graph.start,
            turns=[GraphTurnAnswer.of(turn, language) for turn in graph.turns],
            endings=[GraphEndingAnswer.of(ending, language) for ending in graph.endings],
            layout=LayoutAnswer(digest=drawn.layout.digest, places=dict(drawn.layout.places)),
        )


class RuleTakenAnswer(Model):
    turn: str
    rule: int
    """From 1."""
    times: int


class HeatAnswer(Model):
    walks: int
    """Synthetic learners who played the scene."""
    entered: dict[str, int]
    """Turn -> how many of them came through."""
    taken: list[RuleTakenAnswer]
    ended: dict[str, int]
    """Ending -> how many of them ended so."""

    @classmethod
    def of(cls, heat: Heat) -> "HeatAnswer":
        taken = [
            RuleTakenAnswer(turn=turn, rule=number + 1, times=times)
            for (turn, number), times in sorted(heat.taken.items())
        ]
        return cls(walks=heat.walks, entered=dict(heat.entered), taken=taken, ended=dict(heat.ended))


def all_told(words: Sequence[Phrase], language: Language) -> list[str]:
    return [told(each, language) for each in words]
