"""Who plays, teaches and writes, and on whose behalf a service acts."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    LEARNER = "learner"
    TEACHER = "teacher"
    EDITOR = "editor"
    ADMIN = "admin"


EDITORS = frozenset({Role.EDITOR, Role.ADMIN})
"""May change what learners are given."""
ADMINS = frozenset({Role.ADMIN})
"""May do what concerns everybody."""
TEACHERS = frozenset({Role.TEACHER, Role.ADMIN})
"""May have classes."""
AUTHORS = frozenset({Role.TEACHER, Role.EDITOR, Role.ADMIN})
"""May write lessons."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Learner:
    """Anybody with an account, whatever their role."""

    id: str
    native: str
    """BCP 47 tag of the first language."""
    name: str | None
    role: Role
    created_at: datetime
    keep_recordings: bool = False
    """Whether they agreed to have their recordings kept for a while."""
    email: str | None = None
    """What they sign in with; None for a guest."""
    blocked: bool = False
    """True: an admin keeps them out."""
    revision: int = 1
    """Raised whenever an admin changes them."""
    signed_out_at: datetime | None = None
    """Tokens from before this instant are not good any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """One device that stays signed in."""

    id: str
    learner_id: str
    generation: int
    """How often its refresh token was renewed; only the latest is good."""
    created_at: datetime
    renewed_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """On whose behalf a service acts; whoever holds one has been signed in."""

    learner_id: str
    role: Role = Role.LEARNER
    address: str = ""
    """Where the request came from, for the audit; empty on the command line."""
