"""The page behind a review link: for whoever has the link, so nobody is asked who they are and nothing is kept."""

from aiohttp import web

from kotoserver import telemetry
from kotoserver.domain.errors import KotoError
from kotoserver.transport.addresses import client_address
from kotoserver.transport.console.answering import render, shell, sorry
from kotoserver.transport.console.pages import ReviewPage
from kotoserver.transport.keys import SERVICES


async def review(request: web.Request) -> web.StreamResponse:
    try:
        response = render(request, await _page(request))
    except KotoError as error:
        telemetry.ERRORS.labels(error.code).inc()
        response = render(request, sorry(error, None))
    response.headers["Referrer-Policy"] = "no-referrer"  # the address is the key
    response.headers["X-Robots-Tag"] = "noindex"
    return response


async def _page(request: web.Request) -> ReviewPage:
    token = request.match_info["token"]
    opened = await request.app[SERVICES].reviews.open(token, client_address(request))
    return ReviewPage(
        shell=shell(opened.draft.scene.title, None),
        token=token,
        title=opened.draft.scene.title,
        packs=tuple((pack.id, pack.name) for pack in opened.draft.packs.values()),
        until=opened.review.expires_at,
    )
