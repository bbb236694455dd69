"""The shape of a scene's `tests.yaml`: what learners might say, and what must happen."""

from typing import Annotated, Literal

from pydantic import Field

from kotoserver.content.authored import Authored, Id, OneOrMany, Text
from kotoserver.content.scene_schema import Fill, LineId

TRIALS_SCHEMA = "scene-tests/1"


class ExpectedSource(Authored):
    """All that is set must hold."""

    intent: Id | None = None
    slots: dict[Id, Fill] = Field(default_factory=dict)
    """Read from this utterance."""
    missing: OneOrMany[Id] = ()
    """Slots that this utterance must not fill."""
    speech: Literal["해요체", "합쇼체", "반말", "fits", "too_casual", "too_formal"] | None = None
    """The level that was spoken, or how it fits."""
    verdict: Literal["accept", "accept_with_feedback", "retry", "not_scored"] | None = None
    codes: OneOrMany[Text] = ()
    """Feedback codes that must be among the items."""
    says: LineId | None = None
    """A line that the NPC answers with."""
    go: Id | None = None


class SayRowSource(Authored):
    """One utterance in one turn."""

    turn: Id
    text: str
    given: dict[Id, Fill] = Field(default_factory=dict)
    """What the learner has said before."""
    tries: Annotated[int, Field(ge=0, le=9)] = 0
    """Tries already used in this turn."""
    expect: ExpectedSource


class PlayRowSource(Authored):
    """A whole way through the scene."""

    name: Text
    learner: OneOrMany[str]
    visits: OneOrMany[Id] = ()
    """Turns in the order they are entered, from the first; not checked when empty."""
    ends: Id


class TrialsSource(Authored):
    schema_: Literal["scene-tests/1"] = Field(alias="schema")
    scene: Id
    say: OneOrMany[SayRowSource] = ()
    play: OneOrMany[PlayRowSource] = ()
