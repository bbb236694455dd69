"""The console's pages about people: one's own account, and for admins everybody, the audit and the server."""

from datetime import datetime
from urllib.parse import urlencode

from aiohttp import web

from kotoserver.domain.audit import Action
from kotoserver.domain.errors import KotoError, StorageFailed
from kotoserver.domain.learner import ADMINS, Role
from kotoserver.services.access import refuse_other_roles
from kotoserver.transport.console.answering import page, render, shell, sorry, sorry_page
from kotoserver.transport.console.pages import AccountPage, AuditPage, JoinedClass, StatusPage, UsersPage
from kotoserver.transport.console.signing import read_form
from kotoserver.transport.console.views import moment, one_of
from kotoserver.transport.console.visitors import Visitor, keep, refuse_foreign_forms, visitor, welcome
from kotoserver.transport.keys import SERVICES
from kotoserver.transport.rest.server import PROCESS_NAME
from kotoserver.transport.rest.users import limits_answer

_PAGE = 50
_LONGEST_SEARCH = 100


@page
async def account(request: web.Request, guest: Visitor) -> AccountPage:
    return await _account(request, guest)


async def _account(request: web.Request, guest: Visitor, problem: str = "") -> AccountPage:
    classes = await request.app[SERVICES].classes.list(guest.caller)
    return AccountPage(
        shell=shell("Your account", guest, place="account"),
        learner=guest.learner,
        joined=tuple(
            JoinedClass(id=each.id, name=each.name)
            for each in classes
            if each.teacher_id != guest.caller.learner_id
        ),
        problem=problem,
    )


async def set_credentials(request: web.Request) -> web.StreamResponse:
    """E-mail and password from the account page's form; this browser stays signed in."""
    guest: Visitor | None = None
    try:
        refuse_foreign_forms(request)
        guest = await visitor(request)
        form = await read_form(request)
        signed_in = await request.app[SERVICES].accounts.set_credentials(
            guest.caller,
            form.get("email", ""),
            form.get("password", ""),
            current_password=form.get("current_password"),
        )
        entered = await welcome(request, signed_in.learner)
    except KotoError as error:
        if guest is None:
            return render(request, sorry(error, None))
        return render(request, await _account(request, guest, error.message))
    back = web.HTTPSeeOther("/console/account")
    keep(back, request, entered)
    raise back


@page
async def users(request: web.Request, guest: Visitor) -> UsersPage:
    words = request.query.get("q", "").strip()[:_LONGEST_SEARCH]
    role = one_of(Role, request.query.get("role", ""))
    found = await request.app[SERVICES].users.list(
        guest.caller, words=words, role=role, before=moment(request.query.get("before")), limit=_PAGE
    )
    asked = {"q": words, "role": role.value if role else ""}
    return UsersPage(
        shell=shell("Users", guest, place="users"),
        words=words,
        role=role,
        roles=tuple(Role),
        users=found.learners,
        older_url=_older("/console/users", asked, found.next_before),
    )


@page
async def audit(request: web.Request, guest: Visitor) -> AuditPage:
    about = request.query.get("about", "").strip()[:_LONGEST_SEARCH]
    action = one_of(Action, request.query.get("action", ""))
    found = await request.app[SERVICES].users.audit(
        guest.caller, action=action, about=about, before=moment(request.query.get("before")), limit=_PAGE
    )
    asked = {"about": about, "action": action.value if action else ""}
    return AuditPage(
        shell=shell("Audit", guest, place="audit"),
        about=about,
        action=action.value if action else "",
        actions=tuple(each.value for each in Action),
        entries=found.entries,
        older_url=_older("/console/audit", asked, found.next_before),
    )


async def status(request: web.Request) -> web.StreamResponse:
    """The server's page; without its database nobody can be let in, and what is wrong is told all the same.

    That is no more than `/health/ready` tells.
    """
    answer = await _status(request)
    if answer.status != 503:
        return answer
    states = (await request.app[SERVICES].health.report()).states
    wrong = tuple(state for state in states if not state.ok)
    return sorry_page(request, StorageFailed("Nobody can be signed in while the database is away."), wrong)


@page
async def _status(request: web.Request, guest: Visitor) -> StatusPage:
    refuse_other_roles(guest.caller, ADMINS)
    services = request.app[SERVICES]
    health = await services.health.report()
    return StatusPage(
        shell=shell("Server", guest, place="server"),
        process=PROCESS_NAME,
        since=services.lookout.since,
        ready=health.ok,
        checks=health.states,
        limits=await limits_answer(services.limits),
    )


def _older(path: str, asked: dict[str, str], before: datetime | None) -> str | None:
    if before is None:
        return None
    given = {name: value for name, value in asked.items() if value}
    return f"{path}?{urlencode({**given, 'before': before.isoformat()})}"
