"""A lesson: an ordered list of scenes with a goal."""

from dataclasses import dataclass
from datetime import datetime

from kotoserver.domain.learner import EDITORS, Caller

MOST_SCENES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    id: str
    owner_id: str | None
    """Who wrote it; None once that account is erased."""
    title: str
    goal: str
    """What a learner can do after it, in one sentence."""
    scenes: tuple[str, ...]
    """Ids, in the order of playing."""
    published: bool
    """False: only those who may edit it see it."""
    revision: int
    """1, 2, 3 …, raised by every change."""
    created_at: datetime
    updated_at: datetime


def may_edit(caller: Caller, lesson: Lesson) -> bool:
    """Whoever wrote it, and editors."""
    return caller.role in EDITORS or caller.learner_id == lesson.owner_id


def may_see(caller: Caller, lesson: Lesson) -> bool:
    return lesson.published or may_edit(caller, lesson)
