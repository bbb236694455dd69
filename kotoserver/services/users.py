"""What an admin does with people: finding them, their roles, keeping somebody out, and erasing."""

from dataclasses import dataclass, replace
from datetime import datetime

from kotoserver.domain.audit import Action
from kotoserver.domain.errors import BadInput, Conflict, NotFound, changed_meanwhile
from kotoserver.domain.learner import ADMINS, Caller, Learner, Role
from kotoserver.ports.bus import Bus
from kotoserver.ports.members import AuditPage, LearnerPage, MemberStore
from kotoserver.services.access import refuse_other_roles
from kotoserver.services.accounts import AccountsService, read_name
from kotoserver.services.audit import OPERATOR, AuditService
from kotoserver.services.erasing import ErasingService


@dataclass(frozen=True, slots=True, kw_only=True)
class UserChange:
    """What is to change; None leaves it."""

    name: str | None = None
    role: Role | None = None
    blocked: bool | None = None


_ADMINS_LOCK = "admins"
_LOCK_SECONDS = 10.0


class UsersService:
    """Every method but `erase_oneself` is for admins and the operator; others get NotAllowed code `wrong_role`."""

    def __init__(
        self,
        *,
        members: MemberStore,
        accounts: AccountsService,
        erasing: ErasingService,
        audit: AuditService,
        bus: Bus,
    ) -> None:
        self._members = members
        self._bus = bus
        self._accounts = accounts
        self._erasing = erasing
        self._audit = audit

    async def list(
        self,
        actor: Caller,
        *,
        words: str = "",
        role: Role | None = None,
        before: datetime | None = None,
        limit: int = 50,
    ) -> LearnerPage:
        """Newest first; `words` is any part of e-mail, name or id."""
        _refuse_all_but_admins(actor)
        return await self._members.list_learners(words=words, role=role, before=before, limit=limit)

    async def find(self, actor: Caller, user_id: str) -> Learner:
        """NotFound code `no_such_user`."""
        _refuse_all_but_admins(actor)
        user = await self._members.find_learner(user_id)
        if user is None:
            raise NotFound("There is no such user.", code="no_such_user")
        return user

    async def add(
        self, actor: Caller, role: Role, *, name: str | None, email: str | None, password: str | None
    ) -> Learner:
        """Somebody new. BadInput when one of e-mail and password is missing; raises as `AccountsService.add`."""
        _refuse_all_but_admins(actor)
        if bool(email) != bool(password):
            raise BadInput("An account has both an e-mail and a password, or neither.", code="half_an_account")
        user = await self._accounts.add(role, name=name, email=email, password=password)
        await self._audit.note(actor, Action.USER_ADDED, user.id, role=role.value)
        return user

    async def change(self, actor: Caller, user_id: str, change: UserChange, *, read_at: int | None) -> Learner:
        """The user as they are then.

        Conflict when they are at another revision than `read_at`, and code `last_admin` when nobody would be left
        who could undo it. Somebody whose role or standing changes is signed out nowhere: it counts at once.
        """
        async with self._bus.lock(_ADMINS_LOCK, wait_seconds=_LOCK_SECONDS):
            user, changed = await self._changed(actor, user_id, change, read_at)
        await self._note_changes(actor, user, changed)
        if changed.blocked and not user.blocked:
            await self._erasing.send_away(user.id)
        return changed

    async def _changed(
        self, actor: Caller, user_id: str, change: UserChange, read_at: int | None
    ) -> tuple[Learner, Learner]:
        """The user before and after, one change at a time, so that two admins cannot take each other away."""
        user = await self.find(actor, user_id)
        if read_at is not None and read_at != user.revision:
            raise changed_meanwhile("user")
        name = user.name if change.name is None else read_name(change.name)
        role = change.role or user.role
        blocked = user.blocked if change.blocked is None else change.blocked
        changed = replace(user, name=name, role=role, blocked=blocked, revision=user.revision + 1)
        if role is not Role.ADMIN or blocked:
            await self._refuse_last_admin(user)
        await self._members.update_learner(changed, read_at=user.revision)
        return user, changed

    async def _note_changes(self, actor: Caller, before: Learner, after: Learner) -> None:
        if before.role is not after.role:
            details = {"from": before.role.value, "to": after.role.value}
            await self._audit.note(actor, Action.ROLE_CHANGED, after.id, **details)
        if before.blocked != after.blocked:
            action = Action.USER_BLOCKED if after.blocked else Action.USER_UNBLOCKED
            await self._audit.note(actor, action, after.id)

    async def _refuse_last_admin(self, user: Learner) -> None:
        if user.role is not Role.ADMIN or user.blocked:
            return
        others = await self._members.list_learners(role=Role.ADMIN, limit=100)
        if not any(other.id != user.id and not other.blocked for other in others.learners):
            raise Conflict("This is the last admin; make another one first.", code="last_admin", retryable=False)

    async def erase(self, actor: Caller, user_id: str) -> None:
        """Forgets the user and all that they did. Conflict code `last_admin`."""
        await self._erase(actor, await self.find(actor, user_id))

    async def erase_oneself(self, caller: Caller) -> None:
        """For anybody. Conflict code `last_admin`."""
        oneself = await self._members.find_learner(caller.learner_id)
        if oneself is not None:
            await self._erase(caller, oneself)

    async def _erase(self, actor: Caller, user: Learner) -> None:
        async with self._bus.lock(_ADMINS_LOCK, wait_seconds=_LOCK_SECONDS):
            await self._refuse_last_admin(user)
            await self._erasing.erase_learner(actor, user.id)

    async def sign_out(self, actor: Caller, user_id: str) -> None:
        """Ends all of the user's sign-ins."""
        await self.find(actor, user_id)
        await self._accounts.sign_out_everywhere(user_id)
        await self._erasing.send_away(user_id)

    async def audit(
        self,
        actor: Caller,
        *,
        action: Action | None = None,
        about: str = "",
        before: datetime | None = None,
        limit: int = 100,
    ) -> AuditPage:
        """Who did what, newest first."""
        _refuse_all_but_admins(actor)
        return await self._members.list_audit(action=action, about=about, before=before, limit=limit)


def _refuse_all_but_admins(actor: Caller) -> None:
    if actor != OPERATOR:
        refuse_other_roles(actor, ADMINS)
