"""Which names a blob may have."""

import re

from kotoserver.domain.errors import BadInput

_KEY = re.compile(r"(?!.{513})[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}(?:/[A-Za-z0-9_-][A-Za-z0-9._-]{0,199})*")


def check_key(key: str) -> None:
    """Raises BadInput unless the key is a relative path of plain characters.

    No part begins with a dot, so neither `..` nor a hidden file can be named; a part has at most 200
    characters and the key 512.
    """
    if _KEY.fullmatch(key) is None:
        raise BadInput(f"{key[:80]!r} cannot name a stored file.")
