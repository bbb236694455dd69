"""Bodies about learners and their tokens."""

from pydantic import StrictBool

from kotoserver.domain.learner import Learner
from kotoserver.transport.rest.models.common import Language, Time
from kotoserver.transport.rest.operations import Model


class GuestBody(Model):
    native: Language | None = None
    """BCP 47 tag of the first language; Indonesian unless told."""
    name: str | None = None


class PatchMeBody(Model):
    keep_recordings: StrictBool
    """True: recordings are kept for some days, to be listened to again. False: those that were kept go now."""


class SignedInAnswer(Model):
    token: str
    learner_id: str
    expires_at: Time


class LearnerAnswer(Model):
    learner_id: str
    name: str | None
    native: str
    role: str
    created_at: Time
    keep_recordings: StrictBool

    @classmethod
    def of(cls, learner: Learner) -> "LearnerAnswer":
        return cls(
            learner_id=learner.id,
            name=learner.name,
            native=learner.native,
            role=learner.role.value,
            created_at=learner.created_at,
            keep_recordings=learner.keep_recordings,
        )
