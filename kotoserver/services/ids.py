"""New ids: a prefix that says what it names, and 80 random bits."""

import os
from threading import Lock

_BYTES = 10
_AT_ONCE = 4096 // _BYTES
"""Ids for which the system is asked at once: each question lets other threads go first."""


class _Random:
    """Random bytes from the system, fetched for many ids together."""

    def __init__(self) -> None:
        self._left = b""
        self._lock = Lock()

    def take(self) -> bytes:
        with self._lock:
            if not self._left:
                self._left = os.urandom(_BYTES * _AT_ONCE)
            taken, self._left = self._left[:_BYTES], self._left[_BYTES:]
            return taken


_random = _Random()


def new_id(prefix: str) -> str:
    """Such as `sess_5f0c…`: opaque, unguessable enough to be unique, never a secret by itself."""
    return f"{prefix}_{_random.take().hex()}"
