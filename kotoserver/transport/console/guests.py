"""Who looks at a page: everybody gets a guest account at the first visit, kept in a cookie."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from aiohttp import web

from kotoserver.domain.errors import NotAllowed, NotSignedIn, TooFast
from kotoserver.domain.learner import Caller
from kotoserver.services.accounts import TOKEN_DAYS
from kotoserver.transport.addresses import base_url, client_address
from kotoserver.transport.keys import SERVICES

COOKIE = "koto_guest"
_SECONDS_A_DAY = 86_400
_GUESTS_A_MINUTE = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    caller: Caller
    token: str
    """For the page's own scripts, which call the API with it."""
    is_new: bool


async def visitor(request: web.Request) -> Visitor:
    """Who the cookie says it is, or a new guest. TooFast when one address makes too many."""
    accounts = request.app[SERVICES].accounts
    token = request.cookies.get(COOKIE, "")
    try:
        return Visitor(caller=await accounts.caller(token), token=token, is_new=False)
    except NotSignedIn:
        return await _new_guest(request)


async def _new_guest(request: web.Request) -> Visitor:
    services = request.app[SERVICES]
    address = client_address(request)
    if not await services.bus.take(f"guest:{address}", limit=_GUESTS_A_MINUTE, window_seconds=60):
        raise TooFast("Too many new guests from this address; wait a minute.")
    signed_in = await services.accounts.sign_in_guest()
    caller = Caller(learner_id=signed_in.learner.id, role=signed_in.learner.role)
    return Visitor(caller=caller, token=signed_in.token, is_new=True)


async def editor_of(request: web.Request) -> Visitor:
    """Whoever's token the form holds. NotSignedIn when it is none; NotAllowed code `foreign_form`."""
    if urlsplit(request.headers.get("Origin", "")).netloc != urlsplit(base_url(request)).netloc:
        raise NotAllowed("Sign in on the console's own page.", code="foreign_form")
    token = str((await request.post()).get("token", "")).strip()
    return Visitor(caller=await request.app[SERVICES].accounts.caller(token), token=token, is_new=True)


def came_from_elsewhere(request: web.Request) -> bool:
    """True when another site's link led here, so that the browser kept the strict cookie back."""
    return COOKIE not in request.cookies and request.headers.get("Sec-Fetch-Site") == "cross-site"


def keep(response: web.StreamResponse, request: web.Request, guest: Visitor) -> None:
    """Hands the cookie out; scripts cannot read it and other sites cannot send it."""
    response.set_cookie(
        COOKIE,
        guest.token,
        max_age=TOKEN_DAYS * _SECONDS_A_DAY,
        path="/console",
        httponly=True,
        samesite="Strict",
        secure=base_url(request).startswith("https://"),
    )
