"""What is remembered of lessons."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime

from kotoserver.domain.lesson import Lesson


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonPage:
    lessons: tuple[Lesson, ...]
    """Newest first."""
    next_before: datetime | None
    """Pass as `before` for the next page; None on the last."""


class LessonStore(ABC):
    """Every method raises StorageFailed when the database does not answer."""

    @abstractmethod
    async def add_lesson(self, lesson: Lesson) -> None: ...

    @abstractmethod
    async def find_lesson(self, lesson_id: str) -> Lesson | None: ...

    @abstractmethod
    async def list_lessons(
        self,
        *,
        drafts_of: str | None,
        words: str = "",
        scene_id: str = "",
        before: datetime | None = None,
        limit: int = 50,
    ) -> LessonPage:
        """Those that are published, and the drafts of one owner; with `drafts_of` None everybody's drafts.

        `words`: title or goal holds that text (any case). `scene_id`: the lesson holds that scene.
        """

    @abstractmethod
    async def update_lesson(self, lesson: Lesson, *, read_at: int) -> None:
        """Conflict when the stored revision is not `read_at`; NotFound code `no_such_lesson`."""

    @abstractmethod
    async def erase_lesson(self, lesson_id: str, *, read_at: int | None = None) -> None:
        """Removes it; Conflict when `read_at` is given and another revision is stored."""
