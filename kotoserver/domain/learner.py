"""Who plays, and on whose behalf a service acts."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    LEARNER = "learner"
    TEACHER = "teacher"
    EDITOR = "editor"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Learner:
    id: str
    native: str
    """BCP 47 tag of the first language."""
    name: str | None
    role: Role
    created_at: datetime
    keep_recordings: bool = False
    """Whether they agreed to have their recordings kept for a while."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """On whose behalf a service acts; whoever holds one has been signed in."""

    learner_id: str
    role: Role = Role.LEARNER
