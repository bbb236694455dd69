"""Bodies of the call with which editors try the judge."""

from kotoserver.services.judging import Question
from kotoserver.transport.rest.models.common import ContentId
from kotoserver.transport.rest.models.turns import DiffView
from kotoserver.transport.rest.operations import Model


class EvaluateBody(Question, Model):
    """A turn of a scene, or examples, and what was said; as a line of `kotoserver evaluate`."""

    pack: ContentId | None = None
    """Language pack in whose words the feedback is told; without one there are only codes."""


class SlotJudgement(Model):
    state: str
    value: str | int | None
    heard: str | None


class ItemJudgement(Model):
    code: str
    severity: str
    span: tuple[int, int] | None
    """Code points of what was said."""
    params: dict[str, str]
    rule: str


class JudgementAnswer(Model):
    """As `kotoserver evaluate` answers a line, and `feedback`."""

    id: str | int | None
    verdict: str
    score: int
    bars: dict[str, int]
    level: str
    speech: str
    intent: str | None
    slots: dict[str, SlotJudgement]
    codes: list[str]
    items: list[ItemJudgement]
    corrected: str | None
    diff: list[DiffView]
    natural: str | None
    engine: str
    feedback: list[str] | None
    """A sentence for each item, or one for the verdict; null when no pack was named."""
