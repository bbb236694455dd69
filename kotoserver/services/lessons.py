"""Lessons: lists of scenes that teachers put together, edited by one person at a time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from kotoserver.domain.audit import Action
from kotoserver.domain.errors import BadInput, NotAllowed, NotFound, changed_meanwhile
from kotoserver.domain.learner import AUTHORS, EDITORS, Caller
from kotoserver.domain.lesson import MOST_SCENES, Lesson, may_edit, may_see
from kotoserver.ports.clock import Clock
from kotoserver.ports.lessons import LessonPage, LessonStore
from kotoserver.services.access import refuse_other_roles
from kotoserver.services.audit import AuditService
from kotoserver.services.catalog import CatalogService
from kotoserver.services.ids import new_id

LONGEST_TITLE = 120
LONGEST_GOAL = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonDraft:
    """What an author says of a lesson."""

    title: str
    goal: str
    scenes: Sequence[str]
    published: bool


class LessonsService:
    def __init__(
        self, *, lessons: LessonStore, catalog: CatalogService, audit: AuditService, clock: Clock
    ) -> None:
        self._lessons = lessons
        self._catalog = catalog
        self._audit = audit
        self._clock = clock

    async def list(
        self,
        caller: Caller,
        *,
        words: str = "",
        scene_id: str = "",
        before: datetime | None = None,
        limit: int = 50,
    ) -> LessonPage:
        """What the caller may see, newest first."""
        return await self._lessons.list_lessons(
            drafts_of=None if caller.role in EDITORS else caller.learner_id,
            words=words,
            scene_id=scene_id,
            before=before,
            limit=limit,
        )

    async def find(self, caller: Caller, lesson_id: str) -> Lesson:
        """NotFound code `no_such_lesson`, for somebody else's draft too."""
        lesson = await self._lessons.find_lesson(lesson_id)
        if lesson is None or not may_see(caller, lesson):
            raise NotFound("There is no such lesson.", code="no_such_lesson")
        return lesson

    async def for_playing(self, caller: Caller, lesson_id: str, scene_id: str) -> Lesson:
        """The lesson in which this scene is to be played. BadInput code `not_in_lesson`."""
        lesson = await self.find(caller, lesson_id)
        if scene_id not in lesson.scenes:
            raise BadInput("This scene does not belong to the lesson.", code="not_in_lesson")
        return lesson

    async def add(self, caller: Caller, draft: LessonDraft) -> Lesson:
        """NotAllowed code `wrong_role`; BadInput code `bad_lesson`; NotFound code `no_such_scene`."""
        refuse_other_roles(caller, AUTHORS)
        self._check(draft)
        now = self._clock.now()
        lesson = Lesson(
            id=new_id("les"),
            owner_id=caller.learner_id,
            title=draft.title.strip(),
            goal=draft.goal.strip(),
            scenes=tuple(draft.scenes),
            published=draft.published,
            revision=1,
            created_at=now,
            updated_at=now,
        )
        await self._lessons.add_lesson(lesson)
        return lesson

    async def replace(self, caller: Caller, lesson_id: str, draft: LessonDraft, *, read_at: int) -> Lesson:
        """The lesson with new words. Conflict when it is at another revision than `read_at`; raises as `add`."""
        lesson = await self._editable(caller, lesson_id)
        self._check(draft)
        if lesson.revision != read_at:
            raise changed_meanwhile("lesson")
        changed = replace(
            lesson,
            title=draft.title.strip(),
            goal=draft.goal.strip(),
            scenes=tuple(draft.scenes),
            published=draft.published,
            revision=read_at + 1,
            updated_at=self._clock.now(),
        )
        await self._lessons.update_lesson(changed, read_at=read_at)
        return changed

    async def erase(self, caller: Caller, lesson_id: str, *, read_at: int | None = None) -> None:
        """Conflict when it is at another revision than `read_at`."""
        lesson = await self._editable(caller, lesson_id)
        await self._lessons.erase_lesson(lesson_id, read_at=read_at)
        await self._audit.note(caller, Action.LESSON_ERASED, lesson.id)

    async def _editable(self, caller: Caller, lesson_id: str) -> Lesson:
        lesson = await self.find(caller, lesson_id)
        if not may_edit(caller, lesson):
            raise NotAllowed("This lesson belongs to somebody else.")
        return lesson

    def _check(self, draft: LessonDraft) -> None:
        if not 0 < len(draft.title.strip()) <= LONGEST_TITLE or len(draft.goal) > LONGEST_GOAL:
            raise BadInput(
                f"A lesson has a title of 1 to {LONGEST_TITLE} characters and a goal of up to {LONGEST_GOAL}.",
                code="bad_lesson",
            )
        if not 0 < len(draft.scenes) <= MOST_SCENES or len(set(draft.scenes)) != len(draft.scenes):
            raise BadInput(f"A lesson has 1 to {MOST_SCENES} scenes, each once.", code="bad_lesson")
        known = {scene.id for scene in self._catalog.scenes()}
        missing = [scene_id for scene_id in draft.scenes if scene_id not in known]
        if missing:
            raise NotFound(f"There is no scene {missing[0]!r}.", code="no_such_scene")
