"""Who may look at what a learner did: they themselves, their teachers, and admins."""

from kotoserver.domain.errors import NotAllowed
from kotoserver.domain.learner import TEACHERS, Caller, Role
from kotoserver.ports.members import MemberStore


class AccessService:
    def __init__(self, members: MemberStore) -> None:
        self._members = members

    async def may_read(self, caller: Caller, learner_id: str) -> bool:
        if caller.learner_id == learner_id or caller.role is Role.ADMIN:
            return True
        return caller.role in TEACHERS and await self._members.teaches(caller.learner_id, learner_id)

    async def refuse_strangers(self, caller: Caller, learner_id: str, what: str) -> None:
        """NotAllowed unless the caller may read what this learner did; `what` names it, such as `session`."""
        if not await self.may_read(caller, learner_id):
            raise NotAllowed(f"This {what} belongs to somebody else.")


def refuse_other_roles(caller: Caller, roles: frozenset[Role]) -> None:
    """NotAllowed code `wrong_role` for anybody without one of the roles."""
    if caller.role not in roles:
        allowed = " and ".join(sorted(f"{role.value}s" for role in roles))
        raise NotAllowed(f"Only {allowed} may do this.", code="wrong_role")
