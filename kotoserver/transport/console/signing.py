"""Signing in to the console and out of it: forms that work without scripts."""

import asyncio
from collections.abc import Mapping

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from kotoserver.domain.errors import BadInput, KotoError
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
from kotoserver.transport.keys import SERVICES, SETTINGS

HOME = "/console/"
_LONGEST_FIELD = 4096


async def show(request: web.Request) -> web.StreamResponse:
    return render(request, _page(request, wanted=request.query.get("next", HOME)))


async def sign_in(request: web.Request) -> web.StreamResponse:
    """By e-mail and password, by a token of the command line, or as a new guest."""
    form: Mapping[str, str] = {}
    try:
        refuse_foreign_forms(request)
        form = await read_form(request)
        entered = await _enter(request, form)
    except KotoError as error:
        page = _page(request, wanted=form.get("next", HOME), email=form.get("email", ""), error=error)
        return render(request, page)
    onwards = web.HTTPSeeOther(_own_page(form.get("next", HOME)))
    keep(onwards, request, entered)
    raise onwards


async def read_form(request: web.Request) -> Mapping[str, str]:
    """The fields of a small form. BadInput codes `body_too_slow`, `bad_form`."""
    try:
        async with asyncio.timeout(request.app[SETTINGS].limits.body_seconds):
            return {name: str(value)[:_LONGEST_FIELD] for name, value in (await request.post()).items()}
    except TimeoutError as error:
        raise BadInput("The form did not arrive in time; send it again.", code="body_too_slow") from error
    except (ValueError, LookupError, HttpProcessingError) as error:
        raise BadInput("The form cannot be read; send it again.", code="bad_form") from error


async def _enter(request: web.Request, form: Mapping[str, str]) -> Visitor:
    accounts, address = request.app[SERVICES].accounts, client_address(request)
    if form.get("guest"):
        return await welcome(request, await accounts.add_guest(address=address))
    if "token" in form:
        return await welcome(request, await accounts.script_holder(form["token"].strip()))
    return await welcome(
        request, await accounts.check(form.get("email", ""), form.get("password", ""), address=address)
    )


async def sign_out(request: web.Request) -> web.StreamResponse:
    away = web.HTTPSeeOther("/console/sign-in")
    try:
        refuse_foreign_forms(request)
        await forget(away, request)
    except KotoError as error:
        return render(request, _page(request, wanted=HOME, error=error))
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


def _page(request: web.Request, *, wanted: str, email: str = "", error: KotoError | None = None) -> SignInPage:
    return SignInPage(
        shell=shell("Sign in", None),
        next=_own_page(wanted),
        email=email,
        problem=error.message if error else "",
        status=status_of(error) if error else 200,
    )


def _own_page(wanted: str) -> str:
    """The page to go to, if it is one of the console's; a link must not lead elsewhere by way of us."""
    return wanted if wanted.startswith(HOME) and wanted.isprintable() and "\\" not in wanted else HOME
