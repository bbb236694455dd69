"""Around every request: an id, a measurement, an answer for each error, and headers for browsers."""

import logging
import random
from time import perf_counter

from aiohttp import web
from aiohttp.hdrs import METH_ALL
from aiohttp.typedefs import Handler

from kotoserver import telemetry
from kotoserver.domain.errors import BadInput, KotoError, NotFound
from kotoserver.services.limits import Use
from kotoserver.transport.addresses import client_address
from kotoserver.transport.console.answering import asks_for_a_page, sorry_page
from kotoserver.transport.errors import error_response
from kotoserver.transport.incoming import trace_of
from kotoserver.transport.keys import SERVICES

log = logging.getLogger(__name__)
requests_log = logging.getLogger(telemetry.REQUESTS_LOGGER)

_API = "/koto-api/"
CLIENT_GONE = 499
"""For the metrics; nobody is there to read it."""
_UNCOUNTED = ("/health", "/metrics", "/console/static/")
"""Asked by machines in their own rhythm, or a dozen at a time by one page."""
ALLOWED_HEADERS = (
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "Range",
    "traceparent",
    "tracestate",
)


@web.middleware
async def measure(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Names the request in the log, and counts it by route and status."""
    started = perf_counter()
    request_id = f"{random.getrandbits(48):012x}"  # needs to be different, not secret
    method, route = known_method(request), route_name(request)
    with (
        telemetry.belonging_to(trace_of(request)),
        telemetry.log_ids(request_id=request_id),
        telemetry.span(f"{method} {route}", "server", request_id=request_id) as span,
    ):
        try:
            response = await handler(request)
        except web.HTTPException as answer:  # a redirection, or a page that is not there
            span.failure = str(answer.status) if answer.status >= 500 else None
            _count(request, answer, started)
            _mark(answer, request_id)
            raise
        span.note(status=response.status)
        span.failure = str(response.status) if response.status >= 500 else None
        _count(request, response, started)
        _mark(response, request_id)
        return response


def _count(request: web.Request, response: web.StreamResponse, started: float) -> None:
    method, route, seconds = known_method(request), route_name(request), perf_counter() - started
    telemetry.REQUESTS.labels(method, route, str(response.status)).inc()
    if response.status != 101:  # a socket is open for minutes, which is no time to answer
        telemetry.REQUEST_SECONDS.labels(route).observe(seconds)
    if not request.path.startswith(_UNCOUNTED):
        telemetry.tell(
            requests_log,
            "a request was answered",
            method=method,
            route=route,
            status=response.status,
            ms=round(seconds * 1000, 1),
        )


def known_method(request: web.Request) -> str:
    """The method, so that a client's own inventions do not multiply the metrics."""
    return request.method if request.method in METH_ALL else "other"


def _mark(response: web.StreamResponse, request_id: str) -> None:
    if not response.prepared:
        response.headers["X-Request-Id"] = request_id
        response.headers["X-Content-Type-Options"] = "nosniff"


def route_name(request: web.Request) -> str:
    """The route's pattern, so that ids do not multiply the metrics."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "unmatched"


@web.middleware
async def answer_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every failure becomes our error body, or a page for who reads it; one nobody expected is logged once."""
    try:
        return await handler(request)
    except KotoError as error:
        return _told(request, error)
    except web.HTTPRequestEntityTooLarge:
        return error_response(BadInput("The request's body is too large.", code="body_too_large"))
    except web.HTTPException as answer:
        if answer.status < 400 or not request.path.startswith(_API):
            raise
        return _in_our_words(answer)
    except Exception as error:  # the outermost rim of a request
        if isinstance(error, ConnectionResetError) and _gone(request):
            log.info("a client went away in the middle of a request: %s", route_name(request))
            return web.Response(status=CLIENT_GONE)
        log.exception("a request failed in a way nobody expected: %s", route_name(request))
        return _told(request, KotoError("Something went wrong on our side; try again.", code="internal"))


def _told(request: web.Request, error: KotoError) -> web.Response:
    return sorry_page(request, error) if asks_for_a_page(request) else error_response(error)


def _gone(request: web.Request) -> bool:
    return request.transport is None or request.transport.is_closing()


@web.middleware
async def limit_addresses(request: web.Request, handler: Handler) -> web.StreamResponse:
    """No address may ask for more than its share. TooFast becomes 429 with `Retry-After`."""
    if not request.path.startswith(_UNCOUNTED):
        await request.app[SERVICES].limits.count(Use.REQUESTS, client_address(request))
    return await handler(request)


@web.middleware
async def refuse_packed_bodies(request: web.Request, handler: Handler) -> web.StreamResponse:
    """BadInput code `packed_body`: no client of ours packs one, and a few kilobytes may unpack to gigabytes."""
    if request.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise BadInput("Send the body as it is, without a Content-Encoding.", code="packed_body")
    return await handler(request)


def _in_our_words(answer: web.HTTPException) -> web.Response:
    if answer.status == 404:
        return error_response(NotFound("There is nothing at this address."))
    if isinstance(answer, web.HTTPMethodNotAllowed):
        allowed = ", ".join(sorted(answer.allowed_methods))
        error = KotoError(
            f"This address does not know this method; it knows {allowed}.", code="method_not_allowed"
        )
        response = error_response(error, status=405)
        response.headers["Allow"] = allowed
        return response
    return error_response(KotoError(answer.reason, code="http_error"), status=answer.status)


@web.middleware
async def allow_other_origins(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Lets a game on another origin use the API: it signs in by token, so no cookie can be misused."""
    if not request.path.startswith(_API):
        return await handler(request)
    if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
        response: web.StreamResponse = web.Response(status=204)
        response.headers["Access-Control-Allow-Methods"] = "GET, POST, PATCH, PUT, DELETE"
        response.headers["Access-Control-Allow-Headers"] = ", ".join(ALLOWED_HEADERS)
        response.headers["Access-Control-Max-Age"] = "86400"
    else:
        response = await handler(request)
    if not response.prepared:
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Expose-Headers"] = "ETag, Retry-After, X-Request-Id, Content-Range"
    return response
