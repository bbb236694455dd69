"""A teacher's class: its members let the teacher see what they play."""

from dataclasses import dataclass
from datetime import datetime

from kotoserver.domain.learner import Learner

CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Letters of a class's code; none looks like another on a blackboard."""
CODE_LENGTH = 8
"""31⁸ codes: 40 bits, and joining is limited in rate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Classroom:
    id: str
    teacher_id: str
    name: str
    code: str
    """What learners join by."""
    created_at: datetime
    members: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    learner: Learner
    joined_at: datetime


def read_code(typed: str) -> str:
    """A code as it was typed, without the spaces and hyphens people put in, in capitals."""
    return "".join(typed.split()).replace("-", "").upper()
