"""Bodies about what learners said that a scene did not understand."""

from datetime import date
from typing import Annotated

from pydantic import Field, StrictBool, StringConstraints

from kotoserver.content.taking import Taken, TakenAs
from kotoserver.domain.utterance import MAX_CHARACTERS
from kotoserver.services.sentences import SceneSentences, SentenceGroup, TurnSentences
from kotoserver.transport.rest.operations import Model

Said = Annotated[str, StringConstraints(max_length=MAX_CHARACTERS)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class SentencesQuery(Model):
    days: Annotated[int, Field(ge=1, le=3_650, strict=False)] = 90
    """How far to look back."""


class VariantView(Model):
    text: str
    times: int


class SentenceView(Model):
    text: str
    """The way it was said most; a long number or an address in it is hidden."""
    times: int
    learners: int
    last_on: date
    variants: list[VariantView]
    """All ways, this one included."""
    like: str
    """The intent of the draft whose example is likest; empty for none."""
    now: str
    """The intent as which the draft takes it by now; empty while it takes it for nothing."""
    ignored: StrictBool

    @classmethod
    def of(cls, group: SentenceGroup) -> "SentenceView":
        return cls(
            text=group.text,
            times=group.times,
            learners=group.learners,
            last_on=group.last_on,
            variants=[VariantView(text=each.text, times=each.times) for each in group.variants],
            like=group.like,
            now=group.now,
            ignored=group.ignored,
        )


class TurnSentencesView(Model):
    turn: str
    goal: str
    intents: list[str]
    """Of the draft; none for a turn that is gone."""
    sentences: list[SentenceView]

    @classmethod
    def of(cls, turn: TurnSentences) -> "TurnSentencesView":
        sentences = [SentenceView.of(group) for group in turn.groups]
        return cls(turn=turn.turn, goal=turn.goal, intents=list(turn.intents), sentences=sentences)


class SentencesAnswer(Model):
    turns: list[TurnSentencesView]
    held_back: int
    """Sentences that fewer than `fewest` learners said."""
    fewest: int

    @classmethod
    def of(cls, told: SceneSentences) -> "SentencesAnswer":
        turns = [TurnSentencesView.of(turn) for turn in told.turns]
        return cls(turns=turns, held_back=told.held_back, fewest=told.fewest)


class TakeBody(Model):
    turn: Name
    text: Said
    taken_as: TakenAs
    intent: Name
    """One of the turn's, or for `new_intent` a name that it does not have."""


class TakenSentenceAnswer(Model):
    file: str
    line: int
    """Where the draft is another now."""
    added: int
    """Lines that the file has more: what stands below moved down by so many."""
    digest: str

    @classmethod
    def of(cls, taken: Taken) -> "TakenSentenceAnswer":
        return cls(file=taken.file, line=taken.line, added=taken.added, digest=taken.digest)


class IgnoreBody(Model):
    turn: Name
    texts: Annotated[list[Said], Field(min_length=1, max_length=200)]
    ignored: StrictBool = True
    """False lists them again."""
