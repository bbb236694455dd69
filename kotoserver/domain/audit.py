"""What is written down about who did what, to be looked up later."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Action(StrEnum):
    SIGN_IN_FAILED = "sign_in_failed"
    TOKEN_REUSED = "token_reused"
    """A refresh token that had been renewed came again, so its sign-in was ended."""
    PASSWORD_CHANGED = "password_changed"
    USER_ADDED = "user_added"
    ROLE_CHANGED = "role_changed"
    USER_BLOCKED = "user_blocked"
    USER_UNBLOCKED = "user_unblocked"
    USER_ERASED = "user_erased"
    SESSION_ERASED = "session_erased"
    LESSON_ERASED = "lesson_erased"
    CONTENT_PUBLISHED = "content_published"
    CONTENT_REVERTED = "content_reverted"
    REVIEW_LINK_MADE = "review_link_made"
    REVIEW_LINK_REVOKED = "review_link_revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """Names people by their ids only, so that it may outlive them."""

    id: str
    at: datetime
    actor_id: str
    """Empty when nobody was signed in; `command line` for the operator."""
    action: Action
    subject: str
    """The id of what it was done to; empty when there is none."""
    address: str
    """Where it came from, as far as it is known."""
    details: Mapping[str, str] = field(default_factory=dict)
