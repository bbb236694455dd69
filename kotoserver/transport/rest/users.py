"""The REST calls of admins: people, what was done, and limits."""

from kotoserver.domain.learner import Learner
from kotoserver.services.limits import PER_ADDRESS, LimitsService, Use
from kotoserver.services.users import UserChange
from kotoserver.transport.rest.models.users import (
    AddUserBody,
    AuditAnswer,
    AuditEntryView,
    AuditQuery,
    LimitsAnswer,
    LimitView,
    PatchUserBody,
    UserAnswer,
    UsersAnswer,
    UsersQuery,
)
from kotoserver.transport.rest.operations import Call, Tagged
from kotoserver.transport.rest.versions import read_at_if_told


async def list_users(call: Call) -> UsersAnswer:
    query: UsersQuery = call.query
    page = await call.services.users.list(
        call.caller, words=query.q, role=query.role, before=query.before, limit=query.limit
    )
    return UsersAnswer(users=[UserAnswer.of(user) for user in page.learners], next_before=page.next_before)


async def add_user(call: Call) -> Tagged:
    body: AddUserBody = call.body
    return _tagged(
        await call.services.users.add(
            call.caller, body.role, name=body.name, email=body.email, password=body.password
        )
    )


async def show_user(call: Call) -> Tagged:
    return _tagged(await call.services.users.find(call.caller, call.path["user_id"]))


async def patch_user(call: Call) -> Tagged:
    body: PatchUserBody = call.body
    change = UserChange(name=body.name, role=body.role, blocked=body.blocked)
    revision = read_at_if_told(call.request)
    return _tagged(await call.services.users.change(call.caller, call.path["user_id"], change, read_at=revision))


async def sign_out_user(call: Call) -> None:
    await call.services.users.sign_out(call.caller, call.path["user_id"])


async def erase_user(call: Call) -> None:
    await call.services.users.erase(call.caller, call.path["user_id"])


async def list_audit(call: Call) -> AuditAnswer:
    query: AuditQuery = call.query
    page = await call.services.users.audit(
        call.caller, action=query.action, about=query.about, before=query.before, limit=query.limit
    )
    return AuditAnswer(entries=[AuditEntryView.of(entry) for entry in page.entries], next_before=page.next_before)


async def show_limits(call: Call) -> LimitsAnswer:
    return await limits_answer(call.services.limits)


async def limits_answer(limits: LimitsService) -> LimitsAnswer:
    """What is allowed a minute and how often that was not enough; the console shows the same."""
    return LimitsAnswer(
        limits=[
            LimitView(
                use=use.value,
                per="address" if use in PER_ADDRESS else "learner",
                a_minute=limits.limit(use),
                refused=limits.refused(use),
            )
            for use in Use
        ],
        live=await limits.count_live(),
        most_live=limits.most_live,
    )


def _tagged(user: Learner) -> Tagged:
    return Tagged(UserAnswer.of(user), user.revision)
