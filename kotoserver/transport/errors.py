"""Our errors in the words of HTTP: one status for each branch of the tree."""

from aiohttp import web

from kotoserver import telemetry
from kotoserver.domain.errors import (
    BadInput,
    Conflict,
    ContentBroken,
    KotoError,
    NotAllowed,
    NotFound,
    NotSignedIn,
    ProviderFailed,
    StorageFailed,
    TooFast,
)

STATUS: dict[type[KotoError], int] = {
    BadInput: 400,
    NotSignedIn: 401,
    NotAllowed: 403,
    NotFound: 404,
    Conflict: 409,
    TooFast: 429,
    ProviderFailed: 502,
    ContentBroken: 500,
    StorageFailed: 503,
}


def status_of(error: KotoError) -> int:
    """The HTTP status; 413 for what is too large, 500 for what has no branch of its own."""
    if error.code in ("body_too_large", "audio_too_large"):
        return 413
    return next((STATUS[branch] for branch in type(error).__mro__ if branch in STATUS), 500)


def error_response(error: KotoError, *, status: int | None = None) -> web.Response:
    """`{"error": {"code", "message", "details"?}}`, counted by its code."""
    telemetry.ERRORS.labels(error.code).inc()
    body: dict[str, object] = {"code": error.code, "message": error.message}
    if error.details:
        body["details"] = error.details
    response = web.json_response({"error": body}, status=status or status_of(error))
    if response.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response
