"""Around every page: the headers that keep it safe, and a friendly page for each failure."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from urllib.parse import urlencode

import aiohttp_jinja2
from aiohttp import web

from kotoserver import __version__, telemetry
from kotoserver.domain.errors import KotoError, NotAllowed, NotFound, NotSignedIn, TooFast
from kotoserver.services.health import DependencyState
from kotoserver.transport.console.pages import (
    AccountPage,
    AuditPage,
    ClassesPage,
    ClassPage,
    DraftPage,
    HomePage,
    LabPage,
    LessonPage,
    LessonsPage,
    LinesPage,
    MessagePage,
    PlayPage,
    ReferencePage,
    ReviewPage,
    SentencesPage,
    SessionPage,
    SessionsPage,
    Shell,
    SignInPage,
    StatusPage,
    StudioPage,
    UsersPage,
)
from kotoserver.transport.console.visitors import Visitor, came_from_elsewhere, keep, visitor
from kotoserver.transport.errors import status_of
from kotoserver.transport.keys import SETTINGS

Page = (
    HomePage
    | PlayPage
    | LabPage
    | SessionsPage
    | SessionPage
    | StudioPage
    | DraftPage
    | ReviewPage
    | LinesPage
    | SentencesPage
    | ClassesPage
    | ClassPage
    | LessonsPage
    | LessonPage
    | UsersPage
    | AuditPage
    | StatusPage
    | AccountPage
    | SignInPage
    | ReferencePage
    | MessagePage
)
PageHandler = Callable[[web.Request, Visitor], Awaitable[Page]]

TEMPLATES = {
    HomePage: "home.html",
    PlayPage: "play.html",
    LabPage: "lab.html",
    SessionsPage: "sessions.html",
    SessionPage: "session.html",
    StudioPage: "studio.html",
    DraftPage: "draft.html",
    ReviewPage: "review.html",
    LinesPage: "lines.html",
    SentencesPage: "sentences.html",
    ClassesPage: "classes.html",
    ClassPage: "class.html",
    LessonsPage: "lessons.html",
    LessonPage: "lesson.html",
    UsersPage: "users.html",
    AuditPage: "audit.html",
    StatusPage: "status.html",
    AccountPage: "account.html",
    SignInPage: "sign_in.html",
    ReferencePage: "reference.html",
    MessagePage: "message.html",
}
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "media-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
NOBODY = "nobody"
"""The place in the navigation of a page that does not know who looks at it."""
_HEADINGS = {
    404: "There is nothing here",
    403: "This belongs to somebody else",
    429: "A moment, please",
}
_NOT_FOR_ALL = {
    "editors_only": "This is for editors",
    "wrong_role": "This is for others",
    "blocked": "This account is blocked",
}
_AGAIN = (
    '<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0"><title>Korean Together</title>'
)


def shell(title: str, guest: Visitor | None, *, place: str = "") -> Shell:
    learner = guest.learner if guest else None
    return Shell(
        title=title,
        place=place,
        token=guest.token if guest else "",
        version=__version__,
        called=(learner.name or learner.email or "Guest") if learner else "",
        role=learner.role if learner else None,
    )


def page(handler: PageHandler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Makes a handler of one that fills a page: signs in, renders, and words every expected failure."""

    async def answer(request: web.Request) -> web.StreamResponse:
        if came_from_elsewhere(request):
            return _guarded(web.Response(text=_AGAIN, content_type="text/html"))
        guest: Visitor | None = None
        try:
            guest = await visitor(request)
            response = render(request, await handler(request, guest))
        except NotSignedIn:
            raise web.HTTPSeeOther(f"/console/sign-in?{urlencode({'next': request.path_qs})}") from None
        except KotoError as error:
            telemetry.ERRORS.labels(error.code).inc()
            response = render(request, sorry(error, guest))
        if guest is not None:
            keep(response, request, guest)
        return response

    return answer


def render(request: web.Request, value: Page) -> web.Response:
    """The value in its template."""
    response = aiohttp_jinja2.render_template(TEMPLATES[type(value)], request, {"page": value})
    if isinstance(value, MessagePage | SignInPage):
        response.set_status(value.status)
    if isinstance(value, MessagePage) and value.retry_after is not None:
        response.headers["Retry-After"] = str(value.retry_after)
    policy = POLICY if not isinstance(value, DraftPage) else policy_with(value.style_nonce)
    return _guarded(response, _hearing(policy, request.config_dict[SETTINGS].media_url))


def asks_for_a_page(request: web.Request) -> bool:
    """Whether somebody reads the answer in a browser's window; the pages' own scripts ask for anything."""
    return request.path.startswith("/console") and "text/html" in request.headers.get("Accept", "")


def sorry_page(request: web.Request, error: KotoError, wrong: tuple[DependencyState, ...] = ()) -> web.Response:
    """The error as a page, where it is not known who looks: a limit was reached, or nobody expected it."""
    telemetry.ERRORS.labels(error.code).inc()
    message = sorry(error, None)
    helps = error.retryable or message.status >= 500
    again = request.path_qs if helps and request.method == "GET" else ""
    return render(request, replace(message, shell=replace(message.shell, place=NOBODY), again=again, wrong=wrong))


def sorry(error: KotoError, guest: Visitor | None) -> MessagePage:
    """The error as a page."""
    status = status_of(error)
    if isinstance(error, NotAllowed) and error.code == NotAllowed.code:
        sentence = "Only the learner who played it, their teachers and admins can see this."
    elif isinstance(error, NotFound):
        sentence = f"{_without_marks(error.message)} The address may be mistyped, or it has been erased."
    else:
        sentence = _without_marks(error.message)
    heading = _NOT_FOR_ALL.get(error.code) or _HEADINGS.get(status, "That did not work")
    return MessagePage(
        shell=shell(heading, guest),
        status=status,
        heading=heading,
        sentence=sentence,
        offers_sign_in=error.code in _NOT_FOR_ALL,
        retry_after=(error.retry_after or 1) if isinstance(error, TooFast) else None,
    )


def _without_marks(message: str) -> str:
    """The sentence with its names in quotation marks, as a page shows them, not in backticks."""
    return re.sub("`([^`]*)`", r"“\1”", message)


def policy_with(style_nonce: str) -> str:
    """The policy of a page whose text editor writes one style element, which carries the page's own nonce."""
    return POLICY.replace("style-src 'self'", f"style-src 'self' 'nonce-{style_nonce}'")


def _hearing(policy: str, media_url: str | None) -> str:
    """The policy of pages that fetch spoken lines from a CDN."""
    if media_url is None:
        return policy
    for what in ("media-src", "connect-src"):
        policy = policy.replace(f"{what} 'self'", f"{what} 'self' {media_url}")
    return policy


def _guarded(response: web.Response, policy: str = POLICY) -> web.Response:
    response.headers["Content-Security-Policy"] = policy
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "no-store"  # the page holds the learner's token
    return response
