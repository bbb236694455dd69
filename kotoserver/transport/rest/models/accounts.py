"""Bodies about learners, how they sign in, and their tokens."""

from typing import Annotated

from pydantic import StrictBool, StringConstraints

from kotoserver.domain.learner import Learner
from kotoserver.services.accounts import SignedIn
from kotoserver.transport.rest.models.common import Language, Time
from kotoserver.transport.rest.operations import Model

Email = Annotated[str, StringConstraints(max_length=320)]
Password = Annotated[str, StringConstraints(max_length=1000)]
Token = Annotated[str, StringConstraints(max_length=4096)]


class GuestBody(Model):
    native: Language | None = None
    """BCP 47 tag of the first language; Indonesian unless told."""
    name: str | None = None


class LoginBody(Model):
    email: Email
    password: Password


class RefreshBody(Model):
    refresh_token: Token


class CredentialsBody(Model):
    email: Email
    password: Password
    """The new one: 10 to 200 characters."""
    current_password: Password | None = None
    """Needed by whoever has a password already."""


class PatchMeBody(Model):
    keep_recordings: StrictBool
    """True: recordings are kept for some days, to be listened to again. False: those that were kept go now."""


class SignedInAnswer(Model):
    token: str
    """For the Authorization header and for `hello`; good until `expires_at`."""
    learner_id: str
    expires_at: Time
    refresh_token: str
    """For `POST /auth/refresh`, which gives both anew. Good once."""
    refresh_expires_at: Time

    @classmethod
    def of(cls, signed_in: SignedIn) -> "SignedInAnswer":
        return cls(
            token=signed_in.token,
            learner_id=signed_in.learner.id,
            expires_at=signed_in.expires_at,
            refresh_token=signed_in.refresh_token,
            refresh_expires_at=signed_in.refresh_expires_at,
        )


class LearnerAnswer(Model):
    learner_id: str
    name: str | None
    native: str
    role: str
    email: str | None
    """None for a guest."""
    created_at: Time
    keep_recordings: StrictBool

    @classmethod
    def of(cls, learner: Learner) -> "LearnerAnswer":
        return cls(
            learner_id=learner.id,
            name=learner.name,
            native=learner.native,
            role=learner.role.value,
            email=learner.email,
            created_at=learner.created_at,
            keep_recordings=learner.keep_recordings,
        )
