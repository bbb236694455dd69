"""Signing in to the console and out of it: forms that work without scripts."""

from urllib.parse import urlsplit

from aiohttp import web

from kotoserver.domain.errors import KotoError
from kotoserver.transport.addresses import client_address
from kotoserver.transport.console.answering import render, shell
from kotoserver.transport.console.pages import SignInPage
from kotoserver.transport.console.visitors import (
    Visitor,
    forget,
    keep,
    refuse_foreign_forms,
    visitor,
    welcome,
)
from kotoserver.transport.errors import error_response, status_of
from kotoserver.transport.keys import SERVICES

HOME = "/console/"


async def show(request: web.Request) -> web.StreamResponse:
    return render(request, _page(request, wanted=request.query.get("next", HOME)))


async def sign_in(request: web.Request) -> web.StreamResponse:
    """By e-mail and password, by a token of the command line, or as a new guest."""
    form = await request.post()
    wanted = _own_page(str(form.get("next", HOME)))
    try:
        refuse_foreign_forms(request)
        entered = await _enter(request, {name: str(value) for name, value in form.items()})
    except KotoError as error:
        page = _page(
            request,
            wanted=wanted,
            email=str(form.get("email", ""))[:320],
            problem=error.message,
            status=status_of(error),
        )
        return render(request, page)
    onwards = web.HTTPSeeOther(wanted)
    keep(onwards, request, entered)
    raise onwards


async def _enter(request: web.Request, form: dict[str, str]) -> Visitor:
    accounts, address = request.app[SERVICES].accounts, client_address(request)
    if form.get("guest"):
        return await welcome(request, (await accounts.sign_in_guest(address=address)).learner)
    if "token" in form:
        return await welcome(request, await accounts.learner(form["token"].strip()))
    signed_in = await accounts.sign_in(form.get("email", ""), form.get("password", ""), address=address)
    await accounts.sign_out(signed_in.refresh_token)  # the browser is known by its cookie instead
    return await welcome(request, signed_in.learner)


async def sign_out(request: web.Request) -> web.StreamResponse:
    try:
        refuse_foreign_forms(request)
    except KotoError as error:
        return render(request, _page(request, wanted=HOME, problem=error.message, status=status_of(error)))
    away = web.HTTPSeeOther("/console/sign-in")
    await forget(away, request)
    raise away


async def fresh_token(request: web.Request) -> web.StreamResponse:
    """A token for the scripts of a page that has been open for longer than one is good."""
    try:
        refuse_foreign_forms(request)
        found = await visitor(request)
    except KotoError as error:
        return error_response(error)
    response = web.json_response({"token": found.token}, headers={"Cache-Control": "no-store"})
    keep(response, request, found)
    return response


def _page(
    request: web.Request, *, wanted: str, email: str = "", problem: str = "", status: int = 200
) -> SignInPage:
    return SignInPage(
        shell=shell("Sign in", None), next=_own_page(wanted), email=email, problem=problem, status=status
    )


def _own_page(wanted: str) -> str:
    """The page to go to, if it is one of the console's; a link must not lead elsewhere by way of us."""
    parts = urlsplit(wanted)
    own = not parts.scheme and not parts.netloc and wanted.startswith(HOME) and wanted.isprintable()
    return wanted if own and "\\" not in wanted else HOME
