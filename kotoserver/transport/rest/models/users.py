"""Bodies about people as admins see them, and about what was done."""

from typing import Annotated

from pydantic import Field, StrictBool, StringConstraints

from kotoserver.domain.audit import Action, AuditEntry
from kotoserver.domain.learner import Learner, Role
from kotoserver.transport.rest.models.accounts import Email, Password
from kotoserver.transport.rest.models.common import AskedTime, Time
from kotoserver.transport.rest.operations import Model

Words = Annotated[str, StringConstraints(max_length=100)]


class UserAnswer(Model):
    user_id: str
    name: str | None
    email: str | None
    native: str
    role: Role
    blocked: StrictBool
    revision: int
    """Also the ETag, for `If-Match`."""
    created_at: Time

    @classmethod
    def of(cls, user: Learner) -> "UserAnswer":
        return cls(
            user_id=user.id,
            name=user.name,
            email=user.email,
            native=user.native,
            role=user.role,
            blocked=user.blocked,
            revision=user.revision,
            created_at=user.created_at,
        )


class UsersQuery(Model):
    q: Words = ""
    """Any part of e-mail, name or id."""
    role: Role | None = None
    before: AskedTime | None = None
    """For the next page: `next_before` of the last one."""
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class UsersAnswer(Model):
    users: list[UserAnswer]
    next_before: Time | None


class AddUserBody(Model):
    role: Role
    name: str | None = None
    email: Email | None = None
    password: Password | None = None
    """With an e-mail: what they sign in with."""


class PatchUserBody(Model):
    """What is to change; what is left out stays."""

    name: str | None = None
    role: Role | None = None
    blocked: StrictBool | None = None


class AuditQuery(Model):
    action: Action | None = None
    about: Words = ""
    """The id of whoever did it, or of what it was done to."""
    before: AskedTime | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 100


class AuditEntryView(Model):
    at: Time
    actor_id: str
    """Empty when nobody was signed in; `command line` for the operator."""
    action: Action
    subject: str
    address: str
    details: dict[str, str]

    @classmethod
    def of(cls, entry: AuditEntry) -> "AuditEntryView":
        return cls(
            at=entry.at,
            actor_id=entry.actor_id,
            action=entry.action,
            subject=entry.subject,
            address=entry.address,
            details=dict(entry.details),
        )


class AuditAnswer(Model):
    entries: list[AuditEntryView]
    next_before: Time | None


class LimitView(Model):
    use: str
    per: str
    """`address` or `learner`."""
    a_minute: int
    """0: no limit."""
    refused: int
    """By the process that answers, since it started."""


class LimitsAnswer(Model):
    limits: list[LimitView]
    live: int
    """Live connections of all servers."""
    most_live: int
