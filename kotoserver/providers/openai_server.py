"""What all servers with OpenAI's protocols share: one session, and its failures in our words."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from kotoserver import telemetry
from kotoserver.domain.errors import ProviderFailed
from kotoserver.settings import Secret

_LATE = (408, 504)
REFUSALS = ("refused", "refused_input")
"""Codes after which a server may be asked for less."""
_NOT_PERMITTED = (401, 403)
_REFUSED_INPUT = (400, 413, 415, 422)
"""What was sent is no good, as far as the server tells; other refusals are of the address or the method."""


class OpenAiServer:
    """The session is opened at the first request, inside the loop that it belongs to."""

    def __init__(self, url: str, key: Secret | None, called: str) -> None:
        """`url` is what the product calls its base URL, such as `http://127.0.0.1:8000/v1`."""
        self._url = url.rstrip("/")
        self._key = key
        self._called = called
        self._session: aiohttp.ClientSession | None = None
        self._closed = False

    @asynccontextmanager
    async def post(self, path: str, **body: Any) -> AsyncIterator[aiohttp.ClientResponse]:
        """A good answer, to be read inside the block; no second try, and no deadline but the caller's.

        ProviderFailed as `failure_of_status` says, and `unavailable` when there is no answer or only half of one.
        """
        try:
            # A redirect is refused, so that the key goes nowhere else.
            async with self._open().post(
                f"{self._url}/{path}", allow_redirects=False, headers=telemetry.outgoing(), **body
            ) as response:
                if response.status >= 300:
                    raise failure_of_status(response.status, self._called)
                yield response
        except (aiohttp.ClientError, OSError) as broken:
            raise ProviderFailed(
                f"{self._called} did not answer: {type(broken).__name__}", code="unavailable"
            ) from broken

    async def read(self, response: aiohttp.ClientResponse, most_bytes: int) -> bytes:
        """The whole answer; `bad_answer` when it has no end."""
        body = bytearray()
        async for chunk in response.content.iter_any():
            body += chunk
            if len(body) > most_bytes:
                raise ProviderFailed(f"the answer of {self._called} has no end", code="bad_answer")
        return bytes(body)

    async def close(self) -> None:
        self._closed = True
        if self._session is not None:
            await self._session.close()

    def _open(self) -> aiohttp.ClientSession:
        if self._closed:
            raise ProviderFailed(f"{self._called}: the connection was closed", retryable=False)
        if self._session is None:
            headers = {"Authorization": f"Bearer {self._key.reveal()}"} if self._key else {}
            # Callers hold the one deadline; a second one here could only contradict it.
            self._session = aiohttp.ClientSession(headers=headers, timeout=aiohttp.ClientTimeout(total=None))
        return self._session


def failure_of_status(status: int | None, called: str) -> ProviderFailed:
    """What an HTTP status says.

    `rate_limited`, `not_permitted`, `too_late`, `unavailable`, `refused_input` or `refused`.
    """
    if status == 429:
        return ProviderFailed(f"{called} has had too many requests", code="rate_limited")
    if status in _NOT_PERMITTED:
        return ProviderFailed(f"{called} does not accept our key", code="not_permitted", retryable=False)
    if status in _LATE:
        return ProviderFailed(f"{called} took too long", code="too_late")
    if status is None or status >= 500:
        return ProviderFailed(f"{called} answered with status {status}", code="unavailable")
    if status in _REFUSED_INPUT:
        return ProviderFailed(f"{called} answered with status {status}", code="refused_input", retryable=False)
    return ProviderFailed(f"{called} answered with status {status}", code="refused", retryable=False)
