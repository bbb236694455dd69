"""Who looks at a page: whoever the cookie names. In development a browser of this machine is an admin at once."""

from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from aiohttp import HttpVersion11, web

from kotoserver.domain.errors import NotAllowed, NotSignedIn
from kotoserver.domain.learner import Caller, Learner, Role
from kotoserver.services.accounts import AccessToken, Purpose
from kotoserver.transport.addresses import base_url, came_through_a_proxy, client_address
from kotoserver.transport.keys import SERVICES, SETTINGS

COOKIE = "koto_console"
_PATH = "/console"
_SECONDS_A_DAY = 86_400
_LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    learner: Learner
    caller: Caller
    token: str
    """For the page's own scripts, which call the API with it."""
    cookie: str | None = None
    """To be handed out with the answer; None where the browser has it already."""


async def visitor(request: web.Request) -> Visitor:
    """Who the cookie says it is. NotSignedIn; NotAllowed code `blocked`."""
    accounts = request.app[SERVICES].accounts
    cookie = request.cookies.get(COOKIE, "")
    try:
        return _visitor(request, await accounts.console_visitor(cookie))
    except NotSignedIn:
        if not is_developer(request):
            raise
        return await welcome(request, await accounts.add(Role.ADMIN, name="Developer"))


async def welcome(request: web.Request, learner: Learner) -> Visitor:
    """The learner as a visitor whose browser is to be remembered."""
    accounts = request.app[SERVICES].accounts
    cookie = await accounts.open_console(learner)
    return _visitor(request, await accounts.console_visitor(cookie), cookie)


def _visitor(request: web.Request, access: AccessToken, cookie: str | None = None) -> Visitor:
    learner = access.learner
    caller = Caller(learner_id=learner.id, role=learner.role, address=client_address(request))
    return Visitor(learner=learner, caller=caller, token=access.token, cookie=cookie)


def is_developer(request: web.Request) -> bool:
    """Whether the browser is on this very machine and nobody stands between.

    The Host header counts too: a page elsewhere may have its own name lead here (DNS rebinding).
    """
    return (
        request.app[SETTINGS].development
        and not came_through_a_proxy(request)
        and request.version >= HttpVersion11  # what a proxy speaks to servers unless told otherwise
        and _parts(f"//{request.host}").hostname in _LOOPBACK_NAMES
    )


def refuse_foreign_forms(request: web.Request) -> None:
    """NotAllowed code `foreign_form` for a form that another site sent, or a browser that does not say."""
    origin = _parts(request.headers.get("Origin", "")).netloc
    if not origin or origin != _parts(base_url(request)).netloc:
        raise NotAllowed("Use the console's own page for this.", code="foreign_form")


def _parts(address: str) -> SplitResult:
    """The parts of an address that somebody else wrote; all of them empty where there is no sense in it."""
    try:
        parts = urlsplit(address)
        return parts if parts.hostname is not None else urlsplit("")
    except ValueError:
        return urlsplit("")


def came_from_elsewhere(request: web.Request) -> bool:
    """True when another site's link led here, so that the browser kept the strict cookie back."""
    return COOKIE not in request.cookies and request.headers.get("Sec-Fetch-Site") == "cross-site"


def keep(response: web.StreamResponse, request: web.Request, guest: Visitor) -> None:
    """Hands the cookie out, if there is one; scripts cannot read it and other sites cannot send it."""
    if guest.cookie is not None:
        response.set_cookie(
            COOKIE,
            guest.cookie,
            max_age=request.app[SETTINGS].accounts.sign_in_days * _SECONDS_A_DAY,
            path=_PATH,
            httponly=True,
            samesite="Strict",
            secure=base_url(request).startswith("https://"),
        )


async def forget(response: web.StreamResponse, request: web.Request) -> None:
    """Signs the browser out. Raises StorageFailed."""
    await request.app[SERVICES].accounts.sign_out(request.cookies.get(COOKIE, ""), Purpose.CONSOLE)
    response.del_cookie(COOKIE, path=_PATH)
