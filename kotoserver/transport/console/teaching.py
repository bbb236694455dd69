"""The console's pages for those who teach: classes with what their learners played, and lessons."""

import asyncio
from urllib.parse import urlencode

from aiohttp import web

from kotoserver.domain.classroom import Member
from kotoserver.domain.learner import AUTHORS, TEACHERS
from kotoserver.services.access import refuse_other_roles
from kotoserver.transport.console.answering import page, shell
from kotoserver.transport.console.pages import (
    ClassCard,
    ClassesPage,
    ClassPage,
    LessonCard,
    LessonPage,
    LessonsPage,
    MemberRow,
    SceneChoice,
)
from kotoserver.transport.console.views import moment, session_row
from kotoserver.transport.console.visitors import Visitor
from kotoserver.transport.keys import SERVICES
from kotoserver.transport.rest.models.lessons import LessonAnswer

NEW = "new"
_PAGE = 50
_LONGEST_SEARCH = 100
_RECENT = 3
"""Sessions of each member that are shown."""


@page
async def classes(request: web.Request, guest: Visitor) -> ClassesPage:
    refuse_other_roles(guest.caller, TEACHERS)
    found = await request.app[SERVICES].classes.list(guest.caller)
    own = [each for each in found if each.teacher_id == guest.caller.learner_id]
    return ClassesPage(
        shell=shell("Classes", guest, place="classes"),
        classes=tuple(ClassCard(id=each.id, name=each.name, code=each.code, members=each.members) for each in own),
    )


@page
async def classroom(request: web.Request, guest: Visitor) -> ClassPage:
    refuse_other_roles(guest.caller, TEACHERS)
    services = request.app[SERVICES]
    found, members = await services.classes.show(guest.caller, request.match_info["class_id"])

    async def row(member: Member) -> MemberRow:
        recent = await services.history.sessions(guest.caller, of=member.learner.id, limit=_RECENT)
        return MemberRow(
            learner_id=member.learner.id,
            name=member.learner.name or member.learner.email or "Guest",
            joined_at=member.joined_at,
            sessions=tuple(session_row(each, services.play) for each in recent.sessions),
        )

    return ClassPage(
        shell=shell(found.name, guest, place="classes"),
        classroom=ClassCard(id=found.id, name=found.name, code=found.code, members=len(members)),
        members=tuple(await asyncio.gather(*(row(member) for member in members))),
    )


@page
async def lessons(request: web.Request, guest: Visitor) -> LessonsPage:
    refuse_other_roles(guest.caller, AUTHORS)
    services = request.app[SERVICES]
    words = request.query.get("q", "").strip()[:_LONGEST_SEARCH]
    found = await services.lessons.list(
        guest.caller, words=words, before=moment(request.query.get("before")), limit=_PAGE
    )
    titles = {scene.id: scene.title for scene in services.catalog.scenes()}
    asked = {"q": words, "before": found.next_before.isoformat() if found.next_before else ""}
    return LessonsPage(
        shell=shell("Lessons", guest, place="lessons"),
        words=words,
        lessons=tuple(
            LessonCard(
                lesson=LessonAnswer.of(each, guest.caller),
                titles=tuple(titles.get(scene_id, scene_id) for scene_id in each.scenes),
            )
            for each in found.lessons
        ),
        older_url=f"/console/lessons?{urlencode(asked)}" if found.next_before else None,
    )


@page
async def lesson(request: web.Request, guest: Visitor) -> LessonPage:
    """One to be edited, or with `new` for its id one that is not made yet."""
    refuse_other_roles(guest.caller, AUTHORS)
    services, lesson_id = request.app[SERVICES], request.match_info["lesson_id"]
    found = None
    if lesson_id != NEW:
        found = LessonAnswer.of(await services.lessons.find(guest.caller, lesson_id), guest.caller)
    return LessonPage(
        shell=shell(found.title if found else "A new lesson", guest, place="lessons"),
        lesson=found,
        scenes=tuple(SceneChoice(id=scene.id, title=scene.title) for scene in services.catalog.scenes()),
    )
