"""The page behind a review link: for whoever has the link, so nobody is asked who they are and nothing is kept."""

from dataclasses import replace

from aiohttp import web

from kotoserver import telemetry
from kotoserver.domain.errors import KotoError
from kotoserver.transport.addresses import client_address
from kotoserver.transport.console.answering import render, shell, sorry
from kotoserver.transport.console.pages import MessagePage, PackChoice, ReviewPage
from kotoserver.transport.console.review_words import language_of, words_in
from kotoserver.transport.keys import SERVICES


async def review(request: web.Request) -> web.StreamResponse:
    try:
        response = render(request, await _page(request))
    except KotoError as error:
        telemetry.ERRORS.labels(error.code).inc()
        response = render(request, _sorry(request, error))
    response.headers["Referrer-Policy"] = "no-referrer"  # the address is the key
    response.headers["X-Robots-Tag"] = "noindex"
    return response


async def _page(request: web.Request) -> ReviewPage:
    token = request.match_info["token"]
    opened = await request.app[SERVICES].reviews.open(token, client_address(request))
    language = _language(request)
    return ReviewPage(
        shell=shell(opened.draft.scene.title, None),
        token=token,
        title=opened.draft.scene.title,
        packs=tuple(
            PackChoice(id=pack.id, label=pack.name, chosen=pack.native == language)
            for pack in opened.draft.packs.values()
        ),
        until=opened.review.expires_at,
        language=language,
        words=words_in(language),
    )


def _sorry(request: web.Request, error: KotoError) -> MessagePage:
    """What is wrong with a link is said in the reader's language."""
    words, page = words_in(_language(request)), sorry(error, None)
    if error.code not in words:
        return page
    return replace(page, heading=words[error.code], sentence=words["ask_for_another"])


def _language(request: web.Request) -> str:
    return language_of(request.headers.get("Accept-Language", ""))
