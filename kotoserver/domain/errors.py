"""Every failure that a caller may expect, as one tree: a stable code for machines, a sentence for people.

    KotoError
    ├── BadInput            the caller sent something that cannot be used
    ├── NotSignedIn         no token, or one that is not valid any more
    ├── NotAllowed          signed in, but it belongs to somebody else
    ├── NotFound            no such scene, pack, session, turn, speech …
    ├── Conflict            two writers met; the loser may try again
    ├── TooFast             a limit on rate or on waiting work was reached
    ├── ProviderFailed      an engine (voice, ears, judge) gave nothing usable
    ├── ContentBroken       authored files do not compile, or a published one was altered
    ├── StorageFailed       the database, the bus or the blob store did not answer
    └── BadSettings         the program cannot start as it is configured

Nothing here knows HTTP or WebSocket; `kotoserver.transport.errors` gives each class its status.
"""

from collections.abc import Mapping


class KotoError(Exception):
    """An expected failure with a stable `code` and a sentence that names what to do."""

    code = "internal"
    retryable = False

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        retryable: bool | None = None,
        details: Mapping[str, object] | None = None,
        advice: str | None = None,
    ) -> None:
        """`advice` is for whoever runs the server: what to look at; clients are not told."""
        super().__init__(message)
        self.message = message
        self.advice = advice
        if code is not None:
            self.code = code
        if retryable is not None:
            self.retryable = retryable
        self.details = dict(details) if details else None

    @property
    def told_in_full(self) -> str:
        """For those who run the server."""
        return f"{self.message} {self.advice}" if self.advice else self.message


class BadInput(KotoError):
    code = "bad_input"


class NotSignedIn(KotoError):
    code = "not_signed_in"


class NotAllowed(KotoError):
    code = "not_yours"


class NotFound(KotoError):
    code = "not_found"


class Conflict(KotoError):
    code = "conflict"
    retryable = True


def changed_meanwhile(what: str) -> Conflict:
    """Of something that is edited against the revision it was read at."""
    sentence = f"This {what} was changed meanwhile; read it again and decide anew."
    return Conflict(sentence, code="changed_meanwhile", retryable=False)


class TooFast(KotoError):
    code = "too_fast"
    retryable = True

    def __init__(self, message: str, *, code: str | None = None, retry_after: int | None = None) -> None:
        """`retry_after`: seconds after which trying again may help; None when nobody knows."""
        super().__init__(message, code=code, details={"retry_after": retry_after} if retry_after else None)
        self.retry_after = retry_after


class ProviderFailed(KotoError):
    code = "provider_failed"
    retryable = True


class ContentBroken(KotoError):
    code = "content_broken"


class StorageFailed(KotoError):
    code = "storage_failed"
    retryable = True


class BadSettings(KotoError):
    code = "bad_settings"
