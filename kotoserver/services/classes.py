"""Classes: learners join by a code, and let the teacher see what they play."""

import secrets
from collections.abc import Sequence
from dataclasses import replace

from kotoserver.domain.classroom import CODE_LENGTH, CODE_LETTERS, Classroom, Member, read_code
from kotoserver.domain.errors import BadInput, Conflict, NotFound
from kotoserver.domain.learner import TEACHERS, Caller, Role
from kotoserver.ports.clock import Clock
from kotoserver.ports.members import MemberStore
from kotoserver.services.access import refuse_other_roles
from kotoserver.services.ids import new_id
from kotoserver.services.limits import LimitsService, Use

_LONGEST_NAME = 80
_TRIES = 5


class ClassesService:
    def __init__(self, *, members: MemberStore, limits: LimitsService, clock: Clock) -> None:
        self._members = members
        self._limits = limits
        self._clock = clock

    async def add(self, caller: Caller, name: str) -> Classroom:
        """A new class of the caller's. NotAllowed code `wrong_role`; BadInput code `bad_name`."""
        refuse_other_roles(caller, TEACHERS)
        name = name.strip()
        if not 0 < len(name) <= _LONGEST_NAME or not name.isprintable():
            raise BadInput(f"A class's name has 1 to {_LONGEST_NAME} printable characters.", code="bad_name")
        made = Classroom(
            id=new_id("class"),
            teacher_id=caller.learner_id,
            name=name,
            code=_new_code(),
            created_at=self._clock.now(),
        )
        for _ in range(_TRIES):
            try:
                await self._members.add_class(made)
                return made
            except Conflict:
                made = replace(made, code=_new_code())
        raise Conflict("No code could be found for the class; try again.")

    async def list(self, caller: Caller) -> Sequence[Classroom]:
        """Those that the caller teaches or belongs to."""
        return await self._members.list_classes(caller.learner_id)

    async def show(self, caller: Caller, class_id: str) -> tuple[Classroom, Sequence[Member]]:
        """The class with its members, for its teacher and admins.

        NotFound code `no_such_class` for others too: whether there is one is nobody else's business.
        """
        classroom = await self._own(caller, class_id)
        return classroom, await self._members.list_members(class_id)

    async def join(self, caller: Caller, code: str) -> Classroom:
        """Makes the caller a member. NotFound code `no_such_class`; TooFast after many tries."""
        await self._limits.count_caller(Use.JOINS, caller)
        classroom = await self._members.find_class_by_code(read_code(code))
        if classroom is None:
            raise NotFound("No class has this code; ask your teacher for it.", code="no_such_class")
        await self._members.join_class(classroom.id, caller.learner_id, self._clock.now())
        return classroom

    async def remove(self, caller: Caller, class_id: str, learner_id: str) -> None:
        """Takes a member out: anybody themselves, the teacher any of them. NotFound code `no_such_class`."""
        if learner_id != caller.learner_id:
            await self._own(caller, class_id)
        await self._members.leave_class(class_id, learner_id)

    async def erase(self, caller: Caller, class_id: str) -> None:
        """Ends the class; its members stay learners. NotFound code `no_such_class`."""
        await self._own(caller, class_id)
        await self._members.erase_class(class_id)

    async def _own(self, caller: Caller, class_id: str) -> Classroom:
        classroom = await self._members.find_class(class_id)
        if classroom is None or (classroom.teacher_id != caller.learner_id and caller.role is not Role.ADMIN):
            raise NotFound("There is no such class.", code="no_such_class")
        return classroom


def _new_code() -> str:
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
