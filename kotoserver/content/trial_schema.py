"""The shape of a scene's `tests.yaml`: what learners might say, and what must happen."""

from typing import Annotated, Literal

from pydantic import Field

from kotoserver.content.authored import Authored, Id, OneOrMany, Text
from kotoserver.content.scene_schema import Fill, LineId

TRIALS_SCHEMA = "scene-tests/1"


class ExpectedSource(Authored):
    """All that is set must hold."""

    intent: Id | None = None
    """What it must be taken for."""
    slots: dict[Id, Fill] = Field(default_factory=dict)
    """Read from this utterance."""
    missing: OneOrMany[Id] = ()
    """Slots that this utterance must not fill."""
    speech: Literal["해요체", "합쇼체", "반말", "fits", "too_casual", "too_formal"] | None = None
    """The level that was spoken, or how it fits."""
    verdict: Literal["accept", "accept_with_feedback", "retry", "not_scored"] | None = None
    """How it must be judged."""
    codes: OneOrMany[Text] = ()
    """Feedback codes that must be among the items."""
    says: LineId | None = None
    """A line that the NPC answers with."""
    go: Id | None = None
    """Where it must lead."""


class SayRowSource(Authored):
    """One utterance in one turn."""

    turn: Id
    """The turn in which it is said."""
    text: str
    """What the learner says."""
    given: dict[Id, Fill] = Field(default_factory=dict)
    """What the learner has said before."""
    tries: Annotated[int, Field(ge=0, le=9)] = 0
    """Tries already used in this turn."""
    expect: ExpectedSource
    """What must happen; all that is set must hold."""


class PlayRowSource(Authored):
    """A whole way through the scene."""

    name: Text
    """Who this is, in a few words."""
    learner: OneOrMany[str]
    """What they say, one utterance after the other."""
    visits: OneOrMany[Id] = ()
    """Turns in the order they are entered, from the first; not checked when empty."""
    ends: Id
    """The ending that they must reach."""


class TrialsSource(Authored):
    schema_: Literal["scene-tests/1"] = Field(alias="schema")
    """By which rules the file is written; always first."""
    scene: Id
    """The scene beside it."""
    say: OneOrMany[SayRowSource] = ()
    """Single utterances."""
    play: OneOrMany[PlayRowSource] = ()
    """Whole ways through the scene."""
