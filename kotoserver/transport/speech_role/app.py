"""The application of the speech role: routes, the key, and errors in the shape that OpenAI's clients read."""

import hmac
import logging
from collections.abc import Awaitable, Callable

from aiohttp import web

from kotoserver import telemetry
from kotoserver.domain.errors import BadInput, KotoError, NotFound, NotSignedIn
from kotoserver.services.speech_engines import SpeechEngines
from kotoserver.settings import Secret, UploadSettings
from kotoserver.transport.errors import status_of
from kotoserver.transport.health import add_health
from kotoserver.transport.middleware import measure, refuse_packed_bodies, route_name
from kotoserver.transport.speech_role.handlers import ENGINES, LIMITS, PATIENCE, list_models, speak, transcribe

log = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

KEY: web.AppKey[Secret | None] = web.AppKey("key")
_API = "/v1/"
_FORM_BYTES = 65_536
"""Of a form, besides the recording in it."""


def make_speech_app(
    engines: SpeechEngines, uploads: UploadSettings, key: Secret | None, *, body_seconds: float = 60.0
) -> web.Application:
    """The application over engines that are open already; it does not close them.

    `body_seconds`: how long a request's body may take to come.
    """
    app = web.Application(
        middlewares=[measure, answer_errors, ask_for_the_key, refuse_packed_bodies],
        client_max_size=uploads.most_bytes + _FORM_BYTES,
    )
    app[ENGINES] = engines
    app[LIMITS] = uploads
    app[KEY] = key
    app[PATIENCE] = body_seconds
    add_health(app, engines.health)
    app.router.add_post("/v1/audio/transcriptions", transcribe)
    app.router.add_post("/v1/audio/speech", speak)
    app.router.add_get("/v1/models", list_models)
    return app


def make_speech_runner(app: web.Application, *, shutdown_timeout: float) -> web.AppRunner:
    """Runs it so that a client who hangs up frees what it waited for: servers ask several engines at once.

    Bodies are left packed, as those of the game server are.
    """
    return web.AppRunner(
        app,
        shutdown_timeout=shutdown_timeout,
        access_log=None,
        handler_cancellation=True,
        auto_decompress=False,
    )


@web.middleware
async def ask_for_the_key(request: web.Request, handler: Handler) -> web.StreamResponse:
    key = request.app[KEY]
    if key is not None and request.path.startswith(_API):
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        known = hmac.compare_digest(given.strip().encode(errors="replace"), key.reveal().encode())
        if scheme.lower() != "bearer" or not known:
            raise NotSignedIn("Send the key of this server as a bearer token.")
    return await handler(request)


@web.middleware
async def answer_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every failure becomes an error body; one that nobody expected is logged once."""
    try:
        return await handler(request)
    except KotoError as error:
        return _error_response(error, status_of(error))
    except web.HTTPRequestEntityTooLarge:
        return _error_response(BadInput("The request's body is too large.", code="body_too_large"), 413)
    except web.HTTPException as answer:
        if answer.status == 404:
            return _error_response(NotFound("There is nothing at this address."), 404)
        if answer.status < 400:
            raise
        return _error_response(KotoError(f"{answer.reason}.", code="http_error"), answer.status)
    except Exception:  # the outermost rim of a request
        log.exception("a request failed in a way nobody expected: %s", route_name(request))
        return _error_response(KotoError("Something went wrong on our side; try again.", code="internal"), 500)


def _error_response(error: KotoError, status: int) -> web.Response:
    """`{"error": {"message", "type", "param", "code"}}`, counted by its code."""
    telemetry.ERRORS.labels(error.code).inc()
    kind = {401: "authentication_error", 429: "rate_limit_error"}.get(
        status, "server_error" if status >= 500 else "invalid_request_error"
    )
    body = {"error": {"message": error.message, "type": kind, "param": None, "code": error.code}}
    response = web.json_response(body, status=status)
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    if status == 429:
        response.headers["Retry-After"] = "1"
    return response
