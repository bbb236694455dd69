"""What Google's ears and voices share: a channel that notices a dead link, and their failures in our words."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import google.auth
import grpc
from google.api_core import exceptions, grpc_helpers_async
from google.auth.exceptions import DefaultCredentialsError, GoogleAuthError

from kotoserver import telemetry
from kotoserver.domain.errors import BadSettings, ProviderFailed
from kotoserver.settings import GoogleSettings

KEEPALIVE_SECONDS = 30.0
"""Google answers pings that come no faster than this."""
_PING_ANSWER_SHARE = 1 / 6
"""Of that time: how long a ping, or on Linux any byte, may stay unanswered before the link counts as dead."""
_SCOPES = ("https://www.googleapis.com/auth/cloud-platform",)


def keep_quiet(*clients: type) -> None:
    """Their debug logs hold what learners say, and GOOGLE_SDK_PYTHON_LOGGING_SCOPE would turn them on."""
    for client in clients:
        logging.getLogger(client.__module__).disabled = True


def load_credentials(settings: GoogleSettings) -> Any:
    """Whose bill it is; None with an endpoint of one's own. May ask Google's metadata server.

    BadSettings when there are none.
    """
    if settings.endpoint is not None:
        return None
    try:
        return _from_file(settings.credentials) if settings.credentials else google.auth.default(_SCOPES)[0]
    except (DefaultCredentialsError, ValueError, OSError, AttributeError) as broken:
        # The last is what the library makes of a file that holds a list.
        raise BadSettings(
            "The google engines find no credentials that they can use: set GOOGLE_APPLICATION_CREDENTIALS to the "
            "JSON file of a service account."
        ) from broken


def open_channel(
    settings: GoogleSettings, host: str, credentials: Any, keepalive_seconds: float
) -> grpc.aio.Channel:
    """To be called inside the running loop, which the channel belongs to."""
    options = _options(keepalive_seconds)
    if settings.endpoint is not None:
        return grpc.aio.insecure_channel(settings.endpoint, options=options)
    channel: grpc.aio.Channel = grpc_helpers_async.create_channel(
        f"{host}:443", credentials=credentials, scopes=_SCOPES, options=options
    )
    return channel


def trace_metadata() -> tuple[tuple[str, str], ...]:
    """What a call says about the trace that it is part of."""
    return tuple(telemetry.outgoing().items())


@contextmanager
def in_our_words(called: str) -> Iterator[None]:
    """Turns whatever Google's clients raise into ProviderFailed."""
    try:
        yield
    except exceptions.GoogleAPICallError as refused:
        raise _failure(refused, called) from refused
    except GoogleAuthError as refused:
        raise ProviderFailed(f"{called} does not accept us", code="not_permitted", retryable=False) from refused
    except grpc.RpcError as broken:
        raise ProviderFailed(f"{called} is not there or broke down", code="unavailable") from broken


def _failure(refused: exceptions.GoogleAPICallError, called: str) -> ProviderFailed:
    """By HTTP's classes, of which gRPC's are kinds: `ResourceExhausted` is one of `TooManyRequests`."""
    match refused:
        case exceptions.GatewayTimeout():
            return ProviderFailed(f"{called} took too long", code="too_late")
        case exceptions.TooManyRequests():
            return ProviderFailed(f"{called} has had too many requests", code="rate_limited")
        case exceptions.Unauthorized() | exceptions.Forbidden():
            return ProviderFailed(f"{called} does not accept us", code="not_permitted", retryable=False)
        case exceptions.MethodNotImplemented():
            return ProviderFailed(f"{called} knows no such request", code="refused", retryable=False)
        case exceptions.ServerError() | exceptions.Aborted() | exceptions.Cancelled():
            return ProviderFailed(f"{called} is not there or broke down", code="unavailable")
        case exceptions.InvalidArgument() | exceptions.OutOfRange():
            return ProviderFailed(f"{called} did not take what it was sent", code="refused_input", retryable=False)
        case exceptions.ClientError():
            return ProviderFailed(f"{called} did not take the request", code="refused", retryable=False)
        case _:
            return ProviderFailed(f"{called} gave no answer: {type(refused).__name__}")


def _from_file(path: Path) -> Any:
    with warnings.catch_warnings():
        # It warns of files from strangers; this one the operator chose, of whatever kind it is.
        warnings.simplefilter("ignore", DeprecationWarning)
        load: Any = google.auth.load_credentials_from_file  # the library has no types for it
        return load(str(path), scopes=_SCOPES)[0]


def _options(keepalive_seconds: float) -> list[tuple[str, int]]:
    answer_ms = round(keepalive_seconds * _PING_ANSWER_SHARE * 1000)
    return [
        ("grpc.keepalive_time_ms", round(keepalive_seconds * 1000)),
        ("grpc.keepalive_timeout_ms", answer_ms),
        ("grpc.http2.ping_timeout_ms", answer_ms),  # which counts for such pings too, and is a minute unless told
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.http2.max_pings_without_data", 0),
        ("grpc.enable_retries", 0),  # retrying is the policy's business
        ("grpc.initial_reconnect_backoff_ms", 100),
        ("grpc.min_reconnect_backoff_ms", 5_000),  # in truth, how long one try to connect may take
        ("grpc.max_reconnect_backoff_ms", 2_000),  # after an outage nobody waits for two minutes
        ("grpc.max_receive_message_length", 64_000_000),
    ]
