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
OWN_STATUS = {
    "body_too_large": 413,
    "audio_too_large": 413,
    "packed_body": 415,
    "body_too_slow": 408,
    "upload_too_slow": 408,
    "if_match_required": 428,
    "changed_meanwhile": 412,
}
"""Codes for which HTTP has a status of its own."""


def status_of(error: KotoError) -> int:
    """The HTTP status: a code's own, else its branch's; 500 for what has neither."""
    if error.code in OWN_STATUS:
        return OWN_STATUS[error.code]
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
    if response.status == 429:
        wait = error.retry_after if isinstance(error, TooFast) else None
        response.headers["Retry-After"] = str(wait or 1)
    return response
