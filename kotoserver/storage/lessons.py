"""Lessons in SQL."""

from datetime import datetime

from kotoserver.domain.errors import NotFound, changed_meanwhile
from kotoserver.domain.lesson import Lesson
from kotoserver.ports.lessons import LessonPage, LessonStore
from kotoserver.storage import rows
from kotoserver.storage.database import Database, NothingMatched, Write
from kotoserver.storage.paging import page_of
from kotoserver.storage.sql import Query

ADD_LESSON = Query("add_lesson")
FIND_LESSON = Query("find_lesson")
LIST_LESSONS = Query("list_lessons")
UPDATE_LESSON = Query("update_lesson")
ERASE_LESSON = Query("erase_lesson")


class SqlLessons(LessonStore):
    """The lessons port over any `Database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add_lesson(self, lesson: Lesson) -> None:
        await self._database.write(Write(ADD_LESSON, [rows.lesson_row(lesson)]))

    async def find_lesson(self, lesson_id: str) -> Lesson | None:
        found = await self._database.fetch(FIND_LESSON, lesson_id)
        return rows.lesson_of(found[0]) if found else None

    async def list_lessons(
        self,
        *,
        drafts_of: str | None,
        words: str = "",
        scene_id: str = "",
        before: datetime | None = None,
        limit: int = 50,
    ) -> LessonPage:
        async def read(until: datetime, many: int) -> list[Lesson]:
            found = await self._database.fetch(
                LIST_LESSONS, until, many, drafts_of or "", drafts_of is None, rows.holding(words), scene_id
            )
            return [rows.lesson_of(row) for row in found]

        lessons, next_before = await page_of(read, lambda each: each.created_at, before=before, limit=limit)
        return LessonPage(lessons=lessons, next_before=next_before)

    async def update_lesson(self, lesson: Lesson, *, read_at: int) -> None:
        row = (
            lesson.id,
            lesson.title,
            lesson.goal,
            rows.lesson_words(lesson),
            rows.scenes_json(lesson.scenes),
            lesson.published,
            lesson.revision,
            lesson.updated_at,
            read_at,
        )
        await self._change(Write(UPDATE_LESSON, [row], must_match=True), lesson.id)

    async def erase_lesson(self, lesson_id: str, *, read_at: int | None = None) -> None:
        await self._change(Write(ERASE_LESSON, [(lesson_id, read_at or 0)], must_match=True), lesson_id)

    async def _change(self, write: Write, lesson_id: str) -> None:
        try:
            await self._database.write(write)
        except NothingMatched:
            if await self.find_lesson(lesson_id) is None:
                raise NotFound("There is no such lesson.", code="no_such_lesson") from None
            raise changed_meanwhile("lesson") from None
