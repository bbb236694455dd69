"""Bodies of the calls about review links, and of those that whoever has such a link makes."""

from typing import Annotated

from pydantic import Field

from kotoserver.content.rehearsal import HINT_ASKED, Act
from kotoserver.services.reviews import MOST_DAYS, ReviewLink, ReviewPlayed
from kotoserver.transport.rest.models.common import ContentId, Time
from kotoserver.transport.rest.models.content import Few
from kotoserver.transport.rest.models.rehearsing import PlayedAnswer, Said, SaidAnswer, StateAnswer, said_of
from kotoserver.transport.rest.operations import Model

MOST_ACTS = 60
"""More than any scene takes; whoever only looks on is not to keep the evaluator for long."""


class ReviewBody(Model):
    days: Annotated[int, Field(strict=True, ge=1, le=MOST_DAYS)] = 7
    """After which the link lapses."""
    note: Few = ""
    """For whom it is; only editors see it."""


class ReviewAnswer(Model):
    review_id: str
    scene_id: str
    url: str
    """Whoever has it plays the draft as it stood when the link was made."""
    note: str
    made_by: str
    made_at: Time
    expires_at: Time

    @classmethod
    def of(cls, link: ReviewLink, base_url: str) -> "ReviewAnswer":
        review = link.review
        return cls(
            review_id=review.id,
            scene_id=review.scene_id,
            url=f"{base_url}/console/review/{link.token}",
            note=review.note,
            made_by=review.made_by,
            made_at=review.made_at,
            expires_at=review.expires_at,
        )


class ReviewsAnswer(Model):
    reviews: list[ReviewAnswer]
    """Those that work now, the latest first."""


class ReviewTryBody(Model):
    pack: ContentId | None = None
    """In whose words; null for the first that the scene has."""
    acts: Annotated[list[Said | None], Field(max_length=MOST_ACTS)] = Field(default_factory=list)
    """All that was said so far; null asks for a hint."""

    @property
    def steps(self) -> list[Act]:
        return [HINT_ASKED if act is None else act for act in self.acts]


class ReviewTryAnswer(Model):
    """All that a learner would have met, and nothing of the reasons."""

    opening: list[SaidAnswer]
    begins: StateAnswer
    steps: list[PlayedAnswer]

    @classmethod
    def of(cls, played: ReviewPlayed) -> "ReviewTryAnswer":
        rehearsal, stage = played.rehearsal, played.stage
        return cls(
            opening=said_of(rehearsal.opening, stage),
            begins=StateAnswer.of(rehearsal.opening.progress, stage),
            steps=[PlayedAnswer.plain(step, stage) for step in rehearsal.steps],
        )
