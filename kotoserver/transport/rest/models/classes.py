"""Bodies about classes."""

from typing import Annotated

from pydantic import StringConstraints

from kotoserver.domain.classroom import Classroom, Member
from kotoserver.domain.learner import Caller, Role
from kotoserver.transport.rest.models.common import Time
from kotoserver.transport.rest.operations import Model


class ClassBody(Model):
    name: Annotated[str, StringConstraints(min_length=1, max_length=80)]


class JoinBody(Model):
    code: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    """As the teacher wrote it; spaces, hyphens and small letters do not matter."""


class ClassAnswer(Model):
    class_id: str
    name: str
    teacher_id: str
    code: str | None
    """For its teacher: what learners join by."""
    members: int
    created_at: Time

    @classmethod
    def of(cls, classroom: Classroom, caller: Caller) -> "ClassAnswer":
        own = classroom.teacher_id == caller.learner_id or caller.role is Role.ADMIN
        return cls(
            class_id=classroom.id,
            name=classroom.name,
            teacher_id=classroom.teacher_id,
            code=classroom.code if own else None,
            members=classroom.members,
            created_at=classroom.created_at,
        )


class ClassesAnswer(Model):
    classes: list[ClassAnswer]


class MemberView(Model):
    learner_id: str
    name: str | None
    joined_at: Time

    @classmethod
    def of(cls, member: Member) -> "MemberView":
        return cls(learner_id=member.learner.id, name=member.learner.name, joined_at=member.joined_at)


class ClassDetailAnswer(ClassAnswer):
    learners: list[MemberView]
    """In the order of joining."""
