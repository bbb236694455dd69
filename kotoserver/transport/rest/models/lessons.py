"""Bodies about lessons."""

from typing import Annotated

from pydantic import Field, StrictBool, StringConstraints

from kotoserver.domain.learner import Caller
from kotoserver.domain.lesson import MOST_SCENES, Lesson, may_edit
from kotoserver.services.lessons import LONGEST_GOAL, LONGEST_TITLE, LessonDraft
from kotoserver.transport.rest.models.common import AskedTime, ContentId, Time
from kotoserver.transport.rest.models.users import Words
from kotoserver.transport.rest.operations import Model


class LessonBody(Model):
    title: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_TITLE)]
    goal: Annotated[str, StringConstraints(max_length=LONGEST_GOAL)] = ""
    """What a learner can do afterwards, in one sentence."""
    scenes: Annotated[list[ContentId], Field(min_length=1, max_length=MOST_SCENES)]
    """In the order of playing, each once."""
    published: StrictBool = False
    """False: only its writer and editors see it."""

    def draft(self) -> LessonDraft:
        return LessonDraft(title=self.title, goal=self.goal, scenes=self.scenes, published=self.published)


class LessonAnswer(Model):
    lesson_id: str
    title: str
    goal: str
    scenes: list[str]
    published: StrictBool
    mine: StrictBool
    """Whether the caller may edit it."""
    revision: int
    """Also the ETag, for `If-Match`."""
    created_at: Time
    updated_at: Time

    @classmethod
    def of(cls, lesson: Lesson, caller: Caller) -> "LessonAnswer":
        return cls(
            lesson_id=lesson.id,
            title=lesson.title,
            goal=lesson.goal,
            scenes=list(lesson.scenes),
            published=lesson.published,
            mine=may_edit(caller, lesson),
            revision=lesson.revision,
            created_at=lesson.created_at,
            updated_at=lesson.updated_at,
        )


class LessonsQuery(Model):
    q: Words = ""
    """Words of the title or the goal."""
    scene_id: Words = ""
    """Lessons that hold this scene."""
    before: AskedTime | None = None
    """For the next page: `next_before` of the last one."""
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class LessonsAnswer(Model):
    lessons: list[LessonAnswer]
    next_before: Time | None
