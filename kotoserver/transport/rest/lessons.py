"""The REST calls about lessons."""

from kotoserver.domain.lesson import Lesson
from kotoserver.transport.rest.models.lessons import LessonAnswer, LessonBody, LessonsAnswer, LessonsQuery
from kotoserver.transport.rest.operations import Call, Tagged
from kotoserver.transport.rest.versions import read_at, read_at_if_told


async def list_lessons(call: Call) -> LessonsAnswer:
    query: LessonsQuery = call.query
    page = await call.services.lessons.list(
        call.caller, words=query.q, scene_id=query.scene_id, before=query.before, limit=query.limit
    )
    return LessonsAnswer(
        lessons=[LessonAnswer.of(lesson, call.caller) for lesson in page.lessons], next_before=page.next_before
    )


async def add_lesson(call: Call) -> Tagged:
    body: LessonBody = call.body
    return _tagged(call, await call.services.lessons.add(call.caller, body.draft()))


async def show_lesson(call: Call) -> Tagged:
    return _tagged(call, await call.services.lessons.find(call.caller, call.path["lesson_id"]))


async def replace_lesson(call: Call) -> Tagged:
    body: LessonBody = call.body
    revision = read_at(call.request)
    lesson = await call.services.lessons.replace(
        call.caller, call.path["lesson_id"], body.draft(), read_at=revision
    )
    return _tagged(call, lesson)


async def erase_lesson(call: Call) -> None:
    revision = read_at_if_told(call.request)
    await call.services.lessons.erase(call.caller, call.path["lesson_id"], read_at=revision)


def _tagged(call: Call, lesson: Lesson) -> Tagged:
    return Tagged(LessonAnswer.of(lesson, call.caller), lesson.revision)
