"""Addresses of our own at which anyone may read one blob for a while, as an S3 server has them.

The last part of such an address holds the blob's key, its media type and the moment at which it lapses, and a
digest of all this that only this server's secret can make (HMAC-SHA256).
"""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64

from kotoserver.blobs.keys import check_key
from kotoserver.domain.errors import NotAllowed
from kotoserver.ports.blobs import Linked
from kotoserver.ports.clock import Clock
from kotoserver.settings import Secret

PATH = "/koto-api/audio/linked/"
_PURPOSE = b"kotoserver: addresses of blobs"
"""Nothing else that the secret signs can be passed off as an address."""


class Links:
    def __init__(self, secret: Secret, clock: Clock) -> None:
        self._key = hmac.digest(secret.reveal().encode(), _PURPOSE, "sha256")
        self._clock = clock

    def url(self, key: str, seconds: int, media_type: str) -> str:
        lapses = self._clock.now().timestamp() + seconds
        says = json.dumps([key, media_type, lapses], separators=(",", ":")).encode()
        return f"{PATH}{_text(says)}.{_text(self._digest(says))}"

    def linked(self, link: str) -> Linked:
        """What the last part of an address leads to. NotAllowed codes `bad_link`, `link_expired`."""
        said, _, signature = link.partition(".")
        try:
            says, digest = _bytes(said), _bytes(signature)
        except (NotBase64, ValueError):
            raise _bad_link() from None
        if not hmac.compare_digest(self._digest(says), digest):
            raise _bad_link()
        key, media_type, lapses = json.loads(says)
        if self._clock.now().timestamp() >= lapses:
            raise NotAllowed("This address does not work any more; ask for a new one.", code="link_expired")
        check_key(key)
        return Linked(key=key, media_type=media_type)

    def _digest(self, says: bytes) -> bytes:
        return hmac.digest(self._key, says, "sha256")


def _bad_link() -> NotAllowed:
    return NotAllowed("This address was not made by this server.", code="bad_link")


def _text(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    """Raises ValueError for what `_text` does not give: each address has one way to be written."""
    content = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if _text(content) != text:
        raise ValueError(text)
    return content
